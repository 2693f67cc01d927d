public import Layout

/// The faces of all roles: for each its own face, then the ones that stand in where it lacks a character. Which they are is
/// written here, so that what else is installed on a machine changes no page. Use from one task at a time.
public final class Typefaces {
  /// A file that a face is in.
  struct File {
    let name: String
    /// Of a collection.
    let family: String?
    /// Of Debian 12.
    let package: String
    var isRequired = true
  }

  private static let fandol = "texlive-lang-chinese"

  /// Each role's own.
  static let own: [FaceRole: File] = [
    .fangSong: File(name: "FandolFang-Regular.otf", family: nil, package: fandol),
    .kaiTi: File(name: "FandolKai-Regular.otf", family: nil, package: fandol),
    .heiTi: File(name: "FandolHei-Regular.otf", family: nil, package: fandol),
    .titleSong: File(name: "FandolSong-Bold.otf", family: nil, package: fandol),
    .song: File(name: "FandolSong-Regular.otf", family: nil, package: fandol),
  ]

  /// For what a role's own face lacks, in this order.
  static let substitutes = [
    File(name: "NotoSerifCJK-Regular.ttc", family: "Noto Serif CJK SC", package: "fonts-noto-cjk"),
    File(name: "HanaMinA.ttf", family: nil, package: "fonts-hanazono"),
    File(name: "HanaMinB.ttf", family: nil, package: "fonts-hanazono"),
    File(name: "BabelStoneHan.ttf", family: nil, package: "fonts-babelstone-han", isRequired: false),
  ]

  /// For a bold role, before the others.
  static let boldSubstitute = File(
    name: "NotoSerifCJK-Bold.ttc", family: "Noto Serif CJK SC", package: "fonts-noto-cjk")

  /// Where files are looked for, after those that are given.
  public static let usualFolders = [
    "/usr/local/share/guandu/faces", "/usr/share/fonts/opentype/noto", "/usr/share/fonts/truetype/hanazono",
    "/usr/share/fonts/truetype/babelstone", "/usr/share/texlive/texmf-dist/fonts/opentype/public/fandol",
  ]

  public private(set) var faces: [Typeface] = []
  private var chains: [FaceRole: [Int]] = [:]

  /// - Parameters:
  ///   - folders: where to look for the files, by their names; then in the usual folders.
  ///   - isThere: whether there is such a file.
  /// - Throws: which file is missing, and which package has it.
  public init(folders: [String], isThere: (String) -> Bool) throws(TypefaceError) {
    let places = folders + Self.usualFolders
    var known: [String: Int] = [:]
    func open(_ file: File) throws(TypefaceError) -> Int? {
      if let index = known[file.name] { return index }
      guard let folder = places.first(where: { isThere("\($0)/\(file.name)") }) else {
        guard file.isRequired else { return nil }
        throw TypefaceError(
          "the typeface \(file.name) is missing; Debian's package \(file.package) has it, and scripts/packages.sh "
            + "puts it where it is looked for: \(places.joined(separator: ", "))")
      }
      faces.append(try Typeface(path: "\(folder)/\(file.name)", family: file.family))
      known[file.name] = faces.count - 1
      return faces.count - 1
    }
    for role in FaceRole.allCases {
      guard let own = Self.own[role] else { continue }
      let files = [own] + (role == .titleSong ? [Self.boldSubstitute] : []) + Self.substitutes
      var chain: [Int] = []
      for file in files { if let index = try open(file) { chain.append(index) } }
      chains[role] = chain
    }
  }
}

extension Typefaces: GlyphSource {
  public func glyph(for scalar: Unicode.Scalar, in role: FaceRole) -> Glyph? {
    for (place, face) in (chains[role] ?? []).enumerated() {
      guard let found = faces[face].glyph(for: scalar) else { continue }
      return Glyph(face: face, id: found.id, advance: found.advance, isSubstitute: place > 0)
    }
    return nil
  }

  public func ink(of glyph: Glyph) -> Ink { faces[glyph.face].ink(of: glyph.id) }

  public func name(ofFace face: Int) -> String { faces[face].name }
}
