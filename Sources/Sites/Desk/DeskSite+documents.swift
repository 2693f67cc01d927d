import DocumentNotation
import Documents
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Roles
import Runtime
import Web

/// Official documents: lists, and one document with its pages and its history.
extension DeskSite {
  private static let listSize = 50
  /// Pictures on a page.
  private static let sheetsSize = 10

  func addDocumentRoutes(to routes: inout RouteTable) {
    handle(.get, "/documents", .readDocument, &routes) { [self] in try await documentsPage($0, $1) }
    addDraftRoutes(to: &routes)
    addPaperRoutes(to: &routes)
    handle(.get, "/documents/{document}", .readDocument, &routes) { [self] in try await documentPage($0, $1) }
    handle(.get, "/documents/{document}/pages/{page}", .readDocument, &routes) { [self] in
      try await sheet($0, $1)
    }
    handle(.get, "/documents/{document}/files/{file}", .readDocument, &routes) { [self] in
      try await documentFile($0, $1)
    }
    addSealingRoutes(to: &routes)
    if publications != nil { addPublicationRoutes(to: &routes) }
    if received != nil { addReceivedRoutes(to: &routes) }
    addSealRoutes(to: &routes)
  }

  /// - Throws: `notFound` where the zone has no documents.
  func officeDocuments() throws(WebFailure) -> OfficeDocuments {
    guard let documents else { throw .notFound }
    return documents
  }

  // MARK: - Lists

  private func documentsPage(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    guard presence.official.may(.readDocument) else { throw WebFailure.notAllowed }
    let state = request.query("state").flatMap { DocumentState(rawValue: $0) } ?? .draft
    return try await listPage(
      state, DocumentState.allCases, path: "/documents", document: "/documents", heading: "navDocuments", request,
      presence)
  }

  /// - Parameters:
  ///   - path: of the list.
  ///   - document: before a document's identifier.
  func listPage(
    _ state: DocumentState, _ states: [DocumentState], path: String, document: String, heading: String,
    _ request: WebRequest, _ presence: Presence
  ) async throws -> Response {
    let (official, language) = (presence.official, request.language)
    let documents: OfficeDocuments = try officeDocuments()
    let paging = Paging(request, size: Self.listSize)
    let found = try await documents.documents(state, limit: Self.listSize, offset: paging.offset, for: official)
    let counts = try await documents.counts(for: official)
    let waiting = try await documents.waiting(for: official)
    let content = DocumentsPage(
      heading: renderer.strings.text(heading, language),
      canDraft: document == "/documents" && official.may(.draftDocument), hasWaiting: !waiting.isEmpty,
      waiting: waiting.map { row($0, $0.state == .granted ? "/sealing" : "/documents", language) },
      tabs: states.map { other in
        TabValues(
          path: "\(path)?state=\(other.rawValue)", text: renderer.strings.text("docState-\(other.rawValue)", language),
          count: "\(counts[other] ?? 0)", current: other == state)
      },
      isEmpty: found.documents.isEmpty, hasDocuments: !found.documents.isEmpty,
      documents: found.documents.map { row($0, document, language) },
      paging: paging.values(
        path: path, query: "state=\(state.rawValue)", hasNext: paging.offset + found.documents.count < found.total))
    return page(content, titleKey: heading, request, presence, languagePath: "\(path)?state=\(state.rawValue)")
  }

  private func row(_ document: DocumentSummary, _ path: String, _ language: Language) -> DocumentRow {
    DocumentRow(
      path: "\(path)/\(document.identifier)", documentTitle: document.title, number: shown(document.number),
      stateText: renderer.strings.text("docState-\(document.state.rawValue)", language),
      classification: shown(document.classification), unit: document.unitName, drafter: document.drafterName,
      changedAt: officeTime(document.changedAt))
  }

  // MARK: - One document

  func documentIdentifier(_ request: WebRequest) throws(WebFailure) -> String {
    let text = request.parameters["document"] ?? ""
    guard text.utf8.count == 36, text.utf8.allSatisfy({ (0x2D...0x7A).contains($0) }) else { throw .notFound }
    return text
  }

  private func documentPage(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let document = try await officeDocuments().document(try documentIdentifier(request), for: presence.official)
    let language = request.language
    let publication = try await publicationValues(document, request, presence)
    let steps = stepValues(document, language) + publication.steps
    let (fault, sheets) = try await sheetValues(document, request, presence)
    let content = DocumentPage(
      document: documentValues(document, language), publication: publication.values,
      hasDeliveries: !publication.deliveries.isEmpty, deliveries: publication.deliveries,
      hasSteps: !steps.isEmpty, steps: steps,
      notation: document.content.notation,
      events: document.events.map { event in
        let isNumbered = document.paper == nil || event.what != "granted"
        return DocumentEventValues(
          text: renderer.strings.text(isNumbered ? "docEvent-\(event.what)" : "docEvent-granted-paper", language),
          who: event.name, at: officeTime(event.at), detail: shown(event.detail))
      }, fault: fault, sheets: sheets)
    return page(content, titleKey: "docTitle", request, presence)
  }

  /// What this person may do now, each on a page of its own.
  private func stepValues(_ document: OfficeDocument, _ language: Language) -> [DocumentStepValues] {
    let own = "/documents/\(document.summary.identifier)"
    let all: [(DocumentStep, path: String, isPlain: Bool)] = [
      (.grant, own + "/grant", false), (.apply, "/sealing/\(document.summary.identifier)", false),
      (.request, own + "/request", false),
      (.change, (document.paper == nil ? own : "/papers/\(document.summary.identifier)") + "/edit", true),
      (.takeBack, own + "/take-back", true),
      (.discard, own + "/discard", true),
    ]
    var steps = all.filter { document.steps.contains($0.0) }
    // A leader may end what was granted, and a keeper give it back, where they may do nothing else.
    if document.steps.contains(.refuse), !document.steps.contains(.grant) {
      steps.append((.refuse, own + "/grant", true))
    }
    return steps.map { step, path, isPlain in
      DocumentStepValues(
        id: step.rawValue, path: path, text: renderer.strings.text("docStep-\(step.rawValue)", language),
        isPlain: isPlain)
    }
  }

  func documentValues(_ document: OfficeDocument, _ language: Language) -> DocumentValues {
    let (summary, strings) = (document.summary, renderer.strings)
    return DocumentValues(
      id: summary.identifier, documentTitle: summary.title, state: summary.state.rawValue,
      stateText: strings.text("docState-\(summary.state.rawValue)", language), number: shown(summary.number),
      unit: summary.unitName, drafter: summary.drafterName,
      disclosure: strings.text("disclosure-\(summary.disclosure.rawValue)", language),
      classification: shown(summary.classification), isPaper: document.paper != nil,
      use: document.use.map { useValues($0, language) })
  }

  func useValues(_ use: SealUse, _ language: Language) -> SealUseValues {
    func hand(_ hand: SealUse.Hand) -> String { "\(hand.name)，\(officeTime(hand.at))" }
    let place =
      use.page == 0
      ? nil
      : renderer.strings.text(
        "usePlace", language, "\(use.page)", Self.millimetres(use.leftMicrometres), Self.millimetres(use.topMicrometres)
      )
    return SealUseValues(
      number: shown(use.documentNumber), stateText: renderer.strings.text("useState-\(use.state.rawValue)", language),
      seal: use.sealName, reason: use.reason, asked: hand(use.asked), granted: use.decided.map(hand),
      applied: use.applied.map(hand), place: place, digest: shown(use.digestAfter))
  }

  /// With one decimal.
  static func millimetres(_ micrometres: Int) -> String {
    let tenths = (micrometres + 50) / 100
    return "\(tenths / 10).\(tenths % 10)"
  }

  // MARK: - Pages and files

  /// The document's pages as pictures; or why there are none.
  func sheetValues(
    _ document: OfficeDocument, _ request: WebRequest, _ presence: Presence
  ) async throws -> (fault: String?, sheets: SheetsValues?) {
    let (language, strings) = (request.language, renderer.strings)
    let identifier = document.summary.identifier
    let documents = try officeDocuments()
    let preview: DocumentPreview
    do throws(DocumentError) { preview = try await documents.preview(identifier, for: presence.official) } catch {
      switch error {
      case .notation(let fault): return (faultText(fault, language), nil)
      case .busy: return (strings.text("docBusy", language), nil)
      case .unavailable(let cause):
        logger.error("a document cannot be set", metadata: ["error": "\(faultCode(cause))"])
        return (strings.text("docNotSet", language), nil)
      default: throw error
      }
    }
    let paging = Paging(request, size: Self.sheetsSize)
    let first = min(paging.offset, max(0, preview.pageCount - 1)) + 1
    let last = min(first + Self.sheetsSize - 1, preview.pageCount)
    let own = "/documents/\(identifier)"
    let remarks =
      preview.substitutions.map { found in
        strings.text(
          "docSubstituted", language, found.character, found.code, found.face, "\(found.line)", "\(found.column)")
      } + preview.warnings
    let isSealed = document.summary.state == .sealed
    let lead =
      if document.paper == nil { isSealed ? "docLeadSealed" : "docLead" } else {
        isSealed ? "paperLeadSealed" : "paperLead"
      }
    return (
      nil,
      SheetsValues(
        lead: strings.text(lead, language, "\(preview.pageCount)"),
        hasRemarks: !remarks.isEmpty, remarks: remarks.map { RemarkValues(text: $0) },
        files: fileValues(document, isSealed, language),
        pages: document.paper != nil
          ? []
          : (first...last).map { number in
            SheetValues(
              path: "\(own)/pages/\(number)",
              text: strings.text("docSheet", language, "\(number)", "\(preview.pageCount)"))
          }, papers: document.paper.map { paperSheets(document, $0, first...last, language) } ?? [],
        paging: paging.values(path: request.path, hasNext: last < preview.pageCount))
    )
  }

  private func fileValues(
    _ document: OfficeDocument, _ isSealed: Bool, _ language: Language
  ) -> [DocumentFileValues] {
    let own = "/documents/\(document.summary.identifier)/files"
    if document.paper != nil {
      let key = isSealed ? "paperFileSealed" : "paperFilePlain"
      return [DocumentFileValues(kind: "pdf", path: own + "/pdf", text: renderer.strings.text(key, language))]
    }
    return DocumentFileKind.allCases.map { kind in
      DocumentFileValues(
        kind: kind.rawValue, path: "\(own)/\(kind.rawValue)",
        text: renderer.strings.text(
          isSealed ? "docFileSealed-\(kind.rawValue)" : "docFile-\(kind.rawValue)", language))
    }
  }

  private func paperSheets(
    _ document: OfficeDocument, _ paper: Paper, _ pages: ClosedRange<Int>, _ language: Language
  ) -> [PaperSheetValues] {
    // Until a seal is chosen, one of 42 mm, the usual size.
    let radius = (document.use?.sealMillimetres ?? 42) * 500
    return pages.map { number in
      PaperSheetValues(
        path: "/documents/\(document.summary.identifier)/pages/\(number)",
        text: renderer.strings.text("docSheet", language, "\(number)", "\(paper.pageCount)"),
        width: Self.millimetres(paper.widthMicrometres), height: Self.millimetres(paper.heightMicrometres),
        circle: number == paper.page
          ? CircleValues(
            x: Self.millimetres(paper.leftMicrometres), y: Self.millimetres(paper.topMicrometres),
            radius: Self.millimetres(radius)) : nil)
    }
  }

  func faultText(_ fault: NotationError, _ language: Language) -> String {
    let strings = renderer.strings
    let reason = language == .chinese ? fault.chineseReason : fault.reason
    if fault.line == 0 { return strings.text("faultWhole", language, reason) }
    if fault.column == 0 { return strings.text("faultLine", language, "\(fault.line)", reason) }
    return strings.text("faultPlace", language, "\(fault.line)", "\(fault.column)", reason)
  }

  private func sheet(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    guard let number = Int(request.parameters["page"] ?? ""), (1...10_000).contains(number) else {
      throw WebFailure.notFound
    }
    let identifier = try documentIdentifier(request)
    let picture = try await request.aside {
      try await officeDocuments().picture(ofPage: number, of: identifier, for: presence.official)
    }
    return Self.picture(picture)
  }

  static func picture(_ png: [UInt8]) -> Response {
    let headers: HTTPFields = [.contentType: "image/png", .contentLength: "\(png.count)"]
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: png)))
  }

  private func documentFile(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    guard let kind = DocumentFileKind(rawValue: request.parameters["file"] ?? "") else { throw WebFailure.notFound }
    let identifier = try documentIdentifier(request)
    let (bytes, isSealed, number) = try await officeDocuments().file(kind, of: identifier, for: presence.official)
    let name = (number.isEmpty ? identifier : number) + (isSealed ? "" : "-preview") + ".\(kind.rawValue)"
    return Self.download(bytes, kind, name: name)
  }
}
