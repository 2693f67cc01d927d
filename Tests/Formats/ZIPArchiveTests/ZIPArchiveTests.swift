import ChildProcess
import Foundation
import Testing
import ZIPArchive

/// Archives as `ZIPArchive` writes them, and byte for byte spoilt ones.
@Suite struct Archives {
  static let entries = [
    ZIPEntry(name: "OFD.xml", data: Array("<a/>".utf8)),
    ZIPEntry(name: "Doc_0/Document.xml", data: Array(repeating: UInt8(ascii: "x"), count: 5_000)),
    ZIPEntry(name: "Doc_0/文档.xml", data: []),
    ZIPEntry(name: "Doc_0/Res/random", data: (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }),
  ]

  @Test func `are read as they were written, twice the same`() throws {
    let archive = try ZIPArchive.write(Self.entries)
    #expect(try ZIPArchive.read(archive) == Self.entries)
    #expect(try ZIPArchive.write(Self.entries) == archive)
    #expect(archive.count < 80_000)
    #expect(try ZIPArchive.read(try ZIPArchive.write([])) == [])
  }

  @Test func `are what Python takes for archives, and the other way round`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "zip-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(try ZIPArchive.write(Self.entries)).write(to: folder.appending(path: "ours.zip"))
    let script = """
      import io, sys, zipfile
      ours = zipfile.ZipFile(sys.argv[1] + "/ours.zip")
      assert ours.testzip() is None
      class Pipe(io.RawIOBase):
          def __init__(self, f): self.f = f
          def writable(self): return True
          def write(self, b): return self.f.write(b)
      with open(sys.argv[1] + "/theirs.zip", "wb") as f, zipfile.ZipFile(Pipe(f), "w", zipfile.ZIP_DEFLATED) as theirs:
          theirs.writestr("folder/", b"")
          for i in ours.infolist(): theirs.writestr(i.filename, ours.read(i))
      """
    #expect(try ChildProcess("python3", ["-c", script, folder.path()]).waitUntilExit() == 0)
    // Written to a pipe: each file has a descriptor behind it.
    let theirs = [UInt8](try Data(contentsOf: folder.appending(path: "theirs.zip")))
    #expect(try ZIPArchive.read(theirs) == Self.entries)
  }

  @Test(arguments: [
    "", "/OFD.xml", "a//b", "../a", "a/../b", "a/./b", "a/..", "a\\b", "C:/a", "a\u{0}b", "a\nb", "a/",
    String(repeating: "a", count: 513), String(repeating: "a/", count: 16) + "a",
  ]) func `hold no name that leads elsewhere`(name: String) {
    expect(.name) { () throws(ZIPError) in try ZIPArchive.write([ZIPEntry(name: name, data: [])]) }
  }

  @Test(arguments: [
    ("a", "a"), ("a", "A"), ("Doc_0/a", "DOC_0/b"), ("é", "e\u{301}"), ("a", "a/b"), ("a/b", "a"), ("ß", "ß"),
    ("Doc_0/x/é", "Doc_0/x/É"),
  ]) func `hold no two names that one computer or another takes for one`(first: String, second: String) {
    let entries = [first, second].map { ZIPEntry(name: $0, data: []) }
    expect(.name) { () throws(ZIPError) in try ZIPArchive.write(entries) }
  }

  private func expect(_ code: ZIPError.Code, _ body: () throws(ZIPError) -> [UInt8]) {
    do throws(ZIPError) {
      _ = try body()
      Issue.record("accepted")
    } catch { #expect(error.code == code, "\(error)") }
  }
}

@Suite struct SpoiltArchives {
  private static let name = "Doc_0/a.xml"
  /// 4,000 bytes that deflate to some 30.
  private static let archive = Specimen.archive(name, Array(repeating: 65, count: 4_000))

  @Test func `are refused, whichever byte of their headers is another`() throws {
    let archive = Self.archive
    let original = try ZIPArchive.read(archive)
    // Dates, versions, attributes, and how hard deflate tried, say nothing about the content.
    let local = Set([4, 5, 6, 7] + (10..<14))
    let central = Set(Array(4..<8) + [8, 9] + (12..<16) + (36..<42))
    let directory = Specimen.directory(of: archive)
    for index in archive.indices {
      for bit in 0..<8 where !local.contains(index) && !central.contains(index - directory) {
        var other = archive
        other[index] ^= 1 << bit
        if let read = try? ZIPArchive.read(other) { #expect(read == original, "bit \(bit) of byte \(index)") }
      }
    }
  }

  @Test func `are refused wherever they are cut, and whatever stands before or behind them`() {
    for end in 0..<Self.archive.count { refuse(.malformed, Array(Self.archive[..<end])) }
    refuse(.malformed, Self.archive + [0])
    refuse(.malformed, [0] + Self.archive)
    refuse(.malformed, Self.archive + Self.archive)
  }

  @Test func `are refused for what they ask for`() {
    let directory = Specimen.directory(of: Self.archive)
    // Encrypted, strongly encrypted, masked; another method; a second disk.
    refuse(.unsupported, Self.archive) {
      $0[6] |= 1
      $0[directory + 8] |= 1
    }
    refuse(.unsupported, Self.archive) {
      $0[6] |= 64
      $0[directory + 8] |= 64
    }
    refuse(.unsupported, Self.archive) {
      $0[7] |= 32
      $0[directory + 9] |= 32
    }
    refuse(.unsupported, Self.archive) {
      $0[8] = 12
      $0[directory + 10] = 12
    }
    refuse(.unsupported, Self.archive) { $0[directory + 34] = 1 }
    refuse(.unsupported, Self.archive) { $0[$0.count - 18] = 1 }
    // ZIP64: the count, the size, the offset.
    for offset in [10, 12, 16] {
      refuse(.unsupported, Self.archive) { bytes in
        for index in 0..<4 where offset > 10 || index < 2 { bytes[bytes.count - 22 + offset + index] = 0xFF }
      }
    }
    refuse(.unsupported, Self.archive) { for index in 0..<4 { $0[directory + 42 + index] = 0xFF } }
  }

  @Test func `are refused for names that are not theirs`() {
    let directory = Specimen.directory(of: Self.archive)
    // The local header's own name; a byte that is not UTF-8 in both; UTF-8 that is not marked.
    refuse(.malformed, Self.archive) { $0[30] = UInt8(ascii: "d") }
    refuse(.name, Self.archive) {
      $0[30] = 0xFF
      $0[directory + 46] = 0xFF
    }
    refuse(.name, Specimen.archive("文档.xml", [])) { bytes in
      bytes[7] = 0
      bytes[Specimen.directory(of: bytes) + 9] = 0
    }
  }

  @Test func `are refused where two files share bytes`() throws {
    // Two records, one content: the quoted-overlap bomb in small.
    let one = Self.archive
    let directory = Specimen.directory(of: one)
    let record = Array(one[directory..<one.count - 22])
    var second = record
    second[46] = UInt8(ascii: "E")
    var end = Array(one.suffix(22))
    (end[8], end[10]) = (2, 2)
    end[12] = UInt8(record.count * 2)
    refuse(.malformed, Array(one[..<directory]) + record + second + end)
  }

  @Test func `are refused beyond the limits`() throws {
    let bomb = Specimen.archive("bomb", Array(repeating: 0, count: 10_000_000))
    refuse(.limit, bomb)
    #expect(try ZIPArchive.read(bomb, limits: ZIPLimits(maxRatio: 2_000)).count == 1)
    for limits in [
      ZIPLimits(maxArchiveBytes: 100), ZIPLimits(maxEntries: 0), ZIPLimits(maxEntryBytes: 3_999),
      ZIPLimits(maxTotalBytes: 3_999),
    ] { refuse(.limit, Self.archive, limits: limits) }
  }

  @Test func `are refused where the content is not the announced one`() {
    let directory = Specimen.directory(of: Self.archive)
    // One byte less, one more, in both headers; a checksum of something else.
    for size in [3_999, 4_001] {
      refuse(.malformed, Self.archive) { bytes in
        for place in [22, directory + 24] { (bytes[place], bytes[place + 1]) = (UInt8(size & 255), UInt8(size >> 8)) }
      }
    }
    refuse(.malformed, Self.archive) {
      $0[14] ^= 1
      $0[directory + 16] ^= 1
    }
  }

  private func refuse(
    _ code: ZIPError.Code, _ archive: [UInt8], limits: ZIPLimits = ZIPLimits(),
    _ spoil: (inout [UInt8]) -> Void = { _ in }
  ) {
    var spoilt = archive
    spoil(&spoilt)
    do throws(ZIPError) {
      _ = try ZIPArchive.read(spoilt, limits: limits)
      Issue.record("accepted")
    } catch { #expect(error.code == code, "\(error)") }
  }
}

private enum Specimen {
  static func archive(_ name: String, _ data: [UInt8]) -> [UInt8] {
    (try? ZIPArchive.write([ZIPEntry(name: name, data: data)])) ?? []
  }

  /// Where the central directory begins, as the end record has it.
  static func directory(of archive: [UInt8]) -> Int {
    let place = archive.count - 6
    return Int(archive[place]) | Int(archive[place + 1]) << 8 | Int(archive[place + 2]) << 16
  }
}
