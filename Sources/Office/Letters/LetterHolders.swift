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
    let branch = offer.branch.flatMap { letter.item.branch($0) }
    for party in offer.parties {
      guard let place = try place(of: party.of, branch, db) else { continue }
      let isUnit = if case .unit = place { true } else { false }
      guard let authority = official.authority(for: isUnit ? act.unitAction : act.action, place, as: party.role) else {
        continue
      }
      let doers = branch?.doers ?? letter.item.doers
      guard party.notWhoDid.allSatisfy({ doers[$0] != authority.person && doers[$0] != official.person }) else {
        continue
      }
      if let field = party.person, let named = (branch?.fields[field] ?? letter.item.fields[field])?.first,
        named != authority.person, try isThere(named, party, place, db)
      {
        continue
      }
      return authority
    }
    return nil
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
