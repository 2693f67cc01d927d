import Web

/// The fields by which a list of letters is filtered and ordered.
struct FilterValues: PageValues {
  let path: String
  let isSet: Bool
  let mailboxes: [StepOptionValues]
  let kinds: [StepOptionValues]
  let states: [StepOptionValues]
  let orders: [StepOptionValues]
}

/// The form by which a list is taken away as a file.
struct ExportValues: PageValues {
  let path: String
  let mailbox: String
  let kind: String
  let state: String
  let order: String
}

/// A step that is taken with all letters that are chosen.
struct BulkActValues: PageValues {
  let id: String
  let path: String
  let text: String
  let isPlain: Bool
}

/// Letters that were found.
struct SearchPage: InsidePage {
  static let template = "search"

  let query: String
  let late: String?
  let tabs: [TabValues]
  let isEmpty: Bool
  let hint: String?
  let isIncomplete: Bool
  let hasLetters: Bool
  let canChoose: Bool
  let letters: [LetterRow]
  let acts: [BulkActValues]
  let allPath: String?
  let nextPath: String?
  let canSearchPhones: Bool
}

/// The form of a step for several letters.
struct BulkStepPage: InsidePage {
  static let template = "bulk-step"

  let heading: String
  let explanation: String
  let path: String
  let hasForm: Bool
  let letters: [BulkLetterValues]
  let fields: [StepFieldValues]
  let isDanger: Bool
  let verb: String
  let hasOthers: Bool
  let others: [BulkLetterValues]
}

struct BulkLetterValues: PageValues {
  let number: String
  let letterTitle: String
  let chosen: String
  let entry: String
  let problem: String?
}

/// What became of a step that was taken with several letters.
struct BulkDonePage: InsidePage {
  static let template = "bulk-done"

  let heading: String
  let done: String
  let hasOthers: Bool
  let others: [BulkLetterValues]
}
