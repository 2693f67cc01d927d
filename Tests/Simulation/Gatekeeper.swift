/// Carries files from one zone's drop to the other's when it likes, in any order, perhaps twice, perhaps half a file first,
/// perhaps with a bit changed, perhaps never.
struct Gatekeeper {
  /// Parts of files that are still being copied, by their name at the receiver.
  private var halves: [(target: String, whole: [UInt8])] = []
  private var copies = 0

  /// How many files it damaged, for which a quarantined file is right.
  private(set) var damaged = 0

  /// Looks at the sender's drop once.
  mutating func carry(from sender: SimulatedZone, to receiver: SimulatedZone, _ random: inout SeededRandom) {
    finishHalves(at: receiver, &random)
    for name in sender.disk.names(in: "/out/new").shuffled(using: &random) where random.chance(70) {
      guard let bytes = sender.disk.bytes("/out/new/" + name), !bytes.isEmpty else { continue }
      switch random.number(0...99) {
      case 0..<70:
        receiver.disk.place(bytes, at: "/in/new/" + name)
        if random.chance(85) { sender.disk.take("/out/new/" + name) }
      case 70..<76:  // Lost on the way.
        sender.disk.take("/out/new/" + name)
      case 76..<82:  // Twice, under another name.
        copies += 1
        receiver.disk.place(bytes, at: "/in/new/" + name)
        receiver.disk.place(bytes, at: "/in/new/copy-\(copies).gdp")
        sender.disk.take("/out/new/" + name)
      case 82..<88:  // Half of it first.
        copies += 1
        let target = "/in/new/half-\(copies).gdp"
        receiver.disk.place(Array(bytes.prefix(bytes.count * random.number(0...999) / 1000)), at: target)
        if random.chance(80) { halves.append((target, bytes)) }
        sender.disk.take("/out/new/" + name)
      case 88..<94:  // With a bit changed.
        copies += 1
        damaged += 1
        var changed = bytes
        changed[bytes.count * random.number(0...999) / 1000] ^= UInt8(1 << random.number(0...7))
        receiver.disk.place(changed, at: "/in/new/changed-\(copies).gdp")
        if random.chance(50) { sender.disk.take("/out/new/" + name) }
      default:  // Later, perhaps.
        continue
      }
    }
  }

  private mutating func finishHalves(at receiver: SimulatedZone, _ random: inout SeededRandom) {
    var rest: [(target: String, whole: [UInt8])] = []
    for half in halves {
      if random.chance(60) { receiver.disk.place(half.whole, at: half.target) } else { rest.append(half) }
    }
    halves = rest
  }

  /// From now on as a good one: everything, whole, at once.
  mutating func carryAll(from sender: SimulatedZone, to receiver: SimulatedZone) {
    for half in halves { receiver.disk.place(half.whole, at: half.target) }
    halves = []
    for name in sender.disk.names(in: "/out/new") {
      guard let bytes = sender.disk.bytes("/out/new/" + name) else { continue }
      receiver.disk.place(bytes, at: "/in/new/" + name)
      sender.disk.take("/out/new/" + name)
    }
  }
}
