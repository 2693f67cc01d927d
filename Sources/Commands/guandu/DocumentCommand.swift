import ArgumentParser
import Certificates
import Cryptography
import DocumentSeals
import DurableFiles
import ExternalSigner
import Foundation
import OFDPackage
import PDFObjects
import SealObjects
import TimeStamping

/// Official documents, without a daemon.
struct DocumentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "document", abstract: "Sets official documents, seals them, and checks their seals.",
    discussion:
      "OFD (GB/T 33190-2016) with an electronic seal (GB/T 38540-2020); PDF with a signature on P-256 (PAdES, ETSI EN 319 142-1).",
    subcommands: [Typeset.self, Seal.self, Check.self])

  struct Seal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Applies a seal to an OFD document or a PDF that bears none.",
      discussion: """
        Which it is, the file says. An OFD is the sealed original: an SM2 key whose certificate the seal lists. A PDF is an \
        authenticated copy with the seal's picture: a P-256 key and its certificate (guandu ca issue seal). The sealed document is \
        a new file. A second seal on the same document is not supported yet. The sealer's key is a file (--key), or a signer \
        has it: a program or device that docs/signer.md describes (--signer). A signer's PIN is asked for at the terminal, or \
        read from a file.
        """)

    @Argument(help: "The document, OFD or PDF.") var file: String
    @Option(help: "The seal's file.") var seal: String
    @Option(help: "The sealer's key (PEM, mode 0600).") var key: String?
    @Option(help: "A file (mode 0600) whose first line opens the key.") var keyPassphraseFile: String?
    @OptionGroup var signer: SignerOptions
    @Option(
      help: """
        The sealer's certificate (PEM): of a PDF, with those above it; of an OFD, where the seal holds its digest alone.
        """)
    var certificate: String?
    @Option(help: "The page, from 1 on; guandu document typeset says which.") var page: Int
    @Option(help: "The seal's left edge, in millimetres from the page's.") var x: Double
    @Option(help: "The seal's upper edge, in millimetres from the page's.") var y: Double
    @OptionGroup var stamping: StampOptions
    @Option(help: "The sealed document's file, which must not be there yet.") var out: String

    func validate() throws {
      guard (key == nil) != (signer.signer == nil) else { throw ValidationError("give either --key or --signer") }
      guard key != nil || keyPassphraseFile == nil else {
        throw ValidationError("--key-passphrase-file belongs to --key")
      }
      guard page >= 1 else { throw ValidationError("--page \(page): pages count from 1") }
      for (name, value) in [("--x", x), ("--y", y)] where !(0...OFDLimits.sideMaxMillimetres).contains(value) {
        throw ValidationError("\(name) \(value): not a place on a page, in millimetres")
      }
    }

    func run() async throws {
      try await reportingSealFailures {
        try limitProcess()
        let document = try Self.read(file)
        let seal = try readSeal(seal)
        let stamper = try stamping.stamper()
        guard !document.starts(with: "%PDF".utf8) else { return try await sealPDF(document, seal, stamper) }
        let own = try certificate.map { try oneCertificate($0) }
        let sealed = try await reportingSignerFailures {
          let (publicKey, signing) = try await keyAndSigning(.sm2)
          let sealer = try DocumentSealer(seal: seal, publicKey: publicKey, certificate: own, at: Date())
          return try await sealer.seal(
            document, pageNumber: page, x: x, y: y, software: ("guandu", "1"), at: Date(),
            signing: signing(sealer.certificate), stamper: stamper)
        }
        try writeWhole(sealed, to: out)
        print("\(out): sealed with \(printable(seal.info.name)), \(encodeHex(sm3(sealed))) (SM3)")
      }
    }

    /// The key in its file, or at its signer.
    private func keyAndSigning(
      _ algorithm: SigningAlgorithm
    ) async throws -> (PublicKey, @Sendable (Certificate) -> DigestSigning) {
      guard let key else { return try await signer.open(algorithm) }
      let opened = try PrivateKey(pemFile: key, passphrase: try passphrase(keyPassphraseFile))
      return (try opened.publicKey(), { _ in { digest, _ in try opened.sign(digest: digest) } })
    }

    private func sealPDF(_ document: [UInt8], _ seal: ElectronicSeal, _ stamper: TimeStamper?) async throws {
      guard let certificate else {
        throw SealError(
          "a PDF needs --certificate: the P-256 one of its key, with those above it (guandu ca issue seal)")
      }
      let chain = try Certificate.load(pemFile: certificate)
      try DocumentSealer.require(seal, at: Date())
      let sealed = try await reportingSignerFailures {
        let (publicKey, signing) = try await keyAndSigning(.p256)
        guard let own = chain.first, publicKey.belongs(to: own) else {
          throw SealError("the key is not that of the first certificate in \(certificate)")
        }
        let signer = try PDFSigner(
          chain: chain, name: seal.info.name, picture: seal.info.picture, signing: signing(own), stamper: stamper)
        return try await signer.seal(document, pageNumber: page, x: x, y: y, at: Date())
      }
      try writeWhole(sealed, to: out)
      print("\(out): an authenticated copy with \(printable(seal.info.name)), \(Digest.of(sealed)) (SHA-256)")
    }

    static func read(_ path: String) throws -> [UInt8] { try Files().read(path, maxBytes: OFDPackage.maxBytes) }
  }

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Checks the seals of an OFD document or a PDF, step by step.",
      discussion: """
        ✓ holds, ✗ does not, ? cannot be told, · is a remark. Exit status: 0 no step fails or is unknown; 65 something is wrong; 1 \
        nothing is wrong, and something cannot be told: there is no seal, its maker is unknown, or its version is not \
        supported, or the file cannot be read; 78 what --trust or --crl name cannot be read. The command limits its own time and memory; one that is killed has confirmed nothing.
        """)

    @Argument(help: "The document, OFD or PDF.") var file: String
    @OptionGroup var trust: TrustOptions
    @Flag(help: "As JSON.") var json = false

    func run() async throws {
      try await reportingSealFailures {
        let trust = try trust.load()
        // What follows reads a stranger's file.
        try limitProcess()
        let document = try Seal.read(file)
        let check = DocumentCheck(document, trust: trust, at: Date())
        let facts = DocumentFacts(check)
        if json { print(try jsonText(facts)) } else { Self.tell(check) }
        switch check.verdict {
        case .genuine: return
        case .unproven: throw ExitCode(CommandFailure.Status.failed.rawValue)
        case .refused: throw ExitCode(CommandFailure.Status.refused.rawValue)
        }
      }
    }

    private static func tell(_ check: DocumentCheck) {
      tellSteps(check.steps)
      for signature in check.signatures {
        let title = signature.title.isEmpty ? "?" : printable(signature.title)
        print("印章 seal \(printable(signature.identifier)): \(title), \(printable(signature.sealer))")
        tellSteps(signature.steps)
      }
      let isUnasked = check.signatures.contains {
        $0.steps.contains { $0.code == .revocation && $0.outcome == .remark }
      }
      guard check.verdict == .genuine, isUnasked else {
        return print("\(check.verdict.chinese) \(check.verdict.rawValue)")
      }
      print("\(check.verdict.chinese)（未查吊销） \(check.verdict.rawValue), revocation not checked")
    }
  }
}

/// What a check found, for programs.
struct DocumentFacts: Encodable {
  struct Step: Encodable {
    let step: String
    let outcome: String
    let chinese: String
    let english: String
    let detail: String

    init(_ step: CheckStep) {
      self.step = step.code.rawValue
      outcome = step.outcome.rawValue
      chinese = step.chinese
      english = step.english
      detail = step.detail
    }
  }

  struct Signature: Encodable {
    let identifier: String
    let seal: SealFacts?
    let title: String
    let sealer: String
    let time: String?
    let steps: [Step]
  }

  let verdict: String
  let steps: [Step]
  let signatures: [Signature]

  init(_ check: DocumentCheck) {
    verdict = check.verdict.rawValue
    steps = check.steps.map { Step($0) }
    signatures = check.signatures.map { signature in
      Signature(
        identifier: signature.identifier, seal: signature.signature.map { SealFacts($0.seal) },
        title: signature.title, sealer: signature.sealer, time: signature.time?.description,
        steps: signature.steps.map { Step($0) })
    }
  }
}

/// What follows reads a stranger's file.
///
/// - Throws: `temporary` where the kernel refuses.
func limitProcess() throws {
  guard ProcessLimits.set(processorSeconds: 60, memoryBytes: 3 << 30) else {
    throw CommandFailure(.temporary, "the kernel does not let this process limit its time and memory")
  }
}

/// Where time stamps come from.
struct StampOptions: ParsableArguments {
  @Option(help: "An authority of time stamps (RFC 3161): http:// or https://.") var timestampUrl: String?
  @Option(help: "The policy that its stamps have to name, in dots.") var timestampPolicy: String?
  @Option(help: "A key of one's own for time stamps (PEM, mode 0600).") var timestampKey: String?
  @Option(help: "A file (mode 0600) whose first line opens it.") var timestampPassphraseFile: String?
  @Option(help: "Its certificate, with those above it (PEM; guandu ca issue time-stamp).") var timestampCertificate:
    String?

  func validate() throws {
    guard timestampUrl == nil || timestampKey == nil else {
      throw ValidationError("give --timestamp-url or --timestamp-key, not both")
    }
    guard (timestampKey == nil) == (timestampCertificate == nil), timestampKey != nil || timestampPassphraseFile == nil
    else { throw ValidationError("--timestamp-key and --timestamp-certificate belong together") }
    guard timestampPolicy == nil || timestampUrl != nil else {
      throw ValidationError("--timestamp-policy belongs to --timestamp-url")
    }
    if let timestampUrl {
      do { _ = try TimeStampService(url: timestampUrl) } catch { throw ValidationError("--timestamp-url \(error)") }
    }
  }

  /// Nil where none is asked for.
  func stamper() throws -> TimeStamper? {
    if let timestampUrl {
      let service = try TimeStampService(url: timestampUrl, policy: timestampPolicy)
      return { bytes in
        do { return try await service.stamp(bytes) } catch let error as TimeStampError where error.code == .unreachable
        {
          throw CommandFailure(.temporary, "no time stamp came: \(error)")
        }
      }
    }
    guard let timestampKey, let timestampCertificate else { return nil }
    let authority = try TimeStampAuthority(
      chain: try Certificate.load(pemFile: timestampCertificate),
      key: try PrivateKey(pemFile: timestampKey, passphrase: try passphrase(timestampPassphraseFile)), at: Date())
    return { try authority.stamp($0) }
  }
}
