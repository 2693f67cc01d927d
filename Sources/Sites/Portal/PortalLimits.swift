import FairQueues
import Letters
import Synchronization
public import Zones

extension AttemptLimits {
  /// For a demo, where everybody comes from one machine and a message costs nothing.
  public static var demo: AttemptLimits {
    var limits = AttemptLimits()
    limits.wrongPerSource = 1_000
    limits.codesPerSource = 100_000
    limits.codesPerPhoneDaily = 100
    limits.phoneCodesOfSource = limits.codesPerPhone
    limits.phoneCodesOfSourceDaily = 100
    limits.codesOverall = 400_000
    return limits
  }
}

/// How much sealed files of letters that were not sent yet hold of the disk, by whoever uploaded them.
final class UnsentFiles: Sendable {
  /// Bytes of all visits together. A source that holds a quarter of what is left adds none.
  static let mostBytes = 4_294_967_296

  private let held = Mutex<(total: Int, bySource: [Source.Tier: Int])>((0, [:]))

  /// Whether files of a visit from `source` are taken in now.
  func mayGrow(_ source: Source) -> Bool {
    held.withLock { held in
      FairShare.allows(taken: held.bySource[source.widest] ?? 0, total: held.total, most: Self.mostBytes)
    }
  }

  /// Takes note of what a visit holds now.
  func note(_ visit: inout PortalVisit) {
    let bytes = visit.attachments.reduce(0) { $0 + $1.sealedBytes }
    let (change, source) = (bytes - visit.unsentBytes, visit.source.widest)
    visit.unsentBytes = bytes
    guard change != 0 else { return }
    held.withLock { held in
      held.total += change
      let left = (held.bySource[source] ?? 0) + change
      held.bySource[source] = left > 0 ? left : nil
    }
  }

  var totalBytes: Int { held.withLock { $0.total } }
}
