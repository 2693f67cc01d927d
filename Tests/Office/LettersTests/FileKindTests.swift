import AgeFormat
import Cryptography
import Foundation
import Testing
import ZoneHarness
import Zones

@testable import Letters

/// The beginning of a ZIP archive with these files in it, uncompressed.
private func zip(_ entries: [(name: String, content: String)]) -> [UInt8] {
  entries.flatMap { entry -> [UInt8] in
    var head = [UInt8](repeating: 0, count: 30)
    head.replaceSubrange(0..<4, with: [0x50, 0x4B, 0x03, 0x04])
    head[22] = UInt8(truncatingIfNeeded: entry.content.utf8.count)
    head[26] = UInt8(truncatingIfNeeded: entry.name.utf8.count)
    return head + Array(entry.name.utf8) + Array(entry.content.utf8)
  } + [0x50, 0x4B, 0x01, 0x02]
}

@Suite struct FileKindTests {
  private static let specimens: [(FileKind, [UInt8])] = [
    (.jpeg, [0xFF, 0xD8, 0xFF, 0xE0]), (.png, [0x89] + Array("PNG\r\n\u{1A}\n".utf8)), (.gif, Array("GIF89a".utf8)),
    (.webp, Array("RIFF....WEBPVP8 ".utf8)), (.wav, Array("RIFF....WAVEfmt ".utf8)),
    (.other, Array("RIFF....AVI ".utf8)),
    (.heic, [0, 0, 0, 24] + Array("ftypheic".utf8)), (.mp4, [0, 0, 0, 24] + Array("ftypisom".utf8)),
    (.quickTime, [0, 0, 0, 20] + Array("ftypqt  ".utf8)), (.mp4Audio, [0, 0, 0, 20] + Array("ftypM4A ".utf8)),
    (.bmp, Array("BM".utf8) + [UInt8](repeating: 0, count: 30)),
    (.other, Array("BM1234567890123456789012345".utf8) + [0]),
    (.tiff, [0x49, 0x49, 0x2A, 0]), (.mp3, Array("ID3\u{3}".utf8)), (.amr, Array("#!AMR\n".utf8)),
    (.pdf, Array("%PDF-1.7".utf8)), (.ole, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]),
    (.rar, Array("Rar!\u{1A}\u{7}".utf8)), (.sevenZip, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
    (.docx, zip([("[Content_Types].xml", "<Types/>"), ("_rels/.rels", "x"), ("word/document.xml", "x")])),
    (.docx, zip([("_rels/.rels", "x"), ("word/document.xml", "x"), ("xl/", "")])),
    (.xlsx, zip([("[Content_Types].xml", "x"), ("xl/workbook.xml", "x")])),
    (.pptx, zip([("docProps/app.xml", "x"), ("ppt/presentation.xml", "x")])),
    (.zip, zip([("word/document.xml", "x")])), (.zip, zip([("[Content_Types].xml", "x")])),
    (.zip, zip([("照片.jpg", "x")])), (.zip, [0x50, 0x4B, 0x03, 0x04]), (.ofd, zip([("OFD.xml", "x")])),
    (.odt, zip([("mimetype", FileKind.odt.rawValue), ("content.xml", "x")])),
    (.ods, zip([("mimetype", FileKind.ods.rawValue)])), (.odp, zip([("mimetype", FileKind.odp.rawValue)])),
    (.zip, zip([("mimetype", FileKind.odt.rawValue + "-template")])),
    (.text, Array("尊敬的领导：\r\n\t路灯不亮。".utf8)), (.text, [0xEF, 0xBB, 0xBF] + Array("BOM".utf8)),
    (.other, []), (.other, Array(" \n".utf8)), (.other, [0xEF, 0xBB, 0xBF]), (.other, Array("a\u{0}b".utf8)),
    (.other, Array("a\u{1B}[2J".utf8)), (.other, [0xC4, 0xE3, 0xBA, 0xC3]), (.other, Array("a".utf8) + [0xE4, 0xBD]),
    (.other, Array("<html><script>".utf8)), (.other, Array("\n <svg onload=x>".utf8)),
    (.other, Array("#!/bin/sh".utf8)),
    (.other, Array("MZ".utf8) + [0x90, 0]), (.other, Array("\u{7F}ELF".utf8)),
  ]

  @Test func `a file is what its first bytes say`() {
    for (kind, head) in Self.specimens { #expect(MediaType.kind(of: head) == kind, "\(head.prefix(60))") }
  }

  @Test func `a text whose last character goes on behind the head is a text`() {
    let text = Array(("a" + String(repeating: "字", count: 30_000)).utf8)
    for count in MediaType.headBytes - 3...MediaType.headBytes {
      // Only a full head may be cut within a character.
      let cut = Array(text.prefix(count))
      let isWhole = String(validating: cut, as: UTF8.self) != nil
      #expect(MediaType.kind(of: cut) == (isWhole || count == MediaType.headBytes ? .text : .other))
    }
    #expect(MediaType.kind(of: Array(text.prefix(MediaType.headBytes - 1)) + [0]) == .other)
  }

  @Test func `no bytes in any place make the look at a file crash`() {
    let archive = Self.specimens.first { $0.0 == .docx }?.1 ?? []
    for index in archive.indices {
      var changed = archive
      changed[index] = 0xFF
      _ = MediaType.kind(of: changed)
      _ = MediaType.kind(of: Array(archive.prefix(index)))
    }
  }
}

@Suite struct FileKindPolicyTests {
  private func attach(_ bytes: [UInt8], name: String, to zone: RunningZone) async throws -> LetterAttachment {
    let sealer = try await zone.citizens.sealAttachment()
    do {
      for start in stride(from: 0, to: bytes.count, by: 50_000) {
        try await sealer.append(Array(bytes[start..<min(start + 50_000, bytes.count)]))
      }
      return try await sealer.finish(name: name)
    } catch {
      await sealer.abandon()
      throw error
    }
  }

  @Test func `the portal refuses a file by its content while it comes in, and keeps nothing of it`() async throws {
    let zones = try TestZones()
    var configuration = zones.dmz
    configuration.links[0].outgoingPolicy.fileKinds = [.jpeg]
    let dmz = try RunningZone(configuration, exchanging: false)
    for size in [10, 65_536, 200_000] {
      await #expect(throws: LetterError.attachmentKind) {
        _ = try await attach(Array("MZ".utf8) + [UInt8](repeating: 0, count: size - 2), name: "photo.jpg", to: dmz)
      }
    }
    for folder in ["spool", "blobs"] {
      #expect(try FileManager.default.contentsOfDirectory(atPath: zones.root + "/dmz/" + folder) == [])
    }
    let photo = try await attach([0xFF, 0xD8, 0xFF] + [UInt8](repeating: 7, count: 100_000), name: "a.exe", to: dmz)
    #expect(photo.mediaType == "image/jpeg")
    try await dmz.stop()
  }

  @Test func `the intranet looks into each attachment anew, whatever the DMZ says of it`() async throws {
    let zones = try TestZones()
    var configuration = zones.intranet
    configuration.links[0].incomingPolicy.fileKinds = [.jpeg, .pdf]
    let (dmz, intranet) = (try RunningZone(zones.dmz), try RunningZone(configuration))
    var disguised = try await attach(
      Array("MZ".utf8) + [UInt8](repeating: 0, count: 150_000), name: "photo.jpg", to: dmz)
    disguised.mediaType = "image/jpeg"
    var renamed = try await attach(Array("%PDF-1.4".utf8), name: "x.exe", to: dmz)
    renamed.mediaType = "application/x-evil"
    let (refused, taken) = (LetterCredentials.generate(), LetterCredentials.generate())
    _ = try await dmz.citizens.submit(id: UUID(), draft: draft(attachments: [disguised]), credentials: refused)
    let number = try await dmz.citizens.submit(
      id: UUID(), draft: draft(attachments: [renamed]), credentials: taken
    ).number
    try await dmz.eventually("the letter with a program in it is refused") {
      try await dmz.citizens.read(code: refused.code, password: refused.password)?.stage == .refused
    }
    #expect(try await dmz.citizens.read(code: refused.code, password: refused.password)?.refusal == .fileKind)
    try await dmz.eventually("the other is delivered") {
      try await dmz.citizens.read(code: taken.code, password: taken.password)?.stage == .delivered
    }
    let letter = try await intranet.desk.letter(number: number, for: intranet.clerk)
    #expect(letter.draft.attachments.map(\.mediaType) == ["application/pdf"])
    #expect(try await intranet.desk.folder(.toDo, for: intranet.clerk, limit: 9).total == 1)
    try await dmz.stop()
    try await intranet.stop()
  }

  @Test func `a letter whose attachment is too large for the intranet is refused before the file crosses`() async throws
  {
    let zones = try TestZones()
    var configuration = zones.intranet
    configuration.links[0].incomingPolicy.blobMaxBytes = 10_000
    let (dmz, intranet) = (try RunningZone(zones.dmz), try RunningZone(configuration))
    let large = try await attach([0xFF, 0xD8, 0xFF] + [UInt8](repeating: 7, count: 50_000), name: "a.jpg", to: dmz)
    let credentials = LetterCredentials.generate()
    _ = try await dmz.citizens.submit(id: UUID(), draft: draft(attachments: [large]), credentials: credentials)
    try await dmz.eventually("it is refused") {
      try await dmz.citizens.read(code: credentials.code, password: credentials.password)?.refusal == .attachmentSize
    }
    #expect(try await intranet.count("SELECT COUNT(*) FROM waiting_message") == 0)
    try await dmz.stop()
    try await intranet.stop()
  }
}
