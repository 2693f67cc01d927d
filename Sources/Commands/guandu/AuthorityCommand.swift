import ArgumentParser
import Authority
import Certificates
import Cryptography
import Foundation

struct AuthorityCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ca", abstract: "Keeps a certificate authority in a folder.",
    discussion: """
      The folder may lie on a removable disk: the root's is needed to make issuing authorities and to revoke them, and \
      for nothing else. Every certificate is in the folder's index before it is handed out.
      """,
    subcommands: [
      Init.self, AuthorityIssueCommand.self, AuthorityRenewCommand.self, AuthoritySignCommand.self, Revoke.self,
      List.self, Show.self, Lists.self,
    ])

  struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a root, or an issuing authority under one, with its folder.",
      discussion: "The folder appears whole or not at all. A key that is to be encrypted needs a passphrase file.")

    @Option(help: "The folder to make.") var ca: String
    @Option(help: "The authority's name.") var name: String
    @Option(help: "The organization's name; an issuing authority takes its root's.") var organization = "Guandu"
    @Option(help: "The root's folder; without it a root is made.") var under: String?
    @Option(help: "A file (mode 0600) whose first line encrypts the new key, or is the PIN.") var keyPassphraseFile:
      String?
    @Option(help: "The same for the root's key.") var rootPassphraseFile: String?
    @Option(help: "A domain that servers' certificates under it are good for; may be repeated; none means any.")
    var permitDomain: [String] = []

    @Option(help: "The token's PKCS#11 library, for a key that was made in a token; needs --token-uri and the PIN.")
    var tokenModule: String?
    @Option(help: "The P-256 key in the token: pkcs11:token=…;object=…;type=private.") var tokenUri: String?

    @Flag(help: "A root with an SM2 key: it issues what electronic seals need (seal-maker, sm2-seal), nothing else.")
    var sm2 = false

    func validate() throws {
      guard !sm2 || (under == nil && tokenModule == nil && tokenUri == nil && permitDomain.isEmpty) else {
        throw ValidationError("--sm2 makes a root whose key lies in a file")
      }
    }

    private func secret() throws -> KeySecret {
      let secret = try keyPassphraseFile.map { try Passphrase.read(file: $0) }
      switch (tokenModule, tokenUri, secret) {
      case (nil, nil, nil): return .none
      case (nil, nil, let secret?): return .passphrase(secret)
      case (let module?, let uri?, let pin?): return .token(try TokenKey(module: module, uri: uri), pin: pin)
      default:
        throw CommandFailure(
          .refused, "a token needs all three: --token-module, --token-uri, and its PIN in --key-passphrase-file")
      }
    }

    func run() async throws {
      try await reportingAuthorityFailures {
        let secret = try secret()
        let folder: AuthorityFolder
        if let under {
          let root = try AuthorityFolder(
            path: under, passphrase: try rootPassphraseFile.map { try Passphrase.read(file: $0) })
          folder = try root.makeIssuing(
            at: ca, commonName: name, permittedDomains: permitDomain, secret: secret, date: Date())
        } else {
          guard permitDomain.isEmpty else {
            throw CommandFailure(.refused, "--permit-domain is for an issuing authority; name its root with --under")
          }
          folder = try AuthorityFolder.makeRoot(
            at: ca, commonName: name, organization: organization, secret: secret, forSeals: sm2, date: Date())
        }
        print("\(ca): \(folder.authority.certificate)")
      }
    }
  }

  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Revokes a certificate, and publishes a list that says so.",
      discussion: "The list lies at crl.pem in the authority's folder; zones need it: guandu trust import-crl.")

    @OptionGroup var folder: AuthorityOptions
    @Argument(help: ArgumentHelp(certificateHelp)) var certificate: String
    @Option(
      help: ArgumentHelp("Why: \(Revocation.Reason.allCases.map(\.rawValue).joined(separator: ", "))."),
      transform: revocationReason) var reason = Revocation.Reason.unspecified
    @Option(help: "Days until the next list is due, 1 to 3650.") var days = 30

    func validate() throws { try requireDays(days, atMost: 3_650) }

    func run() async throws {
      try await reportingAuthorityFailures {
        let folder = try folder.open()
        let entry = try folder.find(certificate)
        let number = try folder.revoke(entry, reason: reason, date: Date(), listDays: days)
        print(
          "\(entry.serialNumber) \(printable(entry.certificate.commonName)): revoked; list \(number), \(folder.path)/crl.pem"
        )
      }
    }
  }

  struct Lists: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "crl", abstract: "Publishes the next list of revocations, at crl.pem in the authority's folder.",
      discussion: "Its number is one more than the last one's. Run it before the last one is overdue.")

    @OptionGroup var folder: AuthorityOptions
    @Option(help: "Days until the next list is due, 1 to 3650.") var days = 30

    func validate() throws { try requireDays(days, atMost: 3_650) }

    func run() async throws {
      try await reportingAuthorityFailures {
        let folder = try folder.open()
        print("list \(try folder.publishList(at: Date(), days: days)): \(folder.path)/crl.pem")
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "One line a certificate, the oldest first: serial number, state, kind, last day, name.")

    @OptionGroup var folder: AuthorityOptions
    @Option(help: "Only certificates in force that end within this many days.") var expiring: Int?

    func run() async throws {
      try await reportingAuthorityFailures {
        let now = Date()
        let entries = try folder.open().entries().filter { entry in
          guard let expiring else { return true }
          return entry.state(at: now) == .good
            && entry.certificate.notAfter < now.addingTimeInterval(TimeInterval(expiring) * 86_400)
        }
        let rows = entries.map { entry in
          [
            entry.serialNumber, entry.state(at: now).rawValue, entry.profile.name, day(entry.certificate.notAfter),
            printable(entry.certificate.commonName),
          ]
        }
        for line in aligned(rows) { print(line) }
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "What the index knows about a certificate.")

    @OptionGroup var folder: AuthorityOptions
    @Argument(help: ArgumentHelp(certificateHelp)) var certificate: String

    func run() async throws {
      try await reportingAuthorityFailures {
        let entry = try folder.open().find(certificate)
        let own = entry.certificate
        var rows = [
          ["name", printable(own.commonName)], ["organization", printable(own.organization)],
          ["kind", entry.profile.name], ["state", entry.state(at: Date()).rawValue], ["serial", entry.serialNumber],
          ["fingerprint", own.fingerprint.hex], ["from", own.notBefore.formatted(.iso8601)],
          ["until", own.notAfter.formatted(.iso8601)],
        ]
        rows += entry.profile.hosts.map { ["host", $0] }
        if let revocation = entry.revocation {
          rows.append(["revoked", "\(revocation.date.formatted(.iso8601)), \(revocation.reason.rawValue)"])
        }
        for line in aligned(rows) { print(line) }
        print(own.pem, terminator: "")
      }
    }
  }
}

@Sendable private func revocationReason(_ text: String) throws -> Revocation.Reason {
  guard let reason = Revocation.Reason(rawValue: text) else { throw ValidationError("\(text): no such reason") }
  return reason
}

let certificateHelp = "The certificate's file, or eight or more digits of its serial number."

func requireDays(_ days: Int, atMost most: Int) throws {
  guard (1...most).contains(days) else { throw ValidationError("--days: 1 to \(most), not \(days)") }
}

func day(_ date: Date) -> String { String(date.formatted(.iso8601).prefix(10)) }

/// Where an authority lies.
struct AuthorityOptions: ParsableArguments {
  @Option(help: "The authority's folder.") var ca: String
  @Option(help: "A file (mode 0600) whose first line opens the authority's key, or is the PIN.") var keyPassphraseFile:
    String?

  func open() throws -> AuthorityFolder {
    try AuthorityFolder(path: ca, passphrase: try keyPassphraseFile.map { try Passphrase.read(file: $0) })
  }
}

/// As `reportingFailures`, with the errors of an authority and of trust.
func reportingAuthorityFailures(_ body: () async throws -> Void) async throws {
  try await reportingFailures {
    do { try await body() } catch let error as AuthorityError {
      let status: CommandFailure.Status =
        switch error.code {
        case .refused: .refused
        case .damaged: .failed
        case .busy: .temporary
        case .cannotWrite: .cannotWrite
        }
      throw CommandFailure(status, printable(error.reason))
    } catch let error as TrustError {
      throw CommandFailure(.refused, printable(error.description))
    }
  }
}
