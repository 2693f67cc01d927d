public import struct Foundation.Date

/// What a letter's citizen is told of its course beside the outcome: what was done with it, and what they were asked. It
/// crosses whole, sealed for the letter's own key, each time that it changes.
public struct LetterCourse: Codable, Equatable, Sendable {
  /// The newest lines are told; what came before them is left out.
  static let linesMax = 60
  static let questionsMax = 20
  /// Of it as JSON, before it is sealed: so much crosses any link that letters cross.
  static let toldMaxBytes = 160 * 1024

  /// What a step told the citizen, in the words of the letter's flow.
  public struct Line: Codable, Equatable, Sendable {
    public var at: Date
    public var chinese: String
    public var english: String
    /// The stage that the letter came to with it; nil for what lies between the stages.
    public var stage: LetterStage?
  }

  /// What the office has asked.
  public struct Question: Codable, Equatable, Sendable {
    public var id: String
    public var text: String
    public var askedAt: Date
    /// When the wait ends by itself; nil where no calendar says, and for letters without limit.
    public var endsAt: Date?
    /// Whether an answer is waited for.
    public var isOpen: Bool
    public var answer: String?
    public var answeredAt: Date?
  }

  public var lines: [Line]
  public var questions: [Question]

  /// The question that is waiting for an answer, the newest where there are several.
  public var openQuestion: Question? { questions.last { $0.isOpen } }
}

/// What holds for questions and for the answers to them.
public enum LetterQuestion {
  /// Of a question, and of an answer.
  public static let textMaxCharacters = 2_000
  /// What a citizen can send for one letter.
  static let repliesMax = 20

  /// Characters as people count them, none of them endless: at most four code points each on the average, as on the pages.
  public static func fits(_ text: String) -> Bool {
    text.utf8.count <= textMaxCharacters * 16 && text.unicodeScalars.count <= textMaxCharacters * 4
      && text.count <= textMaxCharacters
  }
}

/// What a citizen has sent to the office's question from this portal.
public struct CitizenReply: Sendable {
  public enum State: String, Sendable {
    /// On its way.
    case sent
    case delivered
    /// The intranet did not take it.
    case refused
  }

  /// The question's.
  public var question: String
  public var text: String
  public var at: Date
  public var state: State
}
