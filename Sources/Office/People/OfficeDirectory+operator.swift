/// What the zone's operator asks for at the command line.
extension OfficeDirectory {
  /// - Parameter request: `units` or `people`, then ` dry` or nothing, a line end, and the table.
  /// - Returns: what was done, in words; begins with “failed” where nothing was, and then names each line.
  public func operatorImport(_ request: String) async throws(OfficeError) -> String {
    let end = request.utf8.firstIndex(of: UInt8(ascii: "\n")) ?? request.endIndex
    let words = request[..<end].split(separator: " ")
    guard let kind = words.first.flatMap({ ImportKind(rawValue: String($0)) }) else { return "failed: no such table" }
    let table = Array(request.utf8[end...].dropFirst())
    let report = try await importTable(kind, table, isDryRun: words.contains("dry"), by: nil)
    if report.errors.isEmpty {
      let verb = report.isDryRun ? "would be " : ""
      return "\(verb)added \(report.added), \(verb)changed \(report.changed), unchanged \(report.unchanged)"
    }
    let lines = report.errors.map { error in
      "line \(error.line): \(error.problem.reason)" + (error.detail.isEmpty ? "" : ": " + oneLine(error.detail))
    }
    return (["failed: nothing was imported"] + lines).joined(separator: "\n")
  }

  private func oneLine(_ text: String) -> String { String(text.prefix(200).map { $0.isNewline ? " " : $0 }) }
}

extension ImportProblem {
  /// For the operator.
  public var reason: String {
    switch self {
    case .notUTF8: "the file is not in UTF-8"
    case .tooLarge: "the file is too large (10 MiB, 10,000 rows)"
    case .columns: "the first line must name the columns; there are"
    case .fieldCount: "the number of fields is not that of the first line"
    case .quotes: "quotation marks are not in pairs, or stand in a field without quotes"
    case .twice: "this identifier stands on an earlier line"
    case .office(let problem): problem.reason
    }
  }
}

extension OfficeProblem {
  /// For the operator.
  public var reason: String {
    switch self {
    case .identifier: "no identifier: lower-case letters, digits, hyphens (people: dots), 32 at most"
    case .identifierTaken: "this identifier is taken"
    case .name: "a name has 1 to 60 characters"
    case .noSuchUnit: "there is no such unit"
    case .unitTooDeep: "units have at most four levels"
    case .unitUnderItself: "a unit cannot stand under itself"
    case .unitInUse: "people, mailboxes or units belong to this unit"
    case .barredRoles: "nobody may hold these roles together"
    case .role: "there is no such role"
    case .noSuchMailbox: "there is no such mailbox"
    case .fingerprint: "a fingerprint has 64 hexadecimal digits"
    case .fingerprintTaken: "this certificate belongs to another person"
    case .oneself: "nobody changes their own rights"
    case .noSuchPerson: "there is no such person"
    case .delegateRole: "these roles cannot be delegated so"
    case .key: "no P-256 key that signs, or one that is enrolled already"
    case .tooManyKeys: "a person has at most 20 keys"
    case .delegationTime: "a delegation ends after it begins and after now, within 366 days"
    }
  }
}
