import Foundation
import Letters
import Links
import Storage
import Testing
import ZoneHarness
import Zones

@Suite struct CrossingTests {
  @Test("a letter crosses, is answered in private, and its citizen alone reads both")
  func wholeLife() async throws {
    let zones = try TestZones()
    let (dmz, intranet) = (try RunningZone(zones.dmz), try RunningZone(zones.intranet))
    let credentials = LetterCredentials.generate()
    let photo = [UInt8]([0xFF, 0xD8, 0xFF]) + (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let sealer = try await dmz.citizens.sealAttachment()
    try await sealer.append(Array(photo[..<300_000]))
    try await sealer.append(Array(photo[300_000...]))
    let attachment = try await sealer.finish(name: "路灯.jpg")
    #expect(attachment.mediaType == "image/jpeg")

    let submission = UUID()
    let sent = draft(attachments: [attachment])
    let confirmation = try await dmz.citizens.submit(id: submission, draft: sent, credentials: credentials)
    let again = try await dmz.citizens.submit(id: submission, draft: sent, credentials: credentials)
    #expect(again.number == confirmation.number)

    try await intranet.eventually("the letter is on the desk") {
      try await intranet.desk.folder(.toDo, for: intranet.clerk, limit: 10).total == 1
    }
    let arrived = try await intranet.desk.letter(number: confirmation.number, for: intranet.clerk)
    #expect(arrived.draft == sent)
    let (_, pieces) = try await intranet.desk.attachment(number: confirmation.number, index: 0, for: intranet.clerk)
    var received: [UInt8] = []
    for try await piece in pieces { received += piece }
    #expect(received == photo)

    try await dmz.eventually("the citizen sees it delivered") {
      try await dmz.citizens.read(code: credentials.code, password: credentials.password)?.stage == .delivered
    }
    try await intranet.desk.signFor(number: confirmation.number, by: intranet.clerk)
    try await intranet.desk.answer(number: confirmation.number, text: "已修复。", isPublic: false, by: intranet.clerk)
    try await dmz.eventually("the citizen sees the answer") {
      try await dmz.citizens.read(code: credentials.code, password: credentials.password)?.stage == .answered
    }
    let read = try #require(try await dmz.citizens.read(code: credentials.code, password: credentials.password))
    #expect(read.draft == sent)
    #expect(read.outcome?.text == "已修复。")
    #expect(read.events.map(\.stage) == [.sent, .delivered, .signedFor, .answered])
    #expect(try await dmz.citizens.published(limit: 10).isEmpty)
    #expect(
      try await dmz.citizens.read(code: credentials.code, password: "000000") == nil || credentials.password == "000000"
    )
    #expect(try await dmz.citizens.read(code: .generate(), password: credentials.password) == nil)

    try await intranet.eventually("the desk knows that answer and notice went out") {
      let letter = try await intranet.desk.letter(number: confirmation.number, for: intranet.clerk)
      return letter.outcomeDelivered && letter.notice == .sent
    }
    try await dmz.eventually("the DMZ has forgotten its copies") {
      let rows = try await dmz.count("SELECT (SELECT COUNT(*) FROM outbox) + (SELECT COUNT(*) FROM sent_packet)")
      return try rows == 0 && dmz.blobs.all().isEmpty
    }
    try await dmz.stop()
    try await intranet.stop()
  }

  @Test("a public answer is published in the clear, and only where the citizen allows it")
  func publishing() async throws {
    let zones = try TestZones()
    let (dmz, intranet) = (try RunningZone(zones.dmz), try RunningZone(zones.intranet))
    var reserved = draft("请勿公开")
    reserved.mayPublish = false
    let open = try await dmz.citizens.submit(id: UUID(), draft: draft(), credentials: .generate())
    let closed = try await dmz.citizens.submit(id: UUID(), draft: reserved, credentials: .generate())
    try await intranet.eventually("both are on the desk") {
      try await intranet.desk.folder(.toDo, for: intranet.clerk, limit: 10).total == 2
    }
    for number in [open.number, closed.number] { try await intranet.desk.signFor(number: number, by: intranet.clerk) }
    try await intranet.desk.answer(number: open.number, text: "公开答复", isPublic: true, by: intranet.clerk)
    await #expect(throws: LetterError.mayNotPublish) {
      try await intranet.desk.answer(number: closed.number, text: "公开答复", isPublic: true, by: intranet.clerk)
    }
    try await dmz.eventually("it is published") { try await dmz.citizens.published(limit: 10).count == 1 }
    let published = try #require(try await dmz.citizens.published(number: open.number))
    #expect(published.answer == "公开答复")
    #expect(try await dmz.citizens.published(number: closed.number) == nil)
    try await dmz.stop()
    try await intranet.stop()
  }

  @Test("letters committed while the peer is down, or between restarts, arrive once and in order")
  func restarts() async throws {
    let zones = try TestZones()
    var dmz = try RunningZone(zones.dmz)
    for index in 0..<20 {
      _ = try await dmz.citizens.submit(id: UUID(), draft: draft("第\(index)封"), credentials: .generate())
    }
    try await dmz.stop()
    dmz = try RunningZone(zones.dmz)
    let intranet = try RunningZone(zones.intranet)
    for index in 20..<30 {
      _ = try await dmz.citizens.submit(id: UUID(), draft: draft("第\(index)封"), credentials: .generate())
    }
    try await intranet.eventually("all are on the desk") {
      try await intranet.desk.folder(.toDo, for: intranet.clerk, limit: 1).total == 30
    }
    let letters = try await intranet.desk.folder(.toDo, for: intranet.clerk, limit: 100).letters
    #expect(Set(letters.map(\.number)).count == 30)
    try await dmz.stop()
    try await intranet.stop()
  }

  @Test func `a zone without backups that comes back from a copy gets again what it lacks`() async throws {
    let zones = try TestZones()
    func begun(_ configuration: ZoneConfiguration) async throws -> (RunningZone, ZoneExchange.Link) {
      let zone = try RunningZone(configuration, exchanging: false, securesAtOnce: false)
      try await zone.exchange.begin()
      let link = try #require(zone.exchange.links.first)
      try await link.prepare()
      return (zone, link)
    }
    func cross(_ dmz: ZoneExchange.Link, _ intranet: ZoneExchange.Link) async throws {
      while try await dmz.sendMessages() {}
      while try await intranet.receive() {}
      try await intranet.sendWord()
      while try await dmz.receive() {}
      try await dmz.sendWord()
      while try await intranet.receive() {}
    }
    let (dmz, out) = try await begun(zones.dmz)
    var (intranet, into) = try await begun(zones.intranet)
    try await cross(out, into)
    try await intranet.stop()
    let (data, copy) = (zones.root + "/intranet", zones.root + "/copy")
    try FileManager.default.copyItem(atPath: data, toPath: copy)
    (intranet, into) = try await begun(zones.intranet)
    _ = try await dmz.citizens.submit(id: UUID(), draft: draft(), credentials: .generate())
    try await cross(out, into)
    #expect(try await dmz.count("SELECT COUNT(*) FROM citizen_letter WHERE stage = 'delivered'") == 1)
    try await intranet.stop()
    try FileManager.default.removeItem(atPath: data)
    try FileManager.default.moveItem(atPath: copy, toPath: data)
    (intranet, into) = try await begun(zones.intranet)
    #expect(try await intranet.count("SELECT COUNT(*) FROM desk_letter") == 0)
    for _ in 0..<3 { try await cross(out, into) }
    try await out.dropAgain()
    try await cross(out, into)
    #expect(try await intranet.count("SELECT COUNT(*) FROM desk_letter") == 1)
    try await dmz.stop()
    try await intranet.stop()
  }
}
