import JSON
public import PacketFormat
public import Storage

/// Why one message is refused, alone.
public struct MessageRefusal: Error, Equatable, Sendable {
  /// What the sender sees: `[a-z][a-z0-9-]{0,63}`.
  public let code: String
  /// For the operator of the receiving zone only.
  public let reason: String

  public init(code: String, reason: String) {
    self.code = code
    self.reason = reason
  }
}

/// Handles messages of one type.
///
/// The first function works outside any transaction (decrypting, parsing) and may refuse; what it returns runs in the
/// transaction that also moves the stream's position, and may refuse too.
public struct MessageHandler: Sendable {
  public typealias Change = @Sendable (Transaction) throws -> Void
  let prepare: @Sendable (Message) throws -> Change

  public init(_ prepare: @escaping @Sendable (Message) throws -> Change) { self.prepare = prepare }
}

/// What happened to a message that this zone sent, by the peer's signed receipt.
public enum MessageFate: Equatable, Sendable {
  case applied
  case refused(code: String)
}

/// A sent message, as its sender recorded it.
public struct SentMessage: Equatable, Sendable {
  public let id: String
  public let type: String
  public let subject: String

  var json: JSONValue { .array([.string(id), .string(type), .string(subject)]) }

  package init(id: String, type: String, subject: String) {
    self.id = id
    self.type = type
    self.subject = subject
  }

  init?(json: JSONValue) {
    guard let parts = json.elements?.compactMap(\.text), parts.count == 3 else { return nil }
    self.init(id: parts[0], type: parts[1], subject: parts[2])
  }
}

/// Called in the transaction that processes a receipt, once for each message.
public typealias FateHandler = @Sendable (SentMessage, MessageFate, Transaction) throws -> Void
