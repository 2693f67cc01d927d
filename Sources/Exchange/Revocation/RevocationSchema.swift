public import Storage

/// The lists of revocations that count, so that a restart goes back behind none of them.
public let revocationMigrations = [
  Migration(
    "trust-1",
    sql: """
      CREATE TABLE revocation_list (
        -- SHA-256 of the certificate of the authority that has signed it.
        authority TEXT PRIMARY KEY,
        der BLOB NOT NULL,
        taken_at INTEGER NOT NULL
      );
      """)
]
