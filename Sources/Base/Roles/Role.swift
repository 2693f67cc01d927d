/// What a person is at the office. One person may hold several, but for those that bar each other.
public enum Role: String, CaseIterable, Sendable {
  /// 收发: signs letters of their mailboxes in, answers and declines them.
  case clerk
  /// 领导: reads the letters of their unit and of the units under it.
  case leader
  /// 承办人: reads and answers the letters of their unit.
  case handler
  /// 印章管理员: keeps the seals.
  case sealkeeper
  /// 系统管理员: units, people, mailboxes; reads no letters.
  case administrator
  /// 安全员: reads who did what; changes no business.
  case securityOfficer = "security-officer"

  /// The roles that nobody may hold together with this one.
  public var barred: Set<Role> {
    switch self {
    case .securityOfficer: Set(Role.allCases).subtracting([.securityOfficer])
    // Whoever gives roles out reads no letters.
    case .administrator: [.securityOfficer, .clerk, .leader, .handler]
    case .clerk, .leader, .handler: [.securityOfficer, .administrator]
    case .sealkeeper: [.securityOfficer]
    }
  }

  /// The first pair of `roles` that bar each other; nil where they go together.
  public static func barredPair(in roles: some Sequence<Role>) -> (Role, Role)? {
    let held = Set(roles)
    for role in allCases where held.contains(role) {
      if let other = allCases.first(where: { held.contains($0) && role.barred.contains($0) }) { return (role, other) }
    }
    return nil
  }
}
