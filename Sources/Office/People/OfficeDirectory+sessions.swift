import Acts
public import Roles
import Storage

extension OfficeDirectory {
  /// Whether `official` may end a person's sessions. The desk, which holds them, then does it.
  public func endSessions(of person: String, by official: Official) async throws(OfficeError) {
    let (now, audit) = (self.now(), self.audit)
    try await write { db in
      try demand(official, .endSessions, try Self.place(person, db))
      try Act("sessions.ended", "person \(person)").record(by: official, at: now, audit, db)
    }
  }
}
