import Foundation
import PacketFormat
import ZoneHarness
import Zones

/// Debian's NNCP, the nearest peer, on the same file system: letters acknowledged one by one, letters as one archive, and
/// one large file.
struct NNCPBench {
  let folder: String
  let script: String
  let letters: Int
  let bulkBytes: Int

  private var nodes: String { folder + "/guandu-bench.nncp" }
  private var input: String { folder + "/guandu-bench.input" }

  func run(_ wanted: Wanted) async throws -> [Figure] {
    defer { _ = try? shell("rm -rf '\(nodes)' '\(input)'") }
    var figures: [Figure] = []
    if wanted.figure("nncp.letters") || wanted.figure("nncp.tar") { figures += try await letterFigures() }
    if wanted.figure("nncp.bulk") { figures.append(try await bulkFigure()) }
    return figures
  }

  private func letterFigures() async throws -> [Figure] {
    try writeLetters()
    let single = Double(letters) / (try measure("letters"))
    let packed = try measure("tar")
    let unpacked = packed + (try seconds { try step("unpack") })
    let (tar, applied) = (Double(letters) / packed, Double(letters) / unpacked)
    let bench = LettersBench(folder: folder, count: letters)
    let (ours, committed) = (try await bench.batchedRate(), try await bench.lingerRate())
    let unit = "letters/s, from the outbox to applied, receipts back"
    return [
      Figure(
        name: "nncp.letters", value: ours, unit: unit, peer: "NNCP, a process and an acknowledgement a letter",
        peerValue: single, ratio: ours / single),
      Figure(
        name: "nncp.letters.committed", value: committed, unit: "letters/s, each letter's own commit included",
        peer: "NNCP, a process and an acknowledgement a letter", peerValue: single, ratio: committed / single),
      Figure(
        name: "nncp.tar", value: ours, unit: unit,
        peer: "NNCP, all letters as one packet, unpacked into synced files, no acknowledgement", peerValue: applied,
        ratio: ours / applied),
      Figure(
        name: "nncp.tar.packed", value: ours, unit: unit, peer: "NNCP, the same, left packed",
        peerValue: tar, ratio: ours / tar),
    ]
  }

  /// 2 KiB each, as ours.
  private func writeLetters() throws {
    try shell("rm -rf '\(input)' && mkdir -p '\(input)'")
    for number in 0..<letters {
      try Data(LetterLoad.text(number).utf8).write(to: URL(filePath: "\(input)/\(number)"))
    }
    try shell("sync '\(input)'/* '\(input)'")
  }

  private func measure(_ step: String) throws -> Double {
    try shell("'\(script)' setup '\(nodes)'")
    return try seconds { try self.step(step) }
  }

  private func step(_ name: String) throws { try shell("'\(script)' \(name) '\(nodes)' '\(input)' >/dev/null 2>&1") }

  private func bulkFigure() async throws -> Figure {
    try shell("rm -rf '\(input)' && head -c \(bulkBytes) /dev/urandom > '\(input)' && sync '\(input)'")
    let size = Double(bulkBytes) / 1_048_576
    let theirs = size / (try measure("bulk"))
    try shell("rm -rf '\(nodes)'")
    let ours = size / (try await crossing())
    return Figure(
      name: "nncp.bulk", value: ours, unit: "MiB/s, one file end to end", peer: "NNCP, one file end to end",
      peerValue: theirs, ratio: ours / theirs)
  }

  /// From the commit that enqueues the blob until it is whole in the intranet, and the receipt for its last part is back.
  private func crossing() async throws -> Double {
    let zones = try TestZones(limits: LinkLimits(), in: folder, blobMaxBytes: 1 << 50)
    let digest = try shell("sha256sum '\(input)'").prefix(64)
    let blobs = zones.root + "/dmz/blobs"
    try shell("mkdir -p '\(blobs)' && cp --reflink=never '\(input)' '\(blobs)/\(digest)' && sync '\(blobs)/\(digest)'")
    let (dmz, intranet) = (try RunningZone(zones.dmz), try RunningZone(zones.intranet))
    guard let name = HexDigest(String(digest)) else { throw CommandFailed(description: "no digest") }
    let start = ContinuousClock.now
    try await dmz.enqueueBlob(name, bytes: bulkBytes)
    try await intranet.eventually("the blob is whole", withinSeconds: 3600) {
      try await intranet.count("SELECT COUNT(*) FROM incoming_blob WHERE complete = 1") == 1
    }
    try await dmz.eventually("its receipt is back", withinSeconds: 600) {
      try await dmz.count("SELECT COUNT(*) FROM outgoing_blob") == 0
    }
    let time = start.duration(to: .now) / .seconds(1)
    try await dmz.stop()
    try await intranet.stop()
    return time
  }
}
