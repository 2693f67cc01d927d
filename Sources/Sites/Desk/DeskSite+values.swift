import Flows
import Letters
import People
import Roles
import Web

/// A letter as its page shows it.
extension DeskSite {
  func letterValues(_ letter: DeskLetter, _ language: Language) -> LetterValues {
    let draft = letter.draft
    let strings = renderer.strings
    return LetterValues(
      number: letter.number, stage: letter.stage.rawValue,
      stageText: strings.text("stage-\(letter.stage.rawValue)", language),
      state: language == .chinese ? letter.state.chinese : letter.state.english,
      due: letter.promise?.day ?? strings.text("dueNone", language),
      dueHow: letter.promise.map { language == .chinese ? $0.chinese : $0.english },
      isOverdue: letter.outcome == nil && !letter.isPaused && letter.joinedWith == nil
        && letter.promise.map { $0.end <= currentTime() } ?? false,
      isPaused: letter.isPaused,
      pausedNotice: letter.isPaused ? letter.notice.map { strings.text("notice-\($0.rawValue)", language) } : nil,
      isCourseRefused: letter.isCourseRefused,
      requests: letter.requests.map { requestValues($0, language) },
      joinedWith: letter.joinedWith.map { joinedValues([$0], "joinedWith", language) },
      joined: letter.joined.isEmpty ? nil : joinedValues(letter.joined, "joinedLetters", language),
      mailbox: name(of: letter.mailbox, language),
      kind: strings.text("kind-\(letter.kind.rawValue)", language), letterTitle: draft.title, text: draft.text,
      phone: draft.phone, mail: draft.mail, acceptedAt: officeTime(letter.acceptedAt),
      publish: strings.text(draft.mayPublish ? "publishYes" : "publishNo", language),
      hasAttachments: !draft.attachments.isEmpty,
      attachments: draft.attachments.enumerated().map { index, attachment in
        AttachmentValues(
          index: "\(index)", name: attachment.name, type: attachment.mediaType, size: readableBytes(attachment.bytes))
      },
      history: HistoryValues(
        events: letter.events.filter { event in
          letter.history.isEmpty || [.sent, .delivered].contains(event.stage)
            || event.stage == .signedFor && !letter.history.contains { $0.act == .signFor }
        }.map { event in
          EventValues(
            text: strings.text("event-\(event.stage.rawValue)", language), at: officeTime(event.at),
            who: event.handler.isEmpty ? strings.text("nobody", language) : event.handler)
        } + flowEvents(letter, language),
        current: shown(currentText(letter, language)),
        coming: letter.stage == .sent || letter.stage == .delivered),
      outcome: outcomeValues(letter, language))
  }

  private func requestValues(_ request: DeskRequest, _ language: Language) -> RequestValues {
    let strings = renderer.strings
    let stage =
      switch request.state {
      case .open: "signed-for"
      case .granted: "answered"
      case .refused: "declined"
      case .closed: "cancelled"
      }
    let unit = request.unit.map { unitName($0, language) }
    return RequestValues(
      title: language == .chinese ? request.title.chinese : request.title.english, stage: stage,
      stateText: strings.text("requestState-\(request.state.rawValue)", language),
      who: [unit, request.handler, officeTime(request.at)].compactMap(\.self).joined(separator: " · "),
      reason: request.reason,
      newDate: request.state != .open
        ? nil
        : request.newPromise.map { strings.text("requestNewDate", language, $0.day) }
          ?? strings.text("requestNoDate", language))
  }

  private func joinedValues(_ letters: [JoinedLetter], _ key: String, _ language: Language) -> JoinedValues {
    let hidden = letters.filter { $0.number == nil }.count
    return JoinedValues(
      heading: renderer.strings.text(key, language),
      letters: letters.compactMap(\.number).map { NumberValues(number: $0) },
      others: hidden == 0 ? nil : renderer.strings.text("joinedOthers", language, "\(hidden)"))
  }

  /// Nil where this official can neither answer nor decline the letter now.
  func settlingValues(
    _ letter: DeskLetter, _ written: WrittenOutcome, isDeclining: Bool, _ language: Language
  ) -> SettlingValues? {
    let canDecline = letter.offer(.decline) != nil
    let ending: Settlement? =
      if letter.offer(.answer) != nil { .answer } else if letter.offer(.settle) != nil { .settle } else { nil }
    guard ending != nil || canDecline else { return nil }
    var shown = written
    if ending == .settle, written.isEmpty { shown.text = letter.proposed }
    return SettlingValues(
      answerPath: "/letters/\(letter.number)/\((ending ?? .answer).rawValue)/check",
      answerHeading: renderer.strings.text(
        ending != .settle ? "answerFormHeading" : letter.isDeclining ? "declineFormHeading" : "step-settle", language),
      canAnswer: ending != nil, canDecline: canDecline, mayPublish: letter.draft.mayPublish && !letter.isDeclining,
      isDeclining: isDeclining, written: shown.values)
  }

  /// What a letter waits for; empty where it waits for nothing.
  private func currentText(_ letter: DeskLetter, _ language: Language) -> String {
    if !letter.history.isEmpty, letter.outcome == nil {
      return language == .chinese ? letter.state.chinese : letter.state.english
    }
    return switch letter.stage {
    case .sent, .delivered: renderer.strings.text("current-signed-for", language)
    case .signedFor: renderer.strings.text("current-answered", language)
    case .answered, .declined, .refused: ""
    }
  }

  private func deliveryKey(_ letter: DeskLetter) -> String {
    if letter.outcomeDelivered { return "deliveryDone" }
    return letter.outcomeRefusal == nil ? "deliveryWaiting" : "deliveryRefused"
  }

  private func outcomeValues(_ letter: DeskLetter, _ language: Language) -> OutcomeValues? {
    guard let outcome = letter.outcome else { return nil }
    let strings = renderer.strings
    return OutcomeValues(
      heading: strings.text(outcome.stage == .declined ? "declineHeading" : "answerHeading", language),
      text: outcome.text,
      visibility: strings.text(outcome.isPublic ? "visibilityPublic" : "visibilityPrivate", language),
      delivery: strings.text(deliveryKey(letter), language),
      refusal: letter.outcomeRefusal.map { strings.text("refused-\($0.rawValue)", language) },
      notice: letter.notice.map { strings.text("notice-\($0.rawValue)", language) })
  }
}
