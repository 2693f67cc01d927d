public import Certificates
public import Cryptography
public import DurableFiles
public import Foundation

/// A certificate authority's folder: its key, an index of everything that it issued, and its revocation lists.
///
/// ```
/// authority.pem  authority.key      its certificate and key; authority.token where the key lies in a token
/// parents.pem                       the authorities above it, the root last; a root has none
/// issued/SERIAL.pem                 one file a certificate, written before the certificate is handed out
/// revoked/SERIAL                    when and why it was revoked
/// lists/NUMBER.pem  crl.pem         the lists of revocations; the newest one again
/// tmp/  lock
/// ```
///
/// Every file appears whole, by a rename after a sync, and no file but `crl.pem` is changed afterwards. So a command
/// that is killed leaves the folder as it was before or as it is after, and perhaps something in `tmp/`.
public struct AuthorityFolder: Sendable {
  public let path: String
  public let authority: CertificateAuthority
  /// The authorities above it, the root last; empty for a root.
  public let parents: [Certificate]
  let files: Files
  private let lock: FileLock

  /// Opens a folder for one command at a time.
  ///
  /// - Parameter passphrase: of the key, if it is encrypted; the PIN, if it is in a token.
  /// - Throws: `AuthorityError`, `TrustError`.
  public init(path: String, passphrase: SecretBytes? = nil, files: Files = Files()) throws {
    guard files.exists(path + "/authority.pem") else {
      throw AuthorityError(.damaged, "\(path): not an authority's folder; guandu ca init makes one")
    }
    lock = try Self.lock(path, files)
    let certificates = try Certificate.load(pemFile: path + "/authority.pem")
    guard certificates.count == 1, certificates[0].isAuthority else {
      throw AuthorityError(.damaged, "\(path)/authority.pem: not one authority's certificate")
    }
    authority = try CertificateAuthority(certificate: certificates[0], key: Self.key(path, passphrase, files))
    parents = files.exists(path + "/parents.pem") ? try Certificate.load(pemFile: path + "/parents.pem") : []
    self.path = path
    self.files = files
    try requireParents()
  }

  private static func key(_ path: String, _ secret: SecretBytes?, _ files: Files) throws -> PrivateKey {
    guard files.exists(path + "/authority.token") else {
      return try PrivateKey(pemFile: path + "/authority.key", passphrase: secret)
    }
    let token = try TokenKey(file: path + "/authority.token")
    guard let secret else {
      throw AuthorityError(.refused, "\(path): the key lies in a token; name a file with its PIN")
    }
    return try PrivateKey(token: token, pin: secret)
  }

  private init(path: String, authority: CertificateAuthority, parents: [Certificate], files: Files, lock: FileLock) {
    self.path = path
    self.authority = authority
    self.parents = parents
    self.files = files
    self.lock = lock
  }

  private static func lock(_ path: String, _ files: Files) throws -> FileLock {
    do { return try files.lock(path + "/lock") } catch {
      if error.number == EWOULDBLOCK { throw AuthorityError(.busy, "\(path): another command is at work on it") }
      throw AuthorityError(.cannotWrite, "\(error)")
    }
  }

  private func requireParents() throws {
    var below = authority.certificate
    for parent in parents + (parents.isEmpty ? [below] : []) {
      guard below.isSigned(by: parent) else {
        throw AuthorityError(.damaged, "\(path)/parents.pem: \(parent) has not signed \(below)")
      }
      below = parent
    }
  }

  /// The authorities between this one's certificates and the root, without the root.
  public var chain: [Certificate] { parents.isEmpty ? [] : [authority.certificate] + parents.dropLast() }

  /// The root of the chain.
  public var root: Certificate { parents.last ?? authority.certificate }

  /// Makes a folder with a new root. It appears whole or not at all.
  ///
  /// - Parameter forSeals: with an SM2 key, which is not to be in a token.
  public static func makeRoot(
    at path: String, commonName: String, organization: String, secret: KeySecret = .none, forSeals: Bool = false,
    date: Date, files: Files = Files()
  ) throws -> AuthorityFolder {
    let key = forSeals ? try PrivateKey(generating: .sm2) : try secret.tokenKey()
    let authority = try CertificateAuthority.makeRoot(
      commonName: commonName, organization: organization, key: key, at: date)
    return try make(at: path, authority, parents: [], secret, date, files)
  }

  /// Makes a folder with an issuing authority under this one; it may be on another disk.
  public func makeIssuing(
    at path: String, commonName: String, permittedDomains: [String] = [], secret: KeySecret = .none, date: Date
  ) throws -> AuthorityFolder {
    guard parents.isEmpty else {
      throw AuthorityError(
        .refused, "\(self.path): an issuing authority may have none below it; name the root's folder")
    }
    guard !files.exists(path) else { throw AuthorityError(.refused, "\(path): there already") }
    let made = try authority.makeIssuing(
      commonName: commonName, permittedDomains: permittedDomains, key: try secret.tokenKey(), at: date)
    try record(made.certificate, .issuing)
    return try Self.make(at: path, made, parents: [authority.certificate] + parents, secret, date, files)
  }

  private static func make(
    at path: String, _ authority: CertificateAuthority, parents: [Certificate], _ secret: KeySecret,
    _ date: Date, _ files: Files
  ) throws -> AuthorityFolder {
    let url = URL(filePath: path).standardizedFileURL
    let parent = url.deletingLastPathComponent().path
    let beside = "\(parent)/.\(url.lastPathComponent).\(UUID().uuidString)"
    guard !files.exists(path) else { throw AuthorityError(.refused, "\(path): there already") }
    do {
      return try reportingWrites {
        for folder in ["", "/issued", "/revoked", "/lists", "/tmp"] { try files.createFolder(beside + folder) }
        try write(authority, parents, secret, to: beside, files)
        let lock = try Self.lock(beside, files)
        try AuthorityFolder(path: beside, authority: authority, parents: parents, files: files, lock: lock)
          .publishList(at: date)
        try files.syncFolder(beside)
        try files.renameExclusively(beside, to: url.path)
        try files.syncFolder(parent)
        return AuthorityFolder(path: url.path, authority: authority, parents: parents, files: files, lock: lock)
      }
    } catch {
      try? FileManager.default.removeItem(atPath: beside)
      throw error
    }
  }

  private static func write(
    _ authority: CertificateAuthority, _ parents: [Certificate], _ secret: KeySecret, to folder: String,
    _ files: Files
  ) throws {
    try files.writeNew(folder + "/authority.pem", [Array(authority.certificate.pem.utf8)], mode: 0o644)
    if !parents.isEmpty {
      try files.writeNew(folder + "/parents.pem", [Array(parents.map(\.pem).joined().utf8)], mode: 0o644)
    }
    if case .token(let token, _) = secret {
      return try files.writeNew(folder + "/authority.token", [Array(token.text.utf8)])
    }
    var key = try authority.key.pem(passphrase: secret.passphrase).copy()
    defer { wipe(&key) }
    try files.writeNew(folder + "/authority.key", [key])
  }
}

/// Turns a disk error into one for the operator.
func reportingWrites<T>(_ body: () throws -> T) throws -> T {
  do { return try body() } catch let error as FileError { throw AuthorityError(.cannotWrite, "\(error)") }
}
