import Acts

/// What a visit's pages offer to sign: each offer is good once, for this visit alone.
struct SigningOffers: Sendable {
  static let maxCount = 200

  private var statements: [String: ActStatement] = [:]
  /// Oldest first.
  private var order: [String] = []

  /// The oldest one makes room.
  mutating func add(_ statement: ActStatement) {
    statements[statement.nonce] = statement
    order.append(statement.nonce)
    if order.count > Self.maxCount { statements[order.removeFirst()] = nil }
  }

  /// Uses an offer up. Nil where there is none.
  mutating func take(_ nonce: String) -> ActStatement? {
    guard let statement = statements.removeValue(forKey: nonce) else { return nil }
    order.removeAll { $0 == nonce }
    return statement
  }
}
