import Web

/// A page with a form of a visit, or of a step before one.
protocol VisitPage: Page {}

/// What all those pages have.
struct VisitFrame: PageValues {
  /// The token of the page's forms.
  let csrf: String
  let smsIsDemo: Bool
}

struct HomePage: Page {
  static let template = "home"

  let smsIsDemo: Bool
}

struct NoticePage: VisitPage {
  static let template = "notice"

  let steps: StepsValues = StepsValues(current: 1)
  let agrees: Bool
}

struct PhonePage: VisitPage {
  static let template = "phone"

  let steps: StepsValues = StepsValues(current: 2)
  let phone: String
}

struct CodePage: VisitPage {
  static let template = "code"

  let steps: StepsValues = StepsValues(current: 2)
  let isConfirmed: Bool
  let code: String
  let sentTo: String?
}

/// The form of a letter.
struct LetterPage: VisitPage {
  static let template = "letter"

  let steps: StepsValues = StepsValues(current: 3)
  let letterTitle: String
  let text: String
  let mail: String
  let publishYes: Bool
  let publishNo: Bool
  let mailboxes: [ChoiceValues]
  let kinds: [ChoiceValues]
  let hasAttachments: Bool
  let attachments: [AttachmentValues]
  let titleHint: String
  let textHint: String
  let filesHint: String
}

/// A letter whose visit has ended, handed back.
struct LostPage: VisitPage {
  static let template = "lost"

  let letterTitle: String
  let text: String
}

/// An answer to the office's question that could not be taken, handed back.
struct LostReplyPage: VisitPage {
  static let template = "lost-reply"

  let why: String
  let text: String
}

struct CheckPage: VisitPage {
  static let template = "check"

  let steps: StepsValues = StepsValues(current: 4)
  let letter: DraftValues
  let phone: String
  let mail: String?
}

struct DonePage: VisitPage {
  static let template = "done"

  let code: String
  let password: String
  let number: String
  let acceptedAt: String
  let lookupURL: String
}

struct LeavePage: VisitPage {
  static let template = "leave"

  let back: String
}

struct LookupPage: VisitPage {
  static let template = "lookup"

  let code: String
  let password: String
  let isLocked: Bool
}

/// A letter that was looked up.
struct ReadPage: VisitPage {
  static let template = "read"

  let number: String
  let stage: String
  let stageText: String
  let stageMeans: String?
  let late: String?
  let refusal: String?
  let timeline: [StandingValues]
  let hasQuestions: Bool
  let questions: [QuestionValues]
  let reply: ReplyFormValues?
  let isDeclined: Bool
  let hasOutcome: Bool
  let outcome: String
  let outcomeAt: String
  let isPublished: Bool
  let letter: DraftValues
}

/// What the office asked, and what was answered.
struct QuestionValues: PageValues {
  let text: String
  let asked: String
  /// What there is to say where no answer stands below; nil for nothing.
  let standing: String?
  let answers: [AnswerValues]
}

struct AnswerValues: PageValues {
  let text: String
  let at: String
  let state: String
}

/// The form of an answer.
struct ReplyFormValues: PageValues {
  let question: String
  /// The answer's own name: a form that is sent twice is one answer.
  let reply: String
  let until: String?
  let text: String
}

struct UnlockPage: VisitPage {
  static let template = "unlock"

  let code: String
  let phone: String
}

struct UnlockCodePage: VisitPage {
  static let template = "unlock-code"

  let code: String
}

struct UnlockedPage: VisitPage {
  static let template = "unlocked"
}

struct PublicPage: Page {
  static let template = "public"

  let isEmpty: Bool
  let letters: [PublishedValues]
  let isPaged: Bool
  let newer: String?
  let older: String?
}

struct PublishedPage: Page {
  static let template = "published"

  let letter: PublishedValues
  let text: String
  let answer: String
}

/// The steps of writing a letter.
struct StepsValues: PageValues {
  let step1: Bool
  let step2: Bool
  let step3: Bool
  let step4: Bool

  init(current: Int) {
    (step1, step2, step3, step4) = (current == 1, current == 2, current == 3, current == 4)
  }
}

struct ChoiceValues: PageValues {
  let id: String
  let name: String
  let selected: Bool
}

struct AttachmentValues: PageValues {
  let name: String
  let size: String
  let blob: String
}

/// A letter as its author wrote it.
struct DraftValues: PageValues {
  let mailbox: String
  let kind: String
  let letterTitle: String
  let text: String
  let publish: String
  let hasAttachments: Bool
  let attachments: [AttachmentValues]
}

/// A step on a letter's way.
struct StandingValues: PageValues {
  let text: String
  let standing: String
  let past: Bool
  let current: Bool
  let at: String?
}

struct PublishedValues: PageValues {
  let number: String
  let letterTitle: String
  let mailbox: String
  let kind: String
  let acceptedAt: String
  let answeredAt: String
}
