import Letters
import Web
import Zones

/// The letter form as it was filled in, right or not.
struct LetterForm: Sendable {
  var mailbox = ""
  var kind = ""
  var title = ""
  var text = ""
  var publish = ""
  var mail = ""

  static let fieldNames = ["mailbox", "kind", "title", "text", "publish", "mail"]

  /// A field with its problem, both as keys: the field's `id` on the page, empty for the whole form, and the text in the
  /// string table.
  struct Problem: Sendable {
    let field: String
    let textKey: String
    /// What a text that names a duration names.
    var seconds = 0
  }

  init() {}

  var isEmpty: Bool { title.isEmpty && text.isEmpty }

  /// - Parameter fields: as they were sent; cleaned here.
  init(fields: [String: String]) {
    mailbox = WrittenText.line(fields["mailbox"] ?? "")
    kind = fields["kind"] ?? ""
    title = WrittenText.line(fields["title"] ?? "")
    text = WrittenText.lines(fields["text"] ?? "")
    publish = fields["publish"] ?? ""
    mail = WrittenText.line(fields["mail"] ?? "")
  }

  func problems(mailboxes: [Mailbox], limits: LetterLimits) -> [Problem] {
    var problems: [Problem] = []
    func check(_ isRight: Bool, _ field: String, _ key: String) {
      if !isRight { problems.append(Problem(field: field, textKey: key)) }
    }
    check(mailboxes.contains { $0.identifier == mailbox }, "mailbox", "chooseMailbox")
    check(LetterKind(rawValue: kind) != nil, "kind-question", "chooseKind")
    check(!title.isEmpty, "title", "titleMissing")
    check(WrittenText.fits(title, limits.titleMaxCharacters), "title", "titleTooLong")
    check(!text.isEmpty, "text", "textMissing")
    check(WrittenText.fits(text, limits.textMaxCharacters), "text", "textTooLong")
    check(publish == "yes" || publish == "no", "publish-yes", "choosePublish")
    check(mail.isEmpty || WrittenText.isMailAddress(mail), "mail", "mailWrong")
    return problems
  }

  /// The draft of a form without problems; nil where the kind is none.
  func draft(phone: String, attachments: [LetterAttachment]) -> LetterDraft? {
    guard let kind = LetterKind(rawValue: kind) else { return nil }
    return LetterDraft(
      mailbox: mailbox, kind: kind, title: title, text: text, mayPublish: publish == "yes", phone: phone,
      mail: mail.isEmpty ? nil : mail, attachments: attachments)
  }
}
