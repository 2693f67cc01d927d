import HTTPTypes
import Hummingbird
import HummingbirdCore
import Letters
import Roles
import Web

import struct Foundation.Date

/// A letter on paper: for a leader's desk (呈批单), or for the unit that works on it (办理单). That it was printed is recorded.
struct SlipPage: InsidePage {
  static let template = "slip"

  let heading: String
  let number: String
  let due: String
  let mailbox: String
  let kind: String
  let acceptedAt: String
  let phone: String
  let letterTitle: String
  let text: String
  let boxes: [SlipBoxValues]
  let units: [LaneValues]
  let printed: String
}

/// What was written about one thing; empty boxes are filled in by hand.
struct SlipBoxValues: PageValues {
  let label: String
  let lines: [SlipLineValues]
}

struct SlipLineValues: PageValues {
  let text: String
  let who: String
  let at: String
}

extension DeskSite {
  func addSlipRoutes(to routes: inout RouteTable) {
    handle(.post, "/letters/{number}/slip", .readLetter, &routes) { [self] request, presence in
      let number = try number(in: request)
      _ = try await form(of: request, presence)
      let letter = try await letters.print(number: number, for: presence.official)
      return page(
        slip(letter, presence, request.language), titleKey: "slipHeading",
        title: "\(letter.number) \(letter.draft.title)", request, presence, languagePath: "/letters/\(number)")
    }
  }

  private func slip(_ letter: DeskLetter, _ presence: Presence, _ language: Language) -> SlipPage {
    let (strings, values) = (renderer.strings, letterValues(letter, language))
    func box(_ field: LetterField, of acts: [LetterAct]) -> SlipBoxValues {
      SlipBoxValues(
        label: strings.text("field-\(field.rawValue)", language),
        lines: letter.history.filter { $0.act.map(acts.contains) ?? false }.compactMap { entry in
          guard let words = entry.fields.first(where: { $0.field == field }) else { return nil }
          return SlipLineValues(text: words.text, who: entry.handler, at: officeTime(entry.at))
        })
    }
    let isWhole = presence.official.may(.readLetter, .mailbox(letter.mailbox))
    return SlipPage(
      heading: strings.text(isWhole ? "slipHeading" : "slipUnitHeading", language), number: letter.number,
      due: values.due, mailbox: values.mailbox, kind: values.kind, acceptedAt: values.acceptedAt, phone: values.phone,
      letterTitle: values.letterTitle, text: values.text,
      boxes: (isWhole ? [box(.proposal, of: [.present])] : []) + [
        box(.instruction, of: [.instruct]), box(.note, of: [.dispatch, .addUnit, .passDown, .assign]),
        box(.draftAnswer, of: [.submit]), box(.opinion, of: [.passUp, .accept]),
      ], units: lanes(letter, language)?.lanes ?? [],
      printed: strings.text("slipPrinted", language, presence.official.name, officeTime(Date())))
  }
}
