import FairQueues
import Foundation
import Letters
import Synchronization
import ZoneHarness
import Zones

/// How long honest citizens wait for their letter beside those who look as fast as they can: the 99th percentile, and how
/// many were refused. The bar is two seconds, and none.
struct CityBench {
  private static let honestClients = 16
  private static let attackers = 256
  private static let barMilliseconds = 2_000.0

  let folder: String
  let seconds: Int

  /// Who attacks, and from where.
  private enum Attack: String, CaseIterable {
    case nobody
    /// Guessing, from one address.
    case address
    /// Guessing, from the lines of one IPv6 network of 48 bits.
    case network
    /// Guessing, from a thousand addresses.
    case addresses
    /// Opening a letter of their own again and again, which no limit on guesses stops.
    case owner

    func source(_ turn: Int) -> Source {
      switch self {
      case .nobody, .address, .owner: "203.0.113.1"
      case .network: "2001:db8:1:\(String(turn % 65_536, radix: 16))::1"
      case .addresses: "10.0.\(turn % 1_000 / 250).\(turn % 250)"
      }
    }
  }

  private final class Results: Sendable {
    let waits = Mutex<[Double]>([])
    let refused = Mutex(0)
  }

  func run(_ wanted: Wanted) async throws -> [Figure] {
    guard wanted.figure("city.p99") else { return [] }
    var figures: [Figure] = []
    for attack in Attack.allCases { figures.append(try await measure(attack)) }
    return figures
  }

  private func measure(_ attack: Attack) async throws -> Figure {
    let zones = try TestZones(in: folder)
    let zone = try RunningZone(zones.dmz, exchanging: false)
    let citizens = zone.citizens
    var letters: [LetterCredentials] = []
    for _ in 0...Self.honestClients {
      letters.append(.generate())
      _ = try await citizens.submit(id: UUID(), draft: draft(), credentials: letters[letters.count - 1])
    }
    let own = letters.removeLast()
    let results = Results()
    let end = ContinuousClock.now + .seconds(seconds)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, letter) in letters.enumerated() {
        group.addTask { try await live(citizens, letter, "198.51.100.\(index)", until: end, results) }
      }
      for worker in 0..<(attack == .nobody ? 0 : Self.attackers) {
        group.addTask { try await flood(citizens, attack, own, worker, until: end) }
      }
      try await group.waitForAll()
    }
    try await zone.stop()
    let (waits, refused) = (results.waits.withLock { $0 }, results.refused.withLock { $0 })
    let p99 = percentile(waits, 0.99)
    return Figure(
      name: "city.p99.\(attack.rawValue)", value: p99,
      unit: "ms, 99th percentile of \(waits.count) honest looks beside \(Self.attackers) attackers",
      peer: "honest looks refused", peerValue: Double(refused), ratio: Self.barMilliseconds / max(p99, 0.001))
  }

  private func live(
    _ citizens: CitizenLetters, _ letter: LetterCredentials, _ source: Source, until end: ContinuousClock.Instant,
    _ results: Results
  ) async throws {
    while ContinuousClock.now < end {
      let start = ContinuousClock.now
      let isServed = try await look(citizens, letter, source)
      let took = start.duration(to: .now) / .milliseconds(1)
      if isServed { results.waits.withLock { $0.append(took) } } else { results.refused.withLock { $0 += 1 } }
      // People read what they have opened.
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private func flood(
    _ citizens: CitizenLetters, _ attack: Attack, _ own: LetterCredentials, _ worker: Int,
    until end: ContinuousClock.Instant
  ) async throws {
    var turn = worker
    while ContinuousClock.now < end {
      let letter = attack == .owner ? own : LetterCredentials(code: .generate(), password: "000000")
      // Over a network nobody asks again faster than this; without a pause the test's own loop would be measured.
      if try await !look(citizens, letter, attack.source(turn)) { try await Task.sleep(for: .milliseconds(5)) }
      turn += Self.attackers
    }
  }

  /// - Returns: whether the letter was opened.
  private func look(_ citizens: CitizenLetters, _ letter: LetterCredentials, _ source: Source) async throws -> Bool {
    guard case .success(let reservation) = try await citizens.attempts.reserveLook(code: letter.code, source: source)
    else { return false }
    do {
      let found = try await citizens.read(
        code: letter.code, password: letter.password, source: source, reservation: reservation)
      guard found != nil else { return false }
    } catch LetterError.busy {
      try await citizens.attempts.giveBack(reservation)
      return false
    }
    try await citizens.attempts.giveBack(reservation)
    return true
  }
}
