import Foundation
import Links
import PacketSeal
import Storage
import Synchronization
import Timestamps
import ZoneHarness
import Zones

/// Milliseconds since 1970, as the schedule says.
final class SimulatedClock: Sendable {
  private let value: Mutex<UnixMilliseconds>

  init(_ start: UnixMilliseconds) { value = Mutex(start) }
  var now: UnixMilliseconds { value.withLock { $0 } }
  func advance(milliseconds: Int) { value.withLock { $0 += milliseconds } }
}

/// A message of the simulation, as its sender committed it.
struct Committed {
  let id: String
  let isRefusable: Bool
  let hasBlob: Bool
  /// Whether a restore has undone its commit.
  var isUndone = false
  /// Whether its sender had let go of it, as it may, when the receiver was restored to before it came.
  var isLawfullyLost = false
}

/// One life of two zones, drawn from a seed, and the check of the promise after it.
final class Schedule {
  struct Options: Sendable {
    var steps = 40
    var ignoresFolderSyncs = false
  }

  static let start = Date().unixMilliseconds

  let zones: [SimulatedZone]
  private(set) var messages: [[Committed]] = [[], []]
  let chronicle = Chronicle()
  /// What happened, in order.
  private(set) var trace: [String] = []
  private(set) var wrongs: [String] = []
  let isBackedUp: Bool
  private let options: Options
  private let clock = SimulatedClock(Schedule.start)
  private var random: SeededRandom
  private var backups: [[SimulatedZone.Backup]] = [[], []]
  private var gatekeepers = [Gatekeeper(), Gatekeeper()]
  private let liars: [MaliciousPeer]
  private var lies = 0

  /// - Parameter liars: who signs as each zone without being it.
  init(
    seed: UInt64, worlds: [SimulatedZone.World], liars: [MaliciousPeer], template: SQLiteFile, options: Options
  ) throws {
    self.liars = liars
    SeededSodium.seed(seed)
    var random = SeededRandom(seed: seed)
    let isBackedUp = random.chance(40)
    let (chronicle, clock) = (self.chronicle, self.clock)
    zones = try worlds.map { world in
      var configuration = world.configuration
      configuration.backups = isBackedUp ? BackupConfiguration(folder: "/backups", everyHours: 1, kept: 1) : nil
      return try SimulatedZone(
        world: .init(configuration: configuration, identity: world.identity), template: template,
        chronicle: chronicle, clock: { clock.now })
    }
    self.isBackedUp = isBackedUp
    self.random = random
    self.options = options
    if options.ignoresFolderSyncs { for zone in zones { zone.disk.ignoreFolderSyncs() } }
  }

  func run() async throws {
    for _ in 0..<options.steps {
      try await act()
      for zone in zones { zone.restartIfKilled(&random) }
    }
    try await comeToRest()
    wrongs += chronicle.wrongs
    wrongs += try Verdict(schedule: self).wrongs()
  }

  func wrong(_ text: String) { wrongs.append(text) }

  private func note(_ zone: Int, _ text: String) {
    trace.append("\(clock.now - Self.start) \(zones[zone].name): \(text)")
  }

  /// One thing happens.
  private func act() async throws {
    let index = random.number(0...1)
    let zone = zones[index]
    guard await zone.start() else { return }
    switch random.number(0...99) {
    case 0..<14: try await commit(index)
    case 14..<24: await step(index, "sends messages") { _ = try await $0.sendMessages() }
    case 24..<30: await step(index, "sends blobs") { _ = try await $0.sendBlobs() }
    case 30..<50: await step(index, "receives") { _ = try await $0.receive() }
    case 50..<58: await step(index, "answers") { try await $0.sendOwedWord() }
    case 58..<60: await step(index, "says where it stands") { try await $0.sendWord() }
    case 60..<64: await step(index, "drops again") { try await $0.dropAgain() }
    case 64..<78:
      note(index, "is visited by the gatekeeper")
      gatekeepers[index].carry(from: zone, to: zones[1 - index], &random)
    case 78..<82:
      zone.disk.setFull(false)
      zone.disk.setVanished(nil)
    case 82..<86: clock.advance(milliseconds: random.chance(90) ? random.number(1...4_000) : 3_600_000)
    default: try await disturb(index)
    }
  }

  private func step(_ index: Int, _ what: String, _ body: (ZoneExchange.Link) async throws -> Void) async {
    guard let link = zones[index].link else { return }
    do {
      try await body(link)
      note(index, what)
    } catch { note(index, "\(what): \(error)") }
  }

  private func commit(_ index: Int) async throws {
    for _ in 0..<random.number(1...4) {
      let isRefusable = random.chance(8)
      let blobBytes = !isRefusable && random.chance(15) ? random.number(0...90_000) : nil
      let id = newIdentifier(at: clock.now)
      let committed = try await zones[index].commit(
        kind: isRefusable ? SimulatedZone.refusable : "plain", blobBytes: blobBytes, id: id)
      guard committed != nil else { continue }
      messages[index].append(Committed(id: id, isRefusable: isRefusable, hasBlob: blobBytes != nil))
      note(index, "commits \(id.suffix(6))\(blobBytes.map { " with a blob of \($0) bytes" } ?? "")")
    }
  }

  /// Something goes wrong.
  private func disturb(_ index: Int) async throws {
    let zone = zones[index]
    switch random.number(0...17) {
    case 0..<6:
      let place = FaultMachine.places[random.number(0...FaultMachine.places.count - 1)]
      let kind = FaultMachine.Kind.allCases[random.number(0...3)]
      zone.faults.arm(place, countdown: random.number(0...6), kind)
      note(index, "will meet \(kind) at \(place)")
    case 6, 7:
      let losesPower = random.chance(60)
      note(index, losesPower ? "loses its power" : "is killed")
      zone.kill(losingPower: &random, losesPower)
    case 8: zone.disk.setFull(random.chance(50))
    case 9: zone.disk.setVanished(random.chance(50) ? (random.chance(50) ? "/in" : "/out") : nil)
    case 10, 11, 12: try backUp(index)
    case 16, 17: try lie(index)
    default: try restore(index)
    }
  }

  /// Somebody signs as the zone, and puts it before its peer.
  private func lie(_ index: Int) throws {
    let (packet, what) = try liars[index].lie(&random, at: clock.now)
    lies += 1
    zones[1 - index].disk.place(packet.bytes, at: "/in/new/lie-\(lies).gdp")
    note(index, "has somebody sign in its name, who \(what)")
  }

  private func backUp(_ index: Int) throws {
    backups[index].append(try zones[index].backUp(committed: messages[index].count))
    note(index, "is backed up")
    guard isBackedUp else { return }
    // As the daemon does once the copy is checked.
    try zones[index].queue.write { db in
      try db.run("UPDATE incoming_stream SET secured = applied")
    }
  }

  private func restore(_ index: Int) throws {
    guard random.chance(30) else { return }
    let zone = zones[index]
    blobsSeen[index].formUnion(try zone.wholeBlobs())
    let choice = random.number(0...9)
    if choice == 0 {
      note(index, "loses everything")
      try zone.loseEverything(&random)
      settleHistory(index, committedBefore: 0)
      try countLawfulLosses(of: 1 - index, at: index, isCovered: false)
      return
    }
    // Mostly the newest.
    guard let backup = choice < 7 ? backups[index].last : backups[index].randomElement(using: &random) else { return }
    let isNewest = choice < 7
    let isAnnounced = random.chance(60)
    note(index, "is restored, \(isAnnounced ? "and knows it" : "unawares")")
    try zone.restore(backup, isAnnounced: isAnnounced, &random)
    settleHistory(index, committedBefore: backup.committed)
    try countLawfulLosses(of: 1 - index, at: index, isCovered: isBackedUp && isNewest)
    let lost = messages[1 - index].count { $0.isLawfullyLost }
    if isBackedUp && isNewest && lost > lostBefore[1 - index] {
      wrong("a restore from the newest checked backup lost what it covers")
    }
    lostBefore[1 - index] = lost
  }

  private var lostBefore = [0, 0]
  /// The blobs that each zone ever had whole, in lives that were undone too.
  private var blobsSeen: [Set<String>] = [[], []]

  /// What was committed after the backup never happened. Backups of that time are of another history.
  private func settleHistory(_ index: Int, committedBefore: Int) {
    for number in messages[index].indices.dropFirst(committedBefore) { messages[index][number].isUndone = true }
    backups[index].removeAll { $0.committed > committedBefore }
  }

  /// Messages that the restored zone has no memory of and whose sender has let go of them, or of their blobs.
  ///
  /// - Parameter isCovered: whether the zone said of nothing that it is secured which this backup does not hold. Else its
  ///   word on what it has lost since may still be on the way.
  private func countLawfulLosses(of sender: Int, at receiver: Int, isCovered: Bool) throws {
    for (number, message) in messages[sender].enumerated() where !message.isUndone {
      let isKept = try zones[sender].queue.read { db in
        try db.one(Bool.self, "SELECT EXISTS (SELECT 1 FROM outbox WHERE message_id = ?)", message.id)
      }
      let hasActed = try zones[receiver].hasPerformedOrRefused(message.id)
      let blobIsLost =
        message.hasBlob && isKept == true ? try blobIsLost(message.id, sender, receiver, isCovered) : false
      // Its sender knows already that it was refused, and that stands.
      if message.isRefusable, try zones[sender].fates()[message.id] != nil { continue }
      let wordIsOut = !isCovered && chronicle.wasPerformed(message.id)
      messages[sender][number].isLawfullyLost = !hasActed && (isKept != true || blobIsLost || wordIsOut)
    }
  }

  private func blobIsLost(_ id: String, _ sender: Int, _ receiver: Int, _ isCovered: Bool) throws -> Bool {
    guard let digest = try zones[sender].blobDigest(ofOutboxMessage: id) else { return false }
    let isSent = try zones[sender].queue.read { db in
      try db.one(Bool.self, "SELECT EXISTS (SELECT 1 FROM outgoing_blob WHERE digest = ?)", digest)
    }
    let isThere = try zones[receiver].queue.read { db in
      try db.one(Bool.self, "SELECT EXISTS (SELECT 1 FROM incoming_blob WHERE digest = ? AND complete = 1)", digest)
    }
    return isThere != true && (isSent != true || !isCovered && blobsSeen[receiver].contains(digest))
  }

  /// Everything is mended, the gatekeeper does its work, and time goes by.
  private func comeToRest() async throws {
    for zone in zones {
      zone.disk.setFull(false)
      zone.disk.setVanished(nil)
      zone.faults.disarm()
    }
    var (quietRounds, rounds) = (0, 0)
    for round in 0..<200 where quietRounds < 2 {
      rounds = round
      // Nothing waits longer than its sender keeps things.
      clock.advance(milliseconds: round == 60 ? 8 * 86_400_000 : round < 4 ? 2_000 : 300_000)
      for index in 0...1 { try await work(index, speaks: round % 4 == 0) }
      for index in 0...1 { gatekeepers[index].carryAll(from: zones[index], to: zones[1 - index]) }
      quietRounds = try zones.allSatisfy { try $0.isQuiet() } ? quietRounds + 1 : 0
    }
    trace.append("at rest after \(rounds) rounds")
    if quietRounds < 2 { wrong("the link does not come to rest") }
  }

  private func work(_ index: Int, speaks: Bool) async throws {
    guard await zones[index].start() else { return wrong("a zone does not start") }
    await step(index, "receives") { while try await $0.receive() {} }
    await step(index, "sends messages") { while try await $0.sendMessages() {} }
    await step(index, "sends blobs") { while try await $0.sendBlobs() {} }
    await step(index, "drops again") { try await $0.dropAgain() }
    await step(index, "answers") { try await $0.sendOwedWord() }
    if speaks { await step(index, "says where it stands") { try await $0.sendWord() } }
  }
}
