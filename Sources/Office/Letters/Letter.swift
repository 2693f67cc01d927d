public import Runtime

public import struct Foundation.Date
public import struct Foundation.UUID

/// What a letter asks for (类别).
public enum LetterKind: String, CaseIterable, Codable, Sendable {
  case question
  case suggestion
  case complaint
}

/// Where a letter is, as its citizen sees it.
public enum LetterStage: String, CaseIterable, Codable, Sendable {
  /// Committed in the DMZ, not yet confirmed by the intranet.
  case sent
  /// The intranet's signed receipt covers it.
  case delivered
  case signedFor = "signed-for"
  case answered
  case declined
  /// The intranet refused it, by its signed receipt: it did not arrive, and will not.
  case refused

  /// The order of a letter's events in a statement; of those of one millisecond, as they follow each other.
  static let eventOrder =
    "at, CASE stage WHEN 'sent' THEN 0 WHEN 'delivered' THEN 1 WHEN 'signed-for' THEN 2 ELSE 3 END"
}

/// One attachment of a letter. Its bytes lie in a blob, an age file that the intranet alone can open.
public struct LetterAttachment: Codable, Equatable, Sendable {
  /// The name that the citizen gave it: a label for people, cleaned by `AttachmentName`, never a path.
  public var name: String
  /// By content, not by the browser's word: `image/jpeg`, `application/pdf`, …, else `application/octet-stream`.
  public var mediaType: String
  /// The size of the plain bytes.
  public var bytes: Int
  /// SHA-256 of the sealed bytes, hex: the blob's name.
  public var blob: String
  public var sealedBytes: Int

  public init(name: String, mediaType: String, bytes: Int, blob: String, sealedBytes: Int) {
    self.name = name
    self.mediaType = mediaType
    self.bytes = bytes
    self.blob = blob
    self.sealedBytes = sealedBytes
  }

  private enum CodingKeys: String, CodingKey { case name, mediaType, bytes, blob, sealedBytes }

  /// 1 TiB: the largest blob that any link lets through. A letter that names a larger attachment is not read.
  public static let maxBytes = 1_099_511_627_776

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    mediaType = try container.decode(String.self, forKey: .mediaType)
    blob = try container.decode(String.self, forKey: .blob)
    bytes = try Self.size(in: container, .bytes)
    sealedBytes = try Self.size(in: container, .sealedBytes)
  }

  private static func size(in container: KeyedDecodingContainer<CodingKeys>, _ key: CodingKeys) throws -> Int {
    let size = try container.decode(Int.self, forKey: key)
    guard (0...maxBytes).contains(size) else {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: container, debugDescription: "a size that no attachment has")
    }
    return size
  }
}

/// What a citizen wrote, before it is sealed. Lives in memory only.
public struct LetterDraft: Codable, Equatable, Sendable {
  public var mailbox: String
  public var kind: LetterKind
  public var title: String
  public var text: String
  public var mayPublish: Bool
  /// Normalised: 11 ASCII digits.
  public var phone: String
  public var mail: String?
  public var attachments: [LetterAttachment]

  public init(
    mailbox: String, kind: LetterKind, title: String, text: String, mayPublish: Bool, phone: String, mail: String?,
    attachments: [LetterAttachment]
  ) {
    self.mailbox = mailbox
    self.kind = kind
    self.title = title
    self.text = text
    self.mayPublish = mayPublish
    self.phone = phone
    self.mail = mail
    self.attachments = attachments
  }
}

/// What a citizen gets for a letter that was taken in.
public struct LetterConfirmation: Sendable {
  /// The public letter number (受理编号), such as `2026-000123`.
  public var number: String
  public var acceptedAt: Date

  public init(number: String, acceptedAt: Date) {
    self.number = number
    self.acceptedAt = acceptedAt
  }
}

/// A step that a letter has taken.
public struct LetterEvent: Codable, Equatable, Sendable {
  public var stage: LetterStage
  public var at: Date

  public init(stage: LetterStage, at: Date) {
    self.stage = stage
    self.at = at
  }
}

/// How a letter ended.
public struct LetterOutcome: Codable, Equatable, Sendable {
  /// `.answered` or `.declined`.
  public var stage: LetterStage
  /// The answer, or the reason for declining.
  public var text: String
  public var isPublic: Bool
  public var at: Date

  public init(stage: LetterStage, text: String, isPublic: Bool, at: Date) {
    self.stage = stage
    self.text = text
    self.isPublic = isPublic
    self.at = at
  }
}

/// A letter as its citizen reads it again, opened with code and password.
public struct CitizenLetter: Sendable {
  public var number: String
  public var draft: LetterDraft
  public var acceptedAt: Date
  public var stage: LetterStage
  public var events: [LetterEvent]
  public var outcome: LetterOutcome?
  /// Why the intranet did not take it, where `stage` is `.refused`.
  public var refusal: LetterRefusal?
  /// What the office has told and asked meanwhile; nil where it is nothing.
  public var course: LetterCourse?
  /// What was answered from this portal, in order.
  public var replies: [CitizenReply]

  public init(
    number: String, draft: LetterDraft, acceptedAt: Date, stage: LetterStage, events: [LetterEvent],
    outcome: LetterOutcome?, refusal: LetterRefusal? = nil, course: LetterCourse? = nil, replies: [CitizenReply] = []
  ) {
    self.number = number
    self.draft = draft
    self.acceptedAt = acceptedAt
    self.stage = stage
    self.events = events
    self.outcome = outcome
    self.refusal = refusal
    self.course = course
    self.replies = replies
  }
}

/// A letter that is published with its answer: in the clear, for everybody.
public struct PublishedLetter: Codable, Sendable {
  /// Where a letter stands among all that are published.
  public struct Place: Hashable, Sendable {
    static let numberMaxBytes = 32

    /// Milliseconds since 1970.
    public let answeredAt: Int
    public let number: String

    init(answeredAt: Int, number: String) {
      self.answeredAt = answeredAt
      self.number = number
    }

    /// Reads `text`; nil for anything else than that.
    public init?(_ text: String) {
      guard text.utf8.count <= 20 + 1 + Self.numberMaxBytes else { return nil }
      let parts = Array(text.utf8).split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let answeredAt = Int(String(decoding: parts[0], as: UTF8.self)),
        parts[1].allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") })
      else { return nil }
      self.init(answeredAt: answeredAt, number: String(decoding: parts[1], as: UTF8.self))
    }

    /// As it may stand in an address.
    public var text: String { "\(answeredAt).\(number)" }
  }

  public var number: String
  public var mailbox: String
  public var kind: LetterKind
  public var title: String
  public var text: String
  public var answer: String
  public var acceptedAt: Date
  public var answeredAt: Date
  /// Set where the letter comes from the list.
  public internal(set) var place: Place?

  private enum CodingKeys: String, CodingKey {
    case number, mailbox, kind, title, text, answer, acceptedAt, answeredAt
  }

  public init(
    number: String, mailbox: String, kind: LetterKind, title: String, text: String, answer: String, acceptedAt: Date,
    answeredAt: Date
  ) {
    self.number = number
    self.mailbox = mailbox
    self.kind = kind
    self.title = title
    self.text = text
    self.answer = answer
    self.acceptedAt = acceptedAt
    self.answeredAt = answeredAt
  }
}

/// Why a letter, or a step on it, was not taken.
public enum LetterError: Error, Sendable {
  /// A disk, the database or a policy refused, as the cause says; trying again may help.
  case unavailable(any Error)
  /// So many wait for the same calculation that this one was not begun; trying again shortly helps.
  case busy
  /// Larger than `LetterLimits.attachmentMaxBytes`.
  case attachmentTooLarge
  /// By its content it is none of the kinds that the link's policy names.
  case attachmentKind
  /// Too much waits for the intranet, or the disk has no room: no letters are taken until that is better.
  case linkIsFull
  /// The desk knows no such letter, or none that this person may read.
  case notFound
  /// This person may read the letter, and not do this with it.
  case notAllowed
  /// The letter is past the stage that the step needs.
  case wrongStage(LetterStage)
  /// The citizen asked for no publication.
  case mayNotPublish
  /// Something was filled in wrongly, or not at all.
  case field(LetterField, LetterFieldProblem)
}

extension LetterError: CodedFault, Equatable {
  public var faultCode: String {
    switch self {
    case .unavailable(let cause): Runtime.faultCode(cause)
    case .busy: "busy"
    case .attachmentTooLarge: "attachment-too-large"
    case .attachmentKind: "attachment-kind"
    case .linkIsFull: "link-is-full"
    case .notFound: "not-found"
    case .notAllowed: "not-allowed"
    case .wrongStage(let stage): "wrong-stage-\(stage.rawValue)"
    case .mayNotPublish: "may-not-publish"
    case .field(let field, let problem): "\(field.rawValue)-\(problem.rawValue)"
    }
  }

  public static func == (left: LetterError, right: LetterError) -> Bool { left.faultCode == right.faultCode }
}
