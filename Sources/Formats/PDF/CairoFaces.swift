import CCairo
import Typefaces

/// The typefaces as Cairo draws with them, each opened when it is first used.
final class CairoFaces {
  private let typefaces: Typefaces
  private let library: FreeTypeLibrary
  private var faces: [Int: OpaquePointer] = [:]

  init(_ typefaces: Typefaces) throws(PDFError) {
    self.typefaces = typefaces
    library = try FreeTypeLibrary()
  }

  deinit { for face in faces.values { cairo_font_face_destroy(face) } }

  /// - Parameter index: the face's number in the pages.
  func face(_ index: Int) throws(PDFError) -> OpaquePointer {
    if let face = faces[index] { return face }
    let face = try FreeTypeFace.cairoFace(typefaces.faces[index], library)
    faces[index] = face
    return face
  }
}

private final class FreeTypeLibrary {
  let pointer: FT_Library

  init() throws(PDFError) {
    var pointer: FT_Library?
    guard FT_Init_FreeType(&pointer) == 0, let pointer else { throw PDFError("FreeType does not start") }
    self.pointer = pointer
  }

  deinit { FT_Done_FreeType(pointer) }
}

/// A face as FreeType has it, with all that it stands on. Cairo keeps it as long as it may draw with it, which is longer
/// than a document.
private final class FreeTypeFace {
  private let face: FT_Face
  private let library: FreeTypeLibrary
  private let typeface: Typeface

  private init(_ typeface: Typeface, _ library: FreeTypeLibrary) throws(PDFError) {
    var face: FT_Face?
    let status = typeface.withBytes { bytes in
      FT_New_Memory_Face(
        library.pointer, bytes.baseAddress?.assumingMemoryBound(to: FT_Byte.self), FT_Long(bytes.count),
        FT_Long(typeface.index), &face)
    }
    guard status == 0, let face else { throw PDFError("\(typeface.path): FreeType does not read this typeface") }
    (self.face, self.library, self.typeface) = (face, library, typeface)
  }

  deinit { FT_Done_Face(face) }

  /// - Returns: owned by the caller.
  static func cairoFace(_ typeface: Typeface, _ library: FreeTypeLibrary) throws(PDFError) -> OpaquePointer {
    let box = try FreeTypeFace(typeface, library)
    guard let face = cairo_ft_font_face_create_for_ft_face(box.face, Int32(FT_LOAD_NO_HINTING)) else {
      throw PDFError("\(typeface.path): Cairo does not take this typeface")
    }
    let owned = Unmanaged.passRetained(box).toOpaque()
    // The key is an address alone, and the box's is nobody else's.
    let status = cairo_font_face_set_user_data(
      face, UnsafeRawPointer(owned).assumingMemoryBound(to: cairo_user_data_key_t.self), owned
    ) { box in
      if let box { Unmanaged<FreeTypeFace>.fromOpaque(box).release() }
    }
    guard status == CAIRO_STATUS_SUCCESS else {
      Unmanaged<FreeTypeFace>.fromOpaque(owned).release()
      cairo_font_face_destroy(face)
      throw PDFError("\(typeface.path): Cairo does not take this typeface")
    }
    return face
  }
}
