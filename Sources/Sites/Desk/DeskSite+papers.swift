import ContainedChecks
import Documents
import FairQueues
import HTTPTypes
import Hummingbird
import Roles
import Web

/// Papers that were made elsewhere and are to bear a seal (内部用印): brought and changed here; the rest of their way is that of
/// documents.
extension DeskSite {
  /// What was typed.
  private struct TypedPaper {
    var title = ""
    var page = ""
    var left = ""
    var top = ""
    var revision = ""
    var file: [UInt8] = []

    init() {}

    init(_ document: OfficeDocument, _ paper: Paper) {
      (title, page, revision) = (paper.title, "\(paper.page)", document.revision)
      (left, top) = (DeskSite.millimetres(paper.leftMicrometres), DeskSite.millimetres(paper.topMicrometres))
    }

    init(_ form: UploadedForm) {
      (title, page, left, top) = (form["title"], form["page"], form["left"], form["top"])
      (revision, file) = (form["revision"], form.bytes("file"))
    }

    /// Nil where a number cannot be read.
    var offer: PaperOffer? {
      guard page.isEmpty || Self.isNumber(page, fraction: false), left.isEmpty == top.isEmpty,
        left.isEmpty || (Self.isNumber(left, fraction: true) && Self.isNumber(top, fraction: true))
      else { return nil }
      return PaperOffer(
        title: title, page: page.isEmpty ? nil : Int(page), leftMillimetres: Double(left), topMillimetres: Double(top))
    }

    /// Such as `12` or `105.5`.
    private static func isNumber(_ text: String, fraction: Bool) -> Bool {
      let digits = text.replacing(".", with: "", maxReplacements: fraction ? 1 : 0)
      return (1...8).contains(text.utf8.count) && !digits.isEmpty
        && digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
  }

  func addPaperRoutes(to routes: inout RouteTable) {
    handle(.get, "/papers/new", .draftDocument, &routes) { [self] request, presence in
      guard presence.official.may(.draftDocument) else { throw WebFailure.notAllowed }
      return try paperPage(nil, TypedPaper(), request, presence)
    }
    handle(.post, "/papers", .draftDocument, &routes) { [self] request, presence in
      let held = HeldUpload(heldUploads, Source(presence.official.person))
      defer { withExtendedLifetime(held) {} }
      let typed = TypedPaper(try await uploadedPaper(request, presence, held))
      return try await savedPaper(nil, typed, request, presence) { offer in
        guard !typed.file.isEmpty else { throw DocumentError.refused(.notAPDF) }
        return try await request.aside {
          try await officeDocuments().addPaper(offer, file: typed.file, by: presence.official)
        }
      }
    }
    handle(.get, "/papers/{document}/edit", .draftDocument, &routes) { [self] request, presence in
      let document = try await document(for: .change, request, presence)
      guard let paper = document.paper else { throw WebFailure.notFound }
      return try paperPage(document.summary.identifier, TypedPaper(document, paper), request, presence)
    }
    handle(.post, "/papers/{document}", .draftDocument, &routes) { [self] request, presence in
      let identifier = try documentIdentifier(request)
      let held = HeldUpload(heldUploads, Source(presence.official.person))
      defer { withExtendedLifetime(held) {} }
      let typed = TypedPaper(try await uploadedPaper(request, presence, held))
      return try await savedPaper(identifier, typed, request, presence) { offer in
        try await request.aside {
          try await officeDocuments().changePaper(
            identifier, to: offer, file: typed.file.isEmpty ? nil : typed.file, revision: typed.revision,
            by: presence.official)
        }
        return identifier
      }
    }
  }

  private func uploadedPaper(
    _ request: WebRequest, _ presence: Presence, _ held: HeldUpload
  ) async throws -> UploadedForm {
    guard request.comesFromOwnPage else { throw WebFailure.forgedForm }
    // What is larger than a paper may be is told on the form.
    return try await UploadedForm.read(request, limits: ["file": PrintLimits.paperMaxBytes + 1], held: held) {
      presence.session.accepts(formToken: $0)
    }
  }

  /// Keeps a paper, or shows the form again with what is wrong. A browser does not keep the file that was chosen.
  private func savedPaper(
    _ identifier: String?, _ typed: TypedPaper, _ request: WebRequest, _ presence: Presence,
    _ save: (PaperOffer) async throws -> String
  ) async throws -> Response {
    guard presence.official.may(.draftDocument) else { throw WebFailure.notAllowed }
    if request.switchesLanguage { return try paperPage(identifier, typed, request, presence) }
    func again(_ problem: DocumentProblem) throws -> Response {
      let field =
        switch problem {
        case .paperTitle: "title"
        case .paperPlace: "page"
        case .paperTooLarge, .notAPDF, .notPrinted, .paperForm, .noPrinter: "file"
        default: ""
        }
      return try paperPage(
        identifier, typed, request, presence,
        FormProblem(field: field, text: problemText(problem, request.language)))
    }
    guard let offer = typed.offer else { return try again(.paperPlace) }
    do { return seeOther("/documents/\(try await save(offer))") } catch DocumentError.refused(let problem) {
      return try again(problem)
    } catch DocumentError.busy {
      return try paperPage(
        identifier, typed, request, presence,
        FormProblem(field: "", text: renderer.strings.text("docBusy", request.language)))
    }
  }

  private func paperPage(
    _ identifier: String?, _ typed: TypedPaper, _ request: WebRequest, _ presence: Presence,
    _ problem: FormProblem? = nil
  ) throws -> Response {
    let path = identifier.map { "/papers/\($0)" } ?? "/papers"
    let heading = identifier == nil ? "paperNew" : "paperChange"
    let content = PaperPage(
      heading: renderer.strings.text(heading, request.language), path: path, revision: typed.revision,
      isNew: identifier == nil, paperTitle: typed.title, page: typed.page, left: typed.left, top: typed.top,
      back: identifier.map { "/documents/\($0)" } ?? "/documents")
    return page(
      content, titleKey: heading, request, presence, texts: problem.map { [$0] } ?? [],
      languagePath: identifier == nil ? "/papers/new" : path + "/edit", form: path, takesEnter: false)
  }
}
