import ArgumentParser
import Dispatch
import Foundation
import Runtime
import Storage
import ZoneHarness
import ZoneKeys
import Zones

/// Runs schedules: two whole zones on simulated disks, a simulated clock and a gatekeeper that does its worst.
@main
struct Simulation: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "guandu-simulation",
    abstract: "Runs two zones through thousands of lives and checks the promise of the exchange after each.",
    discussion: "Exit status: 0 where every schedule kept the promise, 1 where one did not; its seed is printed.")

  @Option(help: "How many schedules.")
  var schedules = 1_000

  @Option(help: "The first schedule's seed; the others follow. The same seed gives the same schedule.")
  var seed: UInt64 = 1

  @Option(help: "How many things happen in a schedule.")
  var steps = 40

  @Flag(help: "Let no sync of a folder have an effect: a mistake that must be found.")
  var ignoreFolderSyncs = false

  @Flag(help: "Print what happened in each schedule.")
  var trace = false

  /// One thread does everything, so that a schedule repeats exactly, and quickly.
  func run() async throws {
    let queue = DispatchQueue(label: "simulation")
    try await withTaskExecutorPreference(OneQueue(queue: queue)) {
      try await ThreadExecutor.$sharedQueue.withValue(queue) { try await simulate() }
    }
  }

  private func simulate() async throws {
    SeededSodium.install()
    let (worlds, zones) = try Self.worlds()
    let liars = [MaliciousPeer(zones: zones, as: .dmz), MaliciousPeer(zones: zones, as: .intranet)]
    let template = try SQLiteFile(inMemory: SimulatedZone.schema)
    let options = Schedule.Options(steps: steps, ignoresFolderSyncs: ignoreFolderSyncs)
    let began = ContinuousClock.now
    for seed in seed..<seed + UInt64(schedules) {
      let schedule = try Schedule(seed: seed, worlds: worlds, liars: liars, template: template, options: options)
      try await schedule.run()
      if (seed - self.seed + 1) % 1_000 == 0 { complain("\(seed - self.seed + 1) schedules from seed \(self.seed)") }
      if trace { print(schedule.trace.joined(separator: "\n")) }
      guard schedule.wrongs.isEmpty else {
        print("seed \(seed) breaks the promise, schedule \(seed - self.seed + 1):")
        for wrong in schedule.wrongs.prefix(20) { print("  " + wrong) }
        print("again: guandu-simulation --seed \(seed) --schedules 1 --steps \(steps) --trace")
        throw ExitCode.failure
      }
    }
    let minutes = began.duration(to: .now) / .seconds(60)
    print("\(schedules) schedules from seed \(seed): the promise was kept in each")
    print("\(Int(Double(schedules) / minutes)) schedules a minute")
    withExtendedLifetime(zones) {}
  }

  /// The two zones' configurations and keys, the same for all schedules.
  private static func worlds() throws -> ([SimulatedZone.World], TestZones) {
    var limits = TestZones.quickLimits
    limits.packetMaxBytes = 64 * 1024
    limits.incompleteSeconds = 10
    limits.dropMaxPackets = 40
    limits.heldMaxPackets = 20
    limits.blobWindowPackets = 4
    let zones = try TestZones(limits: limits)
    let worlds = try [zones.dmz, zones.intranet].map { configuration in
      let identity = try ZoneIdentity(configuration: configuration, at: TestZones.now)
      var configuration = configuration
      configuration.dataDirectory = "/data"
      configuration.links[0].outgoingDrop = .folder("/out")
      configuration.links[0].incomingDrop = "/in"
      return SimulatedZone.World(configuration: configuration, identity: identity)
    }
    return (worlds, zones)
  }
}

private func complain(_ text: String) {
  try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
}

/// Runs tasks on a queue.
private final class OneQueue: TaskExecutor {
  private let queue: DispatchQueue

  init(queue: DispatchQueue) { self.queue = queue }

  func enqueue(_ job: consuming ExecutorJob) {
    let unowned = UnownedJob(job)
    queue.async { unowned.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
