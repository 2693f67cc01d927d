import Letters
import Roles
import WebKitchen

/// A letter as its page shows it.
extension DeskSite {
  func letterValues(_ letter: DeskLetter, _ official: Official, _ language: Language) -> [String: Any] {
    let draft = letter.draft
    let strings = kitchen.strings
    let mayAnswer = letter.stage == .signedFor && official.may(.answerLetter, .mailbox(draft.mailbox))
    let mayDecline = letter.stage == .signedFor && official.may(.declineLetter, .mailbox(draft.mailbox))
    return [
      "number": letter.number, "stage": letter.stage.rawValue,
      "stageText": strings.text("stage-\(letter.stage.rawValue)", language),
      "mailbox": name(of: draft.mailbox, language), "kind": strings.text("kind-\(draft.kind.rawValue)", language),
      "letterTitle": draft.title, "text": draft.text, "phone": draft.phone, "mail": draft.mail as Any? ?? false,
      "acceptedAt": officeTime(letter.acceptedAt), "mayPublish": draft.mayPublish,
      "publish": strings.text(draft.mayPublish ? "publishYes" : "publishNo", language),
      "hasAttachments": !draft.attachments.isEmpty,
      "attachments": draft.attachments.enumerated().map { index, attachment in
        [
          "index": "\(index)", "name": attachment.name, "type": attachment.mediaType,
          "size": readableBytes(attachment.bytes),
        ]
      },
      "events": letter.events.map { event in
        [
          "text": strings.text("event-\(event.stage.rawValue)", language), "at": officeTime(event.at),
          "who": event.handler.isEmpty ? strings.text("nobody", language) : event.handler,
        ]
      },
      "current": shown(currentText(letter.stage, language)),
      "coming": letter.stage == .sent || letter.stage == .delivered,
      "canSignFor": (letter.stage == .sent || letter.stage == .delivered)
        && official.may(.signForLetter, .mailbox(draft.mailbox)),
      "canAnswer": mayAnswer, "canDecline": mayDecline, "canSettle": mayAnswer || mayDecline,
    ].merging(outcomeValues(letter, language)) { own, _ in own }
  }

  /// What a letter waits for; empty where it waits for nothing.
  private func currentText(_ stage: LetterStage, _ language: Language) -> String {
    switch stage {
    case .sent, .delivered: kitchen.strings.text("current-signed-for", language)
    case .signedFor: kitchen.strings.text("current-answered", language)
    case .answered, .declined, .refused: ""
    }
  }

  private func deliveryKey(_ letter: DeskLetter) -> String {
    if letter.outcomeDelivered { return "deliveryDone" }
    return letter.outcomeRefusal == nil ? "deliveryWaiting" : "deliveryRefused"
  }

  private func outcomeValues(_ letter: DeskLetter, _ language: Language) -> [String: Any] {
    guard let outcome = letter.outcome else { return ["hasOutcome": false] }
    let strings = kitchen.strings
    let notice = letter.notice.map { strings.text("notice-\($0.rawValue)", language) }
    return [
      "hasOutcome": true, "outcome": outcome.text, "outcomeAt": officeTime(outcome.at),
      "outcomeHeading": strings.text(outcome.stage == .declined ? "declineHeading" : "answerHeading", language),
      "visibility": strings.text(outcome.isPublic ? "visibilityPublic" : "visibilityPrivate", language),
      "delivery": strings.text(deliveryKey(letter), language),
      "refusal": letter.outcomeRefusal.map { strings.text("refused-\($0.rawValue)", language) } as Any? ?? false,
      "notice": notice as Any? ?? false,
    ]
  }
}
