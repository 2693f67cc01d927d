public import Storage

/// The DMZ's tables of letters: numbers, times, and what only the citizen or nobody here can open.
public let citizenLetterMigrations: [Migration] = [
  Migration(
    "citizen-letters-1",
    sql: """
      CREATE TABLE citizen_letter (
        id TEXT PRIMARY KEY,
        submission TEXT NOT NULL UNIQUE,
        number TEXT NOT NULL UNIQUE,
        accepted_at INTEGER NOT NULL,
        code_index BLOB NOT NULL UNIQUE,
        salt BLOB NOT NULL,
        wrapped_key BLOB NOT NULL,
        -- The letter, as an age file for its own key.
        sealed_letter BLOB NOT NULL,
        stage TEXT NOT NULL,
        -- The outcome, as an age file for the letter's own key.
        sealed_outcome BLOB
      );
      CREATE TABLE citizen_letter_event (
        letter TEXT NOT NULL,
        stage TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (letter, stage)
      );
      CREATE TABLE letter_number (
        year INTEGER PRIMARY KEY,
        last INTEGER NOT NULL
      );
      CREATE TABLE published_letter (
        number TEXT PRIMARY KEY,
        answered_at INTEGER NOT NULL,
        content BLOB NOT NULL
      );
      CREATE INDEX published_letter_by_time ON published_letter (answered_at);
      -- Notices that went out: no number, no address, no text.
      CREATE TABLE relayed_notice (
        id TEXT PRIMARY KEY,
        at INTEGER NOT NULL
      );
      """),
  Migration(
    "citizen-letters-2",
    sql: """
      -- The code under which the intranet refused the letter.
      ALTER TABLE citizen_letter ADD COLUMN refusal TEXT;
      """),
  Migration(
    "citizen-letters-3",
    sql: """
      -- A portal that lost its disk may give a number again before the intranet has told it where it stood: what is
      -- restored then stands beside it, and codes tell them apart.
      CREATE TABLE citizen_letter_new (
        id TEXT PRIMARY KEY,
        submission TEXT NOT NULL UNIQUE,
        number TEXT NOT NULL,
        accepted_at INTEGER NOT NULL,
        code_index BLOB NOT NULL UNIQUE,
        salt BLOB NOT NULL,
        wrapped_key BLOB NOT NULL,
        sealed_letter BLOB NOT NULL,
        stage TEXT NOT NULL,
        sealed_outcome BLOB,
        refusal TEXT
      );
      INSERT INTO citizen_letter_new SELECT id, submission, number, accepted_at, code_index, salt, wrapped_key,
        sealed_letter, stage, sealed_outcome, refusal FROM citizen_letter;
      DROP TABLE citizen_letter;
      ALTER TABLE citizen_letter_new RENAME TO citizen_letter;
      -- The digests of peppers that the intranet keeps a copy of, or was sent one of, by the message's subject.
      CREATE TABLE keepsake (
        id TEXT PRIMARY KEY,
        digest TEXT NOT NULL UNIQUE
      );
      -- Peppers of portals before this one: codes from their days are filed under them.
      CREATE TABLE restored_pepper (pepper BLOB PRIMARY KEY);
      """),
  Migration(
    "citizen-guesses-1",
    sql: """
      -- Tries by letter code, phone and source: HMACs under the key of the day on which they were counted.
      CREATE TABLE guess_key (
        day INTEGER PRIMARY KEY,
        key BLOB NOT NULL
      );
      CREATE TABLE guess_count (
        scope TEXT NOT NULL,
        tag BLOB NOT NULL,
        ends_at INTEGER NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (scope, tag)
      ) WITHOUT ROWID;
      CREATE INDEX guess_count_by_end ON guess_count (ends_at);
      -- HMAC of the author's phone under a key made from the letter's code: who has both lifts a lock.
      ALTER TABLE citizen_letter ADD COLUMN phone_tag BLOB;
      """),
  Migration(
    "citizen-guesses-2",
    sql: """
      -- Whether the audit log has it that the limit was reached.
      ALTER TABLE guess_count ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
      """),
  Migration(
    "citizen-guesses-3",
    sql: """
      -- What goes first where there are too many to keep: 1 codes of no known letter, 2 sources that wider ones hold too;
      -- 0 stays.
      ALTER TABLE guess_count ADD COLUMN forgettable INTEGER NOT NULL DEFAULT 0;
      CREATE INDEX guess_count_to_forget ON guess_count (forgettable, ends_at) WHERE forgettable > 0;
      """),
  Migration(
    "citizen-letters-4",
    sql: """
      -- A page of published letters begins behind a letter, not behind so many.
      CREATE INDEX published_letter_by_place ON published_letter (answered_at, number);
      DROP INDEX published_letter_by_time;
      """),
  Migration(
    "citizen-letters-5",
    sql: "CREATE INDEX relayed_notice_by_time ON relayed_notice (at);"),
  Migration(
    "citizen-letters-6",
    sql: """
      -- What the citizen is told of the letter's course, as an age file for its own key, and how new that is.
      ALTER TABLE citizen_letter ADD COLUMN sealed_course BLOB;
      ALTER TABLE citizen_letter ADD COLUMN course_at INTEGER NOT NULL DEFAULT 0;
      -- What the citizen has answered to questions: the text as an age file for the letter's own key.
      CREATE TABLE citizen_reply (
        letter TEXT NOT NULL,
        id TEXT NOT NULL,
        question TEXT NOT NULL,
        at INTEGER NOT NULL,
        sealed_text BLOB NOT NULL,
        state TEXT NOT NULL,
        -- The message that carries it.
        message TEXT NOT NULL,
        PRIMARY KEY (letter, id)
      ) WITHOUT ROWID;
      CREATE INDEX citizen_reply_by_message ON citizen_reply (message);
      """),
]
