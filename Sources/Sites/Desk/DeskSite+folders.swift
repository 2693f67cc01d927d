import Flows
import Foundation
import HTTPTypes
import Hummingbird
import Letters
import Roles
import Web
import Zones

/// The folders of letters.
extension DeskSite {
  static let folderSize = 50
  private static let undeliveredNamed = 10

  func addFolderRoutes(to routes: inout RouteTable) {
    handle(.get, "/folders/{folder}", .readLetter, &routes) { [self] request, presence in
      guard let folder = DeskFolder(rawValue: request.parameters["folder"] ?? "") else { throw WebFailure.notFound }
      return try await folderPage(folder, request, presence)
    }
  }

  private func folderPage(_ folder: DeskFolder, _ request: WebRequest, _ presence: Presence) async throws -> Response {
    let official = presence.official
    let found = try await letters.folder(folder, for: official, limit: Self.folderSize, part: part(request))
    return page(
      FolderPage(
        heading: renderer.strings.text("folder-\(folder.rawValue)", request.language), hint: nil,
        late: try await lateText("linkLate", "linkNever", request.language),
        undelivered: try await undeliveredValues(official, request.language),
        tabs: try await tabs("/folders/\(folder.rawValue)", official, request.language),
        isEmpty: found.letters.isEmpty, hasLetters: !found.letters.isEmpty,
        letters: found.letters.map { row($0, request.language) },
        places: places(found, "/folders/\(folder.rawValue)")),
      titleKey: "folder-\(folder.rawValue)", request, presence)
  }

  /// - Parameter current: the path of the list that is shown.
  func tabs(_ current: String, _ official: Official, _ language: Language) async throws -> [TabValues] {
    let counts = try await letters.folderCounts(for: official)
    let due = try await letters.dueCounts(for: official)
    func tab(_ path: String, _ key: String, _ count: String) -> TabValues {
      TabValues(path: path, text: renderer.strings.text(key, language), count: count, current: path == current)
    }
    func atMost(_ count: Int) -> String { count > DeskLetters.dueCountMax ? "\(DeskLetters.dueCountMax)+" : "\(count)" }
    return [
      tab("/queue", "queueHeading", "\(try await letters.queueCount(for: official))"),
      tab("/due/today", "todayHeading", atMost(due[.today] ?? 0)),
      tab("/due/overdue", "overdueHeading", atMost(due[.overdue] ?? 0)),
    ]
      + DeskFolder.allCases.map { tab("/folders/\($0.rawValue)", "folder-\($0.rawValue)", "\(counts[$0] ?? 0)") }
  }

  func places(_ found: Letters.FolderPage, _ path: String) -> PlacesValues? {
    guard found.previous != nil || found.next != nil else { return nil }
    return PlacesValues(path: path, previous: found.previous?.description, next: found.next?.description)
  }

  /// Letters whose citizens must be told in another way; nil where there are none.
  private func undeliveredValues(_ official: Official, _ language: Language) async throws -> UndeliveredValues? {
    let found = try await letters.undeliveredNotices(for: official, limit: Self.undeliveredNamed)
    guard found.total > 0 else { return nil }
    return UndeliveredValues(
      text: renderer.strings.text("noticesUndelivered", language, "\(found.total)"),
      letters: found.numbers.map { NumberValues(number: $0) })
  }

  /// How old the portal's last sign of life is, while it is late.
  func lateText(_ key: String, _ neverKey: String, _ language: Language) async throws -> String? {
    let contact = try await letters.contact()
    guard contact.isLate else { return nil }
    guard let seen = contact.lastSeen else { return renderer.strings.text(neverKey, language) }
    return renderer.strings.text(key, language, renderer.elapsed(since: seen, language))
  }

  /// Anything strange is the first part.
  func part(_ request: WebRequest) -> FolderPart {
    func place(_ key: String) -> FolderPlace? {
      request.request.uri.queryParameters[Substring(key)].flatMap { FolderPlace(String($0)) }
    }
    if let place = place("after") { return .after(place) }
    return place("before").map(FolderPart.before) ?? .first
  }

  func row(_ letter: DeskLetterSummary, _ language: Language) -> LetterRow {
    LetterRow(
      number: letter.number, letterTitle: letter.title, mailbox: name(of: letter.mailbox, language),
      kind: renderer.strings.text("kind-\(letter.kind.rawValue)", language),
      acceptedAt: officeTime(letter.acceptedAt), stage: letter.stage.rawValue,
      state: language == .chinese ? letter.state.chinese : letter.state.english,
      due: letter.due.map { String(officeTime($0.addingTimeInterval(-1)).prefix(10)) },
      isOverdue: letter.due.map { $0 <= Date() } ?? false, isUrged: letter.isUrged, isReminded: letter.isReminded,
      isRefused: letter.isOutcomeRefused,
      attachments: letter.attachmentCount > 0 ? "\(letter.attachmentCount)" : nil)
  }

  /// A mailbox's name on the page; its identifier where the configuration no longer knows it.
  func name(of mailbox: String, _ language: Language) -> String {
    guard let known = configuration.mailboxes.first(where: { $0.identifier == mailbox }) else { return mailbox }
    return language == .chinese ? known.chineseName : known.englishName
  }
}
