public import Layout
public import Typefaces

/// Why a PDF could not be made.
public struct PDFError: Error, Equatable, CustomStringConvertible, Sendable {
  public let reason: String

  init(_ reason: String) { self.reason = reason }

  public var description: String { reason }
}

/// Pages as PDF, by Cairo: text that can be selected, fonts of the glyphs that are used, language and title; the same
/// bytes for the same pages.
/// Keep it for further documents: Cairo goes on holding the fonts of those before. Use from one task at a time.
public final class PDFWriter {
  let faces: CairoFaces

  /// - Parameter typefaces: those that pages are laid out with.
  public init(_ typefaces: Typefaces) throws(PDFError) { faces = try CairoFaces(typefaces) }

  public func write(_ document: LaidOutDocument) throws(PDFError) -> [UInt8] {
    let canvas = try PDFCanvas(title: document.title, date: document.date, faces)
    for page in document.pages { try canvas.draw(page) }
    return PDFCatalog.adding(language: "zh-CN", to: try canvas.finish())
  }
}
