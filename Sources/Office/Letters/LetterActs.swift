public import Flows
public import Roles

/// The fields that acts on letters have. What stands in a flow's `needs` and `may` is one of these.
public enum LetterField: String, CaseIterable, Sendable {
  case kind
  case mailbox
  case reason
  case leader
  case proposal
  case instruction
  case declineReason = "decline-reason"
  case text
  case units
  case leadUnit = "lead-unit"
  case unitDue = "unit-due"
  case note
  case unit
  case opinion
  case answer
  case visibility
  case childUnit = "child-unit"
  case handler
  case draftAnswer = "draft-answer"
  case proposedUnit = "proposed-unit"
  case complaintAbout = "complaint-about"
  case question
  /// The number of the letter that this one is joined with.
  case otherLetter = "other-letter"
}

/// What people do with letters. A flow's steps are of these acts; each has its action in the table of permissions, its entry
/// in the record of acts, and its fields.
public enum LetterAct: String, CaseIterable, Sendable {
  case signFor = "sign-for"
  case answer
  case decline
  case reclassify
  case transfer
  case junk
  case restore
  case purge
  case present
  case proposeDecline = "propose-decline"
  case instruct
  case instructDecline = "instruct-decline"
  case dispatch
  case addUnit = "add-unit"
  case recallUnit = "recall-unit"
  case accept
  case returnToUnits = "return"
  case sendBack = "send-back"
  case settle
  case unitSignFor = "unit-sign-for"
  case dispute
  case passDown = "pass-down"
  case assign
  case submit
  case handBack = "hand-back"
  case passUp = "pass-up"
  case returnToHandler = "return-to-handler"
  case uphold
  case reject
  case askCitizen = "ask-citizen"
  /// 并案
  case merge
  // Beside the flow: whatever state a letter is in (`LetterBesides`).
  case unmerge
  case askExtension = "ask-extension"
  case grantExtension = "grant-extension"
  case refuseExtension = "refuse-extension"
  case urge
  case note
  case takeBack = "take-back"

  /// Those that no flow has as a step.
  static let beside: Set<LetterAct> = [
    .unmerge, .askExtension, .grantExtension, .refuseExtension, .urge, .note, .takeBack,
  ]

  /// Whether it is done beside the flow.
  public var isBeside: Bool { Self.beside.contains(self) }

  /// What must be allowed to whoever does it.
  public var action: Action {
    switch self {
    case .signFor: .signForLetter
    case .answer: .answerLetter
    case .decline: .declineLetter
    case .reclassify, .transfer, .junk, .restore: .sortLetter
    case .purge: .purgeLetter
    case .present, .proposeDecline: .presentLetter
    case .instruct, .instructDecline: .instructLetter
    case .dispatch, .addUnit, .recallUnit, .uphold, .reject: .dispatchLetter
    case .accept, .returnToUnits, .sendBack: .reviewLetter
    case .settle: .settleLetter
    case .unitSignFor, .dispute: .signForDispatch
    case .passDown, .assign: .passDispatch
    case .submit, .handBack: .handleDispatch
    case .askCitizen: .askCitizen
    case .passUp, .returnToHandler: .approveResult
    case .merge, .unmerge: .mergeLetter
    case .askExtension: .askExtension
    case .grantExtension, .refuseExtension: .grantExtension
    case .urge: .urgeUnit
    case .note: .noteLetter
    case .takeBack: .takeBackStep
    }
  }

  /// What must be allowed where it is done for a unit rather than for a mailbox: a unit that passed a letter down decides
  /// on what the unit below disputes.
  public var unitAction: Action {
    switch self {
    case .uphold, .reject: .passDispatch
    case .urge: .urgeHandler
    case .note: .noteDispatch
    case .takeBack: .takeBackDispatch
    default: action
    }
  }

  /// What the record of acts calls it.
  public var recordedName: String {
    switch self {
    case .signFor: "letter.signed-for"
    case .answer: "letter.answered"
    case .decline: "letter.declined"
    default: "letter.\(rawValue)"
    }
  }

  /// All that can be filled in for it.
  public var fields: [LetterField] { needs + may }

  /// What it cannot be done without.
  var needs: [LetterField] {
    switch self {
    case .signFor, .restore, .purge, .accept, .settle, .unitSignFor, .passUp, .uphold, .grantExtension, .takeBack: []
    case .merge: [.otherLetter]
    case .urge, .note: [.note]
    case .answer: [.answer, .visibility]
    case .reclassify: [.kind]
    case .transfer: [.mailbox, .reason]
    case .decline, .junk, .sendBack, .dispute, .handBack, .returnToHandler, .reject, .unmerge, .askExtension,
      .refuseExtension:
      [.reason]
    case .present: [.leader, .proposal]
    case .proposeDecline: [.leader, .declineReason, .text]
    case .instruct: [.instruction]
    case .instructDecline: [.declineReason, .text]
    case .dispatch: [.units, .leadUnit, .unitDue]
    case .addUnit: [.units, .unitDue]
    case .recallUnit: [.unit, .reason]
    case .returnToUnits: [.units, .reason]
    case .passDown: [.childUnit]
    case .assign: [.handler]
    case .submit: [.draftAnswer]
    case .askCitizen: [.question]
    }
  }

  /// What may be filled in besides.
  var may: [LetterField] {
    switch self {
    case .settle: [.answer, .visibility]
    case .accept, .passUp, .grantExtension: [.opinion]
    case .urge: [.unit]
    case .dispatch: [.note, .complaintAbout]
    case .addUnit, .passDown, .assign: [.note]
    case .dispute: [.proposedUnit]
    default: []
    }
  }

}

/// What citizens do with their letters; the portal has the forms.
public enum CitizenAct: String, CaseIterable, Sendable {
  /// Answering what the office has asked.
  case answerQuestion = "answer-question"

  /// What it cannot be done without.
  var needs: [LetterField] { [.text] }
}

extension FlowVocabulary {
  /// What flows of letters are made of.
  public static let letters = FlowVocabulary(
    acts: Dictionary(
      uniqueKeysWithValues: LetterAct.allCases.filter { !$0.isBeside }.map { act in
        (
          act.rawValue,
          Act(
            act.action, unitAction: act.unitAction, needs: Set(act.needs.map(\.rawValue)),
            may: Set(act.may.map(\.rawValue)))
        )
      } + CitizenAct.allCases.map { ($0.rawValue, Act(nil, needs: Set($0.needs.map(\.rawValue)))) }),
    folders: Set(DeskFolder.allCases.map(\.rawValue)).union(["stub"]),
    kinds: Set(LetterKind.allCases.map(\.rawValue)), ownFields: ["due"],
    confidential: Set(
      [LetterField.proposal, .instruction, .opinion, .note, .draftAnswer, .leader, .handler, .otherLetter].map(
        \.rawValue)),
    answers: [LetterAct.askCitizen.rawValue: CitizenAct.answerQuestion.rawValue],
    requests: [LetterRequest.extension: (ask: .askExtension, grant: .grantExtension)])
}
