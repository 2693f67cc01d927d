import Cryptography
import Web

/// A code that was sent to a phone and waits to be entered: 15 minutes, five tries, one use. Only its HMAC is kept.
struct PendingCode: Sendable {
  static let lifetime = Duration.seconds(900)
  static let maxTries = 5

  enum Answer: Equatable {
    case right(phone: String)
    case wrong
    case expired
    case noTriesLeft
  }

  let phone: String
  private let tag: [UInt8]
  private let expiresAt: ContinuousClock.Instant
  private var triesLeft = maxTries

  /// - Parameter secret: lives in memory, as long as the site.
  init(code: String, phone: String, secret: SecretBytes, at now: ContinuousClock.Instant = .now) {
    self.phone = phone
    tag = Self.tag(code, phone, secret)
    expiresAt = now + Self.lifetime
  }

  /// Counts a try, and compares in constant time.
  mutating func check(_ typed: String, secret: SecretBytes, at now: ContinuousClock.Instant = .now) -> Answer {
    guard now < expiresAt else { return .expired }
    guard triesLeft > 0 else { return .noTriesLeft }
    triesLeft -= 1
    if constantTimeEqual(Self.tag(typed, phone, secret), tag) { return .right(phone: phone) }
    return triesLeft == 0 ? .noTriesLeft : .wrong
  }

  static func makeCode() -> String {
    let digits = String(randomNumber(below: 1_000_000))
    return String(repeating: "0", count: 6 - digits.utf8.count) + digits
  }

  private static func tag(_ code: String, _ phone: String, _ secret: SecretBytes) -> [UInt8] {
    hmacSHA256(key: secret, Array("\(phone) \(code)".utf8))
  }
}
