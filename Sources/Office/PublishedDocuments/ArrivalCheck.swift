package import ContainedChecks
import Cryptography
import DocumentSeals
import DurableFiles
package import Links
import PacketFormat
package import Storage
package import Zones

/// Checks a document that another zone sent, before this one takes it in.
package struct ArrivalCheck: Sendable {
  private let policy: ExchangePolicy
  private let trust: SealTrustFiles?
  private let blobs: BlobStore
  private let process: CheckProcess
  private let demandsSignedCopy: Bool
  private let refused: RefusedFiles?

  /// - Parameters:
  ///   - policy: the link's incoming one.
  ///   - trust: whom seals are believed from; where it is nil, no document is taken in.
  ///   - refused: remembers what was refused; nil where each message has its file checked.
  ///   - demandsSignedCopy: whether a copy has to be genuine by a signature of its own: beside an original whose seals hold, an
  ///     unsigned one would be anybody's text.
  package init(
    policy: ExchangePolicy, trust: SealTrustFiles?, blobs: BlobStore, process: CheckProcess, demandsSignedCopy: Bool,
    refused: RefusedFiles? = nil
  ) {
    (self.policy, self.trust, self.blobs, self.process) = (policy, trust, blobs, process)
    (self.demandsSignedCopy, self.refused) = (demandsSignedCopy, refused)
  }

  /// Before its files are waited for: what is larger than the link lets in never comes.
  package func demandSizes(_ document: DocumentFacts) throws(MessageRefusal) {
    let most = min(policy.blobMaxBytes, CheckLimits.documentMaxBytes)
    for file in document.files where file.bytes > most {
      throw MessageRefusal(code: "policy-blob-size", reason: "a file of \(file.bytes) bytes, at most \(most)")
    }
  }

  /// By what the message says, before any file is read.
  package func demandPolicy(_ document: DocumentFacts) throws(MessageRefusal) {
    guard trust != nil else {
      throw MessageRefusal(
        code: "documents-off", reason: "zone.yaml names nobody to believe seals from; give it documents.seal_trust")
    }
    for kind in document.pdf == nil ? [FileKind.ofd] : [.ofd, .pdf] {
      guard policy.fileKinds.contains(kind) else {
        throw MessageRefusal(code: "policy-file-kind", reason: "a file of kind “\(kind.rawValue)”")
      }
    }
  }

  /// That the original is what it claims, by its seals, and that nothing is wrong with the copy. In the transaction, since
  /// the files may be here only now; a check that does not end in time counts as one that fails (decision 0049).
  ///
  /// - Returns: what was found in the original.
  package func check(_ document: DocumentFacts) throws -> CheckReport {
    guard let refused else { return try checkFiles(document) }
    let key = Digest.of(
      Array(document.files.map(\.digest.text).joined(separator: " ").utf8) + (try currentTrust().digest.bytes))
    if let known = refused.refusal(of: key) { throw known }
    do { return try checkFiles(document) } catch let refusal as MessageRefusal {
      // What was this machine's fault may be over the next time.
      if refusal.code.hasPrefix("check-") && refusal.code != "check-unavailable" { refused.note(refusal, of: key) }
      throw refusal
    }
  }

  private func currentTrust() throws(MessageRefusal) -> CheckTrust {
    do throws(CheckFailure) { return try trust.checkTrust() } catch {
      throw MessageRefusal(code: "check-unavailable", reason: "the files of documents.seal_trust: \(error)")
    }
  }

  private func checkFiles(_ document: DocumentFacts) throws -> CheckReport {
    let original = try report(on: try bytes(of: document.ofd), "the original")
    guard original.verdict == .genuine, original.kind == .ofd else { throw Self.refusal(original, "the original") }
    guard let pdf = document.pdf else { return original }
    let copy = try report(on: try bytes(of: pdf), "the copy")
    guard copy.kind == .pdf else { throw MessageRefusal(code: "policy-file-kind", reason: "the copy is no PDF") }
    // A copy of this city's own intranet may bear no signature.
    guard copy.verdict == .genuine || (!demandsSignedCopy && copy.verdict != .refused) else {
      throw Self.refusal(copy, "the copy")
    }
    return original
  }

  private func report(on bytes: [UInt8], _ what: String) throws(MessageRefusal) -> CheckReport {
    do throws(CheckFailure) { return try process.check(bytes, trust: try trust.checkTrust()) } catch {
      throw MessageRefusal(
        code: error == .notStarted ? "check-unavailable" : "check-failed", reason: "the check of \(what): \(error)")
    }
  }

  /// Named by its first step that does not hold.
  private static func refusal(_ report: CheckReport, _ what: String) -> MessageRefusal {
    let steps = report.steps + report.signatures.flatMap(\.steps)
    let step = steps.first { $0.outcome == .fails } ?? steps.first { $0.outcome == .unknown }
    return MessageRefusal(
      code: "check-" + (step?.code.rawValue ?? "kind"),
      reason: "\(what): \(step?.english ?? "no OFD"): \(step?.detail ?? "")")
  }

  /// - Throws: `schema` where it has another size than the message says; `FileError` where the disk failed.
  private func bytes(of file: DocumentFile) throws -> [UInt8] {
    let reader = try blobs.open(file.digest.text)
    guard reader.byteCount == file.bytes else {
      throw MessageRefusal(code: "schema", reason: "a file has \(reader.byteCount) bytes, not \(file.bytes)")
    }
    return try reader.read(at: 0, count: file.bytes)
  }
}

extension SealTrustFiles? {
  /// Whom seals are believed from at this moment; nobody where `zone.yaml` names none.
  ///
  /// - Throws: `notStarted` where a file cannot be read, which is a fault of this zone.
  package func checkTrust() throws(CheckFailure) -> CheckTrust {
    do { return try CheckTrust(sealTrust: self?.sealTrust ?? [], revocationLists: self?.revocationLists ?? []) } catch {
      throw .notStarted
    }
  }
}
