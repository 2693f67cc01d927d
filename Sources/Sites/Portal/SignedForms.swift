import Cryptography
import Synchronization

import struct Foundation.Date

/// Somebody at a browser, of whom nothing is kept here: the browser holds a random name, and forms hold signatures over
/// it.
struct Visitor: Sendable {
  static let cookieName = "__Host-guandu-visitor"
  static let nameBytes = 16

  /// 32 hex digits.
  let name: String
  /// Whether the browser still has to be told it.
  let isNew: Bool

  /// - Parameter cookie: what the browser sent; anything that is no name of ours becomes a new one.
  init(cookie: String?) {
    let known = cookie.flatMap { Self.isName($0) ? $0 : nil }
    name = known ?? encodeHex(randomBytes(Self.nameBytes))
    isNew = known == nil
  }

  private static func isName(_ text: String) -> Bool {
    text.utf8.count == 2 * nameBytes
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}

/// Forms whose steps need no memory of ours: each carries its purpose, its end and a number of its own under an HMAC that
/// is bound to the browser's name. It holds no secret. What costs something (a message to a phone) a form can do once.
struct SignedForms: Sendable {
  enum Purpose: String, Sendable {
    case notice, phone, lookup, unlock, document
    /// Not a form: what a browser holds once its person agreed to the notice.
    case agreed
  }

  /// How long a form can be sent.
  static let lifetimeSeconds = 7_200
  /// Numbers of forms that were used up and have not ended; more than messages are allowed in that time.
  static let usedMost = 200_000

  private static let endBytes = 8
  private static let numberBytes = 16
  private static let sealBytes = 32

  /// A form that holds.
  struct Form: Sendable {
    fileprivate let number: [UInt8]
    fileprivate let ends: Int
  }

  private let key: SecretBytes
  private let now: @Sendable () -> Int
  private let used = UsedForms()

  private final class UsedForms: Sendable {
    let ends = Mutex<[[UInt8]: Int]>([:])
  }

  /// - Parameters:
  ///   - key: the zone's, for this alone.
  ///   - now: seconds since 1970.
  init(key: SecretBytes, now: @escaping @Sendable () -> Int = { Int(Date().timeIntervalSince1970) }) {
    self.key = key
    self.now = now
  }

  /// What a form of `visitor` carries: hex digits.
  func token(_ purpose: Purpose, _ visitor: Visitor) -> String {
    let ends = UInt64(clamping: now() + Self.lifetimeSeconds)
    let body =
      (0..<Self.endBytes).map { UInt8(truncatingIfNeeded: ends >> (56 - 8 * $0)) } + randomBytes(Self.numberBytes)
    return encodeHex(body + seal(body, purpose, visitor))
  }

  /// Nil where the token is not ours, not for this purpose or browser, or has ended.
  func form(_ token: String, _ purpose: Purpose, _ visitor: Visitor) -> Form? {
    guard token.utf8.count == 2 * (Self.endBytes + Self.numberBytes + Self.sealBytes), let bytes = decodeHex(token)
    else {
      return nil
    }
    let body = Array(bytes.prefix(Self.endBytes + Self.numberBytes))
    guard constantTimeEqual(seal(body, purpose, visitor), Array(bytes.suffix(Self.sealBytes))) else { return nil }
    let ends = Int(clamping: body.prefix(Self.endBytes).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    return now() < ends ? Form(number: Array(body.suffix(Self.numberBytes)), ends: ends) : nil
  }

  /// Whether a form was used up already.
  func wasUsed(_ form: Form) -> Bool { used.ends.withLock { $0[form.number] != nil } }

  /// Uses a form up: once its message is counted, so that no more are remembered than messages are allowed.
  ///
  /// - Returns: false where it was used already, or no more can be remembered.
  func use(_ form: Form) -> Bool {
    let now = now()
    return used.ends.withLock { ends in
      if ends.count >= Self.usedMost { ends = ends.filter { $0.value > now } }
      guard ends.count < Self.usedMost, ends[form.number] == nil else { return false }
      ends[form.number] = form.ends
      return true
    }
  }

  private func seal(_ body: [UInt8], _ purpose: Purpose, _ visitor: Visitor) -> [UInt8] {
    hmacSHA256(key: key, Array("\(purpose.rawValue) \(visitor.name) ".utf8) + body)
  }
}
