import HTTPTypes
import HummingbirdCore
import Letters
import Web
import Zones

/// Reads the letter form while it comes in, and seals its files on the way.
struct LetterFormReader {
  struct Result: Sendable {
    var fields: [String: String] = [:]
    /// Files that were in the list already and shall go, by blob.
    var removals: Set<String> = []
    var attachments: [LetterAttachment] = []
    var problems: [LetterForm.Problem] = []
    var hasOversizedFile = false
    /// A file was not taken, since no letter would be.
    var hasNoRoom = false
    /// All files together are more than a form may hold. None was read, and neither was the rest of the request.
    var isCutShort = false
  }

  private struct FilesAreTooMuch: Error {}

  private enum Part {
    case field(String, [UInt8])
    case file(name: String, sealer: AttachmentSealer?, bytes: Int)
    case ignored
  }

  let letters: CitizenLetters
  let limits: LetterLimits
  /// Whether a form token is the session's.
  let accepts: @Sendable (String) -> Bool
  /// How many more files the letter can take.
  let room: Int
  /// Whether the portal has room for files of letters that are not sent yet.
  let mayKeepFiles: Bool

  private var result = Result()
  private var part = Part.ignored
  private var isTrusted = false
  private static let shortFieldMaxBytes = 4_096
  private static let maxParts = 40
  /// Of a request that says it is larger not even the fields are read.
  private static let statedMaxBytes = 2_147_483_648
  private var isTooLarge = false

  init(
    letters: CitizenLetters, limits: LetterLimits, room: Int, mayKeepFiles: Bool = true,
    accepts: @escaping @Sendable (String) -> Bool
  ) {
    self.mayKeepFiles = mayKeepFiles
    self.letters = letters
    self.limits = limits
    self.room = room
    self.accepts = accepts
  }

  /// The whole form's size at most: files, text and what stands around them.
  static func maxBytes(_ limits: LetterLimits) -> Int {
    limits.attachmentsMax * limits.attachmentMaxBytes + limits.textMaxCharacters * 12 + 1_048_576
  }

  /// Of a form that says it is too large the fields are read, which come before the files, so that what was written is not
  /// lost with them.
  ///
  /// - Throws: `WebFailure`; nothing of the form is left behind then.
  mutating func read(_ request: WebRequest) async throws -> Result {
    let maxBytes = Self.maxBytes(limits)
    isTooLarge = request.request.headers[.contentLength].flatMap { Int($0) }.map { $0 > maxBytes } ?? false
    do {
      var parser = try MultipartParser(
        contentType: request.request.headers[.contentType] ?? "", maxParts: Self.maxParts)
      try await request.forEachBodyChunk(upTo: isTooLarge ? Self.statedMaxBytes : maxBytes) { bytes in
        for event in try parser.push(bytes) { try await take(event) }
      }
      try parser.finish()
      guard isTrusted else { throw WebFailure.forgedForm }
      return result
    } catch is FilesAreTooMuch {
      (result.isCutShort, result.hasOversizedFile) = (true, true)
      note("attachment", "filesTooLarge")
      return result
    } catch {
      await clearAway()
      throw Self.failure(for: error)
    }
  }

  private mutating func take(_ event: MultipartParser.Event) async throws {
    switch event {
    case .began(let head): part = try await begin(head)
    case .bytes(let bytes): try await append(bytes)
    case .ended:
      try await end()
      part = .ignored
    }
  }

  private func begin(_ head: MultipartPart) async throws -> Part {
    guard head.name == "attachment" else { return .field(head.name, []) }
    // The token is the form's first field, so no file of a forged form is ever taken.
    guard isTrusted else { throw WebFailure.forgedForm }
    guard !isTooLarge else { throw FilesAreTooMuch() }
    return .file(name: head.fileName ?? "", sealer: nil, bytes: 0)
  }

  private mutating func append(_ bytes: [UInt8]) async throws {
    switch part {
    case .ignored: break
    case .field(let name, let before):
      guard before.count + bytes.count <= maxBytes(of: name) else { throw WebFailure.tooLarge }
      part = .field(name, before + bytes)
    case .file(let name, let sealer, let count):
      try await appendToFile(bytes, name, sealer, count)
    }
  }

  private mutating func appendToFile(
    _ bytes: [UInt8], _ name: String, _ sealer: AttachmentSealer?, _ count: Int
  ) async throws {
    guard !bytes.isEmpty else { return }
    guard sealer != nil || result.attachments.count < room else {
      note("attachment", "tooManyFiles")
      part = .ignored
      return
    }
    guard mayKeepFiles else {
      result.hasNoRoom = true
      part = .ignored
      return
    }
    guard let current = if let sealer { sealer } else { try await newSealer() } else {
      result.hasNoRoom = true
      part = .ignored
      return
    }
    part = .file(name: name, sealer: current, bytes: count + bytes.count)
    do {
      guard count + bytes.count <= limits.attachmentMaxBytes else { throw LetterError.attachmentTooLarge }
      try await current.append(bytes)
    } catch {
      switch error as? LetterError {
      case .attachmentTooLarge:
        await current.abandon()
        result.hasOversizedFile = true
        note("attachment", "fileTooLarge")
      case .attachmentKind: await refuseKind(current)
      default: throw error
      }
      part = .ignored
    }
  }

  /// Nil where there is no room.
  private func newSealer() async throws -> AttachmentSealer? {
    do { return try await letters.sealAttachment() } catch {
      guard error == .linkIsFull else { throw error }
      return nil
    }
  }

  private mutating func refuseKind(_ sealer: AttachmentSealer) async {
    await sealer.abandon()
    note("attachment", "fileKindRefused")
  }

  private mutating func end() async throws {
    switch part {
    case .ignored: break
    case .field(let name, let bytes): try endField(name, bytes)
    case .file(_, nil, _): break
    case .file(let name, .some(let sealer), _):
      do {
        result.attachments.append(try await sealer.finish(name: AttachmentName.clean(name)))
      } catch {
        guard error == .attachmentKind else { throw error }
        await refuseKind(sealer)
      }
    }
  }

  private mutating func endField(_ name: String, _ bytes: [UInt8]) throws {
    guard let sent = String(validating: bytes, as: UTF8.self) else { throw WebFailure.badRequest }
    let text = WrittenText.withoutPiledMarks(sent)
    switch name {
    case "csrf":
      guard accepts(text) else { throw WebFailure.forgedForm }
      isTrusted = true
    case "remove": result.removals.insert(text)
    default:
      if LetterForm.fieldNames.contains(name), result.fields[name] == nil { result.fields[name] = text }
    }
  }

  private mutating func note(_ field: String, _ key: String) {
    if !result.problems.contains(where: { $0.textKey == key }) {
      result.problems.append(LetterForm.Problem(field: field, textKey: key))
    }
  }

  private func maxBytes(of field: String) -> Int {
    switch field {
    // Far more than is allowed, so that who wrote too much gets the text back with a word about it.
    case "text": limits.textMaxCharacters * 12
    case "title": limits.titleMaxCharacters * 40
    default: Self.shortFieldMaxBytes
    }
  }

  private mutating func clearAway() async {
    if case .file(_, .some(let sealer), _) = part { await sealer.abandon() }
    for attachment in result.attachments { await letters.discard(attachment) }
    result.attachments = []
  }

  private static func failure(for error: any Error) -> any Error {
    switch error {
    case is MultipartParser.Malformed: WebFailure.badRequest
    case LetterError.unavailable(let cause): WebFailure.unavailable(cause)
    default: error
    }
  }
}
