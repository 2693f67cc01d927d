import Drop
import DurableFiles
import Foundation
import Glibc
import Letters
import Links
import PacketFormat
import PacketSeal
import Testing
import ZoneHarness
import Zones

/// Whoever writes to the drop: nothing that lies there stops a link, or fills a disk.
@Suite struct AHostileDrop {
  /// An intranet whose incoming drop is on another file system than its data.
  private struct Stage {
    let zones: TestZones
    let forge: PacketForge
    let zone: RunningZone
    let link: ZoneExchange.Link
    let drop: String

    func receiveAll() async throws { while try await link.receive() {} }
    func put(_ packet: SealedPacket) throws {
      try Data(packet.bytes).write(to: URL(filePath: drop + "/new/" + packet.fileName))
    }
    func names(_ folder: String) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }
    var quarantine: String { zones.root + "/intranet/quarantine" }
  }

  private func withStage(_ body: (Stage) async throws -> Void) async throws {
    let zones = try TestZones()
    let drop = "/dev/shm/guandu-\(UUID().uuidString)"
    for folder in ["new", "tmp"] {
      try FileManager.default.createDirectory(atPath: drop + "/" + folder, withIntermediateDirectories: true)
    }
    defer { try? FileManager.default.removeItem(atPath: drop) }
    var configuration = zones.intranet
    configuration.links[0].incomingDrop = drop
    let zone = try RunningZone(configuration, exchanging: false)
    try await zone.exchange.begin()
    let link = try #require(zone.exchange.links.first)
    try await link.prepare()
    let stage = Stage(zones: zones, forge: PacketForge(zones: zones), zone: zone, link: link, drop: drop)
    try await body(stage)
    try await zone.stop()
  }

  @Test func `holds folders that cannot be moved: they stay, nothing is written for them, and letters cross`()
    async throws
  {
    try await withStage { stage in
      for number in 0..<1_000 {
        try FileManager.default.createDirectory(
          atPath: stage.drop + "/new/junk-\(number).gdp", withIntermediateDirectories: false)
      }
      try await stage.receiveAll()
      #expect(try stage.names(stage.quarantine).isEmpty)
      // Another look finds nothing to do.
      #expect(try await stage.link.receive() == false)
      try stage.put(try stage.forge.packet(messages: [PacketForge.harmless()]))
      try await stage.receiveAll()
      #expect(try await stage.zone.count("SELECT applied FROM incoming_stream") == 1)
      #expect(try stage.names(stage.drop + "/new").count == 1_000)
    }
  }

  @Test func `holds a file of ten terabytes: its head and its size are kept, and it is gone`() async throws {
    try await withStage { stage in
      let path = stage.drop + "/new/huge.gdp"
      #expect(FileManager.default.createFile(atPath: path, contents: Data("guandu-packet/v1\n".utf8)))
      #expect(truncate(path, 10 << 40) == 0)
      try await stage.receiveAll()
      #expect(try stage.names(stage.drop + "/new").isEmpty)
      let file = try #require(try stage.names(stage.quarantine).first { $0.hasSuffix(".gdp") })
      #expect(Files().byteCount(stage.quarantine + "/" + file) == PacketHead.maxBytes)
      let reason = try String(contentsOfFile: stage.quarantine + "/" + file + ".reason", encoding: .utf8)
      #expect(reason.contains("code: size"))
      #expect(reason.contains("bytes: \(10 << 40)"))
      #expect(reason.contains("kept: the first \(PacketHead.maxBytes) bytes"))
    }
  }

  @Test func `holds names that are no text, links and FIFOs: letters cross, and what can go is gone`() async throws {
    try await withStage { stage in
      let folder = stage.drop + "/new/"
      let bytes: [CChar] = Array((folder + "bad-").utf8CString.dropLast()) + [-1, -2] + [0]
      let descriptor = bytes.withUnsafeBufferPointer { creat($0.baseAddress!, 0o600) }
      #expect(descriptor >= 0)
      close(descriptor)
      #expect(mkfifo(folder + "fifo.gdp", 0o600) == 0)
      #expect(symlink("/etc/passwd", folder + "link.gdp") == 0)
      try stage.put(try stage.forge.packet(messages: [PacketForge.harmless()]))
      try await stage.receiveAll()
      #expect(try await stage.zone.count("SELECT applied FROM incoming_stream") == 1)
      #expect(try await stage.link.receive() == false)
      #expect(try stage.names(stage.drop + "/new").count == 1)
    }
  }

  @Test func `exchanges a held packet for a FIFO: it is quarantined, and the true one still fits`() async throws {
    try await withStage { stage in
      let first = try stage.forge.packet(messages: [PacketForge.harmless(1)])
      let second = try stage.forge.packet(sequence: 2, previous: first.digest, messages: [PacketForge.harmless(2)])
      try stage.put(second)
      try await stage.receiveAll()
      let path = stage.drop + "/new/" + second.fileName
      try FileManager.default.removeItem(atPath: path)
      #expect(mkfifo(path, 0o600) == 0)
      try stage.put(first)
      try await stage.receiveAll()
      #expect(try await stage.zone.count("SELECT applied FROM incoming_stream") == 1)
      #expect(try stage.names(stage.drop + "/new").isEmpty)
      try stage.put(second)
      try await stage.receiveAll()
      #expect(try await stage.zone.count("SELECT applied FROM incoming_stream") == 2)
    }
  }

  @Test func `adds a damaged twin: the true file is taken, and the twin is quarantined`() async throws {
    try await withStage { stage in
      let packet = try stage.forge.packet(messages: [PacketForge.harmless(1)])
      var damaged = packet.bytes
      damaged[damaged.count - 1] ^= 1
      try Data(damaged).write(to: URL(filePath: stage.drop + "/new/0-twin.gdp"))
      try stage.put(packet)
      try await stage.receiveAll()
      #expect(try await stage.zone.count("SELECT applied FROM incoming_stream") == 1)
      #expect(try stage.forge.quarantineCodes() == ["payload"])
      #expect(try stage.names(stage.drop + "/new").isEmpty)
    }
  }

  @Test func `fills the quarantine, and the oldest files give way while their reasons stay`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "guandu-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let quarantine = Quarantine(folder: folder, files: Files(), maxBytes: 24_000, maxFiles: 5, maxReasons: 8)
    func add(_ number: Int, bytes: Int) throws -> [String] {
      let name = "\(1_000 + number)-x.gdp"
      try Data(repeating: 1, count: bytes).write(to: URL(filePath: folder + "/" + name))
      try quarantine.write("code: size", of: name)
      return try quarantine.makeRoom()
    }
    for number in 0..<5 { #expect(try add(number, bytes: 100).isEmpty) }
    #expect(try add(5, bytes: 100) == ["1000-x.gdp"])
    // Four of 4 KiB and one of 12: over 24,000 bytes as the disk counts them.
    #expect(try add(6, bytes: 12_288) == ["1001-x.gdp", "1002-x.gdp", "1003-x.gdp"])
    let reason = try String(contentsOfFile: folder + "/1000-x.gdp.reason", encoding: .utf8)
    #expect(reason.hasPrefix("code: size\n") && reason.contains("removed to make room"))
    for number in 7..<12 { _ = try add(number, bytes: 100) }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(names.count { $0.hasSuffix(".gdp") } <= 5)
    #expect(names.count { $0.hasSuffix(".reason") } == 8)
  }
}
