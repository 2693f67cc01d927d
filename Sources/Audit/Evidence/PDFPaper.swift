import CPango

/// Paper that is filled from top to bottom. Use from one task at a time.
final class PDFPaper {
  /// A4, in points.
  private static let (width, height, margin) = (595.0, 842.0, 56.0)
  private static let family = "Noto Sans CJK SC, Noto Sans, sans-serif"

  enum Style {
    case title
    case heading
    case strong
    case body
    case english
    case small

    /// Font size, space before, grey from 0 (black).
    fileprivate var form: (size: Double, before: Double, grey: Double, isBold: Bool) {
      switch self {
      case .title: (18, 4, 0, true)
      case .heading: (13, 14, 0, true)
      case .strong: (10.5, 8, 0, true)
      case .body: (10.5, 3, 0, false)
      case .english: (9.5, 0, 0.3, false)
      case .small: (8.5, 1, 0.3, false)
      }
    }
  }

  /// Cairo's output so far.
  private final class Output {
    var bytes: [UInt8] = []
  }

  private let output = Output()
  private let surface: OpaquePointer
  private let pen: OpaquePointer
  private var top = PDFPaper.margin

  /// - Parameter date: RFC 3339: the document's stated creation time.
  init(title: String, date: String) throws(EvidenceError) {
    let closure = Unmanaged.passUnretained(output).toOpaque()
    let surface = cairo_pdf_surface_create_for_stream(
      { closure, data, count in
        guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
        Unmanaged<Output>.fromOpaque(closure).takeUnretainedValue().bytes += UnsafeBufferPointer(
          start: data, count: Int(count))
        return CAIRO_STATUS_SUCCESS
      }, closure, Self.width, Self.height)
    guard let surface, let pen = cairo_create(surface) else { throw EvidenceError("the report cannot be drawn") }
    (self.surface, self.pen) = (surface, pen)
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title)
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, date)
  }

  deinit {
    cairo_destroy(pen)
    cairo_surface_destroy(surface)
  }

  func gap() { top += 8 }

  /// Begins a new page if less than this is left.
  func keepTogether(points: Double) {
    if top + points > Self.height - Self.margin { turn() }
  }

  /// A paragraph, over as many pages as it takes.
  func write(_ text: String, _ style: Style) {
    guard let layout = pango_cairo_create_layout(pen) else { return }
    defer { g_object_unref(UnsafeMutableRawPointer(layout)) }
    let form = style.form
    let font = pango_font_description_from_string(Self.family)
    pango_font_description_set_absolute_size(font, form.size * Double(PANGO_SCALE))
    pango_font_description_set_weight(font, form.isBold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL)
    pango_layout_set_font_description(layout, font)
    pango_font_description_free(font)
    pango_layout_set_width(layout, Int32((Self.width - 2 * Self.margin) * Double(PANGO_SCALE)))
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
    pango_layout_set_text(layout, text, -1)
    cairo_set_source_rgb(pen, form.grey, form.grey, form.grey)
    top += form.before
    for index in 0..<pango_layout_get_line_count(layout) { draw(pango_layout_get_line_readonly(layout, index)) }
  }

  private func draw(_ line: UnsafeMutablePointer<PangoLayoutLine>?) {
    guard let line else { return }
    var area = PangoRectangle()
    pango_layout_line_get_extents(line, nil, &area)
    let (ascent, lineHeight) = (
      -Double(area.y) / Double(PANGO_SCALE), Double(area.height) / Double(PANGO_SCALE)
    )
    if top + lineHeight > Self.height - Self.margin { turn() }
    cairo_move_to(pen, Self.margin, top + ascent)
    pango_cairo_show_layout_line(pen, line)
    top += lineHeight
  }

  private func turn() {
    cairo_show_page(pen)
    top = Self.margin
  }

  /// The whole document. Nothing can be written after it.
  func finish() throws(EvidenceError) -> [UInt8] {
    cairo_show_page(pen)
    cairo_surface_finish(surface)
    guard cairo_status(pen) == CAIRO_STATUS_SUCCESS, cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS else {
      throw EvidenceError("the report cannot be drawn")
    }
    return output.bytes
  }
}
