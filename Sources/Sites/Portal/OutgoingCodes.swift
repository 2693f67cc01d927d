import FairQueues
import Letters
import Logging
import Runtime
import SMS
import Synchronization
import Web

/// Codes that go out after the page is answered, so that no page's time tells whether there was one to send.
struct OutgoingCodes: Sendable {
  /// How many wait; past them a code is not sent, and a new one can be asked for.
  static let waitingMost = 1_000
  /// How many are on their way to the gateway at a time.
  static let atOnce = 8

  struct Message: Sendable {
    /// Nil where nothing is to be sent: such a message takes the same way and ends there.
    let phone: String?
    let text: String
    let source: Source
  }

  private let letters: CitizenLetters
  private let sendSMS: PortalSite.SendSMS
  private let logger: Logger
  private let waiting: AsyncStream<Message>
  private let queue: AsyncStream<Message>.Continuation

  init(letters: CitizenLetters, sendSMS: @escaping PortalSite.SendSMS, logger: Logger) {
    self.letters = letters
    self.sendSMS = sendSMS
    self.logger = logger
    (waiting, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.waitingMost))
  }

  /// Puts a message at the queue's end, and comes back at once.
  ///
  /// - Returns: false where no more may wait; the message is not sent then.
  func enqueue(_ message: Message) -> Bool {
    guard case .enqueued = queue.yield(message) else {
      logger.error("sms code not sent", metadata: ["code": "too-many-waiting"])
      return false
    }
    return true
  }

  /// Sends what comes, a few at a time, until its task is cancelled.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      var running = 0
      for await message in waiting {
        if running >= Self.atOnce {
          await group.next()
          running -= 1
        }
        running += 1
        group.addTask { await deliver(message) }
      }
    }
  }

  /// Sends what waits at this moment, for a test without a site that runs.
  func finish() async {
    queue.finish()
    await run()
  }

  private func deliver(_ message: Message) async {
    guard let phone = message.phone else { return }
    do {
      try await sendSMS(phone, message.text)
    } catch {
      await note(error, phone: phone, source: message.source)
    }
  }

  /// Says in the log that a code was not sent, and gives the number its part back where that was the gateway's fault: it
  /// could not be reached, or said that it cannot now. Never what the asker has taken.
  func note(_ error: any Error, phone: String, source: Source) async {
    // Neither the number nor the gateway's words, which may repeat it.
    logger.error("sms code not sent", metadata: ["code": "\(faultCode(error))"])
    guard (error as? NoticeError)?.kind == .temporary else { return }
    try? await letters.attempts.giveBackCode(phone: phone, source: source, .ofTheNumber)
  }
}
