/// RFC 6266, for a file to be saved: a name for old browsers in ASCII, and the right one in UTF-8 (RFC 8187).
public func contentDisposition(fileName: String) -> String {
  var plain = ""
  var encoded = ""
  for scalar in fileName.unicodeScalars {
    let isPlain = scalar.isASCII && scalar.value >= 0x20 && !#""\%;/"#.unicodeScalars.contains(scalar)
    plain.unicodeScalars.append(isPlain ? scalar : "_")
  }
  for byte in fileName.utf8 {
    let isPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&+-.^_`|~".utf8.contains(byte)
    let hex = String(byte, radix: 16, uppercase: true)
    encoded += isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + hex
  }
  return "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(encoded)"
}
