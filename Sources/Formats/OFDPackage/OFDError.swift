/// Why a file is no OFD document, or cannot be sealed.
public struct OFDError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// Not an archive that has one meaning for every reader.
    case archive
    /// The XML is not well-formed, has a document type, or is larger than the limits.
    case xml
    /// What GB/T 33190-2016 prescribes is missing, or contradicts itself.
    case structure
    /// Several documents in one file, or another method of digest than SM3.
    case unsupported
  }

  public let code: Code
  /// Lowercase, no full stop.
  public let reason: String

  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  public var description: String { reason }
}

/// Limits of an OFD document; those of its archive are those of `ZIPLimits`.
public enum OFDLimits {
  /// Of an XML file that is read here.
  static let xmlMaxBytes = 16 << 20
  static let xmlMaxDepth = 64
  static let xmlMaxElements = 200_000
  /// Signatures of a document.
  static let signaturesMost = 64
  /// Places where one seal stands: an edge seal has one on each page.
  static let stampsMost = 2_048
  /// Of a page's side, in millimetres.
  static let sideMaxMillimetres = 5_000.0
}
