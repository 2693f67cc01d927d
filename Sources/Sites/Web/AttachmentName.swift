import Foundation

/// Makes a label for people out of the name that a browser sent with a file. It is never a path.
public enum AttachmentName {
  static let maxCharacters = 100
  static let maxBytes = 200
  private static let reserved: Set<String> = Set(
    ["con", "prn", "aux", "nul"] + (0...9).flatMap { ["com\($0)", "lpt\($0)"] })

  /// - Parameter sent: anything: a path, nothing, controls, direction marks, a device's name.
  /// - Returns: 1 to 100 characters and at most 200 bytes, without separators, controls and marks that turn the
  ///   direction of text; `attachment` where nothing is left.
  public static func clean(_ sent: String?) -> String {
    let last = (sent ?? "").unicodeScalars.split { $0 == "/" || $0 == "\\" }.last.map { String($0) } ?? ""
    var view = String.UnicodeScalarView()
    for scalar in last.unicodeScalars where isHarmless(scalar) {
      view.append(#":*?"<>|"#.unicodeScalars.contains(scalar) ? "_" : scalar)
    }
    var name = WrittenText.withoutPiledMarks(String(view)).precomposedStringWithCanonicalMapping
    name = name.trimmingCharacters(in: CharacterSet(charactersIn: ". ").union(.whitespacesAndNewlines))
    if name.isEmpty { return "attachment" }
    if let stem = name.split(separator: ".").first, reserved.contains(stem.lowercased()) { name = "_" + name }
    return shorten(name)
  }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }

  /// Cuts the stem and keeps a short ending.
  private static func shorten(_ name: String) -> String {
    func fits(_ text: String) -> Bool { text.count <= maxCharacters && text.utf8.count <= maxBytes }
    guard !fits(name) else { return name }
    let ending = name.lastIndex(of: ".").map { String(name[$0...]) }.flatMap { $0.utf8.count <= 16 ? $0 : nil } ?? ""
    var stem = String(name.dropLast(ending.count).prefix(maxCharacters))
    while !fits(stem + ending), !stem.isEmpty { stem.removeLast() }
    return stem.isEmpty ? "attachment" + ending : stem + ending
  }
}
