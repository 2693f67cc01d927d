public import struct Foundation.UUID

/// The citizen's side of letters, in the DMZ.
public final class CitizenLetters: Sendable {
  public init() {}

  /// Starts sealing one attachment as it streams in.
  public func sealAttachment() async throws(LetterError) -> AttachmentSealer {
    throw .unavailable
  }

  /// Forgets a sealed attachment that no letter took.
  public func discard(_ attachment: LetterAttachment) async {}

  /// Seals and commits a letter, with its outgoing message, in one transaction.
  ///
  /// - Parameter id: made once for each draft; a second call with the same id changes nothing and answers alike.
  public func submit(
    id: UUID, draft: LetterDraft, credentials: LetterCredentials
  ) async throws(LetterError) -> LetterConfirmation {
    throw .unavailable
  }

  /// Opens a letter. Nil for an unknown code and for a wrong password, in the same time.
  public func read(code: LetterCode, password: String) async throws(LetterError) -> CitizenLetter? { nil }

  /// Published letters, newest first.
  public func published(limit: Int, offset: Int) async throws(LetterError) -> [PublishedLetter] { [] }

  public func published(number: String) async throws(LetterError) -> PublishedLetter? { nil }
}

/// Seals one attachment for the intranet, piece by piece, into the DMZ's spool; no plain byte touches the disk.
public final class AttachmentSealer: Sendable {
  /// Takes the next bytes. Throws `attachmentTooLarge` past the limit.
  public func append(_ bytes: [UInt8]) async throws(LetterError) {}

  /// Syncs the sealed bytes and names them by their digest.
  public func finish(name: String) async throws(LetterError) -> LetterAttachment { throw .unavailable }

  /// Removes what was written.
  public func abandon() async {}
}
