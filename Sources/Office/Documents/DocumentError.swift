public import DocumentNotation
public import DocumentSeals
public import Runtime

/// Why a document, a step on it, or a seal was not taken. Nothing was changed.
public enum DocumentError: Error, Sendable {
  /// The zone's disk or database refused, as the cause says; trying again may help.
  case unavailable(any Error)
  /// So much is being set that this was not begun; trying again shortly helps.
  case busy
  /// There is none, or none that this person may read.
  case notFound
  /// This person may read it, and not do this.
  case notAllowed
  /// The document is past, or before, the state that the step needs.
  case wrongState(DocumentState)
  /// The notation cannot be read or set, with the place.
  case notation(NotationError)
  /// Not every step of a seal's check holds.
  case seal([CheckStep])
  case refused(DocumentProblem)
  /// The link's policy does not let it out, by this rule: the operator adds what it names to `zone.yaml`.
  case policy(rule: String)
}

/// What does not do about something that was given.
public enum DocumentProblem: String, CaseIterable, Sendable {
  /// Somebody changed the document, or took a step, since the page was made.
  case changedMeanwhile = "changed-meanwhile"
  /// The person belongs to no unit.
  case noUnit = "no-unit"
  case noSuchSeries = "no-such-series"
  /// 1 to 500 characters.
  case reason
  /// The draft says where it can be checked, which the office's configuration says.
  case checkAddress = "check-address"
  /// The document says `sealed: no`.
  case notToBeSealed = "not-to-be-sealed"
  /// A document of a classification is not open to the public.
  case classifiedIsNotOpen = "classified-is-not-open"
  /// The day of the document lies in another year than today.
  case otherYear = "other-year"
  /// Who asked for a seal, or wrote the document, does not grant it.
  case askedThemself = "asked-themself"
  /// Who asked or granted does not apply the seal.
  case grantedThemself = "granted-themself"
  case noSuchSeal = "no-such-seal"
  /// Suspended, revoked, or cancelled.
  case sealNotInUse = "seal-not-in-use"
  /// The seal, or a certificate that signs for it, is not yet or no longer valid.
  case sealExpired = "seal-expired"
  case noSuchSigner = "no-such-signer"
  case wrongPIN = "wrong-pin"
  /// After too many wrong PINs.
  case pinLocked = "pin-locked"
  /// The signer has no such key.
  case unknownKey = "unknown-key"
  case signerUnavailable = "signer-unavailable"
  /// The key belongs to no certificate of the seal.
  case keyNotOfSeal = "key-not-of-seal"
  /// No P-256 key with a certificate.
  case pdfKey = "pdf-key"
  case notASeal = "not-a-seal"
  /// The register has it already.
  case sealTaken = "seal-taken"
  case sealSize = "seal-size"
  /// 1 to 60 characters.
  case owner
  /// The document or the signature did not pass; the operator's log says why.
  case sealingFailed = "sealing-failed"
  /// A state that does not follow on the seal's.
  case sealState = "seal-state"
  /// The document's disclosure attribute does not say that the public is to read it.
  case notOpen = "not-open"
  case alreadyPublished = "already-published"
  case notPublished = "not-published"
  case alreadyWithdrawn = "already-withdrawn"
  /// Each office has it, or it is on its way; or there is no link to another office.
  case nowhereToDeliver = "nowhere-to-deliver"
  case noOffice = "no-office"
  case alreadySignedFor = "already-signed-for"
  /// Its seals do not hold, or no more.
  case notGenuine = "not-genuine"
  case notChecked = "not-checked"
  /// 1 to 120 characters in one line.
  case paperTitle = "paper-title"
  case paperTooLarge = "paper-too-large"
  case notAPDF = "not-a-pdf"
  /// The printer could not read it, or took too long.
  case notPrinted = "not-printed"
  /// What was printed holds something that a sealed paper must not hold.
  case paperForm = "paper-form"
  /// No such page, or a place beside it.
  case paperPlace = "paper-place"
  /// The seal has no key for PDF.
  case sealSignsNoPDF = "seal-signs-no-pdf"
  /// The seal would not lie on the page as a whole.
  case sealOffPage = "seal-off-page"
  /// Poppler is not installed, or the kernel cannot shut it in.
  case noPrinter = "no-printer"
  /// A paper where a document is meant, or the other way round.
  case otherKind = "other-kind"
  /// Its number or its notation is none that the portal would show.
  case notPublishable = "not-publishable"
}

extension DocumentError: CodedFault, Equatable {
  public var faultCode: String {
    switch self {
    case .unavailable(let cause): Runtime.faultCode(cause)
    case .busy: "busy"
    case .notFound: "not-found"
    case .notAllowed: "not-allowed"
    case .wrongState(let state): "wrong-state-\(state.rawValue)"
    case .notation: "notation"
    case .seal: "seal-check"
    case .refused(let problem): problem.rawValue
    case .policy: "policy"
    }
  }

  public static func == (left: DocumentError, right: DocumentError) -> Bool { left.faultCode == right.faultCode }
}
