public import Acts
public import Cryptography
public import Roles

/// The keys that people sign acts with.
extension OfficeDirectory {
  private static let keysMax = 20

  /// A person's keys, retired ones included; the oldest first.
  public func signingKeys(of person: String, for official: Official) async throws(OfficeError) -> [SigningKey] {
    try await read { db in
      if person != official.person { try demand(official, .readOffice, .office) }
      return try SigningKeys.all(of: person, db)
    }
  }

  /// The key of `official` with that fingerprint, while it counts.
  public func signingKey(_ fingerprint: String, of official: Official) async throws(OfficeError) -> P256PublicKey? {
    try await read { try SigningKeys.find(fingerprint, of: official.person, $0) }
  }

  /// Lets `official` sign with a key from now on.
  ///
  /// - Parameters:
  ///   - official: with the statement by which the key shows that its private half is there.
  ///   - name: what its owner calls it, at most 60 characters.
  public func enrol(_ key: P256PublicKey, name: String, for official: Official) async throws(OfficeError) {
    let (now, audit) = (self.now(), self.audit)
    guard (1...60).contains(name.count) else { throw .refused(.name) }
    guard official.signed != nil else { throw .refused(.key) }
    try await write { db in
      try demand(official, .enrolKey, try Self.place(official.person, db))
      let held = try SigningKeys.all(of: official.person, db)
      guard held.count(where: { $0.retiredAt == nil }) < Self.keysMax else {
        throw OfficeError.refused(.tooManyKeys)
      }
      guard try SigningKeys.enrol(key, name: name, of: official.person, at: now, db) else {
        throw OfficeError.refused(.key)
      }
      try Act.enrolment(of: key, by: official.person).record(by: official, at: now, audit, db)
    }
  }

  /// Ends a key: nothing that is signed with it from now on counts. What was signed before stays.
  public func retireKey(
    _ fingerprint: String, of person: String, by official: Official
  ) async throws(OfficeError) {
    let (now, audit) = (self.now(), self.audit)
    try await write { db in
      try demand(official, .retireKey, try Self.place(person, db))
      guard try SigningKeys.retire(fingerprint, of: person, at: now, db) else { throw OfficeError.notFound }
      try Act("key.retired", "person \(person)", detail: fingerprint).record(by: official, at: now, audit, db)
    }
  }
}
