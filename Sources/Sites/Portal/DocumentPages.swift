import Web

/// The list of published documents.
struct DocumentsPage: Page {
  static let template = "documents"

  let isEmpty: Bool
  let documents: [DocumentRow]
  let isPaged: Bool
  let newer: String?
  let older: String?
}

struct DocumentPage: Page {
  static let template = "document"

  let document: DocumentRow
  let publishedAt: String
  let state: String
  let withdrawnAt: String?
  let reason: String?
  let files: [DocumentFileValues]
}

/// The forms of the check, and what the last one found.
struct DocumentCheckPage: VisitPage {
  static let template = "document-check"

  let number: String
  let fileHint: String
  let verdict: VerdictValues?
}

struct DocumentRow: PageValues {
  let id: String
  let number: String
  let documentTitle: String
  let issuer: String
  let date: String
  /// The word for it; nil while the document is in force.
  let withdrawn: String?
}

struct DocumentFileValues: PageValues {
  let kind: String
  let size: String
  let digest: String
  /// Nil where it is not given out any more.
  let path: String?
}

/// What a check found, in words.
struct VerdictValues: PageValues {
  /// `good`, `note` or `error`: green, amber, red.
  let style: String
  let code: String
  let heading: String
  let text: String
  let hasDocuments: Bool
  let documents: [DocumentRow]
  let steps: [CheckStepValues]
  let seals: [CheckedSealValues]
  let digest: String?
}

struct CheckedSealValues: PageValues {
  let name: String
  let steps: [CheckStepValues]
}

struct CheckStepValues: PageValues {
  let code: String
  /// `holds`, `fails`, `unknown` or `remark`.
  let outcome: String
  let mark: String
  let standing: String
  let text: String
  let detail: String?
}
