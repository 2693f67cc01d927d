import CCairo
import Layout

/// A PDF that grows by a page at a time. Use from one task at a time.
final class PDFCanvas {
  /// Points in a millimetre.
  private static let scale = 72 / 25.4

  /// What Cairo has given so far.
  private final class Output {
    var bytes: [UInt8] = []
  }

  private let output = Output()
  private let surface: OpaquePointer
  private let pen: OpaquePointer
  private let faces: CairoFaces

  /// - Parameter date: `2026-11-28`: when the PDF says that it was made, so that it is the same on every day.
  init(title: String, date: String, _ faces: CairoFaces) throws(PDFError) {
    self.faces = faces
    let surface = cairo_pdf_surface_create_for_stream(
      { closure, data, count in
        guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
        Unmanaged<Output>.fromOpaque(closure).takeUnretainedValue().bytes += UnsafeBufferPointer(
          start: data, count: Int(count))
        return CAIRO_STATUS_SUCCESS
      }, Unmanaged.passUnretained(output).toOpaque(), LaidOutDocument.pageWidth * Self.scale,
      LaidOutDocument.pageHeight * Self.scale)
    guard let surface, let pen = cairo_create(surface) else { throw PDFError("Cairo begins no PDF") }
    (self.surface, self.pen) = (surface, pen)
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title)
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "\(date)T00:00:00Z")
    let options = cairo_font_options_create()
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    cairo_set_font_options(pen, options)
    cairo_font_options_destroy(options)
  }

  deinit {
    cairo_destroy(pen)
    cairo_surface_destroy(surface)
  }

  func draw(_ page: Page) throws(PDFError) {
    try PagePen(pen: pen, faces: faces, scale: Self.scale).draw(page)
    cairo_show_page(pen)
  }

  /// The whole PDF. Nothing is drawn after it.
  func finish() throws(PDFError) -> [UInt8] {
    cairo_surface_finish(surface)
    let status = [cairo_status(pen), cairo_surface_status(surface)].first { $0 != CAIRO_STATUS_SUCCESS }
    if let status { throw PDFError("Cairo made no PDF: \(String(cString: cairo_status_to_string(status)))") }
    return output.bytes
  }
}
