import Letters
import WebKitchen

import struct Foundation.UUID

/// What the portal remembers of one visit, in memory only.
struct PortalVisit: Sendable {
  var hasAgreed = false
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
  }

  struct Submission: Sendable {
    let id: UUID
    let credentials: LetterCredentials
    /// Nil while the form has problems, and once the letter is sealed.
    var draft: LetterDraft?
  }

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

  /// Makes room for the next letter of the same visit.
  mutating func startAnew() {
    self = PortalVisit(opened: opened)
  }
}
