import Cryptography
import Links
import Synchronization

/// Files that a check has refused lately, so that thousands of messages about one of them are answered by one check.
package final class RefusedFiles: Sendable {
  /// What a check has said counts for this long, by the same trust.
  package static let seconds = 600
  package static let most = 1_000

  private let known = Mutex<[Digest: (refusal: MessageRefusal, at: ContinuousClock.Instant)]>([:])

  package init() {}

  func refusal(of key: Digest) -> MessageRefusal? {
    known.withLock { known in
      guard let found = known[key] else { return nil }
      guard ContinuousClock.now - found.at < .seconds(Self.seconds) else {
        known[key] = nil
        return nil
      }
      return found.refusal
    }
  }

  func note(_ refusal: MessageRefusal, of key: Digest) {
    known.withLock { known in
      // Each costs a file that was sent; to forget them all costs a check each.
      if known.count >= Self.most { known = [:] }
      known[key] = (refusal, .now)
    }
  }
}
