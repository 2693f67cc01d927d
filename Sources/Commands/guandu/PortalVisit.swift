/// A citizen's way through the portal's pages, one step after the other.
struct PortalVisit {
  let client: PortalClient

  struct Letter {
    let mailbox: String
    let kind: String
    let title: String
    let text: String
    let isPublishable: Bool
    let mail: String?
    let attachments: [String]
  }

  /// Agrees to the notice, and asks for the code by SMS.
  func askForCode(phone: String) throws(CommandFailure) {
    try step("/write", "/write/notice", [("agree", "yes")])
    try step("/write/phone", "/write/phone", [("phone", phone)])
  }

  /// Confirms the number, writes, and sends.
  func send(_ letter: Letter, code: String) throws(CommandFailure) -> LetterReceipt {
    try step("/write/code", "/write/code", [("code", code)])
    try write(letter)
    try step("/write/check", "/write/send", [])
    let done = try open("/write/done")
    guard let number = done.text(of: "letter-number"), let code = done.text(of: "letter-code"),
      let password = done.text(of: "letter-password")
    else { throw CommandFailure(.failed, "the portal's last page shows no letter code; the letter may have been sent") }
    return LetterReceipt(number: number, code: code, password: password)
  }

  /// Looks a letter up.
  func lookUp(code: String, password: String) throws(CommandFailure) -> LetterState {
    try step("/lookup", "/lookup", [("code", code), ("password", password)])
    let page = try open("/letter")
    guard let stage = page.attribute("data-stage", of: "letter-stage") else {
      throw CommandFailure(.failed, "the portal's page shows no letter")
    }
    return LetterState(
      number: page.text(of: "letter-number"), stage: stage, title: page.text(of: "letter-title") ?? "",
      text: page.text(of: "letter-text") ?? "", outcome: page.text(of: "letter-outcome"))
  }

  private func write(_ letter: Letter) throws(CommandFailure) {
    let form = try open("/write/letter")
    var fields: [(String, PortalClient.Field)] = [
      ("csrf", .text(try csrf(of: form))), ("mailbox", .text(letter.mailbox)), ("kind", .text(letter.kind)),
      ("title", .text(letter.title)), ("text", .text(letter.text)),
      ("publish", .text(letter.isPublishable ? "yes" : "no")), ("mail", .text(letter.mail ?? "")),
    ]
    for path in letter.attachments { fields.append(("attachment", .file(path: path))) }
    try expectRedirect(try client.postParts("/write/letter", fields))
  }

  /// Opens the page with the form, and posts the form.
  private func step(_ page: String, _ action: String, _ fields: [(String, String)]) throws(CommandFailure) {
    let form = try open(page)
    try expectRedirect(try client.post(action, [("csrf", try csrf(of: form))] + fields))
  }

  private func open(_ path: String) throws(CommandFailure) -> PortalPage {
    let page = try client.get(path)
    guard page.status == 200 else { throw refusal(page) }
    return page
  }

  private func csrf(of page: PortalPage) throws(CommandFailure) -> String {
    guard let value = page.csrf else { throw CommandFailure(.failed, "the portal's page has no form") }
    return value
  }

  private func expectRedirect(_ page: PortalPage) throws(CommandFailure) {
    guard page.status == 303, page.redirectPath != nil else { throw refusal(page) }
  }

  private func refusal(_ page: PortalPage) -> CommandFailure {
    let status: CommandFailure.Status =
      switch page.status {
      case 429, 500...599: .temporary
      case 400...499: .refused
      default: .failed
      }
    return CommandFailure(status, "the portal answered \(page.status): \(page.error ?? "no further words")")
  }
}

/// What a citizen takes home.
struct LetterReceipt: Encodable {
  let number: String
  let code: String
  let password: String
}

/// Where a letter is, and what came of it.
struct LetterState: Encodable {
  let number: String?
  let stage: String
  let title: String
  let text: String
  let outcome: String?
}
