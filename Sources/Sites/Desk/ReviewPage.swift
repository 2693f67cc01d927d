import Web

/// One letter a screen, for a leader on a tablet.
struct ReviewPage: InsidePage {
  static let template = "review"

  let done: String?
  let late: String?
  let isEmpty: Bool
  let letter: ReviewLetterValues?
  let previous: String?
  let next: String?
}

struct ReviewLetterValues: PageValues {
  let place: String
  /// Where the letter stands among those that wait, counted from 0.
  let at: String
  let number: String
  let letterTitle: String
  let mailbox: String
  let kind: String
  let stage: String
  let state: String
  let due: String
  let isOverdue: Bool
  let proposal: String?
  let proposalHeading: String
  let text: String
  let files: String?
  let hasResults: Bool
  let results: [LaneResultValues]
  let hasActs: Bool
  let phrases: [PhraseValues]
  let own: OwnWordsValues?
}

/// A button that takes the step with ready words.
struct PhraseValues: PageValues {
  let id: String
  let path: String
  let field: String
  let entry: String
  let text: String
  let signing: SigningValues?
}

/// The form for words of one's own, and the links to what else can be done.
struct OwnWordsValues: PageValues {
  let path: String
  let field: String
  let entry: String
  let label: String
  let verb: String
  let signing: SigningValues?
  let others: [StepLinkValues]
}
