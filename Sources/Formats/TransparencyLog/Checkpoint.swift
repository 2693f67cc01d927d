import Cryptography

/// A log's head at a size (C2SP tlog-checkpoint): the text of a note.
public struct Checkpoint: Equatable, Sendable {
  public let origin: String
  public let size: Int
  public let root: TreeHash
  /// Lines that no log of ours writes.
  public let extensions: [String]

  public init(origin: String, size: Int, root: TreeHash) {
    self.origin = origin
    self.size = size
    self.root = root
    extensions = []
  }

  /// - Throws: `NoteError` for a text that is no checkpoint.
  public init(text: String) throws(NoteError) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.count >= 4, lines.last?.isEmpty == true, lines.dropLast().allSatisfy({ !$0.isEmpty }) else {
      throw NoteError("a checkpoint is origin, size and root, each on a line")
    }
    guard let size = Int(lines[1]), String(size) == lines[1], size >= 0 else {
      throw NoteError("“\(lines[1])” is no tree's size")
    }
    guard let bytes = Base64.decode(lines[2].utf8), let root = TreeHash(bytes: bytes) else {
      throw NoteError("the third line of a checkpoint is a hash of 32 bytes in base64")
    }
    self.origin = lines[0]
    self.size = size
    self.root = root
    extensions = Array(lines[3..<(lines.count - 1)])
  }

  public var text: String { "\(origin)\n\(size)\n\(root.base64)\n" + extensions.map { $0 + "\n" }.joined() }

  /// Reads a checkpoint that the log has signed.
  ///
  /// - Parameter log: its key; the key's name is the origin.
  /// - Throws: `NoteError` for anything else.
  public static func open(_ note: SignedNote, log: NoteVerifier) throws(NoteError) -> Checkpoint {
    guard try note.time(signedBy: log) != nil else { throw NoteError("the checkpoint is not signed by \(log.name)") }
    let checkpoint = try Checkpoint(text: note.text)
    guard checkpoint.origin == log.name else {
      throw NoteError("a checkpoint of “\(checkpoint.origin)”, not of “\(log.name)”")
    }
    return checkpoint
  }

  public func signed(by signer: NoteSigner) -> SignedNote { SignedNote(text: text, signatures: [signer.sign(text)]) }
}
