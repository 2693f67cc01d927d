import HTTPTypes
import Hummingbird
import Letters
import Runtime
import Web

import struct Foundation.Date

/// Looking a letter up with its code and password.
extension PortalSite {
  func addLookupRoutes(to routes: inout RouteTable) {
    routes.on(.get, "/lookup", .everyone) { [self] in lookupPage($0) }
    routes.on(.post, "/lookup", .ownForm) { [self] in try await lookUp($0) }
    routes.on(.get, "/letter", .everyone) { [self] in try await showLetter($0) }
    routes.on(.post, "/letter/reply", .ownForm) { [self] in try await sendReply($0) }
  }

  private func lookupPage(
    _ request: WebRequest, code: String = "", password: String = "", problem: String? = nil, seconds: Int = 0,
    status: HTTPResponse.Status? = nil
  ) -> Response {
    openPage(
      LookupPage(code: code, password: password, isLocked: problem == "letterLocked"), titleKey: "lookupTitle",
      request, .lookup, problems: problem.map { [.init(field: "code", textKey: $0, seconds: seconds)] } ?? [],
      status: status, path: "/lookup", form: "/lookup")
  }

  private func lookUp(_ request: WebRequest) async throws -> Response {
    let form = try await postedOpenly(request, .lookup)
    let typed = String(WrittenText.line(form["code"]).prefix(60))
    if request.switchesLanguage {
      let password = String(WrittenText.line(form["password"]).prefix(20))
      return lookupPage(request, code: typed, password: password)
    }
    // One message for every kind of wrong, so that nobody learns which codes exist. What cannot be a code or a password
    // is no guess.
    guard let code = LetterCode(typed: typed), let password = typedDigits(form["password"]), password.utf8.count == 6
    else { return lookupPage(request, code: typed, problem: "lookupWrong") }
    let reservation: AttemptLimiter.Reservation
    switch try await reserveLook(code, form.visitor, request) {
    case .success(let reserved): reservation = reserved
    case .failure(let refused):
      return lookupPage(
        request, code: typed, problem: refused.refusal == .letter ? "letterLocked" : "tooManyLookups",
        seconds: refused.seconds, status: .tooManyRequests)
    }
    do {
      let look = try await request.aside { () async throws(LetterError) in
        try await letters.look(code: code, password: password, source: request.source, reservation: reservation)
      }
      if case .wrong(let isLetter) = look {
        letters.attempts.settle(reservation, isLetter: isLetter)
        return lookupPage(request, code: typed, problem: "lookupWrong")
      }
    } catch LetterError.busy {
      try await giveBack(reservation)
      return retryShortly(lookupPage(request, code: typed, problem: "lookupBusy", status: .serviceUnavailable))
    } catch {
      throw WebFailure.unavailable(error)
    }
    letters.attempts.settle(reservation, isLetter: true)
    try await giveBack(reservation)
    let visit = beginVisit(of: request, owner: "letter \(code.symbols)")
    guard sessions.promote(visit, of: "letter \(code.symbols)", from: request.source) else {
      throw WebFailure.unavailable(Shortage("visits"))
    }
    visit.with { $0.opened = LetterCredentials(code: code, password: password) }
    return keep(visit, request, seeOther("/letter"))
  }

  private func reserveLook(
    _ code: LetterCode, _ visitor: Visitor, _ request: WebRequest
  ) async throws -> Result<AttemptLimiter.Reservation, AttemptLimiter.Refused> {
    do {
      return try await letters.attempts.reserveLook(code: code, source: request.source, visit: visitor.name)
    } catch { throw WebFailure.unavailable(error) }
  }

  private func giveBack(_ reservation: AttemptLimiter.Reservation) async throws {
    do { try await letters.attempts.giveBack(reservation) } catch { throw WebFailure.unavailable(error) }
  }

  private func read(_ opened: LetterCredentials, _ request: WebRequest) async throws -> CitizenLetter? {
    do {
      return try await request.aside { () async throws(LetterError) in
        try await letters.read(code: opened.code, password: opened.password, source: request.source)
      }
    } catch LetterError.busy {
      throw WebFailure.busy
    } catch {
      throw WebFailure.unavailable(error)
    }
  }

  private func showLetter(_ request: WebRequest) async throws -> Response {
    guard let visit = existingVisit(of: request) else { return seeOther("/lookup") }
    return try await readPage(request, visit, nil)
  }

  /// The page of the letter that the visit has opened, or the way to opening one.
  ///
  /// - Parameter typed: the answer that is being written; nil for a new one.
  func readPage(
    _ request: WebRequest, _ visit: Visit, _ typed: TypedReply?, problem: String? = nil,
    status: HTTPResponse.Status? = nil
  ) async throws -> Response {
    guard let opened = visit.with({ $0.opened }), let letter = try await read(opened, request) else {
      visit.with { $0.opened = nil }
      return keep(visit, request, seeOther("/lookup"))
    }
    let language = request.language
    let contact = try await contact()
    let reply = replyForm(letter, typed, language)
    let questions = questions(of: letter, language)
    let values = ReadPage(
      number: letter.number, stage: letter.stage.rawValue,
      stageText: renderer.strings.text("stage-\(letter.stage.rawValue)", language),
      stageMeans: stageMeans(letter.stage, contact, language), late: lateText(letter.stage, contact, language),
      refusal: letter.refusal.map { renderer.strings.text("refused-\($0.rawValue)", language) },
      timeline: timeline(of: letter, contact, language), hasQuestions: !questions.isEmpty || reply != nil,
      questions: questions, reply: reply, isDeclined: letter.outcome?.stage == .declined,
      hasOutcome: letter.outcome != nil, outcome: letter.outcome?.text ?? "",
      outcomeAt: letter.outcome.map { officeTime($0.at) } ?? "", isPublished: letter.outcome?.isPublic ?? false,
      letter: draftValues(letter.draft, language))
    return page(
      values, titleKey: "readTitle", request, visit,
      problems: problem.map { [.init(field: "text", textKey: $0)] } ?? [], status: status, path: "/letter",
      form: reply == nil ? nil : "/letter/reply")
  }

  private func contact() async throws -> PeerContact {
    do { return try await letters.contact() } catch { throw WebFailure.unavailable(error) }
  }

  private func stageMeans(_ stage: LetterStage, _ contact: PeerContact, _ language: Language) -> String? {
    switch stage {
    case .sent: renderer.strings.text(contact.isOneWay ? "sentOneWay" : "sentMeans", language)
    case .delivered: renderer.strings.text("deliveredMeans", language)
    default: nil
    }
  }

  /// How old the intranet's last sign of life is, while a letter waits for it and it is late.
  private func lateText(_ stage: LetterStage, _ contact: PeerContact, _ language: Language) -> String? {
    if [.answered, .declined, .refused].contains(stage) { return nil }
    guard contact.isLate else { return nil }
    guard let seen = contact.lastSeen else {
      return renderer.strings.text(stage == .sent ? "neverSent" : "neverAnswer", language)
    }
    let age = renderer.elapsed(since: seen, language)
    return renderer.strings.text(stage == .sent ? "lateSent" : "lateAnswer", language, age)
  }

  /// What is done, with its time; what is going on; what is to come. Each in words of its own, so that nothing reads as
  /// done before it is.
  private func timeline(
    of letter: CitizenLetter, _ contact: PeerContact, _ language: Language
  ) -> [StandingValues] {
    let last: LetterStage = letter.stage == .declined ? .declined : .answered
    let stages: [LetterStage] =
      switch letter.stage {
      case .refused: [.sent, .refused]
      // Nothing tells how it goes on.
      case .sent where contact.isOneWay: [.sent]
      default: [.sent, .delivered, .signedFor, last]
      }
    let reached = stages.firstIndex(of: letter.stage) ?? 0
    let ahead = stages.dropFirst(reached + 1).enumerated().map { index, stage in
      let standing = index == 0 ? "current" : "coming"
      let isAsked = index == 0 && stage == last && letter.course?.openQuestion != nil
      return StandingValues(
        text: renderer.strings.text(isAsked ? "current-question" : "\(standing)-\(stage.rawValue)", language),
        standing: renderer.strings.text("standing-\(standing)", language), past: false, current: index == 0, at: nil)
    }
    return passed(Array(stages.prefix(reached + 1)), of: letter, language) + ahead
  }

  /// What is done: the stages, in the words of the letter's flow where it has any, and what it tells between them.
  private func passed(_ stages: [LetterStage], of letter: CitizenLetter, _ language: Language) -> [StandingValues] {
    let lines = letter.course?.lines ?? []
    func words(_ line: LetterCourse.Line) -> String { language == .chinese ? line.chinese : line.english }
    var told: [(at: Date?, text: String)] = []
    for stage in stages {
      let event = letter.events.first { $0.stage == stage }?.at
      let line = lines.last { $0.stage == stage }
      told.append(
        (
          event ?? (stage == .sent ? letter.acceptedAt : nil),
          line.map(words) ?? renderer.strings.text("done-\(stage.rawValue)", language)
        ))
    }
    for line in lines where line.stage == nil {
      let place = told.firstIndex { ($0.at ?? .distantPast) > line.at } ?? told.count
      told.insert((line.at, words(line)), at: place)
    }
    return told.map { at, text in
      StandingValues(
        text: text, standing: renderer.strings.text("standing-done", language), past: true, current: false,
        at: at.map { officeTime($0) })
    }
  }
}
