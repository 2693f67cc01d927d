import Cryptography
public import Foundation
public import Roles
import Zones

extension DocumentSeries {
  /// `安政发〔2026〕12号`
  func text(year: Int, number: Int) -> String { "\(mark)〔\(year)〕\(number)号" }

  /// Before a number is given: `安政发〔2026〕×号`.
  func placeholder(year: Int) -> String { "\(mark)〔\(year)〕×号" }
}

/// What a drafter writes.
public struct DocumentContent: Sendable, Equatable {
  /// docs/documents.md, without a number.
  public var notation: String
  /// A series' identifier.
  public var series: String
  public var disclosure: Disclosure

  public init(notation: String, series: String, disclosure: Disclosure) {
    (self.notation, self.series, self.disclosure) = (notation, series, disclosure)
  }

  /// SHA-256, hex, of the series, the disclosure and the notation, each of the first two on a line of its own.
  public var revision: String { Digest.of(Array("\(series)\n\(disclosure.rawValue)\n\(notation)".utf8)).hex }
}

public struct DocumentSummary: Sendable {
  public var identifier: String
  public var state: DocumentState
  public var title: String
  /// Empty before the grant.
  public var number: String
  public var unitName: String
  public var drafterName: String
  /// As the page has it; empty where there is none.
  public var classification: String
  public var disclosure: Disclosure
  public var changedAt: Date
}

/// One line of a document's history.
public struct DocumentEvent: Sendable {
  /// `drafted`, `changed`, `requested`, `granted`, `refused`, `taken-back`, `given-back`, `sealed`, `discarded`.
  public var what: String
  public var at: Date
  public var name: String
  public var detail: String
}

/// One use of a seal, from asking to applying.
public struct SealUse: Sendable {
  public enum State: String, Sendable, CaseIterable {
    case asked
    case granted
    case refused
    case takenBack = "taken-back"
    case givenBack = "given-back"
    case applied
  }

  /// Who did a part of it, and when.
  public struct Hand: Sendable {
    public var name: String
    public var at: Date
  }

  public var identifier: String
  public var document: String
  public var documentTitle: String
  public var documentNumber: String
  public var seal: String
  public var sealName: String
  public var state: State
  /// Why it was asked for.
  public var reason: String
  public var asked: Hand
  /// Who granted it, also where it ended after that.
  public var decided: Hand?
  /// Refused, taken back or given back.
  public var ended: Hand?
  public var endedReason: String
  public var applied: Hand?
  /// SHA-256 of the OFD, hex.
  public var digestBefore: String
  public var digestAfter: String
  /// From 1; 0 before it was applied.
  public var page: Int
  public var leftMicrometres: Int
  public var topMicrometres: Int
  /// The longer side of the seal's picture.
  public var sealMillimetres: Int
}

/// A document with its history, as one person may see it.
public struct OfficeDocument: Sendable {
  public var summary: DocumentSummary
  public var content: DocumentContent
  /// `DocumentContent.revision`: what a step names, so that nobody decides on what they have not seen.
  public var revision: String
  public var unit: UnitPath
  public var drafter: String
  public var events: [DocumentEvent]
  /// The newest first.
  public var uses: [SealUse]
  /// What this person may do with it now.
  public var steps: Set<DocumentStep>
  /// SHA-256 of the sealed files, hex; nil before.
  public var sealedOFD: String?
  public var sealedPDF: String?
  public var pageCount: Int?
  /// Nil for what is typeset here.
  public var paper: Paper?

  /// The use that is open, or was applied.
  public var use: SealUse? { uses.first { [.asked, .granted, .applied].contains($0.state) } }

  /// What a step decides about that asks for this seal, or ends a request for it.
  ///
  /// - Parameter seal: its identifier in the register.
  public func decision(seal: String) -> DocumentDecision {
    DocumentDecision(
      content, seal: seal, request: uses.first { [.asked, .granted].contains($0.state) }?.identifier,
      number: summary.number)
  }
}

/// What a step decides about, in words that are shown, sent and signed.
///
/// A page that was made before somebody changed the document names another revision, and its step is refused.
public struct DocumentDecision: Sendable, Equatable {
  public let text: String

  /// - Parameters:
  ///   - seal: its identifier in the register.
  ///   - request: the open one's identifier; nil before one is made.
  ///   - number: empty before the grant.
  public init(_ content: DocumentContent, seal: String, request: String?, number: String) {
    text = """
      revision \(content.revision) seal \(seal) request \(request ?? "-") series \(content.series) \
      disclosure \(content.disclosure.rawValue) number \(number.isEmpty ? "-" : number)
      """
  }

  /// The seal that it names; nil where the text is none of ours.
  public var seal: String? {
    let words = text.utf8.count <= 1_024 ? text.split(separator: " ", omittingEmptySubsequences: false) : []
    return words.count >= 12 && words[0] == "revision" && words[2] == "seal" ? String(words[3]) : nil
  }

  /// As a form has sent it.
  public init(text: String) { self.text = text }
}
