/// Tells a file's kind by its first bytes; the browser's word counts for nothing.
enum MediaType {
  static let longestSignature = 16
  static let unknown = "application/octet-stream"

  private static let signatures: [(offset: Int, bytes: [UInt8], type: String)] = [
    (0, [0xFF, 0xD8, 0xFF], "image/jpeg"),
    (0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "image/png"),
    (0, Array("GIF87a".utf8), "image/gif"),
    (0, Array("GIF89a".utf8), "image/gif"),
    (8, Array("WEBP".utf8), "image/webp"),
    (4, Array("ftypheic".utf8), "image/heic"),
    (4, Array("ftyp".utf8), "video/mp4"),
    (0, Array("%PDF-".utf8), "application/pdf"),
    (0, [0x50, 0x4B, 0x03, 0x04], "application/zip"),
    (0, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], "application/x-ole-storage"),
  ]

  static func sniff(_ beginning: [UInt8]) -> String {
    signatures.first { beginning.dropFirst($0.offset).starts(with: $0.bytes) }?.type ?? unknown
  }
}
