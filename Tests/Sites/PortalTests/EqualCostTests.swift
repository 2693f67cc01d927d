import Cryptography
import Letters
import Links
import Storage
import Synchronization
import Testing
import ZoneHarness

/// Every evaluation of Argon2id and every statement of the database, in their order.
private final class Ledger: Sendable {
  private let entries = Mutex<[String]>([])

  func note(_ entry: String) { entries.withLock { $0.append(entry) } }

  /// What was noted since the last time.
  func take() -> [String] {
    entries.withLock { entries in
      defer { entries = [] }
      return entries
    }
  }

  var hash: CostlyHash {
    { [self] in
      note("argon2id \($2) × \($3) KiB, \($0.count) bytes, salt \($1.count)")
      return argon2id(password: $0, salt: $1, passes: $2, memoryKiB: $3, outputBytes: 32)
    }
  }

  func database() throws -> ZoneDatabase {
    let file = try SQLiteFile(inMemory: linkMigrations + citizenLetterMigrations) { [self] in note($0) }
    return ZoneDatabase(inMemory: file, faults: NoFaults())
  }

  private struct NoFaults: CommitFaults {
    func beforeCommit() {}
    func afterCommit() {}
  }
}

/// A portal with one letter, and a ledger of what each request costs.
private struct MeasuredPortal {
  let portal: TestPortal
  let letter: LetterCredentials
  private let ledger = Ledger()

  init() async throws {
    portal = try await TestPortal(hash: ledger.hash, database: try ledger.database())
    letter = try await portal.letter()
    // The day's key and the first pruning belong to whoever comes first.
    _ = try await look(.generate(), "000000", from: "203.0.113.1")
  }

  /// What one look costs, and what the page says.
  func look(
    _ code: LetterCode, _ password: String, from address: String
  ) async throws -> (costs: [String], page: Page) {
    try await cost(of: "/lookup", ["code": code.display, "password": password], code, address)
  }

  func askToUnlock(
    _ code: LetterCode, _ phone: String, from address: String
  ) async throws -> (costs: [String], page: Page) {
    try await cost(of: "/unlock", ["code": code.display, "phone": phone], code, address)
  }

  private func cost(
    of path: String, _ form: [String: String], _ code: LetterCode, _ address: String
  ) async throws -> (costs: [String], page: Page) {
    let citizen = try await TestCitizen(at: portal, from: address)
    _ = ledger.take()
    let page = await citizen.post(path, form)
    return (ledger.take(), page)
  }
}

@Suite struct UnknownCodeAndWrongPassword {
  @Test func `cost the same evaluations and statements, in the same order`() async throws {
    let portal = try await MeasuredPortal()
    let wrong = portal.letter.password == "000000" ? "111111" : "000000"
    let (known, _) = try await portal.look(portal.letter.code, wrong, from: "192.0.2.1")
    let (unknown, _) = try await portal.look(.generate(), wrong, from: "192.0.2.2")
    #expect(known == unknown)
    #expect(known.filter { $0.hasPrefix("argon2id") }.count == 2)
    #expect(known.contains { $0.contains("FROM citizen_letter") })
  }

  @Test func `and a right look goes on where those end, so that the ledger tells what it is told`() async throws {
    let portal = try await MeasuredPortal()
    let (right, page) = try await portal.look(portal.letter.code, portal.letter.password, from: "192.0.2.1")
    let (unknown, _) = try await portal.look(.generate(), "000000", from: "192.0.2.2")
    #expect(page.status == 303)
    #expect(right != unknown && right.starts(with: unknown.dropLast()))
  }

  @Test func `get one answer`() async throws {
    let portal = try await MeasuredPortal()
    let wrong = portal.letter.password == "000000" ? "111111" : "000000"
    let stranger = LetterCode.generate()
    var pages: Set<String> = []
    for (code, address) in [(portal.letter.code, "192.0.2.1"), (stranger, "192.0.2.2")] {
      let page = try await portal.look(code, wrong, from: address).page
      #expect(page.status == 422)
      pages.insert(
        page.text.replacing(code.display, with: "CODE").replacing(try #require(page.token), with: "TOKEN"))
    }
    #expect(pages.count == 1)
  }

  @Test func `lock alike, after the same number`() async throws {
    let portal = try await MeasuredPortal()
    let wrong = portal.letter.password == "000000" ? "111111" : "000000"
    for code in [portal.letter.code, LetterCode.generate()] {
      for index in 0..<10 {
        #expect(try await portal.look(code, wrong, from: "198.51.100.\(index)").page.status == 422)
      }
      let (costs, page) = try await portal.look(code, wrong, from: "198.51.100.99")
      #expect(page.status == 429)
      #expect(!costs.contains { $0.hasPrefix("argon2id") }, "what is locked costs nothing to refuse")
    }
  }

  @Test func `cost the same when a phone is asked to unlock them`() async throws {
    let portal = try await MeasuredPortal()
    let (known, first) = try await portal.askToUnlock(portal.letter.code, "13900139000", from: "192.0.2.1")
    let (unknown, second) = try await portal.askToUnlock(.generate(), "13900139001", from: "192.0.2.2")
    let (right, third) = try await portal.askToUnlock(portal.letter.code, "13800138000", from: "192.0.2.3")
    #expect(known == unknown && known == right)
    #expect(Set([first.status, second.status, third.status]) == [303])
  }
}
