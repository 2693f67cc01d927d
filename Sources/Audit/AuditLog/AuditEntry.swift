import JSON
import Timestamps

/// One line of the log: what happened, as JSON. It contains no text of a letter, name, phone number or address; it
/// names letters and messages by their identifiers, which are random.
public struct AuditEntry: Equatable, Sendable {
  /// Leaves room within a bundle's 16-bit length.
  public static let maxBytes = 60_000

  public let bytes: [UInt8]

  init(_ kind: Kind, zone: String, at time: String, _ fields: [JSONValue.JSONMember]) {
    let head: [JSONValue.JSONMember] = [
      .init("kind", .string(kind.rawValue)), .init("zone", .string(zone)), .init("at", .string(time)),
    ]
    bytes = JSONValue.object(head + fields).encoded()
  }

  /// How every entry of a kind begins.
  static func beginning(of kind: Kind) -> [UInt8] { Array("{\"kind\":\"\(kind.rawValue)\"".utf8) }

  /// What can happen.
  public enum Kind: String, CaseIterable, Sendable {
    /// A log begins.
    case logOpened = "log.opened"
    case zoneStarted = "zone.started"
    /// A start without a stop before it: the zone was killed.
    case zoneStopped = "zone.stopped"
    /// The wall clock was moved.
    case clockJumped = "clock.jumped"
    /// The portal has accepted a letter.
    case letterAccepted = "letter.accepted"
    /// An official's act; the record of acts has all of it.
    case actRecorded = "act.recorded"
    /// The desk refused somebody's log-in.
    case loginRefused = "login.refused"
    /// A limit on guesses at the portal was reached.
    case guessStopped = "guess.stopped"
    /// Nothing came from a peer for longer than its heartbeats allow.
    case linkSilent = "link.silent"
    case linkHeard = "link.heard"
    /// An authority's revocation list counts from now on.
    case trustList = "trust.list"
    /// A zone's keys were changed.
    case keysChanged = "keys.changed"
    case packetSent = "packet.sent"
    case packetApplied = "packet.applied"
    case packetRefused = "packet.refused"
    case messageRefused = "message.refused"
    case fileQuarantined = "file.quarantined"
    /// Everything is sent again, because this zone or the peer was restored.
    case epochOpened = "epoch.opened"
    /// An operator made this zone forget the positions of the peer's streams of one epoch.
    case streamsForgotten = "streams.forgotten"
    /// A checkpoint of the peer's log was cosigned.
    case peerCheckpoint = "peer.checkpoint"
    /// The peer's log failed a check.
    case peerLogAlarm = "peer.log-alarm"

    /// The members that an entry has beside `kind`, `zone` and `at`.
    var shape: [String: Shape] {
      switch self {
      case .logOpened: ["log": .text, "reason": .text, "before": .checkpoint]
      case .zoneStarted, .zoneStopped: [:]
      case .clockJumped: ["before": .text, "milliseconds": .number]
      case .letterAccepted: ["letter": .text, "number": .text]
      case .actRecorded:
        ["number": .number, "act": .text, "object": .text, "subject": .text, "proof": .text, "digest": .text]
      case .loginRefused: ["reason": .text, "certificate": .text, "count": .number]
      case .guessStopped: ["limit": .text, "tag": .text]
      case .linkSilent: ["peer": .text, "seen": .text]
      case .linkHeard: ["peer": .text]
      case .trustList: ["authority": .text, "number": .text]
      case .keysChanged: ["owner": .text, "signing": .text, "encryption": .text]
      case .packetSent, .packetApplied:
        [
          "peer": .text, "stream": .text, "sequence": .number, "digest": .text, "part": .number, "messages": .messages,
          "blobs": .texts,
        ]
      case .packetRefused: ["peer": .text, "stream": .text, "sequence": .number, "digest": .text, "code": .text]
      case .messageRefused: ["peer": .text, "message": .text, "code": .text]
      case .fileQuarantined: ["peer": .text, "file": .text, "code": .text, "digest": .text, "bytes": .number]
      case .peerCheckpoint: ["peer": .text, "log": .text, "size": .number, "root": .text]
      case .peerLogAlarm: ["peer": .text, "alarm": .text]
      case .epochOpened: ["peer": .text, "epoch": .number, "reason": .text]
      case .streamsForgotten: ["peer": .text, "node": .text, "epoch": .text]
      }
    }
  }

  /// The type of a member.
  enum Shape: Sendable {
    case text
    case number
    case texts
    /// `[id, type, subject]`, each.
    case messages
    /// `null`, or `{"log": …, "size": …, "root": …}`.
    case checkpoint

    func fits(_ value: JSONValue) -> Bool {
      switch self {
      case .text: return value.text != nil
      case .number: return value.number != nil
      case .texts: return value.elements?.allSatisfy { $0.text != nil } ?? false
      case .messages:
        return value.elements?.allSatisfy {
          $0.elements?.count == 3 && $0.elements?.allSatisfy { $0.text != nil } == true
        }
          ?? false
      case .checkpoint:
        return value == .null
          || value.members?.count == 3 && value["log"]?.text != nil && value["size"]?.number != nil
            && value["root"]?.text != nil
      }
    }
  }

  /// Checks that an entry is Guandu's.
  ///
  /// - Returns: its kind.
  /// - Throws: `AuditError`.
  public static func check(_ bytes: [UInt8], zone: String) throws(AuditError) -> Kind {
    guard let value = try? JSONValue.parse(bytes), let members = value.members else {
      throw AuditError("an entry is no JSON object")
    }
    guard let kind = value["kind"]?.text.flatMap(Kind.init) else { throw AuditError("an entry of no known kind") }
    guard value["zone"]?.text == zone else { throw AuditError("an entry of another zone") }
    guard let time = value["at"]?.text, isTimestamp(time) else { throw AuditError("an entry without a time") }
    let shape = kind.shape
    guard members.count == shape.count + 3 else { throw AuditError("\(kind.rawValue): not its members") }
    for (name, expected) in shape {
      guard let member = value[name], expected.fits(member) else { throw AuditError("\(kind.rawValue): \(name)") }
    }
    return kind
  }
}

/// What is wrong with a log.
public struct AuditError: Error, Equatable, Sendable, CustomStringConvertible {
  /// For the operator: lowercase, no full stop.
  public let reason: String
  public init(_ reason: String) { self.reason = reason }
  public var description: String { reason }
}
