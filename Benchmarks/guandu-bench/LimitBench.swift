import AgeFormat
import Cryptography
import DurableFiles
import Foundation
import Storage
import ZoneHarness
import Zones

/// What the bytes of the letters cost in bare operations, one after the other, beside what the letters cost.
struct LimitBench {
  let folder: String
  let count: Int

  func run() async throws -> [Figure] {
    let ours = try await LettersBench(folder: folder, count: count).batchedRate()
    let bare = Double(count) / (try await bareSeconds())
    return [
      Figure(
        name: "limit.letters", value: ours, unit: "letters/s, full batches",
        peer: "encryption, digests, signatures, synced writes of as many bytes", peerValue: bare, ratio: ours / bare)
    ]
  }

  /// For each packet's worth: what a sender and a receiver cannot do without.
  private func bareSeconds() async throws -> Double {
    let work = folder + "/guandu-bench.limit"
    try shell("rm -rf '\(work)' && mkdir -p '\(work)/sent' '\(work)/new'")
    defer { _ = try? shell("rm -rf '\(work)'") }
    let message = try await messageBytes()
    let perPacket = LinkLimits().packetMaxBytes / (message + 1024)
    let database = try ZoneDatabase(
      path: work + "/bare.sqlite",
      migrations: [Migration("bare", sql: "CREATE TABLE message (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")])
    let (key, signer) = (X25519PrivateKey.generate(), Ed25519PrivateKey(seed: .random(32)))
    guard let signer else { throw CommandFailed(description: "no signing key") }
    var (left, number) = (count, 0)
    let start = ContinuousClock.now
    while left > 0 {
      let letters = min(left, perPacket)
      try send(letters * (message + 1024), number, work, key.publicKey, signer)
      let plain = try receive(number, work, key, signer)
      try await database.write { db in
        for index in 0..<letters {
          let first = index * (message + 1024)
          try db.run("INSERT INTO message (bytes) VALUES (?)", Data(plain[first..<first + message]))
        }
      }
      left -= letters
      number += 1
    }
    let time = start.duration(to: .now) / .seconds(1)
    try database.close()
    return time
  }

  /// The size of a letter's message, as the outbox holds it.
  private func messageBytes() async throws -> Int {
    let zones = try TestZones(limits: LinkLimits(), in: folder)
    let dmz = try RunningZone(zones.dmz, exchanging: false)
    try await LetterLoad(dmz).commit(0..<1, to: dmz)
    let bytes = try await dmz.count("SELECT LENGTH(bytes) FROM outbox")
    try await dmz.stop()
    return bytes
  }

  private func send(
    _ bytes: Int, _ number: Int, _ work: String, _ key: X25519PublicKey, _ signer: Ed25519PrivateKey
  ) throws {
    let files = Files()
    let sealed = try AgeEncryptor.encrypt([UInt8](repeating: 0x67, count: bytes), to: [key])
    let signature = signer.sign(Digest.of(sealed).bytes)
    try files.writeNew("\(work)/sent/\(number)", [signature, sealed], mode: 0o440)
    try files.syncFolder(work + "/sent")
    try files.link("\(work)/sent/\(number)", to: "\(work)/new/\(number)")
    try files.syncFolder(work + "/new")
  }

  private func receive(
    _ number: Int, _ work: String, _ key: X25519PrivateKey, _ signer: Ed25519PrivateKey
  ) throws -> [UInt8] {
    let file = try Files().read("\(work)/new/\(number)", maxBytes: 1 << 30)
    let sealed = Array(file[64...])
    guard
      verifyEd25519(signature: Array(file[..<64]), message: Digest.of(sealed).bytes, publicKey: signer.publicKey)
    else { throw CommandFailed(description: "the bare signature does not fit") }
    let plain = try AgeDecryptor.decrypt(sealed, with: [key])
    try Files().remove("\(work)/new/\(number)")
    return plain
  }
}
