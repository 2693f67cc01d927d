import HTTPTypes
import Hummingbird
import Letters
import Web

/// Letters that are published with their answers.
extension PortalSite {
  private static let pageSize = 20

  func addPublicRoutes(to routes: inout RouteTable) {
    routes.on(.get, "/public", .everyone) { [self] in try await listPublished($0) }
    routes.on(.get, "/public/{number}", .everyone) { [self] in try await showPublished($0) }
  }

  private func listPublished(_ request: WebRequest) async throws -> Response {
    let (older, newer) = (place("before", request), place("after", request))
    let asked: CitizenLetters.PublishedPlace = older.map { .olderThan($0) } ?? newer.map { .newerThan($0) } ?? .newest
    var found: [PublishedLetter]
    do {
      found = try await letters.published(limit: Self.pageSize + 1, asked)
    } catch {
      throw WebFailure.unavailable(error)
    }
    // One more than is shown says that there are others on that side.
    let hasMore = found.count > Self.pageSize
    let isUpwards = older == nil && newer != nil
    found = Array(isUpwards ? found.suffix(Self.pageSize) : found.prefix(Self.pageSize))
    let (hasNewer, hasOlder) = (isUpwards ? hasMore : older != nil, isUpwards || hasMore)
    return renderer.page(
      PublicPage(
        isEmpty: found.isEmpty, letters: found.map { summary($0, request.language) }, isPaged: hasNewer || hasOlder,
        newer: hasNewer ? found.first?.place?.text : nil, older: hasOlder ? found.last?.place?.text : nil),
      titleKey: "publicTitle", for: request)
  }

  private func place(_ name: String, _ request: WebRequest) -> PublishedLetter.Place? {
    request.query(name).flatMap { PublishedLetter.Place($0) }
  }

  private func showPublished(_ request: WebRequest) async throws -> Response {
    let number = request.parameters["number"] ?? ""
    guard number.utf8.count <= 32 else { throw WebFailure.notFound }
    let found: PublishedLetter?
    do {
      found = try await letters.published(number: number)
    } catch LetterError.notFound {
      throw WebFailure.notFound
    } catch {
      throw WebFailure.unavailable(error)
    }
    guard let found else { throw WebFailure.notFound }
    return renderer.page(
      PublishedPage(letter: summary(found, request.language), text: found.text, answer: found.answer),
      titleKey: "publishedTitle", for: request)
  }

  private func summary(_ letter: PublishedLetter, _ language: Language) -> PublishedValues {
    PublishedValues(
      number: letter.number, letterTitle: letter.title, mailbox: name(of: letter.mailbox, language),
      kind: renderer.strings.text("kind-\(letter.kind.rawValue)", language),
      acceptedAt: officeTime(letter.acceptedAt), answeredAt: officeTime(letter.answeredAt))
  }
}
