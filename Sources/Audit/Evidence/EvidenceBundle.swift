import Certificates
import Cryptography
import TransparencyLog

/// Evidence that was gathered and verified.
public struct EvidenceBundle: Sendable {
  let title: EvidenceTitle
  /// Whose messages the report describes; nil for all.
  let subject: String?
  let entries: [ProvedEntry]
  let logs: [KnownLog]
  let packets: [PacketRecord]
  let certificates: AuditCertificates
  let authorities: EvidenceMaker.Authorities

  /// A folder for somebody who has no Guandu. The same evidence gives the same bytes.
  ///
  /// - Returns: every file, by path.
  /// - Throws: `EvidenceError` if the report cannot be laid out.
  public func files() throws(EvidenceError) -> [EvidenceFile] {
    let report = EvidenceReport(self)
    var files = [
      EvidenceFile("README.md", EvidenceReadme.text), EvidenceFile("check.go", EvidenceReadme.program),
      EvidenceFile("report.html", report.html), EvidenceFile("report.pdf", try report.pdf()),
      EvidenceFile("keys", keys.map { $0 + "\n" }.joined()),
    ]
    for entry in entries {
      files.append(EvidenceFile("entries/\(entry.name).json", entry.bytes))
      files.append(EvidenceFile("proofs/\(entry.name).tlog-proof", entry.proof.text))
    }
    for log in logs {
      files.append(EvidenceFile("checkpoints/\(log.name).newest", log.newest.encoded))
      if let witnessed = log.witnessed {
        files.append(EvidenceFile("checkpoints/\(log.name).witnessed", witnessed.note.encoded))
      }
    }
    for packet in packets {
      let folder = "packets/\(packet.digest)"
      files.append(EvidenceFile("\(folder)/manifest.signed", packet.signed))
      files.append(EvidenceFile("\(folder)/manifest", packet.manifest))
      files.append(EvidenceFile("\(folder)/signature", packet.signature))
      files.append(EvidenceFile("\(folder)/signer.pem", packet.signer.pem))
    }
    return files + certificateFiles
  }

  /// Of the logs and witnesses whose signatures count here.
  private var keys: [String] {
    Set(logs.map(\.key.description) + logs.compactMap { $0.witnessed?.key.description }).sorted()
  }

  private var certificateFiles: [EvidenceFile] {
    let pem = { (all: [Certificate]) in all.map(\.pem).joined() }
    var files = [
      EvidenceFile("certificates/root.pem", pem(authorities.roots)),
      EvidenceFile("certificates/issuing.pem", pem(authorities.intermediates)),
    ]
    let used =
      logs.compactMap { certificates.certificate(of: $0.key) }
      + logs.compactMap { $0.witnessed.flatMap { certificates.certificate(of: $0.key) } } + packets.map(\.signer)
    for certificate in Set(used).sorted(by: { $0.fingerprint.hex < $1.fingerprint.hex }) {
      let name = certificate.commonName.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
      files.append(
        EvidenceFile(
          "certificates/\(String(name))-\(certificate.fingerprint.hex.prefix(8)).pem", certificate.pem))
    }
    return files
  }
}
