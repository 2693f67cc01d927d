import TransparencyLog

/// Compares what two zones' logs say of each other. Each side's logs were checked before, with the other zone as `peer`.
public struct LogComparison: Sendable {
  public struct Log: Sendable {
    let folder: LogFolder
    let result: CheckedLog

    public init(folder: LogFolder, result: CheckedLog) { (self.folder, self.result) = (folder, result) }
  }

  /// Contradictions, each a sentence.
  public private(set) var faults: [String] = []
  /// What a reader should know, each a sentence.
  public private(set) var notes: [String] = []
  /// Packets that are in both zones' logs.
  public private(set) var matched = 0

  /// - Parameters:
  ///   - ours: the logs to be checked, of one zone.
  ///   - theirs: the peer's.
  /// - Throws: `AuditError`, `FileError` if a tile cannot be read.
  public init(ours: [Log], theirs: [Log]) throws {
    guard let here = Self.packetHistory(ours), let there = Self.packetHistory(theirs) else { return }
    try compare(there.heads, of: there.zone, with: ours, isOurs: true)
    try compare(here.heads, of: here.zone, with: theirs, isOurs: false)
    compare(here.sent, by: here.zone, with: there.had, by: there.zone)
    compare(there.sent, by: there.zone, with: here.had, by: here.zone)
  }

  private static func packetHistory(_ logs: [Log]) -> PacketHistory? {
    var all: PacketHistory?
    for log in logs {
      guard let some = log.result.packetHistory else { continue }
      if all == nil { all = some } else { all?.add(some) }
    }
    return all
  }

  /// Every checkpoint that a zone has cosigned must be one that the log had.
  private mutating func compare(_ heads: [PacketHistory.Head], of witness: String, with logs: [Log], isOurs: Bool)
    throws
  {
    var (other, ahead): (Set<String>, Int) = ([], 0)
    var wrong: [String] = []
    for head in heads {
      guard let log = logs.first(where: { $0.result.checkpoint.origin == head.log }) else {
        other.insert(head.log)
        continue
      }
      let newest = log.result.checkpoint.size
      if head.size > newest {
        ahead = max(ahead, head.size)
        if isOurs {
          wrong.append(
            "\(witness) has cosigned \(head.size) entries of \(head.log), which has \(newest): it was cut off, or copied before"
          )
        }
      } else if try head.size < 1 || log.folder.root(size: head.size, newest: newest).base64 != head.root {
        wrong.append("\(witness) has cosigned another \(head.log) of \(head.size) entries")
      }
    }
    tell(wrong, "more heads that \(witness) has cosigned are not the log's", to: &faults)
    if ahead > 0, !isOurs {
      notes.append("\(witness) has seen \(ahead) entries, more than the copy of its peer's log has")
    }
    for log in other.sorted() { notes.append("\(witness) has cosigned heads of \(log), which is not here") }
  }

  private mutating func compare(
    _ sent: [String: [PacketHistory.Packet: Int]], by sender: String, with had: [String: [PacketHistory.Packet: Int]],
    by receiver: String
  ) {
    var found = PacketFindings()
    for stream in Set(sent.keys).union(had.keys).sorted() {
      found.compare(stream, sent: sent[stream] ?? [:], had: had[stream] ?? [:])
    }
    matched += found.matched
    tell(
      found.neverSent.map { "\(receiver) has taken in \($0), which \(sender) never sent" },
      "more packets that \(sender) never sent", to: &faults)
    tell(
      found.neverHad.map { "\(sender) has sent \($0), which \(receiver) never had, though later ones" },
      "more packets that \(receiver) never had", to: &faults)
    if let oldest = found.underWay.min() {
      notes.append(
        "\(found.underWay.count) packets of \(sender) are not yet applied by \(receiver), the oldest of \(entryTimeText(oldest))"
      )
    }
    if found.before > 0 {
      notes.append("\(found.before) packets of \(sender) are older than the other zone's logs: not compared")
    }
  }
}

/// One direction's packets, compared stream by stream. A stream is applied in its order.
struct PacketFindings {
  private(set) var matched = 0
  /// By name, `stream/sequence`.
  private(set) var neverSent: [String] = []
  private(set) var neverHad: [String] = []
  /// When they were committed.
  private(set) var underWay: [Int] = []
  /// From before the other side's first entry of the stream.
  private(set) var before = 0

  mutating func compare(_ stream: String, sent: [PacketHistory.Packet: Int], had: [PacketHistory.Packet: Int]) {
    let (firstSent, firstHad) = (sent.keys.map(\.sequence).min() ?? 0, had.keys.map(\.sequence).min() ?? 0)
    let lastHad = had.keys.map(\.sequence).max() ?? 0
    for packet in had.keys.sorted(by: { $0.sequence < $1.sequence }) where sent[packet] == nil {
      if packet.sequence < firstSent { before += 1 } else { neverSent.append("\(stream)/\(packet.sequence)") }
    }
    for (packet, at) in sent.sorted(by: { $0.key.sequence < $1.key.sequence }) {
      if had[packet] != nil {
        matched += 1
      } else if packet.sequence > lastHad {
        underWay.append(at)
      } else if packet.sequence < firstHad {
        before += 1
      } else {
        neverHad.append("\(stream)/\(packet.sequence)")
      }
    }
  }
}
