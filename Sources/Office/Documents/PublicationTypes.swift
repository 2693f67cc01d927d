public import Foundation

/// How far a document is on its way to the public, by the portal's signed receipts.
public struct DocumentPublication: Sendable, Equatable {
  public enum Standing: Equatable, Sendable {
    /// On its way.
    case sent
    /// The portal has it.
    case delivered
    /// The portal, or its zone, did not take it, with the code that it gave.
    case refused(code: String)
  }

  public struct Withdrawal: Sendable, Equatable {
    public var at: Date
    /// For the public.
    public var reason: String
    public var name: String
    public var standing: Standing
  }

  public var at: Date
  public var name: String
  public var standing: Standing
  public var withdrawal: Withdrawal?
}

/// What is published or withdrawn, in words that are shown, sent and signed.
public struct PublicationDecision: Sendable, Equatable {
  public let text: String

  /// - Parameters:
  ///   - number: the document's, such as `安政发〔2026〕12号`.
  ///   - ofd: SHA-256 of the sealed original, hex.
  ///   - pdf: SHA-256 of the copy, hex; empty where there is none.
  public init(number: String, ofd: String, pdf: String) {
    text = "number \(number) ofd \(ofd) pdf \(pdf.isEmpty ? "-" : pdf)"
  }

  /// As a form has sent it.
  public init(text: String) { self.text = text }
}

/// What somebody may do now.
public enum PublicationStep: String, CaseIterable, Sendable {
  case publish
  case withdraw
}
