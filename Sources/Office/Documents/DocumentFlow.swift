import Flows
public import Roles
public import Storage

/// How far a document is.
public enum DocumentState: String, CaseIterable, Sendable, SQLConvertible {
  /// 拟稿
  case draft
  /// 用印申请
  case requested
  /// 已批准: it has its number.
  case granted
  /// 已用印
  case sealed
  /// 已作废: a draft that was given up.
  case discarded
}

/// What can be done with a document.
public enum DocumentStep: String, CaseIterable, Sendable {
  case change
  case discard
  case request
  case grant
  /// A number that was given is void from then on; so with the two that follow.
  case refuse
  /// By those who asked.
  case takeBack = "take-back"
  /// By the seal's keeper, who does not apply it.
  case giveBack = "give-back"
  case apply

  /// What must be allowed to whoever takes the step.
  public var action: Action {
    switch self {
    case .change, .discard: .draftDocument
    case .request, .takeBack: .requestSeal
    case .grant, .refuse: .grantSeal
    case .apply, .giveBack: .applySeal
    }
  }
}

/// The fixed flow of a document at the desk.
let documentFlow = Flow<DocumentState, DocumentStep>(
  start: .draft, ends: [.sealed, .discarded],
  moves: [
    .init(.change, from: .draft, to: .draft),
    .init(.discard, from: .draft, to: .discarded),
    .init(.request, from: .draft, to: .requested),
    .init(.grant, from: .requested, to: .granted),
    .init(.refuse, from: .requested, to: .draft),
    .init(.takeBack, from: .requested, to: .draft),
    .init(.refuse, from: .granted, to: .draft),
    .init(.takeBack, from: .granted, to: .draft),
    .init(.giveBack, from: .granted, to: .draft),
    .init(.apply, from: .granted, to: .sealed),
  ])

/// Whether the public is to read a document (公开属性).
public enum Disclosure: String, CaseIterable, Sendable, SQLConvertible {
  /// 主动公开
  case open
  /// 依申请公开
  case onRequest = "on-request"
  /// 不予公开
  case not
}
