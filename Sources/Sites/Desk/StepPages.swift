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
  let steps: [StepLinkValues]
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

struct LaneResultValues: PageValues {
  let unit: String
  let text: String
}

/// What was filled in for a step.
struct FlowFieldValues: PageValues {
  let label: String
  let text: String
}
