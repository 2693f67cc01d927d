import AgeFormat
import Cryptography
import Foundation
import JSON
import PacketFormat
import Storage
import Testing
import Timestamps
import ZoneHarness
import Zones

@testable import Letters

/// A DMZ whose keys somebody has: its packets are sound, and what stands in them is made up.
private struct LyingDMZ {
  let zones: TestZones
  let intranet: RunningZone
  /// Where the thief seals letters as the real one would.
  private let workshop: RunningZone
  private let forge: PacketForge

  init() throws {
    zones = try TestZones()
    intranet = try RunningZone(zones.intranet)
    workshop = try RunningZone(zones.dmz, exchanging: false)
    forge = PacketForge(zones: zones)
  }

  /// A letter as its message, `change`d.
  func letter(
    number: String = "2026-000001", _ draft: LetterDraft = draft(), blobs: [HexDigest] = [],
    _ change: (inout [String: JSONValue]) -> Void = { _ in }
  ) async throws -> Message {
    let sealed = try await workshop.citizens.prepare(draft, credentials: .generate())
    var message = sealed.letter.message(number: number, blobs: blobs)
    let members = message.body.members ?? []
    var body = Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.value) })
    change(&body)
    message.body = .object(body.sorted { $0.key < $1.key }.map { JSONValue.JSONMember($0.key, $0.value) })
    return message
  }

  /// Sends all in one packet, and waits until the intranet has dealt with it.
  ///
  /// - Returns: the code that each was refused with; nil where it was taken.
  func send(_ messages: [Message]) async throws -> [String?] {
    try forge.drop(try forge.packet(messages: messages.map { ($0.type, $0.encoded()) }))
    try await intranet.eventually("the packet is dealt with") {
      try await intranet.count("SELECT COALESCE(MAX(applied), 0) FROM incoming_stream") == 1
    }
    let codes = try await intranet.database.read { db in
      try db.all("SELECT message_id, code FROM refusal WHERE message_id IS NOT NULL")
        .reduce(into: [String: String]()) { try $0[$1["message_id"]] = try $1["code"] }
    }
    return messages.map { codes[$0.id] }
  }

  func stop() async throws {
    try await intranet.stop()
    try await workshop.stop()
  }
}

private func titled(_ title: String) -> LetterDraft {
  var draft = draft()
  draft.title = title
  return draft
}

private func bytes(_ count: Int) -> JSONValue { .string(Base64.encode(randomBytes(count))) }

@Suite struct ASigningDMZThatLies {
  @Test func `gets none of its letters in that are not whole, and the true one beside them arrives`() async throws {
    let dmz = try LyingDMZ()
    var stray = draft()
    stray.mailbox = "nobody"
    let blob = try #require(HexDigest(Digest.of([1]).hex))
    let named = LetterAttachment(
      name: "a.txt", mediaType: "text/plain", bytes: 3, blob: blob.text, sealedBytes: 300)
    let messages = [
      try await dmz.letter(stray),
      try await dmz.letter { $0["letter"] = .string(Base64.encode(Array("no age file".utf8))) },
      try await dmz.letter { $0["letterKey"] = .string("age1nobody") },
      try await dmz.letter { $0["salt"] = bytes(15) },
      try await dmz.letter { $0["salt"] = bytes(17) },
      try await dmz.letter { $0["wrappedKey"] = bytes(47) },
      try await dmz.letter { $0["codeIndex"] = bytes(0) },
      try await dmz.letter { $0["codeIndex"] = .integer(7) },
      try await dmz.letter { $0["number"] = nil },
      try await dmz.letter(number: ""),
      try await dmz.letter(number: "2026-1<script>"),
      try await dmz.letter(number: String(repeating: "1", count: 33)),
      try await dmz.letter(draft(attachments: [named])),
      try await dmz.letter(draft(String(repeating: "长", count: 10_001))),
      try await dmz.letter(titled(String(repeating: "长", count: 101))),
      try await dmz.letter(titled("e" + String(repeating: "\u{301}", count: 5_000))),
      try await dmz.letter(number: "2026-000007", draft(String(repeating: "长", count: 10_000))),
    ]
    let codes = try await dmz.send(messages)
    #expect(Array(codes.prefix(3)) as [String?] == ["unknown-mailbox", "letter", "schema"])
    #expect(codes.dropFirst(3).dropLast().allSatisfy { $0 == "schema" })
    #expect(codes.count == 17 && codes[16] == nil)
    #expect(try await dmz.intranet.count("SELECT COUNT(*) FROM desk_letter") == 1)
    #expect(try await dmz.intranet.count("SELECT COUNT(*) FROM desk_letter WHERE number = '2026-000007'") == 1)
    try await dmz.stop()
  }

  @Test func `takes no letter's number or place that is taken`() async throws {
    let dmz = try LyingDMZ()
    let first = try await dmz.letter(number: "2026-000001", draft("真的信"))
    var sameNumber = try await dmz.letter(number: "2026-000001", draft("假的信"))
    sameNumber.subject = newIdentifier(at: currentMilliseconds())
    var sameLetter = try await dmz.letter(number: "2026-000002", draft("假的信"))
    sameLetter.subject = first.subject
    let codes = try await dmz.send([first, sameNumber, sameLetter])
    #expect(codes == [nil, "duplicate-letter", "duplicate-letter"])
    #expect(
      try await dmz.intranet.count("SELECT COUNT(*) FROM desk_letter WHERE CAST(content AS TEXT) LIKE '%真的信%'") == 1)
    #expect(
      try await dmz.intranet.count("SELECT COUNT(*) FROM desk_letter WHERE CAST(content AS TEXT) LIKE '%假的信%'") == 0)
    try await dmz.stop()
  }

  @Test func `names sizes that no file has and numbers that no phone has, and the letter is refused`() async throws {
    let dmz = try LyingDMZ()
    let blob = try #require(HexDigest(Digest.of([1]).hex))
    func attached(_ bytes: Int, _ sealedBytes: Int) async throws -> Message {
      let file = LetterAttachment(
        name: "a.txt", mediaType: "text/plain", bytes: bytes, blob: blob.text, sealedBytes: sealedBytes)
      return try await dmz.letter(draft(attachments: [file]), blobs: [blob])
    }
    func called(_ phone: String) async throws -> Message {
      var draft = draft()
      draft.phone = phone
      return try await dmz.letter(draft)
    }
    let codes = try await dmz.send([
      try await attached(.max, 300), try await attached(3, .max), try await attached(-1, 300),
      try await called("1380013800"), try await called("138001380000"), try await called("1380013800a"),
      try await called("１３８００１３８０００"),
    ])
    #expect(codes == ["letter", "letter", "letter", "schema", "schema", "schema", "schema"])
    #expect(try await dmz.intranet.count("SELECT COUNT(*) FROM desk_letter") == 0)
    try await dmz.stop()
  }

  @Test func `decides nothing by its clock`() async throws {
    let dmz = try LyingDMZ()
    var future = try await dmz.letter(number: "2026-000001")
    future.at = "2999-01-01T00:00:00.000Z"
    var past = try await dmz.letter(number: "2026-000002")
    past.at = "1970-01-02T00:00:00.000Z"
    #expect(try await dmz.send([future, past]) == [nil, nil])
    try await dmz.stop()
  }
}

@Suite struct ASigningIntranetThatLies {
  @Test func `restores no letter whose lock would trip the portal`() async throws {
    let zones = try TestZones()
    let dmz = try RunningZone(zones.dmz)
    let forge = PacketForge(
      zones: zones, signer: "intranet-signing", from: "intranet", to: "dmz", recipient: "dmz-encryption")
    func restored(_ index: Int, salt: Int, wrapped: Int, indexBytes: Int) -> Message {
      let id = "019ab3c4-7d2e-7c31-9f55-" + String(200_000_000_000 + index)
      return Message(
        id: id, type: "letter.restored", subject: id, after: [], at: "2026-11-22T13:38:00.123Z",
        body: .object([
          "number": .string("2026-00000\(index)"), "acceptedAt": .string("2026-11-22T13:38:00.123Z"),
          "codeIndex": bytes(indexBytes), "salt": bytes(salt), "wrappedKey": bytes(wrapped), "letter": bytes(300),
          "events": .array([]),
        ]))
    }
    let messages = [
      restored(1, salt: 8, wrapped: 48, indexBytes: 32), restored(2, salt: 16, wrapped: 0, indexBytes: 32),
      restored(3, salt: 16, wrapped: 48, indexBytes: 31), restored(4, salt: 16, wrapped: 48, indexBytes: 32),
    ]
    let packet = try forge.packet(stream: "intranet/a/1/m", messages: messages.map { ($0.type, $0.encoded()) })
    try forge.drop(packet, into: "i2d")
    try await dmz.eventually("it is dealt with") { try await dmz.count("SELECT COUNT(*) FROM incoming_stream") == 1 }
    #expect(try await dmz.count("SELECT COUNT(*) FROM refused_message") == 3)
    #expect(try await dmz.count("SELECT COUNT(*) FROM citizen_letter") == 1)
    #expect(try await dmz.citizens.read(code: .generate(), password: "000000") == nil)
    try await dmz.stop()
  }

  @Test func `sends peppers without end, and no more are taken than portals were ever lost`() async throws {
    let zones = try TestZones()
    let dmz = try RunningZone(zones.dmz)
    let forge = PacketForge(
      zones: zones, signer: "intranet-signing", from: "intranet", to: "dmz", recipient: "dmz-encryption")
    let messages = (0..<5).map { number in
      Message(
        id: PacketForge.identifier(number), type: "portal.restored", subject: PacketForge.identifier(number), after: [],
        at: "2026-11-22T13:38:00.123Z",
        body: .object(["numbers": .array([]), "peppers": .array((0..<40).map { _ in bytes(32) })]))
    }
    let packet = try forge.packet(stream: "intranet/a/1/m", messages: messages.map { ($0.type, $0.encoded()) })
    try forge.drop(packet, into: "i2d")
    try await dmz.eventually("it is dealt with") { try await dmz.count("SELECT COUNT(*) FROM incoming_stream") == 1 }
    #expect(try await dmz.count("SELECT COUNT(*) FROM restored_pepper") == 80)
    #expect(try await dmz.count("SELECT COUNT(*) FROM refused_message WHERE code = 'too-many'") == 3)
    #expect(try await dmz.citizens.read(code: .generate(), password: "000000") == nil)
    try await dmz.stop()
  }

  @Test(arguments: [
    "2026-99999999999-01T00:00:00.000Z", "9223372036854775807-01-01T00:00:00Z", "2026-13-01T00:00:00Z",
    "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", "1969-12-31T23:59:59Z", "２０２６-01-01T00:00:00Z", "",
  ])
  func `dates a letter on a day that no calendar has, and it is refused`(day: String) async throws {
    let zones = try TestZones()
    let dmz = try RunningZone(zones.dmz)
    let forge = PacketForge(
      zones: zones, signer: "intranet-signing", from: "intranet", to: "dmz", recipient: "dmz-encryption")
    let id = PacketForge.identifier(1)
    let restored = Message(
      id: id, type: "letter.restored", subject: id, after: [], at: "2026-11-22T13:38:00.123Z",
      body: .object([
        "number": .string("2026-000001"), "acceptedAt": .string(day), "codeIndex": bytes(32), "salt": bytes(16),
        "wrappedKey": bytes(48), "letter": bytes(300), "events": .array([]),
      ]))
    let packet = try forge.packet(stream: "intranet/a/1/m", messages: [(restored.type, restored.encoded())])
    try forge.drop(packet, into: "i2d")
    try await dmz.eventually("it is dealt with") { try await dmz.count("SELECT COUNT(*) FROM incoming_stream") == 1 }
    #expect(try await dmz.count("SELECT COUNT(*) FROM refused_message WHERE code = 'schema'") == 1)
    #expect(try await dmz.count("SELECT COUNT(*) FROM citizen_letter") == 0)
    try await dmz.stop()
  }

  @Test(arguments: ["1e300", "-1e300", "9223372036854775807", "-1", "253402300800000"])
  func `publishes an answer of a time that never is, and it is refused`(milliseconds: String) async throws {
    let zones = try TestZones()
    let dmz = try RunningZone(zones.dmz)
    _ = try await dmz.citizens.submit(id: UUID(), draft: draft(), credentials: .generate())
    let letter = try await dmz.database.read { db in
      try #require(try db.one(String.self, "SELECT id FROM citizen_letter"))
    }
    let published = """
      {"number":"2026-000001","mailbox":"mayor","kind":"complaint","title":"a","text":"b","answer":"c",\
      "acceptedAt":1000,"answeredAt":\(milliseconds)}
      """
    let answered = Message(
      id: PacketForge.identifier(1), type: "letter.answered", subject: letter, after: [],
      at: "2026-11-22T13:38:00.123Z", body: .object(["outcome": bytes(300), "published": .string(published)]))
    let forge = PacketForge(
      zones: zones, signer: "intranet-signing", from: "intranet", to: "dmz", recipient: "dmz-encryption")
    let packet = try forge.packet(stream: "intranet/a/1/m", messages: [(answered.type, answered.encoded())])
    try forge.drop(packet, into: "i2d")
    try await dmz.eventually("it is dealt with") { try await dmz.count("SELECT COUNT(*) FROM incoming_stream") == 1 }
    #expect(try await dmz.count("SELECT COUNT(*) FROM refused_message WHERE code = 'schema'") == 1)
    #expect(try await dmz.count("SELECT COUNT(*) FROM published_letter") == 0)
    try await dmz.stop()
  }
}
