import Flows

/// What a handler can do with a letter.
enum LetterStep: String, Sendable {
  case signFor = "sign-for"
  case answer
  case decline
}

/// The fixed flow of a letter at the desk; offices' own flows come as data later.
let letterFlow = Flow<LetterStage, LetterStep>(
  start: .delivered, ends: [.answered, .declined],
  moves: [
    .init(.signFor, from: .delivered, to: .signedFor),
    .init(.answer, from: .signedFor, to: .answered),
    .init(.decline, from: .signedFor, to: .declined),
  ])
