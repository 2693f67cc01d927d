import HTTPTypes
import Hummingbird
import HummingbirdCore
import Letters
import People
import Roles
import Web

/// The steps of a letter's flow, each with a form on the letter's page; one form at a time.
extension DeskSite {
  func addStepRoutes(to routes: inout RouteTable) {
    handle(.get, "/queue", .readLetter, &routes) { [self] in try await queuePage($0, $1) }
    handle(.get, "/queue/next", .readLetter, &routes) { [self] in try await nextLetter($0, $1) }
    handle(.get, "/due/{when}", .readLetter, &routes) { [self] in try await duePage($0, $1) }
    for act in LetterAct.allCases where act != .signFor && !LetterAct.settling.contains(act) {
      handle(.post, "/letters/{number}/\(act.rawValue)", act.action, &routes) { [self] in
        try await take(act, $0, $1)
      }
      // Shows the form again with what was written, in another language.
      handle(.post, "/letters/{number}/\(act.rawValue)/edit", act.action, &routes) { [self] request, presence in
        let typed = TypedStep(act, try await form(of: request, presence))
        let letter = try await letters.letter(number: try number(in: request), for: presence.official)
        guard letter.offer(act, branch: typed.branch) != nil else {
          // Whoever may do such a thing to this letter hears what happened; others, that it is not theirs.
          let unit = letter.branches.first { $0.number == typed.branch }?.unit
          let isMeant =
            presence.official.may(act.action, .mailbox(letter.mailbox))
            || unit.map { presence.official.may(act.unitAction, .unit($0.path)) } ?? false
          guard isMeant else { throw LetterError.notAllowed }
          return try await conflictPage(request, presence, typed.written, isStep: true)
        }
        return try await letterPage(request, presence, step: typed)
      }
    }
  }

  private func take(_ act: LetterAct, _ request: WebRequest, _ presence: Presence) async throws -> Response {
    let number = try number(in: request)
    let form = try await form(of: request, presence)
    let typed = TypedStep(act, form)
    let step = typed.request(number)
    do {
      let official = try await signed(
        act.recordedName, "letter \(number)", content: step.content, form, presence)
      try await letters.take(step, by: official)
    } catch is BadSignature {
      throw BadSignature(written: typed.written)
    } catch OfficeError.unavailable(let cause) {
      return keptPage(WebFailure.unavailable(cause), typed.written, request, presence)
    } catch let error as LetterError {
      switch error {
      case .field(let field, let problem):
        return try await letterPage(request, presence, step: typed, wrong: (field, problem))
      case .wrongStage: return try await conflictPage(request, presence, typed.written, isStep: true)
      default: return keptPage(WebFailure(error), typed.written, request, presence)
      }
    }
    // From the leader's page, on to the letter that has taken its place there.
    if let at = Int(form["back"]) { return seeOther("/review?at=\(max(at, 0))&done=\(act.rawValue)") }
    return try await afterStep(act, number, presence)
  }

  /// Back to the letter, or to the queue for whom the letter is nothing any more.
  private func afterStep(_ act: LetterAct, _ number: String, _ presence: Presence) async throws -> Response {
    do {
      _ = try await letters.letter(number: number, for: presence.official)
      return seeOther("/letters/\(number)?done=\(act.rawValue)")
    } catch { return seeOther("/folders/to-do") }
  }

  /// Leads to the first letter that waits for this person, but for the one that they come from.
  private func nextLetter(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let found = try await letters.queue(for: presence.official, limit: 2)
    guard let next = found.letters.first(where: { $0.number != request.query("after") }) else {
      return seeOther("/queue")
    }
    return seeOther("/letters/\(next.number)")
  }

  /// What is overdue, or due today.
  private func duePage(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    guard let span = LetterDueSpan(rawValue: request.parameters["when"] ?? "") else { throw WebFailure.notFound }
    let found = try await letters.due(span, for: presence.official, limit: Self.folderSize)
    let list =
      span == .overdue
      ? LetterList(path: "/due/overdue", titleKey: "overdueHeading", hintKey: "overdueHint")
      : LetterList(path: "/due/today", titleKey: "todayHeading", hintKey: "todayHint")
    return try await listPage(list, found, request, presence)
  }

  /// The number that somebody typed: digits and hyphens, narrow.
  static func letterNumber(_ text: String) -> String {
    String(
      text.prefix(64).unicodeScalars.compactMap { scalar -> Character? in
        switch scalar.value {
        case 0x30...0x39, 0x2D: Character(scalar)
        case 0xFF10...0xFF19: Unicode.Scalar(scalar.value - 0xFF10 + 0x30).map { Character($0) }
        case 0xFF0D, 0x2010...0x2015: "-"
        default: nil
        }
      })
  }

  private func queuePage(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let filter = filter(request)
    let found = try await letters.queue(
      for: presence.official, limit: Self.folderSize, part: part(request), filter: filter)
    return try await listPage(
      LetterList(path: "/queue", titleKey: "queueHeading", hintKey: "queueHint", filter: filter), found, request,
      presence)
  }
}
