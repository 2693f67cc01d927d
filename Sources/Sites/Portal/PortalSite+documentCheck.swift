import ContainedChecks
import DocumentSeals
import HTTPTypes
import Hummingbird
import PublishedDocuments
import Web

/// The check of a document: by its file, its number, or the address in its QR code.
extension PortalSite {
  func addDocumentCheckRoutes(to routes: inout RouteTable) {
    routes.on(.get, "/documents/check", .everyone) { [self] in try await checkNumber($0) }
    routes.on(.post, "/documents/check", .ownForm) { [self] in try await checkFile($0) }
    routes.on(.get, "/d/{id}", .everyone) { [self] in try await checkPaper($0) }
  }

  private func checkPage(
    _ request: WebRequest, number: String = "", verdict: VerdictValues? = nil, problems: [LetterForm.Problem] = [],
    status: HTTPResponse.Status? = nil
  ) -> Response {
    let hint = renderer.strings.text(
      "documentFileHint", request.language, readableBytes(UploadedDocument.maxBytes))
    return openPage(
      DocumentCheckPage(number: number, fileHint: hint, verdict: verdict), titleKey: "documentCheckTitle", request,
      .document, problems: problems, status: status,
      path: request.request.method == .post ? "/documents/check" : request.path)
  }

  private func checkNumber(_ request: WebRequest) async throws -> Response {
    guard let asked = request.query("number") else { return checkPage(request) }
    let typed = WrittenText.line(String(asked.prefix(100)))
    guard let number = DocumentNumber(typed: typed) else {
      return checkPage(request, number: typed, problems: [.init(field: "number", textKey: "documentNumberWrong")])
    }
    let found: [PublishedDocument]
    do { found = try await documents.documents(number: number) } catch { throw WebFailure.unavailable(error) }
    return checkPage(request, number: typed, verdict: DocumentWords(renderer, request.language).verdict(on: found))
  }

  /// What the QR code on a paper leads to.
  private func checkPaper(_ request: WebRequest) async throws -> Response {
    let found = try await document(request).map { [$0] } ?? []
    return checkPage(
      request, number: found.first?.facts.number.text ?? "",
      verdict: DocumentWords(renderer, request.language).verdict(on: found), status: found.isEmpty ? .notFound : nil)
  }

  private func checkFile(_ request: WebRequest) async throws -> Response {
    let visitor = visitor(of: request)
    guard request.comesFromOwnPage, !visitor.isNew else { throw WebFailure.forgedForm }
    let held = HeldUpload(heldUploads, request.source)
    let upload = try await UploadedDocument.read(request, held: held) {
      forms.form($0, .document, visitor) != nil
    }
    if upload.isTooLarge {
      return checkPage(request, problems: [.init(field: "file", textKey: "documentFileTooLarge")])
    }
    if upload.bytes.isEmpty {
      return checkPage(request, problems: [.init(field: "file", textKey: "documentFileMissing")])
    }
    do {
      let checked = try await request.aside { try await documents.check(upload.bytes, for: request.source) }
      withExtendedLifetime(held) {}
      return checkPage(request, verdict: DocumentWords(renderer, request.language).verdict(on: checked))
    } catch let refusal as CheckRefusal {
      let key = refusal == .busy ? "documentCheckBusy" : "documentCheckTooMany"
      let page = checkPage(
        request, problems: [.init(field: "file", textKey: key)],
        status: refusal == .busy ? .serviceUnavailable : .tooManyRequests)
      return refusal == .busy ? retryShortly(page) : page
    } catch {
      throw WebFailure.unavailable(error)
    }
  }
}
