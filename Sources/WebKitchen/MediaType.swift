/// What a file is by its first bytes, never by its name or the browser's word.
public enum MediaType {
  /// How many bytes are looked at.
  public static let headBytes = 512

  public static let unknown = "application/octet-stream"

  private static let signatures: [(offset: Int, bytes: [UInt8], type: String)] = [
    (0, [0xFF, 0xD8, 0xFF], "image/jpeg"),
    (0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "image/png"),
    (0, Array("GIF87a".utf8), "image/gif"),
    (0, Array("GIF89a".utf8), "image/gif"),
    (8, Array("WEBP".utf8), "image/webp"),
    (4, Array("ftyp".utf8), "video/mp4"),
    (0, Array("%PDF-".utf8), "application/pdf"),
    (0, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], "application/msword"),
    (0, [0x50, 0x4B, 0x03, 0x04], "application/zip"),
    (0, [0x50, 0x4B, 0x05, 0x06], "application/zip"),
    (0, Array("Rar!".utf8), "application/vnd.rar"),
    (0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "application/x-7z-compressed"),
  ]

  /// - Parameter head: the file's first bytes; 512 are enough.
  public static func sniff(_ head: [UInt8]) -> String {
    for (offset, bytes, type) in signatures where head.dropFirst(offset).starts(with: bytes) {
      if type == "image/webp", !head.starts(with: "RIFF".utf8) { continue }
      return type == "application/zip" ? zipType(head) : type
    }
    return unknown
  }

  /// Office files are archives that name their first entry.
  private static func zipType(_ head: [UInt8]) -> String {
    let text = String(decoding: head, as: UTF8.self)
    let office = "application/vnd.openxmlformats-officedocument."
    if text.contains("word/") { return office + "wordprocessingml.document" }
    if text.contains("xl/") { return office + "spreadsheetml.sheet" }
    if text.contains("ppt/") { return office + "presentationml.presentation" }
    return text.contains("[Content_Types].xml") ? office + "wordprocessingml.document" : "application/zip"
  }
}
