import Flows
import People
import Roles
import Storage
import Timestamps
import WorkCalendar

/// What is wrong with a field of an act.
public enum LetterFieldProblem: String, CaseIterable, Sendable {
  case missing
  case tooLong = "too-long"
  /// None of those that can be chosen.
  case unknown
  case tooMany = "too-many"
  case leadNotNamed = "lead-not-named"
  /// The unit complained of is among those that the letter would go to.
  case complainedOf = "complained-of"
  /// Nobody there could sign for it.
  case nobody
  /// No date, or none from today on within a year.
  case date
  /// The link lets nothing of the kind out.
  case cannotCross = "cannot-cross"
  /// A letter that is to be joined with itself; with one that has ended, was thrown away or is joined with another; or one
  /// that others are joined with.
  case itself
  case ended
  case hasJoined = "has-joined"
  /// Words for several writers have the phone or the mail of one of them.
  case namesWriter = "names-writer"
  /// Urged today already; the next working day is another.
  case urgedToday = "urged-today"
}

extension LetterField {
  /// Of what is written in it.
  public var maxCharacters: Int {
    self == .question ? LetterQuestion.textMaxCharacters : LetterFieldCheck.textMaxCharacters
  }
}

/// Checks what was filled in for an act against the office as it is now.
struct LetterFieldCheck {
  static let textMaxCharacters = 10_000

  let letter: StoredDeskLetter
  let flow: FlowDefinition
  let mailboxes: Set<String>
  let declineReasons: Set<String>
  let now: UnixMilliseconds

  func check(
    _ request: LetterStepRequest, needs: [LetterField], may: [LetterField], _ db: Transaction
  ) throws {
    let known = Set(needs + may)
    for (field, values) in request.fields {
      guard known.contains(field) else { throw LetterError.field(field, .unknown) }
      if let problem = try problem(field, values.filter { !$0.isEmpty }, request, db) {
        throw LetterError.field(field, problem)
      }
    }
    for field in needs {
      guard request.fields[field]?.contains(where: { !$0.isEmpty }) == true else {
        throw LetterError.field(field, .missing)
      }
    }
    if request.act == .dispatch, letter.kind == .complaint, request.fields[.complaintAbout]?.first?.isEmpty ?? true {
      throw LetterError.field(.complaintAbout, .missing)
    }
  }

  private func problem(
    _ field: LetterField, _ values: [String], _ request: LetterStepRequest, _ db: Transaction
  ) throws -> LetterFieldProblem? {
    guard let value = values.first else { return nil }
    switch field {
    case .reason, .proposal, .instruction, .text, .note, .opinion, .answer, .draftAnswer, .question:
      let most = field.maxCharacters
      return value.utf8.count <= most * 12 && value.count <= most ? nil : .tooLong
    case .kind: return LetterKind(rawValue: value) == nil ? .unknown : nil
    case .visibility: return ["public", "private"].contains(value) ? nil : .unknown
    case .mailbox:
      guard mailboxes.contains(value), value != letter.mailbox else { return .unknown }
      return try OfficeLookup.clerks(ofMailbox: value, db).isEmpty ? .nobody : nil
    case .declineReason: return declineReasons.contains(value) ? nil : .unknown
    case .leader:
      return try LetterHolders.people(.leader, ofMailbox: letter.mailbox, db).contains { $0.identifier == value }
        ? nil : .unknown
    case .handler:
      guard let unit = request.branch.flatMap({ letter.item.branch($0)?.unit }) else { return .unknown }
      return try OfficeLookup.people(.handler, ofUnit: unit, db).contains { $0.identifier == value } ? nil : .unknown
    case .childUnit:
      guard let unit = request.branch.flatMap({ letter.item.branch($0)?.unit }),
        let child = try OfficeLookup.unit(value, db), child.parent == unit
      else { return .unknown }
      return try problem(of: [child], request, db)
    case .proposedUnit, .leadUnit: return try OfficeLookup.unit(value, db) == nil ? .unknown : nil
    case .complaintAbout: return try complaintProblem(value, db)
    case .unit, .units: return try units(values, request, db)
    case .unitDue: return dueProblem(value)
    case .otherLetter: return value.utf8.count <= 32 ? nil : .unknown
    }
  }

  private func units(
    _ values: [String], _ request: LetterStepRequest, _ db: Transaction
  ) throws -> LetterFieldProblem? {
    guard values.count <= FlowDefinition.unitsMax else { return .tooMany }
    var units: [OfficeUnit] = []
    for value in values {
      guard let unit = try OfficeLookup.unit(value, db) else { return .unknown }
      units.append(unit)
    }
    return try problem(of: units, request, db)
  }

  /// Whether units can be handed the letter: somebody can sign for it, and it is not about them or what they stand under.
  private func problem(
    of units: [OfficeUnit], _ request: LetterStepRequest, _ db: Transaction
  ) throws -> LetterFieldProblem? {
    guard [.dispatch, .addUnit, .passDown].contains(request.act) else { return nil }
    let about = request.fields[.complaintAbout]?.first ?? letter.complainedOf
    if let about, let path = try OfficeLookup.unit(about, db)?.path, units.contains(where: { $0.path.isWithin(path) }) {
      return .complainedOf
    }
    for unit in units where try OfficeLookup.people(.clerk, ofUnit: unit.identifier, db).isEmpty { return .nobody }
    return nil
  }

  /// The unit complained of must have no open part of the letter.
  private func complaintProblem(_ unit: String, _ db: Transaction) throws -> LetterFieldProblem? {
    guard unit != "none" else { return nil }
    guard let path = try OfficeLookup.unit(unit, db)?.path else { return .unknown }
    for branch in letter.item.branches where !branch.isEnded {
      for part in branch.units {
        if try OfficeLookup.unit(part, db)?.path.isWithin(path) == true { return .complainedOf }
      }
    }
    return nil
  }

  private func dueProblem(_ text: String) -> LetterFieldProblem? {
    guard let today = Day(inShanghaiAt: now), let day = Day(text), (0...366).contains(day.number - today.number) else {
      return .date
    }
    return nil
  }
}
