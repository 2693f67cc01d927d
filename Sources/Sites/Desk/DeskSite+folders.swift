import Flows
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Letters
import NIOCore
import Roles
import Web
import Zones

/// The folders of letters.
extension DeskSite {
  static let folderSize = 50
  private static let undeliveredNamed = 10

  func addFolderRoutes(to routes: inout RouteTable) {
    handle(.get, "/folders/{folder}", .readLetter, &routes) { [self] request, presence in
      let folder = try folder(request)
      let filter = filter(request)
      let found = try await letters.folder(
        folder, for: presence.official, limit: Self.folderSize, part: part(request), filter: filter)
      return try await listPage(
        LetterList(
          path: "/folders/\(folder.rawValue)", titleKey: "folder-\(folder.rawValue)", hintKey: nil, filter: filter,
          canExport: presence.official.may(.exportLetters)), found, request, presence)
    }
    handle(.post, "/folders/{folder}/export", .exportLetters, &routes) { [self] in try await export($0, $1) }
  }

  private func folder(_ request: WebRequest) throws -> DeskFolder {
    guard let folder = DeskFolder(rawValue: request.parameters["folder"] ?? "") else { throw WebFailure.notFound }
    return folder
  }

  /// A list of letters as a page shows it.
  struct LetterList {
    let path: String
    let titleKey: String
    let hintKey: String?
    /// Nil where the list cannot be filtered.
    var filter: FolderFilter?
    var canExport = false
  }

  func listPage(
    _ list: LetterList, _ found: Letters.FolderPage, _ request: WebRequest, _ presence: Presence
  ) async throws -> Response {
    let (official, language, strings) = (presence.official, request.language, renderer.strings)
    let acts = bulkActs(of: official, language)
    let filter = list.filter ?? FolderFilter()
    let rows = found.letters.map {
      row($0, language, canChoose: !acts.isEmpty, isChosen: request.query("all") == "1")
    }
    return page(
      FolderPage(
        heading: strings.text(list.titleKey, language), hint: list.hintKey.map { strings.text($0, language) },
        late: try await lateText("linkLate", "linkNever", language),
        undelivered: list.path.hasPrefix("/folders/") ? try await undeliveredValues(official, language) : nil,
        tabs: try await tabs(list.path, official, language), query: "",
        filter: list.filter.map { filterValues($0, list.path, language) }, isEmpty: rows.isEmpty,
        hasLetters: !rows.isEmpty, canChoose: !acts.isEmpty, letters: rows, acts: acts,
        allPath: allPath(list, filter, request),
        export: list.canExport && !rows.isEmpty ? exportValues(list, language) : nil,
        places: places(found, list.path, filter)),
      titleKey: list.titleKey, request, presence)
  }

  /// The page as it is, with all its letters ticked; nil where they are.
  private func allPath(_ list: LetterList, _ filter: FolderFilter, _ request: WebRequest) -> String? {
    guard request.query("all") != "1" else { return nil }
    let place =
      switch part(request) {
      case .first: ""
      case .after(let place): "after=\(place)&"
      case .before(let place): "before=\(place)&"
      }
    return "\(list.path)?\(query(filter))\(place)all=1"
  }

  // MARK: Filters

  /// What an address asks for; what is strange there counts for nothing.
  func filter(_ request: WebRequest) -> FolderFilter {
    filter { request.query($0) }
  }

  private func filter(_ value: (String) -> String?) -> FolderFilter {
    FolderFilter(
      mailbox: value("mailbox").flatMap { asked in configuration.mailboxes.map(\.identifier).first { $0 == asked } },
      kind: value("kind").flatMap { LetterKind(rawValue: $0) },
      state: value("state").flatMap { asked in letters.states.map(\.id).first { $0 == asked } },
      order: value("order").flatMap { FolderFilter.Order(rawValue: $0) })
  }

  private func query(_ filter: FolderFilter) -> String {
    [
      ("mailbox", filter.mailbox), ("kind", filter.kind?.rawValue), ("state", filter.state),
      ("order", filter.order?.rawValue),
    ]
    .compactMap { name, value in value.map { "\(name)=\(queryEncoded($0))&" } }.joined()
  }

  private func filterValues(_ filter: FolderFilter, _ path: String, _ language: Language) -> FilterValues {
    let strings = renderer.strings
    func option(_ value: String, _ text: String, _ chosen: String?) -> StepOptionValues {
      StepOptionValues(value: value, text: text, chosen: value == chosen)
    }
    return FilterValues(
      path: path, isSet: filter != FolderFilter(),
      mailboxes: configuration.mailboxes.map {
        option($0.identifier, name(of: $0.identifier, language), filter.mailbox)
      },
      kinds: LetterKind.allCases.map {
        option($0.rawValue, strings.text("kind-\($0.rawValue)", language), filter.kind?.rawValue)
      },
      states: letters.states.map {
        option($0.id, language == .chinese ? $0.title.chinese : $0.title.english, filter.state)
      },
      orders: FolderFilter.Order.allCases.map {
        option($0.rawValue, strings.text("order-\($0.rawValue)", language), filter.order?.rawValue)
      })
  }

  private func exportValues(_ list: LetterList, _ language: Language) -> ExportValues {
    ExportValues(
      path: "\(list.path)/export", mailbox: list.filter?.mailbox ?? "", kind: list.filter?.kind?.rawValue ?? "",
      state: list.filter?.state ?? "",
      order: list.filter?.order?.rawValue ?? "")
  }

  /// The folder as a file of values separated by commas.
  private func export(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let folder = try folder(request)
    let form = try await form(of: request, presence)
    let (strings, language) = (renderer.strings, request.language)
    let found = try await letters.export(folder, filter { form[$0] }, for: presence.official)
    var table = CSVTable(
      ["columnNumber", "columnTitle", "columnMailbox", "columnKind", "columnStage", "columnAccepted", "columnDue"]
        .map { strings.text($0, language) })
    for letter in found {
      let row = row(letter, language, canChoose: false)
      table.add([row.number, row.letterTitle, row.mailbox, row.kind, row.state, row.acceptedAt, row.due ?? ""])
    }
    return Response(
      status: .ok,
      headers: [
        .contentType: "text/csv; charset=utf-8; header=present",
        .contentDisposition: contentDisposition(
          fileName: "\(strings.text("folder-\(folder.rawValue)", language)).csv"),
      ], body: .init(byteBuffer: ByteBuffer(string: table.text)))
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

  private func places(_ found: Letters.FolderPage, _ path: String, _ filter: FolderFilter) -> PlacesValues? {
    guard found.previous != nil || found.next != nil else { return nil }
    return PlacesValues(
      path: path, query: query(filter), previous: found.previous?.description, next: found.next?.description)
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

  func row(_ letter: DeskLetterSummary, _ language: Language, canChoose: Bool = false, isChosen: Bool = false)
    -> LetterRow
  {
    LetterRow(
      number: letter.number, branch: "\(letter.branch)", canChoose: canChoose, isChosen: isChosen,
      letterTitle: letter.title,
      mailbox: name(of: letter.mailbox, language),
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
