import HTTPTypes
import Hummingbird
import Letters
import Runtime
import Web

import struct Foundation.Date
import struct Foundation.UUID

/// An answer to the office's question, as it was typed.
struct TypedReply: Sendable {
  let question: String
  let id: UUID
  let text: String
}

/// Answering what the office has asked, on the page of a letter that code and password have opened.
extension PortalSite {
  func sendReply(_ request: WebRequest) async throws -> Response {
    guard existingVisit(of: request) != nil else { return try await lostReply(request) }
    let (visit, form) = try await posted(request)
    guard let opened = visit.with({ $0.opened }) else {
      return lostReply(form["text"], "replyLostEnded", .forbidden, request)
    }
    let typed = TypedReply(
      question: String(form["question"].prefix(64)), id: UUID(uuidString: form["reply"]) ?? UUID(),
      text: WrittenText.lines(form["text"]))
    func again(_ problem: String?, _ status: HTTPResponse.Status? = nil) async throws -> Response {
      do {
        return try await readPage(request, visit, typed, problem: problem, status: status)
      } catch let failure as WebFailure where failure.status == .serviceUnavailable {
        return lostReply(typed.text, "replyLostBusy", .serviceUnavailable, request)
      }
    }
    if request.switchesLanguage { return try await again(nil) }
    guard !typed.text.isEmpty else { return try await again("replyMissing") }
    let result: CitizenLetters.ReplyResult
    do {
      result = try await request.aside { () async throws(LetterError) in
        try await letters.reply(
          id: typed.id, to: typed.question, text: typed.text, code: opened.code, password: opened.password,
          source: request.source)
      }
    } catch LetterError.busy {
      return retryShortly(try await again("replyBusy", .serviceUnavailable))
    } catch LetterError.linkIsFull {
      return retryLater(try await again("replyFull", .serviceUnavailable))
    } catch {
      throw WebFailure.unavailable(error)
    }
    switch result {
    case .sent: return seeOther("/letter")
    case .wrong: return keep(visit, request, seeOther("/lookup"))
    case .unknownQuestion: return try await again("replyUnknown", .conflict)
    case .unfit: return try await again("replyTooLong")
    case .tooMany: return try await again("replyTooMany", .tooManyRequests)
    }
  }

  /// What was typed after the visit had ended: no letter is open any more, and nothing was sent.
  ///
  /// - Throws: the plain refusal where no page of ours sent the form.
  private func lostReply(_ request: WebRequest) async throws -> Response {
    guard request.comesFromOwnPage,
      HTTPField.Name("Sec-Fetch-Site").flatMap({ request.request.headers[$0] }) == "same-origin"
    else { throw WebFailure.forgedForm }
    return lostReply(try await URLEncodedForm.read(request)["text"], "replyLostEnded", .forbidden, request)
  }

  private func lostReply(_ text: String, _ key: String, _ status: HTTPResponse.Status, _ request: WebRequest)
    -> Response
  {
    openPage(
      LostReplyPage(why: renderer.strings.text(key, request.language), text: WrittenText.lines(text)),
      titleKey: "replyLostHeading", request, .notice, status: status, path: "/lookup", form: "/letter/reply")
  }

  /// What the office has asked, and what was answered to it: as the office has it, else as this portal sent it.
  func questions(of letter: CitizenLetter, _ language: Language) -> [QuestionValues] {
    let strings = renderer.strings
    return (letter.course?.questions ?? []).map { question in
      var answers = letter.replies.filter { $0.question == question.id }.map { reply in
        AnswerValues(
          text: reply.text, at: officeTime(reply.at),
          state: strings.text("replyState-\(reply.state.rawValue)", language))
      }
      // A portal that was rebuilt has sent none of them.
      if answers.isEmpty, let text = question.answer {
        answers.append(
          AnswerValues(
            text: text, at: question.answeredAt.map { officeTime($0) } ?? "",
            state: strings.text("replyState-delivered", language)))
      }
      let standing: String? =
        if !question.isOpen { answers.isEmpty ? "questionOver" : nil } else {
          letters.takesReplies ? nil : "replyByPhone"
        }
      return QuestionValues(
        text: question.text, asked: strings.text("questionAsked", language, officeTime(question.askedAt)),
        standing: standing.map { strings.text($0, language) }, answers: answers)
    }
  }

  /// Nil where no answer is waited for, or one is on its way, and nothing was typed.
  func replyForm(_ letter: CitizenLetter, _ typed: TypedReply?, _ language: Language) -> ReplyFormValues? {
    let open = letter.course?.openQuestion.flatMap { question in
      letter.replies.contains { $0.question == question.id && $0.state != .refused } ? nil : question
    }
    guard letters.takesReplies, let question = typed?.question ?? open?.id else { return nil }
    return ReplyFormValues(
      question: question, reply: (typed?.id ?? UUID()).uuidString.lowercased(),
      until: open?.endsAt.map { end in
        renderer.strings.text("questionUntil", language, officeTime(end.addingTimeInterval(-60)))
      }, text: typed?.text ?? "")
  }
}
