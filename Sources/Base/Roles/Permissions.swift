/// The one table of who may do what, how far. What does not stand here is refused.
public enum Permissions {
  /// What every person may do, whatever their roles.
  static let everybody: [Action: Scope] = [
    .seeSelf: .own, .endSessions: .own, .enrolKey: .own, .retireKey: .own,
  ]

  static let ofRole: [Role: [Action: Scope]] = [
    .clerk: [
      .readLetter: .own, .signForLetter: .own, .answerLetter: .own, .declineLetter: .own, .delegate: .own,
      .searchPhone: .own, .exportLetters: .own, .sortLetter: .own, .presentLetter: .own, .dispatchLetter: .own,
      .settleLetter: .own, .readDispatch: .unit, .signForDispatch: .unit, .passDispatch: .unit, .mergeLetter: .own,
      .urgeUnit: .own, .noteLetter: .own, .noteDispatch: .unit, .takeBackStep: .own, .takeBackDispatch: .unit,
      .readDocument: .unit, .draftDocument: .own, .requestSeal: .own, .publishDocument: .unit, .withdrawDocument: .unit,
      .deliverDocument: .unit, .readReceivedDocument: .unit, .signForDocument: .unit,
    ],
    .leader: [
      .readLetter: .subtree, .exportLetters: .subtree, .purgeLetter: .subtree, .instructLetter: .subtree,
      .reviewLetter: .subtree, .readDispatch: .subtree, .approveResult: .unit, .grantExtension: .subtree,
      .urgeUnit: .subtree, .urgeHandler: .unit, .noteLetter: .subtree, .noteDispatch: .subtree,
      .takeBackStep: .subtree, .takeBackDispatch: .unit, .delegate: .own, .readDocument: .subtree,
      .grantSeal: .subtree, .withdrawDocument: .subtree, .readReceivedDocument: .subtree,
    ],
    .handler: [
      .readLetter: .unit, .answerLetter: .unit, .readDispatch: .unit, .handleDispatch: .unit, .askCitizen: .unit,
      .askExtension: .unit, .noteLetter: .unit, .noteDispatch: .unit, .takeBackStep: .unit, .takeBackDispatch: .unit,
      .delegate: .own,
      .readDocument: .unit, .draftDocument: .unit,
      .requestSeal: .unit, .readReceivedDocument: .unit,
    ],
    .sealkeeper: [.applySeal: .all, .keepSeals: .all],
    .administrator: [
      .readOffice: .all, .changeUnits: .all, .changePeople: .all, .changeMailboxes: .all, .endSessions: .all,
      .delegate: .all, .retireKey: .all, .readTrust: .all,
    ],
    .securityOfficer: [
      .readOffice: .all, .readActs: .all, .readTrust: .all, .readAudit: .all, .settleAlerts: .all,
    ],
  ]

  /// How far `role` lets its holder do `action`; nil where it does not.
  public static func scope(of action: Action, for role: Role) -> Scope? {
    max(everybody[action], ofRole[role]?[action])
  }

  /// How far a person with `roles` may do `action`; nil where they may not.
  public static func scope(of action: Action, for roles: Set<Role>) -> Scope? {
    roles.reduce(everybody[action]) { max($0, ofRole[$1]?[action]) }
  }

  private static func max(_ left: Scope?, _ right: Scope?) -> Scope? {
    guard let left, let right else { return left ?? right }
    return Swift.max(left, right)
  }
}

extension Permissions {
  /// Whether a role lets its holder do anything that can be delegated.
  public static func passesOn(_ role: Role) -> Bool {
    Action.allCases.contains { $0.canBeDelegated && ofRole[role]?[$0] != nil }
  }
}
