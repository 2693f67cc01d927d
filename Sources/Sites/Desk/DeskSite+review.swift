import HTTPTypes
import Hummingbird
import HummingbirdCore
import Letters
import Roles
import Web

/// The leader's page (批阅): what waits for them, one letter a screen, with ready words as buttons.
extension DeskSite {
  /// What a leader does here with ready words, and the field that these fill in.
  private static let leading: [(act: LetterAct, field: LetterField)] = [(.instruct, .instruction), (.accept, .opinion)]
  private static let phrases = 3

  func addReviewRoutes(to routes: inout RouteTable) {
    handle(.get, "/review", .reviewLetter, &routes) { [self] in try await reviewPage($0, $1) }
  }

  private func reviewPage(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    guard presence.official.may(.reviewLetter) else { throw WebFailure.notAllowed }
    let language = request.language
    let waiting = try await letters.forDecision(by: presence.official, limit: Self.folderSize)
    let asked = request.query("at").flatMap { Int($0) } ?? 0
    let at = min(max(asked, 0), max(waiting.letters.count - 1, 0))
    var shown: ReviewLetterValues?
    var signs = false
    if waiting.letters.indices.contains(at) {
      let keys = try await signingKeys(of: presence)
      signs = !keys.isEmpty
      let letter = try await letters.letter(number: waiting.letters[at].number, for: presence.official)
      let total = "\(waiting.letters.count)" + (waiting.hasMore ? "+" : "")
      shown = reviewValues(letter, at, total, keys, presence, language)
    }
    return page(
      ReviewPage(
        done: reviewDone(request), late: try await lateText("linkLate", "linkNever", language),
        isEmpty: shown == nil, letter: shown, previous: at > 0 ? "\(at - 1)" : nil,
        next: at + 1 < waiting.letters.count ? "\(at + 1)" : nil),
      titleKey: "reviewHeading", request, presence, form: shown?.own.map { "\($0.path)/edit" }, takesEnter: false,
      runsScript: signs)
  }

  private func reviewDone(_ request: WebRequest) -> String? {
    guard let act = request.query("done").flatMap({ LetterAct(rawValue: $0) }) else { return nil }
    return renderer.strings.text(
      "stepDone", request.language, renderer.strings.text("step-\(act.rawValue)", request.language))
  }

  private func reviewValues(
    _ letter: DeskLetter, _ at: Int, _ total: String, _ keys: [String], _ presence: Presence, _ language: Language
  ) -> ReviewLetterValues {
    let (strings, values) = (renderer.strings, letterValues(letter, language))
    let step = Self.leading.first { letter.offer($0.act) != nil }
    func signing(_ act: LetterAct) -> SigningValues? {
      keys.isEmpty ? nil : offer(act.recordedName, "letter \(letter.number)", keys, presence)
    }
    let words = letter.isDeclining ? "decline" : step?.act.rawValue ?? ""
    let phrases: [PhraseValues] =
      step.flatMap { step in
        letter.offer(step.act).map { offer in
          (1...Self.phrases).map { number in
            PhraseValues(
              id: "\(number)", path: "/letters/\(letter.number)/\(step.act.rawValue)", field: step.field.rawValue,
              entry: "\(offer.entry)", text: strings.text("phrase-\(words)-\(number)", language),
              signing: signing(step.act))
          }
        }
      } ?? []
    let own: OwnWordsValues? = step.flatMap { step in
      letter.offer(step.act).map { offer in
        OwnWordsValues(
          path: "/letters/\(letter.number)/\(step.act.rawValue)", field: step.field.rawValue, entry: "\(offer.entry)",
          label: strings.text("field-\(step.field.rawValue)", language),
          verb: strings.text("step-\(step.act.rawValue)", language), signing: signing(step.act),
          others: (stepLinks(letter, nil, language)?.steps ?? []).filter { $0.id != step.act.rawValue })
      }
    }
    let proposal = letter.history.last { [.present, .proposeDecline].contains($0.act) }
    let proposed = proposal?.fields.first { [.proposal, .text].contains($0.field) }
    return ReviewLetterValues(
      place: strings.text("reviewPlace", language, "\(at + 1)", total), at: "\(at)", number: letter.number,
      letterTitle: values.letterTitle, mailbox: values.mailbox, kind: values.kind, stage: values.stage,
      state: values.state, due: values.due, isOverdue: values.isOverdue, proposal: proposed?.text,
      proposalHeading: proposed.map { strings.text("field-\($0.field.rawValue)", language) } ?? "", text: values.text,
      files: letter.draft.attachments.isEmpty ? nil : "\(letter.draft.attachments.count)",
      hasResults: letter.branches.contains { $0.draftAnswer != nil }, results: lanes(letter, language)?.results ?? [],
      hasActs: step != nil, phrases: phrases, own: own)
  }
}
