import Cryptography
import Foundation
import JSON
import Links
import PacketFormat
import Timestamps

/// `letter.signed-for`: a clerk of the intranet has taken a letter in.
struct SignedForMessage: Sendable {
  static let type = "letter.signed-for"

  /// The letter's.
  let id: String
  let at: UnixMilliseconds

  var message: Message { letterMessage(Self.type, letter: id, at: at, .object([])) }
}

extension SignedForMessage {
  init(_ message: Message) throws(MessageRefusal) { (id, at) = (message.subject, try message.time()) }
}

/// `letter.answered`, `letter.declined`: how a letter ended, from the intranet to its citizen.
struct OutcomeMessage: Sendable {
  static let answered = "letter.answered"
  static let declined = "letter.declined"
  private static let maxBytes = 512 * 1024

  /// The letter's.
  let id: String
  let at: UnixMilliseconds
  /// `.answered` or `.declined`.
  let stage: LetterStage
  /// An age file for the letter's own key that holds the outcome.
  let sealed: [UInt8]
  /// What everybody may read, in the clear; nil for an outcome that is the citizen's alone.
  let published: PublishedLetter?

  func message() throws -> Message {
    var members: [JSONValue.JSONMember] = [.init("outcome", .string(Base64.encode(sealed)))]
    if let published {
      members.append(.init("published", .string(String(decoding: try encodeJSON(published), as: UTF8.self))))
    }
    return letterMessage(
      stage == .declined ? Self.declined : Self.answered, letter: id, at: at, .object(members))
  }
}

extension OutcomeMessage {
  /// - Throws: `schema` where the body is not of its type.
  init(_ message: Message) throws(MessageRefusal) {
    id = message.subject
    stage = message.type == Self.declined ? .declined : .answered
    at = try message.time()
    sealed = try message.bytes("outcome", maxBytes: Self.maxBytes)
    published = stage == .answered ? try Self.published(in: message) : nil
  }

  private static func published(in message: Message) throws(MessageRefusal) -> PublishedLetter? {
    guard message.body["published"] != nil else { return nil }
    let text = try message.text("published", maxBytes: maxBytes)
    do { return try decodeJSON(PublishedLetter.self, Data(text.utf8)) } catch {
      throw MessageRefusal(code: "schema", reason: "“published” is no letter with its answer")
    }
  }
}
