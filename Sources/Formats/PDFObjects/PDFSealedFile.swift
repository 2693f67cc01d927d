/// A signature as it stands in a PDF. What it says is not checked yet.
public struct PDFSignature: Sendable {
  /// The value (CMS in DER), without the zeros that fill its place up.
  public let value: [UInt8]
  /// What it is over: all bytes of its revision but the value's own place.
  public let signedBytes: [UInt8]
  /// Who signed, as the file says.
  public let name: String
  public let reason: String
  /// `D:20261128093000Z`.
  public let date: String
}

/// A sealed PDF: a document, its seal, and what keeps the seal checkable.
public struct PDFSealedFile: Sendable {
  /// What a step of the check came to.
  public enum Finding: Sendable {
    case holds(String)
    case fails(PDFFormatError)
  }

  /// Whether the document holds nothing but pages.
  public let content: Finding
  /// Whether its seal certifies it and allows no change.
  public let seal: Finding
  /// Whether the signature is over all bytes but its own.
  public let coverage: Finding
  /// Whether nothing but evidence and time stamps was added since.
  public let additions: Finding
  /// Nil where there is none that can be read.
  public let signature: PDFSignature?
  /// Time stamps over the whole file, the oldest first.
  public let stamps: [PDFSignature]
  public let isSealed: Bool

  public init(_ file: PDFFile) {
    let reading = PDFSealReading(file)
    isSealed = reading.isSealed
    content = Self.finding { () throws(PDFFormatError) in try reading.checkContent() }
    guard isSealed else {
      (seal, coverage, additions) = (.holds(""), .holds(""), .holds(""))
      (signature, stamps) = (nil, [])
      return
    }
    let sealed = Result { () throws(PDFFormatError) in try reading.seal() }
    switch sealed {
    case .success(let field):
      seal = .holds("page \(field.pageNumber)")
      let covered = Result { () throws(PDFFormatError) in try reading.signature(field.signature, revision: 1) }
      switch covered {
      case .success(let found):
        (signature, coverage) = (found, .holds(""))
      case .failure(let error): (signature, coverage) = (nil, .fails(error))
      }
    case .failure(let error):
      seal = .fails(error)
      (signature, coverage) = (nil, .fails(PDFFormatError(error.code, "the seal cannot be read")))
    }
    let added = Result { () throws(PDFFormatError) in try reading.additions() }
    switch added {
    case .success(let found):
      stamps = found
      let count = file.revisions.count - 2
      additions = .holds(
        count == 0 ? "" : "evidence or time stamps in \(count == 1 ? "one addition" : "\(count) additions")")
    case .failure(let error): (stamps, additions) = ([], .fails(error))
    }
  }

  private static func finding(_ body: () throws(PDFFormatError) -> Void) -> Finding {
    do throws(PDFFormatError) {
      try body()
      return .holds("")
    } catch { return .fails(error) }
  }
}
