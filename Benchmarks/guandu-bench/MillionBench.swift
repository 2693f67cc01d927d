import Foundation
import ZoneHarness
import Zones

/// Very many letters through both zones: does a letter cost the same at the end as at the beginning?
struct MillionBench {
  private static let window = 10_000
  /// So many letters may be committed in the DMZ and not yet applied in the intranet.
  private static let aheadMax = 20_000
  private static let step = 1_000

  let folder: String
  let count: Int

  func run() async throws -> [Figure] {
    let zones = try TestZones(limits: LinkLimits(), in: folder)
    let (dmz, intranet) = (try RunningZone(zones.dmz), try RunningZone(zones.intranet))
    let load = try await LetterLoad(dmz)
    let memory = MemoryWatch()
    let applied = try await CommitWatch.rows(of: "desk_letter", in: intranet.database)
    let processor = ProcessorWatch()
    let start = ContinuousClock.now
    for first in stride(from: 0, to: count, by: Self.step) {
      try await intranet.eventually("the intranet follows", withinSeconds: 600) {
        first - applied.count < Self.aheadMax
      }
      try await load.commit(first..<min(first + Self.step, count), to: dmz)
      processor.note(letters: applied.count)
    }
    while applied.count < count {
      try await Task.sleep(for: .milliseconds(20))
      processor.note(letters: applied.count)
    }
    try await dmz.eventually("all receipts are back", withinSeconds: 600) {
      try await dmz.count("SELECT COUNT(*) FROM citizen_letter WHERE stage <> 'delivered'") == 0
    }
    let total = start.duration(to: .now) / .seconds(1)
    let sizes = ["dmz", "intranet"].map { Self.mebibytes("\(zones.root)/\($0)/zone.sqlite") }
    try await dmz.stop()
    try await intranet.stop()
    let (early, late) = costs(start, applied.commits)
    let busy = (
      processor.cost(from: Self.earlyStart(count), letters: window),
      processor.cost(from: count - window, letters: window)
    )
    return [
      Figure(
        name: "million.total", value: total, unit: "s for \(count) letters, committed to confirmed",
        peer: "letters/s", peerValue: Double(count) / total, ratio: 1),
      Figure(
        name: "million.flatness", value: late, unit: "µs a letter, the last \(window)",
        peer: "letters \(Self.earlyStart(count)) to \(Self.earlyStart(count) + window); at most 1.2", peerValue: early,
        ratio: late / early),
      Figure(
        name: "million.flatness.processor", value: busy.1, unit: "µs of processor a letter, the last \(window)",
        peer: "the same early letters", peerValue: busy.0, ratio: busy.1 / busy.0),
      Figure(
        name: "million.memory", value: memory.mebibytes, unit: "MiB RssAnon at most, both zones and the load",
        peer: "limit", peerValue: 300, ratio: 300 / memory.mebibytes),
      Figure(
        name: "million.database", value: sizes[1] * 1024 / Double(count), unit: "KiB a letter, intranet",
        peer: "DMZ", peerValue: sizes[0] * 1024 / Double(count), ratio: 1),
    ]
  }

  private var window: Int { min(Self.window, count / 4) }

  /// Letters 10,000 to 20,000 where there are enough.
  private static func earlyStart(_ count: Int) -> Int { min(window, count / 4) }

  /// Microseconds a letter, early and late, by the clock.
  private func costs(_ start: ContinuousClock.Instant, _ commits: [ContinuousClock.Instant]) -> (Double, Double) {
    let early = Self.earlyStart(count)
    func cost(_ from: Int, _ to: Int) -> Double {
      commits[from - 1].duration(to: commits[to - 1]) / .microseconds(1) / Double(to - from)
    }
    return (cost(early, early + window), cost(count - window, count))
  }

  private static func mebibytes(_ path: String) -> Double {
    let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber
    return (size?.doubleValue ?? 0) / 1_048_576
  }
}

/// How much processor time this process had used when so many letters were through.
final class ProcessorWatch {
  private var notes: [(letters: Int, microseconds: Double)] = [(0, ProcessorWatch.microseconds())]

  func note(letters: Int) { notes.append((letters, Self.microseconds())) }

  /// Microseconds a letter over `letters` of them.
  func cost(from first: Int, letters: Int) -> Double {
    guard let begin = notes.last(where: { $0.letters <= first }),
      let end = notes.first(where: { $0.letters >= first + letters }), end.letters > begin.letters
    else { return 0 }
    return (end.microseconds - begin.microseconds) / Double(end.letters - begin.letters)
  }

  private static func microseconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) * 1e6 + Double($1.tv_usec) }
  }
}
