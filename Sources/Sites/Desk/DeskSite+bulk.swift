import HTTPTypes
import Hummingbird
import HummingbirdCore
import Letters
import Logging
import Roles
import Web

/// Steps that are taken with several letters at once: each letter by itself, in the record of acts too.
extension DeskSite {
  private static let bulkActs: [LetterAct] = [.signFor, .present, .dispatch, .instruct, .reclassify, .transfer, .junk]

  func addBulkRoutes(to routes: inout RouteTable) {
    for act in Self.bulkActs {
      // Shows the form for those that were chosen; also again, in another language.
      handle(.post, "/bulk/\(act.rawValue)/choose", act.action, &routes) { [self] request, presence in
        let form = try await form(of: request, presence)
        return try await bulkForm(TypedStep(act, form), try ChosenLetter.all(form), nil, request, presence)
      }
      handle(.post, "/bulk/\(act.rawValue)", act.action, &routes) { [self] in try await takeBulk(act, $0, $1) }
    }
  }

  /// What this person may do with several letters, as buttons below a list.
  func bulkActs(of official: Official, _ language: Language) -> [BulkActValues] {
    Self.bulkActs.filter { official.may($0.action) }.map { act in
      BulkActValues(
        id: act.rawValue, path: act == .signFor ? "/bulk/sign-for" : "/bulk/\(act.rawValue)/choose",
        text: renderer.strings.text("step-\(act.rawValue)", language), isPlain: act != .signFor)
    }
  }

  /// A letter that was chosen in a list, and the state entry that its form was shown for.
  private struct ChosenLetter {
    private static let prefix = "letter-"

    let number: String
    let branch: Int
    let entry: Int?

    /// - Throws: `badRequest` for more than a page has.
    static func all(_ form: URLEncodedForm) throws -> [ChosenLetter] {
      let chosen = form.values.compactMap { name, value -> ChosenLetter? in
        guard name.hasPrefix(prefix) else { return nil }
        // `letter-2026-000001.2`: the second unit's part; without a dot, or with 0, the letter itself.
        let parts = name.dropFirst(prefix.count).split(separator: ".", omittingEmptySubsequences: false)
        let number = String(parts[0])
        guard (1...32).contains(number.utf8.count), parts.count <= 2,
          number.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") })
        else { return nil }
        let branch = parts.count == 2 ? Int(parts[1].prefix(9)) ?? 0 : 0
        return ChosenLetter(number: number, branch: branch, entry: Int(value.prefix(9)).flatMap { $0 > 0 ? $0 : nil })
      }
      guard chosen.count <= DeskSite.folderSize else { throw WebFailure.badRequest }
      return chosen.sorted { ($0.number, $0.branch) < ($1.number, $1.branch) }
    }
  }

  /// A chosen letter that the step can be taken with.
  private struct Ready {
    let letter: DeskLetter
    let offer: DeskOffer

    /// The name of the field that chooses it again.
    var chosen: String { "\(letter.number).\(offer.branch ?? 0)" }
  }

  /// Signing for means one thing to a mailbox's clerk and another to a unit's.
  private func offer(_ act: LetterAct, _ chosen: ChosenLetter, _ letter: DeskLetter) -> DeskOffer? {
    guard act == .signFor, chosen.branch > 0 else { return letter.offer(act) }
    return letter.offer(.unitSignFor, branch: chosen.branch)
  }

  /// - Throws: `notFound` where this person may read none of them, `notAllowed` where they may never take the step.
  private func sort(
    _ act: LetterAct, _ chosen: [ChosenLetter], _ presence: Presence
  ) async throws -> (ready: [Ready], others: [(ChosenLetter, DeskLetter?)]) {
    guard presence.official.may(act.action) else { throw WebFailure.notAllowed }
    var (ready, others): ([Ready], [(ChosenLetter, DeskLetter?)]) = ([], [])
    for one in chosen {
      let letter: DeskLetter?
      do {
        letter = try await letters.letter(number: one.number, for: presence.official, opens: false)
      } catch LetterError.notFound {
        letter = nil
      } catch { throw error }
      if let letter, let offer = offer(act, one, letter), one.entry == nil || one.entry == offer.entry {
        ready.append(Ready(letter: letter, offer: offer))
      } else {
        others.append((one, letter))
      }
    }
    guard chosen.isEmpty || !ready.isEmpty || others.contains(where: { $0.1 != nil }) else { throw WebFailure.notFound }
    return (ready, others)
  }

  private func bulkForm(
    _ typed: TypedStep, _ chosen: [ChosenLetter], _ wrong: (LetterField, LetterFieldProblem)?, _ request: WebRequest,
    _ presence: Presence
  ) async throws -> Response {
    let (strings, language, act) = (renderer.strings, request.language, typed.act)
    let (ready, others) = try await sort(act, chosen, presence)
    var fields: [StepFieldValues] = []
    if let first = ready.first {
      var step = typed
      step.branch = first.offer.branch
      fields = try await stepForm(step, first.letter, wrong, request, presence, [])?.fields ?? []
    }
    let name = strings.text("step-\(act.rawValue)", language)
    let text = wrong.map { field, problem in
      FormProblem(
        field: field.rawValue,
        text: problemText(field, problem, language))
    }
    return page(
      BulkStepPage(
        heading: strings.text("bulkHeading", language, name, "\(ready.count)"),
        explanation: strings.text("stepText-\(act.rawValue)", language), path: "/bulk/\(act.rawValue)",
        hasForm: !ready.isEmpty,
        letters: ready.map {
          BulkLetterValues(
            number: $0.letter.number, letterTitle: $0.letter.draft.title, chosen: $0.chosen, entry: "\($0.offer.entry)",
            problem: nil)
        },
        fields: fields, isDanger: act.isDanger, verb: name, hasOthers: !others.isEmpty || ready.isEmpty,
        others: others.map { other($0, $1, language) }),
      titleKey: "bulkTitle", request, presence, texts: text.map { [$0] } ?? [], languagePath: "/queue",
      form: ready.isEmpty ? nil : "/bulk/\(act.rawValue)/choose")
  }

  private func other(_ chosen: ChosenLetter, _ letter: DeskLetter?, _ language: Language) -> BulkLetterValues {
    BulkLetterValues(
      number: chosen.number, letterTitle: letter?.draft.title ?? "", chosen: "", entry: "",
      problem: renderer.strings.text(letter == nil ? "bulkNotFound" : "bulkNotNow", language))
  }

  private func takeBulk(_ act: LetterAct, _ request: WebRequest, _ presence: Presence) async throws -> Response {
    let form = try await form(of: request, presence)
    let typed = TypedStep(act, form)
    let chosen = try ChosenLetter.all(form)
    let (ready, late) = try await sort(act, chosen, presence)
    guard !ready.isEmpty else { return try await bulkForm(typed, chosen, nil, request, presence) }
    var (done, others) = (0, late.map { other($0, $1, request.language) })
    for one in ready {
      let step = LetterStepRequest(
        one.offer.act, number: one.letter.number, branch: one.offer.branch, entry: one.offer.entry, fields: typed.fields
      )
      do {
        try await letters.take(step, by: presence.official)
        done += 1
      } catch LetterError.field(let field, let problem) {
        // What is wrong with the first is mended before anything is done.
        if done == 0 && others.count == late.count {
          return try await bulkForm(typed, chosen, (field, problem), request, presence)
        }
        others.append(refused(one.letter, problemText(field, problem, request.language)))
      } catch LetterError.wrongStage {
        others.append(refused(one.letter, renderer.strings.text("bulkNotNow", request.language)))
      } catch LetterError.notAllowed {
        others.append(refused(one.letter, renderer.strings.text("notAllowedText", request.language)))
      } catch {
        // What is done is done: the rest is named, and tried again when the cause is gone.
        logger.error("a step with several letters stopped", metadata: ["act": "\(act.rawValue)", "error": "\(error)"])
        let taken = Set(ready.prefix(done + others.count - late.count).map(\.letter.number))
        others += ready.filter { !taken.contains($0.letter.number) }.map {
          refused($0.letter, renderer.strings.text("bulkStopped", request.language))
        }
        break
      }
    }
    let name = renderer.strings.text("step-\(act.rawValue)", request.language)
    return page(
      BulkDonePage(
        heading: name, done: renderer.strings.text("bulkDone", request.language, name, "\(done)"),
        hasOthers: !others.isEmpty, others: others),
      titleKey: "bulkTitle", request, presence, languagePath: "/queue")
  }

  private func refused(_ letter: DeskLetter, _ problem: String) -> BulkLetterValues {
    BulkLetterValues(number: letter.number, letterTitle: letter.draft.title, chosen: "", entry: "", problem: problem)
  }
}
