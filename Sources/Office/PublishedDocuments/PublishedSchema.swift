public import Storage

/// The DMZ's table of published and withdrawn documents. All of it is public; their files are blobs.
public let publishedDocumentMigrations: [Migration] = [
  Migration(
    "published-documents-1",
    sql: """
      CREATE TABLE published_document (
        id TEXT PRIMARY KEY,
        number TEXT NOT NULL,
        title TEXT NOT NULL,
        issuer TEXT NOT NULL,
        date TEXT NOT NULL,
        published_at INTEGER NOT NULL,
        ofd TEXT NOT NULL,
        ofd_bytes INTEGER NOT NULL,
        pdf TEXT,
        pdf_bytes INTEGER,
        -- Both NULL while it is in force. Its files go, its row stays.
        withdrawn_at INTEGER,
        reason TEXT
      );
      CREATE INDEX published_document_by_place ON published_document (published_at, id);
      CREATE INDEX published_document_by_number ON published_document (number, published_at);
      CREATE UNIQUE INDEX published_document_in_force ON published_document (number) WHERE withdrawn_at IS NULL;
      CREATE INDEX published_document_by_ofd ON published_document (ofd);
      CREATE INDEX published_document_by_pdf ON published_document (pdf);
      """)
]
