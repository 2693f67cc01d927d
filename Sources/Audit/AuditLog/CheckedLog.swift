import Foundation
public import TransparencyLog

/// The result of a check of a whole log. It exists only if signature, tree and formats are valid.
public struct CheckedLog: Sendable {
  /// How many findings of a kind are reported one by one.
  static let toldMax = 20

  public let checkpoint: Checkpoint
  /// How far each witness has cosigned the log, by its name: only other zones'.
  public let witnessed: [String: (size: Int, seconds: Int)]
  /// Who else has cosigned it, with a key that was not given: nobody has checked that.
  public let unknownWitnesses: [String]
  /// Keys of the log's own zone that cosigned it as a witness: that proves nothing.
  public let ownWitnesses: [String]
  /// Entries by kind; empty if formats were not checked.
  public private(set) var kinds: [AuditEntry.Kind: Int] = [:]
  /// Entries in cold storage that were not available: their hashes lead to the root, but their contents were not read.
  public private(set) var unseen = 0
  /// Faults in spite of that, each a sentence.
  public private(set) var faults: [String] = []
  /// What a reader should know, each a sentence.
  public private(set) var notes: [String] = []
  /// Officials' acts, in the order of the log; nil if not requested.
  public private(set) var acts: [LoggedAct]?
  var times: WitnessTimes?
  private(set) var packetHistory: PacketHistory?
  private var order = TimeCheck()
  private var index = 0

  init(
    checkpoint: Checkpoint, words: [Witnesses.Word], size: Int, signers: [String], peer: String?, collectsActs: Bool
  ) {
    self.checkpoint = checkpoint
    let counting = words.filter { $0.worth == .counts }.map { ($0.name, (size: size, seconds: $0.seconds)) }
    witnessed = Dictionary(counting) { $0.seconds > $1.seconds ? $0 : $1 }
    ownWitnesses = Set(words.filter { $0.worth == .own }.map(\.name)).sorted()
    unknownWitnesses = Set(signers).subtracting(words.map(\.name)).sorted()
    faults = words.filter { $0.worth == .ahead }.map { word in
      "the cosignature of \(word.name) is dated ahead of now (\(entryTimeText(word.seconds.multipliedClamped(by: 1_000)))):"
        + " a wrong clock, or a key in wrong hands"
    }
    acts = collectsActs ? [] : nil
    packetHistory = peer.map { PacketHistory(zone: String(checkpoint.origin.prefix { $0 != "/" }), peer: $0) }
  }

  mutating func take(_ tile: TileCheck.Result) {
    if !tile.isSeen {
      unseen += Tile.width
      index += Tile.width
      return
    }
    for (place, facts) in tile.facts.enumerated() {
      kinds[facts.kind, default: 0] += 1
      let members = tile.members.isEmpty ? nil : tile.members[place]
      order.take(index, facts, jump: facts.kind == .clockJumped ? members : nil)
      times?.take(index, at: facts.at)
      if let members { packetHistory?.take(facts, members) }
      if let members, acts != nil, facts.kind == .actRecorded, let act = LoggedAct(members, index: index) {
        acts?.append(act)
      }
      index += 1
    }
  }

  mutating func finish() {
    order.finish()
    tell(order.runs.map(\.text), "more places where times run backwards", to: &faults)
    tell(order.jumps.map(\.text), "more moves of the clock", to: &notes)
    guard let times else { return }
    if let found = times.backDated {
      faults.append(times.text(found, "were not cosigned", "and bear earlier times than a checkpoint is under way"))
    } else if let found = times.earlier {
      let reason = "and bear earlier times: entered while it was under way, or back-dated"
      notes.append(times.text(found, "were not cosigned", reason))
    }
    if let found = times.later {
      notes.append(
        times.text(found, "were cosigned", "and bear later times: a clock is wrong, or they are dated ahead"))
    }
  }
}

/// Adds the first findings, and the number of the others.
func tell(_ findings: [String], _ rest: String, to output: inout [String]) {
  output += findings.prefix(CheckedLog.toldMax)
  let beyond = findings.count - CheckedLog.toldMax
  if beyond > 0 { output.append("\(beyond) \(rest)") }
}

extension TimeCheck.Run {
  fileprivate var text: String {
    let entries = first == last ? "entry \(first) bears" : "entries \(first) to \(last) bear"
    return
      "\(entries) an earlier time than what is before, from \(entryTimeText(at)), after \(entryTimeText(after)): back-dated,"
      + " or a clock that was set back and no word on it"
  }
}

extension TimeCheck.Jump {
  fileprivate var text: String {
    "entry \(index): the clock was moved by \(milliseconds) ms, to \(entryTimeText(at))"
  }
}

extension WitnessTimes {
  fileprivate func text(_ found: Found, _ which: String, _ reason: String) -> String {
    "\(found.count) entries from \(found.first) on \(which) at \(entryTimeText(cosignedAt)) \(reason) (\(entryTimeText(found.at)))"
  }
}

extension Int {
  fileprivate func multipliedClamped(by other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}

/// As entries write it.
func entryTimeText(_ milliseconds: Int) -> String {
  Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
    .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true, timeZone: .gmt))
}
