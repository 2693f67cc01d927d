import Cryptography
import Foundation
import PDFObjects
import PacketFormat
import PublishedDocuments
import Zones

/// What its drafter says of a paper that is to bear a seal (内部用印): a PDF that was made elsewhere.
public struct PaperOffer: Sendable, Equatable {
  public var title: String
  /// Of the seal, from 1; nil for the last.
  public var page: Int?
  /// Of the seal's centre, in millimetres from the page's left and upper edge; nil for the usual place, below on the right.
  public var leftMillimetres: Double?
  public var topMillimetres: Double?

  public init(title: String, page: Int?, leftMillimetres: Double?, topMillimetres: Double?) {
    (self.title, self.page) = (title, page)
    (self.leftMillimetres, self.topMillimetres) = (leftMillimetres, topMillimetres)
  }
}

/// A paper that was printed anew, and where its seal is to stand. It is a document like others, without number and series;
/// its text in the database, which is shown and signed, is `notation`.
public struct Paper: Sendable, Equatable {
  /// In place of a series.
  static let series = "-"
  static let titleMaxCharacters = 120
  /// More than any page that is read has.
  private static let sideMaxMicrometres = 10_000_000

  public let title: String
  /// SHA-256 of the printed PDF, hex.
  public let file: String
  public let pageCount: Int
  /// Of the seal, from 1.
  public let page: Int
  public let widthMicrometres: Int
  public let heightMicrometres: Int
  /// Of the seal's centre.
  public let leftMicrometres: Int
  public let topMicrometres: Int

  /// - Throws: `paperTitle`, `paperPlace`.
  init(_ offer: PaperOffer, _ pdf: PDFPaper, file: String) throws(DocumentError) {
    let title = offer.title.trimmingCharacters(in: .whitespaces)
    // A mark at the beginning would stand on what is written before it.
    guard isPlainLine(title, maxCharacters: Self.titleMaxCharacters), !Self.beginsWithMark(title) else {
      throw .refused(.paperTitle)
    }
    let page = offer.page ?? pdf.pages.count
    guard pdf.pages.indices.contains(page - 1) else { throw .refused(.paperPlace) }
    let size = pdf.pages[page - 1]
    let left = offer.leftMillimetres ?? max(size.widthMillimetres - 50, size.widthMillimetres / 2)
    let top = offer.topMillimetres ?? max(size.heightMillimetres - 60, size.heightMillimetres / 2)
    guard (0...size.widthMillimetres).contains(left), (0...size.heightMillimetres).contains(top) else {
      throw .refused(.paperPlace)
    }
    (self.title, self.file, pageCount, self.page) = (title, file, pdf.pages.count, page)
    widthMicrometres = Self.micrometres(size.widthMillimetres)
    heightMicrometres = Self.micrometres(size.heightMillimetres)
    (leftMicrometres, topMicrometres) = (Self.micrometres(left), Self.micrometres(top))
  }

  private static func beginsWithMark(_ title: String) -> Bool {
    switch title.unicodeScalars.first?.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .spacingMark: true
    default: false
    }
  }

  private static func micrometres(_ millimetres: Double) -> Int { Int((millimetres * 1_000).rounded()) }

  private static let head = "form: paper"

  /// One line each; lengths in micrometres.
  var notation: String {
    """
    \(Self.head)
    title: \(title)
    file: \(file)
    pages: \(pageCount)
    seal: page \(page) of \(widthMicrometres) x \(heightMicrometres) at \(leftMicrometres) \(topMicrometres)
    """
  }

  /// - Returns: nil for what is no paper.
  init?(notation: [UInt8]) {
    guard notation.count <= 4_096 else { return nil }
    // By bytes: a character of two lines would be neither's.
    let rows = notation.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    func value(_ row: Int, _ key: String) -> String? {
      rows[row].starts(with: key.utf8) ? String(decoding: rows[row].dropFirst(key.utf8.count), as: UTF8.self) : nil
    }
    guard rows.count == 5, rows[0].elementsEqual(Self.head.utf8), let title = value(1, "title: "),
      let file = value(2, "file: ").flatMap(HexDigest.init), let pageCount = value(3, "pages: ").flatMap({ Int($0) }),
      let place = value(4, "seal: ")
    else { return nil }
    let words = place.split(separator: " ")
    guard words.count == 9, let page = Int(words[1]), let width = Int(words[3]), let height = Int(words[5]),
      let left = Int(words[7]), let top = Int(words[8]), page >= 1, page <= pageCount,
      [width, height, left, top].allSatisfy({ (0...Self.sideMaxMicrometres).contains($0) })
    else { return nil }
    (self.title, self.file, self.pageCount, self.page) = (title, file.text, pageCount, page)
    (widthMicrometres, heightMicrometres, leftMicrometres, topMicrometres) = (width, height, left, top)
  }

  /// Whether a picture of that size lies on the page.
  func holds(_ seal: StoredSeal) -> Bool {
    let (x, y) = corner(of: seal)
    return x >= 0 && y >= 0 && x + seal.widthMillimetres * 1_000 <= widthMicrometres
      && y + seal.heightMillimetres * 1_000 <= heightMicrometres
  }

  /// Upper left, in micrometres.
  func corner(of seal: StoredSeal) -> (x: Int, y: Int) {
    (leftMicrometres - seal.widthMillimetres * 500, topMicrometres - seal.heightMillimetres * 500)
  }

  var content: DocumentContent { DocumentContent(notation: notation, series: Self.series, disclosure: .not) }
}
