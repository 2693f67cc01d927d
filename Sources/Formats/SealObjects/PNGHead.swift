/// What a PNG file (ISO/IEC 15948) says of itself, and that it is one whole still picture: its chunks in order, nothing
/// behind the last, no animation. The pixels are not looked at.
public struct PNGHead: Equatable, Sendable {
  public let width: Int
  public let height: Int
  /// Whether it may be transparent.
  public let hasAlpha: Bool

  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  private static let chunksMost = 4_096

  /// - Throws: `picture`.
  public init(_ bytes: [UInt8]) throws(SealFormatError) {
    guard bytes.count <= SealLimits.pictureMaxBytes else {
      throw SealFormatError(.picture, "a picture of more than \(SealLimits.pictureMaxBytes) bytes")
    }
    guard bytes.starts(with: Self.signature) else { throw SealFormatError(.picture, "the picture is no PNG") }
    let chunks = try Self.chunks(bytes)
    guard let head = chunks.first, head.kind == "IHDR", head.content.count == 13, chunks.last?.kind == "IEND",
      chunks.contains(where: { $0.kind == "IDAT" }),
      chunks.count(where: { $0.kind == "IHDR" || $0.kind == "IEND" }) == 2
    else { throw SealFormatError(.picture, "the PNG's parts are not complete, or not in order") }
    guard !chunks.contains(where: { ["acTL", "fcTL", "fdAT"].contains($0.kind) }) else {
      throw SealFormatError(.picture, "the picture is animated")
    }
    let fields = Array(bytes[head.content])
    width = Self.number(fields[0..<4])
    height = Self.number(fields[4..<8])
    let sides = 1...SealLimits.pictureMaxPixels
    guard sides.contains(width), sides.contains(height) else {
      throw SealFormatError(
        .picture, "the picture has \(width) × \(height) pixels, where 1 to \(sides.upperBound) are allowed")
    }
    guard [0, 2, 3, 4, 6].contains(fields[9]), [1, 2, 4, 8, 16].contains(fields[8]), fields[10] == 0, fields[11] == 0,
      fields[12] <= 1
    else { throw SealFormatError(.picture, "the PNG's head has values that the standard does not know") }
    hasAlpha = fields[9] >= 4 || chunks.contains { $0.kind == "tRNS" }
  }

  private static func chunks(_ bytes: [UInt8]) throws(SealFormatError) -> [(kind: String, content: Range<Int>)] {
    var found: [(kind: String, content: Range<Int>)] = []
    var place = signature.count
    while place < bytes.count {
      guard found.count < chunksMost, bytes.count - place >= 12 else {
        throw SealFormatError(.picture, "the PNG is cut short, or has too many parts")
      }
      let count = number(bytes[place..<place + 4])
      guard count <= bytes.count - place - 12 else { throw SealFormatError(.picture, "the PNG is cut short") }
      let kind = String(decoding: bytes[place + 4..<place + 8], as: UTF8.self)
      found.append((kind, place + 8..<place + 8 + count))
      place += 12 + count
    }
    return found
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
}
