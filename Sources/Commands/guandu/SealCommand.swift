import ArgumentParser
import Certificates
import Cryptography
import DocumentSeals
import DurableFiles
import Foundation
import SealObjects

struct SealCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seal", abstract: "Makes, takes in and shows electronic seals for OFD documents (GB/T 38540-2020).",
    discussion: """
      An official seal is made by an authorised maker (国办发〔2025〕33号): import it. guandu seal make is for seals within an \
      organization, and for tests. The sealer's key may be elsewhere (guandu document seal --signer).
      """,
    subcommands: [Make.self, Import.self, Show.self])

  struct Make: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a seal for internal use or for tests.",
      discussion: """
        guandu ca init --sm2 makes an authority for it, guandu ca issue seal-maker the maker's key and certificate, guandu \
        ca issue sm2-seal the sealer's. The picture is a PNG (--image), or a round seal is drawn (--rank) in the sizes of \
        国发〔1999〕25号: province 50 mm and city 45 mm with the emblem, township and department 42 mm with a star.
        """)

    @Option(help: "What the seal is called.") var name: String
    @Option(help: "The seal's own identifier, ASCII; without it a random one.") var identifier: String?
    @Option(help: "The maker's certificate (PEM).") var maker: String
    @Option(help: "The maker's key (PEM, mode 0600).") var makerKey: String
    @Option(help: "A file (mode 0600) whose first line opens the maker's key.") var makerPassphraseFile: String?
    @Option(help: "The certificate of whoever may apply it (PEM); may be repeated.") var certificate: [String]
    @Option(help: "A PNG for the picture; needs --width and --height.") var image: String?
    @Option(help: "The picture's width in millimetres.") var width: Int?
    @Option(help: "The picture's height in millimetres.") var height: Int?
    @Option(
      help: ArgumentHelp("Draws a round seal: \(SealDrawing.Rank.allCases.map(\.rawValue).joined(separator: ", "))."),
      transform: sealRank) var rank: SealDrawing.Rank?
    @Option(help: "What stands along the ring; without it the seal's name.") var text: String?
    @Option(help: "A PNG of the emblem, for --rank province and city; without it a star holds its place.")
    var emblem: String?
    @Option(help: "The drawn seal's diameter in millimetres, where the rank allows others.") var diameter: Int?
    @Flag(help: "Draw it in a size that the rules do not allow.") var force = false
    @Option(help: "Its first moment (2026-11-28T00:00:00Z); without it now.", transform: moment) var from: Date?
    @Option(help: "Days that it is valid; without it as long as the certificates are.") var days: Int?
    @Option(help: "The seal's file, which must not be there yet.") var out: String

    func validate() throws {
      guard (image == nil) != (rank == nil) else { throw ValidationError("give either --image or --rank") }
      guard (image == nil) == (width == nil && height == nil), (width == nil) == (height == nil) else {
        throw ValidationError("--width and --height belong to --image, both")
      }
      guard rank != nil || (text == nil && emblem == nil && diameter == nil && !force) else {
        throw ValidationError("--text, --emblem, --diameter and --force belong to --rank")
      }
      guard !certificate.isEmpty else { throw ValidationError("give --certificate") }
      if let days { try requireDays(days, atMost: 3_652) }
    }

    func run() async throws {
      try await reportingSealFailures {
        let sealers = try certificate.map { try oneCertificate($0) }
        let now = Date()
        let start = max(from ?? now, sealers.map(\.notBefore).max() ?? now)
        let ends = sealers.map(\.notAfter) + (days.map { [start.addingTimeInterval(TimeInterval($0) * 86_400)] } ?? [])
        guard let end = ends.min(), start < end else { throw SealError("the certificates end before the seal begins") }
        let key = try PrivateKey(pemFile: makerKey, passphrase: try passphrase(makerPassphraseFile))
        let seal = try SealMaker.make(
          identifier: identifier ?? "GD\(encodeHex(randomBytes(8)))", name: name, sealers: sealers,
          picture: try picture(), validity: start...end, maker: (try oneCertificate(maker), key), at: now)
        try writeWhole(seal.bytes, to: out)
        print("\(out): \(printable(seal.info.name)), \(seal.info.identifier), until \(seal.info.validUntil)")
        complain("for internal use and tests: an official seal is made by an authorised maker")
        if rank?.hasEmblem == true, emblem == nil {
          complain("a star stands where the emblem belongs; give its picture with --emblem")
        }
      }
    }

    private func picture() throws -> SealPicture {
      if let image, let width, let height {
        let data = try Files().read(image, maxBytes: SealLimits.pictureMaxBytes)
        return SealPicture(kind: "png", data: data, widthMillimetres: width, heightMillimetres: height)
      }
      guard let rank else { throw SealError("give either --image or --rank") }
      let diameter = diameter ?? rank.millimetres
      guard force || rank.allowed.contains(diameter) else {
        let allowed = rank.allowed
        let sizes = allowed.count == 1 ? "\(allowed.lowerBound)" : "\(allowed.lowerBound) to \(allowed.upperBound)"
        throw SealError(
          "--diameter \(diameter): a seal of this rank measures \(sizes) mm (国发〔1999〕25号); --force overrides")
      }
      let emblem = try emblem.map { try Files().read($0, maxBytes: SealLimits.pictureMaxBytes) }
      let drawing = try SealDrawing(name: text ?? name, millimetres: diameter, emblem: emblem)
      return SealPicture(
        kind: "png", data: try drawing.png(), widthMillimetres: diameter, heightMillimetres: diameter)
    }
  }

  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Checks a seal that another maker made, and keeps a copy if every step holds.",
      discussion:
        "Its structure, its maker's signature, its dates, its picture (PNG), and whether the maker is trusted.")

    @Argument(help: "The seal's file (SESeal in DER, often .esl).") var file: String
    @OptionGroup var trust: TrustOptions
    @Option(help: "The copy, which must not be there yet.") var out: String

    func run() async throws {
      try await reportingSealFailures {
        let trust = try trust.load()
        try limitProcess()
        let seal = try readSeal(file)
        let check = try SealCheck(seal.bytes, trust: trust, at: Date())
        tellSteps(check.steps)
        guard check.verdict == .genuine else {
          let status: CommandFailure.Status = check.verdict == .refused ? .refused : .failed
          throw CommandFailure(status, "\(file): not taken in, since not every step holds")
        }
        try writeWhole(seal.bytes, to: out)
        print("\(out): \(printable(check.seal.info.name)), \(check.seal.info.identifier)")
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tells all that a seal says, unchecked.", discussion: "guandu seal import checks one.")

    @Argument(help: "The seal's file.") var file: String
    @Flag(help: "As JSON.") var json = false

    func run() async throws {
      try await reportingSealFailures {
        try limitProcess()
        let facts = SealFacts(try readSeal(file))
        if json { return print(try facts.json()) }
        for line in aligned(facts.rows) { print(line) }
      }
    }
  }
}

/// Whom seals are believed from, as commands are told it.
struct TrustOptions: ParsableArguments {
  @Option(
    help: "PEM: the trusted makers' own certificates, and the authorities of sealers' certificates; may be repeated.")
  var trust: [String] = []
  @Option(help: "PEM: lists of revocations of these authorities; may be repeated.") var crl: [String] = []

  func load() throws -> SealTrust {
    do {
      return SealTrust(
        certificates: try trust.flatMap { try Certificate.load(pemFile: $0) },
        revocationLists: try crl.flatMap { try RevocationList.load(pemFile: $0) })
    } catch let error as TrustError { throw CommandFailure(.configuration, printable(error.description)) }
  }
}

@Sendable private func sealRank(_ text: String) throws -> SealDrawing.Rank {
  guard let rank = SealDrawing.Rank(rawValue: text) else { throw ValidationError("\(text): no such rank") }
  return rank
}

@Sendable private func moment(_ text: String) throws -> Date {
  guard let date = try? Date(text, strategy: .iso8601) else {
    throw ValidationError("\(text): not a time such as 2026-11-28T00:00:00Z")
  }
  return date
}

/// The first certificate of a file; those above it may follow.
func oneCertificate(_ path: String) throws -> Certificate { try Certificate.load(pemFile: path)[0] }

func passphrase(_ path: String?) throws -> SecretBytes? { try path.map { try Passphrase.read(file: $0) } }

/// - Throws: `refused`, with the path, for what is no seal.
func readSeal(_ path: String) throws -> ElectronicSeal {
  let bytes = try Files().read(path, maxBytes: SealLimits.sealMaxBytes)
  do throws(SealFormatError) { return try ElectronicSeal(bytes) } catch {
    throw CommandFailure(.refused, "\(path): not a seal (SESeal in DER): \(printable(error.description))")
  }
}

/// Writes a file that appears whole, under a name that was free.
func writeWhole(_ bytes: [UInt8], to path: String) throws {
  let files = Files()
  let url = URL(filePath: path)
  let folder = url.deletingLastPathComponent().path(percentEncoded: false)
  let beside = "\(folder)/.\(UUID().uuidString).part"
  do {
    guard !files.exists(path) else { throw CommandFailure(.cannotWrite, "\(path): there already") }
    try files.writeNew(beside, [bytes], mode: 0o644)
    do {
      try files.renameExclusively(beside, to: path)
    } catch {
      try? files.remove(beside)
      throw error
    }
    try files.syncFolder(folder)
  } catch let error as FileError { throw CommandFailure(.cannotWrite, "\(error)") }
}

/// One line a step, in both languages.
func tellSteps(_ steps: [CheckStep]) {
  for step in steps {
    let sign =
      switch step.outcome {
      case .holds: "✓"
      case .fails: "✗"
      case .unknown: "?"
      case .remark: "·"
      }
    let detail = step.detail.isEmpty ? "" : ": \(printable(step.detail))"
    print("\(sign) \(step.chinese) \(step.english)\(detail)")
  }
}

/// As `reportingFailures`, with the errors of seals and documents.
func reportingSealFailures(_ body: () async throws -> Void) async throws {
  try await reportingFailures {
    do { try await body() } catch let error as CommandFailure { throw error } catch let error as ExitCode {
      throw error
    } catch let error as FileError {
      throw CommandFailure(.failed, printable(error.description))
    } catch let error as any CustomStringConvertible & Error {
      throw CommandFailure(.refused, printable(error.description))
    }
  }
}
