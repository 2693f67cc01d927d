import CCairo
public import Layout

extension PDFWriter {
  /// A page as a picture, for looking at before the document is made: PNG, grey and red on white.
  ///
  /// - Parameters:
  ///   - seal: where a seal will stand; its outline is drawn.
  ///   - pixelsPerMillimetre: 1 to 8; 4 makes a page of 840 by 1188 pixels.
  public func picture(
    of page: Page, seal: SealPlace? = nil, pixelsPerMillimetre: Int = 4
  ) throws(PDFError) -> [UInt8] {
    let scale = Double(min(max(pixelsPerMillimetre, 1), 8))
    let surface = cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, Int32(LaidOutDocument.pageWidth * scale), Int32(LaidOutDocument.pageHeight * scale))
    guard let surface else { throw PDFError("no memory left for a picture") }
    defer { cairo_surface_destroy(surface) }
    guard let pen = cairo_create(surface) else { throw PDFError("no memory left for a picture") }
    defer { cairo_destroy(pen) }
    cairo_set_source_rgb(pen, 1, 1, 1)
    cairo_paint(pen)
    try PagePen(pen: pen, faces: faces, scale: scale).draw(page)
    if let seal {
      cairo_set_source_rgb(pen, 0.85, 0.05, 0.07)
      cairo_set_line_width(pen, 0.4 * scale)
      cairo_arc(pen, seal.x * scale, seal.y * scale, seal.diameter / 2 * scale, 0, 2 * .pi)
      cairo_stroke(pen)
    }
    let output = PictureBytes()
    let status = cairo_surface_write_to_png_stream(
      surface,
      { closure, data, count in
        guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
        Unmanaged<PictureBytes>.fromOpaque(closure).takeUnretainedValue().bytes += UnsafeBufferPointer(
          start: data, count: Int(count))
        return CAIRO_STATUS_SUCCESS
      }, Unmanaged.passUnretained(output).toOpaque())
    let problem = [cairo_status(pen), status].first { $0 != CAIRO_STATUS_SUCCESS }
    if let problem { throw PDFError("Cairo made no picture: \(String(cString: cairo_status_to_string(problem)))") }
    return output.bytes
  }
}

/// What Cairo has given so far.
private final class PictureBytes {
  var bytes: [UInt8] = []
}
