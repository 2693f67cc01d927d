import Cryptography
import DurableFiles
import Foundation
import Letters
import Roles
import Runtime
import Storage
import Testing
import ZoneHarness
import Zones

@Suite struct ThreadTests {
  @Test func `a start and the first letter sync their files on threads of their own`() async throws {
    let (zones, threads) = (try TestZones(), FileThreads())
    let files = Files(faults: threads)
    let (dmz, intranet) = (
      try RunningZone(zones.dmz, files: files, exchanging: false),
      try RunningZone(zones.intranet, files: files, exchanging: false)
    )
    // What is made before anything runs, such as the pepper.
    _ = threads.take()
    dmz.startExchange()
    intranet.startExchange()
    _ = try await dmz.citizens.submit(id: UUID(), draft: draft(), credentials: .generate())
    try await dmz.eventually("a letter has crossed, and its receipt is back") {
      try await dmz.count("SELECT COUNT(*) FROM citizen_letter WHERE stage = 'delivered'") == 1
    }
    let labels = threads.all
    #expect(labels["write"]?.contains("restore") == true, "the token that tells of a restore")
    for operation in ["write", "sync", "rename", "sync folder"] {
      #expect(!(labels[operation] ?? []).contains("swift's own"), "\(operation): \(labels[operation] ?? [])")
    }
    try await dmz.stop()
    try await intranet.stop()
  }

  @Test func `attachments are sealed and opened on threads of their own`() async throws {
    let (zones, threads) = (try TestZones(), FileThreads())
    let files = Files(faults: threads)
    let (dmz, intranet) = (try RunningZone(zones.dmz, files: files), try RunningZone(zones.intranet, files: files))
    // Both have started.
    _ = try await dmz.citizens.submit(id: UUID(), draft: draft(), credentials: .generate())
    try await dmz.eventually("a letter has crossed, and its receipt is back") {
      try await dmz.count("SELECT COUNT(*) FROM citizen_letter WHERE stage = 'delivered'") == 1
    }
    _ = threads.take()
    let sealer = try await dmz.citizens.sealAttachment()
    let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 7, count: 500_000)
    for start in stride(from: 0, to: jpeg.count, by: 64 * 1024) {
      try await sealer.append(Array(jpeg[start..<min(start + 64 * 1024, jpeg.count)]))
    }
    let attachment = try await sealer.finish(name: "a.jpg")
    let number = try await dmz.citizens.submit(
      id: UUID(), draft: draft(attachments: [attachment]), credentials: .generate()
    ).number
    try await intranet.eventually("the letter is on the desk") {
      (try? await intranet.desk.letter(number: number, for: intranet.clerk)) != nil
    }
    let (_, stream) = try await intranet.desk.attachment(number: number, index: 0, for: intranet.clerk)
    var received = 0
    for try await piece in stream { received += piece.count }
    #expect(received == jpeg.count)
    let labels = threads.all
    for operation in ["write", "sync", "rename", "link"] {
      #expect(!(labels[operation] ?? []).contains("swift's own"), "\(operation): \(labels[operation] ?? [])")
    }
    #expect(labels["write"]?.contains { $0.hasPrefix("letters.attachments") } == true)
    #expect(labels["read"]?.contains { $0.hasPrefix("letters.attachments") } == true)
    try await dmz.stop()
    try await intranet.stop()
  }
}

@Suite struct CauseTests {
  @Test func `a policy that lets no letters out is told apart from a database that does not answer`() async throws {
    let zones = try TestZones()
    var narrow = zones.dmz
    narrow.links[0].outgoingPolicy.messageTypes.remove("letter.submitted")
    let dmz = try RunningZone(narrow, exchanging: false)
    func submit() async -> LetterError? {
      do {
        _ = try await dmz.citizens.submit(id: UUID(), draft: draft(), credentials: .generate())
        return nil
      } catch { return error }
    }
    let refused = try #require(await submit())
    #expect(refused.faultCode == "policy: message type “letter.submitted” to “intranet”")
    try await dmz.database.write { db in try db.run("DROP TABLE citizen_letter") }
    let broken = try #require(await submit())
    #expect(broken.faultCode == "sqlite-1" && broken != refused)
    try FileManager.default.removeItem(atPath: zones.dmz.dataDirectory + "/spool")
    do {
      _ = try await dmz.citizens.sealAttachment()
      Issue.record("there is no folder to seal it into")
    } catch { #expect(error.faultCode == "file-create-2") }
    try dmz.database.close()
  }
}
