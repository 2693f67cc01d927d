import CPango
import Foundation
import PDFObjects
import SealObjects

/// Round seals, drawn as 国发〔1999〕25号 sizes them: red, a ring, the name along it from left to right, the emblem or a star
/// in the middle.
public struct SealDrawing: Sendable {
  public enum Rank: String, CaseIterable, Sendable {
    /// 50 mm, with the emblem.
    case province
    /// A city, a county, a district: 45 mm, with the emblem.
    case city
    /// A township: 42 mm, with a star.
    case township
    /// A department: 42 mm, with a star; up to 45 are allowed.
    case department

    public var millimetres: Int {
      switch self {
      case .province: 50
      case .city: 45
      case .township, .department: 42
      }
    }

    public var hasEmblem: Bool { self == .province || self == .city }

    /// Diameters that the rules allow.
    public var allowed: ClosedRange<Int> { self == .department ? 30...45 : millimetres...millimetres }
  }

  private static let pixelsPerMillimetre = 16.0
  private static let family = "FandolSong, Noto Serif CJK SC, Noto Sans CJK SC, serif"
  private static let nameMost = 30

  private let name: [Character]
  private let diameter: Double
  private let emblem: [UInt8]?
  private let hasStar: Bool

  /// - Parameters:
  ///   - name: 2 to 30 characters.
  ///   - millimetres: the diameter, 10 to 60; whether the rules allow it is the caller's to ask.
  ///   - emblem: a PNG for the middle; nil for a star.
  public init(name: String, millimetres: Int, emblem: [UInt8]?) throws(SealError) {
    guard (2...Self.nameMost).contains(name.count), name.utf8.count <= 400 else {
      throw SealError("a round seal's name has 2 to \(Self.nameMost) characters, not \(name.count)")
    }
    guard (10...60).contains(millimetres) else { throw SealError("a round seal measures 10 to 60 mm") }
    if let emblem, !Self.canDraw(png: emblem) { throw SealError("the emblem is no PNG that can be drawn") }
    self.name = Array(name)
    diameter = Double(millimetres)
    self.emblem = emblem
    hasStar = emblem == nil
  }

  /// The picture: PNG, transparent around the red, 16 pixels a millimetre.
  public func png() throws(SealError) -> [UInt8] {
    let side = Int32(diameter * Self.pixelsPerMillimetre)
    guard let surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, side, side), let pen = cairo_create(surface)
    else {
      throw SealError("no memory left for a picture")
    }
    defer {
      cairo_destroy(pen)
      cairo_surface_destroy(surface)
    }
    cairo_scale(pen, Self.pixelsPerMillimetre, Self.pixelsPerMillimetre)
    cairo_translate(pen, diameter / 2, diameter / 2)
    cairo_set_source_rgb(pen, 0.85, 0.05, 0.07)
    let line = diameter / 36
    cairo_set_line_width(pen, line)
    cairo_arc(pen, 0, 0, diameter / 2 - line / 2, 0, 2 * .pi)
    cairo_stroke(pen)
    if hasStar { drawStar(pen, radius: diameter / 6) }
    if let emblem { try draw(emblem, pen, radius: diameter / 4.5) }
    try drawName(pen, line: line)
    return try Self.write(surface)
  }

  private func drawStar(_ pen: OpaquePointer, radius: Double) {
    for corner in 0..<10 {
      let angle = Double(corner) * .pi / 5 - .pi / 2
      // Where the edges of a five-pointed star cross.
      let distance = corner % 2 == 0 ? radius : radius * 0.381_966
      cairo_line_to(pen, distance * cos(angle), distance * sin(angle))
    }
    cairo_close_path(pen)
    cairo_fill(pen)
  }

  /// As outlines: the picture, and what is made of it, holds no text.
  private func drawName(_ pen: OpaquePointer, line: Double) throws(SealError) {
    let step = min(270 / Double(max(name.count - 1, 1)), 36) * .pi / 180
    let edge = diameter / 2 - line - diameter / 40
    let size = min(diameter / 7, edge * step / (1 + step / 2) * 0.96)
    let radius = edge - size / 2
    for (index, character) in name.enumerated() {
      let angle = (Double(index) - Double(name.count - 1) / 2) * step
      cairo_save(pen)
      cairo_rotate(pen, angle)
      cairo_translate(pen, 0, -radius)
      try draw(character, pen, size)
      cairo_restore(pen)
    }
  }

  private func draw(_ character: Character, _ pen: OpaquePointer, _ size: Double) throws(SealError) {
    guard let layout = pango_cairo_create_layout(pen) else { throw SealError("no memory left for a picture") }
    defer { g_object_unref(UnsafeMutableRawPointer(layout)) }
    let font = pango_font_description_from_string(Self.family)
    pango_font_description_set_absolute_size(font, size * Double(PANGO_SCALE))
    pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD)
    pango_layout_set_font_description(layout, font)
    pango_font_description_free(font)
    pango_layout_set_text(layout, String(character), -1)
    guard pango_layout_get_unknown_glyphs_count(layout) == 0 else { throw SealError("no font here has “\(character)”") }
    var ink = PangoRectangle()
    pango_layout_get_extents(layout, &ink, nil)
    let scale = Double(PANGO_SCALE)
    cairo_move_to(
      pen, -(Double(ink.x) + Double(ink.width) / 2) / scale, -(Double(ink.y) + Double(ink.height) / 2) / scale)
    pango_cairo_layout_path(pen, layout)
    cairo_fill(pen)
  }

  private func draw(_ png: [UInt8], _ pen: OpaquePointer, radius: Double) throws(SealError) {
    guard let image = Self.read(png) else { throw SealError("the emblem is no PNG that can be drawn") }
    defer { cairo_surface_destroy(image) }
    let (width, height) = (Double(cairo_image_surface_get_width(image)), Double(cairo_image_surface_get_height(image)))
    let scale = 2 * radius / max(width, height)
    cairo_save(pen)
    cairo_scale(pen, scale, scale)
    cairo_set_source_surface(pen, image, -width / 2, -height / 2)
    cairo_paint(pen)
    cairo_restore(pen)
  }

  /// Whether the pixels of a PNG can be read.
  static func canDraw(png: [UInt8]) -> Bool {
    guard (try? PNGHead(png)) != nil, let image = read(png) else { return false }
    cairo_surface_destroy(image)
    return true
  }

  /// The pixels of a PNG: their colours, and how much of them is seen.
  static func pixels(of png: [UInt8]) throws(SealError) -> PDFPicture {
    guard let image = read(png) else { throw SealError("the picture is a PNG that cannot be drawn") }
    defer { cairo_surface_destroy(image) }
    let (width, height) = (Int(cairo_image_surface_get_width(image)), Int(cairo_image_surface_get_height(image)))
    guard let surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, Int32(width), Int32(height)),
      let pen = cairo_create(surface)
    else { throw SealError("no memory left for a picture") }
    defer {
      cairo_destroy(pen)
      cairo_surface_destroy(surface)
    }
    cairo_set_source_surface(pen, image, 0, 0)
    cairo_paint(pen)
    cairo_surface_flush(surface)
    let stride = Int(cairo_image_surface_get_stride(surface))
    guard cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS, let data = cairo_image_surface_get_data(surface) else {
      throw SealError("the picture is a PNG that cannot be drawn")
    }
    var (colours, opacity): ([UInt8], [UInt8]) = ([], [])
    colours.reserveCapacity(width * height * 3)
    opacity.reserveCapacity(width * height)
    // A pixel is a number of 32 bits, its colours multiplied by its opacity.
    for row in 0..<height {
      let line = UnsafeRawPointer(data + row * stride).assumingMemoryBound(to: UInt32.self)
      for column in 0..<width {
        let (pixel, alpha) = (line[column], line[column] >> 24)
        opacity.append(UInt8(alpha))
        for shift: UInt32 in [16, 8, 0] {
          colours.append(alpha == 0 ? 255 : UInt8(min(255, ((pixel >> shift & 0xFF) * 255 + alpha / 2) / alpha)))
        }
      }
    }
    return PDFPicture(width: width, height: height, colours: colours, opacity: opacity)
  }

  private final class Bytes {
    var bytes: [UInt8]
    var place = 0

    init(_ bytes: [UInt8] = []) { self.bytes = bytes }
  }

  /// - Returns: a surface that the caller destroys.
  private static func read(_ png: [UInt8]) -> OpaquePointer? {
    let input = Bytes(png)
    let closure = Unmanaged.passUnretained(input).toOpaque()
    let image = withExtendedLifetime(input) {
      cairo_image_surface_create_from_png_stream(
        { closure, target, count in
          guard let closure, let target else { return CAIRO_STATUS_READ_ERROR }
          let input = Unmanaged<Bytes>.fromOpaque(closure).takeUnretainedValue()
          guard Int(count) <= input.bytes.count - input.place else { return CAIRO_STATUS_READ_ERROR }
          for index in 0..<Int(count) { target[index] = input.bytes[input.place + index] }
          input.place += Int(count)
          return CAIRO_STATUS_SUCCESS
        }, closure)
    }
    guard let image, cairo_surface_status(image) == CAIRO_STATUS_SUCCESS else {
      cairo_surface_destroy(image)
      return nil
    }
    return image
  }

  private static func write(_ surface: OpaquePointer) throws(SealError) -> [UInt8] {
    let output = Bytes()
    let status = withExtendedLifetime(output) {
      cairo_surface_write_to_png_stream(
        surface,
        { closure, data, count in
          guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
          Unmanaged<Bytes>.fromOpaque(closure).takeUnretainedValue().bytes += UnsafeBufferPointer(
            start: data, count: Int(count))
          return CAIRO_STATUS_SUCCESS
        }, Unmanaged.passUnretained(output).toOpaque())
    }
    guard status == CAIRO_STATUS_SUCCESS else { throw SealError("the picture cannot be written") }
    return output.bytes
  }
}
