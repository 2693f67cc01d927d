import Cryptography
import Foundation
import Letters
import Links
import Logging
import Storage
import Synchronization
import Testing
import ZoneHarness
import Zones

@Suite struct RoomTests {
  private func filled(_ zones: TestZones, messages: Int) -> ZoneConfiguration {
    var configuration = zones.dmz
    configuration.links[0].limits.outboxMaxMessages = messages
    return configuration
  }

  @Test func `a full outbox takes no letter, and takes them again by itself once it drains`() async throws {
    let zones = try TestZones()
    let dmz = try RunningZone(filled(zones, messages: 2), exchanging: false)
    let (first, second) = (LetterCredentials.generate(), LetterCredentials.generate())
    let id = UUID()
    _ = try await dmz.citizens.submit(id: UUID(), draft: draft(), credentials: first)
    let confirmation = try await dmz.citizens.submit(id: id, draft: draft(), credentials: second)
    await #expect(throws: LetterError.linkIsFull) { try await dmz.citizens.demandRoom() }
    await #expect(throws: LetterError.linkIsFull) { _ = try await dmz.citizens.sealAttachment() }
    let late = UUID()
    await #expect(throws: LetterError.linkIsFull) {
      _ = try await dmz.citizens.submit(id: late, draft: draft(), credentials: .generate())
    }
    // The letter that took the last room is known all the same, and reading goes on.
    #expect(try await dmz.citizens.submit(id: id, draft: draft(), credentials: second).number == confirmation.number)
    #expect(try await dmz.citizens.read(code: first.code, password: first.password)?.stage == .sent)
    #expect(try await dmz.count("SELECT COUNT(*) FROM citizen_letter") == 2)
    #expect(try FileManager.default.contentsOfDirectory(atPath: zones.root + "/dmz/spool") == [])

    let intranet = try RunningZone(zones.intranet)
    dmz.startExchange()
    try await dmz.eventually("letters are taken again") { (try? await dmz.citizens.demandRoom()) != nil }
    _ = try await dmz.citizens.submit(id: late, draft: draft(), credentials: .generate())
    try await intranet.eventually("all three are on the desk") {
      try await intranet.desk.folder(.toDo, for: intranet.clerk, limit: 9).total == 3
    }
    try await dmz.stop()
    try await intranet.stop()
  }

  @Test func `the bytes of messages and of attachments that wait count too`() async throws {
    let zones = try TestZones()
    var configuration = zones.dmz
    configuration.links[0].limits.outboxMaxBytes = 200_000
    let dmz = try RunningZone(configuration, exchanging: false)
    let sealer = try await dmz.citizens.sealAttachment()
    try await sealer.append([UInt8](repeating: 7, count: 250_000))
    let attachment = try await sealer.finish(name: "a")
    _ = try await dmz.citizens.submit(
      id: UUID(), draft: draft(attachments: [attachment]), credentials: .generate())
    await #expect(throws: LetterError.linkIsFull) { try await dmz.citizens.demandRoom() }
    let backlog = try await dmz.database.read { try OutboxBacklog.read(peer: zones.intranet.name, $0) }
    #expect(backlog.messages == 1 && backlog.bytes > 250_000)
    try await dmz.stop()
  }

  @Test func `a disk with too little room takes no letter, and the log says so once`() async throws {
    let zones = try TestZones()
    let base = try RunningZone(zones.dmz, exchanging: false)
    let lines = Lines()
    let citizens = CitizenLetters(
      database: base.database, outbox: Outbox(links: zones.dmz.links), blobs: base.blobs, link: zones.dmz.links[0],
      intranetKeys: { [] }, limits: LetterLimits(), pepper: .random(32),
      disk: DiskLimit(folder: zones.root, minFreeBytes: 1 << 50), logger: lines.logger)
    for _ in 0..<3 { await #expect(throws: LetterError.linkIsFull) { try await citizens.demandRoom() } }
    #expect(lines.all == ["no letters are taken: too much waits for the peer, or the disk is full"])
    try await base.stop()
  }

  /// Collects what is logged.
  private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

    struct Handler: LogHandler {
      let lines: Lines
      var metadata: Logger.Metadata = [:]
      var logLevel = Logger.Level.info

      subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
      }

      func log(event: LogEvent) { lines.lines.withLock { $0.append(event.message.description) } }
    }
  }
}
