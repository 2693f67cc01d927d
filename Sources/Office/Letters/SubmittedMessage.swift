import AgeFormat
import Cryptography
import JSON
import Links
import PacketFormat
import Timestamps

/// How a citizen finds and opens a letter: made by the portal, kept unread by the intranet for a portal that is rebuilt.
struct LetterLockBytes: Sendable {
  let codeIndex: [UInt8]
  let salt: [UInt8]
  let wrappedKey: [UInt8]
  /// Of the author's phone; nil from an earlier release.
  let phoneTag: [UInt8]?
}

extension LetterLockBytes {
  /// - Throws: `schema` where one is missing, or is not as long as it must be.
  init(_ message: Message) throws(MessageRefusal) {
    self.init(
      codeIndex: try message.bytes("codeIndex", count: LetterLocks.indexBytes),
      salt: try message.bytes("salt", count: LetterLocks.saltBytes),
      wrappedKey: try message.bytes("wrappedKey", count: LetterLocks.wrappedBytes),
      phoneTag: try message.bytesIfAny("phoneTag", count: LetterLocks.phoneTagBytes))
  }

  var members: [JSONValue.JSONMember] {
    let all = [("codeIndex", codeIndex), ("salt", salt), ("wrappedKey", wrappedKey), ("phoneTag", phoneTag)]
    return all.compactMap { key, bytes in bytes.map { .init(key, .string(Base64.encode($0))) } }
  }
}

/// `letter.submitted`: a letter from the portal to the intranet, sealed for its key.
struct SubmittedMessage: Sendable {
  static let type = "letter.submitted"
  static let letterMaxBytes = 512 * 1024

  /// The letter's.
  let id: String
  let number: String
  let acceptedAt: UnixMilliseconds
  /// An age file that holds the draft.
  let sealedDraft: [UInt8]
  /// What is meant for its citizen is sealed for this key.
  let letterKey: X25519PublicKey
  /// What the citizen signs with, as its public half; nil from an earlier release.
  let citizenKey: [UInt8]?
  let locks: LetterLockBytes
  let blobs: [HexDigest]

  var message: Message {
    letterMessage(
      Self.type, letter: id, at: acceptedAt,
      .object(
        [
          .init("number", .string(number)), .init("letter", .string(Base64.encode(sealedDraft))),
          .init("letterKey", .string(AgeKeyNotation.recipient(letterKey))),
        ] + (citizenKey.map { [.init("citizenKey", .string(Base64.encode($0)))] } ?? []) + locks.members + [
          .init("blobs", .array(blobs.map { .string($0.text) }))
        ]))
  }
}

extension SubmittedMessage {
  /// - Throws: `schema` where the body is not of this type. What the draft says is not looked at.
  init(_ message: Message) throws(MessageRefusal) {
    id = message.subject
    number = try message.text("number", maxBytes: 32)
    acceptedAt = try message.time()
    guard let letterKey = AgeKeyNotation.recipient(parsing: try message.text("letterKey")) else {
      throw MessageRefusal(code: "schema", reason: "“letterKey” is no age recipient")
    }
    self.letterKey = letterKey
    citizenKey = try message.bytesIfAny("citizenKey", count: CitizenKey.publicBytes)
    locks = try LetterLockBytes(message)
    sealedDraft = try message.bytes("letter", maxBytes: Self.letterMaxBytes)
    blobs = try message.blobs()
  }
}
