/// Where entries go to.
protocol EntryReceiver: Sendable {
  /// What its place is kept under.
  var name: String { get }
  /// Where it lies, for the log.
  var address: String { get }
  /// How long what it took must rest before it counts as kept, since this receiver never says so.
  var settleMilliseconds: Int { get }

  /// Hands entries over, in their order. It may have some of them after a failure, too.
  func take(_ entries: [ForwardedEntry]) async throws
  /// Whether what it took and what has not settled may be lost. Told once.
  func hasBroken() async -> Bool
  func close() async
}

/// Why entries cannot be handed over.
struct ForwardError: Error, Equatable, Sendable, CustomStringConvertible {
  /// For the operator: lowercase, no full stop.
  let description: String
  init(_ reason: String) { description = reason }
}
