public import Foundation
import Synchronization
public import Zones

/// The roots that this zone trusts, with what is needed to judge a certificate under them.
///
/// Roots and authorities never change; a newer revocation list replaces the older one, and counts from the next call of
/// `verify` on, from any thread.
public final class TrustStore: Sendable {
  private struct State {
    var snapshot: TrustSnapshot
    /// By the authority that has signed them.
    var lists: [Certificate: RevocationList]
    var generation = 0
  }

  /// The trust anchors, then the authorities that chains may go through.
  public let authorities: [Certificate]
  private let rootCount: Int
  private let age: RevocationListAge
  private let state: Mutex<State>

  /// - Parameters:
  ///   - roots: at least one; each a trust anchor.
  ///   - intermediates: authorities that chains may go through; each is checked with the chain.
  ///   - revocationLists: CRLs in DER, each signed by one of the authorities given; of several by one, the newest
  ///     counts.
  ///   - age: what a missing or overdue list means.
  public init(
    roots: [Certificate], intermediates: [Certificate], revocationLists: [[UInt8]], age: RevocationListAge = .alert
  ) throws(TrustError) {
    guard !roots.isEmpty else { throw TrustError(.untrusted, "no root certificate to trust") }
    authorities = roots + intermediates
    rootCount = roots.count
    self.age = age
    var lists: [Certificate: RevocationList] = [:]
    for der in revocationLists {
      let list = try RevocationList(der: der)
      let signer = try Self.signer(of: list, authorities)
      if let held = lists[signer], held.number > list.number { continue }
      lists[signer] = list
    }
    let snapshot = try TrustSnapshot(
      roots: roots, intermediates: intermediates, lists: Array(lists.values), age: age)
    state = Mutex(State(snapshot: snapshot, lists: lists))
  }

  public convenience init(files: TrustFiles) throws(TrustError) {
    var intermediates: [Certificate] = []
    for path in files.intermediates { intermediates += try Certificate.load(pemFile: path) }
    var lists: [[UInt8]] = []
    for path in files.revocationLists { lists += try RevocationList.load(pemFile: path).map(\.der) }
    try self.init(
      roots: try Certificate.load(pemFile: files.root), intermediates: intermediates, revocationLists: lists,
      age: files.revocationListAge)
  }

  /// Rises with every change: a verdict of an earlier generation may be wrong now.
  public var generation: Int { state.withLock { $0.generation } }

  /// The lists in force, with the authorities that have signed them.
  public var revocationLists: [(authority: Certificate, list: RevocationList)] {
    state.withLock { state in authorities.compactMap { authority in state.lists[authority].map { (authority, $0) } } }
  }

  /// Checks the chain to a root, the dates of every certificate in it, revocation, basic constraints, key usage, and that
  /// the certificate was made for `purpose`.
  ///
  /// If an authority's revocation list is missing or overdue, the store's `age` decides: either its certificates are
  /// refused, or they count as long as no list that is here names them. Keys and hashes below 112 bits of strength are
  /// refused.
  ///
  /// - Parameter date: the time to judge at.
  public func verify(
    _ certificate: Certificate, for purpose: CertificatePurpose, at date: Date
  ) throws(TrustError) {
    try state.withLock { $0.snapshot }.verify(certificate, for: purpose, at: date)
  }

  /// Whether a list may replace the one that is held: its authority is one of the store's, and it is not older.
  ///
  /// - Returns: false if it is the one that is held.
  /// - Throws: `untrusted` if none of the authorities has signed it, `rolledBack` for an older one, and for a different
  ///   one with the same number.
  public func isNews(_ list: RevocationList) throws(TrustError) -> Bool {
    let signer = try Self.signer(of: list, authorities)
    guard let held = state.withLock({ $0.lists[signer] }) else { return true }
    if held.fingerprint == list.fingerprint { return false }
    guard held.number < list.number else {
      throw TrustError(
        .rolledBack, "list \(list.number) of \(signer) is not newer than list \(held.number), which is held")
    }
    return true
  }

  /// Makes a list count from now on.
  ///
  /// - Returns: false if it did already.
  /// - Throws: as `isNews`.
  @discardableResult public func take(_ list: RevocationList) throws(TrustError) -> Bool {
    guard try isNews(list) else { return false }
    let signer = try Self.signer(of: list, authorities)
    return try state.withLock { (state) throws(TrustError) in
      // Another thread may have replaced it in between.
      if let held = state.lists[signer], held.number >= list.number { return false }
      var lists = state.lists
      lists[signer] = list
      state.snapshot = try TrustSnapshot(
        roots: Array(authorities[..<rootCount]), intermediates: Array(authorities[rootCount...]),
        lists: Array(lists.values), age: age)
      state.lists = lists
      state.generation += 1
      return true
    }
  }

  private static func signer(
    of list: RevocationList, _ authorities: [Certificate]
  ) throws(TrustError) -> Certificate {
    guard let signer = authorities.first(where: { list.isSigned(by: $0) }) else {
      throw TrustError(
        .untrusted, "a list of revocations by “\(list.issuerName)” that none of the trusted authorities has signed")
    }
    return signer
  }
}
