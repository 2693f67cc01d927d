import Cryptography
import JSON
import Links
import PacketFormat
import Timestamps

/// `letter.progress`: what a letter's citizen is told of its course, from the intranet. Each holds all of it, so that the
/// newest counts alone.
struct ProgressMessage: Sendable {
  static let type = "letter.progress"
  static let courseMaxBytes = 512 * 1024

  /// The letter's.
  let id: String
  /// Later with each change.
  let at: UnixMilliseconds
  /// An age file for the letter's own key that holds the course.
  let sealed: [UInt8]

  var message: Message {
    letterMessage(Self.type, letter: id, at: at, .object(["course": .string(Base64.encode(sealed))]))
  }
}

extension ProgressMessage {
  /// - Throws: `schema` where the body is not of this type.
  init(_ message: Message) throws(MessageRefusal) {
    (id, at) = (message.subject, try message.time())
    sealed = try message.bytes("course", maxBytes: Self.courseMaxBytes)
  }
}

/// `letter.supplemented`: a citizen's answer to the office's question, from the portal, sealed for the intranet.
struct SupplementedMessage: Sendable {
  static let type = "letter.supplemented"
  static let answerMaxBytes = 64 * 1024

  /// What is sealed: the letter and the question stand in it once more, so that it answers no other.
  struct Content: Codable, Sendable {
    let letter: String
    let question: String
    let text: String
    /// The citizen's, over `SignedAnswer`, base64; nil where the letter has no key for it.
    var signature: String?
  }

  /// The letter's.
  let letter: String
  /// The answer's own, made with its form.
  let id: String
  let question: String
  let at: UnixMilliseconds
  /// An age file for the intranet's key, and escrow, that holds `Content`.
  let sealed: [UInt8]

  var message: Message {
    letterMessage(
      Self.type, letter: letter, at: at,
      .object([
        "reply": .string(id), "question": .string(question), "text": .string(Base64.encode(sealed)),
      ]))
  }
}

extension SupplementedMessage {
  /// - Throws: `schema` where the body is not of this type.
  init(_ message: Message) throws(MessageRefusal) {
    (letter, at) = (message.subject, try message.time())
    (id, question) = (try message.text("reply", maxBytes: 64), try message.text("question", maxBytes: 64))
    sealed = try message.bytes("text", maxBytes: Self.answerMaxBytes)
    guard Self.isName(id), Self.isName(question), message.after.isEmpty else {
      throw MessageRefusal(code: "schema", reason: "an answer has a name of its own and waits for no other message")
    }
  }

  private static func isName(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}
