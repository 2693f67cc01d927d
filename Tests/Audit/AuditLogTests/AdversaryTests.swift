import Foundation
import JSON
import Testing
import TransparencyLog

@testable import AuditLog

/// What somebody with root in one zone does to its log. The other zone, which has cosigned it, is not in their hands.
@Suite struct SomebodyWithRoot {
  enum Deed: CaseIterable, CustomTestStringConvertible {
    case change, delete, insert, reorder, backDate, cutOff

    var testDescription: String { "\(self)" }

    func apply(to entries: [[UInt8]], _ log: WrittenLog) -> [[UInt8]] {
      var entries = entries
      switch self {
      case .change: entries[300] = log.entry(.zoneStarted, at: 300.5)
      case .delete: entries.remove(at: 300)
      case .insert: entries.insert(log.entry(.zoneStarted, at: 300.5), at: 300)
      case .reorder: entries.swapAt(300, 301)
      case .backDate: entries.insert(log.packet(.packetSent, "dmz/1/1/m", 1, at: 299.5), at: 300)
      case .cutOff: entries.removeLast(100)
      }
      return entries
    }
  }

  private let log: WrittenLog
  private let entries: [[UInt8]]
  private let head: Checkpoint

  /// A log of 600 entries, all of them cosigned.
  init() throws {
    log = try WrittenLog()
    let log = log
    entries = (0..<600).map { log.entry(.zoneStarted, at: Double($0)) }
    head = try log.append(entries)
    try log.cosign(at: 600)
  }

  private func reason(_ body: () throws -> Void) -> String? {
    do { try body() } catch { return "\(error)" }
    return nil
  }

  /// What the other zone's log holds of this one.
  private func otherZone() throws -> WrittenLog {
    let intranet = try WrittenLog(zone: "intranet")
    try intranet.append([
      intranet.entry(
        .peerCheckpoint, at: 601,
        [
          "peer": .string("dmz"), "log": .string(head.origin), "size": .integer(head.size),
          "root": .string(head.root.base64),
        ])
    ])
    return intranet
  }

  @Test(arguments: Deed.allCases) func isFoundWithoutTheLogsKey(deed: Deed) throws {
    let checkpoint = try #require(try log.folder.checkpoint())
    try log.rewrite(deed.apply(to: entries, log))
    try Data(checkpoint.encoded.utf8).write(to: URL(filePath: log.root + "/checkpoint"))
    #expect(reason { _ = try log.check() } != nil)
  }

  @Test(arguments: Deed.allCases) func isFoundByWhatTheWitnessHasCosigned(deed: Deed) throws {
    try log.rewrite(deed.apply(to: entries, log))
    let reason = try #require(reason { _ = try log.check() })
    #expect(
      reason.hasPrefix("the log is not the one that was witnessed") || reason.hasPrefix("a witness has cosigned 600"))
  }

  @Test(arguments: Deed.allCases) func isFoundByTheOtherZonesLogWhereTheCosignatureIsGoneToo(deed: Deed) throws {
    let intranet = try otherZone()
    #expect(try LogComparison(ours: [log.checked()], theirs: [intranet.checked()]).faults.isEmpty)
    try log.rewrite(deed.apply(to: entries, log))
    try FileManager.default.removeItem(atPath: log.root + "/witnessed")
    #expect(try log.check().witnessed.isEmpty)
    let faults = try LogComparison(ours: [log.checked()], theirs: [intranet.checked()]).faults
    #expect(faults.count == 1 && faults[0].hasPrefix("intranet has cosigned"))
  }

  @Test func isFoundWhereAnEntryIsBackDatedBehindTheWitnesssBack() throws {
    // Nobody has cosigned the entry yet; its time gives it away.
    try log.append([log.packet(.packetSent, "dmz/1/1/m", 1, at: 300)])
    #expect(try log.check().faults.map { $0.prefix(30) } == ["entry 600 bears an earlier tim"])
  }

  @Test func isFoundWhereTheTilesOfTwoLogsAreSwapped() throws {
    let other = try WrittenLog()
    try other.append(entries.map { _ in other.entry(.zoneStarted, at: 1) })
    for tile in ["tile/entries/001", "tile/0/001"] {
      try FileManager.default.removeItem(atPath: "\(log.root)/\(tile)")
      try FileManager.default.copyItem(atPath: "\(other.root)/\(tile)", toPath: "\(log.root)/\(tile)")
    }
    #expect(reason { _ = try log.check() } == "tile/1/000.p/2: not the hashes of the level below")
  }

  @Test func cannotShowTheOfficerALogThatTheWitnessWasNotShown() throws {
    // Signed by the same key, as good as the other one in itself.
    try log.rewrite(entries.map { _ in log.entry(.zoneStarted, at: 1) })
    let officers = try #require(try log.folder.checkpoint())
    #expect(try Checkpoint(text: officers.text).size == head.size)
    #expect(reason { _ = try log.check() }?.hasPrefix("the log is not the one that was witnessed") == true)
    try FileManager.default.removeItem(atPath: log.root + "/witnessed")
    let faults = try LogComparison(ours: [log.checked()], theirs: [try otherZone().checked()]).faults
    #expect(faults == ["intranet has cosigned another dmz/audit/1 of 600 entries"])
  }

  @Test func isNotBelievedThatEntriesWereArchivedWhichAreGone() throws {
    for tile in ["000", "001"] { try FileManager.default.removeItem(atPath: log.root + "/tile/entries/\(tile)") }
    #expect(reason { _ = try log.check() } != nil)
    try Data("512\n".utf8).write(to: URL(filePath: log.root + "/archived"))
    #expect(try log.check().unseen == 512)
    #expect(reason { _ = try log.check(cold: log.root + "/cold") } != nil)
  }
}
