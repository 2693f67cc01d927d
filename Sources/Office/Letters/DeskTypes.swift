public import Flows
public import People

public import struct Foundation.Date

/// The desk's folders (docs/mailbox.md says which letter is in which).
public enum DeskFolder: String, CaseIterable, Sendable {
  /// 待办理: not signed for, or to be decided on.
  case toDo = "to-do"
  /// 流程追踪: under way.
  case tracking
  /// 未处理: a limit has passed, or a word holds it.
  case untreated
  /// 审理完成
  case concluded
  /// 不予受理
  case declined
  /// 全部受理来信
  case all
  /// 回收站
  case recycleBin = "recycle-bin"

  /// Whether its letters wait for something, and are listed with the one due first; the others with the newest first.
  public var isOpen: Bool { [.toDo, .tracking, .untreated].contains(self) }
}

public struct DeskLetterSummary: Sendable {
  public var number: String
  /// The part of a unit that it stands for; 0 for the letter itself.
  public var branch: Int
  public var mailbox: String
  public var kind: LetterKind
  public var title: String
  public var stage: LetterStage
  /// What it waits for, as its flow calls it; for a unit, its own part.
  public var state: FlowWords
  public var acceptedAt: Date
  /// Until when it is due, for the viewer's part of it; nil where no date was set, and once it has ended.
  public var due: Date?
  public var attachmentCount: Int
  /// Whether the portal refused the outcome, so that the citizen cannot read it.
  public var isOutcomeRefused: Bool
  /// Whether whoever holds it was urged.
  public var isUrged: Bool
  /// Whether whoever holds it was reminded of the promised date.
  public var isReminded: Bool
}

/// Something that was asked for beside a letter's flow.
public struct DeskRequest: Sendable {
  public enum State: String, CaseIterable, Sendable {
    case open
    case granted
    case refused
    /// The letter was settled, or whoever asked has it no longer.
    case closed
  }

  public var state: State
  public var title: FlowWords
  public var unit: OfficeUnit?
  public var handler: String
  public var reason: String
  public var at: Date
  /// The date that would be promised if it were granted; nil where no calendar says, and where it is decided.
  public var newPromise: LetterPromise?
}

/// A letter that this one is joined with.
public struct JoinedLetter: Sendable {
  /// Nil where this person may not read it.
  public var number: String?
}

/// One line of a letter's history.
public struct DeskEvent: Sendable {
  public var stage: LetterStage
  public var at: Date
  /// Empty for what no person did.
  public var handler: String
}

/// How far a message to the citizen got.
public enum NoticeState: String, Sendable {
  case waiting
  case sent
  case failed
}

public struct DeskLetter: Sendable {
  public var number: String
  public var draft: LetterDraft
  /// Where it is handled now; the draft has what its citizen chose.
  public var mailbox: String
  public var kind: LetterKind
  public var stage: LetterStage
  /// Its state, as its flow calls it.
  public var state: FlowWords
  public var acceptedAt: Date
  public var events: [DeskEvent]
  public var outcome: LetterOutcome?
  /// Whether the portal has confirmed the outcome.
  public var outcomeDelivered: Bool
  /// Why the portal did not take the outcome; nil where it did, or has not said anything yet.
  public var outcomeRefusal: LetterRefusal?
  public var notice: NoticeState?
  public var branches: [DeskBranch]
  /// What this person may do with it now.
  public var offers: [DeskOffer]
  public var history: [DeskHistoryEntry]
  /// The text that it would end with, as it was proposed or submitted.
  public var proposed: String
  /// Whether it was decided that it be declined.
  public var isDeclining: Bool
  /// Until when an answer was promised; nil where no calendar says.
  public var promise: LetterPromise?
  /// Whether that date waits for the citizen now.
  public var isPaused: Bool
  /// Whether the portal did not take what the citizen was told and asked last.
  public var isCourseRefused: Bool
  /// What was asked for beside the flow, in order.
  public var requests: [DeskRequest]
  /// The letter that it is joined with, and those that are joined with it.
  public var joinedWith: JoinedLetter?
  public var joined: [JoinedLetter]

  public func offer(_ act: LetterAct, branch: Int? = nil) -> DeskOffer? {
    offers.first { $0.act == act && $0.branch == branch }
  }
}
