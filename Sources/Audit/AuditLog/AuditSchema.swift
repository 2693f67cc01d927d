public import Storage

/// Where entries wait, from the commit that they describe until they are in the log's files.
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
      """),
  Migration(
    "audit-2",
    sql: """
      -- What the peers and this zone have signed, for evidence: the packets themselves are gone once they have arrived.
      CREATE TABLE packet_manifest (
        -- SHA-256 of the manifest's line, in hex.
        digest TEXT PRIMARY KEY,
        -- With its newline.
        manifest BLOB NOT NULL,
        signature BLOB NOT NULL,
        -- SHA-256 of the certificate, in hex.
        signer TEXT NOT NULL
      );
      CREATE TABLE packet_signer (
        fingerprint TEXT PRIMARY KEY,
        der BLOB NOT NULL
      );
      """),
]
