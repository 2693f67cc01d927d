/// What a value may be.
enum PDFShape {
  /// A number, a boolean, a text, a name, or arrays of these.
  case plain
  /// One of these names.
  case name(Set<String>)
  /// A whole number, which may stand in an object of its own.
  case integer
  case one(PDFKind)
  /// A plain value, or one dictionary.
  case plainOr(PDFKind)
  case list(PDFKind)
  /// A dictionary from names that the writer chose.
  case map(PDFKind)
}

/// The kinds of dictionaries and streams that a document may consist of: those that Cairo writes, for the typesetter and for papers
/// that are printed anew, and those of seals and time stamps. What is not listed is not read, so that none of it can change what a page shows.
enum PDFKind: String, Hashable {
  case catalog, pages, page, resources, group, graphicsState, content, information, viewer
  case font, cidFont, cidSystem, descriptor, fontFile, toUnicode, encoding
  case external, mask, softMask, pattern, shading, function, names
  // A seal.
  case form, permissions, field, appearance, signature, reference, parameters, extensions, developer
  // What keeps it checkable.
  case store, evidence, related

  /// Whether it may be added after a seal, and shows nothing.
  var isAdded: Bool { [.store, .evidence, .related, .extensions, .developer].contains(self) }
  var isStream: Bool { [.content, .fontFile, .toUnicode, .external, .mask, .evidence].contains(self) }

  /// A pattern that is tiled is a stream, and one of a shading is none.
  var mayBeStream: Bool { self == .pattern }

  /// Keys that must be there.
  var required: Set<String> {
    switch self {
    case .catalog: ["Type", "Pages"]
    case .pages: ["Type", "Kids", "Count"]
    case .page: ["Type", "Parent", "MediaBox"]
    case .font, .cidFont: ["Type", "Subtype"]
    case .external, .mask: ["Subtype"]
    case .form: ["Fields", "SigFlags"]
    case .field: ["FT", "T", "V"]
    case .signature: ["Type", "Filter", "SubFilter", "ByteRange", "Contents"]
    default: []
    }
  }

  var keys: [String: PDFShape] { Self.tables[self] ?? [:] }

  private static let stream: [String: PDFShape] = ["Length": .integer, "Filter": .name(["FlateDecode"])]

  private static func type(_ name: String, _ others: [String: PDFShape]) -> [String: PDFShape] {
    others.merging(["Type": .name([name])]) { $1 }
  }

  private static func stream(_ others: [String: PDFShape]) -> [String: PDFShape] { stream.merging(others) { $1 } }

  private static func plain(_ keys: String) -> [String: PDFShape] {
    Dictionary(uniqueKeysWithValues: keys.split(separator: " ").map { (String($0), PDFShape.plain) })
  }

  private static let tables: [PDFKind: [String: PDFShape]] = documents.merging(seals) { $1 }

  private static let documents: [PDFKind: [String: PDFShape]] = [
    .catalog: type(
      "Catalog",
      [
        "Pages": .one(.pages), "Lang": .plain, "ViewerPreferences": .one(.viewer), "Version": .plain,
        "AcroForm": .one(.form), "Perms": .one(.permissions), "DSS": .one(.store), "Extensions": .one(.extensions),
      ]),
    .viewer: ["DisplayDocTitle": .plain],
    .pages: type("Pages", ["Kids": .list(.page), "Count": .integer]),
    .page: type(
      "Page",
      [
        "Parent": .one(.pages), "MediaBox": .plain, "Contents": .one(.content), "Group": .one(.group),
        "Resources": .one(.resources), "Annots": .list(.field),
      ]),
    .group: type("Group", ["S": .name(["Transparency"]), "I": .plain, "K": .plain, "CS": .plain]),
    .resources: [
      "ExtGState": .map(.graphicsState), "Font": .map(.font), "XObject": .map(.external), "ProcSet": .plain,
      "Pattern": .map(.pattern), "Shading": .map(.shading),
    ],
    .graphicsState: type("ExtGState", plain("CA ca BM AIS SA LW").merging(["SMask": .plainOr(.softMask)]) { $1 }),
    .softMask: type("Mask", plain("S BC").merging(["G": .one(.external)]) { $1 }),
    .pattern: stream(
      type(
        "Pattern",
        plain("PatternType PaintType TilingType BBox XStep YStep Matrix").merging([
          "Resources": .one(.resources), "Shading": .one(.shading),
        ]) { $1 })),
    .shading: plain("ShadingType ColorSpace Coords Domain Extend BBox Background AntiAlias Matrix").merging([
      "Function": .one(.function)
    ]) { $1 },
    .function: plain("FunctionType Domain Range C0 C1 N Bounds Encode").merging(["Functions": .list(.function)]) { $1 },
    .content: stream([:]),
    .information: plain("Producer Title CreationDate Creator Author Subject Keywords ModDate"),
    .font: type(
      "Font",
      plain("BaseFont FirstChar LastChar Widths FontBBox FontMatrix").merging([
        "Subtype": .name(["Type0", "TrueType", "Type1", "Type3"]), "Encoding": .plainOr(.encoding),
        "DescendantFonts": .list(.cidFont), "ToUnicode": .one(.toUnicode), "FontDescriptor": .one(.descriptor),
        "CharProcs": .map(.content), "Resources": .one(.resources),
      ]) { $1 }),
    .encoding: type("Encoding", plain("Differences BaseEncoding")),
    .cidFont: type(
      "Font",
      plain("BaseFont DW W CIDToGIDMap").merging([
        "Subtype": .name(["CIDFontType0", "CIDFontType2"]), "CIDSystemInfo": .one(.cidSystem),
        "FontDescriptor": .one(.descriptor),
      ]) { $1 }),
    .cidSystem: plain("Registry Ordering Supplement"),
    .descriptor: type(
      "FontDescriptor",
      plain("FontName FontFamily Flags FontBBox ItalicAngle Ascent Descent CapHeight StemV StemH XHeight").merging([
        "FontFile": .one(.fontFile), "FontFile2": .one(.fontFile), "FontFile3": .one(.fontFile),
      ]) { $1 }),
    .fontFile: stream([
      "Length1": .integer, "Length2": .integer, "Length3": .integer,
      "Subtype": .name(["CIDFontType0C", "Type1C", "OpenType"]),
    ]),
    .toUnicode: stream([:]),
    .external: stream(
      type(
        "XObject",
        plain("Width Height ColorSpace BitsPerComponent Interpolate BBox Matrix ImageMask Decode").merging([
          "Filter": .name(["FlateDecode", "DCTDecode"]), "Subtype": .name(["Image", "Form"]), "SMask": .one(.mask),
          "Resources": .one(.resources),
          "Group": .one(.group),
        ]) { $1 })),
    .mask: stream(
      type(
        "XObject",
        plain("Width Height ColorSpace BitsPerComponent Interpolate ImageMask Decode").merging([
          "Filter": .name(["FlateDecode", "DCTDecode"]), "Subtype": .name(["Image"]),
        ]) { $1 })),
  ]

  private static let seals: [PDFKind: [String: PDFShape]] = [
    .form: ["Fields": .list(.field), "SigFlags": .plain],
    .permissions: ["DocMDP": .one(.signature)],
    .field: type(
      "Annot",
      plain("T TU F Rect").merging([
        "Subtype": .name(["Widget"]), "FT": .name(["Sig"]), "V": .one(.signature), "P": .one(.page),
        "AP": .one(.appearance),
      ]) { $1 }),
    .appearance: ["N": .one(.external)],
    .signature: plain("Type Filter SubFilter ByteRange Contents M Name Reason").merging([
      "Reference": .list(.reference)
    ]) { $1 },
    .reference: type(
      "SigRef", ["TransformMethod": .name(["DocMDP"]), "TransformParams": .one(.parameters)]),
    .parameters: type("TransformParams", plain("P V")),
    .extensions: ["ESIC": .one(.developer)],
    .developer: type("DeveloperExtensions", plain("BaseVersion ExtensionLevel")),
    .store: type(
      "DSS",
      [
        "Certs": .list(.evidence), "CRLs": .list(.evidence), "OCSPs": .list(.evidence), "VRI": .map(.related),
      ]),
    .related: type(
      "VRI", ["Cert": .list(.evidence), "CRL": .list(.evidence), "OCSP": .list(.evidence), "TU": .plain]),
    .evidence: stream([:]),
  ]

  /// What a reader is told of keys that are dangerous, where others are only not read.
  static let dangers: [String: String] = [
    "OpenAction": "an action on opening", "AA": "an action of its own", "A": "an action", "JS": "a script",
    "JavaScript": "a script", "Launch": "the start of a program",
    "Names": "a tree of names, which scripts and files hang on",
    "EmbeddedFiles": "an embedded file", "EF": "an embedded file", "AF": "an associated file",
    "OCProperties": "optional content", "OC": "optional content", "Properties": "optional content",
    "AcroForm": "a form", "XFA": "a form in XML", "Annots": "annotations", "Perms": "permissions",
    "DSS": "evidence before the seal", "Collection": "a collection of files", "URI": "a link", "F": "an outer file",
    "Ref": "another file's page", "Alternates": "another picture for other readers",
    "NeedAppearances": "appearances that the reader makes", "Rotate": "a page that is turned",
    "PieceInfo": "private data",
  ]
}
