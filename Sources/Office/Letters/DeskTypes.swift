public import struct Foundation.Date

/// The desk's folders, as far as they are in use.
public enum DeskFolder: String, CaseIterable, Sendable {
  /// Arrived, not signed for.
  case toDo = "to-do"
  /// Signed for, not settled.
  case tracking
  /// Answered.
  case concluded
  case declined
}

public struct DeskLetterSummary: Sendable {
  public var number: String
  public var mailbox: String
  public var kind: LetterKind
  public var title: String
  public var stage: LetterStage
  public var acceptedAt: Date
  public var attachmentCount: Int
  /// Whether the portal refused the outcome, so that the citizen cannot read it.
  public var isOutcomeRefused: Bool
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
  public var stage: LetterStage
  public var acceptedAt: Date
  public var events: [DeskEvent]
  public var outcome: LetterOutcome?
  /// Whether the portal has confirmed the outcome.
  public var outcomeDelivered: Bool
  /// Why the portal did not take the outcome; nil where it did, or has not said anything yet.
  public var outcomeRefusal: LetterRefusal?
  public var notice: NoticeState?
}
