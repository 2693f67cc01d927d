import JSON
import Links
import PacketFormat
import Timestamps

/// `notice.requested`: the intranet asks the portal to send a citizen a short message.
struct NoticeRequestedMessage: Sendable {
  static let type = "notice.requested"

  let letter: String
  /// The notice's own identifier: several requests for one may come.
  let notice: String
  let phone: String
  /// With `NoticeText.addressMark` for the portal's address.
  let text: String

  func message(at milliseconds: UnixMilliseconds) -> Message {
    letterMessage(
      Self.type, letter: letter, at: milliseconds,
      .object(["notice": .string(notice), "phone": .string(phone), "text": .string(text)]))
  }
}

extension NoticeRequestedMessage {
  /// - Throws: `schema` where the body is not of this type, or the message waits for another, or for a blob: nothing of it may
  ///   wait on the portal's disk.
  init(_ message: Message) throws(MessageRefusal) {
    letter = message.subject
    notice = try message.text("notice", maxBytes: 64)
    phone = try message.text("phone", maxBytes: 32)
    text = try message.text("text", maxBytes: 2048)
    guard message.after.isEmpty, try message.blobs().isEmpty else {
      throw MessageRefusal(code: "schema", reason: "a notice may not wait for others")
    }
  }
}

/// `notice.sent`, `notice.failed`: what became of a notice at the portal.
struct NoticeResultMessage: Sendable {
  static let sent = "notice.sent"
  static let failed = "notice.failed"

  enum Result: Sendable {
    case sent
    /// Where it is permanent, asking again does not help.
    case failed(isPermanent: Bool)
  }

  let letter: String
  let notice: String
  let result: Result

  func message(at milliseconds: UnixMilliseconds) -> Message {
    let name = JSONValue.string(notice)
    return switch result {
    case .sent: letterMessage(Self.sent, letter: letter, at: milliseconds, .object(["notice": name]))
    case .failed(let isPermanent):
      letterMessage(
        Self.failed, letter: letter, at: milliseconds, .object(["notice": name, "permanent": .bool(isPermanent)]))
    }
  }
}

extension NoticeResultMessage {
  /// - Throws: `schema` where it names no notice.
  init(_ message: Message) throws(MessageRefusal) {
    letter = message.subject
    notice = try message.text("notice")
    result = message.type == Self.sent ? .sent : .failed(isPermanent: message.body["permanent"] == .bool(true))
  }
}
