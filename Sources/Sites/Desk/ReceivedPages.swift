import Web

struct ReceivedListPage: InsidePage {
  static let template = "received"

  let tabs: [TabValues]
  let isEmpty: Bool
  let hasDocuments: Bool
  let documents: [ReceivedValues]
  let paging: PagingValues?
}

/// A document of another office.
struct ReceivedValues: PageValues {
  let path: String
  let documentTitle: String
  let number: String
  let issuer: String
  let date: String
  let peer: String
  let classification: String?
  let arrived: String
  let state: String
  let stateText: String
  let signedFor: String?
  /// `sent`, `delivered` or `refused`; nil before there is a receipt.
  let receipt: String?
  let receiptText: String
  let receiptRefused: Bool
  let withdrawn: String?
  let withdrawnText: String
  let reason: String?
  let digest: String
}

/// A sentence on who else has withdrawn a document.
struct WithdrawnValues: PageValues {
  let sentence: String
}

/// A seal, whose it is, and what holds of it.
struct ReceivedSealValues: PageValues {
  let name: String
  let sealer: String?
  let steps: [CheckStepValues]
}

struct ReceivedPage: InsidePage {
  static let template = "received-document"

  let document: ReceivedValues
  /// That others have withdrawn it, in words.
  let withdrawals: [WithdrawnValues]
  let hasSteps: Bool
  /// Nobody has withdrawn it, or says so.
  let isGood: Bool
  let steps: [CheckStepValues]
  let seals: [ReceivedSealValues]
  /// Empty before the receipt.
  let files: [DocumentFileValues]
  let canSign: Bool
  let decision: String
  let signing: SigningValues?
}
