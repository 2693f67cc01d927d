public import Runtime
public import Zones

/// A way to send short messages to mobile phones.
public protocol SMSProvider: Sendable {
  /// Sends one message. Returning means that the provider has taken it, not that it was read.
  ///
  /// - Parameters:
  ///   - phone: the number, digits only, with `+` before it where it has a country's code.
  ///   - text: at most 1,000 characters.
  func send(to phone: String, text: String) async throws(NoticeError)

  /// Whether messages go to a folder for a demonstration, and to nobody's phone; pages say so.
  var isDemonstration: Bool { get }
}

/// Why a message was not sent.
public struct NoticeError: CodedFault, Hashable, CustomStringConvertible {
  public enum Kind: String, Sendable {
    /// The same message may be taken later: no connection, a time-out, the provider's own failure.
    case temporary
    /// The provider will not take this message.
    case permanent
  }

  public let kind: Kind
  /// For the operator; holds neither the number nor the text.
  public let reason: String

  public init(_ kind: Kind, _ reason: String) {
    self.kind = kind
    self.reason = reason
  }

  public var description: String { "\(kind.rawValue): \(reason)" }
  public var faultCode: String { description }
}

/// The provider that the zone's configuration names.
public func makeSMSProvider(_ configuration: SMSConfiguration) -> any SMSProvider {
  switch configuration {
  case .file(let directory): FileSMSProvider(directory: directory)
  case .http(let gateway): HTTPSMSProvider(gateway: gateway)
  }
}

/// What both providers refuse before they do anything.
func checkMessage(to phone: String, text: String) throws(NoticeError) {
  let digits = phone.hasPrefix("+") ? phone.dropFirst() : phone[...]
  guard (3...20).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
    throw NoticeError(.permanent, "the number is not a phone's")
  }
  guard (1...1_000).contains(text.count), !text.unicodeScalars.contains("\0") else {
    throw NoticeError(.permanent, "the text is empty, too long, or holds a zero")
  }
}
