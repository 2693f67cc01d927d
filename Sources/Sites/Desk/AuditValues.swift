import AuditConsole
import Foundation
import HummingbirdCore
import Roles
import Web

/// What an officer looks for, as it stands in an address.
struct AuditSearch: Sendable {
  static let names = ["from", "to", "zone", "peer", "kind", "code"]

  var values: [String: String]

  init(_ values: [String: String]) {
    self.values = values.filter { Self.names.contains($0.key) && !$0.value.isEmpty }
      .mapValues { String(halfWidth(WrittenText.line($0)).prefix(60)) }
  }

  static func values(of request: WebRequest) -> [String: String] {
    Dictionary(uniqueKeysWithValues: names.map { ($0, request.query($0) ?? "") })
  }

  /// From the query of an address, as this desk wrote it.
  static func values(_ query: String) -> [String: String] {
    var values: [String: String] = [:]
    for name in names { values[name] = queryParameter(name, in: query) }
    return values
  }

  var query: String {
    Self.names.compactMap { name in values[name].map { "\(name)=\(queryEncoded($0))" } }.joined(separator: "&")
  }

  /// Dates that are none are said, and not taken for no limit at all.
  var problems: [(field: String, key: String)] {
    ["from", "to"].filter { name in values[name].map { auditInstant($0, isEnd: false) == nil } ?? false }
      .map { ($0, "auditDateWrong") }
  }

  /// Dates and times are what the office's clock shows; entries have UTC.
  var filter: AuditFilter {
    var filter = AuditFilter()
    filter.from = values["from"].flatMap { auditInstant($0, isEnd: false) } ?? ""
    filter.to = values["to"].flatMap { auditInstant($0, isEnd: true) } ?? ""
    filter.zone = values["zone"] ?? ""
    filter.peer = values["peer"] ?? ""
    filter.kind = values["kind"] ?? ""
    filter.code = values["code"] ?? ""
    return filter
  }

  /// The same, for the entries of one line of the overview.
  func narrowed(_ hour: AuditHour) -> AuditSearch {
    var search = self
    search.values["from"] = auditHour(hour.hour)
    search.values["to"] = auditHour(hour.hour)
    search.values["zone"] = hour.zone
    search.values["kind"] = hour.kind
    if !hour.peer.isEmpty { search.values["peer"] = hour.peer }
    if !hour.code.isEmpty { search.values["code"] = hour.code }
    return search
  }
}

extension DeskSite {
  func searchValues(
    _ search: AuditSearch, _ console: AuditConsole, _ presence: Presence, _ language: Language
  ) async throws -> SearchValues {
    let zones = try await asking { () async throws(AuditConsoleError) in
      try await console.zones(for: presence.official)
    }
    return SearchValues(
      from: search.values["from"] ?? "", to: search.values["to"] ?? "",
      zones: zones.map { OptionValues(id: $0, text: $0, chosen: $0 == search.values["zone"]) },
      peer: search.values["peer"] ?? "",
      kinds: auditKinds.map { kind in
        OptionValues(id: kind, text: kindText(kind, language), chosen: kind == search.values["kind"])
      }, code: search.values["code"] ?? "", query: search.query)
  }

  func eventValues(_ event: AuditEvent, _ language: Language) -> AuditEventRow {
    AuditEventRow(
      at: auditTime(event.at), zone: event.place.zone, peer: shown(event.peer),
      kind: kindText(event.kind, language), code: shown(codeText(event.kind, event.code, language)),
      place: placeText(event.place),
      path: "/audit/entries/\(event.place.zone)/\(event.place.log)/\(event.place.position)")
  }

  /// Whether an entry's place is proved, in words.
  func standingValues(_ standing: EntryStanding, _ language: Language) -> StandingValues {
    switch standing {
    case .proved(let entry):
      let text =
        entry.witnessed.map {
          renderer.strings.text("provedWitnessed", language, $0.name, auditTime($0.seconds * 1_000))
        }
        ?? renderer.strings.text("provedUnwitnessed", language)
      return StandingValues(isProved: true, text: text)
    case .unproved(let reason):
      return StandingValues(isProved: false, text: unprovedText(reason, language))
    }
  }

  private func unprovedText(_ reason: Unproved, _ language: Language) -> String {
    switch reason {
    case .archived: renderer.strings.text("unprovedArchived", language)
    case .tablesDiffer(let kind, let at):
      renderer.strings.text("unprovedTables", language, kindText(kind, language), auditTime(at))
    case .broken(let reason): renderer.strings.text("unprovedBroken", language, reason)
    }
  }

  /// What a check has found, in words.
  func faultText(_ check: LogCheckResult, _ language: Language) -> String? {
    guard let fault = check.fault else { return nil }
    return check.isOfRecord ? recordText(fault, language) : renderer.strings.text("checkBroken", language, fault)
  }

  /// `changed 2 5 intranet/audit/1`, in words.
  private func recordText(_ finding: String, _ language: Language) -> String {
    let parts = finding.split(separator: " ", maxSplits: 3).map(String.init)
    let key = "recordFinding-\(parts.first ?? "")"
    guard deskStrings.has(key), parts.count == 2 || parts.count == 4 else { return finding }
    return parts.count == 4
      ? renderer.strings.text(key, language, parts[1], parts[2], parts[3])
      : renderer.strings.text(key, language, parts[1])
  }

  func placeText(_ place: EntryPlace) -> String { "\(place.zone)/audit/\(place.log) · \(place.position)" }

  func kindText(_ kind: String, _ language: Language) -> String {
    auditKinds.contains(kind) ? renderer.strings.text("audit-\(kind)", language) : kind
  }

  /// An act in words; as it is recorded where this program does not know it.
  func actText(_ act: String, _ language: Language) -> String {
    deskStrings.has("act-\(act)") ? renderer.strings.text("act-\(act)", language) : act
  }

  /// A code in words where there are some.
  func codeText(_ kind: String, _ code: String, _ language: Language) -> String {
    if kind == "act.recorded" || kind == "rights.changed" { return actText(code, language) }
    if kind == "record.differs" { return recordText(code, language) }
    let key = "auditCode-\(code)"
    return deskStrings.has(key) ? renderer.strings.text(key, language) : code
  }

  func auditTime(_ milliseconds: Int) -> String {
    officeTime(Date(timeIntervalSince1970: Double(milliseconds) / 1_000))
  }

  /// An entry's time, which is UTC, by the office's clock.
  func auditTime(_ text: String) -> String {
    (try? Date(text, strategy: .iso8601.year().month().day().time(includingFractionalSeconds: true))).map {
      officeTime($0)
    } ?? text
  }
}

/// `2026-11-23T07` in UTC as the office's clock shows it: `2026-11-23 15`.
func auditHour(_ hour: String) -> String {
  (try? Date(hour + ":00:00Z", strategy: .iso8601)).map { String(officeTime($0).prefix(13)) } ?? hour
}

/// As a Chinese keyboard may have typed it, `２０２６－１１－２３　１５：２０`, in half-width characters.
func halfWidth(_ text: String) -> String {
  var scalars = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    switch scalar.value {
    case 0xFF01...0xFF5E: scalars.append(Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar)
    case 0x3000: scalars.append(" ")
    default: scalars.append(scalar)
    }
  }
  return String(scalars).trimmingCharacters(in: .whitespaces)
}

/// The instant in UTC at which what an officer wrote begins, or ends: `2026-11-23`, `2026-11-23 15`, `2026-11-23 15:20`.
func auditInstant(_ text: String, isEnd: Bool) -> String? {
  let parts = text.split(whereSeparator: { " T:-".contains($0) }).map { Int($0) }
  guard (3...6).contains(parts.count), parts.allSatisfy({ $0 != nil }) else { return nil }
  let numbers = parts.compactMap { $0 }
  guard (1970...9999).contains(numbers[0]) else { return nil }
  let rest = isEnd ? [23, 59, 59] : [0, 0, 0]
  let time = Array(numbers.dropFirst(3)) + rest.dropFirst(numbers.count - 3)
  func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
  let local = "\(numbers[0])-\(two(numbers[1]))-\(two(numbers[2]))T\(time.map(two).joined(separator: ":"))+08:00"
  // The thirtieth of February is taken by the parser, and is another day.
  guard let date = try? Date(local, strategy: .iso8601), officeTime(date).prefix(10) == local.prefix(10) else {
    return nil
  }
  return date.formatted(.iso8601).dropLast() + (isEnd ? ".999Z" : ".000Z")
}

func queryEncoded(_ text: String) -> String {
  text.utf8.map { byte in
    let isPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._".utf8.contains(byte)
    let hex = String(byte, radix: 16, uppercase: true)
    return isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + hex
  }.joined()
}
