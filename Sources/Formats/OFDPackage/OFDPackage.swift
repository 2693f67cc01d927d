import ZIPArchive

/// A box on a page, in millimetres from its upper left corner.
public struct OFDBox: Equatable, Sendable {
  public var x: Double
  public var y: Double
  public var width: Double
  public var height: Double

  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// Of a page that states no size, and whose document states none: whatever a page may be.
  public static let unknown = OFDBox(
    x: 0, y: 0, width: OFDLimits.sideMaxMillimetres, height: OFDLimits.sideMaxMillimetres)

  /// Four numbers as ST_Box has them; nil for anything else, and for what no page reaches.
  init?(_ text: String) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: true)
    let numbers = parts.compactMap { Double($0) }
    guard parts.count == 4, numbers.count == 4 else { return nil }
    (x, y, width, height) = (numbers[0], numbers[1], numbers[2], numbers[3])
    guard isPossible else { return nil }
  }

  /// Whether all four are numbers that some page reaches.
  var isPossible: Bool {
    [x, y, width, height].allSatisfy { $0.isFinite && abs($0) <= OFDLimits.sideMaxMillimetres } && width > 0
      && height > 0
  }

  /// Numbers with at most three digits after the point.
  var text: String { [x, y, width, height].map(Self.text).joined(separator: " ") }

  private static func text(_ number: Double) -> String {
    let thousandths = Int((number * 1_000).rounded())
    let (whole, rest) = (abs(thousandths) / 1_000, abs(thousandths) % 1_000)
    let sign = thousandths < 0 ? "-" : ""
    guard rest > 0 else { return "\(sign)\(whole)" }
    var digits = String(rest)
    digits = String(repeating: "0", count: 3 - digits.utf8.count) + digits
    while digits.hasSuffix("0") { digits.removeLast() }
    return "\(sign)\(whole).\(digits)"
  }

  /// Whether some of it lies on a page of that size.
  public func meets(_ page: OFDBox) -> Bool {
    x < page.x + page.width && page.x < x + width && y < page.y + page.height && page.y < y + height
  }

  /// Whether it lies on a page of that size, to a tenth of a millimetre.
  func lies(on page: OFDBox) -> Bool {
    x >= page.x - 0.1 && y >= page.y - 0.1 && x + width <= page.x + page.width + 0.1
      && y + height <= page.y + page.height + 0.1
  }
}

/// A page, as the document lists it.
public struct OFDPage: Equatable, Sendable {
  public let identifier: String
  /// The file of its content, without the leading `/`.
  public let path: String
}

/// An OFD file (GB/T 33190-2016) with one document: its files, and what sealing and checking need to know. Pages are not
/// interpreted.
public struct OFDPackage: Sendable {
  static let archiveLimits = ZIPLimits()
  /// Of an OFD file.
  public static var maxBytes: Int { archiveLimits.maxArchiveBytes }

  /// In the archive's order.
  let entries: [ZIPEntry]
  public let files: [String: [UInt8]]
  /// The document's file, such as `Doc_0/Document.xml`.
  public let documentPath: String
  /// Where the list of signatures lies; nil for a document that names none.
  public let signaturesPath: String?
  public let pages: [OFDPage]
  private let defaultBox: OFDBox?

  /// - Throws: `archive`, `xml`, `structure`, `unsupported`.
  public init(_ bytes: [UInt8]) throws(OFDError) {
    let entries: [ZIPEntry]
    do throws(ZIPError) { entries = try ZIPArchive.read(bytes, limits: Self.archiveLimits) } catch {
      throw OFDError(.archive, error.reason)
    }
    self.entries = entries
    files = Dictionary(entries.map { ($0.name, $0.data) }) { first, _ in first }
    guard let start = files["OFD.xml"] else { throw OFDError(.structure, "the archive holds no OFD.xml") }
    let root = try XMLReader.read(start, "OFD.xml", root: "OFD")
    let bodies = root.all("DocBody")
    guard bodies.count == 1 else {
      throw OFDError(
        bodies.isEmpty ? .structure : .unsupported, "OFD.xml lists \(bodies.count) documents, where one is supported")
    }
    documentPath = try Self.resolve(try bodies[0].one("DocRoot").text, in: "")
    signaturesPath = try bodies[0].optional("Signatures").map { (element) throws(OFDError) in
      try Self.resolve(element.text, in: "")
    }
    guard let document = files[documentPath] else { throw OFDError(.structure, "\(documentPath) is missing") }
    let content = try XMLReader.read(document, documentPath, root: "Document")
    let folder = Self.folder(of: documentPath)
    var pages: [OFDPage] = []
    for page in try content.one("Pages").all("Page") {
      let path = try Self.resolve(try page.attribute("BaseLoc"), in: folder)
      pages.append(OFDPage(identifier: try page.attribute("ID"), path: path))
    }
    guard Set(pages.map(\.identifier)).count == pages.count else {
      throw OFDError(.structure, "\(documentPath): two pages have one ID")
    }
    // Each is read once, so that no list of pages costs more than the archive holds.
    guard Set(pages.map(\.path)).count == pages.count else {
      throw OFDError(.structure, "\(documentPath): two pages have one file")
    }
    self.pages = pages
    defaultBox = try content.optional("CommonData")?.optional("PageArea")?.optional("PhysicalBox")
      .flatMap { OFDBox($0.text) }
  }

  /// The size of a page; nil where neither it nor the document states one.
  public func box(of page: OFDPage) throws(OFDError) -> OFDBox? {
    guard let content = files[page.path] else { throw OFDError(.structure, "\(page.path) is missing") }
    let root = try XMLReader.read(content, page.path, root: "Page")
    return try root.optional("Area")?.optional("PhysicalBox").flatMap { OFDBox($0.text) } ?? defaultBox
  }

  /// A path of the standard (ST_Loc) as a name in the archive: from the root where it begins with `/`, else from `folder`.
  ///
  /// - Parameter folder: empty, or with a `/` at its end.
  static func resolve(_ location: String, in folder: String) throws(OFDError) -> String {
    let path = location.hasPrefix("/") ? String(location.dropFirst()) : folder + location
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard path.utf8.count <= 512, path.isComposed, !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." })
    else {
      throw OFDError(.structure, "“\(location.prefix(512))” is not a path within the file")
    }
    return path
  }

  /// With a `/` at its end; empty for the root.
  static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
    return String(path[...slash])
  }
}
