/// A PDF that can be sealed: of one revision, of the form that `PDFSealing` takes, without any seal.
public struct PDFPaper: Sendable {
  public struct Page: Equatable, Sendable {
    public let widthMillimetres: Double
    public let heightMillimetres: Double
  }

  public let pages: [Page]

  /// - Throws: `PDFFormatError` for what cannot be sealed, with the reason.
  public init(_ bytes: [UInt8]) throws(PDFFormatError) {
    let file = try PDFFile(bytes)
    try PDFSealReading(file).demandSealable()
    let millimetre = 72 / 25.4
    pages = try PDFPages(file.objects(upTo: 0), trailer: file.revisions[0].trailer).pages.map {
      Page(widthMillimetres: $0.width / millimetre, heightMillimetres: $0.height / millimetre)
    }
  }
}

extension PDFSealReading {
  func demandSealable() throws(PDFFormatError) {
    guard !isSealed else {
      throw PDFFormatError(
        .unsupported, "the document bears a seal or a form already; a second seal is not supported yet")
    }
    guard file.revisions.count == 1 else {
      throw PDFFormatError(.unsupported, "the document was changed after it was made; set it anew")
    }
    try checkContent()
  }
}
