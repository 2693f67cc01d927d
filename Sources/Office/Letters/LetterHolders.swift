import Flows
import People
import Roles
import Storage

/// Who may take a step of a letter: the flow says by which role and where, the table of permissions whether that role may,
/// and the office who has it now.
struct LetterHolders {
  let letter: StoredDeskLetter
  let flow: FlowDefinition

  /// In whose right an official may take what is offered; nil where they may not.
  func authority(_ official: Official, _ offer: FlowOffer, _ act: LetterAct, _ db: Transaction) throws -> Official? {
    try authority(official, offer.parties, offer.branch.flatMap { letter.item.branch($0) }, act, db)
  }

  /// In whose right an official may do what some parties may; nil where they are none of these.
  func authority(
    _ official: Official, _ parties: [FlowParty], _ branch: FlowBranch?, _ act: LetterAct, _ db: Transaction
  ) throws -> Official? {
    for party in parties {
      guard let place = try place(of: party.of, branch, db) else { continue }
      let isUnit = if case .unit = place { true } else { false }
      let named = try named(party, branch, place, db)
      let barred = Self.doers(of: party.notWhoDid, branch?.doers ?? letter.item.doers)
      // By their own right first, else by that of somebody who is away.
      for one in official.authorities(for: isUnit ? act.unitAction : act.action, place, as: party.role) {
        guard barred.isDisjoint(with: [one.person, official.person]) else { continue }
        if named == nil || named == one.person { return one }
      }
    }
    return nil
  }

  /// Who has taken any of the steps: those who acted, and those in whose right they did.
  private static func doers(of steps: [String], _ doers: [String: String]) -> Set<String> {
    Set(steps.compactMap { doers[$0] }.flatMap { $0.split(separator: " ").map(String.init) })
  }

  /// What a flow keeps as the doer of a step: whoever acts, and in whose right.
  static func doer(_ official: Official, inSteadOf authority: Official) -> String {
    official.person == authority.person ? official.person : "\(authority.person) \(official.person)"
  }

  /// The person whom a field names, as long as they have the role there; nil where the role counts.
  private func named(
    _ party: FlowParty, _ branch: FlowBranch?, _ place: Place, _ db: Transaction
  ) throws -> String? {
    guard let field = party.person,
      let named = (branch?.fields[field] ?? letter.item.fields[field])?.first(where: { !$0.isEmpty }),
      try isThere(named, party, place, db)
    else { return nil }
    return named
  }

  /// Whether the person who holds a state by name has the role there; for who finds the letter at their desk.
  func isThere(_ person: String, _ party: FlowParty, branch: FlowBranch?, _ db: Transaction) throws -> Bool {
    guard let place = try place(of: party.of, branch, db) else { return false }
    return try isThere(person, party, place, db)
  }

  func place(of place: FlowPlace, _ branch: FlowBranch?, _ db: Transaction) throws -> Place? {
    switch place {
    case .mailbox, .office: return .mailbox(letter.mailbox)
    case .unit: return try branch.flatMap { try OfficeLookup.unit($0.unit, db) }.map { .unit($0.path) }
    case .leadUnit:
      return try (letter.item.fields["lead-unit"]?.first).flatMap { try OfficeLookup.unit($0, db) }.map {
        .unit($0.path)
      }
    case .dispatcher:
      guard let branch, branch.units.count > 1 else { return .mailbox(letter.mailbox) }
      return try OfficeLookup.unit(branch.units[branch.units.count - 2], db).map { .unit($0.path) }
    }
  }

  /// Whether who was named still has the role there.
  private func isThere(_ person: String, _ party: FlowParty, _ place: Place, _ db: Transaction) throws -> Bool {
    let people: [OfficeLookup.Person]
    switch place {
    case .mailbox(let mailbox): people = try Self.people(party.role, ofMailbox: mailbox, db)
    case .unit(let path):
      people = try path.identifiers.last.map { try OfficeLookup.people(party.role, ofUnit: $0, db) } ?? []
    default: return false
    }
    return people.contains { $0.identifier == person }
  }

  /// The people with a role for a mailbox.
  static func people(_ role: Role, ofMailbox mailbox: String, _ db: Transaction) throws -> [OfficeLookup.Person] {
    guard role != .clerk else { return try OfficeLookup.clerks(ofMailbox: mailbox, db) }
    guard let unit = try OfficeLookup.unit(ofMailbox: mailbox, db) else { return [] }
    guard role != .leader else { return try OfficeLookup.leaders(above: unit, db) }
    return try unit.identifiers.last.map { try OfficeLookup.people(role, ofUnit: $0, db) } ?? []
  }
}
