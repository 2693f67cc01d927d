public import Storage

/// What a zone remembers of its peers' logs, and of its peers' word on its own.
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
      """)
]
