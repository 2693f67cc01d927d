import Cryptography
import DurableFiles
import FairQueues
import Foundation
import HTTPTypes
import PublishedDocuments
import Storage
import Testing
import Web
import ZoneHarness
import Zones

@testable import Portal

private let specimens = URL(filePath: #filePath).deletingLastPathComponent().appending(
  path: "../../../docs/specimen/seal")

@Suite struct DocumentTests {
  private static let id = "019ac4c5-6f00-7b2e-8a4f-3c1d2e5f6a7b"
  private let portal: TestPortal
  private let sealed: [UInt8]

  init() async throws {
    sealed = [UInt8](try Data(contentsOf: specimens.appending(path: "sealed.ofd")))
    portal = try await TestPortal(
      sealTrust: SealTrustFiles(sealTrust: [specimens.appending(path: "trust.pem").path], revocationLists: []))
  }

  private func publish(_ bytes: [UInt8], withdrawn reason: String? = nil) async throws {
    let digest = Digest.of(bytes)
    let file = try portal.zone.blobs.spool()
    try file.append(bytes)
    try file.close()
    try portal.zone.blobs.keep(file, as: digest)
    try await portal.zone.database.write { db in
      try db.run(
        """
        INSERT INTO published_document
          (id, number, title, issuer, date, published_at, ofd, ofd_bytes, withdrawn_at, reason)
        VALUES (?, '安政发〔2026〕12号', '关于<测试>的通知', '安澜市人民政府', '2026-11-28', 1796000000000, ?, ?, ?, ?)
        """, Self.id, digest.hex, bytes.count, reason == nil ? nil : 1_796_000_000_001, reason)
    }
  }

  private func verdict(_ page: Page) -> String? {
    page.text.firstMatch(of: /data-verdict="([a-z]+)"/).map { String($0.output.1) }
  }

  @Test func `a document is listed, shown with its facts, and given out as it is`() async throws {
    try await publish(sealed)
    let citizen = try await TestCitizen(at: portal)
    let list = await citizen.get("/documents")
    #expect(list.text.contains("/documents/\(Self.id)") && list.text.contains("关于&lt;测试&gt;的通知"))
    let page = await citizen.get("/documents/\(Self.id)")
    #expect(page.status == 200 && page.text.contains(Digest.of(sealed).hex) && page.text.contains("安政发〔2026〕12号"))
    let file = await portal.answer(.get, "/documents/\(Self.id)/ofd")
    #expect(file.status == 200 && file.headers[.contentLength] == "\(sealed.count)")
    #expect(file.headers[.contentDisposition]?.hasPrefix("attachment") == true)
    #expect(await portal.answer(.get, "/documents/\(Self.id)/pdf").status == 404)
    for path in ["/documents/x", "/documents/00000000-0000-0000-0000-000000000000", "/documents/x/ofd"] {
      #expect(await portal.answer(.get, path).status == 404, "\(path)")
    }
  }

  @Test func `a withdrawn document says so on its page, by number, by QR code and by file`() async throws {
    try await publish(sealed, withdrawn: "内容有误")
    let citizen = try await TestCitizen(at: portal)
    let page = await citizen.get("/documents/\(Self.id)")
    #expect(page.text.contains("document-withdrawn") && page.text.contains("内容有误"))
    #expect(!page.text.contains("/documents/\(Self.id)/ofd"))
    #expect(await portal.answer(.get, "/documents/\(Self.id)/ofd").status == 404)
    #expect(verdict(await citizen.get("/documents/check?number=" + escaped("安政发〔2026〕12号"))) == "withdrawn")
    #expect(verdict(await citizen.get("/d/\(Self.id)")) == "withdrawn")
    #expect(verdict(await citizen.check(sealed)) == "withdrawn")
    #expect(await citizen.get("/documents").text.contains("已撤回"))
  }

  @Test func `green is what is published, sealed and in force, and nothing else`() async throws {
    let citizen = try await TestCitizen(at: portal)
    #expect(verdict(await citizen.check(sealed)) == "unknown", "its seals hold, and it is not ours")
    try await publish(sealed)
    let good = await citizen.check(sealed)
    #expect(good.status == 200 && verdict(good) == "good" && good.text.contains("class=\"good\" id=\"verdict\""))
    var changed = sealed
    changed[changed.count / 2] ^= 1
    for bytes in [changed, Array(sealed.dropLast()), Array("junk".utf8)] {
      let page = await citizen.check(bytes)
      #expect(page.status == 200 && verdict(page) == "refused" && !page.text.contains("class=\"good\""))
    }
    #expect(["unknown", "refused"].contains(verdict(await citizen.check(Array("%PDF-1.7".utf8)))))
    #expect(portal.site.heldUploads.totalBytes == 0)
  }

  @Test func `a number is found however it is typed, and a QR code leads to its document`() async throws {
    try await publish(sealed)
    let citizen = try await TestCitizen(at: portal)
    for typed in ["安政发〔2026〕12号", " 安政发 [２０２６] 12", "安政发（2026）第012号"] {
      #expect(verdict(await citizen.get("/documents/check?number=" + escaped(typed))) == "number", "\(typed)")
    }
    #expect(verdict(await citizen.get("/documents/check?number=" + escaped("安政发〔2026〕13号"))) == "missing")
    let wrong = await citizen.get("/documents/check?number=" + escaped("<script>"))
    #expect(wrong.status == 422 && verdict(wrong) == nil && !wrong.text.contains("<script>"))
    #expect(verdict(await citizen.get("/d/\(Self.id)")) == "number")
    let other = await citizen.get("/d/00000000-0000-7000-8000-000000000000")
    #expect(other.status == 404 && verdict(other) == "missing")
  }

  @Test func `forged, empty and oversized forms are refused, and nothing of them stays`() async throws {
    let citizen = try await TestCitizen(at: portal)
    #expect(await citizen.check(sealed, token: "00").status == 403)
    #expect(await citizen.check([]).status == 422)
    let large = await citizen.check([UInt8](repeating: 0x20, count: UploadedDocument.maxBytes + 1))
    #expect(large.status == 422 && large.text.contains("20 MB"))
    #expect(await citizen.check([UInt8](repeating: 0x20, count: UploadedDocument.maxBytes + 100_000)).status == 413)
    #expect(portal.site.heldUploads.totalBytes == 0)
  }

  @Test func `a source that has had its share is told so, and another is served`() async throws {
    let citizen = try await TestCitizen(at: portal)
    var last = 200
    for _ in 0..<31 { last = await citizen.check(Array("x".utf8)).status }
    #expect(last == 429)
    let other = try await TestCitizen(at: portal, from: "192.0.2.8")
    #expect(await other.check(Array("x".utf8)).status == 200)
  }

  @Test func `memory for uploads has a limit, shared between sources, and is given back`() {
    let uploads = HeldUploads()
    do {
      let held = HeldUpload(uploads, "192.0.2.1")
      var bytes = 0
      while held.grow(by: 1 << 20) { bytes += 1 << 20 }
      #expect(bytes < HeldUploads.mostBytes / 3)
      let other = HeldUpload(uploads, "192.0.2.2")
      #expect(other.grow(by: 1 << 20))
    }
    #expect(uploads.totalBytes == 0)
  }

  private func escaped(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
  }
}
