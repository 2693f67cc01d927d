public import Roles

/// Words of a flow in both languages of the desk.
public struct FlowWords: Sendable, Equatable {
  public let chinese: String
  public let english: String

  public init(chinese: String, english: String) {
    (self.chinese, self.english) = (chinese, english)
  }
}

/// Where something stands in a flow's file, counted from 1.
public struct FlowMark: Sendable, Equatable {
  public let line: Int
  public let column: Int

  public init(line: Int, column: Int) { (self.line, self.column) = (line, column) }

  /// A flow stays the same where a comment moves its lines.
  public static func == (left: FlowMark, right: FlowMark) -> Bool { true }
}

/// Whose people a role is looked for among.
public enum FlowPlace: String, CaseIterable, Sendable {
  /// Those of the letter's mailbox.
  case mailbox
  /// Those of the branch's unit, where it is now.
  case unit
  /// Those of the unit in charge.
  case leadUnit = "lead-unit"
  /// Those who sent the branch where it is: the mailbox's, or the parent unit's after it was passed down.
  case dispatcher
  case office
}

/// People by role, at the moment of the question; one of them by name where `person` says so.
public struct FlowParty: Sendable, Equatable {
  public let role: Role
  public let of: FlowPlace
  /// The field that names the person who holds it; the role stands in where that person is gone.
  public let person: String?
  /// Steps whose last doers are left out.
  public let notWhoDid: [String]

  public init(role: Role, of place: FlowPlace, person: String? = nil, notWhoDid: [String] = []) {
    (self.role, self.of, self.person, self.notWhoDid) = (role, place, person, notWhoDid)
  }
}

public enum FlowHolder: Sendable, Equatable {
  case party(FlowParty)
  /// The open branches.
  case branches
  case citizen
  /// Nobody: the item has ended.
  case nobody
}

/// Who takes a step.
public enum FlowActor: Sendable, Equatable {
  /// Who holds the state.
  case holder
  case citizen
  /// Nobody: the state's limit takes it.
  case clock
  /// Nobody: the ends of the branches take it.
  case join
  /// Any of them.
  case parties([FlowParty])

  /// Whether no person takes it.
  public var isAutomatic: Bool { self == .clock || self == .join }
}

/// How long something may take.
public enum FlowTerm: Sendable, Equatable {
  case days(Int)
  case workingDays(Int)
  case hours(Int)
  /// Until the date in a field.
  case field(String)
}

/// How long a state may wait, and what happens then.
public struct FlowLimit: Sendable, Equatable {
  public enum Consequence: Sendable, Equatable {
    /// 催办: somebody is told, and the item counts as untreated.
    case urge(FlowParty)
    /// The step is taken by the clock.
    case step(String)
  }

  public let term: FlowTerm
  public let then: Consequence
  public let mark: FlowMark
}

/// A condition of the closed list.
public enum FlowCondition: Sendable, Equatable {
  case field(String, is: String)
  case isPresent(String)
  /// Whether there are branches of a kind in the round under way.
  case hasBranches(String)
}

/// One of the ways that a step leads.
public struct FlowWay: Sendable, Equatable {
  /// Nil for the way that is taken where no other is.
  public let when: FlowCondition?
  /// Nil to stay.
  public let state: String?
  public let moves: FlowMove?
  public let mark: FlowMark
}

/// How a branch changes its unit.
public enum FlowMove: String, CaseIterable, Sendable {
  /// To the unit in the field of this name, one level down.
  case childUnit = "child-unit"
  /// Back to the unit that it came from.
  case parentUnit = "parent-unit"
}

public struct FlowStep: Sendable, Equatable {
  public let id: String
  /// The act that it is: what must be allowed to whoever takes it, and what is recorded. Its own name where none is given.
  public let act: String
  public let title: FlowWords?
  public let ways: [FlowWay]
  public let by: FlowActor
  public let needs: [String]
  public let may: [String]
  public let when: FlowCondition?
  /// How often it may be taken for one item or branch; nil for as often as one likes.
  public let times: Int?
  /// How long after the state was entered; nil for always.
  public let within: FlowTerm?
  /// The kind of branch that it opens, closes or reopens.
  public let opens: String?
  public let closes: String?
  public let reopens: String?
  /// How many levels of units a branch may go down, the first included.
  public let levels: Int?
  public let sets: [String: String]
  /// What the citizen is told; fields stand in braces.
  public let citizen: FlowWords?
  /// Whether the promised date is counted anew.
  public let restartsClock: Bool
  public let mark: FlowMark
}

public enum FlowClock: String, CaseIterable, Sendable {
  case paused
  case stopped
}

public struct FlowState: Sendable, Equatable {
  public let id: String
  public let title: FlowWords
  /// The desk's folder that items in this state are in.
  public let folder: String?
  public let holder: FlowHolder
  public let limit: FlowLimit?
  public let clock: FlowClock?
  public let isEnd: Bool
  public let steps: [FlowStep]
  public let mark: FlowMark

  public func step(_ id: String) -> FlowStep? { steps.first { $0.id == id } }
}

/// What the ends of the branches of one round mean together.
public struct FlowJoinRule: Sendable, Equatable {
  public enum Test: Sendable, Equatable {
    /// The one in charge has ended so.
    case lead(String)
    /// All have ended, each in one of these ways.
    case all([String])
    /// One has ended so.
    case any(String)
    case atLeast(Int, of: String)
  }

  public let when: Test
  public let take: String
  public let mark: FlowMark
}

/// A small flow of its own for each unit that a step names.
public struct FlowBranchKind: Sendable, Equatable {
  public let id: String
  /// The field that names them.
  public let each: String
  /// The field that names the one in charge.
  public let lead: String?
  public let start: String
  public let startMark: FlowMark
  /// The end of those that are closed from outside: recalled, or left open when the item ends.
  public let closedAs: String?
  public let states: [FlowState]
  public let join: [FlowJoinRule]
  public let mark: FlowMark

  public func state(_ id: String) -> FlowState? { states.first { $0.id == id } }
  public var ends: Set<String> { Set(states.filter(\.isEnd).map(\.id)) }

  /// The fields that name people who hold a state.
  var people: Set<String> {
    Set(
      states.compactMap { state in
        if case .party(let party) = state.holder { party.person } else { nil }
      })
  }
}

/// The date that is promised to the citizen.
public struct FlowPromise: Sendable, Equatable {
  /// By kind of letter.
  public let terms: [String: FlowTerm]
  /// Calendar days after acceptance on which somebody is told of what is open, whatever the clock says.
  public let alarms: [Int]
  /// Before the promised date, in working days.
  public let reminders: [Int]
  public let overdue: [FlowOverdue]
  public let mark: FlowMark
}

/// What happens when the promised date has passed.
public struct FlowOverdue: Sendable, Equatable {
  public enum Kind: String, CaseIterable, Sendable {
    /// 催办
    case urge
    /// 督办
    case supervise
  }

  public let afterWorkingDays: Int
  public let kind: Kind
  /// Nil for the holders.
  public let to: FlowParty?
}

/// What is asked for beside the flow, such as an extension.
public struct FlowRequest: Sendable, Equatable {
  public let id: String
  public let title: FlowWords
  public let by: FlowParty
  public let needs: [String]
  public let grant: FlowParty
  public let limit: FlowLimit?
  public let addsWorkingDays: Int
  public let times: Int
  public let citizen: FlowWords?
  public let mark: FlowMark
}

/// What flows can be of.
public enum FlowSubject: String, CaseIterable, Sendable {
  case letter
}

/// A course of business as an office has written it down: states, who holds them, the steps between them, and how long each
/// may wait. One item has one state; a state that is held by branches has one for each unit. Pure data; `FlowReader` reads
/// it, `FlowCheck` finds what is wrong with it, `take` (`FlowItem.swift`) applies it.
public struct FlowDefinition: Sendable, Equatable {
  public let id: String
  /// A version that items have begun with never changes; they end on it.
  public let version: Int
  public let subject: FlowSubject
  public let title: FlowWords
  /// Who gets an item whose holder is gone.
  public let fallback: FlowParty
  public let marks: [String]
  public let promise: FlowPromise
  public let requests: [FlowRequest]
  public let start: String
  public let startMark: FlowMark
  public let states: [FlowState]
  /// Steps of every state that is not an end.
  public let anywhere: [FlowStep]
  public let branches: [FlowBranchKind]

  public func state(_ id: String) -> FlowState? { states.first { $0.id == id } }
  public func branch(_ id: String) -> FlowBranchKind? { branches.first { $0.id == id } }
}
