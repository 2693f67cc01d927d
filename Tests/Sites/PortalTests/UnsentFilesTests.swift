import FairQueues
import Letters
import Testing

@testable import Portal

@Suite struct FilesOfLettersThatAreNotSent {
  private func visit(_ source: Source, bytes: Int) -> PortalVisit {
    var visit = PortalVisit(source: source)
    visit.attachments = [
      LetterAttachment(name: "a", mediaType: "application/pdf", bytes: bytes, blob: "b", sealedBytes: bytes)
    ]
    return visit
  }

  @Test func `of one source stop growing long before the portal's room ends`() {
    let unsent = UnsentFiles()
    let hundred = 100 * 1_048_576
    var visits: [PortalVisit] = []
    while unsent.mayGrow("192.0.2.1"), visits.count < 1_000 {
      var visit = visit("192.0.2.1", bytes: hundred)
      unsent.note(&visit)
      visits.append(visit)
    }
    #expect(unsent.totalBytes < UnsentFiles.mostBytes / 4)
    #expect(unsent.mayGrow("198.51.100.1"))
    for index in visits.indices {
      visits[index].attachments = []
      unsent.note(&visits[index])
    }
    #expect(unsent.totalBytes == 0 && unsent.mayGrow("192.0.2.1"))
  }

  @Test func `count for a letter that follows in the same visit`() {
    let unsent = UnsentFiles()
    var visit = visit("192.0.2.1", bytes: 10)
    unsent.note(&visit)
    visit.startAnew()
    unsent.note(&visit)
    #expect(unsent.totalBytes == 0)
  }
}
