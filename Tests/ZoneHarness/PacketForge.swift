import Certificates
import Cryptography
import Foundation
import JSON
import Letters
public import PacketFormat
public import PacketSeal
import Synchronization
public import Timestamps
public import Zones

/// Makes packets as the DMZ could, and as others might try to.
public struct PacketForge {
  /// Each packet is newer than the one before.
  private static let stamps = Mutex(Date().unixMilliseconds)

  let zones: TestZones
  public let from: String
  let to: String
  /// Which key files sign.
  let signer: String
  let recipient: String

  public init(
    zones: TestZones, signer: String = "dmz-signing", from: String = "dmz", to: String = "intranet",
    recipient: String = "intranet-encryption"
  ) {
    self.zones = zones
    self.signer = signer
    self.recipient = recipient
    self.from = from
    self.to = to
  }

  public func packet(
    sequence: Int = 1, previous: HexDigest = .zero, stream: String = "dmz/a/1/m",
    messages: [(type: String, bytes: [UInt8])] = [], blobs: [(part: Manifest.BlobPart, bytes: [UInt8])] = [],
    classification: Classification = .internal, receipts: [Receipt] = [], stamp: UnixMilliseconds? = nil
  ) throws -> SealedPacket {
    let keys = zones.root + "/keys/"
    let certificate = try Certificate.load(pemFile: keys + signer + ".pem")[0]
    let sealer = try PacketSealer(
      from: try required(ZoneName(from)), to: try required(ZoneName(to)),
      signingKey: try loadSigningKey(path: keys + signer + ".key", matching: certificate),
      signingCertificate: certificate, recipients: [try Certificate.load(pemFile: keys + recipient + ".pem")[0]])
    let outline = PacketOutline(
      id: newIdentifier(
        at: stamp
          ?? Self.stamps.withLock {
            $0 += 1
            return $0
          }), stream: try required(StreamName(stream)), sequence: sequence,
      previous: previous,
      created: "2026-11-22T13:38:00.123Z", classification: classification, receipts: receipts)
    return try sealer.seal(outline, messages: messages, blobs: blobs)
  }

  /// A notice.sent for a notice that nobody knows: applied, and without effect.
  ///
  /// - Parameter after: the numbers of those that it must follow.
  public static func harmless(
    _ number: Int = 0, type: String = "notice.sent", after: [Int] = []
  ) -> (type: String, bytes: [UInt8]) {
    let id = identifier(number)
    let message = Message(
      id: id, type: type, subject: id, after: after.map(identifier), at: "2026-11-22T13:38:00.123Z",
      body: .object(["notice": .string("none")]))
    return (message.type, message.encoded())
  }

  public static func identifier(_ number: Int) -> String { "019ab3c4-7d2e-7c31-9f55-\(100_000_000_000 + number)" }

  /// Puts bytes into a drop (the intranet's incoming one) as a gatekeeper would.
  public func drop(_ bytes: [UInt8], as name: String, into folder: String = "d2i") throws {
    let target = URL(filePath: zones.root + "/\(folder)/new/" + name)
    let hidden = URL(filePath: zones.root + "/\(folder)/new/." + name)
    try Data(bytes).write(to: hidden)
    try FileManager.default.moveItem(at: hidden, to: target)
  }

  public func drop(_ packet: SealedPacket, as name: String? = nil, into folder: String = "d2i") throws {
    try drop(packet.head + packet.payload, as: name ?? packet.fileName, into: folder)
  }

  /// The reason codes of what lies in a zone's quarantine.
  public func quarantineCodes(of zone: String = "intranet") throws -> [String] {
    let folder = zones.root + "/\(zone)/quarantine"
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return [] }
    return try names.filter { $0.hasSuffix(".reason") }.sorted().compactMap { name in
      let text = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
      return text.split(separator: "\n").first { $0.hasPrefix("code: ") }.map { String($0.dropFirst(6)) }
    }
  }
}

extension SealedPacket {
  public var digest: HexDigest { HexDigest(manifestDigest.hex) ?? .zero }
  public var bytes: [UInt8] { head + payload }
}
