public import Storage

/// The intranet's tables of units, people and what is given to them.
public let peopleMigrations: [Migration] = [
  Migration(
    "people-1",
    sql: """
      CREATE TABLE unit (
        id TEXT PRIMARY KEY,
        -- Identifiers from the top down to this unit, with a slash between: at most four.
        path TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        english TEXT NOT NULL
      );
      CREATE TABLE person (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        unit TEXT REFERENCES unit (id),
        last_login INTEGER,
        previous_login INTEGER
      );
      CREATE INDEX person_by_unit ON person (unit);
      CREATE TABLE person_certificate (
        fingerprint TEXT PRIMARY KEY,
        person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE
      );
      CREATE INDEX person_certificate_by_person ON person_certificate (person);
      CREATE TABLE person_role (
        person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
        role TEXT NOT NULL,
        PRIMARY KEY (person, role)
      ) WITHOUT ROWID;
      CREATE TABLE person_mailbox (
        person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
        mailbox TEXT NOT NULL,
        PRIMARY KEY (person, mailbox)
      ) WITHOUT ROWID;
      CREATE TABLE mailbox_unit (
        mailbox TEXT PRIMARY KEY,
        unit TEXT NOT NULL REFERENCES unit (id)
      );
      CREATE TABLE delegation (
        id TEXT PRIMARY KEY,
        person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
        delegate TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
        from_at INTEGER NOT NULL,
        until_at INTEGER NOT NULL
      );
      CREATE INDEX delegation_by_delegate ON delegation (delegate);
      CREATE INDEX delegation_by_person ON delegation (person);
      -- Links by which a person fetches a certificate once. Only the token's digest is kept.
      CREATE TABLE enrolment (
        token BLOB PRIMARY KEY,
        person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
        expires_at INTEGER NOT NULL
      );
      -- Whether the people of zone.yaml have been taken over.
      CREATE TABLE people_origin (taken_over_at INTEGER NOT NULL);
      """)
]
