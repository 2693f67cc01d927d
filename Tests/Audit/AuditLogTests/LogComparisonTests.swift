import Foundation
import JSON
import Testing
import TransparencyLog

@testable import AuditLog

@Suite struct TwoZonesLogs {
  private let (dmz, intranet): (WrittenLog, WrittenLog)

  init() throws { (dmz, intranet) = (try WrittenLog(), try WrittenLog(zone: "intranet")) }

  private func send(_ sequences: [Int], digest: String? = nil) throws {
    try dmz.append(sequences.map { dmz.packet(.packetSent, "dmz/1/1/m", $0, at: Double($0), digest: digest) })
  }

  private func apply(_ sequences: [Int], kind: AuditEntry.Kind = .packetApplied) throws {
    try intranet.append(sequences.map { intranet.packet(kind, "dmz/1/1/m", $0, at: Double($0)) })
  }

  private func compare() throws -> LogComparison {
    try LogComparison(ours: [dmz.checked()], theirs: [intranet.checked()])
  }

  private func cosigned(_ checkpoint: Checkpoint, root: String? = nil) -> [UInt8] {
    intranet.entry(
      .peerCheckpoint, at: 50,
      [
        "peer": .string("dmz"), "log": .string(checkpoint.origin), "size": .integer(checkpoint.size),
        "root": .string(root ?? checkpoint.root.base64),
      ])
  }

  @Test func agreeAndSayWhatIsUnderWay() throws {
    try send([1, 2, 3, 4, 5])
    try apply([1, 2, 3])
    let comparison = try compare()
    #expect(comparison.faults.isEmpty && comparison.matched == 3)
    #expect(
      comparison.notes == ["2 packets of dmz are not yet applied by intranet, the oldest of \(WrittenLog.time(4))"])
  }

  @Test func agreeInBothDirections() throws {
    try intranet.append([intranet.packet(.packetSent, "intranet/1/1/m", 1, at: 1)])
    try dmz.append([dmz.packet(.packetApplied, "intranet/1/1/m", 1, at: 2)])
    #expect(try compare().matched == 1)
    try dmz.append([dmz.packet(.packetApplied, "intranet/1/1/m", 2, at: 3)])
    #expect(try compare().faults == ["dmz has taken in intranet/1/1/m/2, which intranet never sent"])
  }

  @Test func showWhatOneSentAndTheOtherNeverHad() throws {
    try send([1, 2, 3, 4])
    try apply([1, 2, 4])
    #expect(try compare().faults == ["dmz has sent dmz/1/1/m/3, which intranet never had, though later ones"])
  }

  @Test func showWhatOneAppliedAndTheOtherNeverSent() throws {
    try send([1, 2])
    try apply([1, 2, 3])
    #expect(try compare().faults == ["intranet has taken in dmz/1/1/m/3, which dmz never sent"])
  }

  @Test func showAPacketThatIsAnother() throws {
    try send([1])
    try send([2], digest: "another")
    try apply([1, 2])
    let faults = try compare().faults
    #expect(faults.contains("intranet has taken in dmz/1/1/m/2, which dmz never sent"))
    #expect(faults.contains("dmz has sent dmz/1/1/m/2, which intranet never had, though later ones"))
  }

  @Test func takeARefusedPacketForOneThatCame() throws {
    try send([1])
    try intranet.append([
      intranet.entry(
        .packetRefused, at: 2,
        [
          "peer": .string("dmz"), "stream": .string("dmz/1/1/m"), "sequence": .integer(1),
          "digest": .string("digest of dmz/1/1/m/1"), "code": .string("policy"),
        ])
    ])
    #expect(try compare().faults.isEmpty)
  }

  @Test func leaveOutWhatIsOlderThanALog() throws {
    try send([7, 8])
    try apply([5, 6, 7])
    let comparison = try compare()
    #expect(comparison.faults.isEmpty)
    #expect(comparison.notes.contains("2 packets of dmz are older than the other zone's logs: not compared"))
  }

  @Test func areComparedByTheHeadsThatWereCosigned() throws {
    let head = try dmz.append((0..<700).map { dmz.entry(.zoneStarted, at: Double($0)) })
    try dmz.append([dmz.entry(.zoneStarted, at: 701)])
    try intranet.append([cosigned(head)])
    #expect(try compare().faults.isEmpty)
    try intranet.append([cosigned(head, root: TreeHasher().empty.base64)])
    #expect(try compare().faults == ["intranet has cosigned another dmz/audit/1 of 700 entries"])
  }

  @Test func showALogThatWasCutOff() throws {
    let head = try dmz.append((0..<5).map { dmz.entry(.zoneStarted, at: Double($0)) })
    try intranet.append([cosigned(Checkpoint(origin: head.origin, size: 9, root: head.root))])
    #expect(
      try compare().faults == [
        "intranet has cosigned 9 entries of dmz/audit/1, which has 5: it was cut off, or copied before"
      ])
  }
}
