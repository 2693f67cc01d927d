/// A receiver of entries.
protocol EntryReceiver: Sendable {
  /// The name that its position is stored under.
  var name: String { get }
  /// Its address, for the log.
  var address: String { get }
  /// How long after sending an entry counts as received, because this receiver never acknowledges.
  var settleMilliseconds: Int { get }

  /// Sends entries, in order. The receiver may have some of them even after a failure.
  func take(_ entries: [ForwardedEntry]) async throws
  /// Whether unsettled entries may have been lost. Reported once.
  func hasBroken() async -> Bool
  func close() async
}

/// Why entries cannot be handed over.
struct ForwardError: Error, Equatable, Sendable, CustomStringConvertible {
  /// For the operator: lowercase, no full stop.
  let description: String
  init(_ reason: String) { description = reason }
}
