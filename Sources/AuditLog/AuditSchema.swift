public import Storage

/// Where entries wait, from the commit that they describe until they stand in the log's files.
public let auditMigrations = [
  Migration(
    "audit-1",
    sql: """
      -- AUTOINCREMENT: no number is used twice, so that a row's place in the log is its number less the first one's.
      CREATE TABLE audit_entry (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        bytes BLOB NOT NULL
      );
      -- The log that is being written: its number, and the row that is its first entry.
      CREATE TABLE audit_log (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        epoch INTEGER NOT NULL,
        first_row INTEGER NOT NULL
      );
      """)
]
