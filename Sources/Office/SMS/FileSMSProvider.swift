import DurableFiles
import Foundation

/// The demonstration's provider: each message is a file, `<time>-<random>.txt`, with the line `to: …`, an empty line, and
/// the text. A reader of the folder sees whole messages only.
struct FileSMSProvider: SMSProvider {
  let directory: String
  private let files = Files()

  init(directory: String) { self.directory = directory }

  var isDemonstration: Bool { true }

  func send(to phone: String, text: String) async throws(NoticeError) {
    try checkMessage(to: phone, text: text)
    let name = "\(Self.timestamp(Date()))-\(UInt64.random(in: 0...UInt64.max).hex).txt"
    let hidden = "\(directory)/.\(name)"
    do throws(FileError) {
      try files.writeNew(hidden, [Array("to: \(phone)\n\n\(text)\n".utf8)])
      try files.renameExclusively(hidden, to: "\(directory)/\(name)")
      try files.syncFolder(directory)
    } catch {
      try? files.remove(hidden)
      throw NoticeError(.temporary, "\(error)")
    }
  }

  /// Sorts by time, and holds no character that a file system may not.
  private static func timestamp(_ date: Date) -> String {
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true, timeZone: .gmt)
    return date.formatted(style).filter { $0 != ":" && $0 != "-" && $0 != "." }
  }
}

extension UInt64 {
  fileprivate var hex: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
