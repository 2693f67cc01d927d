import ArgumentParser
import Authority
import Certificates
import Cryptography
import Foundation

/// What `guandu ca issue` makes.
enum IssueKind: String, CaseIterable, ExpressibleByArgument {
  /// A pair: signing and encryption.
  case zone
  case handler
  case seal
  case sealMaker = "seal-maker"
  case sm2Seal = "sm2-seal"
  case timeStamp = "time-stamp"
  case server

  func profiles(hosts: [String]) -> [CertificateProfile] {
    switch self {
    case .zone: [.zoneSigning, .zoneEncryption, .auditLog, .auditWitness]
    case .handler: [.handler]
    case .seal: [.seal]
    case .sealMaker: [.sealMaker]
    case .sm2Seal: [.sm2Seal]
    case .timeStamp: [.timeStamp]
    case .server: [.tlsServer(names: hosts)]
    }
  }
}

struct AuthorityIssueCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "issue", abstract: "Makes a key and its certificate.",
    discussion: """
      zone: a key and a certificate each for signing, encryption, audit-log and audit-witness. handler: a PKCS#12 file for a browser, its password \
      beside it where none is given, and the certificate. seal, time-stamp, server: key and certificate, the latter with \
      the authorities above it. seal-maker, sm2-seal: the same for electronic seals in OFD documents, from an authority \
      made with guandu ca init --sm2.
      """)

  @OptionGroup var folder: AuthorityOptions
  @Argument(help: ArgumentHelp("Of which kind: \(IssueKind.allCases.map(\.rawValue).joined(separator: ", "))."))
  var kind: IssueKind
  @Argument(help: "For whom: a zone's name, a person's, an office's.") var name: String
  @Option(help: "A server's host name or address; may be repeated.") var host: [String] = []
  @Option(help: "Days that it is good for; at most as long as its kind allows.") var days: Int?
  @OptionGroup var output: IssuedFiles.Options

  func validate() throws {
    if let days { try requireDays(days, atMost: 7_305) }
    guard (kind == .server) != host.isEmpty else {
      throw ValidationError(kind == .server ? "a server needs --host" : "--host is for a server")
    }
  }

  func run() async throws {
    try await reportingAuthorityFailures {
      let folder = try folder.open()
      let profiles = kind.profiles(hosts: host)
      let files = try IssuedFiles(folder, output, name: name, profiles: profiles)
      for profile in profiles {
        let commonName = profile.zonePart.map { "\(name) \($0)" } ?? name
        let issued = try folder.issue(profile, to: commonName, days: days, date: Date())
        try files.write(issued.certificate, issued.key, profile)
      }
    }
  }
}

struct AuthorityRenewCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "renew", abstract: "Makes a fresh key and a certificate of the same kind and name.",
    discussion: "The old one counts until it ends, or is revoked: with --revoke at once, as superseded.")

  @OptionGroup var folder: AuthorityOptions
  @Argument(help: ArgumentHelp(certificateHelp)) var certificate: String
  @Flag(help: "Revoke the old one.") var revoke = false
  @Option(help: "Days that it is good for; at most as long as its kind allows.") var days: Int?
  @OptionGroup var output: IssuedFiles.Options

  func validate() throws { if let days { try requireDays(days, atMost: 7_305) } }

  func run() async throws {
    try await reportingAuthorityFailures {
      let folder = try folder.open()
      let old = try folder.find(certificate)
      let files = try IssuedFiles(folder, output, name: old.certificate.commonName, profiles: [old.profile])
      let issued = try folder.issue(old.profile, to: old.certificate.commonName, days: days, date: Date())
      try files.write(issued.certificate, issued.key, old.profile)
      if revoke, old.revocation == nil {
        let number = try folder.revoke(old, reason: .superseded, date: Date())
        print("\(old.serialNumber): revoked; list \(number), \(folder.path)/crl.pem")
      }
    }
  }
}

struct AuthoritySignCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Makes a certificate for a key that somebody else holds.",
    discussion: """
      The request (PKCS#10) says key and name; what the certificate may be used for says its kind. An encryption key \
      cannot sign a request: give its public key (PEM), and make sure by other means whose it is.
      """)

  @OptionGroup var folder: AuthorityOptions
  @Argument(help: "The request, or for zone-encryption the public key.") var file: String
  @Option(help: "zone-signing, zone-encryption, handler, seal, seal-maker, sm2-seal, time-stamp or server.")
  var kind: String
  @Option(help: "The name; without it the request's.") var name: String?
  @Option(help: "A server's host name or address; may be repeated.") var host: [String] = []
  @Option(help: "Days that it is good for; at most as long as its kind allows.") var days: Int?
  @Option(help: "The certificate's file, which must not be there yet.") var out: String

  func validate() throws { if let days { try requireDays(days, atMost: 7_305) } }

  func run() async throws {
    try await reportingAuthorityFailures {
      guard let profile = CertificateProfile(name: kind, hosts: host), profile != .root, profile != .issuing,
        profile.name != "server" || !host.isEmpty
      else { throw CommandFailure(.refused, "--kind \(kind): no such kind, or --host is missing, or does not belong") }
      let folder = try folder.open()
      let key: PublicKey
      var asked = ""
      if profile == .zoneEncryption {
        key = try PublicKey(pemFile: file)
      } else {
        let request = try CertificateRequest(pemFile: file)
        (key, asked) = (request.publicKey, request.commonName)
      }
      try IssuedFiles.requireAbsent(out)
      let certificate = try folder.certify(key, profile, to: name ?? asked, days: days, date: Date())
      try IssuedFiles.write(certificate: certificate, above: folder.chain, to: out)
    }
  }
}
