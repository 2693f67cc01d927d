import AgeFormat
import Cryptography
import JSON
import Links
import PacketFormat
import Timestamps

/// `portal.keepsake`: the portal's pepper, sealed for the intranet, which keeps it in escrow.
struct PepperEscrowMessage: Sendable {
  static let type = "portal.keepsake"
  private static let maxBytes = 4_096
  static let pepperBytes = 32

  let id: String
  /// An age file that holds the pepper.
  let sealed: [UInt8]

  func message(at milliseconds: UnixMilliseconds) -> Message {
    letterMessage(
      Self.type, letter: id, at: milliseconds, .object(["keepsake": .string(Base64.encode(sealed))]))
  }
}

extension PepperEscrowMessage {
  /// - Throws: `schema` where the body is not of this type.
  init(_ message: Message) throws(MessageRefusal) {
    (id, sealed) = (message.subject, try message.bytes("keepsake", maxBytes: Self.maxBytes))
  }
}

/// `portal.restored`: how far the series of numbers had come, and under which peppers codes are filed.
struct RestoredPortalMessage: Sendable {
  static let type = "portal.restored"
  private static let listMaxCount = 1_000

  let numbers: [(year: Int, last: Int)]
  let peppers: [[UInt8]]

  func message(at milliseconds: UnixMilliseconds) -> Message {
    letterMessage(
      Self.type, letter: newIdentifier(at: milliseconds), at: milliseconds,
      .object([
        "numbers": .array(numbers.map { .object(["year": .integer($0.year), "last": .integer($0.last)]) }),
        "peppers": .array(peppers.map { .string(Base64.encode($0)) }),
      ]))
  }
}

extension RestoredPortalMessage {
  /// - Throws: `schema` where the body is not of this type.
  init(_ message: Message) throws(MessageRefusal) {
    var numbers: [(year: Int, last: Int)] = []
    for element in try message.list("numbers", maxCount: Self.listMaxCount) {
      guard let year = element["year"]?.number, let last = element["last"]?.number, (1970...9_999).contains(year),
        (0...1_000_000_000).contains(last)
      else { throw MessageRefusal(code: "schema", reason: "“numbers” holds more than years and last numbers") }
      numbers.append((year, last))
    }
    var peppers: [[UInt8]] = []
    for element in try message.list("peppers", maxCount: Self.listMaxCount) {
      guard let bytes = element.text.flatMap({ Base64.decode($0) }), bytes.count == PepperEscrowMessage.pepperBytes
      else { throw MessageRefusal(code: "schema", reason: "“peppers” holds something that is none") }
      peppers.append(bytes)
    }
    (self.numbers, self.peppers) = (numbers, peppers)
  }
}

/// `letter.restored`: a letter as the intranet knows it, up to its outcome, which follows as it did the first time.
struct RestoredLetterMessage: Sendable {
  static let type = "letter.restored"
  /// Of a letter on its way, in their order.
  static let stages: [LetterStage] = [.sent, .delivered, .signedFor]

  let id: String
  let number: String
  let acceptedAt: UnixMilliseconds
  let locks: LetterLockBytes
  /// An age file for the letter's own key that holds the draft.
  let sealedDraft: [UInt8]
  let events: [(stage: LetterStage, at: UnixMilliseconds)]

  func message(at milliseconds: UnixMilliseconds) -> Message {
    let told = events.map {
      JSONValue.object(["stage": .string($0.stage.rawValue), "at": .string(timestamp($0.at))])
    }
    return letterMessage(
      Self.type, letter: id, at: milliseconds,
      .object(
        [.init("number", .string(number)), .init("acceptedAt", .string(timestamp(acceptedAt)))] + locks.members
          + [.init("letter", .string(Base64.encode(sealedDraft))), .init("events", .array(told))]))
  }
}

extension RestoredLetterMessage {
  /// - Throws: `schema` where the body is not of this type.
  init(_ message: Message) throws(MessageRefusal) {
    id = message.subject
    number = try message.text("number", maxBytes: 32)
    acceptedAt = try message.time("acceptedAt", message.body["acceptedAt"])
    locks = try LetterLockBytes(message)
    sealedDraft = try message.bytes("letter", maxBytes: SubmittedMessage.letterMaxBytes)
    var events: [(stage: LetterStage, at: UnixMilliseconds)] = []
    for element in try message.list("events", maxCount: Self.stages.count) {
      guard let stage = element["stage"]?.text.flatMap(LetterStage.init(rawValue:)), Self.stages.contains(stage) else {
        throw MessageRefusal(code: "schema", reason: "“events” holds a stage that is none of a letter on its way")
      }
      events.append((stage, try message.time("at", element["at"])))
    }
    self.events = events
  }
}
