import ContainedChecks
public import Documents
import Foundation

/// A paper of two pages, and what stands in for the printer: the paper itself comes out.
public enum TestPaper {
  public static func bytes() throws -> [UInt8] {
    let specimen = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../docs/specimen/seal/plain.pdf")
    return [UInt8](try Data(contentsOf: specimen))
  }

  /// What the printer refuses.
  public static let unprintable = Array("%PDF-1.7 encrypted".utf8)

  public static let printing = PaperPrinting { paper throws(CheckFailure) in
    if paper == unprintable { throw .ended }
    return paper
  } picture: { page, _ in
    [0x89, 0x50, 0x4E, 0x47, UInt8(page)]
  }
}
