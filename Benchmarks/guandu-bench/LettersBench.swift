import AgeFormat
import Cryptography
import Foundation
import Letters
import ZoneHarness
import Zones

/// Letters of 2 KiB from commit in the DMZ to applied in the intranet with the receipt back, everything durable.
struct LettersBench {
  let folder: String
  let count: Int

  private var limits: LinkLimits { LinkLimits() }

  func run(_ wanted: Wanted) async throws -> [Figure] {
    let pipeline = try pipelineRate()
    let peer = "age + openssl + mv a letter"
    var figures: [Figure] = []
    func add(_ name: String, _ unit: String, _ rate: Double) {
      figures.append(
        Figure(name: name, value: rate, unit: unit, peer: peer, peerValue: pipeline, ratio: rate / pipeline))
    }
    if wanted.figure("letters.batched") {
      add("letters.batched", "letters/s, exchange alone, full batches", try await batchedRate())
    }
    if wanted.figure("letters.linger") {
      add("letters.linger", "letters/s, exchange alone, committed one by one", try await lingerRate())
    }
    if wanted.figure("letters.admission") || wanted.figure("letters.pipeline") {
      let admission = try await admissionRate()
      add("letters.admission", "letters/s, key pair, Argon2id and sealing included", admission)
      add("letters.pipeline", "letters/s, all included", admission)
    }
    if wanted.figure("letters.single") {
      let single = try await singleMilliseconds()
      figures.append(
        Figure(
          name: "letters.single", value: single, unit: "ms, median, commit to visible",
          peer: "age + openssl + mv, one letter", peerValue: 1000 / pipeline, ratio: 1000 / pipeline / single))
    }
    return figures
  }

  private var pipelineCount: Int { min(count, 500) }

  /// Some of the letters, one process after the other for each, each result synced.
  private func pipelineRate() throws -> Double {
    let work = folder + "/guandu-bench.pipeline"
    defer { _ = try? shell("rm -rf '\(work)'") }
    let recipient = AgeKeyNotation.recipient(X25519PrivateKey.generate().publicKey)
    try shell("mkdir -p '\(work)/new' && openssl genpkey -algorithm ed25519 -out '\(work)/key'")
    try Data(LetterLoad.text(0).utf8).write(to: URL(filePath: work + "/letter"))
    let script = """
      cd '\(work)'; for i in $(seq \(pipelineCount)); do
      age -e -r \(recipient) -o tmp.age letter
      openssl pkeyutl -sign -rawin -inkey key -in tmp.age -out tmp.sig
      sync tmp.age tmp.sig; mv tmp.age new/$i.age; mv tmp.sig new/$i.sig; sync new; done
      """
    return Double(pipelineCount) / (try seconds { try shell(script) })
  }

  private func started() throws -> (TestZones, RunningZone) {
    let zones = try TestZones(limits: limits, in: folder)
    return (zones, try RunningZone(zones.dmz, exchanging: false))
  }

  /// All letters lie committed in the outbox when the two exchanges start.
  func batchedRate() async throws -> Double {
    let (zones, dmz) = try started()
    try await LetterLoad(dmz).commit(0..<count, to: dmz)
    return try await measure(zones, dmz) {}
  }

  /// Both exchanges run while the sealed letters are committed by many at a time.
  func lingerRate() async throws -> Double {
    let (zones, dmz) = try started()
    let load = try await LetterLoad(dmz)
    return try await measure(zones, dmz) { try await load.commit(0..<count, to: dmz) }
  }

  private func admissionRate() async throws -> Double {
    let (zones, dmz) = try started()
    return try await measure(zones, dmz) {
      try await inParallel(64) { worker in
        for index in stride(from: worker, to: count, by: 64) {
          _ = try await dmz.citizens.submit(id: UUID(), draft: draft(LetterLoad.text(index)), credentials: .generate())
        }
      }
    }
  }

  private func measure(
    _ zones: TestZones, _ dmz: RunningZone, _ work: () async throws -> Void
  ) async throws -> Double {
    let intranet = try RunningZone(zones.intranet)
    let start = ContinuousClock.now
    dmz.startExchange()
    try await work()
    try await intranet.eventually("all letters are applied", withinSeconds: 600) {
      try await intranet.count("SELECT COUNT(*) FROM desk_letter") == count
    }
    try await dmz.eventually("all receipts are back", withinSeconds: 600) {
      try await dmz.count("SELECT COUNT(*) FROM citizen_letter WHERE stage <> 'delivered'") == 0
    }
    let rate = Double(count) / (start.duration(to: .now) / .seconds(1))
    try await dmz.stop()
    try await intranet.stop()
    return rate
  }

  private func singleMilliseconds() async throws -> Double {
    let (zones, dmz) = try started()
    let intranet = try RunningZone(zones.intranet)
    dmz.startExchange()
    var times: [Double] = []
    for number in 0..<100 {
      let letter = try await dmz.citizens.prepare(draft(LetterLoad.text(number)), credentials: .generate())
      let start = ContinuousClock.now
      _ = try await dmz.citizens.submit(letter)
      try await intranet.eventually("it is visible", everyMilliseconds: 1) {
        try await intranet.count("SELECT COUNT(*) FROM desk_letter") == number + 1
      }
      times.append(start.duration(to: .now) / .milliseconds(1))
    }
    try await dmz.stop()
    try await intranet.stop()
    return median(times)
  }
}
