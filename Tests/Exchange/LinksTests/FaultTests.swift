import DurableFiles
import Foundation
import Letters
import Runtime
import Synchronization
import Testing
import ZoneHarness
import Zones

/// Lets one step of the disk fail: before it is done, or reported as failed after it was.
private final class OneFault: FaultPlan {
  private let number: Int
  private let isBefore: Bool
  private let count = Mutex(0)

  init(number: Int, isBefore: Bool) {
    self.number = number
    self.isBefore = isBefore
  }

  func before(_ operation: FileOperation, path: String) throws(FileError) {
    let current = count.withLock { count in
      count += 1
      return count - 1
    }
    if isBefore && current == number { throw FileError(operation, path, number: ENOSPC) }
  }

  func after(_ operation: FileOperation, path: String) throws(FileError) {
    if !isBefore && count.withLock({ $0 - 1 }) == number { throw FileError(operation, path, number: EIO) }
  }
}

/// Lets a few in at a time: each case runs two zones with threads of their own.
private actor Gate {
  private var free = 24
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func enter() async {
    if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
  }

  func leave() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}

@Suite struct FaultTests {
  private static let gate = Gate()

  struct Case: CustomTestStringConvertible, Sendable {
    let zone: ZoneRole
    let number: Int
    let isBefore: Bool

    var testDescription: String {
      "step \(number) of the \(zone.rawValue) \(isBefore ? "not done" : "done, reported failed")"
    }

    /// A life that nothing disturbs has about a hundred in either zone.
    static let steps = 120

    static let all = [ZoneRole.dmz, .intranet].flatMap { zone in
      (0..<steps).flatMap { number in [true, false].map { Case(zone: zone, number: number, isBefore: $0) } }
    }
  }

  @Test("a letter with an attachment and its answer cross once, whichever step of the disk fails", arguments: Case.all)
  func everyStep(_ fault: Case) async throws {
    await Self.gate.enter()
    let result: Result<Void, any Error>
    do { result = .success(try await life(with: fault)) } catch { result = .failure(error) }
    await Self.gate.leave()
    try result.get()
  }

  private func life(with fault: Case) async throws {
    let zones = try TestZones()
    let plan = OneFault(number: fault.number, isBefore: fault.isBefore)
    func start(_ configuration: ZoneConfiguration) throws -> RunningZone {
      // A start may fail, as an operator would see; the next one must be whole.
      let files = configuration.role == fault.zone ? Files(faults: plan) : Files()
      do { return try RunningZone(configuration, files: files) } catch is FileError {
        return try RunningZone(configuration, files: files)
      }
    }
    let (dmz, intranet) = (try start(zones.dmz), try start(zones.intranet))
    try await wholeLife(dmz, intranet)
    #expect(try await intranet.count("SELECT COUNT(*) FROM desk_letter") == 1)
    for zone in ["dmz", "intranet"] {
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(zones.root)/\(zone)/quarantine").isEmpty)
    }
    try await dmz.stop()
    try await intranet.stop()
  }

  /// From the citizen's press of the button until both zones have forgotten what they need no more.
  private func wholeLife(_ dmz: RunningZone, _ intranet: RunningZone) async throws {
    let credentials = LetterCredentials.generate()
    let number = try await submit(dmz, credentials)
    try await intranet.eventually("the letter is on the desk") {
      try await intranet.desk.folder(.toDo, for: intranet.clerk, limit: 1).total == 1
    }
    try await intranet.desk.signFor(number: number, by: intranet.clerk)
    try await intranet.desk.answer(number: number, text: "已修复。", isPublic: false, by: intranet.clerk)
    try await dmz.eventually("the citizen reads the answer") {
      try await dmz.citizens.read(code: credentials.code, password: credentials.password)?.outcome?.text == "已修复。"
    }
    for zone in [dmz, intranet] {
      try await zone.eventually("nothing is left to confirm") {
        try await zone.count("SELECT (SELECT COUNT(*) FROM sent_packet) + (SELECT COUNT(*) FROM outbox)") == 0
      }
    }
  }

  /// Tries again, as a citizen would who was told that it did not work.
  private func submit(_ dmz: RunningZone, _ credentials: LetterCredentials) async throws -> String {
    let id = UUID()
    for _ in 0..<3 {
      do {
        let sealer = try await dmz.citizens.sealAttachment()
        try await sealer.append([UInt8](repeating: 7, count: 100_000))
        let attachment = try await sealer.finish(name: "photo.jpg")
        return try await dmz.citizens.submit(id: id, draft: draft(attachments: [attachment]), credentials: credentials)
          .number
      } catch { continue }
    }
    throw LetterError.unavailable(Shortage("a test"))
  }
}
