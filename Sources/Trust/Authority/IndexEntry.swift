public import Certificates
public import Foundation

/// A certificate that an authority has issued, as its index records it.
public struct IndexEntry: Sendable {
  public enum State: String, Sendable {
    case good
    case revoked
    case expired
  }

  public let certificate: Certificate
  public let profile: CertificateProfile
  /// Nil while it counts.
  public let revocation: Revocation?

  public var serialNumber: String { certificate.serialNumber }

  /// Revoked takes precedence over expired.
  public func state(at date: Date) -> State {
    if revocation != nil { return .revoked }
    return date > certificate.notAfter ? .expired : .good
  }
}

/// An index file: a few readable lines, then the certificate, so that `openssl x509` reads it too.
struct IndexText {
  let profile: CertificateProfile
  let certificate: Certificate

  var bytes: [UInt8] {
    let hosts = profile.hosts.map { "host: \($0)\n" }.joined()
    return Array("profile: \(profile.name)\n\(hosts)\(certificate.pem)".utf8)
  }

  init(profile: CertificateProfile, certificate: Certificate) {
    self.profile = profile
    self.certificate = certificate
  }

  init(path: String) throws {
    let certificates = try Certificate.load(pemFile: path)
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    let values = { (key: String) in
      lines.prefix { !$0.hasPrefix("-----") }.filter { $0.hasPrefix(key + ": ") }.map {
        String($0.dropFirst(key.count + 2))
      }
    }
    guard certificates.count == 1, let name = values("profile").first,
      let profile = CertificateProfile(name: name, hosts: values("host"))
    else { throw AuthorityError(.damaged, "\(path): not an entry of an authority's index") }
    self.init(profile: profile, certificate: certificates[0])
  }
}

/// A revocation file: two lines.
struct RevocationText {
  let date: Date
  let reason: Revocation.Reason

  var bytes: [UInt8] { Array("at: \(date.formatted(.iso8601))\nreason: \(reason.rawValue)\n".utf8) }

  init(date: Date, reason: Revocation.Reason) {
    self.date = date
    self.reason = reason
  }

  init(path: String) throws {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    guard lines.count == 2, lines[0].hasPrefix("at: "), lines[1].hasPrefix("reason: "),
      let date = try? Date(String(lines[0].dropFirst(4)), strategy: .iso8601),
      let reason = Revocation.Reason(rawValue: String(lines[1].dropFirst(8)))
    else { throw AuthorityError(.damaged, "\(path): not a record of a revocation") }
    self.init(date: date, reason: reason)
  }
}
