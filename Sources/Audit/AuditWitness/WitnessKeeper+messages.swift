import AuditLog
import Certificates
import Cryptography
import Foundation
public import Links
import Logging
import PacketFormat
import Runtime
import Storage
import Timestamps
import TransparencyLog
import ZoneKeys
public import Zones

extension WitnessKeeper {
  private static let offersKeptMilliseconds = 90 * 86_400_000
  private static let alarmsADay = 50

  /// The handlers of a peer's messages about logs.
  public func handlers(of peer: ZoneName) -> [String: MessageHandler] {
    [
      CheckpointMessage.type: MessageHandler { [self] message in
        let shown = try refusingNonsense { try checked(CheckpointMessage(message.body), of: peer) }
        return { [self] db in
          try witness(shown, of: peer, db)
          db.afterCommit { [signal] in signal.ring() }
        }
      },
      EntriesMessage.type: MessageHandler { [self] message in
        let entries = try refusingNonsense { try EntriesMessage(message.body, of: peer.text) }
        return { [self] db in
          try keep(entries, of: peer, db)
          db.afterCommit { [signal] in signal.ring() }
        }
      },
      CosignatureMessage.type: MessageHandler { [self] message in
        let word = try refusingNonsense {
          let word = try CosignatureMessage(message.body, by: Self.name(of: peer))
          try require(word.certificate, named: "\(peer) audit witness")
          return word
        }
        return { [self] db in try take(word, of: peer, db) }
      },
    ]
  }

  private func refusingNonsense<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch let error as NoteError {
      throw MessageRefusal(code: "schema", reason: error.reason)
    } catch let error as TrustError {
      throw MessageRefusal(code: error.code.rawValue, reason: error.reason)
    }
  }

  private func require(_ certificate: Certificate, named name: String) throws(TrustError) {
    try trust.verify(certificate, for: .audit, at: Date(unixMilliseconds: now()))
    guard certificate.commonName == name else {
      throw TrustError(.untrusted, "“\(certificate.commonName)” is not “\(name)”")
    }
  }

  private struct Shown: Sendable {
    let checkpoint: Checkpoint
    let note: SignedNote
    let epoch: Int
    let proofs: [Int: [TreeHash]]
    let key: NoteVerifier
    let certificate: Certificate
  }

  /// Keeps a certificate that was verified.
  static func keep(_ certificate: Certificate, _ db: Transaction) throws {
    try db.run(
      "INSERT INTO audit_certificate (fingerprint, name, der) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      certificate.fingerprint.hex, certificate.commonName, certificate.der)
  }

  private func checked(_ message: CheckpointMessage, of peer: ZoneName) throws -> Shown {
    try require(message.certificate, named: "\(peer) audit log")
    let checkpoint = try Checkpoint(text: message.note.text)
    guard let epoch = Self.epoch(of: checkpoint.origin, peer), checkpoint.extensions.isEmpty, checkpoint.size > 0,
      let key = message.certificate.ed25519PublicKey,
      let log = NoteVerifier(name: checkpoint.origin, kind: .ed25519, publicKey: key)
    else { throw NoteError("“\(checkpoint.origin)” is no log of “\(peer)”") }
    _ = try Checkpoint.open(message.note, log: log)
    return Shown(
      checkpoint: checkpoint, note: message.note, epoch: epoch, proofs: message.proofs, key: log,
      certificate: message.certificate)
  }

  /// How far a log's number may be above the newest known one of a peer. A zone begins the next one after a restore, so
  /// whoever has its keys for a time cannot use the numbers up.
  private static let logLeapMax = 1_000_000

  /// Cosigns a checkpoint that extends the log as last seen; raises an alarm for any other.
  private func witness(_ shown: Shown, of peer: ZoneName, _ db: Transaction) throws {
    let newest = try db.one(Int.self, "SELECT MAX(epoch) FROM witnessed_log WHERE peer = ?", peer.text)
    let row = try db.one(
      "SELECT size, root, note FROM witnessed_log WHERE peer = ? AND origin = ?", peer.text, shown.checkpoint.origin)
    guard shown.epoch <= (newest ?? 0) + Self.logLeapMax else {
      throw MessageRefusal(code: "epoch", reason: "log \(shown.epoch); the newest known is \(newest ?? 0)")
    }
    if let newest, shown.epoch < newest {
      try report("old-log", shown, of: peer, held: "", db)
      return try cosignNewest(of: peer, db)
    }
    if let row {
      let held: String = try row["note"]
      let (size, root): (Int, String) = try (row["size"], row["root"])
      if let kind = Self.fault(shown, size: size, root: root) {
        try report(kind, shown, of: peer, held: held, db)
        guard kind != "fork" else { return }
        // If one of the two zones was restored, the peer learns what this one holds: it can prove from there, or begins
        // a new log that says what is lost.
        let note = try SignedNote(Array(held.utf8))
        return try cosign(note, shown.checkpoint.origin, size, isHeld: true, for: peer, db)
      }
    } else if let newest, shown.epoch > newest {
      // Not a fault by itself: after a restore it must be so. An officer should know why.
      try report("new-log", shown, of: peer, held: "", db)
    }
    try db.run(
      """
      INSERT INTO witnessed_log (peer, origin, epoch, size, root, note, seen_at, log_key)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (peer, origin) DO UPDATE SET
        epoch = excluded.epoch, size = excluded.size, root = excluded.root, note = excluded.note,
        seen_at = excluded.seen_at, log_key = excluded.log_key
      """, peer.text, shown.checkpoint.origin, shown.epoch, shown.checkpoint.size, shown.checkpoint.root.base64,
      shown.note.encoded, now(), shown.key.description)
    try Self.keep(shown.certificate, db)
    try trail.peerCheckpoint(
      of: peer, log: shown.checkpoint.origin, size: shown.checkpoint.size, root: shown.checkpoint.root.base64, db)
    try cosign(shown.note, shown.checkpoint.origin, shown.checkpoint.size, for: peer, db)
  }

  private func cosignNewest(of peer: ZoneName, _ db: Transaction) throws {
    let row = try db.one(
      "SELECT origin, size, note FROM witnessed_log WHERE peer = ? ORDER BY epoch DESC LIMIT 1", peer.text)
    guard let row else { return }
    let note = try SignedNote(Array((row["note"] as String).utf8))
    try cosign(note, row["origin"], row["size"], isHeld: true, for: peer, db)
  }

  /// Why a checkpoint does not extend the one held; nil if it does.
  private static func fault(_ shown: Shown, size: Int, root: String) -> String? {
    if shown.checkpoint.size < size { return "rolled-back" }
    if shown.checkpoint.size == size { return shown.checkpoint.root.base64 == root ? nil : "fork" }
    guard let proof = shown.proofs[size], let bytes = Base64.decode(root.utf8), let held = TreeHash(bytes: bytes) else {
      return "unproven"
    }
    do {
      try MerkleProof.verifyConsistency(
        oldSize: size, newSize: shown.checkpoint.size, oldRoot: held, newRoot: shown.checkpoint.root, proof: proof
      )
    } catch { return "unproven" }
    return nil
  }

  private func report(_ kind: String, _ shown: Shown, of peer: ZoneName, held: String, _ db: Transaction) throws {
    // A continuing alarm is raised once.
    let last = try db.one(
      "SELECT kind, held_note FROM witness_alarm WHERE peer = ? ORDER BY id DESC LIMIT 1", peer.text)
    if let last, try last["kind"] == kind, try last["held_note"] == held, !held.isEmpty || kind == "old-log" { return }
    let today = try db.one(
      Int.self, "SELECT COUNT(*) FROM witness_alarm WHERE peer = ? AND kind = ? AND at > ?", peer.text, kind,
      now() - 86_400_000)
    // Whoever has the peer's keys could fill this zone's disk with alarms.
    guard (today ?? 0) < Self.alarmsADay else { return }
    try alarm(kind, peer.text, held: held, note: shown.note.encoded, db)
    db.afterCommit { [logger] in
      logger.critical(
        "a peer's audit log is not the one that was seen before",
        metadata: [
          "peer": "\(peer)", "kind": "\(kind)", "log": "\(shown.checkpoint.origin)",
          "size": "\(shown.checkpoint.size)",
        ])
    }
  }

  private func cosign(
    _ note: SignedNote, _ origin: String, _ size: Int, isHeld: Bool = false, for peer: ZoneName, _ db: Transaction
  ) throws {
    guard let signer = NoteSigner(name: Self.name(of: zone), kind: .cosignature, key: keys.witness) else { return }
    let at = now()
    let word = CosignatureMessage(
      origin: origin, size: size, signature: signer.sign(note.text, at: at / 1_000),
      certificate: keys.witnessCertificate, mirrored: try mirrored(origin, of: peer, db),
      held: isHeld ? note : nil)
    let id = newIdentifier(at: at)
    let message = Message(
      id: id, type: CosignatureMessage.type, subject: id, after: [], at: timestamp(at), body: word.body)
    // If policy does not let it out, this zone still records what it saw.
    do { try outbox.enqueue(OutgoingMessage(message, classification: .internal), to: peer, db) } catch is PolicyRefusal
    {}
  }

  private static func require(_ witness: NoteVerifier, on note: SignedNote, at now: UnixMilliseconds) throws {
    do {
      guard let seconds = try note.time(signedBy: witness) else { throw NoteError("it is of another key") }
      guard seconds <= now / 1_000 + 86_400 else { throw NoteError("it is of a day to come") }
    } catch {
      throw MessageRefusal(code: "signature", reason: "the cosignature does not fit the checkpoint")
    }
  }

  /// The witness holds a checkpoint that this zone does not know that it has shown: the zone, or its database, was set
  /// back to an earlier day. If the log contains it, proofs begin there; else a new log says in its first entry what is
  /// lost.
  private func learn(
    _ word: CosignatureMessage, _ witness: NoteVerifier, of peer: ZoneName, _ db: Transaction
  ) throws {
    guard var note = word.held, let checkpoint = try? Checkpoint(text: note.text), checkpoint.origin == word.origin,
      checkpoint.size == word.size, let epoch = Self.epoch(of: word.origin, zone)
    else { throw MessageRefusal(code: "unknown-checkpoint", reason: "no checkpoint of \(word.size) was shown") }
    note.add(word.signature)
    try Self.require(witness, on: note, at: now())
    // Else a witness could make this zone begin logs at will.
    guard let key = keys.logCertificate.ed25519PublicKey,
      let own = NoteVerifier(name: word.origin, kind: .ed25519, publicKey: key),
      (try? Checkpoint.open(note, log: own)) != nil
    else { throw MessageRefusal(code: "unknown-checkpoint", reason: "this zone's log has not signed what is held") }
    db.afterCommit { [logger] in
      logger.critical(
        "the witness holds a checkpoint that this zone does not have: this zone was put back to an earlier day",
        metadata: ["peer": "\(peer)", "log": "\(word.origin)", "size": "\(word.size)"])
    }
    try db.run(
      """
      INSERT INTO checkpoint_cosigned (peer, origin, size) VALUES (?, ?, ?)
      ON CONFLICT (peer) DO UPDATE SET origin = excluded.origin, size = excluded.size
      """, peer.text, word.origin, word.size)
    let log = self.log
    db.afterCommit { log.goOn(after: checkpoint, epoch: epoch) }
  }

  static func epoch(of origin: String, _ zone: ZoneName) -> Int? {
    let prefix = "\(zone)/audit/"
    guard origin.hasPrefix(prefix), let epoch = Int(origin.dropFirst(prefix.count)), (1..<1 << 40).contains(epoch),
      LogKeeper.origin(zone, epoch: epoch) == origin
    else { return nil }
    return epoch
  }

  /// Handles a witness's cosignature of this zone's log.
  private func take(_ word: CosignatureMessage, of peer: ZoneName, _ db: Transaction) throws {
    let row = try db.one(
      "SELECT note FROM checkpoint_offer WHERE peer = ? AND origin = ? AND size = ?", peer.text, word.origin, word.size)
    guard let key = word.certificate.ed25519PublicKey,
      let verifier = NoteVerifier(name: Self.name(of: peer), kind: .cosignature, publicKey: key)
    else { throw MessageRefusal(code: "signature", reason: "the certificate is for another kind of key") }
    // A zone that was put back may have shown another checkpoint of this size since.
    guard let text: String = try row?["note"], var note = try? SignedNote(Array(text.utf8)),
      word.held == nil || word.held?.text == note.text
    else { return try learn(word, verifier, of: peer, db) }
    note.add(word.signature)
    try Self.require(verifier, on: note, at: now())
    try db.run(
      """
      INSERT INTO checkpoint_cosigned (peer, origin, size) VALUES (?, ?, ?)
      ON CONFLICT (peer) DO UPDATE SET origin = excluded.origin, size = excluded.size
      """, peer.text, word.origin, word.size)
    // Enough stay for a peer that is restored and holds an older one.
    try db.run(
      "DELETE FROM checkpoint_offer WHERE peer = ? AND offered_at < ? AND size < ? AND origin = ?", peer.text,
      now() - Self.offersKeptMilliseconds, word.size, word.origin)
    try Self.keep(word.certificate, db)
    // Entries are sent before their checkpoint: what the peer lacks of them now was lost.
    if word.mirrored < word.size { try sendAgain(word.origin, from: word.mirrored, as: word.size, to: peer, db) }
    let (log, good) = (self.log, note)
    db.afterCommit { log.noteWitnessed(good) }
  }
}
