import Drop
import DurableFiles
import Foundation
import PacketFormat
import PacketSeal
import Storage
import ZoneKeys
import Zones

extension LinkReceiver {
  /// Reads, checks and decrypts one packet. Nil if its file was damaged, and is quarantined.
  func open(_ candidate: Candidate) async throws -> OpenedPacket? {
    let manifest = candidate.manifest
    var opened = OpenedPacket(
      name: candidate.name, manifest: manifest, digest: candidate.packet.manifestDigest,
      proof: candidate.packet.proof, outcome: .apply([], blobs: []))
    do {
      try checkClassification(manifest)
      opened.barredBlobs = barredBlobs(manifest)
      guard let payload = readPayload(of: candidate) else { return nil }
      var contents = try candidate.packet.open(payload: payload, with: context.identity.encryptionKeys)
      contents.blobs.removeAll { opened.barredBlobs.contains($0.part.sha256.text) }
      let cancelled = try await cancelledBlobs(contents)
      contents.blobs.removeAll { cancelled.contains($0.part.sha256.text) }
      let messages = try prepare(contents.messages, manifest, &opened)
      try await store(contents)
      opened.outcome = .apply(messages, blobs: blobs.rows(for: contents.blobs.map(\.part)))
    } catch let rejection as PacketRejection where rejection.code == .payload {
      reject(candidate.name, rejection)
      return nil
    } catch let rejection as PacketRejection {
      context.log.packetRefused(manifest, rejection)
      blobs.forget(manifest.blobs)
      opened.outcome = .refuse(rejection)
    }
    return opened
  }

  /// Nil if the file is not the one that was verified, or the disk cannot read it: it is read again.
  private func readPayload(of candidate: Candidate) -> [UInt8]? {
    do {
      let file = try context.drop.open(candidate.name)
      return try file.read(at: candidate.headBytes, count: candidate.manifest.payload.bytes)
    } catch {
      held[candidate.name] = nil
      if !error.isMissing { context.log.failed("reading a packet", error) }
      return nil
    }
  }

  private func checkClassification(_ manifest: Manifest) throws(PacketRejection) {
    guard manifest.classification <= context.link.incomingPolicy.highestClassification else {
      throw PacketRejection(
        .policyClassification, "classification “\(manifest.classification.rawValue)” from “\(manifest.from)”")
    }
  }

  /// The digests of the blobs that are larger than the link's policy allows.
  private func barredBlobs(_ manifest: Manifest) -> [String] {
    let barred = manifest.blobs.filter { $0.total > context.link.incomingPolicy.blobMaxBytes }
    for part in barred {
      let rejection = PacketRejection(
        .policyBlobSize, "a blob of \(part.total) bytes, at most \(context.link.incomingPolicy.blobMaxBytes)")
      context.log.packetRefused(manifest, rejection)
    }
    return Array(Set(barred.map(\.sha256.text))).sorted()
  }

  /// A bad message that can be named is refused alone; otherwise its packet is.
  private func prepare(
    _ messages: [[UInt8]], _ manifest: Manifest, _ opened: inout OpenedPacket
  ) throws(PacketRejection) -> [PreparedMessage] {
    var prepared: [PreparedMessage] = []
    var counts: [String: Int] = [:]
    let read = context.applier.read(messages, allowed: context.link.incomingPolicy.messageTypes)
    for (bytes, message) in zip(messages, read) {
      switch message {
      case .prepared(let message):
        counts[message.message.type, default: 0] += 1
        prepared.append(message)
      case .notAllowed(let message):
        counts[message.type, default: 0] += 1
        context.log.messageRefused(
          message.id, type: message.type,
          MessageRefusal(code: PacketRejection.Code.policyType.rawValue, reason: "the link's policy does not name it"))
        opened.badMessages.append(.init(id: message.id, code: PacketRejection.Code.policyType.rawValue))
      case .malformed(let error):
        guard let name = Message.name(in: bytes) else { throw PacketRejection(error) }
        counts[name.type, default: 0] += 1
        context.log.messageRefused(name.id, type: name.type, MessageRefusal(code: "schema", reason: error.reason))
        opened.badMessages.append(.init(id: name.id, code: "schema"))
      }
    }
    guard counts == manifest.messages else {
      throw PacketRejection(.archive, "the messages are not those that the manifest counts")
    }
    return prepared
  }

  /// Parts of these were on their way when they were cancelled.
  private func cancelledBlobs(_ contents: PacketContents) async throws -> [String] {
    let unknown = blobs.unknown(contents.blobs.map(\.part))
    if unknown.isEmpty { return [] }
    let peer = context.link.peer
    return try await context.sender.database.read { db in try BlobsCancelled.cancelled(unknown, of: peer, db) }
  }

  /// The peer's incomplete blobs that began first are dropped, so a peer that begins blobs and never ends them does not fill the
  /// disk.
  private func makeRoom(for new: Set<String>, keeping needed: Set<String>) async throws {
    let mostBytes = max(IncomingBlobs.begunMaxBytes, 4 * context.link.incomingPolicy.blobMaxBytes)
    let peer = context.link.peer
    let gone = try await context.sender.database.read { db in
      try IncomingBlobRow.tooMany(
        of: peer, beside: new.count, most: IncomingBlobs.begunMax, mostBytes: mostBytes, keeping: needed, db)
    }
    if gone.isEmpty { return }
    context.log.blobsGaveWay(gone.count)
    try await context.sender.database.write { db in
      for digest in gone {
        try db.run("DELETE FROM begun_blob WHERE peer = ? AND digest = ? AND refused IS NULL", peer.text, digest)
      }
    }
    for digest in gone { try blobs.drop(digest) }
  }

  private func store(_ contents: PacketContents) async throws {
    guard !contents.blobs.isEmpty else { return }
    let unknown = blobs.unknown(contents.blobs.map(\.part))
    if !unknown.isEmpty {
      let peer = context.link.peer
      let known = try await context.sender.database.read { db in
        try unknown.compactMap { try IncomingBlobRow.read($0, from: peer, db) }
      }
      blobs.learn(known)
      let new = Set(unknown).subtracting(known.map(\.digest))
      if !new.isEmpty {
        try await makeRoom(for: new, keeping: blobs.unsynced.union(contents.blobs.map(\.part.sha256.text)))
      }
    }
    for (part, range) in contents.blobs { try blobs.write(part, contents.archive[range]) }
    try blobs.finish(contents.blobs.map(\.part))
  }

  /// If a revocation list is overdue, the packet that brings the next one is judged by that one.
  func learn(_ name: String, _ packet: UnverifiedPacket, at date: Date) -> Bool {
    guard context.verifier.mayBringLists(packet, at: date) else { return false }
    let manifest = packet.head.manifest
    guard
      let payload = try? context.drop.open(name).read(at: packet.head.byteCount, count: manifest.payload.bytes)
    else { return false }
    return context.verifier.learn(from: packet, payload: payload, with: context.identity.encryptionKeys)
  }
}
