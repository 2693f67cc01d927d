import Cryptography
import JSON
public import Links
public import PacketFormat
public import Timestamps
public import Zones

/// `document.delivered`: a sealed document, from one office's intranet to another's, with its files as blobs.
public struct DeliveredMessage: Sendable {
  public static let type = "document.delivered"
  /// Of what the page says of its classification.
  static let classificationMaxCharacters = 20

  public let document: DocumentFacts
  /// As the page has it, such as `秘密★1年`; empty where there is none.
  public let classification: String
  public let at: UnixMilliseconds

  public init(_ document: DocumentFacts, classification: String, at: UnixMilliseconds) {
    self.document = document
    self.classification = classification
    self.at = at
  }

  /// - Parameter level: what a link's policy weighs; it refuses what is above its own before anything is sealed.
  public func outgoing(_ level: Classification) -> OutgoingMessage {
    let blobs = document.files.map(\.digest)
    let message = Message(
      id: newIdentifier(at: at), type: Self.type, subject: document.id, after: [], at: timestamp(at),
      body: .object(
        document.members + [
          .init("classification", .string(classification)), .init("blobs", .array(blobs.map { .string($0.text) })),
        ]))
    return OutgoingMessage(message, classification: level, blobs: document.files.map { ($0.digest, $0.bytes) })
  }
}

extension DeliveredMessage {
  /// - Throws: `schema` where the body is not of this type.
  package init(_ message: Message) throws(MessageRefusal) {
    document = try DocumentFacts(message)
    at = try message.time()
    classification =
      message.body["classification"] == .string("")
      ? "" : try message.line("classification", maxCharacters: Self.classificationMaxCharacters)
    guard try message.blobs() == document.files.map(\.digest) else {
      throw MessageRefusal(code: "schema", reason: "“blobs” are not the document's files")
    }
  }
}

/// `document.signed-for`: somebody of the other office has signed for a document (签收).
public struct SignedForMessage: Sendable {
  public static let type = "document.signed-for"
  static let nameMaxCharacters = 200

  /// The document's identifier, a UUID.
  public let document: String
  /// SHA-256 of the original that was signed for.
  public let ofd: HexDigest
  /// Who, and of which unit.
  public let name: String
  public let unit: String
  public let at: UnixMilliseconds

  /// - Parameters:
  ///   - name: what the other zone would not take of it is sent as `shownLine` says, and so is what it would not of `unit`:
  ///     people's names may hold characters that only this zone's fonts know.
  public init(document: String, ofd: HexDigest, name: String, unit: String, at: UnixMilliseconds) {
    self.document = document
    self.ofd = ofd
    self.name = shownLine(name, maxCharacters: Self.nameMaxCharacters)
    self.unit = shownLine(unit, maxCharacters: Self.nameMaxCharacters)
    self.at = at
  }

  /// - Parameter level: the document's.
  public func outgoing(_ level: Classification) -> OutgoingMessage {
    let message = Message(
      id: newIdentifier(at: at), type: Self.type, subject: document, after: [], at: timestamp(at),
      body: .object([
        .init("ofd", .string(ofd.text)), .init("name", .string(name)), .init("unit", .string(unit)),
      ]))
    return OutgoingMessage(message, classification: level)
  }
}

extension SignedForMessage {
  /// - Throws: `schema` where the body is not of this type.
  package init(_ message: Message) throws(MessageRefusal) {
    guard isDocumentID(message.subject) else {
      throw MessageRefusal(code: "schema", reason: "the subject is no document's identifier")
    }
    document = message.subject
    guard let digest = HexDigest(try message.text("ofd", maxBytes: 64)) else {
      throw MessageRefusal(code: "schema", reason: "“ofd” is no digest")
    }
    ofd = digest
    name = try message.line("name", maxCharacters: Self.nameMaxCharacters)
    unit = try message.line("unit", maxCharacters: Self.nameMaxCharacters)
    at = try message.time()
  }
}
