import Flows
import Roles

/// What a handler can do with a letter.
enum LetterStep: String, Sendable {
  case signFor = "sign-for"
  case answer
  case decline

  /// What must be allowed to whoever takes the step.
  var action: Action {
    switch self {
    case .signFor: .signForLetter
    case .answer: .answerLetter
    case .decline: .declineLetter
    }
  }
}

/// The fixed flow of a letter at the desk; offices' own flows come as data later.
let letterFlow = Flow<LetterStage, LetterStep>(
  start: .delivered, ends: [.answered, .declined],
  moves: [
    .init(.signFor, from: .delivered, to: .signedFor),
    .init(.answer, from: .signedFor, to: .answered),
    .init(.decline, from: .signedFor, to: .declined),
  ])
