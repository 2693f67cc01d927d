public import Zones

/// A SHA-256 digest as packets write it: 64 lowercase hex digits.
public struct HexDigest: Hashable, Sendable, CustomStringConvertible {
  public static let zero = HexDigest(unchecked: String(repeating: "0", count: 64))
  public let text: String

  /// Nil for anything else.
  public init?(_ text: String) {
    guard text.utf8.count == 64, text.utf8.allSatisfy(Self.isHexDigit) else { return nil }
    self.text = text
  }

  private init(unchecked text: String) { self.text = text }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }

  public var description: String { text }
}

/// What a stream carries.
public enum Lane: String, CaseIterable, Sendable {
  /// Receipts and heartbeats; numbers may have gaps, the newest replaces the rest.
  case control = "c"
  case messages = "m"
  case blobs = "b"
}

/// One sender's numbered series of packets: `zone/node/epoch/lane`.
public struct StreamName: Hashable, Sendable, CustomStringConvertible {
  /// 2⁵³ − 1. An epoch that is read is never above it, so that one more can always be added.
  public static let maxEpoch = 9_007_199_254_740_991
  /// Two names of 32 bytes, 16 digits, a lane and three slashes.
  private static let maxBytes = 84

  public let zone: ZoneName
  /// `[a-z][a-z0-9-]{0,31}`, one for each machine of a zone.
  public let node: ZoneName
  /// 1 to `maxEpoch`.
  public let epoch: Int
  public let lane: Lane

  public init(zone: ZoneName, node: ZoneName, epoch: Int, lane: Lane) {
    self.zone = zone
    self.node = node
    self.epoch = epoch
    self.lane = lane
  }

  /// Nil where `text` breaks the form.
  public init?(_ text: String) {
    guard text.utf8.count <= Self.maxBytes else { return nil }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 4, let zone = ZoneName(parts[0]), let node = ZoneName(parts[1]),
      let epoch = Int(parts[2]), (1...Self.maxEpoch).contains(epoch), String(epoch) == parts[2],
      let lane = Lane(rawValue: parts[3])
    else { return nil }
    self.init(zone: zone, node: node, epoch: epoch, lane: lane)
  }

  public var description: String { "\(zone)/\(node)/\(epoch)/\(lane.rawValue)" }

  /// Streams in a fixed order, closed epochs first.
  public var order: (String, Int, String) { (node.text, epoch, lane.rawValue) }

  /// As file names carry it.
  public var dotted: String { "\(zone).\(node).\(epoch).\(lane.rawValue)" }
}

/// Whether `text` is a UUID of version 7 (RFC 9562, section 5.7) in lower case.
public func isUUIDv7(_ text: String) -> Bool {
  let bytes = Array(text.utf8)
  guard bytes.count == 36, bytes[14] == UInt8(ascii: "7"), "89ab".utf8.contains(bytes[19]) else { return false }
  return bytes.enumerated().allSatisfy { index, byte in
    [8, 13, 18, 23].contains(index)
      ? byte == UInt8(ascii: "-")
      : (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}
