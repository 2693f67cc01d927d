import Zones

@testable import PacketFormat

/// A manifest line, then an archive: as it is, and with its checksums put right, which no mutation would hit.
func fuzzArchive(_ bytes: [UInt8]) {
  let newline = bytes.firstIndex(of: 0x0A) ?? 0
  let manifest = try? Manifest.parse(line: Array(bytes[..<newline]))
  let archive = Array(bytes.dropFirst(newline == 0 ? 0 : newline + 1))
  for candidate in [archive, withChecksums(archive)] {
    guard let entries = try? Archive.entries(of: candidate, maxCount: maxCount) else { continue }
    check(entries, in: candidate)
    if let manifest { checkContents(candidate, entries, manifest) }
    if let fitting = fittingManifest(entries) { checkContents(candidate, entries, fitting) }
  }
}

private let maxCount = 100

/// Walks over the headers as the parser does, and writes into each the checksum that fits.
private func withChecksums(_ archive: [UInt8]) -> [UInt8] {
  var archive = archive
  var position = 0
  while position + 512 <= archive.count, archive[position..<position + 512].contains(where: { $0 != 0 }) {
    archive.replaceSubrange(position + 148..<position + 156, with: [UInt8](repeating: 0x20, count: 8))
    let sum = archive[position..<position + 512].reduce(0) { $0 + Int($1) }
    let digits = String(sum, radix: 8)
    let field = String(repeating: "0", count: 6 - digits.utf8.count) + digits + "\u{0} "
    archive.replaceSubrange(position + 148..<position + 156, with: field.utf8)
    let size = archive[position + 124..<position + 136].prefix { $0 != 0 && $0 != 0x20 }
    let byteCount = Int(String(decoding: size, as: UTF8.self), radix: 8) ?? 0
    guard byteCount >= 0, byteCount <= archive.count else { break }
    position += 512 + (byteCount + 511) / 512 * 512
  }
  return archive
}

/// Entries lie inside the input, one after the other, and the archive built from them holds the same files.
private func check(_ entries: [Archive.Entry], in archive: [UInt8]) {
  require(entries.count <= maxCount, "more files than allowed")
  require(Set(entries.map(\.name)).count == entries.count, "a name twice")
  var position = 0
  var built: [UInt8] = []
  for entry in entries {
    require(entry.range.lowerBound == position + 512, "a file is not where its header says")
    require(entry.range.upperBound <= archive.count, "a file lies outside the archive")
    require(entry.name.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "a name is not printable")
    require((1...100).contains(entry.name.utf8.count), "a name is too long")
    position = (entry.range.upperBound + 511) / 512 * 512
    built += Archive.header(name: entry.name, byteCount: entry.range.count) + archive[entry.range]
    built += Archive.padding(byteCount: entry.range.count)
  }
  require(position + 1024 <= archive.count, "no end")
  guard let again = try? Archive.entries(of: built + Archive.end, maxCount: maxCount) else {
    finding("what we write does not parse")
  }
  require(again == entries, "built anew, the archive holds other files")
}

/// What comes out of an archive is what the manifest counts, byte for byte.
private func checkContents(_ archive: [UInt8], _ entries: [Archive.Entry], _ manifest: Manifest) {
  guard let contents = try? PacketContents.parse(archive, manifest: manifest) else { return }
  require(contents.messages.count == manifest.messages.values.reduce(0, +), "not as many messages as counted")
  require(contents.blobs.map(\.part) == manifest.blobs, "not the parts of the manifest")
  require(entries.count == 1 + contents.messages.count + contents.blobs.count, "a file more or less")
  for (message, entry) in zip(contents.messages, entries[1...]) {
    require(message == Array(archive[entry.range]), "a message is not its file")
    _ = try? Message.parse(message)
  }
  for (blob, entry) in zip(contents.blobs, entries[(1 + contents.messages.count)...]) {
    require(blob.range == entry.range && blob.range.count == blob.part.bytes, "a part is not its file")
  }
}

/// A manifest that counts what the archive's names promise, for the identity of the seeds.
private func fittingManifest(_ entries: [Archive.Entry]) -> Manifest? {
  guard let zone = ZoneName("dmz"), let peer = ZoneName("intranet"), let node = ZoneName("a") else { return nil }
  let messages = entries.count { $0.name.hasPrefix("messages/") }
  let blobs = entries.filter { $0.name.hasPrefix("blobs/") }.compactMap { entry -> Manifest.BlobPart? in
    let words = entry.name.split(separator: "/", omittingEmptySubsequences: false)
    guard words.count == 3, let digest = HexDigest(String(words[1])), let offset = Int(words[2]), offset >= 0 else {
      return nil
    }
    return Manifest.BlobPart(
      sha256: digest, offset: offset, bytes: entry.range.count, total: Manifest.maxInteger)
  }
  return Manifest(
    suite: "x25519-chacha20poly1305-ed25519", id: "01a20628-90cd-7a6b-9037-b5751a5e6907", from: zone, to: peer,
    stream: StreamName(zone: zone, node: node, epoch: 1, lane: .messages), sequence: 1, previous: .zero,
    created: "2026-11-23T02:07:31.533Z", classification: .internal,
    messages: messages > 0 ? ["letter.submitted": messages] : [:], blobs: blobs, receipts: [], recipients: [.zero],
    payload: Manifest.Payload(bytes: 1, sha256: .zero))
}

#if FUZZER
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzArchive(input(data, count))
    return 0
  }
#endif
