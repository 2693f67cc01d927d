import AgeFormat
import Cryptography
import Exchange
import Foundation
import Letters
import ZoneHarness
import Zones

/// Letters of 2 KiB from commit in the DMZ to applied in the intranet with the receipt back, everything durable.
struct LettersBench {
  let folder: String
  let count: Int

  private var limits: LinkLimits { LinkLimits() }

  private static func text(_ number: Int) -> String {
    "第\(number)封。" + String(repeating: "路灯坏了，请修理。", count: 75)
  }

  func run() async throws -> [Figure] {
    ProcessMemory.keepBuffers()
    let pipeline = try pipelineRate()
    let batched = try await batchedRate()
    let linger = try await lingerRate()
    let admission = try await admissionRate()
    let single = try await singleMilliseconds()
    let peer = "age + openssl + mv a letter"
    return [
      Figure(
        name: "letters.batched", value: batched, unit: "letters/s, exchange alone, full batches", peer: peer,
        peerValue: pipeline, ratio: batched / pipeline),
      Figure(
        name: "letters.linger", value: linger, unit: "letters/s, exchange alone, committed one by one", peer: peer,
        peerValue: pipeline, ratio: linger / pipeline),
      Figure(
        name: "letters.admission", value: admission, unit: "letters/s, key pair, Argon2id and sealing included",
        peer: peer, peerValue: pipeline, ratio: admission / pipeline),
      Figure(
        name: "letters.pipeline", value: admission, unit: "letters/s, all included", peer: peer, peerValue: pipeline,
        ratio: admission / pipeline),
      Figure(
        name: "letters.single", value: single, unit: "ms, median, commit to visible",
        peer: "age + openssl + mv, one letter", peerValue: 1000 / pipeline, ratio: 1000 / pipeline / single),
    ]
  }

  /// The same number of letters, one process after the other for each, each result synced.
  private func pipelineRate() throws -> Double {
    let work = folder + "/guandu-bench.pipeline"
    defer { _ = try? shell("rm -rf '\(work)'") }
    let recipient = AgeKeyNotation.recipient(X25519PrivateKey.generate().publicKey)
    try shell("mkdir -p '\(work)/new' && openssl genpkey -algorithm ed25519 -out '\(work)/key'")
    try Data(Self.text(0).utf8).write(to: URL(filePath: work + "/letter"))
    let script = """
      cd '\(work)'; for i in $(seq \(count)); do
      age -e -r \(recipient) -o tmp.age letter
      openssl pkeyutl -sign -rawin -inkey key -in tmp.age -out tmp.sig
      sync tmp.age tmp.sig; mv tmp.age new/$i.age; mv tmp.sig new/$i.sig; sync new; done
      """
    return Double(count) / (try seconds { try shell(script) })
  }

  private func started() throws -> (TestZones, RunningZone) {
    let zones = try TestZones(limits: limits, in: folder)
    return (zones, try RunningZone(zones.dmz, exchanging: false))
  }

  private func sealed(_ dmz: RunningZone) async throws -> [SealedSubmission] {
    try await withThrowingTaskGroup(of: SealedSubmission.self) { group in
      for number in 0..<count {
        group.addTask { try await dmz.citizens.prepare(draft(Self.text(number)), credentials: .generate()) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }

  /// All letters lie committed in the outbox when the two exchanges start.
  private func batchedRate() async throws -> Double {
    let (zones, dmz) = try started()
    let letters = try await sealed(dmz)
    try await commit(letters, dmz)
    return try await measure(zones, dmz) {}
  }

  /// Both exchanges run while the sealed letters are committed by many at a time.
  private func lingerRate() async throws -> Double {
    let (zones, dmz) = try started()
    let letters = try await sealed(dmz)
    return try await measure(zones, dmz) { try await commit(letters, dmz) }
  }

  private func commit(_ letters: [SealedSubmission], _ dmz: RunningZone) async throws {
    try await inParallel(64) { worker in
      for index in stride(from: worker, to: letters.count, by: 64) { _ = try await dmz.citizens.submit(letters[index]) }
    }
  }

  private func admissionRate() async throws -> Double {
    let (zones, dmz) = try started()
    return try await measure(zones, dmz) {
      try await inParallel(64) { worker in
        for index in stride(from: worker, to: count, by: 64) {
          _ = try await dmz.citizens.submit(id: UUID(), draft: draft(Self.text(index)), credentials: .generate())
        }
      }
    }
  }

  private func inParallel(_ width: Int, _ body: @escaping @Sendable (Int) async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<width { group.addTask { try await body(worker) } }
      try await group.waitForAll()
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
      let letter = try await dmz.citizens.prepare(draft(Self.text(number)), credentials: .generate())
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
