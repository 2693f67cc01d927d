import CCairo
import Layout

/// Draws a page on a surface of Cairo's, whatever that becomes.
struct PagePen {
  /// Of the surface.
  let pen: OpaquePointer
  let faces: CairoFaces
  /// Units of the surface in a millimetre.
  let scale: Double

  func draw(_ page: Page) throws(PDFError) {
    for rule in page.rules {
      set(rule.colour)
      cairo_rectangle(pen, rule.x * scale, rule.y * scale, rule.width * scale, rule.height * scale)
      cairo_fill(pen)
    }
    for run in page.runs { try draw(run) }
  }

  private func set(_ colour: Colour) {
    let (red, green, blue) = colour.components
    cairo_set_source_rgb(pen, Double(red) / 255, Double(green) / 255, Double(blue) / 255)
  }

  private func draw(_ run: GlyphRun) throws(PDFError) {
    set(run.colour)
    cairo_set_font_face(pen, try faces.face(run.face))
    var matrix = cairo_matrix_t()
    cairo_matrix_init_scale(&matrix, run.size * run.stretch * scale, run.size * scale)
    cairo_set_font_matrix(pen, &matrix)
    let glyphs = run.glyphs.map {
      cairo_glyph_t(index: UInt($0.id), x: (run.x + $0.offset) * scale, y: run.baseline * scale)
    }
    let clusters = run.glyphs.map {
      cairo_text_cluster_t(num_bytes: Int32(UTF8.width($0.scalar)), num_glyphs: 1)
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: run.glyphs.map(\.scalar))
    cairo_show_text_glyphs(
      pen, String(text), -1, glyphs, Int32(glyphs.count), clusters, Int32(clusters.count),
      cairo_text_cluster_flags_t(rawValue: 0))
  }
}
