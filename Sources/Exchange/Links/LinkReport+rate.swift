import PacketFormat

extension LinkReport {
  /// Replaces the last minute's figures by what was sent since an earlier report, per minute.
  ///
  /// Messages are counted by their row numbers in the outbox, which all links of a zone share. Bytes are left out if
  /// packets of that time are no longer kept.
  public mutating func compare(with earlier: LinkReport) {
    (outgoing.messagesPerMinute, outgoing.bytesPerMinute) = (nil, nil)
    let (old, new) = (earlier.outgoing, outgoing)
    let milliseconds = new.mark.at - old.mark.at
    guard milliseconds > 0, old.lanes.map(\.epoch) == new.lanes.map(\.epoch) else { return }
    let messages = Int(new.mark.packedRow - old.mark.packedRow)
    outgoing.messagesPerMinute = messages * 60_000 / milliseconds
    var bytes = 0
    for (before, after) in zip(old.lanes, new.lanes) where after.lane != .control {
      let packets = new.mark.recent.filter { $0.lane == after.lane.rawValue && $0.sequence >= before.nextSequence }
      guard packets.count == after.nextSequence - before.nextSequence else { return }
      bytes += packets.reduce(0) { $0 + $1.bytes }
    }
    outgoing.bytesPerMinute = bytes * 60_000 / milliseconds
  }
}
