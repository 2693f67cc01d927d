/// XML that is written in one go, without white space between elements; each element is in the namespace of `ofd`.
struct XMLText {
  private(set) var bytes: [UInt8] = Array(#"<?xml version="1.0" encoding="UTF-8"?>"#.utf8) + [0x0A]

  mutating func open(_ name: String, _ attributes: KeyValuePairs<String, String> = [:]) {
    begin(name, attributes)
    bytes.append(UInt8(ascii: ">"))
  }

  mutating func close(_ name: String) { bytes += "</ofd:\(name)>".utf8 }

  mutating func element(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], text: String? = nil) {
    begin(name, attributes)
    guard let text else {
      bytes += "/>".utf8
      return
    }
    bytes.append(UInt8(ascii: ">"))
    escape(text)
    close(name)
  }

  private mutating func begin(_ name: String, _ attributes: KeyValuePairs<String, String>) {
    bytes += "<ofd:\(name)".utf8
    for (key, value) in attributes {
      bytes += " \(key)=\"".utf8
      escape(value)
      bytes.append(UInt8(ascii: "\""))
    }
  }

  private mutating func escape(_ text: String) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): bytes += "&amp;".utf8
      case UInt8(ascii: "<"): bytes += "&lt;".utf8
      case UInt8(ascii: ">"): bytes += "&gt;".utf8
      case UInt8(ascii: "\""): bytes += "&quot;".utf8
      default: bytes.append(byte)
      }
    }
  }

  // MARK: numbers

  /// To a ten-thousandth.
  static func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }

  /// With four decimals at most, and no more than it needs; a point in every locale.
  static func number(_ value: Double) -> String {
    let units = Int((value * 10_000).rounded())
    let digits = String(units.magnitude % 10_000)
    var fraction = String(repeating: "0", count: 4 - digits.count) + digits
    while fraction.last == "0" { fraction.removeLast() }
    return (units < 0 ? "-" : "") + String(units.magnitude / 10_000) + (fraction.isEmpty ? "" : "." + fraction)
  }

  static func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
}
