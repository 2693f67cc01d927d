import Foundation
import Letters
import ZoneHarness
import Zones

/// From commit in the DMZ to commit in the intranet, while letters arrive at a given rate, whatever the zones do.
struct LatencyBench {
  let folder: String
  let seconds: Int

  func run(_ wanted: Wanted) async throws -> [Figure] {
    var figures: [Figure] = []
    for rate in [1, 100, 1000] where wanted.figure("latency.\(rate)") {
      let times = try await measure(rate)
      let (half, most) = (percentile(times, 0.5), percentile(times, 0.99))
      figures.append(
        Figure(
          name: "latency.\(rate)", value: half, unit: "ms, median, commit to visible, \(rate) letters/s",
          peer: "99th percentile of \(times.count), ms", peerValue: most, ratio: half / most))
    }
    return figures
  }

  private func measure(_ rate: Int) async throws -> [Double] {
    let zones = try TestZones(limits: LinkLimits(), in: folder)
    let (dmz, intranet) = (try RunningZone(zones.dmz), try RunningZone(zones.intranet))
    let load = try await LetterLoad(dmz)
    let committed = try await CommitWatch.rows(of: "citizen_letter", in: dmz.database)
    let visible = try await CommitWatch.rows(of: "desk_letter", in: intranet.database)
    let count = max(20, rate * seconds)
    try await arrive(count, perSecond: rate, load, dmz)
    try await intranet.eventually("all are visible", withinSeconds: 600) { visible.count == count }
    try await dmz.stop()
    try await intranet.stop()
    // The stream keeps the order of the commits, so the first in is the first out.
    return zip(committed.commits, visible.commits).map { $0.duration(to: $1) / .milliseconds(1) }
  }

  /// Each letter has its moment, and comes then, even if the ones before are not done.
  private func arrive(_ count: Int, perSecond rate: Int, _ load: LetterLoad, _ dmz: RunningZone) async throws {
    let start = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<count {
        try await Task.sleep(until: start + .microseconds(number * 1_000_000 / rate), tolerance: .zero)
        let letter = load.letter(number)
        group.addTask { _ = try await dmz.citizens.submit(letter) }
      }
      try await group.waitForAll()
    }
  }
}
