public import Runtime

/// Why the office's directory did not do what was asked.
public enum OfficeError: Error, Sendable {
  /// The table of permissions does not let this person do it.
  case notAllowed
  case notFound
  /// What was given does not do; nothing was changed.
  case refused(OfficeProblem)
  /// A disk or the database refused, as the cause says; trying again may help.
  case unavailable(any Error)
}

extension OfficeError: CodedFault, Equatable {
  public var faultCode: String {
    switch self {
    case .notAllowed: "not-allowed"
    case .notFound: "not-found"
    case .refused(let problem): problem.rawValue
    case .unavailable(let cause): Runtime.faultCode(cause)
    }
  }

  public static func == (left: OfficeError, right: OfficeError) -> Bool { left.faultCode == right.faultCode }
}

/// What does not do about something that was given.
public enum OfficeProblem: String, CaseIterable, Sendable {
  case identifier = "problem-identifier"
  case identifierTaken = "problem-identifier-taken"
  case name = "problem-name"
  case noSuchUnit = "problem-no-such-unit"
  /// More than four levels, or a unit under itself.
  case unitTooDeep = "problem-unit-too-deep"
  case unitUnderItself = "problem-unit-under-itself"
  case unitInUse = "problem-unit-in-use"
  case barredRoles = "problem-barred-roles"
  case role = "problem-role"
  case noSuchMailbox = "problem-no-such-mailbox"
  case fingerprint = "problem-fingerprint"
  case fingerprintTaken = "problem-fingerprint-taken"
  /// Nobody gives themself roles, mailboxes or certificates, or takes themself out.
  case oneself = "problem-oneself"
  case noSuchPerson = "problem-no-such-person"
  case delegateRole = "problem-delegate-role"
  /// No public key that signs, or somebody's already.
  case key = "problem-key"
  case tooManyKeys = "problem-too-many-keys"
  case delegationTime = "problem-delegation-time"
}
