import AuditLog
import Cryptography
import FairQueues
import Foundation
import Letters
import Storage
import Synchronization
import Testing
import ZoneHarness
import Zones

/// A book of tries on a database of its own, with a clock that goes when it is told to.
final class TestBook: Sendable {
  let zones: TestZones
  let zone: RunningZone
  private let milliseconds = Mutex(1_795_392_000_000)

  init() throws {
    zones = try TestZones()
    zone = try RunningZone(zones.dmz, exchanging: false)
  }

  func advance(seconds: Int) { milliseconds.withLock { $0 += seconds * 1_000 } }

  /// The book as a daemon opens it; a second one is what a restart leaves.
  func book(_ change: (inout AttemptLimits) -> Void = { _ in }) -> AttemptLimiter {
    var limits = AttemptLimits()
    change(&limits)
    let audit = AuditTrail(zone: zones.dmz.name) { "2026-11-23T10:00:00.000Z" }
    return AttemptLimiter(database: zone.database, rules: AttemptRules(limits), audit: audit) { [self] in
      milliseconds.withLock { $0 }
    }
  }

  /// A book that keeps few counts.
  func crowdedBook(tagsMax: Int) -> AttemptLimiter {
    AttemptLimiter(database: zone.database, rules: AttemptRules(), tagsMax: tagsMax) { [self] in
      milliseconds.withLock { $0 }
    }
  }

  /// What the audit log has of limits that were reached.
  func entered() async throws -> [String] {
    try await zone.database.read { db in
      try db.all(String.self, "SELECT CAST(bytes AS TEXT) FROM audit_entry ORDER BY id").filter {
        $0.contains("guess.stopped")
      }
    }
  }
}

extension AttemptLimiter {
  /// One wrong look; nil where it was let through, else why not.
  func wrong(_ code: LetterCode, from source: Source) async throws -> Refusal? {
    switch try await reserveLook(code: code, source: source) {
    case .success: nil
    case .failure(let refused): refused.refusal
    }
  }
}

@Suite struct Guesses {
  private let code = LetterCode.generate()

  @Test func `at one letter end after ten in a quarter of an hour, wherever they come from`() async throws {
    let test = try TestBook()
    let book = test.book()
    for source in 0..<10 { #expect(try await book.wrong(code, from: "192.0.2.\(source)") == nil) }
    #expect(try await book.wrong(code, from: "192.0.2.99") == .letter)
    #expect(try await book.wrong(.generate(), from: "192.0.2.99") == nil, "another letter is not locked")
    test.advance(seconds: 900)
    #expect(try await book.wrong(code, from: "192.0.2.99") == nil)
  }

  @Test func `are entered in the audit log once for each limit that is reached, and name nobody`() async throws {
    let test = try TestBook()
    let book = test.book()
    for source in 0..<30 { _ = try await book.wrong(code, from: "192.0.2.\(source)") }
    var entered = try await test.entered()
    #expect(entered.count == 1 && entered[0].contains(#""limit":"letter-quarter""#))
    for _ in 0..<200 { _ = try await book.wrong(.generate(), from: "203.0.113.7") }
    entered = try await test.entered()
    #expect(entered.count == 2 && entered[1].contains(#""limit":"source""#))
    #expect(entered.allSatisfy { !$0.contains("203.0.113.7") && !$0.contains(code.symbols) })
    // A window that is over is another one.
    test.advance(seconds: 901)
    for source in 0..<12 { _ = try await book.wrong(code, from: "198.51.100.\(source)") }
    #expect(try await test.entered().count == 3)
  }

  @Test func `at one letter end after thirty in a day`() async throws {
    let test = try TestBook()
    let book = test.book()
    var through = 0
    for _ in 0..<90 {
      for source in 0..<12 where try await book.wrong(code, from: "\(source)") == nil { through += 1 }
      test.advance(seconds: 900)
    }
    #expect(through == 30)
    test.advance(seconds: 7_200)
    #expect(try await book.wrong(code, from: "x") == nil)
  }

  @Test func `of one source end after seventy-five in a quarter of an hour, three hundred in an hour`() async throws {
    let test = try TestBook()
    let book = test.book()
    for _ in 0..<75 { #expect(try await book.wrong(.generate(), from: "192.0.2.1") == nil) }
    #expect(try await book.wrong(.generate(), from: "192.0.2.1") == .source)
    #expect(try await book.wrong(.generate(), from: "192.0.2.2") == nil)
  }

  @Test func `of a network of version 6 end after four times as many, from however many of its lines`() async throws {
    let test = try TestBook()
    let book = test.book()
    var through = 0
    for index in 0..<1_000 {
      let line = String(index, radix: 16)
      if try await book.wrong(.generate(), from: "2001:db8:1:\(line)::1") == nil { through += 1 }
    }
    #expect(through == 300)
    #expect(try await book.wrong(.generate(), from: "2001:db8:2::1") == nil)
  }

  @Test func `of one visit have a number of their own`() async throws {
    let test = try TestBook()
    let book = test.book()
    for _ in 0..<30 { _ = try await book.reserveLook(code: .generate(), source: "192.0.2.1", visit: "a").get() }
    guard case .failure(let refused) = try await book.reserveLook(code: .generate(), source: "192.0.2.1", visit: "a")
    else {
      Issue.record("a thirty-first")
      return
    }
    #expect(refused.refusal == .source)
    _ = try await book.reserveLook(code: .generate(), source: "192.0.2.1", visit: "b").get()
  }

  @Test func `at letters that exist are never forgotten for others', and lock no letter of anybody else`() async throws
  {
    let test = try TestBook()
    let book = test.crowdedBook(tagsMax: 300)
    for index in 0..<9 {
      let reservation = try await book.reserveLook(code: code, source: "192.0.2.\(index)").get()
      book.settle(reservation, isLetter: true)
    }
    for index in 0..<4_000 {
      let reservation = try await book.reserveLook(
        code: .generate(), source: "10.\(index / 65_536).\(index / 256 % 256).\(index % 256)"
      ).get()
      book.settle(reservation, isLetter: false)
      if index % 100 == 99 { test.advance(seconds: 1) }
    }
    test.advance(seconds: 60)
    #expect(try await book.wrong(.generate(), from: "198.51.100.1") == nil, "a code of nobody's is looked at")
    let kept = try await test.zone.database.read { try $0.one(Int.self, "SELECT COUNT(*) FROM guess_count") } ?? 0
    #expect(kept <= 310)
    #expect(try await book.wrong(code, from: "198.51.100.2") == nil, "its tenth")
    #expect(try await book.wrong(code, from: "198.51.100.3") == .letter, "nine were not forgotten")
    #expect(try await book.wrong(.generate(), from: "198.51.100.4") == nil)
  }

  @Test func `are not forgiven by a restart`() async throws {
    let test = try TestBook()
    for _ in 0..<10 { #expect(try await test.book().wrong(code, from: "\(UUID())") == nil) }
    #expect(try await test.book().wrong(code, from: "new") == .letter)
  }

  @Test func `are not forgiven by midnight`() async throws {
    let test = try TestBook()
    test.advance(seconds: 86_400 - 1_795_392_000 % 86_400 - 10)
    for _ in 0..<10 { #expect(try await test.book().wrong(code, from: "\(UUID())") == nil) }
    test.advance(seconds: 20)
    #expect(try await test.book().wrong(code, from: "new") == .letter)
  }

  @Test func `that come at the same time are all counted`() async throws {
    let test = try TestBook()
    let book = test.book()
    let through = try await withThrowingTaskGroup(of: Bool.self) { group in
      for index in 0..<200 { group.addTask { [code] in try await book.wrong(code, from: "\(index)") == nil } }
      return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(through == 10)
  }

  @Test func `that were right are given back`() async throws {
    let test = try TestBook()
    let book = test.book()
    for _ in 0..<100 {
      try await book.giveBack(try await book.reserveLook(code: code, source: "192.0.2.1").get())
    }
    #expect(try await book.wrong(code, from: "192.0.2.1") == nil)
  }

  @Test func `past the overall limit leave each source its first`() async throws {
    let test = try TestBook()
    let book = test.book { $0.wrongOverall = 50 }
    for index in 0..<50 { #expect(try await book.wrong(.generate(), from: "flood \(index)") == nil) }
    #expect(try await book.wrong(.generate(), from: "flood 1") == .overall)
    let honest = try await book.reserveLook(code: code, source: "honest").get()
    try await book.giveBack(honest)
    _ = try await book.reserveLook(code: code, source: "honest").get()
    #expect(try await book.wrong(code, from: "honest") == .overall, "a second wrong one in the flood waits")
  }

  @Test func `are unlocked for a letter five times a day`() async throws {
    let test = try TestBook()
    let book = test.book()
    for _ in 0..<5 {
      for index in 0..<10 { #expect(try await book.wrong(code, from: "\(index)") == nil) }
      #expect(try await book.wrong(code, from: "x") == .letter)
      #expect(try await book.unlock(code))
      test.advance(seconds: 900)
    }
    for index in 0..<10 { #expect(try await book.wrong(code, from: "\(index)") == nil) }
    #expect(try await !book.unlock(code))
  }

  @Test func `a hundred thousand, over many letters and sources, get no further than the limits`() async throws {
    let test = try TestBook()
    let book = test.book()
    let codes = (0..<500).map { _ in LetterCode.generate() }
    var through = 0
    for batch in 0..<100 {
      through += try await withThrowingTaskGroup(of: Int.self) { group in
        for worker in 0..<10 {
          group.addTask {
            var through = 0
            for index in 0..<100 {
              let code = codes[(batch * 7 + worker * 100 + index) % codes.count]
              let source: Source = "source \((batch * 1_000 + worker * 100 + index) % 10_000)"
              if try await book.wrong(code, from: source) == nil { through += 1 }
            }
            return through
          }
        }
        return try await group.reduce(0, +)
      }
    }
    #expect(through == 500 * 10, "ten at each letter")
    let honest = try await book.reserveLook(code: .generate(), source: "honest").get()
    try await book.giveBack(honest)
  }

  @Test func `leave no code, number or address in the database, and nothing at all two days later`() async throws {
    let test = try TestBook()
    let book = test.book()
    _ = try await book.wrong(code, from: "203.0.113.77")
    _ = try await book.takeCode(phone: "13800138000", source: "203.0.113.77")
    let dump = try await test.zone.database.read { db in
      try db.all(String.self, "SELECT scope || hex(tag) FROM guess_count")
    }.joined()
    #expect(!dump.isEmpty)
    for secret in [code.symbols, code.display, "203.0.113.77", "13800138000"] {
      #expect(!dump.contains(secret) && !dump.contains(encodeHex(Array(secret.utf8)).uppercased()))
    }
    test.advance(seconds: 3 * 86_400)
    _ = try await book.wrong(.generate(), from: "other")
    let (keys, old) = try await test.zone.database.read { db in
      (
        try db.one(Int.self, "SELECT COUNT(*) FROM guess_key"),
        try db.one(Int.self, "SELECT COUNT(*) FROM guess_count WHERE scope LIKE 'sms%'")
      )
    }
    #expect(keys == 1 && old == 0)
  }

  @Test func `codes by SMS are counted by number, source and overall`() async throws {
    let test = try TestBook()
    let book = test.book { $0.codesPerSource = 7 }
    for source: Source in ["a", "a", "b", "b", "c"] { #expect(try await book.takeCode(phone: "1", source: source)) }
    #expect(try await !book.takeCode(phone: "1", source: "d"), "five of a number in an hour")
    for phone in ["2", "3", "4", "5", "6"] { #expect(try await book.takeCode(phone: phone, source: "a")) }
    #expect(try await !book.takeCode(phone: "7", source: "a"), "seven of a source")
    test.advance(seconds: 3_600)
    #expect(try await book.takeCode(phone: "1", source: "a"))
  }

  @Test func `codes of a number that one source asks for are two an hour and four a day, and ten for all`() async throws
  {
    let test = try TestBook()
    let book = test.book()
    var (stranger, owner) = (0, 0)
    for hour in 0..<20 {
      for _ in 0..<10 where try await book.takeCode(phone: "1", source: "192.0.2.66") { stranger += 1 }
      if hour < 3, try await book.takeCode(phone: "1", source: "198.51.100.1") { owner += 1 }
      test.advance(seconds: 3_600)
    }
    #expect(stranger == 4)
    #expect(owner == 3, "the stranger locks nobody out")
    var others = 0
    for index in 0..<30 where try await book.takeCode(phone: "1", source: "10.0.0.\(index)") { others += 1 }
    #expect(stranger + owner + others <= 10)
  }

  @Test func `codes by SMS of many sources leave some for one that comes new`() async throws {
    let test = try TestBook()
    let book = test.book { $0.codesOverall = 500 }
    var taken = 0
    for round in 0..<60 {
      for index in 0..<17 where try await book.takeCode(phone: "\(round) \(index)", source: "10.0.0.\(index)") {
        taken += 1
      }
    }
    #expect(taken < 500)
    for index in 0..<15 { #expect(try await book.takeCode(phone: "h\(index)", source: "198.51.100.1")) }
  }

  @Test func `codes that the gateway did not take are the number's again, and not the source's`() async throws {
    let test = try TestBook()
    let book = test.book { $0.codesPerSource = 12 }
    for _ in 0..<12 {
      #expect(try await book.takeCode(phone: "1", source: "a"))
      try await book.giveBackCode(phone: "1", source: "a", .ofTheNumber)
    }
    #expect(try await !book.takeCode(phone: "2", source: "a"), "twelve of the source")
    #expect(try await book.takeCode(phone: "1", source: "b"))
  }

  @Test func `an unlocking that cannot be written counts for nothing`() async throws {
    let test = try TestBook()
    let book = test.book()
    try await test.zone.database.write { db in
      try db.script(
        """
        CREATE TRIGGER broken BEFORE DELETE ON guess_count BEGIN SELECT RAISE(ABORT, 'broken'); END
        """)
    }
    for index in 0..<10 { #expect(try await book.wrong(code, from: "192.0.2.\(index)") == nil) }
    for _ in 0..<6 {
      await #expect {
        try await book.unlock(code)
      } throws: {
        if case .unavailable = $0 as? LetterError { true } else { false }
      }
    }
    try await test.zone.database.write { try $0.run("DROP TRIGGER broken") }
    #expect(try await book.unlock(code))
    #expect(try await book.wrong(code, from: "x") == nil)
  }
}

@Suite struct PhonesOfLetters {
  @Test func `belong to their own letter and to no other`() async throws {
    let test = try TestBook()
    let credentials = LetterCredentials.generate()
    _ = try await test.zone.citizens.submit(id: UUID(), draft: draft(), credentials: credentials)
    #expect(try await test.zone.citizens.phoneBelongs("13800138000", to: credentials.code))
    #expect(try await !test.zone.citizens.phoneBelongs("13800138001", to: credentials.code))
    #expect(try await !test.zone.citizens.phoneBelongs("13800138000", to: .generate()))
  }
}
