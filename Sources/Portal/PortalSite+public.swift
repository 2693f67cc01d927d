import HTTPTypes
import Hummingbird
import Letters
import WebKitchen

/// Letters that are published with their answers.
extension PortalSite {
  private static let pageSize = 20

  func addPublicRoutes(to routes: inout RouteTable) {
    routes.on(.get, "/public", .everyone) { [self] in try await listPublished($0) }
    routes.on(.get, "/public/{number}", .everyone) { [self] in try await showPublished($0) }
  }

  private func listPublished(_ request: WebRequest) async throws -> Response {
    let paging = Paging(request, size: Self.pageSize)
    let found: [PublishedLetter]
    do {
      found = try await letters.published(limit: Self.pageSize + 1, offset: paging.offset)
    } catch {
      throw WebFailure.unavailable(error)
    }
    return kitchen.page(
      "public",
      [
        "isEmpty": found.isEmpty, "letters": found.prefix(Self.pageSize).map { summary($0, request.language) },
        "paging": paging.values(path: "/public", hasNext: found.count > Self.pageSize),
      ],
      titleKey: "publicTitle", for: request)
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
    let values = summary(found, request.language).merging(["text": found.text, "answer": found.answer]) { own, _ in own
    }
    return kitchen.page("published", values, titleKey: "publishedTitle", for: request)
  }

  private func summary(_ letter: PublishedLetter, _ language: Language) -> [String: Any] {
    [
      "number": letter.number, "letterTitle": letter.title, "mailbox": name(of: letter.mailbox, language),
      "kind": kitchen.strings.text("kind-\(letter.kind.rawValue)", language),
      "acceptedAt": officeTime(letter.acceptedAt), "answeredAt": officeTime(letter.answeredAt),
    ]
  }
}
