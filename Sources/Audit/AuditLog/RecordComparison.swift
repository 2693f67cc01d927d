public import Cryptography
import TransparencyLog

/// Compares a zone's record of acts with its logs. All acts of each log are kept in memory: 64 bytes each.
///
/// The record is taken act by act, in the order of its numbers; `finish` ends it.
public struct RecordComparison: Sendable {
  /// An act of the record.
  public struct Act: Sendable {
    let number: Int
    let digest: TreeHash?
    let isPending: Bool

    /// - Parameters:
    ///   - digest: SHA-256 of its salt and entry; nil without a salt: the act is older than the audit log.
    ///   - isPending: whether it waits to be written to the log.
    public init(number: Int, digest: Digest?, isPending: Bool = false) {
      self.number = number
      self.digest = digest.flatMap { TreeHash(bytes: $0.bytes) }
      self.isPending = isPending
    }
  }

  private struct Log: Sendable {
    let origin: String
    let acts: [LoggedAct]
    var isMatched: [Bool]
    /// Up to here the acts' numbers are below that of the record's act.
    var place = 0

    /// - Returns: whether the log has the number, and whether with this digest.
    mutating func find(_ act: Act) -> (isThere: Bool, isEqual: Bool) {
      while place < acts.count, acts[place].number < act.number { place += 1 }
      var found = (isThere: false, isEqual: false)
      var next = place
      while next < acts.count, acts[next].number == act.number {
        found.isThere = true
        if acts[next].digest == act.digest {
          isMatched[next] = true
          found.isEqual = true
        }
        next += 1
      }
      return found
    }
  }

  /// An act on which record and logs disagree.
  public enum Finding: Equatable, Sendable {
    /// The record's act differs from this entry of this log.
    case changed(Int, index: Int, log: String)
    /// The record no longer has it.
    case gone(Int, index: Int, log: String)
    /// No log has it.
    case unlogged(Int)

    /// `changed 2 5 intranet/audit/1`: what it is, the act, the entry's place, the log.
    public var code: String {
      switch self {
      case .changed(let act, let index, let log): "changed \(act) \(index) \(log)"
      case .gone(let act, let index, let log): "gone \(act) \(index) \(log)"
      case .unlogged(let act): "unlogged \(act)"
      }
    }
  }

  /// Contradictions: those of the logs in order, then those of the record.
  public private(set) var findings: [Finding] = []
  /// The findings, each a sentence; the first ones, and the number of the others.
  public private(set) var faults: [String] = []
  /// What a reader should know, each a sentence.
  public private(set) var notes: [String] = []
  /// Acts that record and logs agree on.
  public private(set) var matched = 0

  private var logs: [Log]
  private let isComplete: Bool
  private let unseen: Int
  private let firstLogged: Int
  private let lastLogged: Int
  private var last = 0
  private var numbers: Set<Int> = []
  private var unlogged: [Int] = []
  /// Acts of the record that may be among archived entries, which were not available.
  public private(set) var archived = 0
  private var (older, later) = (0, 0)

  /// - Parameters:
  ///   - logs: all of the zone's, the oldest first, as `LogCheck` returned them with `collectsActs`.
  ///   - isComplete: whether every act of the record that is not pending must be in a log; else the last ones may have
  ///     come after the logs were copied.
  public init(logs: [CheckedLog], isComplete: Bool) {
    self.logs = logs.map { log in
      let acts = (log.acts ?? []).sorted { $0.number < $1.number }
      return Log(origin: log.checkpoint.origin, acts: acts, isMatched: [Bool](repeating: false, count: acts.count))
    }
    self.isComplete = isComplete
    unseen = logs.map(\.unseen).reduce(0, +)
    firstLogged = self.logs.compactMap(\.acts.first?.number).min() ?? .max
    lastLogged = self.logs.compactMap(\.acts.last?.number).max() ?? 0
  }

  /// Takes the next act of the record.
  public mutating func take(_ act: Act) {
    last = act.number
    var (isThere, isEqual) = (false, false)
    for place in logs.indices {
      let found = logs[place].find(act)
      isThere = isThere || found.isThere
      isEqual = isEqual || found.isEqual
    }
    if isEqual {
      matched += 1
    } else if isThere {
      numbers.insert(act.number)
    } else if !act.isPending {
      sort(act)
    }
  }

  /// An act that no log has.
  private mutating func sort(_ act: Act) {
    if unseen > 0 {
      archived += 1
    } else if act.number < firstLogged, act.digest == nil || !isComplete {
      older += 1
    } else if act.number > lastLogged, !isComplete {
      later += 1
    } else {
      unlogged.append(act.number)
    }
  }

  /// Reports what was found.
  public mutating func finish() {
    for place in logs.indices { compare(place) }
    findings += unlogged.map { .unlogged($0) }
    tell(findings.map(\.text), "more acts that record and logs do not agree on", to: &faults)
    if older > 0 { notes.append("\(older) acts are older than the logs: not compared") }
    if archived > 0 { notes.append("\(archived) acts may stand among the archived entries: not compared") }
    if later > 0 {
      notes.append("\(later) acts after the last one in the logs are not there yet, or were never written")
    }
  }

  private mutating func compare(_ place: Int) {
    let (log, next) = (logs[place], logs[(place + 1)...])
    let resumed = next.compactMap(\.acts.first?.number).min() ?? (next.isEmpty ? .max : last + 1)
    var undone: [Int] = []
    for (act, isMatched) in zip(log.acts, log.isMatched) where !isMatched {
      if act.number >= resumed {
        undone.append(act.number)
      } else if numbers.contains(act.number) {
        findings.append(.changed(act.number, index: act.index, log: log.origin))
      } else {
        findings.append(.gone(act.number, index: act.index, log: log.origin))
      }
    }
    if let first = undone.first, let last = undone.last, let successor = next.first {
      notes.append(
        "acts \(first) to \(last) of \(log.origin) are not in the record: it was put back when \(successor.origin) began"
      )
    }
  }
}

extension RecordComparison.Finding {
  fileprivate var text: String {
    switch self {
    case .changed(let act, let index, let log):
      "act \(act) is another in the record than entry \(index) of \(log) says"
    case .gone(let act, let index, let log): "act \(act) is gone from the record; entry \(index) of \(log) has it"
    case .unlogged(let act): "act \(act) is in the record, and in no log"
    }
  }
}
