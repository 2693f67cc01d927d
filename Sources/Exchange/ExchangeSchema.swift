public import Storage

/// The exchange's tables. Standard SQL but for `WITHOUT ROWID`, which PostgreSQL has no need of.
public let exchangeMigrations: [Migration] = [
  Migration(
    "exchange-1",
    sql: """
      -- What waits to be sent, in the order of its commits.
      CREATE TABLE outbox (
        id INTEGER PRIMARY KEY,
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
        id INTEGER PRIMARY KEY,
        peer TEXT NOT NULL,
        digest TEXT NOT NULL,
        total INTEGER NOT NULL,
        next_offset INTEGER NOT NULL,
        last_sequence INTEGER
      );
      CREATE INDEX outgoing_blob_by_peer ON outgoing_blob (peer, last_sequence, id);
      CREATE TABLE outgoing_stream (
        peer TEXT NOT NULL,
        lane TEXT NOT NULL,
        epoch INTEGER NOT NULL,
        next_sequence INTEGER NOT NULL,
        previous TEXT NOT NULL,
        PRIMARY KEY (peer, lane)
      );
      -- Packets that lie in sent/ until the peer has secured them.
      CREATE TABLE sent_packet (
        peer TEXT NOT NULL,
        stream TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        file TEXT NOT NULL,
        digest TEXT NOT NULL,
        messages BLOB NOT NULL,
        confirmed INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        next_drop INTEGER NOT NULL,
        PRIMARY KEY (peer, stream, sequence)
      );
      CREATE INDEX sent_packet_to_drop ON sent_packet (peer, confirmed, next_drop);
      CREATE TABLE incoming_stream (
        peer TEXT NOT NULL,
        stream TEXT NOT NULL,
        applied INTEGER NOT NULL,
        digest TEXT NOT NULL,
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
      -- Messages that wait for a blob or for other messages.
      CREATE TABLE waiting_message (
        id TEXT PRIMARY KEY,
        peer TEXT NOT NULL,
        stream TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        previous TEXT NOT NULL,
        bytes BLOB NOT NULL
      );
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
        complete INTEGER NOT NULL
      );
      """)
]
