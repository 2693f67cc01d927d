/// An official's way through the desk's pages, as the demonstration takes it. Use from one task at a time.
final class DeskVisit {
  private let client: PortalClient
  private let name: String
  private var token = ""

  /// Comes in.
  ///
  /// - Parameter name: what errors call this person.
  init(_ client: PortalClient, name: String) throws(CommandFailure) {
    (self.client, self.name) = (client, name)
    let form = try open("/login?to=/me")
    guard let csrf = form.csrf else { throw refusal(form, "/login") }
    let entered = try client.post("/login", [("csrf", csrf), ("to", "/me")])
    guard entered.status == 303 else { throw refusal(entered, "/login") }
    guard let own = try open("/me").csrf else { throw CommandFailure(.failed, "\(name): the desk's page has no form") }
    token = own
  }

  /// Posts a form of the desk.
  func post(_ path: String, _ fields: [(String, String)]) throws(CommandFailure) {
    let page = try client.post(path, [("csrf", token)] + fields)
    guard page.status == 303 else { throw refusal(page, path) }
  }

  /// Whether this person may read a page now.
  func reads(_ path: String) throws(CommandFailure) -> Bool { try client.get(path).status == 200 }

  private func open(_ path: String) throws(CommandFailure) -> PortalPage {
    let page = try client.get(path)
    guard page.status == 200 else { throw refusal(page, path) }
    return page
  }

  private func refusal(_ page: PortalPage, _ path: String) -> CommandFailure {
    CommandFailure(
      page.status >= 500 || page.status == 429 ? .temporary : .refused,
      "\(name): the desk answered \(page.status) to \(path): \(page.error ?? "no further words")")
  }
}
