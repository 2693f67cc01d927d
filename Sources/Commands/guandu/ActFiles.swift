import Acts
import AuditLog
import Certificates
import Cryptography
import DurableFiles
import Foundation
import Timestamps
import ZoneKeys
import Zones

/// An exported record, as files.
struct ActFiles {
  private static let maxBytes = 4 << 30

  let folder: String
  private let files = Files()

  init(folder: String) { self.folder = folder }

  struct Result {
    var zone = ""
    var at = ""
    var count = 0
    var bySignature = 0
    var byCertificate = 0
    var byOperator = 0
    /// A line for each entry, with its proof.
    var acts: [String] = []
  }

  func write(_ export: ActExport, _ zone: ZoneConfiguration) throws {
    let pair = try ZoneKeys(zone.keys).current
    let (signing, key) = (pair.signingCertificate, pair.signingKey)
    guard !files.exists(folder) else { throw CommandFailure(.cannotWrite, "\(folder) is there already") }
    try files.createFolder(folder)
    let head = export.head(zone: zone.name.text, at: timestamp(Date().unixMilliseconds))
    var pem = ""
    for der in export.certificates { pem += try Certificate(der: der).pem }
    try files.writeNew(folder + "/acts.jsonl", [export.lines])
    try files.writeNew(folder + "/salts", [export.salts])
    try files.writeNew(folder + "/certificates.pem", [Array(pem.utf8)])
    try files.writeNew(folder + "/head", [head])
    try files.writeNew(folder + "/head.sig", [key.sign(head)])
    try files.writeNew(folder + "/signing.pem", [Array(signing.pem.utf8)])
    try files.syncFolder(folder)
  }

  /// Throws `CommandFailure` for the first thing that does not hold.
  func verify(root: String, intermediates: [String]) throws -> Result {
    var authorities: [Certificate] = []
    for path in intermediates { authorities += try Certificate.load(pemFile: path) }
    let trust = try TrustStore(
      roots: try Certificate.load(pemFile: root), intermediates: authorities, revocationLists: [])
    var result = try checkHead(trust)
    let fields = try headFields()
    let people = try certificates()
    var (chain, signatures) = (ActChainCheck(), ActSignatureCheck(zone: result.zone))
    for (index, line) in try lines().enumerated() {
      guard let act = chain.take(line) else { throw refused("acts.jsonl: line \(index + 1): the chain is broken") }
      do { try signatures.take(act) } catch { throw refused("acts.jsonl: line \(index + 1): \(error.reason)") }
      result.acts.append(shown(act))
      switch Act.Proof(rawValue: act.proof) {
      case .operator:
        result.byOperator += 1
        continue
      case .tls: result.byCertificate += 1
      case .signed: result.bySignature += 1
      case nil: throw refused("acts.jsonl: line \(index + 1): no such proof: \(printable(act.proof))")
      }
      guard let certificate = people[act.certificate] else {
        throw refused("acts.jsonl: line \(index + 1): its certificate is not among certificates.pem")
      }
      do { try trust.verify(certificate, for: .handler, at: Date(unixMilliseconds: act.at)) } catch {
        throw refused("acts.jsonl: line \(index + 1): \(error)")
      }
    }
    guard "\(chain.count)" == fields["entries"], chain.digest.hex == fields["digest"] else {
      throw refused("acts.jsonl: the entries are not those that the head was signed for")
    }
    result.count = chain.count
    return result
  }

  /// What is compared with the audit log: each entry's salted digest, in their order. `verify` comes before.
  func digests() throws -> [RecordComparison.Act] {
    guard files.exists(folder + "/salts") else {
      throw refused("\(folder)/salts: missing; an export of an earlier release cannot be compared with the log")
    }
    var salts: [Int: [UInt8]] = [:]
    for (index, line) in try read("salts").split(separator: UInt8(ascii: "\n")).enumerated() {
      let halves = String(decoding: line, as: UTF8.self).split(separator: " ")
      guard halves.count == 2, let number = Int(halves[0]), let salt = decodeHex(String(halves[1])), salt.count == 16,
        salts.updateValue(salt, forKey: number) == nil
      else { throw refused("salts: line \(index + 1): not an act's number and 32 hex digits") }
    }
    return try lines().enumerated().map { index, line in
      RecordComparison.Act(number: index + 1, digest: salts[index + 1].map { Digest.of($0 + line) })
    }
  }

  /// `12 2026-11-23T09:12:00.000Z letter.answered letter 2026-000001 by li: signed with 3fa9…`
  private func shown(_ act: RecordedAct) -> String {
    let proof =
      switch Act.Proof(rawValue: act.proof) {
      case .signed: "signed with \(act.key)"
      case .tls: "certificate \(act.certificate), not signed"
      default: "the operator, not signed"
      }
    let actor = act.person.isEmpty ? "" : " by \(act.person)"
    return printable("\(act.number) \(timestamp(act.at)) \(act.what) \(act.object)\(actor): \(proof)")
  }

  private func checkHead(_ trust: TrustStore) throws -> Result {
    let (head, signature) = (try read("head"), try read("head.sig"))
    let signing = try Certificate.load(pemFile: folder + "/signing.pem")[0]
    guard let key = signing.ed25519PublicKey, verifyEd25519(signature: signature, message: head, publicKey: key) else {
      throw refused("head.sig: not the signature of signing.pem over head")
    }
    let fields = try headFields()
    guard let at = parseTimestamp(fields["at"] ?? "") else { throw refused("head: no time") }
    do { try trust.verify(signing, for: .zoneSigning, at: Date(unixMilliseconds: at)) } catch {
      throw refused("signing.pem: \(error)")
    }
    return Result(zone: fields["zone"] ?? "", at: fields["at"] ?? "")
  }

  private func headFields() throws -> [String: String] {
    let lines = String(decoding: try read("head"), as: UTF8.self).split(separator: "\n")
    guard lines.first == "guandu acts 1" else { throw refused("head: not that of a record") }
    return Dictionary(
      lines.dropFirst().map { line in
        let halves = line.split(separator: " ", maxSplits: 1)
        return (String(halves[0]), halves.count == 2 ? String(halves[1]) : "")
      }
    ) { first, _ in first }
  }

  private func certificates() throws -> [String: Certificate] {
    if files.byteCount(folder + "/certificates.pem") == 0 { return [:] }
    let certificates = try Certificate.load(pemFile: folder + "/certificates.pem")
    return Dictionary(certificates.map { ($0.fingerprint.hex, $0) }) { first, _ in first }
  }

  private func lines() throws -> [[UInt8]] {
    try read("acts.jsonl").split(separator: UInt8(ascii: "\n")).map { Array($0) }
  }

  private func read(_ name: String) throws -> [UInt8] { try files.read(folder + "/" + name, maxBytes: Self.maxBytes) }

  private func refused(_ reason: String) -> CommandFailure { CommandFailure(.refused, reason) }
}
