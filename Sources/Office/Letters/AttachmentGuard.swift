import AgeFormat
import Cryptography
import DurableFiles
import Links
import Storage
import Zones

/// Holds arriving attachments to the link's policy. The DMZ has looked at them already, but it may have been broken into.
struct AttachmentGuard: Sendable {
  let blobs: BlobStore
  let keys: @Sendable () -> [X25519PrivateKey]
  let policy: ExchangePolicy

  /// By what the letter says of them, before any has come: a blob that is too large never will.
  func checkSizes(_ attachments: [LetterAttachment]) throws(MessageRefusal) {
    if let large = attachments.first(where: { $0.sealedBytes > policy.blobMaxBytes }) {
      throw MessageRefusal(
        code: "policy-blob-size", reason: "an attachment of \(large.sealedBytes) bytes, at most \(policy.blobMaxBytes)")
    }
  }

  /// Opens the beginning of each, and names its kind anew, by content.
  ///
  /// Throws `MessageRefusal` for one that the policy does not let in, and for one that cannot be opened; `FileError`
  /// where the disk failed.
  func checkKinds(_ attachments: [LetterAttachment]) throws -> [LetterAttachment] {
    try attachments.map { attachment in
      let kind = MediaType.kind(of: try head(of: attachment.blob))
      guard policy.fileKinds.contains(kind) else {
        throw MessageRefusal(code: "policy-file-kind", reason: "an attachment of kind “\(kind.rawValue)”")
      }
      var checked = attachment
      checked.mediaType = kind.rawValue
      return checked
    }
  }

  private func head(of blob: String) throws -> [UInt8] {
    do {
      let file = try blobs.open(blob)
      let decryptor = AgeDecryptor(identities: keys())
      var (head, offset): ([UInt8], Int) = ([], 0)
      while head.count < MediaType.headBytes {
        let bytes = try file.read(at: offset, count: 2 * MediaType.headBytes)
        if bytes.isEmpty {
          try decryptor.finish(appendingTo: &head)
          break
        }
        offset += bytes.count
        try decryptor.update(bytes, appendingTo: &head)
      }
      return Array(head.prefix(MediaType.headBytes))
    } catch let error as FileError where !error.isMissing {
      throw error
    } catch {
      throw MessageRefusal(code: "letter", reason: "an attachment cannot be opened")
    }
  }
}
