/// Where one letter is in its flow. What the database keeps; `FlowDefinition.take` makes the next from it.
public struct FlowItem: Codable, Equatable, Sendable {
  public var flow: String
  public var version: Int
  public var state: String
  /// Counts the states that were entered. An act says which one it saw, so that a second person's act on an old page is
  /// noticed.
  public var entry: Int
  /// What steps gave and set, by field.
  public var fields: [String: [String]]
  /// How often each step was taken.
  public var taken: [String: Int]
  /// Who took each step last.
  public var doers: [String: String]
  public var branches: [FlowBranch]
  /// Counts how often branches were opened from outside the state that waits for them.
  public var round: Int

  public func branch(_ number: Int) -> FlowBranch? { branches.first { $0.number == number } }

  /// The branches that the join looks at.
  public var roundBranches: [FlowBranch] { branches.filter { $0.round == round } }
}

/// One unit's part of an item.
public struct FlowBranch: Codable, Equatable, Sendable {
  /// From 1, in the order of opening; never used again.
  public var number: Int
  public var kind: String
  /// From the unit that was named down to where the branch is now.
  public var units: [String]
  public var isLead: Bool
  public var round: Int
  public var state: String
  public var entry: Int
  public var isEnded: Bool
  /// The state that led to the end; a branch that is reopened goes back there.
  public var lastState: String?
  public var fields: [String: [String]]
  public var taken: [String: Int]
  public var doers: [String: String]
  /// Units below that have passed it back up; they have done their part.
  public var passedUp: [String]?

  /// The unit that it was opened for.
  public var named: String { units.first ?? "" }
  /// Where it is now.
  public var unit: String { units.last ?? "" }
}

/// Why a step was not taken. Nothing was changed.
public enum FlowRefusal: Error, Equatable, Sendable {
  /// The state has no such step now, or its condition does not hold.
  case notNow
  /// It was taken as often as it may be.
  case tooOften
  /// A field that it needs is missing.
  case missing(String)
  /// A field that it has no place for.
  case unexpected(String)
  /// A unit that has no open branch, or none that could be reopened.
  case noBranch(String)
  /// The branch cannot go further down.
  case tooDeep
  /// A branch would be opened for nobody, for more units than 200, or for more than 1,000 in all.
  case units(Int)
  /// The unit in charge is none of those named.
  case leadIsNotNamed
}

/// What a step did, in order.
public enum FlowEvent: Equatable, Sendable {
  /// The item moved, or entered its state again.
  case moved(step: String, from: String, to: String)
  case branchOpened(Int, unit: String)
  case branchMoved(Int, step: String, from: String, to: String, unit: String)
  case branchClosed(Int, unit: String)
  case branchReopened(Int, unit: String)
  case ended(String)
}

/// The item after a step, and what the step did.
public struct FlowTransition: Sendable, Equatable {
  public let item: FlowItem
  public let events: [FlowEvent]
}

/// A step that can be taken now, by those named; whether somebody is one of them, the permissions say.
public struct FlowOffer: Sendable, Equatable {
  public let step: FlowStep
  /// Nil for the item itself.
  public let branch: Int?
  /// Empty for steps of the citizen.
  public let parties: [FlowParty]
}

/// A wait that ends at some time.
public struct FlowWait: Sendable, Equatable {
  /// Nil for the item itself.
  public let branch: Int?
  public let entry: Int
  public let state: String
  public let limit: FlowLimit
}
