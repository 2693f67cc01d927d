public import Storage

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
    "desk-letters-8",
    sql: """
      -- What of each letter can be searched, by place: those of later acceptance stand behind, those that arrive come last.
      CREATE TABLE letter_text (
        place INTEGER PRIMARY KEY,
        letter TEXT NOT NULL UNIQUE,
        phone TEXT NOT NULL DEFAULT '',
        -- Whether its words stand in the index.
        indexed INTEGER NOT NULL DEFAULT 0
      );
      CREATE INDEX letter_text_by_phone ON letter_text (phone, place);
      CREATE INDEX letter_text_waiting ON letter_text (place) WHERE indexed = 0;
      INSERT INTO letter_text (letter) SELECT id FROM desk_letter ORDER BY accepted_at, number;
      CREATE TRIGGER desk_letter_text AFTER INSERT ON desk_letter BEGIN
        INSERT INTO letter_text (letter) VALUES (NEW.id);
      END;
      CREATE INDEX letter_place_by_number ON letter_place (viewer, folder, number, branch);
      \(LetterIndex.index.migration)
      """),
  Migration(
    "desk-letters-9",
    sql: """
      -- When the promised date waited, as JSON (`[LetterPause]`).
      ALTER TABLE desk_letter ADD COLUMN pauses BLOB;
      -- How new the course is that the citizen was told last, and the code under which the DMZ refused it.
      ALTER TABLE desk_letter ADD COLUMN course_at INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE desk_letter ADD COLUMN course_refused TEXT;
      -- Public half of what the citizen signs with; nothing for letters of an earlier release.
      ALTER TABLE desk_letter ADD COLUMN citizen_key BLOB;
      -- What the citizen was told, in order.
      CREATE TABLE letter_line (
        letter TEXT NOT NULL,
        position INTEGER NOT NULL,
        at INTEGER NOT NULL,
        chinese TEXT NOT NULL,
        english TEXT NOT NULL,
        stage TEXT,
        PRIMARY KEY (letter, position)
      ) WITHOUT ROWID;
      -- What the citizen was asked for which branch (0: the letter itself), and what they answered.
      CREATE TABLE letter_question (
        id TEXT PRIMARY KEY,
        letter TEXT NOT NULL,
        branch INTEGER NOT NULL,
        text TEXT NOT NULL,
        asked_at INTEGER NOT NULL,
        ends_at INTEGER,
        closed_at INTEGER,
        answer TEXT,
        answered_at INTEGER
      );
      CREATE INDEX letter_question_by_letter ON letter_question (letter, asked_at);
      -- The answers that were taken in, each once, with their citizens' signatures; the text is in `letter_act`.
      CREATE TABLE letter_reply (
        letter TEXT NOT NULL,
        id TEXT NOT NULL,
        at INTEGER NOT NULL,
        question TEXT NOT NULL,
        signature BLOB,
        PRIMARY KEY (letter, id)
      ) WITHOUT ROWID;
      """),
  Migration(
    "desk-letters-10",
    sql: """
      -- The working days that were added to the promised date, and the letter that this one is joined with.
      ALTER TABLE desk_letter ADD COLUMN extended_days INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE desk_letter ADD COLUMN merged_into TEXT;
      CREATE INDEX desk_letter_extended ON desk_letter (id) WHERE extended_days > 0 AND settled_at IS NULL;
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
