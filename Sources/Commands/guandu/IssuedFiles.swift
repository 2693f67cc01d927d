import ArgumentParser
import Authority
import Certificates
import Cryptography
import DurableFiles
import Foundation

/// The files that a key and its certificate are handed out in.
struct IssuedFiles {
  struct Options: ParsableArguments {
    @Option(help: "The folder for the files, which must not be there yet.") var out = "."
    @Option(help: "A file (mode 0600) whose first line protects the PKCS#12 file or the private key.")
    var passphraseFile: String?
  }

  private let folder: AuthorityFolder
  private let out: String
  private let base: String
  private let passphrase: SecretBytes?

  /// Looks for everything that would fail after the certificate was made.
  init(_ folder: AuthorityFolder, _ options: Options, name: String, profiles: [CertificateProfile]) throws {
    self.folder = folder
    out = options.out
    base = Self.fileName(name)
    passphrase = try options.passphraseFile.map { try Passphrase.read(file: $0) }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: out, isDirectory: &isFolder), isFolder.boolValue else {
      throw CommandFailure(.cannotWrite, "\(out): no such folder")
    }
    for profile in profiles {
      for suffix in ["key", "pem", "p12", "password"] { try Self.requireAbsent(path(profile, suffix)) }
    }
  }

  static func requireAbsent(_ path: String) throws {
    guard !Files().exists(path) else {
      throw CommandFailure(.cannotWrite, "\(path): there already; nothing was issued")
    }
  }

  /// Writes the key and the certificate, and says where.
  func write(_ certificate: Certificate, _ key: PrivateKey, _ profile: CertificateProfile) throws {
    do {
      if profile == .handler {
        try writePKCS12(certificate, key, profile)
      } else {
        try Self.write(secret: try key.pem(passphrase: passphrase), to: path(profile, "key"))
      }
      let isChainWanted = profile.zonePart == nil && profile != .handler
      try Self.write(certificate: certificate, above: isChainWanted ? folder.chain : [], to: path(profile, "pem"))
    } catch let error as FileError {
      throw CommandFailure(
        .cannotWrite,
        "\(error); the certificate \(certificate.serialNumber) is in the index: revoke it, and issue again"
      )
    }
  }

  private func writePKCS12(_ certificate: Certificate, _ key: PrivateKey, _ profile: CertificateProfile) throws {
    let password = passphrase ?? Self.makePassword()
    let packed = try PKCS12.make(
      name: certificate.commonName, certificate: certificate, key: key, chain: folder.chain, password: password)
    if passphrase == nil {
      try Self.write(secret: SecretBytes(password.copy() + [UInt8(ascii: "\n")]), to: path(profile, "password"))
    }
    try Files().writeNew(path(profile, "p12"), [packed])
  }

  /// 20 characters out of 32 without look-alikes: 100 bits.
  static func makePassword() -> SecretBytes {
    let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789".utf8)
    return SecretBytes(randomBytes(20).map { alphabet[Int($0) % alphabet.count] })
  }

  static func write(certificate: Certificate, above chain: [Certificate], to path: String) throws {
    do {
      try Files().writeNew(path, [Array(([certificate] + chain).map(\.pem).joined().utf8)], mode: 0o644)
    } catch {
      throw CommandFailure(.cannotWrite, "\(error); the certificate \(certificate.serialNumber) is in the index")
    }
    print(
      "\(path): \(printable(certificate.commonName)), serial \(certificate.serialNumber), fingerprint \(certificate.fingerprint)"
    )
  }

  private static func write(secret: SecretBytes, to path: String) throws {
    var copy = secret.copy()
    defer { wipe(&copy) }
    try Files().writeNew(path, [copy])
  }

  private func path(_ profile: CertificateProfile, _ suffix: String) -> String {
    switch profile {
    case .zoneSigning: "\(out)/signing.\(suffix)"
    case .zoneEncryption: "\(out)/encryption.\(suffix)"
    case .auditLog: "\(out)/audit-log.\(suffix)"
    case .auditWitness: "\(out)/audit-witness.\(suffix)"
    default: "\(out)/\(base).\(suffix)"
    }
  }

  /// A name as a file's: letters and digits of any writing stay.
  private static func fileName(_ name: String) -> String {
    let text = String(name.map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "-" })
    return text.hasPrefix(".") ? "-" + text.dropFirst() : text
  }
}

extension CertificateProfile {
  /// What the certificate says after the zone's name; nil for those that are not a zone's.
  var zonePart: String? {
    switch self {
    case .zoneSigning: "signing"
    case .zoneEncryption: "encryption"
    case .auditLog: "audit log"
    case .auditWitness: "audit witness"
    default: nil
    }
  }
}
