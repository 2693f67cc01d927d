/// An entry as a line of syslog (RFC 5424).
struct SyslogMessage: Sendable {
  /// "log audit".
  private static let facility = 13
  /// RFC 5612's number for examples: Guandu has none of its own.
  private static let structuredDataID = "guandu@32473"

  /// By kind; others are informational (6).
  private static let severities = [
    "unknown": 1, "peer.log-alarm": 1, "log.opened": 4, "epoch.opened": 4, "streams.forgotten": 4, "clock.jumped": 4,
    "link.silent": 4,
    "packet.refused": 4, "message.refused": 4, "file.quarantined": 4, "login.refused": 4, "guess.stopped": 4,
    "keys.changed": 5, "trust.list": 5, "zone.started": 5, "zone.stopped": 5,
  ]

  let entry: ForwardedEntry
  /// This machine's name, without what a message cannot hold.
  let host: String

  /// The message, without a frame.
  var bytes: [UInt8] {
    let severity = Self.severities[entry.kind] ?? 6
    let header = [
      "<\(Self.facility * 8 + severity)>1", entry.time ?? "-", Self.hostName(host), "guandu", "-", entry.kind,
    ]
    let parameters = [
      ("zone", entry.zone), ("log", entry.log), ("index", String(entry.index)), ("kind", entry.kind),
    ]
    let data = parameters.map { name, value in " \(name)=\"\(Self.escape(value))\"" }.joined()
    let start = header.joined(separator: " ") + " [\(Self.structuredDataID)\(data)] "
    return Array(start.utf8) + [0xEF, 0xBB, 0xBF] + entry.json
  }

  /// With its length before it, as on a stream (RFC 5425, section 4.3).
  var framed: [UInt8] {
    let message = bytes
    return Array("\(message.count) ".utf8) + message
  }

  /// RFC 5424, section 6.3.3.
  private static func escape(_ value: String) -> String {
    value.reduce(into: "") { text, character in
      if "\"\\]".contains(character) { text.append("\\") }
      text.append(character)
    }
  }

  private static func hostName(_ name: String) -> String {
    let printable = name.unicodeScalars.filter { (0x21...0x7E).contains($0.value) }.prefix(255)
    return printable.isEmpty ? "-" : String(String.UnicodeScalarView(printable))
  }
}
