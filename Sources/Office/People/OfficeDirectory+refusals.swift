import AuditLog
import Storage
import Synchronization

/// Why somebody was turned away at the desk's door.
public enum LoginRefusal: String, Sendable {
  case noCertificate = "no-certificate"
  case untrusted
  case notEnrolled = "not-enrolled"
  /// A session's cookie came with another certificate.
  case foreignSession = "foreign-session"
}

/// Those who were turned away, for the audit log: each at once, and further ones of the same kind together, once a minute,
/// so that a flood fills no disk.
final class RefusalCounts: Sendable {
  private static let windowMilliseconds = 60_000
  /// More certificates in a minute are not told apart.
  private static let kindsMax = 60

  struct Kind: Hashable, Sendable {
    let refusal: LoginRefusal
    let certificate: String
  }

  private struct Open: Sendable {
    var since: Int
    /// Not entered yet.
    var count: Int
  }

  private let open = Mutex<[Kind: Open]>([:])

  /// - Returns: what is to be entered now.
  func add(_ refusal: LoginRefusal, certificate: String, at now: Int) -> [(kind: Kind, count: Int)] {
    var due = takeDue(at: now)
    open.withLock { open in
      var kind = Kind(refusal: refusal, certificate: certificate)
      if open[kind] == nil, open.count >= Self.kindsMax { kind = Kind(refusal: refusal, certificate: "") }
      if open[kind] == nil {
        open[kind] = Open(since: now, count: 0)
        due.append((kind, 1))
      } else {
        open[kind]?.count += 1
      }
    }
    return due
  }

  /// - Returns: what was counted in minutes that are over.
  func takeDue(at now: Int) -> [(kind: Kind, count: Int)] {
    open.withLock { open in
      let over = open.filter { now - $0.value.since >= Self.windowMilliseconds || now < $0.value.since }
      for kind in over.keys { open[kind] = nil }
      return over.filter { $0.value.count > 0 }.map { ($0.key, $0.value.count) }
    }
  }
}

extension OfficeDirectory {
  /// Enters in the audit log that somebody was turned away. Nothing is thrown: a door stays closed all the same.
  ///
  /// - Parameter certificate: SHA-256 of what was shown, in hex; empty where nothing was.
  public func noteRefusal(_ refusal: LoginRefusal, certificate: String = "") async {
    guard audit != nil else { return }
    await enter(refusals.add(refusal, certificate: certificate, at: now()))
  }

  /// To be called now and then: enters what was counted meanwhile.
  public func enterCountedRefusals() async {
    guard audit != nil else { return }
    await enter(refusals.takeDue(at: now()))
  }

  private func enter(_ due: [(kind: RefusalCounts.Kind, count: Int)]) async {
    guard let audit, !due.isEmpty else { return }
    try? await database.write { db in
      for (kind, count) in due {
        try audit.loginRefused(kind.refusal.rawValue, certificate: kind.certificate, count: count, db)
      }
    }
  }
}
