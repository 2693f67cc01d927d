import AuditLog
import JSON

/// The searchable parts of an entry.
struct IndexedEntry: Sendable, Equatable {
  /// Messages or tries, bounded: whoever writes a log must not make sums overflow.
  private static let amountMax = 1_000_000
  private static let textMax = 120

  let kind: String
  let at: String
  var peer = ""
  var code = ""
  var amount = 1
  var subjects: [String] = []

  /// What is not an entry of `zone` counts as one of no known kind.
  init(_ bytes: [UInt8], zone: String) {
    guard let json = try? JSONValue.parse(bytes), (try? AuditEntry.check(bytes, zone: zone)) != nil,
      let kind = json["kind"]?.text, let at = json["at"]?.text
    else {
      (kind, at) = (Self.unknown, "1970-01-01T00:00:00.000Z")
      return
    }
    (self.kind, self.at) = (kind, at)
    func text(_ key: String) -> String { String((json[key]?.text ?? "").prefix(Self.textMax)) }
    peer = text("peer")
    switch AuditEntry.Kind(rawValue: kind) {
    case .packetSent, .packetApplied:
      let messages = json["messages"]?.elements ?? []
      amount = messages.count
      var seen: Set<String> = []
      for message in messages {
        guard let parts = message.elements, parts.count == 3, let subject = parts[2].text else { continue }
        if seen.insert(subject).inserted { subjects.append(subject) }
      }
    case .packetRefused, .messageRefused, .fileQuarantined:
      code = text("code")
      if kind == "message.refused" { subjects = [text("message")] }
    case .letterAccepted: subjects = [text("letter"), text("number")]
    case .actRecorded:
      code = text("act")
      if !text("subject").isEmpty {
        subjects =
          [text("subject")] + (text("object").hasPrefix("letter ") ? [String(text("object").dropFirst(7))] : [])
      }
    case .loginRefused: (code, amount) = (text("reason"), min(max(1, json["count"]?.number ?? 1), Self.amountMax))
    case .guessStopped: code = text("limit")
    case .peerLogAlarm: code = text("alarm")
    case .keysChanged: peer = text("owner")
    case .trustList: code = text("authority")
    case .logOpened, .zoneStarted, .zoneStopped, .clockJumped, .linkSilent, .linkHeard, .epochOpened, .streamsForgotten,
      .peerCheckpoint, nil:
      break
    }
  }
}

extension IndexedEntry {
  static let unknown = "unknown.entry"

  /// Acts that change permissions.
  private static let actsOfRights: Set<String> = [
    "person.added", "person.changed", "person.removed", "person.taken-over", "people.imported", "certificate.enrolled",
    "certificate.taken", "enrolment.offered", "enrolment.used", "key.enrolled", "key.retired", "mailbox.given",
    "delegation.given", "units.imported", "certificates.imported",
  ]

  /// What an officer is alerted to, and under which heading; nil for normal entries.
  ///
  /// - Parameters:
  ///   - isFirst: whether it is the first entry of a zone's first log.
  ///   - wasStopped: whether the zone's last start or stop before it was a stop.
  func alert(isFirst: Bool, wasStopped: Bool) -> String? {
    switch AuditEntry.Kind(rawValue: kind) {
    case .packetRefused, .messageRefused, .fileQuarantined, .epochOpened, .peerLogAlarm, .loginRefused, .guessStopped,
      .clockJumped, .linkSilent, .keysChanged, .streamsForgotten:
      kind
    case .logOpened: isFirst ? nil : kind
    case .zoneStarted: wasStopped ? nil : "zone.killed"
    case .actRecorded: Self.actsOfRights.contains(code) ? "rights.changed" : nil
    case .zoneStopped, .packetSent, .packetApplied, .letterAccepted, .linkHeard, .trustList, .peerCheckpoint: nil
    case nil: Self.unknown
    }
  }
}
