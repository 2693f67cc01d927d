import CHarfBuzz
import Glibc
import Layout

/// Why typefaces cannot be used.
public struct TypefaceError: Error, Equatable, CustomStringConvertible, Sendable {
  public let reason: String

  init(_ reason: String) { self.reason = reason }

  public var description: String { reason }
}

/// One face of a font file. Use from one task at a time.
public final class Typeface {
  public let path: String
  /// Of the face in the file, from 0.
  public let index: Int
  /// The name by PostScript, as `FandolFang-Regular`.
  public let name: String
  /// The name of the family, as `Noto Serif CJK SC`.
  public let family: String
  /// Units in the em square.
  public let unitsPerEm: Double

  private let blob: OpaquePointer
  private let face: OpaquePointer
  private let font: OpaquePointer

  /// Of a font file, in bytes; the largest collection that is known has 120 MB.
  static let maxFileBytes = 268_435_456

  /// The file is mapped, not read: what is not used of it takes no memory.
  /// - Parameter family: of a collection, the face to take; nil for the first.
  init(path: String, family wanted: String?) throws(TypefaceError) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= Self.maxFileBytes else {
      throw TypefaceError("\(path): cannot be read, is no regular file, or has more than \(Self.maxFileBytes) bytes")
    }
    guard let blob = hb_blob_create_from_file_or_fail(path) else {
      throw TypefaceError("\(path): cannot be read")
    }
    var found: (face: OpaquePointer, index: UInt32)?
    // A collection's faces are few; a hostile count is not followed.
    for index in 0..<min(hb_face_count(blob), 64) {
      guard let face = hb_face_create(blob, index) else { continue }
      if wanted == nil || Self.text(Self.familyName, of: face) == wanted {
        found = (face, index)
        break
      }
      hb_face_destroy(face)
    }
    guard let found, hb_face_get_glyph_count(found.face) > 1, let font = hb_font_create(found.face) else {
      if let found { hb_face_destroy(found.face) }
      hb_blob_destroy(blob)
      throw TypefaceError("\(path): holds no typeface\(wanted.map { " “\($0)”" } ?? "")")
    }
    (self.path, self.blob, self.face, self.font) = (path, blob, found.face, font)
    index = Int(found.index)
    let upem = hb_face_get_upem(face)
    unitsPerEm = Double(max(upem, 1))
    hb_font_set_scale(font, Int32(clamping: upem), Int32(clamping: upem))
    name = Self.text(Self.postScriptName, of: face) ?? "face"
    family = Self.text(Self.familyName, of: face) ?? name
  }

  deinit {
    hb_font_destroy(font)
    hb_face_destroy(face)
    hb_blob_destroy(blob)
  }

  /// Of OpenType's table of names.
  private static let (familyName, postScriptName) = (hb_ot_name_id_t(1), hb_ot_name_id_t(6))

  private static func text(_ id: hb_ot_name_id_t, of face: OpaquePointer) -> String? {
    var buffer = [CChar](repeating: 0, count: 128)
    var count = UInt32(buffer.count)
    let english = hb_language_from_string("en", 2)
    guard hb_ot_name_get_utf8(face, id, english, &count, &buffer) > 0 else { return nil }
    return String(decoding: buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// - Returns: nil where the face does not have the character.
  func glyph(for scalar: Unicode.Scalar) -> (id: UInt32, advance: Double)? {
    var id: hb_codepoint_t = 0
    guard hb_font_get_nominal_glyph(font, scalar.value, &id) != 0, id != 0 else { return nil }
    return (id, Double(hb_font_get_glyph_h_advance(font, id)) / unitsPerEm)
  }

  func ink(of id: UInt32) -> Ink {
    var box = hb_glyph_extents_t()
    guard hb_font_get_glyph_extents(font, id, &box) != 0 else { return Ink(left: 0, right: 1, bottom: 0, top: 1) }
    let (left, top) = (Double(box.x_bearing) / unitsPerEm, Double(box.y_bearing) / unitsPerEm)
    return Ink(
      left: left, right: left + Double(box.width) / unitsPerEm, bottom: top + Double(box.height) / unitsPerEm, top: top)
  }

  /// Runs with the file's bytes, which stay where they are as long as the typeface lives.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    var count: UInt32 = 0
    let start = hb_blob_get_data(blob, &count)
    return try body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(count)))
  }

  /// Whether the outlines are of PostScript's kind (OpenType with CFF), not TrueType's.
  public var isPostScript: Bool {
    let table = hb_face_reference_table(face, 0x4346_4620)
    defer { hb_blob_destroy(table) }
    return hb_blob_get_length(table) > 0
  }

  /// A font file with the glyphs of these characters alone; the same for the same set, whatever its order.
  public func subset(_ scalars: Set<Unicode.Scalar>) throws(TypefaceError) -> [UInt8] {
    guard let input = hb_subset_input_create_or_fail() else { throw TypefaceError("\(path): no memory for a subset") }
    defer { hb_subset_input_destroy(input) }
    let wanted = hb_subset_input_unicode_set(input)
    for scalar in scalars { hb_set_add(wanted, scalar.value) }
    // What other forms of glyphs, and their places beside each other, would bring in is not used.
    hb_set_clear(hb_subset_input_set(input, HB_SUBSET_SETS_LAYOUT_FEATURE_TAG))
    let dropped = hb_subset_input_set(input, HB_SUBSET_SETS_DROP_TABLE_TAG)
    for tag: UInt32 in [0x4753_5542, 0x4750_4F53, 0x4744_4546, 0x4241_5345, 0x4453_4947] { hb_set_add(dropped, tag) }
    guard let small = hb_subset_or_fail(face, input) else {
      throw TypefaceError("\(path): no subset can be made of this typeface")
    }
    defer { hb_face_destroy(small) }
    let blob = hb_face_reference_blob(small)
    defer { hb_blob_destroy(blob) }
    var count: UInt32 = 0
    guard let start = hb_blob_get_data(blob, &count), count > 0 else {
      throw TypefaceError("\(path): no subset can be made of this typeface")
    }
    return Array(UnsafeRawBufferPointer(start: start, count: Int(count)))
  }
}
