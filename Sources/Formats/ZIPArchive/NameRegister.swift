import Foundation

/// The names of an archive so far.
///
/// Two names that differ in their case alone, or in how an accent is composed, are one file on some computers: such a pair is
/// refused, for folders too, and so is a file that another entry takes for a folder.
struct NameRegister {
  /// Names without their case, of folders as of files; folders with the spelling that came first.
  private var files: Set<String> = []
  private var folders: [String: [UInt8]] = [:]
  private var listed: Set<String> = []

  mutating func add(_ name: String) throws(ZIPError) {
    try Self.check(name)
    let isFolder = name.hasSuffix("/")
    let path = isFolder ? String(name.dropLast()) : name
    var parts = path.split(separator: "/", omittingEmptySubsequences: false)
    if !isFolder { parts.removeLast() }
    var parent = ""
    for part in parts {
      parent += parent.isEmpty ? String(part) : "/\(part)"
      try addFolder(parent)
    }
    let folded = path.lowercased()
    if isFolder {
      guard listed.insert(folded).inserted else { throw ZIPError(.name, "“\(name)” stands twice in the archive") }
      return
    }
    guard folders[folded] == nil else { throw ZIPError(.name, "“\(name)” is a file and a folder") }
    guard files.insert(folded).inserted else {
      throw ZIPError(.name, "“\(name)” stands twice in the archive, or differs from another name in its case alone")
    }
  }

  private mutating func addFolder(_ path: String) throws(ZIPError) {
    let folded = path.lowercased()
    guard !files.contains(folded) else { throw ZIPError(.name, "“\(path)” is a file and a folder") }
    let known = folders[folded] ?? Array(path.utf8)
    folders[folded] = known
    guard known.elementsEqual(path.utf8) else {
      throw ZIPError(.name, "the folder “\(path)” differs from another one in its case alone")
    }
  }

  private static func check(_ name: String) throws(ZIPError) {
    guard (1...ZIPArchive.maxNameBytes).contains(name.utf8.count) else {
      throw ZIPError(.name, "a name has 1 to \(ZIPArchive.maxNameBytes) bytes")
    }
    let isPrintable = name.unicodeScalars.allSatisfy {
      ![.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
    }
    guard isPrintable, !name.utf8.contains(UInt8(ascii: "\\")), !name.utf8.contains(UInt8(ascii: ":")) else {
      throw ZIPError(.name, "a name holds a backslash, a colon or a control character")
    }
    guard name.isComposed else {
      throw ZIPError(.name, "“\(name)” is not in Unicode's composed form (NFC): other programs see another name")
    }
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count <= ZIPArchive.maxDepth else {
      throw ZIPError(.name, "“\(name)” lies in more than \(ZIPArchive.maxDepth - 1) folders")
    }
    for (index, part) in parts.enumerated() {
      // A folder's name ends with a slash.
      if part.isEmpty, index == parts.count - 1, index > 0 { continue }
      guard !part.isEmpty, !part.elementsEqual(".".utf8), !part.elementsEqual("..".utf8) else {
        throw ZIPError(.name, "“\(name)” is absolute, or holds an empty part, . or ..")
      }
    }
  }
}

extension String {
  /// Whether it is in normalization form C (Unicode Standard Annex 15). Swift takes texts for equal whose bytes differ; of
  /// those in this form it does not.
  public var isComposed: Bool {
    utf8.allSatisfy { $0 < 0x80 } || precomposedStringWithCanonicalMapping.utf8.elementsEqual(utf8)
  }
}
