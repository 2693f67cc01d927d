import ContainedChecks
import DocumentSeals
import Documents
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import PacketFormat
import PublishedDocuments
import ReceivedDocuments
import Roles
import Web

/// Documents of other offices: what the check found, the receipt, and the files.
extension DeskSite {
  private static let listSize = 50

  func addReceivedRoutes(to routes: inout RouteTable) {
    handle(.get, "/received", .readReceivedDocument, &routes) { [self] in try await receivedList($0, $1) }
    handle(.get, "/received/{peer}/{document}", .readReceivedDocument, &routes) { [self] in
      try await receivedPage($0, $1)
    }
    handle(.post, "/received/{peer}/{document}", .signForDocument, &routes) { [self] in try await signFor($0, $1) }
    handle(.get, "/received/{peer}/{document}/files/{file}", .readReceivedDocument, &routes) { [self] in
      try await receivedFile($0, $1)
    }
  }

  private func receivedDocuments() throws(WebFailure) -> ReceivedDocuments {
    guard let received else { throw .notFound }
    return received
  }

  private func receivedList(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let (language, strings) = (request.language, renderer.strings)
    let state = request.query("state").flatMap { ReceivedDocument.State(rawValue: $0) } ?? .arrived
    let paging = Paging(request, size: Self.listSize)
    let found = try await receivedDocuments().documents(
      state, limit: Self.listSize, offset: paging.offset, for: presence.official)
    let total = found.counts[state] ?? 0
    let content = ReceivedListPage(
      tabs: ReceivedDocument.State.allCases.map { other in
        let count = found.counts[other] ?? 0
        return TabValues(
          path: "/received?state=\(other.rawValue)", text: strings.text("receivedState-\(other.rawValue)", language),
          count: count < ReceivedDocuments.countMost ? "\(count)" : "\(count)+", current: other == state)
      }, isEmpty: found.documents.isEmpty, hasDocuments: !found.documents.isEmpty,
      documents: found.documents.map { values($0, language) },
      paging: paging.values(
        path: "/received", query: "state=\(state.rawValue)",
        hasNext: paging.offset + found.documents.count < total || total == ReceivedDocuments.countMost))
    return page(
      content, titleKey: "navReceived", request, presence, languagePath: "/received?state=\(state.rawValue)")
  }

  private func values(_ document: ReceivedDocument, _ language: Language) -> ReceivedValues {
    let (receipt, code): (String?, String) =
      switch document.receipt {
      case nil: (nil, "")
      case .sent: ("sent", "")
      case .delivered: ("delivered", "")
      case .refused(let code): ("refused", code)
      }
    return ReceivedValues(
      path: "/received/\(document.peer)/\(document.facts.id)", documentTitle: document.facts.title,
      number: document.facts.number.text, issuer: document.facts.issuer, date: document.facts.date,
      peer: document.peer, classification: shown(document.classification), arrived: officeTime(document.arrivedAt),
      state: document.state.rawValue,
      stateText: renderer.strings.text("receivedState-\(document.state.rawValue)", language),
      signedFor: document.signedFor.map { "\($0.name)，\(officeTime($0.at))" },
      receipt: receipt,
      receiptText: receipt.map { renderer.strings.text("receivedReceipt-\($0)", language, code) } ?? "",
      receiptRefused: receipt == "refused",
      withdrawn: document.withdrawal.map {
        renderer.strings.text("receivedWithdrawnAt", language, officeTime($0.cameAt), officeTime($0.statedAt))
      },
      withdrawnText: document.withdrawal?.by.map { renderer.strings.text("receivedWithdrawnBy", language, $0) }
        ?? renderer.strings.text("receivedWithdrawn", language), reason: document.withdrawal?.reason,
      digest: document.facts.ofd.digest.text)
  }

  /// What others say of its withdrawal, each in a sentence.
  private func texts(_ elsewhere: WithdrawnElsewhere, _ language: Language) -> [String] {
    let strings = renderer.strings
    return (elsewhere.here ? [strings.text("receivedWithdrawnHere", language)] : [])
      + elsewhere.sameFile.map { strings.text("receivedSameFile", language, $0) }
      + elsewhere.sameNumber.map { strings.text("receivedSameNumber", language, $0) }
  }

  private func place(_ request: WebRequest) throws(WebFailure) -> (peer: String, document: String) {
    let peer = request.parameters["peer"] ?? ""
    guard (1...32).contains(peer.utf8.count) else { throw .notFound }
    return (peer, try documentIdentifier(request))
  }

  private func receivedPage(
    _ request: WebRequest, _ presence: Presence, _ problem: FormProblem? = nil
  ) async throws -> Response {
    let (peer, identifier) = try place(request)
    let found = try await receivedDocuments().document(peer, identifier, for: presence.official)
    let (document, language, strings) = (found.document, request.language, renderer.strings)
    let keys = try await signingKeys(of: presence)
    let path = "/received/\(peer)/\(identifier)"
    let files: [(DocumentFileKind, Bool)] = [(.ofd, true), (.pdf, document.facts.pdf != nil)]
    let content = ReceivedPage(
      document: values(document, language), withdrawals: texts(found.elsewhere, language).map(WithdrawnValues.init),
      hasSteps: document.report != nil, isGood: document.withdrawal == nil && found.elsewhere.isEmpty,
      steps: stepValues(document.report?.steps ?? [], language),
      seals: (document.report?.signatures ?? []).map { signature in
        ReceivedSealValues(
          name: WrittenText.line(String(signature.name.prefix(300))),
          sealer: shown(WrittenText.line(String(signature.sealer.prefix(300)))),
          steps: stepValues(signature.steps, language))
      },
      files: document.signedFor == nil
        ? []
        : files.filter(\.1).map { kind, _ in
          DocumentFileValues(
            kind: kind.rawValue, path: "\(path)/files/\(kind.rawValue)",
            text: strings.text("docFileSealed-\(kind.rawValue)", language))
        },
      canSign: found.canSign, decision: document.decision.text,
      signing: keys.isEmpty || !found.canSign
        ? nil : offer("document.signed-for", "document \(identifier)", keys, presence))
    return page(
      content, titleKey: "receivedTitle", request, presence, texts: problem.map { [$0] } ?? [], languagePath: path,
      runsScript: !keys.isEmpty && found.canSign)
  }

  private func stepValues(_ steps: [CheckStep], _ language: Language) -> [CheckStepValues] {
    steps.map { step in
      CheckStepValues(
        sign: Self.sign(step.outcome), text: language == .chinese ? step.chinese : step.english,
        detail: shown(WrittenText.line(String(step.detail.prefix(300)))))
    }
  }

  private func signFor(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let (peer, identifier) = try place(request)
    let form = try await form(of: request, presence)
    let decision = ReceiptDecision(text: form["decision"])
    let official = try await signed(
      "document.signed-for", "document \(identifier)", content: decision.text, form, presence)
    do {
      try await receivedDocuments().signFor(peer, identifier, decision: decision, by: official)
    } catch DocumentError.refused(let problem) {
      return try await receivedPage(
        request, presence, FormProblem(field: "", text: problemText(problem, request.language)))
    } catch DocumentError.policy(let rule) {
      let text = renderer.strings.text("receivedPolicy", request.language, rule)
      return try await receivedPage(request, presence, FormProblem(field: "", text: text))
    }
    return seeOther("/received/\(peer)/\(identifier)")
  }

  private func receivedFile(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    guard let kind = DocumentFileKind(rawValue: request.parameters["file"] ?? "") else { throw WebFailure.notFound }
    let (peer, identifier) = try place(request)
    let (bytes, number) = try await receivedDocuments().file(kind, of: peer, identifier, for: presence.official)
    return Self.download(bytes, kind, name: "\(number).\(kind.rawValue)")
  }

  /// A file to be kept, never shown in the site's own name.
  static func download(_ bytes: [UInt8], _ kind: DocumentFileKind, name: String) -> Response {
    var headers: HTTPFields = [
      .contentType: kind == .pdf ? "application/pdf" : "application/ofd", .contentLength: "\(bytes.count)",
      .contentDisposition: contentDisposition(fileName: AttachmentName.clean(name)),
    ]
    if let policy = HTTPField.Name("Content-Security-Policy") { headers[policy] = "sandbox; default-src 'none'" }
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
