public import Storage

/// What a zone and its peers have said to each other of their certificates.
public let rotationMigrations = [
  Migration(
    "trust-2",
    sql: """
      -- What this zone has told its peers of its own certificates, and what they said to it.
      CREATE TABLE key_statement (
        peer TEXT NOT NULL,
        -- The signing certificates (SHA-256, hex) of the pairs, in their order, with commas between.
        pairs TEXT NOT NULL,
        message_id TEXT NOT NULL,
        -- "applied", the code of a refusal, or NULL.
        outcome TEXT,
        PRIMARY KEY (peer, pairs)
      );
      -- The newest request of each peer for certificates: PKCS#10, and a SubjectPublicKeyInfo.
      CREATE TABLE key_request (
        peer TEXT PRIMARY KEY,
        signing BLOB NOT NULL,
        encryption BLOB NOT NULL,
        at INTEGER NOT NULL
      );
      """),
  Migration(
    "trust-3",
    sql: """
      -- A peer's word on its certificates that was taken in, until it stands in its file.
      CREATE TABLE peer_statement (
        peer TEXT PRIMARY KEY,
        number INTEGER NOT NULL,
        body BLOB NOT NULL
      );
      -- Certificates that a peer has made for this zone's keys, until they lie beside them.
      CREATE TABLE issued_pair (
        id INTEGER PRIMARY KEY,
        body BLOB NOT NULL
      );
      """),
]
