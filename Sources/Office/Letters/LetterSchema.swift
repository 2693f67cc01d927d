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
]

/// The intranet's tables of letters.
public let deskLetterMigrations: [Migration] = [
  Migration(
    "desk-letters-1",
    sql: """
      CREATE TABLE desk_letter (
        id TEXT PRIMARY KEY,
        number TEXT NOT NULL UNIQUE,
        accepted_at INTEGER NOT NULL,
        mailbox TEXT NOT NULL,
        kind TEXT NOT NULL,
        title TEXT NOT NULL,
        content BLOB NOT NULL,
        -- Public half of the letter's own key: private replies are sealed for it.
        letter_key BLOB NOT NULL,
        -- What a lost DMZ would be rebuilt from.
        code_index BLOB NOT NULL,
        salt BLOB NOT NULL,
        wrapped_key BLOB NOT NULL,
        stage TEXT NOT NULL,
        outcome BLOB,
        outcome_delivered INTEGER NOT NULL DEFAULT 0
      );
      CREATE INDEX desk_letter_by_stage ON desk_letter (stage, mailbox, accepted_at);
      CREATE TABLE desk_letter_event (
        letter TEXT NOT NULL,
        stage TEXT NOT NULL,
        at INTEGER NOT NULL,
        handler TEXT NOT NULL,
        certificate TEXT NOT NULL,
        PRIMARY KEY (letter, stage)
      );
      -- Messages to citizens stay here until the DMZ says that they went out.
      CREATE TABLE notice (
        id TEXT PRIMARY KEY,
        letter TEXT NOT NULL,
        phone TEXT NOT NULL,
        text TEXT NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        next_request INTEGER NOT NULL
      );
      CREATE INDEX notice_by_letter ON notice (letter);
      CREATE INDEX notice_due ON notice (state, next_request);
      """),
  Migration(
    "desk-letters-2",
    sql: """
      -- The code under which the DMZ refused the outcome.
      ALTER TABLE desk_letter ADD COLUMN outcome_refused TEXT;
      """),
  Migration(
    "desk-letters-3",
    sql: """
      -- The peppers of all portals that there ever were, for the day on which one must be rebuilt.
      CREATE TABLE portal_keepsake (
        pepper BLOB PRIMARY KEY,
        at INTEGER NOT NULL
      );
      """),
  Migration(
    "desk-letters-4",
    sql: """
      -- When the outcome was decided, why a notice was given up, and when.
      ALTER TABLE notice ADD COLUMN requested_at INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE notice ADD COLUMN failure TEXT;
      ALTER TABLE notice ADD COLUMN failed_at INTEGER;
      UPDATE notice SET requested_at = next_request - 600000 WHERE state = 'waiting';
      CREATE INDEX notice_failed ON notice (failed_at) WHERE failed_at IS NOT NULL;
      """),
  Migration(
    "desk-letters-5",
    sql: """
      DROP INDEX desk_letter_by_stage;
      CREATE INDEX desk_letter_by_stage ON desk_letter (stage, mailbox, accepted_at, number);
      -- How many letters a mailbox has in a stage: kept with each change, since counting a million takes seconds.
      CREATE TABLE desk_folder (
        stage TEXT NOT NULL,
        mailbox TEXT NOT NULL,
        letters INTEGER NOT NULL,
        PRIMARY KEY (stage, mailbox)
      ) WITHOUT ROWID;
      INSERT INTO desk_folder SELECT stage, mailbox, COUNT(*) FROM desk_letter GROUP BY stage, mailbox;
      CREATE TRIGGER desk_letter_came AFTER INSERT ON desk_letter BEGIN
        INSERT OR IGNORE INTO desk_folder VALUES (NEW.stage, NEW.mailbox, 0);
        UPDATE desk_folder SET letters = letters + 1 WHERE stage = NEW.stage AND mailbox = NEW.mailbox;
      END;
      CREATE TRIGGER desk_letter_moved AFTER UPDATE OF stage, mailbox ON desk_letter BEGIN
        UPDATE desk_folder SET letters = letters - 1 WHERE stage = OLD.stage AND mailbox = OLD.mailbox;
        INSERT OR IGNORE INTO desk_folder VALUES (NEW.stage, NEW.mailbox, 0);
        UPDATE desk_folder SET letters = letters + 1 WHERE stage = NEW.stage AND mailbox = NEW.mailbox;
      END;
      CREATE TRIGGER desk_letter_went AFTER DELETE ON desk_letter BEGIN
        UPDATE desk_folder SET letters = letters - 1 WHERE stage = OLD.stage AND mailbox = OLD.mailbox;
      END;
      """),
  Migration(
    "desk-letters-6",
    sql: """
      -- As the DMZ made it of the author's phone: for a portal that is rebuilt.
      ALTER TABLE desk_letter ADD COLUMN phone_tag BLOB;
      """),
  Migration(
    "desk-letters-7",
    sql: """
      -- Where the letter is in its flow, as JSON (`FlowItem`); nothing for letters of before, which are where their stage says.
      ALTER TABLE desk_letter ADD COLUMN item BLOB;
      ALTER TABLE desk_letter ADD COLUMN flow TEXT NOT NULL DEFAULT 'direct';
      ALTER TABLE desk_letter ADD COLUMN flow_version INTEGER NOT NULL DEFAULT 1;
      ALTER TABLE desk_letter ADD COLUMN settled_at INTEGER;
      -- Until when an answer was promised, and how that date came about, as JSON (`LetterPromise`).
      ALTER TABLE desk_letter ADD COLUMN due_at INTEGER;
      ALTER TABLE desk_letter ADD COLUMN promise BLOB;
      -- When the limit of a state passes that a letter (branch 0) or a unit's branch of it is in. It fires once.
      CREATE TABLE letter_timer (
        letter TEXT NOT NULL,
        branch INTEGER NOT NULL,
        entry INTEGER NOT NULL,
        -- When the wait began, and when it ends; nothing where no calendar says.
        since INTEGER NOT NULL,
        at INTEGER,
        fired_at INTEGER,
        PRIMARY KEY (letter, branch, entry)
      ) WITHOUT ROWID;
      CREATE INDEX letter_timer_due ON letter_timer (at) WHERE fired_at IS NULL;
      -- Unit and roles of those who have letters at their desks by name, as they were when these were put there.
      CREATE TABLE letter_desk (
        viewer TEXT PRIMARY KEY,
        standing TEXT NOT NULL
      );
      -- The flows that letters began with, as they were written.
      CREATE TABLE letter_flow (
        flow TEXT NOT NULL,
        version INTEGER NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (flow, version)
      );
      -- In which folder of which viewer a letter lies, and at whose desk.
      CREATE TABLE letter_place (
        letter TEXT NOT NULL,
        viewer TEXT NOT NULL,
        folder TEXT NOT NULL,
        branch INTEGER NOT NULL,
        state TEXT NOT NULL,
        sort_at INTEGER NOT NULL,
        number TEXT NOT NULL,
        PRIMARY KEY (letter, viewer, folder, branch)
      ) WITHOUT ROWID;
      CREATE INDEX letter_place_by_viewer ON letter_place (viewer, folder, sort_at, number, branch, state);
      -- How many: kept with each change, since counting a million takes seconds.
      CREATE TABLE letter_place_count (
        viewer TEXT NOT NULL,
        folder TEXT NOT NULL,
        letters INTEGER NOT NULL,
        PRIMARY KEY (viewer, folder)
      ) WITHOUT ROWID;
      INSERT INTO letter_place (letter, viewer, folder, branch, state, sort_at, number)
        SELECT id, 'mailbox ' || mailbox, CASE stage WHEN 'answered' THEN 'concluded' WHEN 'declined' THEN 'declined'
          WHEN 'signed-for' THEN 'tracking' ELSE 'to-do' END, 0,
          CASE stage WHEN 'answered' THEN 'answered' WHEN 'declined' THEN 'declined'
          WHEN 'signed-for' THEN 'handling' ELSE 'arrived' END,
          accepted_at + CASE WHEN stage IN ('answered', 'declined') THEN 0 ELSE 6000000000000 END, number FROM desk_letter;
      INSERT INTO letter_place (letter, viewer, folder, branch, state, sort_at, number)
        SELECT id, 'mailbox ' || mailbox, 'all', 0, state, desk_letter.accepted_at, desk_letter.number
        FROM desk_letter JOIN letter_place ON letter = id;
      INSERT INTO letter_place (letter, viewer, folder, branch, state, sort_at, number)
        SELECT letter, 'clerk of ' || viewer, 'queue', 0, state, sort_at, number FROM letter_place
        WHERE folder IN ('to-do', 'tracking');
      INSERT INTO letter_place_count SELECT viewer, folder, COUNT(*) FROM letter_place GROUP BY viewer, folder;
      CREATE TRIGGER letter_place_came AFTER INSERT ON letter_place BEGIN
        INSERT OR IGNORE INTO letter_place_count VALUES (NEW.viewer, NEW.folder, 0);
        UPDATE letter_place_count SET letters = letters + 1 WHERE viewer = NEW.viewer AND folder = NEW.folder;
      END;
      CREATE TRIGGER letter_place_went AFTER DELETE ON letter_place BEGIN
        UPDATE letter_place_count SET letters = letters - 1 WHERE viewer = OLD.viewer AND folder = OLD.folder;
      END;
      DROP TRIGGER desk_letter_came;
      DROP TRIGGER desk_letter_moved;
      DROP TRIGGER desk_letter_went;
      DROP TABLE desk_folder;
      DROP INDEX desk_letter_by_stage;
      -- The units that a letter was handed to: none of them is taken out of the office.
      CREATE TABLE letter_unit (
        letter TEXT NOT NULL,
        unit TEXT NOT NULL REFERENCES unit (id),
        -- Whether its people may read the letter: not where each part of it was taken back.
        reads INTEGER NOT NULL,
        PRIMARY KEY (letter, unit)
      ) WITHOUT ROWID;
      CREATE INDEX letter_unit_by_unit ON letter_unit (unit);
      -- What was done with a letter, in order; the record of acts has the proof of each.
      CREATE TABLE letter_act (
        letter TEXT NOT NULL,
        position INTEGER NOT NULL,
        at INTEGER NOT NULL,
        act TEXT NOT NULL,
        branch INTEGER NOT NULL,
        unit TEXT NOT NULL,
        state_before TEXT NOT NULL,
        state_after TEXT NOT NULL,
        person TEXT NOT NULL,
        handler TEXT NOT NULL,
        proof TEXT NOT NULL,
        fields BLOB NOT NULL,
        PRIMARY KEY (letter, position)
      ) WITHOUT ROWID;
      """),
  Migration(
    "desk-letters-10",
    sql: """
      -- The working days that were added to the promised date, and the letter that this one is joined with.
      ALTER TABLE desk_letter ADD COLUMN extended_days INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE desk_letter ADD COLUMN merged_into TEXT;
      CREATE INDEX desk_letter_merged ON desk_letter (merged_into) WHERE merged_into IS NOT NULL;
      -- The entry of the state that the letter, or its branch, was in after an act.
      ALTER TABLE letter_act ADD COLUMN entry INTEGER NOT NULL DEFAULT 0;
      -- What was asked for beside the flow, and what became of it.
      CREATE TABLE letter_request (
        letter TEXT NOT NULL,
        position INTEGER NOT NULL,
        request TEXT NOT NULL,
        branch INTEGER NOT NULL,
        unit TEXT NOT NULL,
        doer TEXT NOT NULL,
        name TEXT NOT NULL,
        reason TEXT NOT NULL,
        at INTEGER NOT NULL,
        state TEXT NOT NULL,
        -- When its own limit passes; nothing where no calendar says. It fires once.
        due_at INTEGER,
        fired_at INTEGER,
        decided_at INTEGER,
        PRIMARY KEY (letter, position)
      ) WITHOUT ROWID;
      CREATE INDEX letter_request_due ON letter_request (due_at) WHERE decided_at IS NULL AND fired_at IS NULL;
      -- The last step of a letter, with what the letter was before (`LetterBefore`), while it can be taken back.
      CREATE TABLE letter_last_step (
        letter TEXT PRIMARY KEY,
        position INTEGER NOT NULL,
        person TEXT NOT NULL,
        branch INTEGER NOT NULL,
        unit TEXT NOT NULL,
        before BLOB NOT NULL,
        -- When somebody else opened it who has it now.
        opened_at INTEGER
      ) WITHOUT ROWID;
      -- What the clock calls for beside limits of states (`LetterCall`), each once; no time where no calendar says.
      CREATE TABLE letter_call (
        letter TEXT NOT NULL,
        name TEXT NOT NULL,
        at INTEGER,
        fired_at INTEGER,
        PRIMARY KEY (letter, name)
      ) WITHOUT ROWID;
      CREATE INDEX letter_call_due ON letter_call (at) WHERE fired_at IS NULL;
      """),
]
