import Foundation
import Letters
import ZoneHarness

/// Letters of 2 KiB for benchmarks: a few are sealed as citizens' are, and serve again under new numbers.
struct LetterLoad {
  /// How many different ones are sealed, Argon2id included.
  private static let patternCount = 32

  private let patterns: [SealedSubmission]

  static func text(_ number: Int) -> String {
    "第\(number)封。" + String(repeating: "路灯坏了，请修理。", count: 75)
  }

  init(_ dmz: RunningZone) async throws {
    patterns = try await withThrowingTaskGroup(of: SealedSubmission.self) { group in
      for number in 0..<Self.patternCount {
        group.addTask { try await dmz.citizens.prepare(draft(Self.text(number)), credentials: .generate()) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }

  func letter(_ number: Int) -> SealedSubmission { patterns[number % patterns.count].again() }

  /// Commits the letters of `range`, `width` at a time.
  func commit(_ range: Range<Int>, to dmz: RunningZone, width: Int = 256) async throws {
    try await inParallel(width) { worker in
      for number in stride(from: range.lowerBound + worker, to: range.upperBound, by: width) {
        _ = try await dmz.citizens.submit(letter(number))
      }
    }
  }
}

func inParallel(_ width: Int, _ body: @escaping @Sendable (Int) async throws -> Void) async throws {
  try await withThrowingTaskGroup(of: Void.self) { group in
    for worker in 0..<width { group.addTask { try await body(worker) } }
    try await group.waitForAll()
  }
}
