import AuditLog
import Exchange
import Foundation
import GRDB
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
  func book(_ change: (inout GuessLimits) -> Void = { _ in }) -> GuessBook {
    var limits = GuessLimits()
    change(&limits)
    let audit = AuditTrail(zone: zones.dmz.name) { "2026-11-23T10:00:00.000Z" }
    return GuessBook(database: zone.database, rules: GuessRules(limits), audit: audit) { [self] in
      milliseconds.withLock { $0 }
    }
  }

  /// What the audit log has of limits that were reached.
  func entered() async throws -> [String] {
    try await zone.database.read { db in
      try String.fetchAll(db, sql: "SELECT CAST(bytes AS TEXT) FROM audit_entry ORDER BY id").filter {
        $0.contains("guess.stopped")
      }
    }
  }
}

extension GuessBook {
  /// One wrong look; nil where it was let through, else why not.
  func wrong(_ code: LetterCode?, from source: String) async throws -> Refusal? {
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

  @Test func `of one source end after thirty`() async throws {
    let test = try TestBook()
    let book = test.book()
    for _ in 0..<30 { #expect(try await book.wrong(.generate(), from: "192.0.2.1") == nil) }
    #expect(try await book.wrong(nil, from: "192.0.2.1") == .source)
    #expect(try await book.wrong(nil, from: "192.0.2.2") == nil)
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
              let source = "source \((batch * 1_000 + worker * 100 + index) % 10_000)"
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
      try Row.fetchAll(db, sql: "SELECT scope, hex(tag), CAST(tag AS TEXT) FROM guess_count").map(\.description)
    }.joined()
    #expect(!dump.isEmpty)
    for secret in [code.symbols, code.display, "203.0.113.77", "13800138000"] { #expect(!dump.contains(secret)) }
    test.advance(seconds: 3 * 86_400)
    _ = try await book.wrong(nil, from: "other")
    let (keys, old) = try await test.zone.database.read { db in
      (
        try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM guess_key"),
        try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM guess_count WHERE scope LIKE 'sms%'")
      )
    }
    #expect(keys == 1 && old == 0)
  }

  @Test func `codes by SMS are counted by number, source and overall`() async throws {
    let test = try TestBook()
    let book = test.book {
      $0.codesPerSource = 7
      $0.codesOverall = 9
    }
    for _ in 0..<5 { #expect(try await book.takeCode(phone: "1", source: "a")) }
    #expect(try await !book.takeCode(phone: "1", source: "b"))
    for phone in ["2", "3"] { #expect(try await book.takeCode(phone: phone, source: "a")) }
    #expect(try await !book.takeCode(phone: "4", source: "a"))
    for phone in ["5", "6"] { #expect(try await book.takeCode(phone: phone, source: "c")) }
    #expect(try await !book.takeCode(phone: "7", source: "d"))
    test.advance(seconds: 3_600)
    #expect(try await book.takeCode(phone: "1", source: "a"))
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
