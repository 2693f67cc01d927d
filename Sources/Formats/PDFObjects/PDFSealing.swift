import CZlib

/// Where a seal stands on a page: millimetres from the page's upper left corner.
public struct PDFBox: Equatable, Sendable {
  public let x: Double
  public let y: Double
  public let width: Double
  public let height: Double

  public init(x: Double, y: Double, width: Double, height: Double) {
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
  }
}

/// A picture's pixels, compressed once for all the files that it is put on.
public struct PDFPicture: Equatable, Sendable {
  public let width: Int
  public let height: Int
  let packedColours: [UInt8]
  let packedOpacity: [UInt8]

  /// Row by row from the top.
  ///
  /// - Parameters:
  ///   - colours: three bytes a pixel.
  ///   - opacity: one byte a pixel, 0 where nothing is seen.
  public init(width: Int, height: Int, colours: [UInt8], opacity: [UInt8]) {
    (self.width, self.height) = (width, height)
    (packedColours, packedOpacity) = (PDFUpdate.compress(colours), PDFUpdate.compress(opacity))
  }
}

/// What a signature's dictionary says.
public struct PDFSealWords: Equatable, Sendable {
  public let name: String
  public let reason: String
  /// `20261128093000Z`.
  public let time: String

  public init(name: String, reason: String, time: String) { (self.name, self.reason, self.time) = (name, reason, time) }
}

/// A PDF with a seal whose signature is still to come: an addition to a file (ISO 32000-1, section 7.5.6) with the seal's
/// picture, its field, and a signature that certifies the document and allows no change (section 12.8.4).
public struct PDFSealing: Sendable {
  private static let pointsPerMillimetre = 72 / 25.4

  /// What is to be signed.
  public let signedBytes: [UInt8]
  private let bytes: [UInt8]
  private let place: Range<Int>

  /// - Parameters:
  ///   - document: a PDF of one revision, as the typesetter writes it.
  ///   - pageNumber: from 1 on.
  ///   - valueMaxBytes: how much room the signature has.
  /// - Throws: `PDFFormatError` for a document of another form, one that is sealed already, and a place that is not on the page.
  public init(
    _ document: [UInt8], pageNumber: Int, box: PDFBox, picture: PDFPicture, words: PDFSealWords, valueMaxBytes: Int
  ) throws(PDFFormatError) {
    let file = try PDFFile(document)
    try PDFSealReading(file).demandSealable()
    let (objects, trailer) = (file.objects(upTo: 0), file.revisions[0].trailer)
    let pages = try PDFPages(objects, trailer: trailer).pages
    guard pages.indices.contains(pageNumber - 1) else {
      throw PDFFormatError(.malformed, "the document has no page \(pageNumber), it has \(pages.count)")
    }
    let page = pages[pageNumber - 1]
    var update = PDFUpdate(file)
    let rectangle = try Self.rectangle(box, on: page, pageNumber)
    let numbers = (first: update.next, signature: update.next + 1)
    update.next += 2
    let form = Self.appearance(&update, picture, rectangle)
    try update.add("/Annots [ \(numbers.first) 0 R ]", to: page.number)
    guard let root = trailer["Root"]?.reference else { throw PDFFormatError(.malformed, "a trailer without root") }
    try update.add(
      "/AcroForm << /Fields [ \(numbers.first) 0 R ] /SigFlags 3 >> /Perms << /DocMDP \(numbers.signature) 0 R >> /Version /1.7",
      to: root)
    update.write(
      numbers.first,
      """
      << /Type /Annot /Subtype /Widget /FT /Sig /T (Seal) /F 132 /P \(page.number) 0 R /V \(numbers.signature) 0 R
         /Rect [ \(rectangle.map(Self.text).joined(separator: " ")) ] /AP << /N \(form) 0 R >> >>
      """)
    update.write(numbers.signature, Self.signature(words, valueMaxBytes))
    (bytes, place) = try Self.filled(update.finish(), from: document.count)
    signedBytes = Array(bytes[..<place.lowerBound] + bytes[place.upperBound...])
  }

  /// Puts the signature in.
  ///
  /// - Parameter value: CMS in DER.
  /// - Returns: the whole file.
  public func finish(_ value: [UInt8]) throws(PDFFormatError) -> [UInt8] {
    guard value.count * 2 <= place.count - 2 else {
      throw PDFFormatError(
        .unsupported, "the signature has \(value.count) bytes, where \(place.count / 2 - 1) have room")
    }
    var whole = bytes
    whole.replaceSubrange(
      place.lowerBound + 1..<place.lowerBound + 1 + value.count * 2, with: Array(PDFText.hexadecimal(value).utf8))
    return whole
  }

  /// In points from the page's lower left corner.
  private static func rectangle(
    _ box: PDFBox, on page: PDFPages.Page, _ pageNumber: Int
  ) throws(PDFFormatError) -> [Double] {
    let scale = pointsPerMillimetre
    let top = page.height - box.y * scale
    let rectangle = [box.x * scale, top - box.height * scale, (box.x + box.width) * scale, top]
    guard rectangle[0] >= 0, rectangle[1] >= 0, rectangle[2] <= page.width, rectangle[3] <= page.height,
      rectangle[0] < rectangle[2], rectangle[1] < rectangle[3]
    else { throw PDFFormatError(.malformed, "the seal does not lie on page \(pageNumber)") }
    return rectangle
  }

  /// To a thousandth of a point.
  private static func text(_ number: Double) -> String {
    let thousandths = Int((number * 1_000).rounded())
    let rest = String(thousandths % 1_000)
    return "\(thousandths / 1_000).\(String(repeating: "0", count: 3 - rest.utf8.count))\(rest)"
  }

  /// The picture, and the form that shows it. Returns the form's number.
  private static func appearance(_ update: inout PDFUpdate, _ picture: PDFPicture, _ rectangle: [Double]) -> Int {
    let (form, image, mask) = (update.next, update.next + 1, update.next + 2)
    update.next += 3
    let size = "/Type /XObject /Subtype /Image /Width \(picture.width) /Height \(picture.height) /BitsPerComponent 8"
    update.write(image, "\(size) /ColorSpace /DeviceRGB /SMask \(mask) 0 R", packed: picture.packedColours)
    update.write(mask, "\(size) /ColorSpace /DeviceGray", packed: picture.packedOpacity)
    let (width, height) = (text(rectangle[2] - rectangle[0]), text(rectangle[3] - rectangle[1]))
    update.write(
      form,
      """
      /Type /XObject /Subtype /Form /BBox [ 0 0 \(width) \(height) ]
         /Resources << /ExtGState << /Ink << /BM /Multiply >> >> /XObject << /Seal \(image) 0 R >> >>
      """,
      // As ink on paper: what is written beneath stays to be read.
      stream: Array("/Ink gs q \(width) 0 0 \(height) 0 0 cm /Seal Do Q\n".utf8))
    return form
  }

  private static func signature(_ words: PDFSealWords, _ valueMaxBytes: Int) -> String {
    """
    << /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached
       /ByteRange [ 0 0000000000 0000000000 0000000000 ]
       /Contents <\(String(repeating: "00", count: valueMaxBytes))>
       /M (D:\(words.time)) /Name \(PDFText.encode(words.name)) /Reason \(PDFText.encode(words.reason))
       /Reference [ << /Type /SigRef /TransformMethod /DocMDP
          /TransformParams << /Type /TransformParams /P 1 /V /1.2 >> >> ] >>
    """
  }

  /// Writes what the signature is over.
  private static func filled(_ bytes: [UInt8], from start: Int) throws(PDFFormatError) -> ([UInt8], Range<Int>) {
    let (mark, range) = (Array("/Contents <00".utf8), Array("0 0000000000 0000000000 0000000000 ]".utf8))
    guard let contents = find(mark, in: bytes, from: start), let place = find(range, in: bytes, from: start) else {
      throw PDFFormatError(.malformed, "the addition has no place for a signature")
    }
    let opening = contents + mark.count - 3
    guard let closing = bytes[opening...].firstIndex(of: UInt8(ascii: ">")) else {
      throw PDFFormatError(.malformed, "the addition has no place for a signature")
    }
    let numbers = "0 \(opening) \(closing + 1) \(bytes.count - closing - 1)"
    let text = numbers + String(repeating: " ", count: range.count - 1 - numbers.utf8.count) + "]"
    var filled = bytes
    filled.replaceSubrange(place..<place + range.count, with: Array(text.utf8))
    return (filled, opening..<closing + 1)
  }

  /// The last place, as what goes before it is a stranger's.
  private static func find(_ text: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    var place = bytes.count - text.count
    while place >= start {
      if bytes[place] == text[0], bytes[place...].starts(with: text) { return place }
      place -= 1
    }
    return nil
  }
}

/// Objects that are added to a file.
struct PDFUpdate {
  private var bytes: [UInt8]
  private var offsets: [Int: Int] = [:]
  private let file: PDFFile
  /// The number of the next new object.
  var next: Int

  init(_ file: PDFFile) {
    self.file = file
    bytes = file.bytes
    if bytes.last != 0x0A { bytes.append(0x0A) }
    next = file.revisions.last?.trailer["Size"]?.integer ?? 1
  }

  /// The object as it stands, with further keys.
  mutating func add(_ keys: String, to number: Int) throws(PDFFormatError) {
    guard let object = file.objects(upTo: file.revisions.count - 1)[number], object.stream == nil else {
      throw PDFFormatError(.malformed, "object \(number) is missing")
    }
    let text = file.bytes[object.valueRange.lowerBound..<object.valueRange.upperBound - 2]
    begin(number)
    bytes += text + Array("\(keys)\n>>\nendobj\n".utf8)
  }

  mutating func write(_ number: Int, _ text: String) {
    begin(number)
    bytes += Array("\(text)\nendobj\n".utf8)
  }

  /// A stream, compressed.
  mutating func write(_ number: Int, _ keys: String, stream: [UInt8]) {
    write(number, keys, packed: Self.compress(stream))
  }

  /// A stream that is compressed already.
  mutating func write(_ number: Int, _ keys: String, packed: [UInt8]) {
    begin(number)
    bytes += Array("<< \(keys) /Length \(packed.count) /Filter /FlateDecode >>\nstream\n".utf8)
    bytes += packed + Array("\nendstream\nendobj\n".utf8)
  }

  private mutating func begin(_ number: Int) {
    offsets[number] = bytes.count
    bytes += Array("\(number) 0 obj\n".utf8)
  }

  /// The whole file with its new table.
  mutating func finish() -> [UInt8] {
    let table = bytes.count
    var text = "xref\n"
    let numbers = offsets.keys.sorted()
    var start = 0
    while start < numbers.count {
      var end = start + 1
      while end < numbers.count, numbers[end] == numbers[end - 1] + 1 { end += 1 }
      text += "\(numbers[start]) \(end - start)\n"
      for number in numbers[start..<end] {
        let digits = String(offsets[number] ?? 0)
        text += String(repeating: "0", count: 10 - digits.utf8.count) + digits + " 00000 n \n"
      }
      start = end
    }
    let trailer = file.revisions.last?.trailer
    text += "trailer\n<< /Size \(next) /Root \(trailer?["Root"]?.reference ?? 0) 0 R"
    if let information = trailer?["Info"]?.reference { text += " /Info \(information) 0 R" }
    text += " /Prev \(file.revisions.last?.table ?? 0) >>\nstartxref\n\(table)\n%%EOF\n"
    return bytes + Array(text.utf8)
  }

  static func compress(_ bytes: [UInt8]) -> [UInt8] {
    let bound = compressBound(uLong(bytes.count))
    return [UInt8](unsafeUninitializedCapacity: Int(bound)) { buffer, count in
      var size = bound
      let isWhole = compress2(buffer.baseAddress, &size, bytes, uLong(bytes.count), Z_BEST_COMPRESSION) == Z_OK
      count = isWhole ? Int(size) : 0
    }
  }
}
