import Foundation

/// PEM (RFC 7468), strictly: each block whole, its two labels equal, its base64 canonical.
enum PEM {
  /// The DER bytes of every block labelled `label`, in order; blocks with other labels are an error.
  ///
  /// Text before, between and after blocks is ignored, as `openssl x509 -text` writes it.
  static func blocks(_ text: [UInt8], label: String) throws(TrustError) -> [[UInt8]] {
    try blocks(text, labels: [label])
  }

  /// As `blocks(_:label:)`, with several labels for the same thing; the first is the usual one.
  static func blocks(_ text: [UInt8], labels: [String]) throws(TrustError) -> [[UInt8]] {
    var found: [[UInt8]] = []
    var open: (label: String, base64: String)?
    for line in String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let line = line.trimmingCharacters(in: .whitespaces)
      if let begun = Self.label(of: line, "BEGIN") {
        guard open == nil else { throw TrustError(.malformed, "a PEM block begins inside another") }
        guard labels.contains(begun) else {
          throw TrustError(.malformed, "PEM block \(begun) where \(labels[0]) belongs")
        }
        open = (begun, "")
      } else if let ended = Self.label(of: line, "END") {
        guard let block = open, block.label == ended else { throw TrustError(.malformed, "PEM labels do not match") }
        guard let der = Data(base64Encoded: block.base64), !der.isEmpty else {
          throw TrustError(.malformed, "a PEM block is not base64")
        }
        found.append([UInt8](der))
        open = nil
      } else if open != nil {
        open?.base64 += line
      }
    }
    guard open == nil else { throw TrustError(.malformed, "a PEM block does not end") }
    guard !found.isEmpty else { throw TrustError(.malformed, "no PEM block \(labels[0])") }
    return found
  }

  /// The block's text, lines of 64 characters.
  static func encode(_ der: [UInt8], label: String) -> String {
    let base64 = Array(Data(der).base64EncodedString().utf8)
    var text = "-----BEGIN \(label)-----\n"
    for start in stride(from: 0, to: base64.count, by: 64) {
      text += String(decoding: base64[start..<min(start + 64, base64.count)], as: UTF8.self) + "\n"
    }
    return text + "-----END \(label)-----\n"
  }

  private static func label(of line: String, _ side: String) -> String? {
    guard line.hasPrefix("-----\(side) "), line.hasSuffix("-----"), line.count > side.count + 11 else { return nil }
    return String(line.dropFirst(side.count + 6).dropLast(5))
  }
}
