public import Storage

/// What a zone records about its peers' logs, and its peers' cosignatures of its own.
public let witnessMigrations = [
  Migration(
    "witness-1",
    sql: """
      -- The newest checkpoint of each log of a peer that this zone has cosigned.
      CREATE TABLE witnessed_log (
        peer TEXT NOT NULL,
        origin TEXT NOT NULL,
        -- The number at the origin's end.
        epoch INTEGER NOT NULL,
        size INTEGER NOT NULL,
        root TEXT NOT NULL,
        -- The signed note: evidence, should another one come.
        note TEXT NOT NULL,
        seen_at INTEGER NOT NULL,
        PRIMARY KEY (peer, origin)
      );
      -- What is wrong with a peer's log.
      CREATE TABLE witness_alarm (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        peer TEXT NOT NULL,
        kind TEXT NOT NULL,
        held_note TEXT NOT NULL,
        note TEXT NOT NULL
      );
      -- Checkpoints of this zone's log that a peer was shown.
      CREATE TABLE checkpoint_offer (
        peer TEXT NOT NULL,
        origin TEXT NOT NULL,
        size INTEGER NOT NULL,
        note TEXT NOT NULL,
        offered_at INTEGER NOT NULL,
        PRIMARY KEY (peer, origin, size)
      );
      -- The checkpoint that a peer's newest word is about.
      CREATE TABLE checkpoint_cosigned (
        peer TEXT PRIMARY KEY,
        origin TEXT NOT NULL,
        size INTEGER NOT NULL
      );
      """),
  Migration(
    "witness-2",
    sql: """
      -- The key that the log is signed with, as signed-note writes it.
      ALTER TABLE witnessed_log ADD COLUMN log_key TEXT;
      -- Certificates of the peers' logs and witnesses, as they came with what they have signed: evidence.
      CREATE TABLE audit_certificate (
        fingerprint TEXT PRIMARY KEY,
        -- `<zone> audit log`, `<zone> audit witness`.
        name TEXT NOT NULL,
        der BLOB NOT NULL
      );
      -- How much of this zone's logs was sent to a peer that keeps a copy.
      CREATE TABLE mirror_sent (
        peer TEXT NOT NULL,
        origin TEXT NOT NULL,
        next INTEGER NOT NULL,
        -- What the peer lacked was last sent again when the log was so large: older words do not count.
        again_at INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (peer, origin)
      );
      -- How much of a peer's log has come, and how much of it stands in files.
      CREATE TABLE mirror (
        peer TEXT NOT NULL,
        origin TEXT NOT NULL,
        count INTEGER NOT NULL,
        integrated INTEGER NOT NULL DEFAULT 0,
        -- The checkpoint that the entries did not fit.
        failed INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (peer, origin)
      );
      -- Entries that no file holds yet.
      CREATE TABLE mirror_entry (
        peer TEXT NOT NULL,
        origin TEXT NOT NULL,
        position INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        PRIMARY KEY (peer, origin, position)
      );
      """),
]
