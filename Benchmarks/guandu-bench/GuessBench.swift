import Cryptography
import FairQueues
import Foundation
import Letters
import Synchronization
import ZoneHarness
import Zones

/// How long guessing at one letter takes from few and many sources, and how many honest looks are served meanwhile.
struct GuessBench {
  private static let honestClients = 16
  private static let attackers = 64
  private static let passwords = 1_000_000

  let folder: String
  let seconds: Int

  private func measured(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    return start.duration(to: .now) / .seconds(1)
  }

  func run(_ wanted: Wanted) async throws -> [Figure] {
    var figures: [Figure] = []
    if wanted.figure("guess.argon2") { figures += try argon2() }
    if wanted.figure("guess.equal_time") { figures += [try await equalTime()] }
    guard wanted.figure("guess.lookups") else { return figures }
    for sources in [0, 1, 100, 10_000] {
      let (honest, guesses) = try await attack(from: sources)
      let years = sources == 0 ? 0 : try await years(sources: sources)
      figures.append(
        Figure(
          name: "guess.lookups.\(sources)", value: honest,
          unit: "honest looks/s, \(Int(guesses)) wrong ones let through from \(sources) sources in \(seconds) s",
          peer: "years for half of one letter's passwords", peerValue: years, ratio: honest / 200))
    }
    return figures
  }

  /// What one try costs at other sizes, so that the choice can be made again on other machines.
  private func argon2() throws -> [Figure] {
    [(1, 1), (2, 4), (4, 1), (4, 2), (8, 1), (16, 1), (32, 1), (64, 1)].map { mebibytes, passes in
      let rounds = max(4, 128 / mebibytes / passes)
      let salt = [UInt8](repeating: 7, count: 16)
      let took = measured {
        for round in 0..<rounds {
          _ = argon2id(
            password: Array("\(round)".utf8), salt: salt, passes: UInt64(passes), memoryKiB: mebibytes * 1024,
            outputBytes: 32)
        }
      }
      let milliseconds = took / Double(rounds) * 1_000
      return Figure(
        name: "guess.argon2.\(mebibytes)x\(passes)", value: milliseconds,
        unit: "ms for one Argon2id, \(mebibytes) MiB, passes: \(passes)",
        peer: "core-hours for half of one letter's passwords", peerValue: milliseconds * 500_000 / 3_600_000, ratio: 1)
    }
  }

  /// What a look takes from the counting to the answer: with a code that is known and a wrong password, and with a code
  /// that nobody has, by turns.
  private func equalTime() async throws -> Figure {
    let zones = try TestZones(in: folder)
    let zone = try RunningZone(zones.dmz, exchanging: false)
    let rounds = 400
    var (known, unknown): ([Double], [Double]) = ([], [])
    var letters: [LetterCredentials] = []
    for _ in 0..<rounds / 10 {
      letters.append(.generate())
      _ = try await zone.citizens.submit(id: UUID(), draft: draft(), credentials: letters[letters.count - 1])
    }
    for round in 0..<rounds {
      let right = LetterCredentials(code: letters[round % letters.count].code, password: "x")
      let wrong = LetterCredentials(code: .generate(), password: "x")
      for letter in round % 2 == 0 ? [right, wrong] : [wrong, right] {
        let start = ContinuousClock.now
        _ = try await tried(zone.citizens, letter, from: "source \(round)")
        let took = start.duration(to: .now) / .milliseconds(1)
        if letter.code == right.code { known.append(took) } else { unknown.append(took) }
      }
    }
    try await zone.stop()
    return Figure(
      name: "guess.equal_time", value: median(known), unit: "ms, median of \(rounds), known code and wrong password",
      peer: "unknown code, ms", peerValue: median(unknown), ratio: median(unknown) / median(known))
  }

  /// Everybody at once for some seconds: those who look for their own letter, and those who guess at one.
  private func attack(from sources: Int) async throws -> (honestPerSecond: Double, guesses: Double) {
    let zones = try TestZones(in: folder)
    let zone = try RunningZone(zones.dmz, exchanging: false)
    let citizens = zone.citizens
    var letters: [LetterCredentials] = []
    for _ in 0...Self.honestClients {
      letters.append(.generate())
      _ = try await citizens.submit(id: UUID(), draft: draft(), credentials: letters[letters.count - 1])
    }
    let victim = letters.removeLast()
    let (honest, guesses) = (Tally(), Tally())
    let end = ContinuousClock.now + .seconds(seconds)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, letter) in letters.enumerated() {
        group.addTask { [self] in
          while ContinuousClock.now < end {
            guard try await look(citizens, letter, from: "honest \(index)") else { continue }
            honest.add(1)
          }
        }
      }
      for worker in 0..<(sources == 0 ? 0 : Self.attackers) {
        group.addTask { [self] in
          var turn = worker
          while ContinuousClock.now < end {
            let wrong = LetterCredentials(code: victim.code, password: "x\(turn)")
            let isThrough = try await tried(citizens, wrong, from: "source \(turn % sources)")
            guesses.add(isThrough ? 1 : 0)
            turn += Self.attackers
            // Over a network no guesser asks faster than this; without a pause they would measure the test's own loop.
            if !isThrough { try await Task.sleep(for: .milliseconds(5)) }
          }
        }
      }
      try await group.waitForAll()
    }
    try await zone.stop()
    return (Double(honest.value) / Double(seconds), Double(guesses.value))
  }

  private func look(_ citizens: CitizenLetters, _ letter: LetterCredentials, from source: Source) async throws -> Bool {
    guard case .success(let reservation) = try await citizens.attempts.reserveLook(code: letter.code, source: source)
    else { return false }
    guard try await citizens.read(code: letter.code, password: letter.password, source: source) != nil else {
      return false
    }
    try await citizens.attempts.giveBack(reservation)
    return true
  }

  private func tried(_ citizens: CitizenLetters, _ letter: LetterCredentials, from source: Source) async throws -> Bool
  {
    guard case .success = try await citizens.attempts.reserveLook(code: letter.code, source: source) else {
      return false
    }
    _ = try await citizens.read(code: letter.code, password: letter.password, source: source)
    return true
  }

  /// Who has the code and all that patience: the limits themselves, asked through ten days of a clock that is turned.
  private func years(sources: Int) async throws -> Double {
    let zones = try TestZones(in: folder)
    let zone = try RunningZone(zones.dmz, exchanging: false)
    let clock = Tally(1_795_392_000_000)
    let book = AttemptLimiter(database: zone.database, rules: AttemptRules()) { clock.value }
    let (code, days, step) = (LetterCode.generate(), 10, 300)
    var through = 0
    for moment in 0..<(days * 86_400 / step) {
      for attempt in 0..<min(sources * 75, 1_000) {
        let source: Source = "source \((moment * 1_000 + attempt) % sources)"
        guard case .success = try await book.reserveLook(code: code, source: source) else { break }
        through += 1
      }
      clock.add(step * 1_000)
    }
    try await zone.stop()
    return Double(Self.passwords) / 2 / (Double(through) / Double(days)) / 365
  }
}

private final class Tally: Sendable {
  private let count: Mutex<Int>

  init(_ start: Int = 0) { count = Mutex(start) }

  var value: Int { count.withLock { $0 } }
  func add(_ number: Int) { count.withLock { $0 += number } }
}
