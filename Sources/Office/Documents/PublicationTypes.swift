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

/// How far a document is on its way to another office, by that office's signed receipts.
public struct DocumentDelivery: Sendable, Equatable {
  /// Somebody of the other office has signed for it (签收).
  public struct SignedFor: Sendable, Equatable {
    /// When, by the other office's word and clock.
    public var statedAt: Date
    /// When its receipt came, by this zone's clock; nil for one that came under an earlier release.
    public var receiptAt: Date?
    public var name: String
    public var unit: String
  }

  /// The other office's zone.
  public var peer: String
  public var at: Date
  /// Who delivered it; empty where that was lost with the restore of a backup, and `at` is when the office's receipt told of it.
  public var name: String
  public var standing: DocumentPublication.Standing
  /// Nil until then.
  public var signedFor: SignedFor?
  public var withdrawal: DocumentPublication.Withdrawal?
}

/// Where a document was sent, and where one person may send it.
public struct DocumentDispatch: Sendable {
  /// Nil where it was never published.
  public var publication: DocumentPublication?
  /// By the names of the zones.
  public var deliveries: [DocumentDelivery]
  /// The zones of other offices that it can be delivered to now.
  public var offices: [String]
  /// Nil before it is sealed.
  public var decision: PublicationDecision?
  /// What this person may do.
  public var steps: Set<PublicationStep>
}

/// What is published, delivered or withdrawn, in words that are shown, sent and signed.
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
  case deliver
  case withdraw
}
