public import PacketFormat
public import Timestamps

/// A file of a document.
public struct DocumentFile: Equatable, Sendable {
  /// SHA-256.
  public let digest: HexDigest
  public let bytes: Int

  public init(digest: HexDigest, bytes: Int) {
    self.digest = digest
    self.bytes = bytes
  }
}

/// What both zones know of an official document that the public may read.
public struct DocumentFacts: Equatable, Sendable {
  public static let titleMaxCharacters = 200
  public static let issuerMaxCharacters = 100
  /// Of the reason of a withdrawal.
  public static let reasonMaxCharacters = 500

  /// A UUID.
  public let id: String
  public let number: DocumentNumber
  public let title: String
  /// 发文机关
  public let issuer: String
  /// The day of the document (成文日期), such as `2026-11-28`.
  public let date: String
  /// The sealed original.
  public let ofd: DocumentFile
  /// The copy; nil where there is none.
  public let pdf: DocumentFile?

  public init(
    id: String, number: DocumentNumber, title: String, issuer: String, date: String, ofd: DocumentFile,
    pdf: DocumentFile?
  ) {
    self.id = id
    self.number = number
    self.title = title
    self.issuer = issuer
    self.date = date
    self.ofd = ofd
    self.pdf = pdf
  }

  /// The original first.
  public var files: [DocumentFile] { [ofd] + (pdf.map { [$0] } ?? []) }

  /// Where the QR code on the paper leads, and whoever types it: `/d/` and the document's identifier.
  public static func checkPath(id: String) -> String { "/d/" + id }
}

/// A document as the portal shows it.
public struct PublishedDocument: Equatable, Sendable {
  public struct Withdrawal: Equatable, Sendable {
    public let at: UnixMilliseconds
    /// For the public.
    public let reason: String
  }

  public let facts: DocumentFacts
  public let publishedAt: UnixMilliseconds
  /// Nil while it is in force.
  public let withdrawal: Withdrawal?

  public var place: Place { Place(publishedAt: publishedAt, id: facts.id) }

  /// Where it stands in the list: no two stand at one place.
  public struct Place: Equatable, Sendable {
    public let publishedAt: UnixMilliseconds
    public let id: String

    /// As it stands in addresses.
    public var text: String { "\(publishedAt)-\(id)" }

    init(publishedAt: UnixMilliseconds, id: String) {
      self.publishedAt = publishedAt
      self.id = id
    }

    /// - Returns: nil for anything but what `text` gives.
    public init?(_ text: String) {
      let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
      guard text.utf8.count <= 64, parts.count == 2, let at = Int(parts[0]), at >= 0, isDocumentID(String(parts[1]))
      else { return nil }
      self.init(publishedAt: at, id: String(parts[1]))
    }
  }
}

/// A UUID in lowercase, as it stands in addresses and on paper.
func isDocumentID(_ text: String) -> Bool {
  let bytes = Array(text.utf8)
  guard bytes.count == 36 else { return false }
  return bytes.enumerated().allSatisfy { index, byte in
    [8, 13, 18, 23].contains(index)
      ? byte == UInt8(ascii: "-") : (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
  }
}

/// Whether a text of one line holds nothing that is not shown: no controls, no format characters, nothing private. Both zones
/// demand it, so that what one accepts the other takes.
///
/// - Parameter maxCharacters: Unicode scalars; one at least.
public func isPlainLine(_ text: String, maxCharacters: Int) -> Bool {
  guard text.utf8.count <= 8 * maxCharacters, !text.isEmpty else { return false }
  let scalars = text.unicodeScalars
  return scalars.count <= maxCharacters && scalars.allSatisfy(isShown)
}

/// A text of one line as another zone takes it: `isPlainLine` holds for what comes out.
///
/// Each character that is none for another zone, such as a private one, becomes 〓, as printers set for a missing glyph; what
/// exceeds `maxCharacters` (Unicode scalars) is cut off, and ends in “…”. An empty text becomes “-”.
public func shownLine(_ text: String, maxCharacters: Int) -> String {
  var line = String.UnicodeScalarView(text.unicodeScalars.prefix(maxCharacters + 1).map { isShown($0) ? $0 : "〓" })
  if line.isEmpty { return "-" }
  if line.count > maxCharacters {
    line.removeLast(line.count - maxCharacters + 1)
    line.append("…")
  }
  return String(line)
}

private func isShown(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
  default: true
  }
}

/// `2026-11-28`, a day that there can be.
func isDay(_ text: String) -> Bool {
  let bytes = Array(text.utf8)
  guard bytes.count == 10, parseTimestamp(text + "T00:00:00Z") != nil else { return false }
  return true
}
