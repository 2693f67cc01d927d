public import Roles

public import struct Foundation.Date

/// A unit of the office (单位, 部门).
public struct OfficeUnit: Sendable, Hashable {
  /// `[a-z][a-z0-9-]{0,31}`; never changes.
  public var identifier: String
  public var path: UnitPath
  /// 1 to 60 characters.
  public var name: String
  /// Up to 120 characters; empty where there is none.
  public var english: String

  public var level: Int { path.identifiers.count }
  public var parent: String? { path.identifiers.dropLast().last }
}

/// A person of the office, as the administrator sees them.
public struct OfficePerson: Sendable {
  /// `[a-z0-9][a-z0-9.-]{0,31}`; never changes.
  public var identifier: String
  /// 1 to 60 characters.
  public var name: String
  /// A unit's identifier.
  public var unit: String?
  public var roles: Set<Role>
  public var mailboxes: Set<String>
  public var fingerprints: [String]
  public var lastLogin: Date?

  public init(
    identifier: String, name: String, unit: String? = nil, roles: Set<Role> = [], mailboxes: Set<String> = [],
    fingerprints: [String] = [], lastLogin: Date? = nil
  ) {
    self.identifier = identifier
    self.name = name
    self.unit = unit
    self.roles = roles
    self.mailboxes = mailboxes
    self.fingerprints = fingerprints
    self.lastLogin = lastLogin
  }
}

/// One person's leave, and who acts meanwhile.
public struct Delegation: Sendable, Hashable {
  public var identifier: String
  public var person: String
  public var personName: String
  public var delegate: String
  public var delegateName: String
  public var from: Date
  /// The delegation ends at this moment.
  public var until: Date
}
