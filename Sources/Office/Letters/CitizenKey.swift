import Cryptography

/// The key with which a letter's citizen signs what they do with it. It is made from the letter's own key, which code and
/// password alone open, so that a thief of the portal's disk cannot sign; the intranet has its public half from the letter's
/// arrival on.
struct CitizenKey: Sendable {
  static let publicBytes = 32

  private let key: Ed25519PrivateKey

  init(of letterKey: X25519PrivateKey) {
    let seed = hkdfSHA256(secret: letterKey.scalar, salt: [], info: "guandu letter signing key")
    guard let key = Ed25519PrivateKey(seed: seed) else {
      // HKDF gives 32 bytes.
      preconditionFailure("a seed of another length")
    }
    self.key = key
  }

  var publicKey: [UInt8] { key.publicKey }

  func sign(_ answer: SignedAnswer) -> [UInt8] { key.sign(answer.statement) }
}

/// What a citizen signs of an answer to the office's question.
struct SignedAnswer: Sendable {
  let letter: String
  let reply: String
  let question: String
  let text: String

  /// Lines that no part can break: names are letters, digits and hyphens.
  var statement: [UInt8] {
    Array(
      """
      guandu letter answer 1
      letter \(letter)
      reply \(reply)
      question \(question)
      text \(Digest.of(Array(text.utf8)).hex)

      """.utf8)
  }

  func isSigned(_ signature: [UInt8], by publicKey: [UInt8]) -> Bool {
    verifyEd25519(signature: signature, message: statement, publicKey: publicKey)
  }
}
