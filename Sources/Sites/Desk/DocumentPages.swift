import Web

struct DocumentsPage: InsidePage {
  static let template = "documents"

  let heading: String
  let canDraft: Bool
  let hasWaiting: Bool
  let waiting: [DocumentRow]
  let tabs: [TabValues]
  let isEmpty: Bool
  let hasDocuments: Bool
  let documents: [DocumentRow]
  let paging: PagingValues?
}

struct DocumentRow: PageValues {
  let path: String
  let documentTitle: String
  let number: String?
  let stateText: String
  let classification: String?
  let unit: String
  let drafter: String
  let changedAt: String
}

struct DocumentPage: InsidePage {
  static let template = "document"

  let document: DocumentValues
  let publication: PublicationValues?
  let hasDeliveries: Bool
  let deliveries: [DeliveryValues]
  let hasSteps: Bool
  let steps: [DocumentStepValues]
  let notation: String
  let events: [DocumentEventValues]
  let fault: String?
  let sheets: SheetsValues?
}

/// What every page about a document shows of it.
struct DocumentValues: PageValues {
  let id: String
  let documentTitle: String
  let state: String
  let stateText: String
  let number: String?
  let unit: String
  let drafter: String
  let disclosure: String
  let classification: String?
  let isPaper: Bool
  let use: SealUseValues?
}

struct SealUseValues: PageValues {
  let number: String?
  let stateText: String
  let seal: String
  let reason: String
  let asked: String
  let granted: String?
  let applied: String?
  let place: String?
  let digest: String?
}

struct DocumentStepValues: PageValues {
  let id: String
  let path: String
  let text: String
  let isPlain: Bool
}

struct DocumentEventValues: PageValues {
  let text: String
  let who: String
  let at: String
  let detail: String?
}

/// The pages of a document as pictures, some at a time, and its files.
struct SheetsValues: PageValues {
  let lead: String
  let hasRemarks: Bool
  let remarks: [RemarkValues]
  let files: [DocumentFileValues]
  let pages: [SheetValues]
  let papers: [PaperSheetValues]
  let paging: PagingValues?
}

struct RemarkValues: PageValues {
  let text: String
}

struct DocumentFileValues: PageValues {
  let kind: String
  let path: String
  let text: String
}

struct SheetValues: PageValues {
  let path: String
  let text: String
}

struct DraftPage: InsidePage {
  static let template = "draft"

  let heading: String
  let path: String
  let revision: String
  let notation: String
  let series: [OptionValues]
  let disclosures: [OptionValues]
  let example: String
}

struct RequestPage: InsidePage {
  static let template = "document-request"

  let document: DocumentValues
  let path: String
  let hasSeals: Bool
  let seals: [SealChoiceValues]
  let reasonTyped: String
  let signing: SigningValues?
  let fault: String?
  let sheets: SheetsValues?
}

struct SealChoiceValues: PageValues {
  let id: String
  let decision: String
  let text: String
  let chosen: Bool
}

/// Where a request is granted, refused, taken back, applied or given back.
struct GrantPage: InsidePage {
  static let template = "document-grant"

  let heading: String
  let document: DocumentValues
  let granting: DecisionForm?
  let applying: DecisionForm?
  let ending: EndingForm?
  let fault: String?
  let sheets: SheetsValues?
}

struct DecisionForm: PageValues {
  let path: String
  let decision: String
  let grantText: String
  let signing: SigningValues?
}

struct EndingForm: PageValues {
  let path: String
  let decision: String
  let endHeading: String
  let endText: String
  let endVerb: String
  let reasonTyped: String
  let signing: SigningValues?
}

struct SealsPage: InsidePage {
  static let template = "seals"

  let isEmpty: Bool
  let hasSeals: Bool
  let seals: [SealRow]
}

struct SealRow: PageValues {
  let id: String
  let name: String
  let owner: String
  let state: String
  let stateText: String
  let valid: String
}

struct SealPage: InsidePage {
  static let template = "seal"

  let seal: SealValues
  let canChange: Bool
  let choices: [OptionValues]
  let reasonTyped: String
  let changes: [DocumentEventValues]
  let hasUses: Bool
  let uses: [SealUseValues]
}

struct SealValues: PageValues {
  let id: String
  let name: String
  let owner: String
  let ownIdentifier: String
  let size: String
  let state: String
  let stateText: String
  let valid: String
  let signer: String
  let keyName: String
  let pdfKeyName: String?
  let digest: String
}

struct SealImportPage: InsidePage {
  static let template = "seal-import"

  let hasSteps: Bool
  let steps: [CheckStepValues]
  let hasSigners: Bool
  let signers: [OptionValues]
  let owner: String
  let keyName: String
  let pdfKeyName: String
}

struct CheckStepValues: PageValues {
  let sign: String
  let text: String
  let detail: String?
}
