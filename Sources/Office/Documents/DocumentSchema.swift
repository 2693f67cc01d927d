public import Storage

/// The intranet's tables of official documents, their numbers, and the register of seals.
public let officeDocumentMigrations: [Migration] = [
  Migration(
    "office-documents-1",
    sql: """
      CREATE TABLE office_document (
        id TEXT PRIMARY KEY,
        -- draft, requested, granted, sealed; published, delivered and withdrawn follow.
        state TEXT NOT NULL,
        unit TEXT NOT NULL REFERENCES unit (id),
        drafter TEXT NOT NULL,
        drafter_name TEXT NOT NULL,
        title TEXT NOT NULL,
        -- docs/documents.md, without a number.
        notation BLOB NOT NULL,
        -- SHA-256, hex, of series, disclosure and notation: another after each change.
        revision TEXT NOT NULL,
        -- The day of the document, such as 2026-11-28.
        date TEXT NOT NULL,
        -- open, on-request, not.
        disclosure TEXT NOT NULL,
        -- As the page has it, such as 秘密★1年; empty where there is none.
        classification TEXT NOT NULL,
        series TEXT NOT NULL,
        -- Given with the grant.
        year INTEGER,
        number INTEGER,
        -- Where the QR code leads, from the grant on; empty for a paper without one.
        check_address TEXT NOT NULL DEFAULT '',
        number_text TEXT NOT NULL DEFAULT '',
        -- Files of the blob store, by their SHA-256, once sealed: what was set, and what came out.
        typeset_ofd TEXT,
        typeset_pdf TEXT,
        sealed_ofd TEXT,
        -- The copy; the same as typeset_pdf where the seal has no key for PDF.
        sealed_pdf TEXT,
        page_count INTEGER,
        created_at INTEGER NOT NULL,
        changed_at INTEGER NOT NULL,
        sealed_at INTEGER,
        UNIQUE (series, year, number)
      );
      CREATE UNIQUE INDEX office_document_by_number ON office_document (number_text) WHERE number_text <> '';
      CREATE INDEX office_document_by_state ON office_document (state, changed_at, id);
      CREATE INDEX office_document_by_unit ON office_document (unit, state, changed_at, id);
      CREATE TABLE office_document_event (
        document TEXT NOT NULL REFERENCES office_document (id),
        number INTEGER NOT NULL,
        at INTEGER NOT NULL,
        -- drafted, changed, discarded, requested, granted, refused, taken-back, sealed, …
        what TEXT NOT NULL,
        person TEXT NOT NULL,
        -- In whose stead; else the person.
        principal TEXT NOT NULL,
        name TEXT NOT NULL,
        detail TEXT NOT NULL,
        PRIMARY KEY (document, number)
      ) WITHOUT ROWID;

      CREATE TABLE document_series (
        id TEXT PRIMARY KEY,
        -- 安政发
        mark TEXT NOT NULL,
        name TEXT NOT NULL
      );
      CREATE TABLE document_series_year (
        series TEXT NOT NULL REFERENCES document_series (id),
        year INTEGER NOT NULL,
        last INTEGER NOT NULL,
        PRIMARY KEY (series, year)
      ) WITHOUT ROWID;
      -- Each number that was ever given. Void ones stay, with the reason.
      CREATE TABLE document_number (
        series TEXT NOT NULL REFERENCES document_series (id),
        year INTEGER NOT NULL,
        number INTEGER NOT NULL,
        document TEXT NOT NULL REFERENCES office_document (id),
        given_at INTEGER NOT NULL,
        void_at INTEGER,
        void_reason TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (series, year, number)
      ) WITHOUT ROWID;
      CREATE INDEX document_number_by_document ON document_number (document);

      CREATE TABLE seal (
        id TEXT PRIMARY KEY,
        -- As the seal itself says.
        identifier TEXT NOT NULL,
        name TEXT NOT NULL,
        owner TEXT NOT NULL,
        -- SESeal of GB/T 38540-2020, DER, and its SHA-256.
        bytes BLOB NOT NULL,
        digest TEXT NOT NULL UNIQUE,
        width_millimetres INTEGER NOT NULL,
        height_millimetres INTEGER NOT NULL,
        -- Of the sealer, SM2; DER.
        certificate BLOB NOT NULL,
        -- Of the copy's signer, P-256; DER. NULL where PDF is not signed.
        pdf_certificate BLOB,
        signer TEXT NOT NULL,
        key_name TEXT NOT NULL,
        pdf_key_name TEXT NOT NULL,
        valid_from INTEGER NOT NULL,
        valid_until INTEGER NOT NULL,
        -- in-use, suspended, revoked, cancelled.
        state TEXT NOT NULL,
        added_at INTEGER NOT NULL
      );
      CREATE TABLE seal_state (
        seal TEXT NOT NULL REFERENCES seal (id),
        number INTEGER NOT NULL,
        at INTEGER NOT NULL,
        state TEXT NOT NULL,
        reason TEXT NOT NULL,
        person TEXT NOT NULL,
        name TEXT NOT NULL,
        PRIMARY KEY (seal, number)
      ) WITHOUT ROWID;
      -- Who asked, who granted, who applied; `…_for` is the one in whose stead.
      CREATE TABLE seal_request (
        id TEXT PRIMARY KEY,
        document TEXT NOT NULL REFERENCES office_document (id),
        seal TEXT NOT NULL REFERENCES seal (id),
        -- asked, granted, refused, taken-back, given-back, applied.
        state TEXT NOT NULL,
        reason TEXT NOT NULL,
        -- The document's when it was asked for.
        revision TEXT NOT NULL,
        asked_by TEXT NOT NULL,
        asked_for TEXT NOT NULL,
        asked_name TEXT NOT NULL,
        asked_at INTEGER NOT NULL,
        decided_by TEXT,
        decided_for TEXT,
        decided_name TEXT,
        decided_at INTEGER,
        -- Who refused it, took it back or gave it back, and why.
        ended_by TEXT,
        ended_for TEXT,
        ended_name TEXT,
        ended_at INTEGER,
        ended_reason TEXT NOT NULL DEFAULT '',
        applied_by TEXT,
        applied_name TEXT,
        applied_at INTEGER,
        -- SHA-256 of the OFD before and after.
        digest_before TEXT,
        digest_after TEXT,
        -- Where the seal's picture stands: the page from 1, and its upper left corner.
        page INTEGER,
        left_micrometres INTEGER,
        top_micrometres INTEGER
      );
      CREATE INDEX seal_request_by_document ON seal_request (document, asked_at);
      CREATE INDEX seal_request_by_seal ON seal_request (seal, asked_at);
      CREATE UNIQUE INDEX seal_request_open ON seal_request (document) WHERE state IN ('asked', 'granted');
      """)
]
