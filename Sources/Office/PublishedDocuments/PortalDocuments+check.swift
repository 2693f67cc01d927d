import Certificates
public import ContainedChecks
import Cryptography
import DocumentSeals
public import FairQueues
import Logging
public import PacketFormat
import Runtime
import Zones

/// What can be told of a file that somebody brought.
public struct CheckedFile: Sendable {
  /// SHA-256.
  public let digest: HexDigest
  public let report: Result<CheckReport, CheckFailure>
  /// The document whose original or copy it is, byte for byte.
  public let published: PublishedDocument?
  /// Whether it is that document's copy.
  public let isCopy: Bool
  /// Documents of a number that it bears, where it is none of theirs.
  public let sameNumber: [PublishedDocument]

  /// Whether everything holds: the seals, that it is what was published, and that it is in force.
  public var isGood: Bool {
    guard let published, published.withdrawal == nil, case .success(let report) = report else { return false }
    return report.verdict == .genuine
  }
}

/// A file was not checked: too many are.
public enum CheckRefusal: Error, Equatable, Sendable {
  /// Too many wait at this moment.
  case busy
  /// This source, or everybody together, has had as many as a quarter of an hour has.
  case tooMany
}

extension PortalDocuments {
  private static let pool = BlockingPool("documents.checks", width: CheckQueue.atOnce)

  /// Checks a file, and looks up what is known of it.
  ///
  /// - Parameter source: who asks, as limits count it.
  /// - Throws: `CheckRefusal`, and the database's errors.
  public func check(_ bytes: [UInt8], for source: Source) async throws -> CheckedFile {
    guard queue.allows(source) else { throw CheckRefusal.tooMany }
    guard await queue.turns.enter(source) else { throw CheckRefusal.busy }
    defer { queue.turns.leave() }
    let (report, digest) = await Self.pool.run {
      [self] () throws(Never) -> (Result<CheckReport, CheckFailure>, Digest) in
      (outcome(of: bytes), Digest.of(bytes))
    }
    guard let name = HexDigest(digest.hex) else { throw CheckRefusal.busy }
    let published = try await document(digest: name)
    var sameNumber: [PublishedDocument] = []
    if published == nil, case .success(let report) = report {
      for number in Set(report.numbers.compactMap { DocumentNumber(typed: $0) }) {
        sameNumber += try await documents(number: number)
      }
    }
    if case .failure(let failure) = report {
      logger.warning("a document could not be checked", metadata: ["code": "\(failure)"])
    }
    return CheckedFile(
      digest: name, report: report, published: published, isCopy: published?.facts.pdf?.digest == name,
      sameNumber: sameNumber)
  }

  private func outcome(of bytes: [UInt8]) -> Result<CheckReport, CheckFailure> {
    do throws(CheckFailure) {
      return .success(try process.check(bytes, trust: try trust.checkTrust()))
    } catch {
      return .failure(error)
    }
  }
}
