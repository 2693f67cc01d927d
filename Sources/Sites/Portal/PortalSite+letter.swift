import HTTPTypes
import Hummingbird
import Letters
import Web
import Zones

import struct Foundation.UUID

/// The letter's form.
extension PortalSite {
  func addLetterRoutes(to routes: inout RouteTable) {
    routes.on(.get, "/write/letter", .everyone) { [self] request in
      guard let visit = existingVisit(of: request) else { return seeOther("/write/phone") }
      if visit.with({ $0.confirmation != nil }) { return seeOther("/write/done") }
      guard visit.with({ $0.phone != nil }) else { return keep(visit, request, seeOther("/write/phone")) }
      if visit.with({ $0.form.isEmpty && $0.attachments.isEmpty }) { try await demandRoom() }
      return letterPage(request, visit)
    }
    routes.on(.post, "/write/letter", .ownForm) { [self] in try await takeLetter($0) }
  }

  private func takeLetter(_ request: WebRequest) async throws -> Response {
    guard request.comesFromOwnPage else { throw WebFailure.forgedForm }
    guard let visit = existingVisit(of: request) else { return try await lostPage(request) }
    guard visit.with({ $0.phone != nil && !$0.isSending }) else {
      if visit.with({ $0.confirmation != nil }) { throw WebFailure.alreadySent }
      return try await lostPage(request)
    }
    // One more than a person needs; without a limit one visit could fill the disk.
    guard visit.with({ $0.beginUpload() }) else { throw WebFailure.tooMany }
    defer { visit.with { $0.uploads = max(0, $0.uploads - 1) } }
    var reader = LetterFormReader(
      letters: letters, limits: configuration.letters, room: configuration.letters.attachmentsMax,
      mayKeepFiles: unsent.mayGrow(request.source)
    ) { visit.accepts(formToken: $0) }
    let received = try await reader.read(request)
    let (problems, orphans) = visit.with { visit in
      defer { unsent.note(&visit) }
      return merge(received, into: &visit)
    }
    for orphan in orphans { await letters.discard(orphan) }
    let hasRoom = try await hasRoom()
    guard hasRoom, !received.hasNoRoom else { return fullPage(request, visit, received) }
    if request.switchesLanguage, received.problems.isEmpty { return letterPage(request, visit) }
    if problems.isEmpty { return seeOther("/write/check") }
    var page = letterPage(
      request, visit, problems: problems, status: received.hasOversizedFile ? .contentTooLarge : .unprocessableContent)
    if received.isCutShort { page.headers[.connection] = "close" }
    return page
  }

  /// Shows what was written, which the visit keeps, with a word on why it cannot go on.
  private func fullPage(_ request: WebRequest, _ visit: Visit, _ received: LetterFormReader.Result) -> Response {
    var problems = [LetterForm.Problem(field: "", textKey: "fullKept")]
    if received.hasNoRoom {
      problems.append(.init(field: "attachment", textKey: "fullFiles"))
      // Without its files it is not the letter that was written.
      visit.with { $0.submission?.draft = nil }
    }
    return retryLater(letterPage(request, visit, problems: problems, status: .serviceUnavailable))
  }

  /// Puts what came in into the visit.
  ///
  /// - Returns: the problems, and the sealed files that no letter needs any more.
  private func merge(
    _ received: LetterFormReader.Result, into visit: inout PortalVisit
  ) -> ([LetterForm.Problem], orphans: [LetterAttachment]) {
    guard let phone = visit.phone, !visit.isSending else { return ([], received.attachments) }
    visit.form = LetterForm(fields: received.fields)
    var problems = visit.form.problems(mailboxes: configuration.mailboxes, limits: configuration.letters)
    problems += received.problems
    var orphans = visit.attachments.filter { received.removals.contains($0.blob) }
    visit.attachments.removeAll { received.removals.contains($0.blob) }
    let room = max(0, configuration.letters.attachmentsMax - visit.attachments.count)
    visit.attachments += received.attachments.prefix(room)
    orphans += received.attachments.dropFirst(room)
    if received.attachments.count > room { problems.append(.init(field: "attachment", textKey: "tooManyFiles")) }
    guard problems.isEmpty, let draft = visit.form.draft(phone: phone, attachments: visit.attachments) else {
      visit.submission?.draft = nil
      return (problems, orphans)
    }
    visit.submission = PortalVisit.Submission(
      id: visit.submission?.id ?? UUID(), credentials: visit.submission?.credentials ?? .generate(), draft: draft)
    return ([], orphans)
  }

  private func letterPage(
    _ request: WebRequest, _ visit: Visit, problems: [LetterForm.Problem] = [], status: HTTPResponse.Status? = nil
  ) -> Response {
    let (form, attachments) = visit.with { ($0.form, $0.attachments) }
    let limits = configuration.letters
    let strings = renderer.strings
    let values = LetterPage(
      letterTitle: form.title, text: form.text, mail: form.mail, publishYes: form.publish == "yes",
      publishNo: form.publish == "no",
      mailboxes: configuration.mailboxes.map { mailbox in
        ChoiceValues(
          id: mailbox.identifier, name: name(of: mailbox.identifier, request.language),
          selected: mailbox.identifier == form.mailbox)
      },
      kinds: LetterKind.allCases.map { kind in
        ChoiceValues(
          id: kind.rawValue, name: strings.text("kind-\(kind.rawValue)", request.language),
          selected: kind.rawValue == form.kind)
      },
      hasAttachments: !attachments.isEmpty, attachments: attachmentValues(attachments),
      titleHint: strings.text("titleHint", request.language, "\(limits.titleMaxCharacters)"),
      textHint: strings.text("textHint", request.language, "\(limits.textMaxCharacters)"),
      filesHint: strings.text(
        "filesHint", request.language, "\(limits.attachmentsMax)", readableBytes(limits.attachmentMaxBytes),
        fileKindNames))
    return page(
      values, titleKey: "letterTitle", request, visit, problems: problems, status: status,
      path: "/write/letter", form: "/write/letter")
  }

  func attachmentValues(_ attachments: [LetterAttachment]) -> [AttachmentValues] {
    attachments.map { AttachmentValues(name: $0.name, size: readableBytes($0.bytes), blob: $0.blob) }
  }

  /// A mailbox's name on the page; its identifier where the configuration no longer knows it.
  func name(of mailbox: String, _ language: Language) -> String {
    guard let known = configuration.mailboxes.first(where: { $0.identifier == mailbox }) else { return mailbox }
    return language == .chinese ? known.chineseName : known.englishName
  }
}

extension WebFailure {
  fileprivate static let alreadySent = WebFailure(
    .conflict, "alreadySentTitle", "alreadySentText", closesConnection: true)
}
