import Flows
import Foundation
import Links
import PacketFormat
import Storage
import Timestamps
import Zones

/// What a step means beside the flow itself: the promised date waits or goes on, and the citizen is told.
extension LetterStepTaking {
  /// To be called with the letter after the step, before it is saved.
  ///
  /// - Parameters:
  ///   - before: where the letter was.
  ///   - fields: what was filled in, by field; what the citizen is told names some of it.
  ///   - stage: the stage that the letter comes to with the step; nil for one between stages.
  /// - Returns: what the citizen is to be told once the letter is saved.
  func follow(
    _ change: FlowTransition, from before: FlowItem, _ fields: [LetterField: [String]], stage: LetterStage?,
    _ letter: inout StoredDeskLetter, _ flow: FlowDefinition, _ db: Transaction
  ) throws -> LetterTelling {
    keepPauses(before, &letter, flow)
    let at = now()
    var telling = LetterTelling()
    telling.hasClosed = try LetterCourse.closeQuestions(of: letter, flow, at, db)
    let words = LetterWords(fields: fields, due: letter.promise?.day, declineReasons: declineReasonList)
    for (step, branch) in flow.steps(of: change, from: before) {
      if let told = step.citizen {
        try LetterCourse.add(try words.filled(told, db), at, stage, to: letter.id, db)
        telling.hasLines = true
      }
      guard step.act == LetterAct.askCitizen.rawValue, let text = fields[.question]?.first else { continue }
      try LetterCourse.ask(text, branch: branch, letter, flow, times, at, db)
      telling.hasQuestion = true
    }
    return telling
  }

  /// Begins and ends the pauses of the promised date, as the state of the letter and of the branch in charge says.
  private func keepPauses(_ before: FlowItem, _ letter: inout StoredDeskLetter, _ flow: FlowDefinition) {
    let isWaiting = flow.clock(of: letter.item) == .paused
    guard isWaiting != letter.isPaused else { return }
    guard !isWaiting else {
      if letter.pauses.count < LetterPause.most { letter.pauses.append(LetterPause(start: now(), end: nil)) }
      return
    }
    letter.pauses[letter.pauses.count - 1].end = now()
    let pause = letter.pauses[letter.pauses.count - 1]
    letter.promise = letter.newPromise(flow, times)
    // The date of the unit that had asked moves along.
    guard let number = before.branches.last(where: { !$0.isEnded && $0.isLead })?.number,
      let index = letter.item.branches.firstIndex(where: { $0.number == number }),
      let due = letter.item.branches[index].fields[LetterField.unitDue.rawValue]?.first
    else { return }
    letter.item.branches[index].fields[LetterField.unitDue.rawValue] = [times.day(due, movedBy: pause)]
  }

  /// Tells the citizen, in the step's own transaction.
  ///
  /// - Throws: `field` for a question that the link does not let out; what is no question is then left untold.
  func tell(_ telling: LetterTelling, _ letter: StoredDeskLetter, _ db: Transaction) throws {
    guard telling.isAnything else { return }
    let last = try db.one(Int.self, "SELECT course_at FROM desk_letter WHERE id = ?", letter.id) ?? 0
    let at = max(now(), last + 1)
    try db.run("UPDATE desk_letter SET course_at = ?, course_refused = NULL WHERE id = ?", at, letter.id)
    guard let message = try letter.courseMessage(at: at, db) else { return }
    do { try outbox.enqueue(OutgoingMessage(message, classification: .internal), to: dmz, db) } catch is PolicyRefusal {
      // What an office's link of an earlier release does not name is not told.
      guard !telling.hasQuestion else { throw LetterError.field(.question, .cannotCross) }
      return
    }
    guard telling.hasQuestion else { return }
    try letter.requestNotice(NoticeText.question(number: letter.number), now(), outbox, dmz, db)
  }
}

/// What the citizen is to hear of a step.
struct LetterTelling {
  var hasLines = false
  var hasQuestion = false
  var hasClosed = false

  var isAnything: Bool { hasLines || hasQuestion || hasClosed }
}

extension FlowDefinition {
  /// The steps that a transition was made of, those that the ends of branches took among them.
  func steps(of change: FlowTransition, from before: FlowItem) -> [(FlowStep, branch: Int?)] {
    change.events.compactMap { event in
      switch event {
      case .moved(let step, let from, _):
        return (state(from)?.step(step) ?? anywhere.first { $0.id == step }).map { ($0, nil) }
      case .branchMoved(let number, let step, let from, _, _):
        return (before.branch(number) ?? change.item.branch(number)).flatMap {
          branch($0.kind)?.state(from)?.step(step)
        }
        .map { ($0, number) }
      default: return nil
      }
    }
  }
}
