import HTTPTypes
import Hummingbird
import HummingbirdCore
import Letters
import Roles
import WebKitchen
import Zones

/// One letter: reading it, and the steps on it.
extension DeskSite {
  static let answerMaxCharacters = 10_000

  func addLetterRoutes(to routes: inout RouteTable) {
    handle(.get, "/letters/{number}", .readLetter, &routes) { [self] in try await letterPage($0, $1) }
    handle(.post, "/letters/{number}/sign-for", .signForLetter, &routes) { [self] in try await signFor($0, $1) }
    handle(.post, "/letters/{number}/answer", .answerLetter, &routes) { [self] in try await answer($0, $1) }
    handle(.post, "/letters/{number}/decline", .declineLetter, &routes) { [self] in try await decline($0, $1) }
    handle(.get, "/letters/{number}/attachments/{index}", .readLetter, &routes) { [self] in try await download($0, $1) }
  }

  func number(in request: WebRequest) throws -> String {
    let number = request.parameters["number"] ?? ""
    guard (1...32).contains(number.utf8.count), number.utf8.allSatisfy({ (0x2D...0x7A).contains($0) }) else {
      throw WebFailure.notFound
    }
    return number
  }

  private func signFor(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let number = try number(in: request)
    let form = try await form(of: request, presence)
    let official = try await signed("letter.signed-for", "letter \(number)", form, presence)
    try await letters.signFor(number: number, by: official)
    return seeOther("/letters/\(number)")
  }

  private func answer(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let number = try number(in: request)
    let form = try await form(of: request, presence)
    let text = WrittenText.lines(form["text"])
    let visibility = form["visibility"]
    var problems = problems(with: text, field: "text", missing: "answerMissing")
    if visibility != "public" && visibility != "private" {
      problems.append(("visibility-private", "visibilityMissing"))
    }
    guard problems.isEmpty else {
      return try await letterPage(
        request, presence, problems: problems, typed: ["answer": text, "isPublic": visibility == "public"])
    }
    let official = try await signed("letter.answered", "letter \(number)", content: text, form, presence)
    do {
      try await letters.answer(number: number, text: text, isPublic: visibility == "public", by: official)
    } catch {
      guard error == .mayNotPublish else { throw error }
      return try await letterPage(
        request, presence, problems: [("visibility-private", "mayNotPublishText")], typed: ["answer": text])
    }
    return seeOther("/letters/\(number)")
  }

  private func decline(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let number = try number(in: request)
    let form = try await form(of: request, presence)
    let reason = WrittenText.lines(form["reason"])
    let problems = problems(with: reason, field: "reason", missing: "reasonMissing")
    guard problems.isEmpty else {
      return try await letterPage(
        request, presence, problems: problems, typed: ["reason": reason, "isDeclining": true])
    }
    let official = try await signed("letter.declined", "letter \(number)", content: reason, form, presence)
    try await letters.decline(number: number, reason: reason, by: official)
    return seeOther("/letters/\(number)")
  }

  private func problems(with text: String, field: String, missing: String) -> [(field: String, key: String)] {
    if text.isEmpty { return [(field, missing)] }
    return WrittenText.fits(text, Self.answerMaxCharacters) ? [] : [(field, "answerTooLong")]
  }

  private func letterPage(
    _ request: WebRequest, _ presence: Presence, problems: [(field: String, key: String)] = [],
    typed: [String: Any] = [:]
  ) async throws -> Response {
    let number = try number(in: request)
    let letter = try await letters.letter(number: number, for: presence.official)
    var values = letterValues(letter, presence.official, request.language).merging(typed) { _, typed in typed }
    values["late"] = try await lateText("linkLate", "linkNever", request.language) as Any? ?? false
    if try await letters.contact().isOneWay, letter.outcome != nil, !letter.outcomeDelivered {
      values["delivery"] = kitchen.strings.text("deliveryOneWay", request.language)
    }
    if letter.outcome != nil, !letter.outcomeDelivered, letter.outcomeRefusal == nil {
      values["outcomeLate"] = try await lateText("outcomeLate", "outcomeNever", request.language) as Any? ?? false
    }
    let keys = try await signingKeys(of: presence)
    for (form, act, isOffered) in [
      ("signingSignFor", "letter.signed-for", "canSignFor"), ("signingAnswer", "letter.answered", "canAnswer"),
      ("signingDecline", "letter.declined", "canDecline"),
    ] where !keys.isEmpty && values[isOffered] as? Bool == true {
      values[form] = offer(act, "letter \(number)", keys, presence)
    }
    return page(
      "letter", values, titleKey: "letterHeading", request, presence, problems: problems,
      languagePath: "/letters/\(number)", runsScript: !keys.isEmpty)
  }
}
