import Foundation
import Letters
import Testing
import ZoneHarness
import Zones

@Suite struct RefusedTests {
  @Test func `an answer that the portal's policy refuses is shown to the clerk and never as delivered`() async throws {
    let zones = try TestZones()
    var narrow = zones.dmz
    narrow.links[0].incomingPolicy.messageTypes.remove("letter.answered")
    let (dmz, intranet) = (try RunningZone(narrow), try RunningZone(zones.intranet))
    let number = try await dmz.citizens.submit(id: UUID(), draft: draft(), credentials: .generate()).number
    try await intranet.eventually("the letter is on the desk") {
      (try? await intranet.desk.letter(number: number, for: intranet.clerk)) != nil
    }
    try await intranet.desk.signFor(number: number, by: intranet.clerk)
    try await dmz.eventually("it is signed for") {
      try await dmz.count("SELECT COUNT(*) FROM citizen_letter WHERE stage = 'signed-for'") == 1
    }
    try await intranet.desk.answer(number: number, text: "已修复。", isPublic: false, by: intranet.clerk)
    try await intranet.eventually("the refusal has come back") {
      try await intranet.desk.letter(number: number, for: intranet.clerk).outcomeRefusal != nil
    }
    let letter = try await intranet.desk.letter(number: number, for: intranet.clerk)
    #expect(letter.outcomeDelivered == false && letter.stage == .answered)
    #expect([.messageType, .policy].contains(letter.outcomeRefusal))
    let folder = try await intranet.desk.folder(.concluded, for: intranet.clerk, limit: 10)
    #expect(folder.letters.map(\.isOutcomeRefused) == [true])
    try await dmz.stop()
    try await intranet.stop()
  }

  @Test func `a letter whose type the intranet's policy does not name is shown as refused`() async throws {
    let zones = try TestZones()
    var narrow = zones.intranet
    narrow.links[0].incomingPolicy.messageTypes.remove("letter.submitted")
    let (dmz, intranet) = (try RunningZone(zones.dmz), try RunningZone(narrow))
    let credentials = LetterCredentials.generate()
    _ = try await dmz.citizens.submit(id: UUID(), draft: draft(), credentials: credentials)
    try await dmz.eventually("the refusal has come back") {
      try await dmz.citizens.read(code: credentials.code, password: credentials.password)?.stage == .refused
    }
    let letter = try #require(try await dmz.citizens.read(code: credentials.code, password: credentials.password))
    #expect([.messageType, .policy].contains(letter.refusal))
    #expect(letter.draft == draft())
    try await dmz.stop()
    try await intranet.stop()
  }

  @Test(arguments: [
    ("policy-type", LetterRefusal.messageType), ("policy-classification", .classification),
    ("policy-blob-size", .attachmentSize), ("policy-file-kind", .fileKind), ("policy", .policy),
    ("policy-rate", .policy), ("unknown-mailbox", .mailbox), ("unknown-letter", .unknownLetter), ("schema", .form),
    ("decryption", .form), ("never-complete", .incomplete), ("cancelled", .cancelled),
    ("duplicate-letter", .other), ("", .other), ("<b>", .other),
  ])
  func `every code has words, the unknown ones too`(code: String, refusal: LetterRefusal) {
    #expect(LetterRefusal(code: code) == refusal)
  }
}
