import FairQueues
import Letters
import Web

import struct Foundation.UUID

/// What the portal remembers of one visit, in memory only.
struct PortalVisit: Sendable {
  /// Who began it.
  let source: Source
  /// What its files hold of the disk, as `UnsentFiles` knows it.
  var unsentBytes = 0
  var pendingCode: PendingCode?
  /// The number that an SMS code has confirmed.
  var phone: String?
  var form = LetterForm()
  /// Sealed already; only their names and sizes are here.
  var attachments: [LetterAttachment] = []
  /// Made as the answers are checked, so that however often the letter is sent it is the same one.
  var submission: Submission?
  var isSending = false
  /// How many forms with files are coming in right now.
  var uploads = 0
  var confirmation: LetterConfirmation?
  /// A lock that is being lifted: the code that went out, or one that went nowhere.
  var unlock: Unlock?
  /// The letter that was looked up.
  var opened: LetterCredentials?

  struct Unlock: Sendable {
    var sent: PendingCode
    let letter: LetterCode
    /// Whether the code went to the author's phone. If not, no code that is typed lifts anything.
    let belongs: Bool
  }

  struct Submission: Sendable {
    let id: UUID
    let credentials: LetterCredentials
    /// Nil while the form has problems, and once the letter is sealed.
    var draft: LetterDraft?
  }

  init(source: Source = .unnamed) { self.source = source }

  /// Forgets what was written, once it is sealed. Number, code and password stay, to be shown again.
  mutating func finish(_ confirmation: LetterConfirmation) {
    self.confirmation = confirmation
    isSending = false
    form = LetterForm()
    attachments = []
    phone = nil
    submission?.draft = nil
  }

  /// - Returns: false where two forms are coming in already.
  mutating func beginUpload() -> Bool {
    guard uploads < 2 else { return false }
    uploads += 1
    return true
  }

  /// The page with what the visit's end would lose: a letter that is not sent, or its code and password; nil for neither.
  var pathOfWhatIsLost: String? {
    if confirmation != nil { return "/write/done" }
    return form.isEmpty && attachments.isEmpty ? nil : "/write/letter"
  }

  /// Makes room for the next letter of the same visit. Forms that are coming in still count.
  ///
  /// Each field is cleared where it is. `self = PortalVisit(source: source)` must not be written: Swift 6.3.1 then keeps
  /// hold of `source` only after it has destroyed the old value, and a release build goes on with freed memory.
  mutating func startAnew() {
    pendingCode = nil
    phone = nil
    form = LetterForm()
    attachments = []
    submission = nil
    isSending = false
    confirmation = nil
    unlock = nil
  }

  /// Forgets everything but who began it, and what its files still hold of the disk.
  mutating func forget() {
    startAnew()
    opened = nil
  }
}
