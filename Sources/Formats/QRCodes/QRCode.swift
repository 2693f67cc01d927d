import CQRencode
public import Layout

/// QR codes (ISO/IEC 18004) with error correction M, which makes good for 15 % of the code.
public enum QRCode {
  /// A code of more than 200 characters is one of 61 modules a side, and too fine for its place on a document.
  public static let textMaxBytes = 200

  /// - Parameter text: printable ASCII, 1 to 200 characters.
  /// - Returns: the smallest code that takes it, without the white around; nil for another text.
  public static func matrix(of text: String) -> ModuleMatrix? {
    let bytes = Array(text.utf8)
    guard (1...textMaxBytes).contains(bytes.count),
      bytes.allSatisfy({ (0x20...0x7E).contains($0) }),
      let code = QRcode_encodeData(Int32(bytes.count), bytes, 0, QR_ECLEVEL_M)
    else { return nil }
    defer { QRcode_free(code) }
    guard let data = code.pointee.data else { return nil }
    let side = Int(code.pointee.width)
    // The lowest bit of each byte is the module.
    return ModuleMatrix(side: side, dark: (0..<(side * side)).map { data[$0] & 1 == 1 })
  }
}
