import HTTPTypes
import Hummingbird
import HummingbirdCore
import Letters
import Roles
import Web
import Zones

/// One letter: reading it, signing for it, and the form that answers or declines it.
extension DeskSite {
  static let answerMaxCharacters = 10_000

  func addLetterRoutes(to routes: inout RouteTable) {
    handle(.get, "/letters/{number}", .readLetter, &routes) { [self] in try await letterPage($0, $1) }
    // Shows the form again with what was written, from the page that checks it or in another language.
    handle(.post, "/letters/{number}/edit", .readLetter, &routes) { [self] request, presence in
      try await letterPage(request, presence, written: WrittenOutcome(try await form(of: request, presence)))
    }
    handle(.post, "/letters/{number}/sign-for", .signForLetter, &routes) { [self] in try await signFor($0, $1) }
    handle(.post, "/letters/{number}/answer/check", .answerLetter, &routes) { [self] in
      try await check(.answer, $0, $1)
    }
    handle(.post, "/letters/{number}/answer", .answerLetter, &routes) { [self] in try await settle(.answer, $0, $1) }
    handle(.post, "/letters/{number}/decline/check", .declineLetter, &routes) { [self] in
      try await check(.decline, $0, $1)
    }
    handle(.post, "/letters/{number}/decline", .declineLetter, &routes) { [self] in try await settle(.decline, $0, $1) }
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
    do { try await letters.signFor(number: number, by: official) } catch {
      guard case .wrongStage = error else { throw error }
      return try await conflictPage(request, presence, nil)
    }
    return seeOther("/letters/\(number)")
  }

  func letterPage(
    _ request: WebRequest, _ presence: Presence, problems: [Problem] = [], written: WrittenOutcome = .init(),
    status: HTTPResponse.Status? = nil
  ) async throws -> Response {
    let number = try number(in: request)
    let letter = try await letters.letter(number: number, for: presence.official)
    var values = letterValues(letter, request.language)
    if try await letters.contact().isOneWay, !letter.outcomeDelivered {
      values.outcome?.delivery = renderer.strings.text("deliveryOneWay", request.language)
    }
    if letter.outcome != nil, !letter.outcomeDelivered, letter.outcomeRefusal == nil {
      values.outcome?.outcomeLate = try await lateText("outcomeLate", "outcomeNever", request.language)
    }
    let canSignFor =
      (letter.stage == .sent || letter.stage == .delivered)
      && presence.official.may(.signForLetter, .mailbox(letter.draft.mailbox))
    let keys = canSignFor ? try await signingKeys(of: presence) : []
    let isDeclining = !written.reason.isEmpty || problems.contains { $0.field == "reason" }
    let settling = settlingValues(letter, presence.official, written, isDeclining: isDeclining)
    let content = LetterPage(
      letter: values, late: try await lateText("linkLate", "linkNever", request.language), canSignFor: canSignFor,
      signing: keys.isEmpty ? nil : offer("letter.signed-for", "letter \(number)", keys, presence),
      settling: settling)
    return page(
      content, titleKey: "letterHeading", request, presence, problems: problems,
      languagePath: "/letters/\(number)", form: settling != nil ? "/letters/\(number)/edit" : nil, status: status,
      runsScript: !keys.isEmpty)
  }
}
