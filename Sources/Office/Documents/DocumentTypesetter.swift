import Cryptography
import DocumentNotation
import DurableFiles
package import FairQueues
import Layout
import OFD
import PDF
import QRCodes
import Runtime
import Typefaces

/// What is set: a notation, its number, and how large its seal is.
struct DocumentSetting: Sendable {
  let notation: [UInt8]
  /// The whole number; where `hasYear` is false, what makes one of the document's year.
  let number: @Sendable (Int) -> String
  /// Nil for what the notation says.
  let sealMillimetres: Int?
  /// Where the QR code leads; nil for a paper without one.
  let checkAddress: String?

  /// What two settings of the same pages have in common.
  fileprivate var key: String {
    "\(Digest.of(notation).hex) \(number(0)) \(sealMillimetres.map { "\($0)" } ?? "-") \(checkAddress ?? "-")"
  }
}

/// What a drafter and a leader look at before a document is sealed.
public struct DocumentPreview: Sendable {
  /// A character that its own face lacks.
  public struct Substitution: Sendable {
    public let character: String
    /// `U+20BB7`
    public let code: String
    public let face: String
    public let line: Int
    public let column: Int
  }

  public let pageCount: Int
  /// The page of the seal, from 1; nil where none will stand.
  public let sealPage: Int?
  public let substitutions: [Substitution]
  public let warnings: [String]
}

/// Why documents cannot be set here at all.
struct TypesettingFault: CodedFault {
  let reason: String
  var faultCode: String { "typesetting" }
}

/// A document as it is made.
struct TypesetDocument: Sendable {
  let ofd: [UInt8]
  let pdf: [UInt8]
  let pageCount: Int
  /// Of the seal's centre, in millimetres; nil where none will stand.
  let seal: SealPlace?
}

/// Sets documents, one at a time, on a thread of its own: typefaces are mapped once, and a long document takes memory.
public final class DocumentTypesetter: Sendable {
  static let waitingMost = 48
  /// A page shows ten pictures, and a browser asks for them all at once.
  static let waitingMostOfOnePerson = 12

  /// Persons by turns.
  package let turns = FairSemaphore(
    atOnce: 1, waitingMost: DocumentTypesetter.waitingMost, ofOneSource: DocumentTypesetter.waitingMostOfOnePerson)

  private let worker: TypesettingWorker

  /// - Parameter folders: with typefaces, looked into before the usual ones.
  public init(folders: [String]) { worker = TypesettingWorker(folders: folders) }

  /// Looks whether the typefaces are there.
  ///
  /// - Returns: what is missing, and which package has it; nil where all is well.
  public func missing() async -> String? {
    await worker.missing()
  }

  func preview(_ setting: DocumentSetting, for person: String) async throws(DocumentError) -> DocumentPreview {
    try await run(person) { worker in try worker.preview(setting) }
  }

  /// - Parameter number: of the page, from 1.
  func picture(
    _ number: Int, of setting: DocumentSetting, for person: String
  ) async throws(DocumentError) -> [UInt8] {
    try await run(person) { worker in try worker.picture(number, of: setting) }
  }

  func document(_ setting: DocumentSetting, for person: String) async throws(DocumentError) -> TypesetDocument {
    try await run(person) { worker in try worker.document(setting) }
  }

  private func run<T: Sendable>(
    _ person: String, _ body: @Sendable (isolated TypesettingWorker) throws -> T
  ) async throws(DocumentError) -> T {
    guard await turns.enter(Source(person)) else { throw .busy }
    defer { turns.leave() }
    do { return try await body(worker) } catch let error as DocumentError { throw error } catch let error
      as NotationError
    {
      throw .notation(error)
    } catch { throw .unavailable(error) }
  }
}

/// Works on its own thread; nothing in it waits, so that one document is set after the other.
private actor TypesettingWorker {
  private static let keptMost = 4

  private let executor = ThreadExecutor("documents")
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private let folders: [String]
  private var opened: (typefaces: Typefaces, pdf: PDFWriter)?
  /// The last ones, so that each page's picture need not set the document again.
  private var kept: [(key: String, document: LaidOutDocument)] = []

  init(folders: [String]) { self.folders = folders }

  func missing() -> String? {
    do { _ = try open() } catch { return (error as? TypesettingFault)?.reason ?? "\(error)" }
    return nil
  }

  private func open() throws -> (typefaces: Typefaces, pdf: PDFWriter) {
    if let opened { return opened }
    let typefaces: Typefaces
    do { typefaces = try Typefaces(folders: folders) { Files().exists($0) } } catch {
      throw TypesettingFault(reason: error.reason)
    }
    let writer: PDFWriter
    do { writer = try PDFWriter(typefaces) } catch { throw TypesettingFault(reason: error.reason) }
    opened = (typefaces, writer)
    return (typefaces, writer)
  }

  private func laidOut(_ setting: DocumentSetting) throws -> LaidOutDocument {
    let key = setting.key
    if let found = kept.first(where: { $0.key == key }) { return found.document }
    let typefaces = try open().typefaces
    var document = try OfficialDocument(draft: setting.notation, number: setting.number)
    if let millimetres = setting.sealMillimetres { document.sealMillimetres = Double(millimetres) }
    document.checkAddress = setting.checkAddress.map { NotedText($0.unicodeScalars, line: 0, column: 0) }
    let pages = try DocumentLayout.setting(document, in: typefaces, codes: QRCode.matrix)
    kept.append((key, pages))
    if kept.count > Self.keptMost { kept.removeFirst() }
    return pages
  }

  func preview(_ setting: DocumentSetting) throws -> DocumentPreview {
    let document = try laidOut(setting)
    return DocumentPreview(
      pageCount: document.pages.count, sealPage: document.seals.first?.page,
      substitutions: document.substitutions.map {
        .init(
          character: String($0.scalar), code: "U+" + String($0.scalar.value, radix: 16, uppercase: true), face: $0.face,
          line: $0.line, column: $0.column)
      }, warnings: document.warnings)
  }

  func picture(_ number: Int, of setting: DocumentSetting) throws -> [UInt8] {
    let document = try laidOut(setting)
    guard document.pages.indices.contains(number - 1) else { throw DocumentError.notFound }
    return try open().pdf.picture(
      of: document.pages[number - 1], seal: document.seals.first { $0.page == number })
  }

  func document(_ setting: DocumentSetting) throws -> TypesetDocument {
    let pages = try laidOut(setting)
    let (typefaces, pdf) = try open()
    do {
      // Of the notation's digest, so that the same document has the same number.
      let ofd = try OFDWriter.write(
        pages, identifier: Array(Digest.of(setting.notation).bytes.prefix(16)), in: typefaces)
      return TypesetDocument(
        ofd: ofd, pdf: try pdf.write(pages), pageCount: pages.pages.count, seal: pages.seals.first)
    } catch { throw TypesettingFault(reason: "\(error)") }
  }
}
