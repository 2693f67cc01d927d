public import Certificates
public import Cryptography
public import DurableFiles
public import PacketSeal
import Synchronization
public import Zones

public import struct Foundation.Date

/// A zone's own keys with their certificates, its trust, and its peers' certificates. Pairs replace each other while
/// the zone runs.
public final class ZoneIdentity: Sendable {
  private struct State {
    /// The one that signs.
    var current: ZonePair
    /// All pairs that can open what was ever sealed for the zone, without repeats.
    var pairs: [ZonePair]
    var generation = 0
    /// The peers' certificates.
    var known: [ZoneName: PeerKeyFiles.Known]
  }

  /// A peer's statement of its certificates that was checked and may count.
  public struct PeerWord: Sendable {
    public let peer: ZoneName
    public let statement: KeyStatement
    fileprivate let known: PeerKeyFiles.Known
  }

  private static let aheadMaxMilliseconds = 86_400_000

  public let trust: TrustStore
  public let rotated: RotatedKeys
  private let peers: [ZoneName: PeerCertificates]
  private let peerFiles: [ZoneName: PeerKeyFiles]
  private let escrow: [ZoneName: [Certificate]]
  private let state: Mutex<State>

  /// Reads the files and checks that keys fit certificates, and that the pair in use is valid for its purpose at
  /// `date`.
  ///
  /// - Throws: `TrustError`; `FileError` if the folder of rotated keys cannot be read.
  public init(configuration: ZoneConfiguration, at date: Date, files: Files = Files()) throws {
    let keys = configuration.keys
    trust = try TrustStore(files: configuration.trust)
    let own = try ZoneKeys(keys, files: files)
    rotated = own.rotated
    try own.current.verify(by: trust, at: date)
    var (peers, peerFiles, escrow): ([ZoneName: PeerCertificates], [ZoneName: PeerKeyFiles], [ZoneName: [Certificate]])
    (peers, peerFiles, escrow) = ([:], [:], [:])
    var words: [ZoneName: PeerKeyFiles.Known] = [:]
    for link in configuration.links {
      let own = PeerKeyFiles(link: link, folder: keys.rotatedFolder, files: files)
      let (known, holders) = (try own.known(), try link.escrowCertificates.map { try Certificate.load(pemFile: $0)[0] })
      for recipient in [known.encryption] + holders {
        try trust.verifyRecipient(recipient, at: date)
      }
      peers[link.peer] = PeerCertificates(
        signing: known.signing, encryption: [known.encryption] + holders, former: known.former)
      (peerFiles[link.peer], escrow[link.peer], words[link.peer]) = (own, holders, known)
    }
    state = Mutex(State(current: own.current, pairs: own.pairs, known: words))
    (self.peers, self.peerFiles, self.escrow) = (peers, peerFiles, escrow)
  }

  /// The pair that signs.
  public var current: ZonePair { state.withLock { $0.current } }
  /// Every key that something may be sealed for, the one in use first.
  public var encryptionKeys: [X25519PrivateKey] {
    state.withLock { state in
      [state.current.encryptionKey]
        + state.pairs.filter { $0.name != state.current.name }.map(\.encryptionKey)
    }
  }
  /// Rises when another pair begins to sign.
  public var generation: Int { state.withLock { $0.generation } }

  /// From now on the zone can also open what is sealed for this pair.
  public func keep(_ pair: ZonePair) {
    state.withLock { state in
      if !state.pairs.contains(where: { $0.name == pair.name }) { state.pairs.append(pair) }
    }
  }

  /// From now on the zone signs with this pair.
  public func use(_ pair: ZonePair) {
    keep(pair)
    state.withLock { state in
      state.current = pair
      state.generation += 1
    }
  }

  /// A peer's certificates; none for a zone without a link.
  public func certificates(of peer: ZoneName) -> PeerCertificates { peers[peer] ?? PeerCertificates(signing: []) }

  /// The keys to seal for, for a peer: its own, and those of escrow holders.
  public func recipients(for peer: ZoneName) -> [X25519PublicKey] {
    certificates(of: peer).encryption.compactMap(\.x25519PublicKey)
  }

  /// Checks a peer's statement of its certificates, without changing anything.
  ///
  /// Each must be valid for its purpose now, and have the name that the peer already has: a thief of a zone's key
  /// cannot substitute another zone.
  ///
  /// - Returns: nil if this statement counts already.
  /// - Throws: `TrustError`.
  public func judge(_ statement: KeyStatement, of peer: ZoneName, at date: Date) throws -> PeerWord? {
    guard let files = peerFiles[peer], let known = state.withLock({ $0.known[peer] }) else {
      throw TrustError(.untrusted, "no link of this zone is with “\(peer)”")
    }
    if statement.number <= known.number {
      // A repeat is allowed. Of any other the peer must learn that it does not count, before it signs with it.
      guard Set(statement.pairs.map(\.signing)).isSubset(of: known.signing),
        statement.pairs[0].encryption == known.encryption
      else {
        throw TrustError(.rolledBack, "“\(peer)” has said something newer of its certificates; is its clock right?")
      }
      return nil
    }
    // One dated far ahead would exclude all that come after it.
    guard statement.number <= Int(date.timeIntervalSince1970 * 1_000) + Self.aheadMaxMilliseconds else {
      throw TrustError(.notYetValid, "what “\(peer)” says of its certificates is dated more than a day ahead")
    }
    let names = Set(known.signing.map(\.commonName))
    for pair in statement.pairs {
      try trust.verify(pair.signing, for: .zoneSigning, at: date)
      try trust.verify(pair.encryption, for: .zoneEncryption, at: date)
      guard names.contains(pair.signing.commonName), pair.encryption.commonName == known.encryption.commonName else {
        throw TrustError(
          .untrusted, "“\(peer)” is not known by the names of \(pair.signing) and \(pair.encryption)")
      }
    }
    return PeerWord(peer: peer, statement: statement, known: try files.known(saying: statement))
  }

  /// A statement that was committed but is in no file yet, as `judge` returned it before.
  public func word(_ statement: KeyStatement, of peer: ZoneName) throws -> PeerWord? {
    try peerFiles[peer].map { PeerWord(peer: peer, statement: statement, known: try $0.known(saying: statement)) }
  }

  /// From now on these are the peer's certificates, unless it has stated newer ones.
  public func accept(_ word: PeerWord) {
    guard let certificates = peers[word.peer] else { return }
    let isNews = state.withLock { state in
      guard word.known.number > state.known[word.peer]?.number ?? 0 else { return false }
      state.known[word.peer] = word.known
      return true
    }
    guard isNews else { return }
    certificates.replace(
      signing: word.known.signing, encryption: [word.known.encryption] + (escrow[word.peer] ?? []),
      former: word.known.former)
  }

  /// Stores a committed statement for the next start, durably.
  ///
  /// - Throws: `FileError`, `TrustError`.
  public func remember(_ word: PeerWord) throws {
    guard let files = peerFiles[word.peer], try word.statement.number > files.known().number else { return }
    try files.remember(word.statement)
  }

  /// Whether a peer can still accept what was sealed for it some time ago: it is signed under this zone's certificate
  /// in use, or a former one that has neither expired nor been revoked, and sealed for a certificate that was not
  /// revoked and whose key the peer has.
  ///
  /// - Parameters:
  ///   - signer: the signing certificate's SHA-256, in hex; nil if unknown.
  ///   - recipient: that of the peer's encryption certificate; nil if unknown.
  public func counts(signer: String?, recipient: String?, for peer: ZoneName, at date: Date) -> Bool {
    isGood(signer: signer, at: date) && isGood(recipient: recipient, of: certificates(of: peer), at: date)
  }

  private func isGood(signer: String?, at date: Date) -> Bool {
    let (current, pairs) = state.withLock { ($0.current, $0.pairs) }
    guard let signer, signer != current.name else { return true }
    guard let pair = pairs.first(where: { $0.name == signer }) else { return false }
    do { try trust.verifyDespiteLists(pair.signingCertificate, for: .zoneSigning, at: date) } catch {
      return error.code != .expired && error.code != .revoked
    }
    return true
  }

  private func isGood(recipient: String?, of peer: PeerCertificates, at date: Date) -> Bool {
    guard let recipient else { return true }
    guard let certificate = peer.openable.first(where: { $0.fingerprint.hex == recipient }) else { return false }
    do { try trust.verifyDespiteLists(certificate, for: .zoneEncryption, at: date) } catch {
      return error.code != .revoked
    }
    return true
  }
}

extension TrustStore {
  /// A peer's certificate that was never valid is the operator's mistake. One that has expired or was revoked does not
  /// keep the site from starting: packets for the peer wait until a newer one comes.
  fileprivate func verifyRecipient(_ certificate: Certificate, at date: Date) throws(TrustError) {
    do { try verifyDespiteLists(certificate, for: .zoneEncryption, at: date) } catch {
      guard error.code == .expired || error.code == .revoked else { throw error }
    }
  }

  /// As `verify`, for certificates of the zone's own configuration: a missing or overdue revocation list does not keep
  /// the zone from starting, because the next list may come over its link.
  public func verifyDespiteLists(
    _ certificate: Certificate, for purpose: CertificatePurpose, at date: Date
  ) throws(TrustError) {
    do { try verify(certificate, for: purpose, at: date) } catch {
      guard error.code == .listMissing || error.code == .listOverdue else { throw error }
    }
  }
}
