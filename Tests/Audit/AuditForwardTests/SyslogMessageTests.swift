import Foundation
import Testing

@testable import AuditForward

private func entry(_ json: String, log: String = "dmz/audit/1", index: Int = 7) -> ForwardedEntry {
  ForwardedEntry(zone: "dmz", log: log, index: index, bytes: Array(json.utf8))
}

private let refused =
  #"{"kind":"packet.refused","zone":"dmz","at":"2026-11-23T10:00:00.250Z","peer":"intranet","code":"policy"}"#

@Suite struct ASyslogMessage {
  @Test func saysWhatRFC5424Asks() {
    let message = SyslogMessage(entry: entry(refused), host: "gate1.example.cn").bytes
    let head =
      #"<108>1 2026-11-23T10:00:00.250Z gate1.example.cn guandu - packet.refused [guandu@32473 zone="dmz" log="dmz/audit/1" index="7" kind="packet.refused"] "#
    #expect(message == Array(head.utf8) + [0xEF, 0xBB, 0xBF] + Array(refused.utf8))
  }

  @Test func fitsTheGrammar() throws {
    // RFC 5424, section 6, as one expression; SD-PARAM's value may hold the three characters only after a backslash.
    let grammar = try Regex(
      #"<(1[0-8][0-9]|19[01]|[1-9]?[0-9])>[1-9][0-9]{0,2} (-|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z) [!-~]{1,255} [!-~]{1,48} [!-~]{1,128} [!-~]{1,32} \[[!#-<>-\\\^-~]{1,32}( [!#-<>-\\\^-~]{1,32}="([^"\\\]]|\\["\\\]])*")*\] \uFEFF(?s:.*)"#
    ).matchingSemantics(.unicodeScalar)
    for (json, log) in [
      (refused, "dmz/audit/1"), (refused, #"a"b\c]d"#), ("no json", "dmz/audit/1"),
      (#"{"kind":"two words","at":"yesterday"}"#, "dmz/audit/1"), ("{\"kind\":\"a\nb\"}", "dmz/audit/1"),
    ] {
      for host in ["gate1", "", "two words\n", "门"] {
        let text = String(decoding: SyslogMessage(entry: entry(json, log: log), host: host).bytes, as: UTF8.self)
        #expect(try grammar.wholeMatch(in: text) != nil, "\(text)")
      }
    }
  }

  @Test func escapesWhatEndsAValue() {
    let text = String(decoding: SyslogMessage(entry: entry(refused, log: #"a"b\c]d"#), host: "h").bytes, as: UTF8.self)
    #expect(text.contains(#"log="a\"b\\c\]d""#))
  }

  @Test func hasItsLengthInBytesBeforeItInAStream() {
    let chinese = #"{"kind":"log.opened","at":"2026-11-23T10:00:00.250Z","reason":"恢复"}"#
    let message = SyslogMessage(entry: entry(chinese), host: "h")
    #expect(message.framed == Array("\(message.bytes.count) ".utf8) + message.bytes)
  }

  @Test(arguments: [
    "{\"kind\":\"packet.sent\",\n\"at\":\"x\"}", "no json", "[1]", "{\"kind\":\"\u{1}\"}",
  ]) func wrapsWhatSomebodyHasPlanted(planted: String) {
    let found = entry(planted)
    #expect(found.kind == "unknown" && found.time == nil)
    #expect(
      String(decoding: found.json, as: UTF8.self) == "{\"damaged\":\"\(Data(planted.utf8).base64EncodedString())\"}")
  }
}
