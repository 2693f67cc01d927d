import COpenSSL
import Foundation

@testable import Certificates

/// A root, an issuing authority, and the means to make certificates that are wrong in one way only.
struct Specimens {
  static let now = Date(timeIntervalSince1970: 1_800_000_000)

  let root: CertificateAuthority
  let issuing: CertificateAuthority

  init() throws {
    root = try CertificateAuthority.makeRoot(commonName: "Test root", at: Self.now)
    issuing = try root.makeIssuing(commonName: "Test issuing authority", at: Self.now)
  }

  func store(revocationLists: [[UInt8]] = []) throws -> TrustStore {
    try TrustStore(
      roots: [root.certificate], intermediates: [issuing.certificate], revocationLists: revocationLists)
  }

  /// A certificate as `profile` has it, changed by `change`.
  func make(
    _ profile: CertificateProfile = .zoneSigning, keyKind: KeyKind? = nil, authority: CertificateAuthority? = nil,
    _ change: (inout CertificateTemplate) -> Void = { _ in }
  ) throws -> Certificate {
    let signer = authority ?? issuing
    var template = CertificateTemplate(
      commonName: "specimen", validity: Self.now.addingTimeInterval(-60)..<Self.now.addingTimeInterval(86_400),
      extensions: try profile.extensions(isSelfIssued: false))
    change(&template)
    return try template.signed(
      publicKey: PrivateKey(generating: keyKind ?? profile.keyKind), issuer: signer.certificate, signer: signer.key)
  }
}

extension CertificateTemplate {
  /// Puts `value` in the place of an extension; nil takes it out.
  mutating func set(_ identifier: Int32, _ value: String?) {
    extensions.removeAll { $0.identifier == identifier }
    if let value { extensions.append(.init(identifier: identifier, value: value)) }
  }
}

/// A folder that goes with the test.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "guandu-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ content: some Collection<UInt8>, mode: Int = 0o600) throws -> String {
    let file = "\(path)/\(name)"
    _ = FileManager.default.createFile(atPath: file, contents: Data(content), attributes: [.posixPermissions: mode])
    return file
  }
}

/// The code of the `TrustError` that `body` throws; nil where it throws none.
func code(_ body: () throws -> Void) -> TrustError.Code? {
  do {
    try body()
    return nil
  } catch let error as TrustError {
    return error.code
  } catch {
    return nil
  }
}
