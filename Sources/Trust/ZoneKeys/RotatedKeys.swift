public import Certificates
public import Cryptography
public import DurableFiles
import Foundation
import JSON

/// The folder of key pairs that replaced, or are to replace, the pair in `zone.yaml`.
///
/// ```
/// own/N/signing.key  encryption.key    made by the daemon, mode 0600; the keys never leave the folder
/// own/N/signing.csr  encryption.pub    what an authority makes certificates from
/// own/N/plan                           how long the pair before is to be kept
/// own/N/encryption.pem  signing.pem    the certificates, in this order
/// own/N/in-use                         since when the zone signs with it, and whose place it took
/// own/N/alone                          the peers know no older one any more
/// ```
///
/// N rises by one. Nothing in it is changed once it is there, and every file appears whole. So a copy of the folder at
/// any moment is a backup, and after a kill the work continues where it was. The files, not the database, say which
/// pair counts: a restored database must not bring back a pair that the peers have dropped.
public struct RotatedKeys: Sendable {
  /// How far a pair has got.
  public enum Stage: Int, Comparable, Sendable {
    /// Waits for its certificates.
    case requested
    /// Waits for the peers to know them.
    case certified
    case inUse
    case alone

    public static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }
  }

  public struct Member: Sendable {
    public let number: Int
    public let folder: String
    public let stage: Stage
    /// The pair's name; nil while it waits for its certificates.
    public let name: String?
    /// Milliseconds since 1970; nil before `inUse`.
    public let usedSince: Int?
    /// The signing certificates (SHA-256, hex) of the pairs before it.
    public let replaces: [String]
    /// How long the pair before it is kept once it is in use, in seconds.
    public let overlapSeconds: Int
  }

  public let folder: String
  private let files: Files
  private let passphrase: SecretBytes?
  private var own: String { folder + "/own" }

  /// - Parameter passphrase: of the keys in it; nil where their mode alone protects them.
  public init(folder: String, files: Files, passphrase: SecretBytes?) {
    self.folder = folder
    self.files = files
    self.passphrase = passphrase
  }

  /// In the order in which they were made.
  ///
  /// - Throws: `FileError`, or `TrustError` for a damaged file.
  public func members() throws -> [Member] {
    guard files.exists(own) else { return [] }
    return try files.list(own).compactMap(Int.init).sorted().map { number in try member(number) }
  }

  private func member(_ number: Int) throws -> Member {
    let folder = "\(own)/\(number)"
    let isCertified = files.exists(folder + "/signing.pem") && files.exists(folder + "/encryption.pem")
    let use = try note(folder + "/in-use")
    let plan = try note(folder + "/plan")
    let stage: Stage =
      if files.exists(folder + "/alone") { .alone } else if use != nil { .inUse } else {
        isCertified ? .certified : .requested
      }
    guard stage < .inUse || isCertified else {
      throw TrustError(
        .unreadable, "\(folder): in use, and a certificate is missing; put the folder back from its backup")
    }
    let name = isCertified ? try Certificate.load(pemFile: folder + "/signing.pem")[0].fingerprint.hex : nil
    return Member(
      number: number, folder: folder, stage: stage, name: name,
      usedSince: (use?["at"]?.number).map { min(max($0, 0), 1 << 52) },
      replaces: use?["replaces"]?.elements?.compactMap(\.text) ?? [],
      overlapSeconds: min(max(plan?["overlap"]?.number ?? 0, 0), 31_536_000))
  }

  private func note(_ path: String) throws -> JSONValue? {
    guard files.exists(path) else { return nil }
    let file = try files.openForReading(path)
    guard file.byteCount <= 65_536, let value = try? JSONValue.parse(file.read(at: 0, count: file.byteCount)) else {
      throw TrustError(.malformed, "\(path): not as it was written; put it back from its backup")
    }
    return value
  }

  /// The pair in a folder that has its certificates.
  public func pair(_ member: Member) throws(TrustError) -> ZonePair {
    let folder = member.folder
    return try ZonePair(
      signing: (folder + "/signing.key", folder + "/signing.pem"),
      encryption: (folder + "/encryption.key", folder + "/encryption.pem"), passphrase: passphrase)
  }

  /// Makes keys, and requests for their certificates.
  ///
  /// - Parameter name: the name in the zone's present signing certificate.
  public func make(named name: String, overlapSeconds: Int) throws -> Member {
    try files.createFolder(folder)
    try files.createFolder(own)
    try removeHalfMade()
    let number = (try members().last?.number ?? 0) + 1
    let staging = "\(own)/.new-\(UUID().uuidString)"
    try files.createFolder(staging)
    let (signing, encryption) = (try PrivateKey(generating: .ed25519), try PrivateKey(generating: .x25519))
    try write(signing, to: staging + "/signing.key")
    try write(encryption, to: staging + "/encryption.key")
    let request = try CertificateRequest(for: signing, commonName: name)
    try files.writeNew(staging + "/signing.csr", [Array(request.pem.utf8)], mode: 0o644)
    try files.writeNew(staging + "/encryption.pub", [Array(encryption.publicPEM.utf8)], mode: 0o644)
    let plan = JSONValue.object(["overlap": .integer(overlapSeconds)])
    try files.writeNew(staging + "/plan", [plan.encoded()])
    try files.syncFolder(staging)
    try files.renameExclusively(staging, to: "\(own)/\(number)")
    try files.syncFolder(own)
    return try member(number)
  }

  /// Keys that a kill has left, and that nothing uses.
  private func removeHalfMade() throws {
    for name in try files.list(own) where name.hasPrefix(".new-") {
      for file in try files.list("\(own)/\(name)") { try files.remove("\(own)/\(name)/\(file)") }
      try files.removeFolder("\(own)/\(name)")
    }
  }

  private func write(_ key: PrivateKey, to path: String) throws {
    var pem = try key.pem(passphrase: passphrase).copy()
    defer { wipe(&pem) }
    try files.writeNew(path, [pem])
  }

  /// What an authority needs: the request for the signing certificate, and the public encryption key.
  public func request(_ member: Member) throws -> (signing: CertificateRequest, encryption: PublicKey) {
    (
      try CertificateRequest(pemFile: member.folder + "/signing.csr"),
      try PublicKey(pemFile: member.folder + "/encryption.pub")
    )
  }

  /// Stores the certificates beside their keys. The same ones again change nothing.
  ///
  /// - Throws: `keyMismatch` if they are not for the keys.
  public func install(signing: Certificate, encryption: Certificate, in member: Member) throws -> Member {
    let keys = try request(member)
    guard keys.signing.publicKey.belongs(to: signing), keys.encryption.belongs(to: encryption) else {
      throw TrustError(.keyMismatch, "the certificates are not those of the keys that wait for them")
    }
    try put(encryption.pem, member.folder + "/encryption.pem")
    try put(signing.pem, member.folder + "/signing.pem")
    return try self.member(member.number)
  }

  /// - Parameter replaced: the pairs before it, by name.
  public func use(_ member: Member, replacing replaced: [String], at milliseconds: Int) throws -> Member {
    let note = JSONValue.object(["at": .integer(milliseconds), "replaces": .array(replaced.map { .string($0) })])
    try put(String(decoding: note.encoded(), as: UTF8.self), member.folder + "/in-use")
    return try self.member(member.number)
  }

  public func markAlone(_ member: Member) throws -> Member {
    try put("", member.folder + "/alone")
    return try self.member(member.number)
  }

  /// Whole or not at all; an existing file stays.
  private func put(_ text: String, _ path: String) throws {
    guard !files.exists(path) else { return }
    let staging = path + ".\(UUID().uuidString)"
    try files.writeNew(staging, [Array(text.utf8)])
    try files.renameExclusively(staging, to: path)
    try files.syncFolder(path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ".")
  }
}
