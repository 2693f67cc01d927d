public import Storage

/// The contents of the zone's log and of the copies of its peers' logs, in searchable tables. All of them are made from
/// the logs' files, and can be rebuilt; proofs come from the files alone.
public let auditIndexMigrations = [
  Migration(
    "audit-index-1",
    sql: """
      CREATE TABLE audit_event (
        zone TEXT NOT NULL,
        -- The number of the zone's log.
        log INTEGER NOT NULL,
        position INTEGER NOT NULL,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        -- Empty where no peer has a part in it.
        peer TEXT NOT NULL,
        -- Why it was refused, which act it was, …
        code TEXT NOT NULL,
        -- How many messages, or tries, it is about.
        amount INTEGER NOT NULL,
        PRIMARY KEY (zone, log, position)
      ) WITHOUT ROWID;
      CREATE INDEX audit_event_by_time ON audit_event (at);
      CREATE INDEX audit_event_by_zone ON audit_event (zone, at);
      CREATE INDEX audit_event_by_kind ON audit_event (kind, at);
      -- Which entries tell of a letter, or of another thing with an identifier.
      CREATE TABLE audit_subject (
        subject TEXT NOT NULL,
        zone TEXT NOT NULL,
        log INTEGER NOT NULL,
        position INTEGER NOT NULL,
        PRIMARY KEY (subject, zone, log, position)
      ) WITHOUT ROWID;
      CREATE INDEX audit_subject_by_place ON audit_subject (zone, log, position);
      CREATE TABLE audit_indexed (
        zone TEXT NOT NULL,
        log INTEGER NOT NULL,
        next INTEGER NOT NULL,
        PRIMARY KEY (zone, log)
      );
      -- Whether a zone's last start or stop was a stop.
      CREATE TABLE audit_life (
        zone TEXT PRIMARY KEY,
        stopped INTEGER NOT NULL
      );
      -- What an officer should look at. Entries of the same sort share one until it is acknowledged.
      CREATE TABLE alert (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        zone TEXT NOT NULL,
        peer TEXT NOT NULL,
        code TEXT NOT NULL,
        first_at TEXT NOT NULL,
        last_at TEXT NOT NULL,
        count INTEGER NOT NULL,
        acknowledged_at INTEGER,
        -- The person, by identifier and name.
        acknowledged_by TEXT,
        acknowledged_name TEXT,
        remark TEXT
      );
      CREATE INDEX alert_open ON alert (acknowledged_at, kind, zone, peer, code);
      CREATE TABLE alert_entry (
        alert INTEGER NOT NULL,
        zone TEXT NOT NULL,
        log INTEGER NOT NULL,
        position INTEGER NOT NULL,
        PRIMARY KEY (alert, zone, log, position)
      ) WITHOUT ROWID;
      CREATE INDEX alert_entry_by_place ON alert_entry (zone, log, position);
      CREATE TABLE saved_search (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        person TEXT NOT NULL,
        name TEXT NOT NULL,
        query TEXT NOT NULL,
        UNIQUE (person, name)
      );
      -- The last checks of whole logs.
      CREATE TABLE log_check (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        zone TEXT NOT NULL,
        log INTEGER NOT NULL,
        size INTEGER NOT NULL,
        -- How many of them a witness has cosigned, and when; NULL for none.
        witnessed INTEGER,
        witnessed_at INTEGER,
        -- How many lie in cold storage, where the check did not see them.
        unseen INTEGER NOT NULL DEFAULT 0,
        -- NULL where everything held.
        fault TEXT
      );
      """)
]
