public import Storage

/// The intranet's table of what the portal was told of documents.
public let documentPublicationMigrations: [Migration] = [
  Migration(
    "document-publications-1",
    sql: """
      CREATE TABLE document_publication (
        document TEXT PRIMARY KEY REFERENCES office_document (id),
        -- As it was sent.
        number TEXT NOT NULL,
        title TEXT NOT NULL,
        issuer TEXT NOT NULL,
        date TEXT NOT NULL,
        ofd TEXT NOT NULL,
        ofd_bytes INTEGER NOT NULL,
        pdf TEXT,
        pdf_bytes INTEGER,
        published_at INTEGER NOT NULL,
        published_by TEXT NOT NULL,
        -- The message that was sent last; receipts of earlier ones say nothing.
        message TEXT NOT NULL,
        -- sent, delivered, refused; and the code.
        state TEXT NOT NULL,
        refusal TEXT,
        withdrawn_at INTEGER,
        withdrawn_by TEXT,
        reason TEXT,
        withdrawal_message TEXT,
        withdrawal_state TEXT,
        withdrawal_refusal TEXT
      );
      CREATE INDEX document_publication_by_time ON document_publication (published_at, document);
      """),
  Migration(
    "document-publications-2",
    sql: """
      -- Whether the portal ever took it.
      ALTER TABLE document_publication ADD COLUMN was_delivered INTEGER NOT NULL DEFAULT 0;
      UPDATE document_publication SET was_delivered = 1 WHERE state <> 'refused';
      """),
  Migration(
    "document-deliveries-1",
    sql: """
      -- What other offices were sent, and what they made of it.
      CREATE TABLE document_delivery (
        document TEXT NOT NULL REFERENCES office_document (id),
        -- The other office's zone.
        peer TEXT NOT NULL,
        delivered_at INTEGER NOT NULL,
        delivered_by TEXT NOT NULL,
        -- Of the files as they were sent.
        ofd_bytes INTEGER NOT NULL,
        pdf_bytes INTEGER,
        -- The message that was sent last; receipts of earlier ones say nothing.
        message TEXT NOT NULL,
        -- sent, delivered, refused; and the code.
        state TEXT NOT NULL,
        refusal TEXT,
        -- Whether the office ever took it.
        was_delivered INTEGER NOT NULL DEFAULT 0,
        -- Who of it signed for the document, by its own word.
        signed_for_at INTEGER,
        signed_for_by TEXT,
        signed_for_unit TEXT,
        withdrawn_at INTEGER,
        withdrawn_by TEXT,
        reason TEXT,
        withdrawal_message TEXT,
        withdrawal_state TEXT,
        withdrawal_refusal TEXT,
        PRIMARY KEY (document, peer)
      ) WITHOUT ROWID;
      """),
  Migration(
    "document-deliveries-2",
    sql: """
      -- A file that comes back from another office is looked for by its name.
      CREATE INDEX office_document_by_sealed_ofd ON office_document (sealed_ofd) WHERE sealed_ofd IS NOT NULL;
      """),
  Migration(
    "document-deliveries-3",
    sql: """
      -- When the receipt came, by this zone's clock; signed_for_at is the other office's word.
      ALTER TABLE document_delivery ADD COLUMN receipt_at INTEGER;
      """),
]
