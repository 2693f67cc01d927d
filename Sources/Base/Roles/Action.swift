/// What can be done at the desk and must be allowed.
public enum Action: String, CaseIterable, Sendable {
  /// Who am I, since when.
  case seeSelf = "see-self"
  case endSessions = "end-sessions"
  /// A key of one's own, to sign acts with.
  case enrolKey = "enrol-key"
  case retireKey = "retire-key"
  /// Letting another act in one's stead while away.
  case delegate
  case readLetter = "read-letter"
  /// Finding the letters of a phone number.
  case searchPhone = "search-phone"
  /// Taking a list of letters away as a file.
  case exportLetters = "export-letters"
  case signForLetter = "sign-for-letter"
  case answerLetter = "answer-letter"
  case declineLetter = "decline-letter"
  /// Junk or not, which kind, which mailbox.
  case sortLetter = "sort-letter"
  /// Ending what lies in the recycle bin.
  case purgeLetter = "purge-letter"
  /// Putting a letter before a leader (呈批), with a proposal.
  case presentLetter = "present-letter"
  /// 批阅: saying what is to be done.
  case instructLetter = "instruct-letter"
  /// Handing a letter to units (分发), and deciding on what they dispute.
  case dispatchLetter = "dispatch-letter"
  /// 审核: accepting a result or returning it.
  case reviewLetter = "review-letter"
  /// Sending the outcome to the citizen (办结).
  case settleLetter = "settle-letter"
  /// Letters that were dispatched to a unit.
  case readDispatch = "read-dispatch"
  /// Taking such a letter in at the unit, or disputing it (派单异议).
  case signForDispatch = "sign-for-dispatch"
  /// Passing it to a unit below or to a handler.
  case passDispatch = "pass-dispatch"
  /// Working on it: the result, or back.
  case handleDispatch = "handle-dispatch"
  /// Asking the citizen for more, which makes the promised date wait.
  case askCitizen = "ask-citizen"
  /// Accepting the unit's result, level by level.
  case approveResult = "approve-result"
  /// Joining a letter with another of the same matter (并案), and undoing that.
  case mergeLetter = "merge-letter"
  /// Asking for more time (延期) as who works on a letter, and deciding on it.
  case askExtension = "ask-extension"
  case grantExtension = "grant-extension"
  /// 催办: a mailbox's people urge units, a unit's leader its handlers.
  case urgeUnit = "urge-unit"
  case urgeHandler = "urge-handler"
  /// 批注: words for colleagues that change nothing, on the mailbox's side and at a unit.
  case noteLetter = "note-letter"
  case noteDispatch = "note-dispatch"
  /// 取回: undoing one's own last step before anybody has seen it, for a mailbox and for a unit.
  case takeBackStep = "take-back-step"
  case takeBackDispatch = "take-back-dispatch"
  case readDocument = "read-document"
  case draftDocument = "draft-document"
  /// Asking for a seal on a document, and taking that back.
  case requestSeal = "request-seal"
  /// Granting or refusing it.
  case grantSeal = "grant-seal"
  case applySeal = "apply-seal"
  /// Sending a sealed document to the portal.
  case publishDocument = "publish-document"
  case withdrawDocument = "withdraw-document"
  /// Sending a sealed document to another office.
  case deliverDocument = "deliver-document"
  /// Documents of other offices.
  case readReceivedDocument = "read-received-document"
  case signForDocument = "sign-for-document"
  /// The register of seals: taking in, and changing states.
  case keepSeals = "keep-seals"
  /// Units, people, mailboxes: who belongs where.
  case readOffice = "read-office"
  case changeUnits = "change-units"
  case changePeople = "change-people"
  case changeMailboxes = "change-mailboxes"
  /// Who did what, when, with which certificate.
  case readActs = "read-acts"
  /// What crossed, what was refused, who was turned away; alerts, trails and their proofs.
  case readAudit = "read-audit"
  /// Acknowledging alerts, checks of the logs out of turn, evidence.
  case settleAlerts = "settle-alerts"
  /// What of the zone's certificates and lists of revocations needs a hand.
  case readTrust = "read-trust"

  /// Whether somebody else may do it in a person's stead.
  public var canBeDelegated: Bool {
    switch self {
    case .readLetter, .searchPhone, .exportLetters, .signForLetter, .answerLetter, .declineLetter, .sortLetter,
      .purgeLetter, .presentLetter, .instructLetter, .dispatchLetter, .reviewLetter, .settleLetter, .readDispatch,
      .signForDispatch, .passDispatch, .handleDispatch, .askCitizen, .approveResult, .mergeLetter, .askExtension,
      .grantExtension, .urgeUnit, .urgeHandler, .noteLetter, .noteDispatch, .takeBackStep, .takeBackDispatch:
      true
    // Who keeps a seal lets nobody else have it.
    case .readDocument, .draftDocument, .requestSeal, .grantSeal, .publishDocument, .withdrawDocument,
      .deliverDocument, .readReceivedDocument, .signForDocument:
      true
    default: false
    }
  }

  /// Whether such an action can be done to such a place at all.
  func fits(_ place: Place) -> Bool {
    switch (self, place) {
    case (.readLetter, .mailbox), (.searchPhone, .mailbox), (.exportLetters, .mailbox): true
    case (.signForLetter, .mailbox), (.answerLetter, .mailbox), (.declineLetter, .mailbox),
      (.sortLetter, .mailbox), (.purgeLetter, .mailbox), (.presentLetter, .mailbox), (.instructLetter, .mailbox),
      (.dispatchLetter, .mailbox), (.reviewLetter, .mailbox), (.settleLetter, .mailbox), (.mergeLetter, .mailbox),
      (.grantExtension, .mailbox), (.urgeUnit, .mailbox), (.noteLetter, .mailbox), (.takeBackStep, .mailbox):
      true
    case (.readDispatch, .unit), (.signForDispatch, .unit), (.passDispatch, .unit), (.handleDispatch, .unit),
      (.askCitizen, .unit), (.approveResult, .unit), (.askExtension, .unit), (.urgeHandler, .unit),
      (.noteDispatch, .unit), (.takeBackDispatch, .unit):
      true
    case (.readDocument, .document), (.draftDocument, .document), (.requestSeal, .document), (.grantSeal, .document),
      (.applySeal, .document), (.publishDocument, .document), (.withdrawDocument, .document),
      (.deliverDocument, .document), (.readReceivedDocument, .document), (.signForDocument, .document):
      true
    case (.seeSelf, .person), (.endSessions, .person), (.delegate, .person), (.enrolKey, .person),
      (.retireKey, .person):
      true
    case (.readOffice, .office), (.changeUnits, .office), (.changePeople, .office), (.changeMailboxes, .office),
      (.readActs, .office), (.readTrust, .office), (.readAudit, .office), (.settleAlerts, .office),
      (.keepSeals, .office):
      true
    default: false
    }
  }
}

/// How far a permission reaches, each scope within the next.
public enum Scope: Int, CaseIterable, Comparable, Sendable {
  /// The person themself; the mailboxes that are given to them.
  case own
  /// What belongs to the person's unit.
  case unit
  /// What belongs to that unit or to one under it.
  case subtree
  case all

  public static func < (left: Scope, right: Scope) -> Bool { left.rawValue < right.rawValue }
}
