import Web

/// A page for somebody who has come in.
protocol InsidePage: Page {}

/// What all those pages have.
struct InsideFrame: PageValues {
  /// The token of the page's forms.
  let csrf: String
  let handler: String
}

struct FolderPage: InsidePage {
  static let template = "folder"

  let heading: String
  let hint: String?
  let late: String?
  let undelivered: UndeliveredValues?
  let tabs: [TabValues]
  let query: String
  let filter: FilterValues?
  let isEmpty: Bool
  let hasLetters: Bool
  let canChoose: Bool
  let letters: [LetterRow]
  let acts: [BulkActValues]
  let allPath: String?
  let export: ExportValues?
  let places: PlacesValues?
}

/// Letters whose citizens must be told in another way.
struct UndeliveredValues: PageValues {
  let text: String
  let letters: [NumberValues]
}

struct NumberValues: PageValues {
  let number: String
}

struct TabValues: PageValues {
  let path: String
  let text: String
  let count: String
  let current: Bool
}

struct LetterRow: PageValues {
  let number: String
  let branch: String
  let canChoose: Bool
  let isChosen: Bool
  let letterTitle: String
  let mailbox: String
  let kind: String
  let acceptedAt: String
  let stage: String
  let state: String
  let due: String?
  let isOverdue: Bool
  let isUrged: Bool
  let isReminded: Bool
  let isRefused: Bool
  let attachments: String?
}

/// The links between the parts of a folder.
struct PlacesValues: PageValues {
  let path: String
  let query: String
  let previous: String?
  let next: String?
}

struct LetterPage: InsidePage {
  static let template = "letter"

  let letter: LetterValues
  let late: String?
  /// What was done, right after it, and where the next letter that waits for this person is.
  let done: String?
  let nextPath: String?
  let canSignFor: Bool
  let signing: SigningValues?
  /// Nil where this person can take no further step.
  let stepLinks: StepLinksValues?
  /// The form of the step that was chosen.
  let step: StepFormValues?
  let lanes: LanesValues?
  /// Nil where the letter can neither be answered nor declined.
  let settling: SettlingValues?
}

struct LetterValues: PageValues {
  let number: String
  let stage: String
  let stageText: String
  let state: String
  /// The promised date, and how it came about.
  let due: String
  let dueHow: String?
  let isOverdue: Bool
  let isPaused: Bool
  /// What became of the message that tells of the question.
  let pausedNotice: String?
  let isCourseRefused: Bool
  /// What was asked for beside the flow, and the letters that are handled together with this one.
  let requests: [RequestValues]
  let joinedWith: JoinedValues?
  let joined: JoinedValues?
  let mailbox: String
  let kind: String
  let letterTitle: String
  let text: String
  let phone: String
  let mail: String?
  let acceptedAt: String
  let publish: String
  let hasAttachments: Bool
  let attachments: [AttachmentValues]
  let history: HistoryValues
  var outcome: OutcomeValues?
}

struct AttachmentValues: PageValues {
  let index: String
  let name: String
  let type: String
  let size: String
}

/// What happened to a letter, and what is to come.
struct HistoryValues: PageValues {
  let events: [EventValues]
  let current: String?
  let coming: Bool
}

struct EventValues: PageValues {
  let text: String
  var unit: String?
  let at: String
  let who: String
  var proof: String?
  var hasFields: Bool = false
  var fields: [FlowFieldValues] = []
}

struct OutcomeValues: PageValues {
  let heading: String
  let text: String
  let visibility: String
  var delivery: String
  var outcomeLate: String?
  let refusal: String?
  let notice: String?
}

/// What the browser needs to sign a form.
struct SigningValues: PageValues {
  let head: String
  let nonce: String
  let keys: String
}

/// The form that answers or declines a letter.
struct SettlingValues: PageValues {
  /// Where it is posted to for its check page.
  let answerPath: String
  let answerHeading: String
  let canAnswer: Bool
  let canDecline: Bool
  let mayPublish: Bool
  let isDeclining: Bool
  let written: WrittenValues
}

struct WrittenValues: PageValues {
  let answer: String
  let reason: String
  let visibilityValue: String
  let isPublic: Bool
  let hasAnswer: Bool
  let hasReason: Bool
  let isWritten: Bool
}

struct OutcomeCheckPage: InsidePage {
  static let template = "outcome-check"

  let letter: LetterValues
  let written: WrittenValues
  let path: String
  let isAnswer: Bool
  let isPublished: Bool
  let shownText: String
  let shownHeading: String
  /// What becomes of the letters that are joined with it.
  let alsoJoined: String?
  let shownStage: String
  let shownStageText: String
  let message: String
  let signing: SigningValues?
}

/// Somebody else has handled the letter.
struct ConflictPage: InsidePage {
  static let template = "conflict"

  let letter: LetterValues
  let explanation: String
  let written: WrittenValues
}

/// A step that was not taken, with what was written.
struct KeptPage: InsidePage {
  static let template = "kept"

  let heading: String
  let text: String
  let number: String?
  let written: WrittenValues
}

struct LoginPage: Page {
  static let template = "login"

  let name: String
  let unit: String?
  let fingerprint: String
  let csrf: String
  let to: String
}

struct MePage: InsidePage {
  static let template = "me"

  let name: String
  let person: String
  let unit: String?
  let roles: String?
  let mailboxes: String?
  let standsIn: String?
  let lastLogin: String?
  let fingerprint: String
  let canDelegate: Bool
}

struct EndedPage: Page {
  static let template = "ended"

  let text: String
  let hasText: Bool
  let path: String
}

struct EnrolmentLinkPage: InsidePage {
  static let template = "enrolment-link"

  let host: String
  let path: String
  let hours: String
  let id: String
}

struct EnrolPage: Page {
  static let template = "enrol"

  let name: String
  let path: String
}
