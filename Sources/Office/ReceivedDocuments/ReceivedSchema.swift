public import Storage

/// The table of what other offices delivered.
public let receivedDocumentMigrations: [Migration] = [
  Migration(
    "received-documents-1",
    sql: """
      CREATE TABLE received_document (
        -- The office that sent it, and its identifier there.
        peer TEXT NOT NULL,
        id TEXT NOT NULL,
        number TEXT NOT NULL,
        title TEXT NOT NULL,
        issuer TEXT NOT NULL,
        date TEXT NOT NULL,
        -- As its page has it; and what links weigh.
        classification TEXT NOT NULL,
        ofd TEXT NOT NULL,
        ofd_bytes INTEGER NOT NULL,
        pdf TEXT,
        pdf_bytes INTEGER,
        sent_at INTEGER NOT NULL,
        arrived_at INTEGER NOT NULL,
        -- arrived, signed-for, withdrawn.
        state TEXT NOT NULL,
        -- What the check found on arrival, JSON; empty for one that was withdrawn before it came.
        report TEXT NOT NULL,
        signed_for_at INTEGER,
        signed_for_by TEXT,
        withdrawn_at INTEGER,
        reason TEXT,
        PRIMARY KEY (peer, id)
      ) WITHOUT ROWID;
      CREATE INDEX received_document_by_file ON received_document (peer, ofd);
      CREATE INDEX received_document_by_state ON received_document (state, arrived_at, peer, id);
      """),
  Migration(
    "received-documents-2",
    sql: """
      -- The names of the seals that the original bears, as the check found them, one a line; empty where nothing was checked.
      ALTER TABLE received_document ADD COLUMN seals TEXT NOT NULL DEFAULT '';
      -- The office that has withdrawn the same file, where it is not the sender.
      ALTER TABLE received_document ADD COLUMN withdrawn_by TEXT;
      CREATE INDEX received_document_by_seals ON received_document (seals, arrived_at) WHERE seals <> '';
      CREATE INDEX received_document_by_ofd ON received_document (ofd);
      CREATE INDEX received_document_by_number ON received_document (number);
      """),
  Migration(
    "received-documents-3",
    sql: """
      -- Withdrawals of what was never delivered are counted.
      CREATE INDEX received_document_undelivered ON received_document (peer) WHERE report = '';
      """),
  Migration(
    "received-documents-4",
    sql: """
      -- The receipt (document.signed-for) that was sent last, what became of it (sent, delivered, refused), and the code.
      ALTER TABLE received_document ADD COLUMN receipt_message TEXT;
      ALTER TABLE received_document ADD COLUMN receipt_state TEXT;
      ALTER TABLE received_document ADD COLUMN receipt_refusal TEXT;
      CREATE INDEX received_document_by_receipt ON received_document (receipt_message)
        WHERE receipt_message IS NOT NULL;
      """),
  Migration(
    "received-documents-5",
    sql: """
      -- When word of the withdrawal came, by this zone's clock; withdrawn_at is the other office's word.
      ALTER TABLE received_document ADD COLUMN withdrawal_came_at INTEGER;
      """),
]
