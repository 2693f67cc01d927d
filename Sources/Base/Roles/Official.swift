/// The way from the top unit of the office down to one unit: identifiers, at most four.
public struct UnitPath: Hashable, Sendable {
  public static let maxLevels = 4

  public let identifiers: [String]

  public init(_ identifiers: [String]) { self.identifiers = identifiers }

  /// Whether this unit is `other` or stands under it.
  public func isWithin(_ other: UnitPath) -> Bool { identifiers.starts(with: other.identifiers) }
}

/// What an action is done to.
public enum Place: Hashable, Sendable {
  case person(String, unit: UnitPath?)
  case mailbox(String)
  /// What a unit works on.
  case unit(UnitPath)
  /// An official document, which belongs to who drafted it and to a unit.
  case document(drafter: String, unit: UnitPath)
  /// The office as a whole.
  case office
}

/// A part of all documents.
public enum DocumentReach: Hashable, Sendable {
  case drafted(by: String)
  case unit(UnitPath)
  /// Of a unit and those under it.
  case subtree(UnitPath)
  case all
}

/// Somebody who works at the desk, as the office knows them at the moment of a request.
public struct Official: Sendable {
  /// The person's identifier.
  public var person: String
  public var name: String
  /// SHA-256 of the certificate that they showed, hex.
  public var certificateFingerprint: String
  public var unit: UnitPath?
  public var roles: Set<Role>
  /// The mailboxes that are given to this person.
  public var mailboxes: Set<String>
  /// Those who are away and have let this person act in their stead.
  public var standsInFor: [Official]
  /// All mailboxes that belong to a unit.
  public var mailboxUnits: [String: UnitPath]
  /// What they signed about the act that they are doing; nil where they signed nothing.
  public var signed: SignedStatement?

  public init(
    person: String, name: String, certificateFingerprint: String, unit: UnitPath? = nil, roles: Set<Role>,
    mailboxes: Set<String> = [], standsInFor: [Official] = [], mailboxUnits: [String: UnitPath] = [:]
  ) {
    self.person = person
    self.name = name
    self.certificateFingerprint = certificateFingerprint
    self.unit = unit
    self.roles = roles
    self.mailboxes = mailboxes
    self.standsInFor = standsInFor
    self.mailboxUnits = mailboxUnits
  }

  public func may(_ action: Action, _ place: Place) -> Bool { authority(for: action, place) != nil }

  /// Whether there can be any place at all where this person may do `action`.
  public func may(_ action: Action) -> Bool {
    ([self] + (action.canBeDelegated ? standsInFor : [])).contains {
      Permissions.scope(of: action, for: $0.roles) != nil
    }
  }

  /// By whose right this person may do `action` to `place`: their own first, else that of somebody who is away.
  ///
  /// Nil where they may not. This is the only place where that is decided.
  public func authority(for action: Action, _ place: Place) -> Official? {
    if holds(action, place) { return self }
    guard action.canBeDelegated else { return nil }
    return standsInFor.first { $0.holds(action, place) }
  }

  /// Whether this person may do `action` to `place` by their own right, not by that of somebody they stand in for.
  public func mayThemselves(_ action: Action, _ place: Place) -> Bool { holds(action, place) }

  /// By whose rights this person may do `action` to `place` as one who has `role`: their own first, then those of people
  /// who are away. A flow says as what somebody acts.
  public func authorities(for action: Action, _ place: Place, as role: Role) -> [Official] {
    ([self] + (action.canBeDelegated ? standsInFor : [])).filter { $0.holds(action, place, as: role) }
  }

  /// The mailboxes whose letters this person may do `action` to.
  public func mailboxes(allowing action: Action) -> Set<String> {
    let known = standsInFor.reduce(mailboxes) { $0.union($1.mailboxes) }.union(mailboxUnits.keys)
    return known.filter { may(action, .mailbox($0)) }
  }

  /// Which documents this person may do `action` to, as whoever reads lists of them asks for.
  public func documents(allowing action: Action) -> [DocumentReach] {
    ([self] + (action.canBeDelegated ? standsInFor : [])).flatMap { $0.ownDocuments(allowing: action) }
  }

  private func ownDocuments(allowing action: Action) -> [DocumentReach] {
    guard let scope = Permissions.scope(of: action, for: roles) else { return [] }
    if scope == .all { return [.all] }
    guard let unit, scope != .own else { return [.drafted(by: person)] }
    return [.drafted(by: person), scope == .unit ? .unit(unit) : .subtree(unit)]
  }

  private func holds(_ action: Action, _ place: Place) -> Bool {
    guard action.fits(place), let reach = Permissions.scope(of: action, for: roles) else { return false }
    return distance(to: place) <= reach
  }

  private func holds(_ action: Action, _ place: Place, as role: Role) -> Bool {
    guard roles.contains(role), action.fits(place), let reach = Permissions.scope(of: action, for: role) else {
      return false
    }
    return distance(to: place) <= reach
  }

  /// The narrowest scope that holds `place`, as seen from this person.
  private func distance(to place: Place) -> Scope {
    switch place {
    case .office: .all
    case .person(person, _): .own
    case .person(_, let unit): distance(to: unit)
    case .document(person, _): .own
    case .document(_, let unit): distance(to: unit)
    case .unit(let unit): distance(to: unit)
    case .mailbox(let name): mailboxes.contains(name) ? .own : distance(to: mailboxUnits[name])
    }
  }

  private func distance(to other: UnitPath?) -> Scope {
    guard let unit, let other else { return .all }
    if unit == other { return .unit }
    return other.isWithin(unit) ? .subtree : .all
  }
}
