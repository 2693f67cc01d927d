/// An official document as its writer means it, before it is set: what GB/T 9704-2012 calls its elements (7.1).
public struct OfficialDocument: Equatable, Sendable {
  /// Of the formats of GB/T 9704-2012: the general one (7), the general one for a higher body, with signers (7.2.6), and
  /// the letter (10.1).
  public enum Form: String, CaseIterable, Sendable {
    case general
    case upward
    case letter

    /// The word for it, English or Chinese; nil for any other.
    init?(word: String) {
      switch word {
      case "general", "通用": self = .general
      case "upward", "上行文": self = .upward
      case "letter", "信函": self = .letter
      default: return nil
      }
    }
  }

  public var form: Form
  /// The issuer's mark in the head (发文机关标志), in red.
  public var mark: NotedText
  /// Six digits (份号).
  public var copyNumber: NotedText?
  /// Classification and period (密级和保密期限), such as `秘密★1年`.
  public var classification: NotedText?
  /// 特急 or 加急.
  public var urgency: NotedText?
  /// The document's number (发文字号), such as `安政发〔2026〕12号`.
  public var number: NotedText
  /// Of the upward form, in their order (签发人).
  public var signers: [NotedText]
  /// The title; more than one part where the writer has said where its lines end.
  public var title: [NotedText]
  /// The main addressees (主送机关), with the colon at the end.
  public var addressees: NotedText?
  public var body: [Block]
  public var issuer: NotedText
  public var date: NotedDate
  /// Whether a seal will stand over the issuer's name and the date.
  public var isSealed: Bool
  /// The seal's diameter in millimetres.
  public var sealMillimetres: Double
  /// 附注, with its brackets.
  public var note: NotedText?
  public var attachments: [Attachment]
  /// 抄送机关.
  public var copies: NotedText?
  /// 印发机关.
  public var printer: NotedText?
  /// 印发日期.
  public var printed: NotedDate?
  /// Where the document can be checked: an https address, which is printed as a QR code.
  public var checkAddress: NotedText?

  /// What stands between the addressees and the issuer's name, or in an attachment.
  public enum Block: Equatable, Sendable {
    case paragraph(Paragraph)
    case table(Table)
  }

  public struct Attachment: Equatable, Sendable {
    /// More than one part where the writer has said where its lines end.
    public var title: [NotedText]
    public var blocks: [Block]
  }
}

/// A paragraph of the text.
public struct Paragraph: Equatable, Sendable {
  /// The level that its number says (7.3.3).
  public enum Level: Int, Sendable {
    case text = 0
    /// `一、`
    case first
    /// `（一）`
    case second
    /// `1.`
    case third
    /// `（1）`
    case fourth
  }

  public var text: NotedText
  public var level: Level
  /// How many scalars at the beginning are the heading; 0 for plain text.
  public var headingCount: Int
}

/// A table, its first row the head.
public struct Table: Equatable, Sendable {
  public enum Alignment: Sendable {
    case left
    case centre
    case right
  }

  public var columns: [Alignment]
  public var head: [NotedText]
  public var rows: [[NotedText]]
  /// The line of the notation that it begins in.
  public var line: Int
}

/// A text, and where in the notation it stands, so that a fault in it can be named by its place.
public struct NotedText: Equatable, Sendable {
  public var scalars: [Unicode.Scalar]
  /// From 1.
  public var line: Int
  /// Of the first scalar, in scalars, from 1.
  public var column: Int

  public init(_ scalars: some Sequence<Unicode.Scalar>, line: Int, column: Int) {
    (self.scalars, self.line, self.column) = (Array(scalars), line, column)
  }

  public var text: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  /// Of a part of it.
  public subscript(range: Range<Int>) -> NotedText {
    NotedText(scalars[range], line: line, column: column + range.lowerBound)
  }

  /// Another text at the same place: what is written because of this one.
  public func replaced(by text: String) -> NotedText {
    NotedText(text.unicodeScalars, line: line, column: column)
  }

  /// What stands between separators, without spaces around.
  func parts(at isSeparator: (Unicode.Scalar) -> Bool) -> [NotedText] {
    var (parts, start): ([NotedText], Int) = ([], 0)
    for (offset, scalar) in scalars.enumerated() where isSeparator(scalar) {
      parts.append(self[start..<offset].trimmed())
      start = offset + 1
    }
    return parts + [self[start..<scalars.count].trimmed()]
  }

  /// The lines of a title, which end at `|`.
  func titleLines() throws(NotationError) -> [NotedText] {
    let lines = parts { $0 == "|" }
    for line in lines where line.scalars.isEmpty {
      throw NotationError(line, "a line of the title is empty", chinese: "标题有空行")
    }
    return lines
  }

  /// Without spaces, narrow and wide, at both ends.
  func trimmed() -> NotedText {
    let isSpace = { (scalar: Unicode.Scalar) in scalar == " " || scalar == "\u{3000}" }
    let first = scalars.firstIndex { !isSpace($0) } ?? scalars.count
    let last = scalars.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? first
    return self[first..<last]
  }
}

/// A day of the calendar, and where in the notation it stands.
public struct NotedDate: Equatable, Sendable {
  public let year: Int
  public let month: Int
  public let day: Int
  public let place: NotedText

  /// - Parameter place: `2026-11-28`, the year from 1900 to 2199.
  /// - Returns: nil for what is no day.
  public init?(_ place: NotedText) {
    let parts = place.text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map({ $0.utf8.count }) == [4, 2, 2],
      parts.allSatisfy({
        $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
      (1900...2199).contains(year), (1...12).contains(month)
    else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    guard (1...days).contains(day) else { return nil }
    (self.year, self.month, self.day, self.place) = (year, month, day, place)
  }

  /// As GB/T 9704-2012, 7.3.5.4 has it: Arabic digits, the year in full, no leading zeros.
  public var chinese: NotedText { place.replaced(by: "\(year)年\(month)月\(day)日") }

  /// `2026-11-28`.
  public var iso: String { place.text }
}
