import Web

/// A step that can be taken, as a link.
struct StepLinkValues: PageValues {
  let id: String
  let path: String
  let text: String
  let unit: String?
  let isPlain: Bool
  let current: Bool
}

struct StepLinksValues: PageValues {
  let hasSteps: Bool
  let steps: [StepLinkValues]
  /// What can be done beside the flow.
  let hasBesides: Bool
  let besides: [StepLinkValues]
}

/// The form of one step.
struct StepFormValues: PageValues {
  let path: String
  let branch: String
  let entry: String
  let heading: String
  let explanation: String
  let fields: [StepFieldValues]
  let signing: SigningValues?
  let isDanger: Bool
  let verb: String
}

struct StepFieldValues: PageValues {
  let id: String
  let label: String
  let hint: String?
  let problem: String?
  let described: String?
  let isText: Bool
  let isDate: Bool
  let isChoice: Bool
  /// A number of a letter.
  let isNumber: Bool
  let isMany: Bool
  let rows: String
  let value: String
  let options: [StepOptionValues]
}

struct StepOptionValues: PageValues {
  let value: String
  let text: String
  let chosen: Bool
}

/// The units' parts of a letter, a row each.
struct LanesValues: PageValues {
  let lanes: [LaneValues]
  let results: [LaneResultValues]
}

struct LaneValues: PageValues {
  let unit: String
  let under: String?
  let part: String
  let stage: String
  let stateText: String
  let person: String?
  let due: String?
}

/// Something that was asked for beside the flow.
struct RequestValues: PageValues {
  let title: String
  let stage: String
  let stateText: String
  let who: String
  let reason: String
  let newDate: String?
}

/// Letters that are handled together with this one.
struct JoinedValues: PageValues {
  let heading: String
  let letters: [NumberValues]
  /// What is said of those that this person may not read.
  let others: String?
}

struct LaneResultValues: PageValues {
  let unit: String
  let text: String
}

/// What was filled in for a step.
struct FlowFieldValues: PageValues {
  let label: String
  let text: String
}
