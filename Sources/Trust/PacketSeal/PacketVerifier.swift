import AgeFormat
public import Certificates
public import Cryptography
import Dispatch
public import PacketFormat
import Synchronization
public import Zones

public import struct Foundation.Date

/// A packet whose head was read but not verified yet.
public struct UnverifiedPacket: Sendable {
  public let head: PacketHead

  public init(head: PacketHead) { self.head = head }
}

/// A packet's manifest, with its signature and certificate.
public struct SignatureProof: Sendable {
  /// With its newline.
  public let manifestLine: [UInt8]
  /// Ed25519, over the magic line and the manifest's.
  public let signature: [UInt8]
  /// DER.
  public let certificate: [UInt8]
}

/// A packet that this link's peer verifiably signed. Only `PacketVerifier` makes one, and only such a packet is acted
/// upon.
public struct VerifiedPacket: Sendable {
  public let manifest: Manifest
  /// SHA-256 of the manifest line with its newline.
  public let manifestDigest: HexDigest
  /// What the peer has signed (with the magic line before it), and with what: evidence.
  public let proof: SignatureProof

  fileprivate init(manifest: Manifest, manifestDigest: HexDigest, proof: SignatureProof) {
    self.manifest = manifest
    self.manifestDigest = manifestDigest
    self.proof = proof
  }

  /// Checks the payload's digest, decrypts it and parses the archive.
  ///
  /// Throws `payload` if the bytes are not those that were signed, `decryption` and `archive` if they are but cannot be
  /// read.
  public func open(
    payload: [UInt8], with identities: [X25519PrivateKey]
  ) throws(PacketRejection) -> PacketContents {
    let (digest, decrypted) = Self.digestAndDecrypt(payload, identities)
    guard payload.count == manifest.payload.bytes, digest.hex == manifest.payload.sha256.text else {
      throw PacketRejection(.payload, "the payload is not the one that was signed")
    }
    let archive: [UInt8]
    do { archive = try decrypted.get() } catch { throw PacketRejection(.decryption, "\(error)") }
    do { return try PacketContents.parse(archive, manifest: manifest) } catch { throw PacketRejection(error) }
  }

  /// Both at the same time for a large payload. The plaintext is used only if the digest is right.
  private static func digestAndDecrypt(
    _ payload: [UInt8], _ identities: [X25519PrivateKey]
  ) -> (Digest, Result<[UInt8], AgeError>) {
    let digest = Mutex(Digest.zero)
    let decrypted = Mutex<Result<[UInt8], AgeError>>(.failure(.noMatch))
    let halves: [@Sendable () -> Void] = [
      {
        let value = Digest.of(payload)
        digest.withLock { $0 = value }
      },
      {
        let value = Result { () throws(AgeError) in try AgeDecryptor.decrypt(payload, with: identities) }
        decrypted.withLock { $0 = value }
      },
    ]
    if payload.count < 1 << 20 {
      for half in halves { half() }
    } else {
      DispatchQueue.concurrentPerform(iterations: halves.count) { halves[$0]() }
    }
    return (digest.withLock { $0 }, decrypted.withLock { $0 })
  }
}

/// Decides whether a packet is from this link's peer.
public struct PacketVerifier: Sendable {
  private let zone: ZoneName
  private let peer: ZoneName
  private let suites: Set<String>
  private let peerCertificates: PeerCertificates
  private let trust: TrustStore
  private let lastGood = LastCertificate()

  /// - Parameter peerCertificates: the peer's certificates at each moment.
  public init(
    zone: ZoneName, peer: ZoneName, suites: Set<String>, peerCertificates: PeerCertificates, trust: TrustStore
  ) {
    self.zone = zone
    self.peer = peer
    self.suites = suites
    self.peerCertificates = peerCertificates
    self.trust = trust
  }

  /// Rises with every change of trust: a verdict of an earlier generation may be wrong now.
  public var generation: Int { trust.generation + peerCertificates.generation }

  /// Checks addressee, suite, certificate, peer and signature, in this order.
  public func verify(_ packet: UnverifiedPacket, at date: Date) throws(PacketRejection) -> VerifiedPacket {
    let manifest = packet.head.manifest
    guard manifest.from == peer, manifest.to == zone else {
      throw PacketRejection(.addressee, "from “\(manifest.from)” to “\(manifest.to)”, expected “\(peer)” to “\(zone)”")
    }
    guard suites.contains(manifest.suite), manifest.suite == packetSuite else {
      throw PacketRejection(.suite, "the suite “\(manifest.suite)” is not accepted on this link")
    }
    return try checkSignature(packet, by: try checkCertificate(packet.head.certificateLine, at: date))
  }

  private func checkSignature(
    _ packet: UnverifiedPacket, by certificate: Certificate
  ) throws(PacketRejection) -> VerifiedPacket {
    guard let signature = Base64.decode(packet.head.signatureLine), let key = certificate.ed25519PublicKey,
      verifyEd25519(signature: signature, message: packet.head.signedBytes, publicKey: key)
    else { throw PacketRejection(.signature, "the signature does not fit the head") }
    let digest = Digest.of(packet.head.manifestLine)
    return VerifiedPacket(
      manifest: packet.head.manifest, manifestDigest: HexDigest(digest.hex) ?? .zero,
      proof: SignatureProof(
        manifestLine: packet.head.manifestLine, signature: signature, certificate: certificate.der))
  }

  /// Whether a packet that `verify` refuses states that it carries only messages of trust, and its certificate fails
  /// only because a revocation list is missing or overdue.
  public func mayBringLists(_ packet: UnverifiedPacket, at date: Date) -> Bool {
    let manifest = packet.head.manifest
    guard !manifest.messages.isEmpty, manifest.messages.keys.allSatisfy(isTrustUpdate), manifest.blobs.isEmpty,
      manifest.payload.bytes <= Self.newsMaxBytes, manifest.from == peer, manifest.to == zone,
      let certificate = peerCertificate(packet)
    else { return false }
    do { try trust.verify(certificate, for: .zoneSigning, at: date) } catch {
      return error.code == .listMissing || error.code == .listOverdue
    }
    return false
  }

  /// Accepts the revocation lists that such a packet brings. Each is signed by an authority, so it does not matter who
  /// brings it; older ones change nothing.
  ///
  /// - Returns: whether any was new.
  public func learn(from packet: UnverifiedPacket, payload: [UInt8], with identities: [X25519PrivateKey]) -> Bool {
    guard let certificate = peerCertificate(packet), let signed = try? checkSignature(packet, by: certificate),
      let contents = try? signed.open(payload: payload, with: identities)
    else { return false }
    var isNews = false
    for bytes in contents.messages {
      guard let message = try? Message.parse(bytes), let list = try? RevocationListMessage.list(in: message),
        (try? trust.take(list)) == true
      else { continue }
      isNews = true
    }
    return isNews
  }

  private static let newsMaxBytes = 4 * 1024 * 1024

  /// One of the link's peer; dates and revocation are not checked.
  private func peerCertificate(_ packet: UnverifiedPacket) -> Certificate? {
    guard let der = Base64.decode(packet.head.certificateLine), let certificate = try? Certificate(der: der) else {
      return nil
    }
    return peerCertificates.signing.contains(certificate) ? certificate : nil
  }

  private func checkCertificate(_ line: [UInt8], at date: Date) throws(PacketRejection) -> Certificate {
    let generation = self.generation
    if let certificate = lastGood.certificate(line, generation, at: date) { return certificate }
    guard let der = Base64.decode(line) else { throw PacketRejection(.certificate, "the certificate is not base64") }
    let certificate: Certificate
    do {
      certificate = try Certificate(der: der)
      try trust.verify(certificate, for: .zoneSigning, at: date)
    } catch { throw PacketRejection(.certificate, "\(error.code.rawValue): \(error.reason)") }
    guard peerCertificates.signing.contains(certificate) else {
      throw PacketRejection(
        .peer, "“\(peer)” is not known by the certificate \(certificate.fingerprint) of “\(certificate.commonName)”")
    }
    lastGood.remember(certificate, line, generation, at: date)
    return certificate
  }
}

/// The certificate that was verified last, so its chain is built once for the many packets of a minute.
private final class LastCertificate: Sendable {
  /// How long a verdict is cached, unless a new revocation list comes; an expiry takes effect after it.
  private static let seconds = 1.0

  private let last = Mutex<(line: [UInt8], certificate: Certificate, generation: Int, at: Date)?>(nil)

  func certificate(_ line: [UInt8], _ generation: Int, at date: Date) -> Certificate? {
    last.withLock { last in
      guard let last, last.line == line, last.generation == generation,
        abs(date.timeIntervalSince(last.at)) < Self.seconds
      else { return nil }
      return last.certificate
    }
  }

  func remember(_ certificate: Certificate, _ line: [UInt8], _ generation: Int, at date: Date) {
    last.withLock { $0 = (line, certificate, generation, date) }
  }
}
