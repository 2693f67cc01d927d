import HTTPTypes
import Hummingbird
import Letters
import Roles
import WebKitchen
import Zones

/// The folders of letters.
extension DeskSite {
  private static let pageSize = 50

  func addFolderRoutes(to routes: inout RouteTable) {
    handle(.get, "/folders/{folder}", .readLetter, &routes) { [self] request, presence in
      guard let folder = DeskFolder(rawValue: request.parameters["folder"] ?? "") else { throw WebFailure.notFound }
      return try await folderPage(folder, request, presence)
    }
  }

  private func folderPage(_ folder: DeskFolder, _ request: WebRequest, _ presence: Presence) async throws -> Response {
    let official = presence.official
    let paging = Paging(request, size: Self.pageSize)
    let found = try await letters.folder(folder, for: official, limit: Self.pageSize, offset: paging.offset)
    var tabs: [[String: Any]] = []
    for other in DeskFolder.allCases {
      let total = try await other == folder ? found.total : count(of: other, for: official)
      tabs.append([
        "path": "/folders/\(other.rawValue)", "count": "\(total)", "current": other == folder,
        "text": kitchen.strings.text("folder-\(other.rawValue)", request.language),
      ])
    }
    return page(
      "folder",
      [
        "heading": kitchen.strings.text("folder-\(folder.rawValue)", request.language), "tabs": tabs,
        "late": try await lateText("linkLate", "linkNever", request.language) as Any? ?? false,
        "isEmpty": found.letters.isEmpty, "hasLetters": !found.letters.isEmpty,
        "letters": found.letters.map { row($0, request.language) },
        "paging": paging.values(
          path: "/folders/\(folder.rawValue)", hasNext: paging.offset + found.letters.count < found.total),
      ],
      titleKey: "folder-\(folder.rawValue)", request, presence)
  }

  /// How old the portal's last sign of life is, while it is late.
  func lateText(_ key: String, _ neverKey: String, _ language: Language) async throws -> String? {
    let contact = try await letters.contact()
    guard contact.isLate else { return nil }
    guard let seen = contact.lastSeen else { return kitchen.strings.text(neverKey, language) }
    return kitchen.strings.text(key, language, kitchen.elapsed(since: seen, language))
  }

  private func count(of folder: DeskFolder, for official: Official) async throws -> Int {
    try await letters.folder(folder, for: official, limit: 1, offset: 0).total
  }

  private func row(_ letter: DeskLetterSummary, _ language: Language) -> [String: Any] {
    [
      "number": letter.number, "letterTitle": letter.title, "mailbox": name(of: letter.mailbox, language),
      "kind": kitchen.strings.text("kind-\(letter.kind.rawValue)", language),
      "acceptedAt": officeTime(letter.acceptedAt),
      "stage": letter.stage.rawValue, "stageText": kitchen.strings.text("stage-\(letter.stage.rawValue)", language),
      "isRefused": letter.isOutcomeRefused,
      "attachments": letter.attachmentCount > 0 ? "\(letter.attachmentCount)" as Any : false,
    ]
  }

  /// A mailbox's name on the page; its identifier where the configuration no longer knows it.
  func name(of mailbox: String, _ language: Language) -> String {
    guard let known = configuration.mailboxes.first(where: { $0.identifier == mailbox }) else { return mailbox }
    return language == .chinese ? known.chineseName : known.englishName
  }
}
