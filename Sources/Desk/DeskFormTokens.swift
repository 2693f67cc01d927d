import Cryptography

import struct Foundation.Date

/// What the desk's forms carry: an HMAC of handler and day under a key in memory. Today's and yesterday's are taken.
struct DeskFormTokens: Sendable {
  private let secret = SecretBytes.random(32)

  func token(for fingerprint: String, at now: Date = Date()) -> String {
    token(fingerprint, day: day(now))
  }

  func accepts(_ token: String, for fingerprint: String, at now: Date = Date()) -> Bool {
    let today = day(now)
    let typed = Array(token.utf8)
    let isTodays = constantTimeEqual(typed, Array(self.token(fingerprint, day: today).utf8))
    let isYesterdays = constantTimeEqual(typed, Array(self.token(fingerprint, day: today - 1).utf8))
    return isTodays || isYesterdays
  }

  private func day(_ now: Date) -> Int { Int(now.timeIntervalSince1970 / 86_400) }

  private func token(_ fingerprint: String, day: Int) -> String {
    encodeHex(hmacSHA256(key: secret, Array("\(day) \(fingerprint)".utf8)))
  }
}
