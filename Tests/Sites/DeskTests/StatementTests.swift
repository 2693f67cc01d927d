import Acts
import Cryptography
import Foundation
import Letters
import People
import Roles
import Storage
import Testing
import ZoneHarness

private let statement = ActStatement(
  zone: "intranet", person: "li", act: "letter.answered", object: "letter 2026-000001",
  nonce: String(repeating: "0a", count: 32), made: 1_795_403_491_007)

@Suite struct StatementsOfActs {
  @Test func `are these bytes`() throws {
    let whole = try #require(
      statement.with(fields: ["visibility": "private", "text": "一\r\n二", "Text": "", "a-b": "\r"]))
    #expect(
      whole.text == """
        guandu act 1
        zone intranet
        person li
        act letter.answered
        object letter 2026-000001
        nonce \(String(repeating: "0a", count: 32))
        made 1795403491007
        field Text e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
        field a-b \(Digest.of([0x0D]).hex)
        field text \(Digest.of("一\n二".utf8).hex)
        field visibility 715dc8493c36579a5b116995100f635e3572fdf8703e708ef1a08d943b36774e

        """)
    #expect(ActStatement(whole.text) == whole)
    #expect(ActStatement(statement.head) == statement)
  }

  @Test func `take no field whose name could be read otherwise, and no more than 256`() {
    for name in ["", "a b", "a\n", "名", "a:b", String(repeating: "a", count: 65)] {
      #expect(statement.with(fields: [name: "x"]) == nil, "\(name)")
    }
    let many = Dictionary(uniqueKeysWithValues: (0..<257).map { ("f\($0)", "") })
    #expect(statement.with(fields: many) == nil)
  }

  @Test func `are read in their one form alone`() throws {
    let text = try #require(statement.with(fields: ["a": "1", "b": "2"])).text
    #expect(ActStatement(text) != nil)
    let lines = text.components(separatedBy: "\n")
    let swapped = (lines[..<7] + [lines[8], lines[7], ""]).joined(separator: "\n")
    let twice = (lines[..<8] + [lines[7], ""]).joined(separator: "\n")
    for wrong in [
      "", "\n", text + "\n", String(text.dropLast()), " " + text, swapped, twice,
      text.replacingOccurrences(of: "\n", with: "\r\n"), text.replacingOccurrences(of: "act 1", with: "act 2"),
      text.replacingOccurrences(of: "made 1", with: "made +1"),
      text.replacingOccurrences(of: "made 1", with: "made 01"),
      text.replacingOccurrences(of: "zone intranet", with: "zone 内网"),
      text.replacingOccurrences(of: "zone intranet", with: "zone intranet\r\nperson wang"),
      text.replacingOccurrences(of: "field a", with: "field  a"),
      text.replacingOccurrences(of: lines[7].suffix(1) + "\nfield b", with: "\nfield b"),
      text.replacingOccurrences(of: "person li\n", with: ""),
    ] {
      #expect(ActStatement(wrong) == nil, "\(wrong.debugDescription)")
    }
  }

  /// The last defence: whatever the desk has let through.
  @Test func `are asked for once more in the transaction that records the act`() async throws {
    let desk = try await TestDesk()
    let person = try await desk.person([.clerk], mailboxes: ["own"])
    let fingerprint = TestTrust.fingerprint(of: person.certificate)
    var official = try #require(try await desk.office.official(certificate: fingerprint))
    let number = try await desk.letter(in: "own")
    let right = ActStatement(
      zone: "intranet", person: person.identifier, act: "letter.signed-for", object: "letter \(number)",
      nonce: String(repeating: "0", count: 64), made: 0)
    let key = try TestKey()
    let publicKey = try #require(P256PublicKey(spki: try key.spki))
    let before = try await desk.state()
    for (text, why) in [
      (right.text, "a key that nobody has enrolled"),
      (statement.text, "another act"), ("junk", "no statement"),
    ] {
      official.signed = SignedStatement(text: text, signature: [], key: try key.fingerprint)
      await #expect(throws: LetterError.self, "\(why)") {
        try await desk.zone.desk.signFor(number: number, by: official)
      }
      #expect(try await desk.state() == before, "\(why)")
    }
    try await desk.zone.database.write { db in
      _ = try SigningKeys.enrol(publicKey, name: "x", of: person.identifier, at: 1, db)
      _ = try SigningKeys.retire(publicKey.fingerprint.hex, of: person.identifier, at: 2, db)
    }
    official.signed = SignedStatement(text: right.text, signature: [], key: try key.fingerprint)
    await #expect(throws: LetterError.self, "retired") {
      try await desk.zone.desk.signFor(number: number, by: official)
    }
    try await desk.zone.database.write { try $0.run("UPDATE signing_key SET retired_at = NULL") }
    try await desk.zone.desk.signFor(number: number, by: official)
  }
}

@Suite struct KeysOnP256 {
  @Test func `are taken in their one encoding, with a point on the curve`() throws {
    let spki = try TestKey().spki
    #expect(P256PublicKey(spki: spki)?.fingerprint == Digest.of(spki))
    var offCurve = spki
    offCurve[90] ^= 1
    var otherCurve = spki
    otherCurve[22] = 6
    let compressed = spki[..<26] + [2] + spki[27..<59]
    let infinity = spki[..<27] + [UInt8](repeating: 0, count: 64)
    for wrong in [[], spki + [0], Array(spki.dropLast()), offCurve, otherCurve, Array(compressed), Array(infinity)] {
      #expect(P256PublicKey(spki: wrong) == nil)
    }
  }

  @Test func `verify what they signed and nothing else`() throws {
    let (key, other) = (try TestKey(), try TestKey())
    let publicKey = try #require(P256PublicKey(spki: try key.spki))
    for round in 0..<40 {
      let numbers = try key.sign("\(round)")
      let signature = try #require(P256PublicKey.signature(fromNumbers: numbers))
      #expect(publicKey.verifies(signature: signature, of: Array("\(round)".utf8)))
      #expect(!publicKey.verifies(signature: signature, of: Array("x\(round)".utf8)))
      #expect(!publicKey.verifies(signature: signature + [0], of: Array("\(round)".utf8)))
      #expect(!publicKey.verifies(signature: Array(signature.dropLast()), of: Array("\(round)".utf8)))
      let foreign = try #require(P256PublicKey.signature(fromNumbers: try other.sign("\(round)")))
      #expect(!publicKey.verifies(signature: foreign, of: Array("\(round)".utf8)))
    }
    #expect(P256PublicKey.signature(fromNumbers: [UInt8](repeating: 1, count: 63)) == nil)
    let small = try #require(
      P256PublicKey.signature(
        fromNumbers: [UInt8](repeating: 0, count: 31) + [1] + [0x80] + [UInt8](repeating: 0, count: 31)))
    #expect(small == [0x30, 0x26, 0x02, 0x01, 0x01, 0x02, 0x21, 0x00, 0x80] + [UInt8](repeating: 0, count: 31))
  }
}
