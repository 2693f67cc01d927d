import AgeFormat
import Cryptography
import Foundation
import Letters
import Links
import Logging
import Storage
import Synchronization
import Testing
import ZoneHarness
import Zones

/// What was evaluated, by memory and passes.
private final class Costs: Sendable {
  private let counts = Mutex<[String: Int]>([:])

  var all: [String: Int] { counts.withLock { $0 } }

  var hash: CostlyHash {
    { [self] in
      let key = "\($3) KiB × \($2)"
      counts.withLock { $0[key, default: 0] += 1 }
      return argon2id(password: $0, salt: $1, passes: $2, memoryKiB: $3, outputBytes: 32)
    }
  }
}

/// Who took the DMZ's disk, the pepper included, and tries codes and passwords at home, where no limit counts.
private struct Thief {
  private let citizens: CitizenLetters
  private let costs = Costs()

  init(of test: TestBook, pepper: SecretBytes) {
    let key = X25519PrivateKey.generate().publicKey
    citizens = CitizenLetters(
      database: test.zone.database, outbox: Outbox(links: test.zones.dmz.links), blobs: test.zone.blobs,
      link: test.zones.dmz.links[0], intranetKeys: { [key] }, limits: LetterLimits(), pepper: pepper,
      hash: costs.hash, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  /// - Returns: whether the letter opened, and what was evaluated.
  func tries(_ code: LetterCode, _ passwords: [String]) async throws -> (opened: String?, costs: [String: Int]) {
    for password in passwords {
      if try await citizens.read(code: code, password: password) != nil { return (password, costs.all) }
    }
    return (nil, costs.all)
  }

  func write(_ credentials: LetterCredentials) async throws {
    _ = try await citizens.submit(id: UUID(), draft: draft(), credentials: credentials)
  }
}

@Suite struct GuessingAtHome {
  @Test func `costs two passes over 4 MiB for each password, for who has the code too`() async throws {
    let test = try TestBook()
    let pepper = SecretBytes.random(32)
    let victim = LetterCredentials(code: .generate(), password: "000012")
    try await Thief(of: test, pepper: pepper).write(victim)
    let tried = (0..<20).map { String(repeating: "0", count: $0 < 10 ? 5 : 4) + "\($0)" }
    let (opened, costs) = try await Thief(of: test, pepper: pepper).tries(victim.code, tried)
    #expect(opened == "000012", "no limit holds at home")
    #expect(costs == ["1024 KiB × 1": 13, "4096 KiB × 2": 13])
  }

  @Test func `gets nowhere with another pepper, even with code and password`() async throws {
    let test = try TestBook()
    let victim = LetterCredentials.generate()
    try await Thief(of: test, pepper: SecretBytes.random(32)).write(victim)
    let (opened, _) = try await Thief(of: test, pepper: SecretBytes.random(32)).tries(victim.code, [victim.password])
    #expect(opened == nil)
  }

  @Test func `has 95 random bits to try where the code is not known`() {
    var seen: [Set<Character>] = Array(repeating: [], count: 20)
    var codes: Set<String> = []
    for _ in 0..<5_000 {
      let symbols = LetterCode.generate().symbols
      codes.insert(symbols)
      for (place, symbol) in symbols.enumerated() { seen[place].insert(symbol) }
    }
    #expect(codes.count == 5_000)
    #expect(seen.allSatisfy { $0.count == 32 }, "each place takes each of 32 symbols; the last one checks")
  }

  @Test func `finds letters locked apart: the same password under two codes is two keys`() async throws {
    let test = try TestBook()
    let pepper = SecretBytes.random(32)
    let (first, second) = (LetterCode.generate(), LetterCode.generate())
    let thief = Thief(of: test, pepper: pepper)
    for code in [first, second] { try await thief.write(LetterCredentials(code: code, password: "123456")) }
    let stored = try await test.zone.database.read { db in
      try db.all("SELECT hex(code_index), hex(salt), hex(wrapped_key) FROM citizen_letter").map { row in
        try (0..<3).map { try row[$0] as String }
      }
    }
    #expect(stored.count == 2)
    for column in 0..<3 { #expect(stored[0][column] != stored[1][column]) }
  }
}
