import Foundation

/// The head of one part of a form.
public struct MultipartPart: Equatable, Sendable {
  public let name: String
  /// As the browser sent it, for `AttachmentName` to clean. Nil for a plain field.
  public let fileName: String?

  /// Nil where no `Content-Disposition: form-data` with a name is among the lines.
  init?(headers: [String]) {
    for line in headers {
      let halves = line.split(separator: ":", maxSplits: 1)
      guard halves.count == 2, halves[0].lowercased() == "content-disposition" else { continue }
      let fields = parameters(of: String(halves[1]))
      guard fields.value == "form-data", let name = fields.parameters["name"] else { return nil }
      self.name = name
      fileName = fields.parameters["filename"]
      return
    }
    return nil
  }
}

/// The boundary of a `multipart/form-data` content type, nil for any other type.
func multipartBoundary(of contentType: String) -> String? {
  let fields = parameters(of: contentType)
  return fields.value == "multipart/form-data" ? fields.parameters["boundary"] : nil
}

/// Takes `value; name=token; name="quoted"` apart. `%22`, `%0D` and `%0A` stand for themselves in browsers' names.
private func parameters(of field: String) -> (value: String, parameters: [String: String]) {
  var scalars = Array(field.unicodeScalars)[...]
  func text(upTo ends: [Unicode.Scalar]) -> String {
    let end = scalars.firstIndex { ends.contains($0) } ?? scalars.endIndex
    defer { scalars = scalars[end...] }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars[..<end])
    return String(view).trimmingCharacters(in: .whitespaces)
  }
  let value = text(upTo: [";"]).lowercased()
  var parameters: [String: String] = [:]
  while scalars.first == ";", parameters.count < 16 {
    scalars.removeFirst()
    let name = text(upTo: ["=", ";"]).lowercased()
    guard scalars.first == "=" else { continue }
    scalars.removeFirst()
    let content = scalars.first == "\"" ? quoted(&scalars) : text(upTo: [";"])
    _ = text(upTo: [";"])
    if parameters[name] == nil { parameters[name] = content }
  }
  return (value, parameters)
}

private func quoted(_ scalars: inout ArraySlice<Unicode.Scalar>) -> String {
  scalars.removeFirst()
  var view = String.UnicodeScalarView()
  while let scalar = scalars.popFirst(), scalar != "\"" {
    if scalar == "\\", scalars.first == "\"", let escaped = scalars.popFirst() {
      view.append(escaped)
    } else {
      view.append(scalar == "%" ? escaped(in: &scalars) : scalar)
    }
  }
  return String(view)
}

/// What a percent sign stands for: one of the three characters that browsers write so, else itself. By scalars, since a
/// combining mark behind the escape would hide it from a search by characters.
private func escaped(in scalars: inout ArraySlice<Unicode.Scalar>) -> Unicode.Scalar {
  let known: [String: Unicode.Scalar] = ["22": "\"", "0D": "\r", "0A": "\n"]
  var digits = String.UnicodeScalarView()
  digits.append(contentsOf: scalars.prefix(2))
  guard let scalar = known[String(digits)] else { return "%" }
  scalars = scalars.dropFirst(2)
  return scalar
}

/// The place of the next carriage return, by the C library's own search: files are scanned byte by byte otherwise.
func nextCarriageReturn(in buffer: UnsafeBufferPointer<UInt8>, from index: Int) -> Int? {
  guard index < buffer.count, let base = buffer.baseAddress,
    let found = memchr(base + index, 0x0D, buffer.count - index)
  else { return nil }
  return UnsafeRawPointer(found) - UnsafeRawPointer(base)
}
