public import FairQueues
import Synchronization

/// How much memory files take that are being uploaded or wait for what is done with them, by whoever sent them.
public final class HeldUploads: Sendable {
  /// Of all together. A source that holds a quarter of what is left adds none.
  public static let mostBytes = 268_435_456

  private let held = Mutex<(total: Int, bySource: [Source.Tier: Int])>((0, [:]))

  public init() {}

  fileprivate func grow(_ source: Source, by count: Int) -> Bool {
    held.withLock { held in
      guard FairShare.allows(taken: held.bySource[source.widest] ?? 0, total: held.total, most: Self.mostBytes) else {
        return false
      }
      held.total += count
      held.bySource[source.widest, default: 0] += count
      return true
    }
  }

  fileprivate func giveBack(_ source: Source, _ count: Int) {
    held.withLock { held in
      held.total -= count
      let left = (held.bySource[source.widest] ?? 0) - count
      held.bySource[source.widest] = left > 0 ? left : nil
    }
  }

  public var totalBytes: Int { held.withLock { $0.total } }
}

/// One upload's part of it, given back when the upload ends, however it ends.
public final class HeldUpload: Sendable {
  private let uploads: HeldUploads
  private let source: Source
  private let count = Mutex(0)

  public init(_ uploads: HeldUploads, _ source: Source) {
    self.uploads = uploads
    self.source = source
  }

  deinit { uploads.giveBack(source, count.withLock { $0 }) }

  /// Asked before the bytes are kept.
  ///
  /// - Returns: whether there is room for so many more.
  public func grow(by more: Int) -> Bool {
    guard uploads.grow(source, by: more) else { return false }
    count.withLock { $0 += more }
    return true
  }
}
