import Cryptography
import JSON
public import Links
package import PacketFormat
public import Timestamps
public import Zones

/// `document.published`: a sealed document, from the intranet to the portal, with its files as blobs.
public struct PublishedMessage: Sendable {
  public static let type = "document.published"

  public let document: DocumentFacts
  public let at: UnixMilliseconds

  public init(_ document: DocumentFacts, at: UnixMilliseconds) {
    self.document = document
    self.at = at
  }

  /// - Parameter classification: the document's; a link's policy refuses what is above its own before anything is sealed.
  public func outgoing(_ classification: Classification = .public) -> OutgoingMessage {
    let blobs = document.files.map(\.digest)
    let message = Message(
      id: newIdentifier(at: at), type: Self.type, subject: document.id, after: [], at: timestamp(at),
      body: .object(document.members + [.init("blobs", .array(blobs.map { .string($0.text) }))]))
    return OutgoingMessage(
      message, classification: classification, blobs: document.files.map { ($0.digest, $0.bytes) })
  }
}

extension PublishedMessage {
  /// - Throws: `schema` where the body is not of this type.
  init(_ message: Message) throws(MessageRefusal) {
    document = try DocumentFacts(message)
    at = try message.time()
    guard try message.blobs() == document.files.map(\.digest) else {
      throw MessageRefusal(code: "schema", reason: "“blobs” are not the document's files")
    }
  }
}

/// `document.withdrawn`: a document counts no more. It says all that its page shows, so that it also makes known one that was
/// withdrawn before the portal was rebuilt.
public struct WithdrawnMessage: Sendable {
  public static let type = "document.withdrawn"

  public let document: DocumentFacts
  public let publishedAt: UnixMilliseconds
  /// For the public.
  public let reason: String
  public let at: UnixMilliseconds

  public init(_ document: DocumentFacts, publishedAt: UnixMilliseconds, reason: String, at: UnixMilliseconds) {
    self.document = document
    self.publishedAt = publishedAt
    self.reason = reason
    self.at = at
  }

  /// - Parameter classification: what the document was sent with.
  public func outgoing(_ classification: Classification = .public) -> OutgoingMessage {
    let message = Message(
      id: newIdentifier(at: at), type: Self.type, subject: document.id, after: [], at: timestamp(at),
      body: .object(
        document.members + [
          .init("publishedAt", .string(timestamp(publishedAt))), .init("reason", .string(reason)),
        ]))
    return OutgoingMessage(message, classification: classification)
  }
}

extension WithdrawnMessage {
  /// - Throws: `schema` where the body is not of this type.
  package init(_ message: Message) throws(MessageRefusal) {
    document = try DocumentFacts(message)
    at = try message.time()
    publishedAt = try message.time("publishedAt", message.body["publishedAt"])
    reason = try message.line("reason", maxCharacters: DocumentFacts.reasonMaxCharacters)
  }
}

extension DocumentFacts {
  var members: [JSONValue.JSONMember] {
    [
      .init("number", .string(number.text)), .init("title", .string(title)), .init("issuer", .string(issuer)),
      .init("date", .string(date)), .init("ofd", ofd.json),
    ] + (pdf.map { [.init("pdf", $0.json)] } ?? [])
  }

  /// - Throws: `schema`.
  init(_ message: Message) throws(MessageRefusal) {
    guard isDocumentID(message.subject) else {
      throw MessageRefusal(code: "schema", reason: "the subject is no document's identifier")
    }
    guard let number = DocumentNumber(try message.text("number", maxBytes: 4 * DocumentNumber.maxCharacters)) else {
      throw MessageRefusal(code: "schema", reason: "“number” is no document number")
    }
    let date = try message.text("date", maxBytes: 10)
    guard isDay(date) else { throw MessageRefusal(code: "schema", reason: "“date” is no day") }
    self.init(
      id: message.subject, number: number,
      title: try message.line("title", maxCharacters: Self.titleMaxCharacters),
      issuer: try message.line("issuer", maxCharacters: Self.issuerMaxCharacters), date: date,
      ofd: try DocumentFile(message.body["ofd"], "ofd"),
      pdf: message.body["pdf"] == nil ? nil : try DocumentFile(message.body["pdf"], "pdf"))
    guard pdf?.digest != ofd.digest else {
      throw MessageRefusal(code: "schema", reason: "“ofd” and “pdf” are one file")
    }
  }
}

extension DocumentFile {
  fileprivate var json: JSONValue { .object(["sha256": .string(digest.text), "bytes": .integer(bytes)]) }

  fileprivate init(_ value: JSONValue?, _ key: String) throws(MessageRefusal) {
    guard let digest = value?["sha256"]?.text.flatMap(HexDigest.init), let bytes = value?["bytes"]?.number, bytes > 0
    else { throw MessageRefusal(code: "schema", reason: "“\(key)” is no file with its digest and size") }
    self.init(digest: digest, bytes: bytes)
  }
}

extension Message {
  func line(_ key: String, maxCharacters: Int) throws(MessageRefusal) -> String {
    let text = try text(key, maxBytes: 8 * maxCharacters)
    guard isPlainLine(text, maxCharacters: maxCharacters) else {
      throw MessageRefusal(code: "schema", reason: "“\(key)” is no line of 1 to \(maxCharacters) characters")
    }
    return text
  }
}
