import ArgumentParser
import AuditLog
import Cryptography
import DurableFiles
import Foundation
import Timestamps
import TransparencyLog
import ZoneKeys
import Zones

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Checks and proves what stands in a zone's audit log.",
    subcommands: [Verify.self, Prove.self, CheckProof.self, Keys.self, Export.self, Archive.self])

  struct Prove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints the proof that an entry stands in a log (C2SP tlog-proof).",
      discussion: """
        With --entry the entry itself goes into a file: both together are what check-proof needs. The proof is under the \
        newest checkpoint that a witness has cosigned, or under the newest of all where that one does not reach the entry.
        """)

    @Argument(help: "The log's folder.") var folder: String
    @Argument(help: "The entry's index, from 0.") var index: Int
    @Option(help: "A file for the entry, which must not be there yet.") var entry: String?
    @Option(help: "Where archived entries of this log lie.") var cold: String?

    func run() async throws {
      try await reportingAudit {
        let folder = LogFolder(path: folder, cold: cold)
        guard let newest = try folder.checkpoint() else { throw AuditError("\(folder.path): there is no checkpoint") }
        let covering = try folder.witnessed().flatMap { try Checkpoint(text: $0.text).size > index ? $0 : nil }
        let note = covering ?? newest
        let size = try Checkpoint(text: note.text).size
        let bytes = try folder.entry(index, size: size)
        let hashes = try folder.proofs(size: size).inclusion(of: index)
        if let entry {
          do { try Files().writeNew(entry, [bytes], mode: 0o640) } catch {
            throw CommandFailure(.cannotWrite, "--entry \(error)")
          }
        }
        print(LogProof(index: index, hashes: hashes, checkpoint: note).text, terminator: "")
      }
    }
  }

  struct CheckProof: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check-proof", abstract: "Checks a proof, without the log.")

    @Argument(help: "The proof.") var proof: String
    @Argument(help: "The entry.") var entry: String
    @Option(help: "A file with the keys, one a line.") var keys: String

    func run() async throws {
      try await reportingAudit {
        let keys = try KeyList(path: keys)
        let proof = try LogProof(try smallFile(proof))
        let entry = try smallFile(entry)
        let log = try keys.log(named: try Checkpoint(text: proof.checkpoint.text).origin)
        let checkpoint = try proof.verify(entry: entry, log: log)
        print(
          "entry \(proof.index) stands in \(checkpoint.origin), \(checkpoint.size) entries, root \(checkpoint.root)")
        var isWitnessed = false
        for word in try Witnesses(keys.witnesses, of: log).words(on: proof.checkpoint) {
          switch word.worth {
          case .counts:
            print("witnessed by \(word.name) at \(timestamp(word.seconds * 1_000))")
            isWitnessed = true
          case .own: print("cosigned by \(word.name), a key of the log's own zone: that proves nothing")
          case .ahead: throw AuditError("the cosignature of \(word.name) is dated ahead of now")
          }
        }
        if !isWitnessed { print("it carries no witness's cosignature: the log may have been replaced since") }
        print(printable(String(decoding: entry, as: UTF8.self)))
      }
    }
  }

  struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints the public keys of the zone's logs, and of the zone as its peers' witness.",
      discussion: """
        One a line, as C2SP's signed-note writes them, under a line that says whose they are; their certificates stand \
        in keys/. A zone's word as a witness counts for other zones' logs alone.
        """)

    @Option(help: "The zone's zone.yaml.") var config: String

    func run() async throws {
      try await reportingAudit {
        let zone = try loadZone(config)
        let keys = try AuditKeys(zone.keys)
        let folder = zone.dataDirectory + "/audit"
        print("# \(zone.name): its own logs")
        for epoch in ((try? Files().list(folder)) ?? []).compactMap(Int.init).sorted() {
          let name = LogKeeper.origin(zone.name, epoch: epoch)
          guard let key = NoteVerifier(name: name, kind: .ed25519, publicKey: keys.log.publicKey) else { continue }
          print(key)
        }
        guard
          let witness = NoteVerifier(
            name: "\(zone.name)/audit/witness", kind: .cosignature, publicKey: keys.witness.publicKey)
        else { return }
        print("# \(zone.name): as the witness of other zones' logs")
        print(witness)
      }
    }
  }
}

/// Public keys of logs and witnesses.
struct KeyList {
  private let keys: [NoteVerifier]

  init(path: String) throws {
    let text = String(decoding: try smallFile(path), as: UTF8.self)
    keys = try text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") }.enumerated().map { number, line in
      guard let key = NoteVerifier(line.trimmingCharacters(in: .whitespaces)) else {
        throw AuditError("\(path): line \(number + 1) is no key: name+ID+base64, as guandu audit keys prints it")
      }
      return key
    }
  }

  var witnesses: [NoteVerifier] { keys.filter { $0.kind == .cosignature } }

  func log(named name: String) throws -> NoteVerifier {
    guard let key = keys.first(where: { $0.kind == .ed25519 && $0.name == name }) else {
      throw AuditError("there is no key of the log “\(printable(name))” among the keys")
    }
    return key
  }

  func log(of folder: LogFolder) throws -> NoteVerifier {
    guard let note = try folder.checkpoint() else { throw AuditError("\(folder.path): there is no checkpoint") }
    return try log(named: try Checkpoint(text: note.text).origin)
  }

  /// The zone whose log it is: the name's first part.
  func zone(of log: NoteVerifier) -> String { String(log.name.prefix { $0 != "/" }) }
}

func smallFile(_ path: String) throws -> [UInt8] {
  let file = try Files().openForReading(path)
  guard file.byteCount <= 1 << 20 else { throw AuditError("\(path): larger than 1 MiB") }
  return try file.read(at: 0, count: file.byteCount)
}

func reportingAudit(_ body: () async throws -> Void) async throws {
  try await reportingAuthorityFailures {
    do { try await body() } catch let error as AuditError {
      throw CommandFailure(.refused, error.reason)
    } catch let error as NoteError {
      throw CommandFailure(.refused, error.reason)
    } catch let error as ProofError {
      throw CommandFailure(.refused, error.reason)
    } catch let error as FileError {
      throw CommandFailure(.refused, error.description)
    }
  }
}
