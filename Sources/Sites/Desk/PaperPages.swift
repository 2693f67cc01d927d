import Web

struct PaperPage: InsidePage {
  static let template = "paper"

  let heading: String
  let path: String
  let revision: String
  let isNew: Bool
  let paperTitle: String
  let page: String
  let left: String
  let top: String
  let back: String
}

/// A page of a paper, with the place of its seal where it stands there; all in millimetres.
struct PaperSheetValues: PageValues {
  let path: String
  let text: String
  let width: String
  let height: String
  let circle: CircleValues?
}

struct CircleValues: PageValues {
  let x: String
  let y: String
  let radius: String
}
