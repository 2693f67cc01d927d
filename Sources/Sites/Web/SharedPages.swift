/// The layout around every page.
struct LayoutValues: PageValues {
  let t: [String: String]
  let language: String
  let title: String
  let site: String
  let footer: String
  let stylesheet: String
  let script: String?
  let failed: Bool
  let hasNotices: Bool
  let notices: [NoticeValues]
  let links: [LinkValues]
  /// The page up to the end of its heading, and the rest: both HTML.
  let heading: String
  let main: String
  let switching: SwitchValues
}

struct NoticeValues: PageValues {
  let text: String
  let style: String
}

struct LinkValues: PageValues {
  let path: String
  let text: String
  let current: Bool
}

/// The way to the page in the other language: a link where there is a target, else a button of the page's form.
struct SwitchValues: PageValues {
  let otherLanguage: String
  let otherLanguageTag: String
  var languageTarget: String?
  /// Where the form goes; nil for a search.
  var switchAction: String?
  /// Whether Enter does nothing.
  var isIdle: Bool = false
}

struct ErrorPage: Page {
  static let template = "error"

  let heading: String
  let text: String
}
