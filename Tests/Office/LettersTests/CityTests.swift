import FairQueues
import Letters
import Links
import Storage
import Synchronization
import Testing

/// Ten thousand citizens behind ten addresses of carriers, over eight hours of a clock that is turned.
@Suite struct ACity {
  private static let citizens = 10_000
  private static let carriers: [Source] = (0..<10).map { "203.0.113.\($0)" }
  private static let seconds = 8 * 3_600

  /// In memory: what is counted is refusals, and thirty thousand syncs of a disk tell nothing of them.
  private static func database() throws -> ZoneDatabase {
    let file = try SQLiteFile(inMemory: linkMigrations + citizenLetterMigrations)
    return ZoneDatabase(inMemory: file, faults: NoFaults())
  }

  private struct NoFaults: CommitFaults {
    func beforeCommit() {}
    func afterCommit() {}
  }

  @Test func `writes and looks up without a refusal, a twentieth mistyping once`() async throws {
    let milliseconds = Mutex(1_795_392_000_000)
    let book = AttemptLimiter(database: try Self.database(), rules: AttemptRules()) { milliseconds.withLock { $0 } }
    var refused = 0
    var clock = 0
    for citizen in 0..<Self.citizens {
      // Half of them come in the first three hours.
      let isEarly = citizen < Self.citizens / 2
      let at =
        isEarly
        ? citizen * 3 * 3_600 / (Self.citizens / 2)
        : 3 * 3_600 + (citizen - Self.citizens / 2) * 5 * 3_600 / (Self.citizens / 2)
      milliseconds.withLock { $0 += (at - clock) * 1_000 }
      clock = at
      let (source, visit) = (Self.carriers[citizen % Self.carriers.count], "visit \(citizen)")
      let phone = "\(13_800_000_000 + citizen)"
      if try await !book.takeCode(phone: phone, source: source, visit: visit) { refused += 1 }
      let code = LetterCode.generate()
      if citizen % 20 == 0 {
        guard case .success = try await book.reserveLook(code: code, source: source, visit: visit) else {
          refused += 1
          continue
        }
      }
      switch try await book.reserveLook(code: code, source: source, visit: visit) {
      case .success(let reservation): try await book.giveBack(reservation)
      case .failure: refused += 1
      }
    }
    #expect(clock < Self.seconds)
    #expect(refused == 0)
  }
}
