import Cryptography
import Timestamps

import struct Foundation.UUID

extension SealedSubmission {
  /// A letter of its own to every table and to the intranet, with the sealed bytes of this one.
  ///
  /// For benchmarks, which need more letters than Argon2id lets anybody make. Nothing that serves citizens calls it.
  package func again() -> SealedSubmission {
    var letter = self.letter
    letter.acceptedAt = currentMilliseconds()
    letter.id = newIdentifier(at: letter.acceptedAt)
    letter.codeIndex = randomBytes(letter.codeIndex.count)
    return SealedSubmission(id: UUID(), letter: letter, attachments: attachments)
  }
}
