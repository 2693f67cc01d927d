import AuditLog
public import Storage

/// The exchange's tables. Standard SQL except for `AUTOINCREMENT` (an identity column elsewhere) and `WITHOUT ROWID`,
/// which PostgreSQL does not need.
public let linkMigrations: [Migration] =
  auditMigrations + [
    Migration(
      "exchange-2",
      sql: """
        -- What is to be sent, in the order of its commits. A row goes when the peer has secured or refused it; rows up to
        -- outgoing_stream.packed lie in packets. No id is used twice.
        CREATE TABLE outbox (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          peer TEXT NOT NULL,
          message_id TEXT NOT NULL,
          type TEXT NOT NULL,
          subject TEXT NOT NULL,
          classification TEXT NOT NULL,
          bytes BLOB NOT NULL
        );
        CREATE INDEX outbox_by_peer ON outbox (peer, id);
        -- Blobs on their way: everything before next_offset lies in packets; last_sequence is the last part's.
        CREATE TABLE outgoing_blob (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          peer TEXT NOT NULL,
          digest TEXT NOT NULL,
          total INTEGER NOT NULL,
          next_offset INTEGER NOT NULL,
          last_sequence INTEGER,
          -- How often it began anew because the peer could not put it together.
          restarts INTEGER NOT NULL DEFAULT 0
        );
        CREATE INDEX outgoing_blob_by_peer ON outgoing_blob (peer, last_sequence, id);
        -- Where each lane stands, and how far the peer's newest word says that it got with it.
        CREATE TABLE outgoing_stream (
          peer TEXT NOT NULL,
          lane TEXT NOT NULL,
          epoch INTEGER NOT NULL,
          next_sequence INTEGER NOT NULL,
          previous TEXT NOT NULL,
          packed INTEGER NOT NULL,
          applied INTEGER NOT NULL,
          effective INTEGER NOT NULL,
          PRIMARY KEY (peer, lane)
        );
        -- Packets of the current epoch that lie in sent/. Those of lane m cover the outbox rows from first_row to last_row,
        -- those of lane b such rows of outgoing_blob.
        CREATE TABLE sent_packet (
          peer TEXT NOT NULL,
          lane TEXT NOT NULL,
          sequence INTEGER NOT NULL,
          file TEXT NOT NULL,
          digest TEXT NOT NULL,
          bytes INTEGER NOT NULL,
          first_row INTEGER NOT NULL,
          last_row INTEGER NOT NULL,
          confirmed INTEGER NOT NULL,
          attempts INTEGER NOT NULL,
          sent_at INTEGER NOT NULL,
          next_drop INTEGER NOT NULL,
          PRIMARY KEY (peer, lane, sequence)
        );
        CREATE INDEX sent_packet_to_drop ON sent_packet (peer, confirmed, next_drop);
        CREATE TABLE incoming_stream (
          peer TEXT NOT NULL,
          stream TEXT NOT NULL,
          lane TEXT NOT NULL,
          epoch INTEGER NOT NULL,
          applied INTEGER NOT NULL,
          digest TEXT NOT NULL,
          -- How far a backup that was checked covers it.
          secured INTEGER NOT NULL,
          PRIMARY KEY (peer, stream)
        );
        -- Refusals that the sender has not verifiably seen; carrier is the packet of lane m that carries them.
        CREATE TABLE refusal (
          id INTEGER PRIMARY KEY,
          peer TEXT NOT NULL,
          stream TEXT NOT NULL,
          sequence INTEGER NOT NULL,
          -- The digest of the manifest before the refused packet's: a receipt that must stop short of it states this.
          previous TEXT NOT NULL,
          message_id TEXT,
          code TEXT NOT NULL,
          carrier INTEGER
        );
        CREATE TABLE applied_message (id BLOB PRIMARY KEY) WITHOUT ROWID;
        -- Those of them that were refused: a repeat in a later epoch is refused again.
        CREATE TABLE refused_message (
          id BLOB PRIMARY KEY,
          code TEXT NOT NULL
        ) WITHOUT ROWID;
        -- Messages that wait for a blob or for other messages.
        CREATE TABLE waiting_message (
          id TEXT PRIMARY KEY,
          peer TEXT NOT NULL,
          stream TEXT NOT NULL,
          sequence INTEGER NOT NULL,
          previous TEXT NOT NULL,
          since INTEGER NOT NULL,
          bytes BLOB NOT NULL
        );
        CREATE INDEX waiting_message_by_stream ON waiting_message (peer, stream, sequence);
        CREATE TABLE waiting_for (
          message_id TEXT NOT NULL,
          needed TEXT NOT NULL,
          PRIMARY KEY (needed, message_id)
        );
        CREATE INDEX waiting_for_by_message ON waiting_for (message_id);
        CREATE TABLE incoming_blob (
          digest TEXT PRIMARY KEY,
          total INTEGER NOT NULL,
          received INTEGER NOT NULL,
          complete INTEGER NOT NULL,
          -- Why it may not come in: what needs it is refused with this.
          refused TEXT
        );
        -- The newest word of each peer: receipts of an older epoch or stamp change nothing.
        CREATE TABLE peer_state (
          peer TEXT PRIMARY KEY,
          epoch INTEGER NOT NULL,
          stamp INTEGER NOT NULL,
          last_seen INTEGER NOT NULL,
          clock_difference INTEGER NOT NULL
        );
        -- A token of the daemon's last start, and of the one before; the file data/incarnation holds it too.
        CREATE TABLE incarnation (
          id INTEGER PRIMARY KEY CHECK (id = 1),
          current TEXT NOT NULL,
          previous TEXT NOT NULL
        );
        -- What an operator's command asks of the running daemon.
        CREATE TABLE operator_request (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          kind TEXT NOT NULL,
          argument TEXT NOT NULL,
          outcome TEXT
        );
        """),
    Migration(
      "exchange-3",
      sql: """
        -- The certificate (SHA-256) that a packet is signed under; NULL for those of earlier releases.
        ALTER TABLE sent_packet ADD COLUMN signer TEXT;
        """),
    Migration(
      "exchange-4",
      sql: """
        -- The peer's certificate (SHA-256) that a packet is sealed for; NULL for those of earlier releases.
        ALTER TABLE sent_packet ADD COLUMN recipient TEXT;
        """),
    Migration(
      "exchange-5",
      sql: """
        -- Set once nothing is left that a message waits for: it acts in its turn.
        ALTER TABLE waiting_message ADD COLUMN ready INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX waiting_message_ready ON waiting_message (peer, stream, sequence) WHERE ready = 1;
        CREATE INDEX waiting_message_by_age ON waiting_message (peer, since);
        -- When a blob's first part came: those begun first give way where too many are begun.
        ALTER TABLE incoming_blob ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX incoming_blob_begun ON incoming_blob (since) WHERE complete = 0 AND refused IS NULL;
        -- Streams that an operator had this zone forget: what still comes of them is quarantined.
        CREATE TABLE forgotten_stream (
          peer TEXT NOT NULL,
          stream TEXT NOT NULL,
          at INTEGER NOT NULL,
          PRIMARY KEY (peer, stream)
        );
        """),
    Migration(
      "exchange-6",
      sql: """
        -- A blob that is sent again is looked for by its name.
        CREATE INDEX outgoing_blob_by_digest ON outgoing_blob (digest);
        """),
    Migration(
      "exchange-7",
      sql: """
        -- Blobs under way, and those that may not come in, by the peer that sends them: what one peer does to its own is
        -- nothing to another's. incoming_blob has the complete ones, whoever brought them.
        CREATE TABLE begun_blob (
          peer TEXT NOT NULL,
          digest TEXT NOT NULL,
          total INTEGER NOT NULL,
          received INTEGER NOT NULL,
          -- When its first part came: those begun first give way where too many are begun.
          since INTEGER NOT NULL,
          -- Why it may not come in: what needs it is refused with this.
          refused TEXT,
          PRIMARY KEY (peer, digest)
        );
        CREATE INDEX begun_blob_by_age ON begun_blob (peer, since) WHERE refused IS NULL;
        -- Those that were under way start again.
        INSERT INTO begun_blob (peer, digest, total, received, since, refused)
          SELECT peers.peer, b.digest, 0, 0, 0, b.refused
          FROM incoming_blob b, (SELECT DISTINCT peer FROM incoming_stream) AS peers
          WHERE b.complete = 0 AND b.refused IS NOT NULL;
        DELETE FROM incoming_blob WHERE complete = 0;
        """),
  ]
