import ArgumentParser
import Certificates
import Cryptography
import DurableFiles
import Foundation
import PacketFormat
import PacketSeal
import ZoneKeys
import Zones

/// Looks into packets: what they say, whether it is true, what is inside.
struct PacketCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "packet", abstract: "Examines packets.",
    subcommands: [InspectCommand.self, VerifyCommand.self, OpenCommand.self])

  struct InspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "inspect", abstract: "Prints what a packet's head says. Nothing of it is checked.")

    @Argument(help: "The packet.") var file: String

    func run() async throws {
      try await reportingFailures {
        let packet = try PacketFile(path: file)
        print(packet.description)
        print("not verified; use: guandu packet verify \(file) --config zone.yaml")
      }
    }
  }

  struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify", abstract: "Checks a packet's certificate, signature and payload digest.")

    @Argument(help: "The packet.") var file: String
    @Option(help: "The configuration of the zone that sent or received it.") var config: String

    func run() async throws {
      try await reportingFailures {
        let packet = try PacketFile(path: file)
        _ = try packet.verified(by: try loadConfiguration(config))
        print(packet.description)
        print("verified: signed by zone “\(packet.head.manifest.from)”, payload whole")
      }
    }
  }

  struct OpenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "open", abstract: "Verifies and decrypts a packet with the key of the zone that it is for.")

    @Argument(help: "The packet.") var file: String
    @Option(help: "The configuration of the zone that it is for.") var config: String
    @Option(help: "A new folder for the contents; without it they are listed.") var output: String?

    func run() async throws {
      try await reportingFailures {
        let packet = try PacketFile(path: file)
        let configuration = try loadConfiguration(config)
        let verified = try packet.verified(by: configuration)
        let contents: PacketContents
        do {
          let keys = try ZoneKeys(configuration.keys).pairs.map(\.encryptionKey)
          contents = try verified.open(payload: try packet.payload(), with: keys)
        } catch { throw CommandFailure(.refused, "\(file): \(error)") }
        for (index, message) in contents.messages.enumerated() {
          print("\(PacketContents.messageName(index + 1)) \(message.count) bytes")
        }
        for blob in contents.blobs { print("\(PacketContents.blobName(blob.part)) \(blob.part.bytes) bytes") }
        if let output { try Self.write(contents, to: output) }
      }
    }

    /// Names on the disk are ours: nothing of a packet's text becomes a path.
    private static func write(_ contents: PacketContents, to folder: String) throws {
      let files = Files()
      do {
        guard !files.exists(folder) else { throw CommandFailure(.cannotWrite, "\(folder): exists already") }
        try files.createFolder(folder)
        for (index, message) in contents.messages.enumerated() {
          try files.writeNew("\(folder)/message-\(index + 1).json", [message])
        }
        for blob in contents.blobs {
          let name = "\(folder)/blob-\(blob.part.sha256)-\(blob.part.offset)"
          try files.writeNew(name, [Array(contents.archive[blob.range])])
        }
      } catch let error as FileError { throw CommandFailure(.cannotWrite, error.description) }
    }
  }
}

private func loadConfiguration(_ path: String) throws -> ZoneConfiguration {
  do { return try ZoneConfiguration.load(path: path) } catch {
    throw CommandFailure(.configuration, "\(error)")
  }
}

/// A packet on the disk, its head read.
private struct PacketFile: CustomStringConvertible {
  static let maxBytes = 1 << 30

  let path: String
  let head: PacketHead
  private let byteCount: Int

  init(path: String) throws {
    self.path = path
    do {
      let file = try Files().openForReading(path)
      byteCount = file.byteCount
      let bytes = try file.read(at: 0, count: min(byteCount, PacketHead.maxBytes))
      guard let head = try PacketHead.parse(bytes) else {
        throw CommandFailure(.refused, "\(path): ends within its head")
      }
      self.head = head
    } catch let error as FormatError {
      throw CommandFailure(.refused, "\(path): \(error)")
    } catch let error as FileError {
      throw CommandFailure(.refused, error.description)
    }
    guard byteCount == head.packetBytes, byteCount <= Self.maxBytes else {
      throw CommandFailure(.refused, "\(path): \(byteCount) bytes; its manifest says \(head.packetBytes)")
    }
  }

  func payload() throws -> [UInt8] {
    do { return try Files().openForReading(path).read(at: head.byteCount, count: head.manifest.payload.bytes) } catch {
      throw CommandFailure(.refused, error.description)
    }
  }

  /// Checks the packet as sent to the zone by its peer, or as sent by the zone itself.
  func verified(by configuration: ZoneConfiguration) throws -> VerifiedPacket {
    let manifest = head.manifest
    do {
      let isOurs = manifest.from == configuration.name
      let peer = isOurs ? manifest.to : manifest.from
      guard let link = configuration.links.first(where: { $0.peer == peer }) else {
        throw PacketRejection(.addressee, "no link of this zone is with “\(peer)”")
      }
      let verifier = PacketVerifier(
        zone: isOurs ? peer : configuration.name, peer: manifest.from, suites: Set(link.suites),
        peerCertificates: PeerCertificates(
          signing: isOurs
            ? try ZoneKeys(configuration.keys).pairs.map(\.signingCertificate) : try Self.everKnown(link, configuration)
        ),
        trust: try TrustStore(files: configuration.trust))
      let verified = try verifier.verify(UnverifiedPacket(head: head), at: Date())
      guard Digest.of(try payload()).hex == manifest.payload.sha256.text else {
        throw PacketRejection(.payload, "the payload is not the one that was signed")
      }
      return verified
    } catch let error as CommandFailure {
      throw error
    } catch { throw CommandFailure(.refused, "\(path): \(error)") }
  }

  /// Retired ones too, as far as they are here: what was recorded then can still be read.
  private static func everKnown(_ link: LinkConfiguration, _ zone: ZoneConfiguration) throws -> [Certificate] {
    try knownCertificates(of: link, zone.keys).signing
      + link.peerSigningCertificates.map { try Certificate.load(pemFile: $0)[0] }
  }

  var description: String { head.manifest.description }
}

extension Manifest {
  /// One fact a line, for people.
  var description: String {
    var lines = [
      "packet \(id)", "suite \(suite)", "from \(from) to \(to)", "stream \(stream) seq \(sequence)",
      "created \(created)", "classification \(classification.rawValue)",
    ]
    lines += messages.sorted { $0.key < $1.key }.map { "messages \($0.key) \($0.value)" }
    lines += blobs.map { "blob \($0.sha256) bytes \($0.offset)..<\($0.offset + $0.bytes) of \($0.total)" }
    lines += receipts.map { "receipt \($0.stream) applied \($0.applied) refused \($0.refused.count)" }
    lines.append("payload \(payload.bytes) bytes")
    return lines.joined(separator: "\n")
  }
}
