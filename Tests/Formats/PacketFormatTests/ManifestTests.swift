import Foundation
import PacketFormat
import Testing
import Zones

private let good = """
  {"suite":"x25519-chacha20poly1305-ed25519","id":"019ab3c4-7d2e-7c31-9f55-0a1b2c3d4e5f","from":"dmz","to":"intranet",\
  "stream":"dmz/a/1/m","seq":1,"prev":"\(HexDigest.zero)","created":"2026-11-22T13:38:00.123Z",\
  "classification":"internal","messages":{"letter.submitted":37},\
  "blobs":[{"sha256":"\(HexDigest.zero)","offset":0,"bytes":5,"total":9}],\
  "receipts":[{"stream":"intranet/a/1/m","applied":2,"digest":"\(HexDigest.zero)","effective":2,"secured":1,\
  "refused":[{"seq":1,"message":"019ab3c4-7d2e-7c31-9f55-0a1b2c3d4e5f","code":"schema"},{"seq":2,"code":"policy"}]}],\
  "recipients":["\(HexDigest.zero)"],"payload":{"bytes":31337,"sha256":"\(HexDigest.zero)"}}
  """

@Suite struct ManifestTests {
  @Test("a manifest says what its line says, and writes the same line again")
  func roundTrip() throws {
    let manifest = try Manifest.parse(line: Array(good.utf8))
    #expect(manifest.stream.lane == .messages)
    #expect(manifest.messages == ["letter.submitted": 37])
    #expect(manifest.receipts[0].refused.map(\.code) == ["schema", "policy"])
    #expect(String(decoding: manifest.encodedLine(), as: UTF8.self) == good)
  }

  @Test(
    "each field is held to its form",
    arguments: [
      (#""seq":1,"#, #""seq":0,"#, "seq"), (#""seq":1,"#, "", "seq"), (#""seq":1,"#, #""seq":"1","#, "seq"),
      (#""seq":1,"#, #""seq":1,"note":"hello","#, "unknown field"), (#""from":"dmz""#, #""from":"DMZ""#, "from"),
      (#""from":"dmz""#, #""from":"other""#, "stream"), ("dmz/a/1/m", "dmz/a/1/x", "stream"),
      ("dmz/a/1/m", "dmz/a/01/m", "stream"), ("dmz/a/1/m", "dmz/a/0/m", "stream"), ("7c31", "4c31", "UUID"),
      ("T13:38:00.123Z", "T13:38:00.123+08:00", "created"), ("\"internal\"", "\"secretish\"", "classification"),
      (#""letter.submitted":37"#, #""letter.submitted":0"#, "messages"),
      (#""letter.submitted":37"#, #""Letter":1"#, "messages"), (#""bytes":5"#, #""bytes":10"#, "blob"),
      (#""bytes":5"#, #""bytes":0"#, "blob"), (#""secured":1"#, #""secured":3"#, "secured"),
      (#""effective":2"#, #""effective":3"#, "effective"),
      (#""code":"policy""#, #""code":"Policy""#, "code"), (#""bytes":31337"#, #""bytes":-1"#, "bytes"),
      (#""prev":"0"#, #""prev":"1"#, "prev"), (#""prev":"0"#, #""prev":"A"#, "prev"),
    ])
  func eachField(_ old: String, _ new: String, _ reason: String) throws {
    let text = good.replacing(old, with: new, maxReplacements: 1)
    #expect(text != good)
    let error = #expect(throws: FormatError.self) { try Manifest.parse(line: Array(text.utf8)) }
    #expect(error?.code == .manifest)
    #expect(error?.reason.localizedStandardContains(reason) == true, "\(error?.reason ?? "")")
  }

  @Test("a head that is cut anywhere may still be whole later; one byte too many is told")
  func cutHeads() throws {
    let head = PacketHead.encode(manifestLine: Array((good + "\n").utf8), signature: "c2ln", certificate: "Y2VydA==")
    for count in 0..<head.count { #expect(try PacketHead.parse(Array(head[..<count])) == nil, "cut at \(count)") }
    let parsed = try #require(try PacketHead.parse(head + [1, 2, 3]))
    #expect(parsed.byteCount == head.count)
    #expect(parsed.packetBytes == head.count + 31_337)
    #expect(parsed.signedBytes == Array("guandu-packet/v1\n\(good)\n".utf8))
  }

  @Test("a foreign file and an endless line are refused at once")
  func foreign() {
    #expect(throws: FormatError.self) { try PacketHead.parse(Array("guandu-packet/v2\n".utf8)) }
    #expect(throws: FormatError.self) { try PacketHead.parse([0x50, 0x4B]) }
    let endless = PacketHead.magic + [UInt8](repeating: UInt8(ascii: "a"), count: PacketHead.maxBytes)
    let error = #expect(throws: FormatError.self) { try PacketHead.parse(endless) }
    #expect(error?.code == .head)
  }
}
