import ArgumentParser
import Authority
import Certificates
import Cryptography
import DurableFiles
import Foundation
import ZoneKeys
import Zones

struct ZoneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zone", abstract: "Looks after a zone's own keys.",
    subcommands: [Rotate.self, Certify.self, Install.self, Switch.self, Keys.self])

  struct Options: ParsableArguments {
    @Option(help: "The zone's zone.yaml.") var config: String
  }

  struct Rotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a new pair of keys and brings it into use.",
      discussion: """
        The daemon makes the keys in keys.rotated; they never leave it. Their certificates come from the authority named \
        with --ca; without it the request goes to the peer, where guandu zone certify answers it, or with --out into files, \
        for another authority, whose certificates guandu zone install takes. Then the peers are told under the old \
        signature, the new pair signs once they have said that they know it, and the old one is forgotten after the \
        overlap. Run it again to continue a rotation that has halted.
        """)

    @OptionGroup var zone: Options
    @Option(help: "The authority's folder, where it is at hand.") var ca: String?
    @Option(
      help: ArgumentHelp("A file (mode 0600) with the passphrase of the authority's key, or the PIN of its token."))
    var keyPassphraseFile: String?
    @Option(help: "A folder for signing.csr and encryption.pub.") var out: String?
    @Option(help: "The peer whose authority is asked, where there are several links.") var peer: String?
    @Option(help: "Hours for which the peers know the old pair beside the new one, 0 to 8760.") var overlapHours = 24

    func validate() throws {
      guard (0...8_760).contains(overlapHours) else { throw ValidationError("--overlap-hours: 0 to 8760") }
      guard ca == nil || out == nil else { throw ValidationError("--ca or --out, not both") }
      guard ca != nil || keyPassphraseFile == nil else {
        throw ValidationError("--key-passphrase-file belongs to --ca")
      }
    }

    func run() async throws {
      try await reportingAuthorityFailures {
        let configuration = try loadZone(zone.config)
        // What would fail later is looked at first.
        let folder = try ca.map { try openAuthority($0, keyPassphraseFile) }
        let answer = try await askDaemon("rotate", String(overlapHours * 3_600), configuration)
        guard let request = PairRequest(answer) else {
          return print("the new pair has its certificates; the peers are told again, and it signs once they know it")
        }
        if let folder {
          let pems = try request.certify(in: folder)
          return print(try await askDaemon("rotate-install", pems, configuration))
        }
        if let out {
          try request.write(to: out)
          return print("have them certified, then: guandu zone install --config \(zone.config) SIGNING ENCRYPTION")
        }
        let peer = try chooseLink(configuration, peer).peer.text
        print(try await askDaemon("rotate-ask", peer, configuration))
        print("there: guandu zone certify --config … --ca … \(configuration.name)")
      }
    }
  }

  struct Certify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes the certificates that a peer has asked for over the link, and sends them there.",
      discussion: "Its request was signed with its present key, and asks for the name that it is known by.")

    @OptionGroup var zone: Options
    @OptionGroup var folder: AuthorityOptions
    @Argument(help: "The peer.") var peer: String

    func run() async throws {
      try await reportingAuthorityFailures {
        let configuration = try loadZone(zone.config)
        let folder = try folder.open()
        let answer = try await askDaemon("rotate-request", try chooseLink(configuration, peer).peer.text, configuration)
        guard let request = PairRequest(answer) else {
          throw CommandFailure(.failed, "the daemon's answer cannot be read")
        }
        print(try await askDaemon("rotate-issue", "\(peer)\n\(try request.certify(in: folder))", configuration))
      }
    }
  }

  struct Install: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Hands the certificates of the new pair to the daemon, where another authority has made them.")

    @OptionGroup var zone: Options
    @Argument(help: "The signing certificate (PEM).") var signing: String
    @Argument(help: "The encryption certificate (PEM).") var encryption: String

    func run() async throws {
      try await reportingAuthorityFailures {
        let configuration = try loadZone(zone.config)
        let pems = try [signing, encryption].map { try Certificate.load(pemFile: $0)[0].pem }.joined()
        print(try await askDaemon("rotate-install", pems, configuration))
      }
    }
  }

  struct Switch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Signs with the new pair at once, without waiting for the peers' receipts.",
      discussion:
        "For one-way links, on which no receipt comes: once the peer's log says that the new certificates count."
    )

    @OptionGroup var zone: Options

    func run() async throws {
      try await reportingAuthorityFailures {
        print(try await askDaemon("rotate-switch", "", try loadZone(zone.config)))
      }
    }
  }

  struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the zone's pairs of keys, and what its peers are known by.")

    @OptionGroup var zone: Options

    func run() async throws {
      try await reportingAuthorityFailures {
        let configuration = try loadZone(zone.config)
        let keys = try ZoneKeys(configuration.keys)
        let members = try keys.rotated.members()
        for pair in keys.pairs {
          let member = members.first { $0.name == pair.name }
          let state =
            pair.name == keys.current.name
            ? "signs" : member?.stage == .certified ? "to be told to the peers" : "opens what was sealed for it"
          print(
            "\(configuration.name)  \(pair.signingCertificate)  until \(day(pair.signingCertificate.notAfter))  \(state)"
          )
        }
        for member in members where member.stage == .requested {
          print("\(configuration.name)  \(member.folder)  waits for its certificates")
        }
        for link in configuration.links {
          let known = try knownCertificates(of: link, configuration.keys)
          for certificate in known.signing {
            print("\(link.peer)  \(certificate)  until \(day(certificate.notAfter))  may sign")
          }
          print("\(link.peer)  \(known.encryption)  until \(day(known.encryption.notAfter))  is sealed for")
        }
      }
    }
  }
}

private func openAuthority(_ path: String, _ passphraseFile: String?) throws -> AuthorityFolder {
  try AuthorityFolder(path: path, passphrase: try passphraseFile.map { try Passphrase.read(file: $0) })
}

/// What a daemon says of a pair that waits for its certificates.
private struct PairRequest {
  private let signingName: String
  private let encryptionName: String
  private let request: String
  private let publicKey: String

  init?(_ answer: String) {
    let lines = answer.split(separator: "\n").map(String.init)
    func name(_ key: String) -> String? {
      lines.first { $0.hasPrefix(key + " ") }.map { String($0.dropFirst(key.count + 1)) }
    }
    func block(_ label: String) -> String? {
      guard let start = lines.firstIndex(of: "-----BEGIN \(label)-----"),
        let end = lines.firstIndex(of: "-----END \(label)-----"), start < end
      else { return nil }
      return lines[start...end].joined(separator: "\n") + "\n"
    }
    guard let signing = name("signing"), let encryption = name("encryption"),
      let request = block("CERTIFICATE REQUEST"), let publicKey = block("PUBLIC KEY")
    else { return nil }
    (signingName, encryptionName, self.request, self.publicKey) = (signing, encryption, request, publicKey)
  }

  /// Both certificates, PEM.
  func certify(in folder: AuthorityFolder) throws -> String {
    let signing = try CertificateRequest(pem: Array(request.utf8))
    let encryption = try PublicKey(pem: Array(publicKey.utf8))
    let issued = [
      try folder.certify(signing.publicKey, .zoneSigning, to: signingName, days: nil, date: Date()),
      try folder.certify(encryption, .zoneEncryption, to: encryptionName, days: nil, date: Date()),
    ]
    for certificate in issued {
      print(
        "\(printable(certificate.commonName)): serial \(certificate.serialNumber), fingerprint \(certificate.fingerprint)"
      )
    }
    return issued.map(\.pem).joined()
  }

  func write(to folder: String) throws {
    do {
      try Files().writeNew(folder + "/signing.csr", [Array(request.utf8)], mode: 0o644)
      try Files().writeNew(folder + "/encryption.pub", [Array(publicKey.utf8)], mode: 0o644)
    } catch { throw CommandFailure(.cannotWrite, "\(error)") }
    print("\(folder)/signing.csr, for the name “\(printable(signingName))”")
    print("\(folder)/encryption.pub, for the name “\(printable(encryptionName))”")
  }
}
