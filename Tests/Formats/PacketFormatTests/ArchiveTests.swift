import ChildProcess
import Foundation
import PacketFormat
import Testing

private func archive(_ files: [(String, [UInt8])]) -> [UInt8] {
  files.flatMap { Archive.header(name: $0.0, byteCount: $0.1.count) + $0.1 + Archive.padding(byteCount: $0.1.count) }
    + Archive.end
}

/// Changes a header and puts its checksum right again.
private func patched(_ bytes: [UInt8], at offset: Int, _ new: [UInt8]) -> [UInt8] {
  var bytes = bytes
  bytes.replaceSubrange(offset..<offset + new.count, with: new)
  bytes.replaceSubrange(148..<156, with: [UInt8](repeating: 32, count: 8))
  let sum = String(bytes[..<512].reduce(0) { $0 + Int($1) }, radix: 8)
  bytes.replaceSubrange(148..<156, with: Array((String(repeating: "0", count: 6 - sum.count) + sum + "\0 ").utf8))
  return bytes
}

@Suite struct ArchiveTests {
  private let one = archive([("a", Array("hello".utf8))])

  @Test("files come back by name, in order")
  func roundTrip() throws {
    let bytes = archive([("packet.json", []), ("b/c", [UInt8](repeating: 7, count: 1024)), ("d", [1])])
    let entries = try Archive.entries(of: bytes, maxCount: 3)
    #expect(entries.map(\.name) == ["packet.json", "b/c", "d"])
    #expect(entries.map { Array(bytes[$0.range]) } == [[], [UInt8](repeating: 7, count: 1024), [1]])
    #expect(throws: FormatError.self) { try Archive.entries(of: bytes, maxCount: 2) }
  }

  @Test("tar reads what we write")
  func tarReads() throws {
    let file = URL(filePath: NSTemporaryDirectory()).appending(path: "guandu-\(UUID().uuidString).tar")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(archive([("x/y", Array("hello".utf8))])).write(to: file)
    let outcome = try ChildProcess.run("tar", ["xOf", file.path, "x/y"])
    #expect(outcome.status == 0)
    #expect(outcome.output == "hello")
  }

  @Test("anything but a plain regular file is refused")
  func foreignEntries() {
    for type in "1234567LKxgV\0" {
      let bad = patched(one, at: 156, Array(String(type).utf8))
      #expect(throws: FormatError.self, "type \(type)") { try Archive.entries(of: bad, maxCount: 9) }
    }
    let bad = [
      patched(one, at: 157, Array("target".utf8)), patched(one, at: 345, Array("prefix".utf8)),
      patched(one, at: 257, Array("ustar  \0".utf8)), patched(one, at: 124, Array("0000000000x\0".utf8)),
      patched(one, at: 124, [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]),
      patched(one, at: 124, Array("77777777777\0".utf8)),
      patched(one, at: 0, [0]), patched(one, at: 0, [0xFF]), patched(one, at: 0, [0x20]),
    ]
    for (index, bytes) in bad.enumerated() {
      #expect(throws: FormatError.self, "case \(index)") { try Archive.entries(of: bytes, maxCount: 9) }
    }
  }

  @Test("a wrong checksum, a cut, a repeat and a tail are refused")
  func shape() {
    var wrong = one
    wrong[0] ^= 1
    #expect(throws: FormatError.self) { try Archive.entries(of: wrong, maxCount: 9) }
    for count in stride(from: 0, to: one.count, by: 100) {
      #expect(throws: FormatError.self, "cut at \(count)") {
        try Archive.entries(of: Array(one[..<count]), maxCount: 9)
      }
    }
    #expect(throws: FormatError.self) { try Archive.entries(of: archive([("a", []), ("a", [])]), maxCount: 9) }
    #expect(throws: FormatError.self) { try Archive.entries(of: one + [1], maxCount: 9) }
    #expect(throws: Never.self) { try Archive.entries(of: one + [UInt8](repeating: 0, count: 8192), maxCount: 9) }
  }
}
