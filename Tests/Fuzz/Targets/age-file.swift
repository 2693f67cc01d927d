import Cryptography

@testable import AgeFormat

/// Whole age files for one key, in four ways that the first byte chooses.
func fuzzAgeFile(_ bytes: [UInt8]) {
  var choices = Choices(bytes)
  switch choices.byte() % 4 {
  case 0: checkPieces(Array(choices.rest))
  case 1: checkEdited(&choices)
  case 2: checkHeader(&choices)
  default: checkChunks(&choices)
  }
}

/// Opens a file whole and in pieces, between which nothing may differ but how much an unsound one releases.
@discardableResult
private func checkPieces(_ file: [UInt8]) -> Decryption {
  let whole = Decryption(of: file, step: file.count)
  let pieces = Decryption(of: file, step: 1 + file.count / 7)
  require(whole.isSound == pieces.isSound, "whole and in pieces, a file fares differently")
  require(whole.released.starts(with: pieces.released), "whole and in pieces, a file says different things")
  require(!whole.isSound || whole.released.count == pieces.released.count, "in pieces, a sound file is shorter")
  return whole
}

/// A sealed file with any of its bytes changed, cut out or put in releases nothing but the original's beginning, and is
/// never called sound.
private func checkEdited(_ choices: inout Choices) {
  let specimen = Specimen.files[Int(choices.byte()) % Specimen.files.count]
  var file = specimen.file
  while !choices.isEmpty, file.count < 2 * Specimen.maxBytes {
    let kind = choices.byte()
    // Header and ends of chunks are worth more than the middle of a chunk.
    let place = edge(kind >> 2, choices.number(below: file.count + 1), file.count)
    switch kind % 4 {
    case 0: if place < file.count { file[place] ^= max(1, choices.byte()) }
    case 1: file.insert(contentsOf: choices.bytes(1 + Int(kind >> 4)), at: place)
    case 2: file.removeSubrange(place..<min(file.count, place + 1 + choices.number(below: 70_000)))
    default:
      let end = min(file.count, place + 1 + choices.number(below: 70_000))
      file.insert(contentsOf: file[place..<end], at: edge(choices.byte(), place, file.count))
    }
  }
  let decryption = checkPieces(file)
  require(specimen.plaintext.starts(with: decryption.released), "a changed file releases other bytes")
  require(decryption.isSound == (file == specimen.file), "a changed file is called sound, or a whole one is not")
  if decryption.isSound { require(decryption.released == specimen.plaintext, "a sound file lacks bytes") }
}

private func edge(_ which: UInt8, _ place: Int, _ count: Int) -> Int {
  let header = Specimen.headerBytes + 16
  let chunk = AgeStream.sealedChunkBytes
  let near = [place % 400, header, header + chunk, header + chunk - 16, header + 2 * chunk, place, place, count]
  return min(count, near[Int(which) % near.count])
}

/// Any header under a MAC that fits: the stanzas' meaning is reached, and a stanza of ours opens the file.
private func checkHeader(_ choices: inout Choices) {
  let order = choices.byte()
  let text = Array(choices.rest)
  var header = Array((AgeHeader.versionLine + "\n").utf8)
  if order & 1 == 1 { header += Specimen.stanza }
  header += text
  if order & 2 == 2 { header += Specimen.stanza }
  header += Array("---".utf8)
  let mac = hmacSHA256(key: hkdfSHA256(secret: Specimen.fileKey, salt: [], info: "header"), header)
  let file = header + Array((" " + Base64.encode(mac, padded: false) + "\n").utf8) + Specimen.sealed(Specimen.short)
  let decryption = checkPieces(file)
  require(decryption.released.isEmpty || decryption.released == Specimen.short, "a header changes the payload")
  if text.isEmpty && order & 3 != 0 { require(decryption.isSound, "a plain file does not open") }
}

/// Chunks of any length under any flags: sound are those files alone that an encryptor writes.
private func checkChunks(_ choices: inout Choices) {
  var stream = AgeStream(fileKey: Specimen.fileKey, nonce: Specimen.nonce, encrypting: true)
  var (payload, plaintext, canonical, ended) = (Specimen.nonce, [UInt8](), true, false)
  for index in 0..<4 where index == 0 || !choices.isEmpty {
    let kind = choices.byte()
    let full = kind & 2 == 2
    let last = kind & 1 == 1
    let text = [UInt8](
      repeating: kind, count: full ? AgeStream.chunkBytes : choices.number(below: AgeStream.chunkBytes + 1))
    text.withUnsafeBytes { stream.seal($0, last: last, appendingTo: &payload) }
    plaintext += text
    if ended || !last && text.count < AgeStream.chunkBytes || last && text.isEmpty && index > 0 { canonical = false }
    ended = ended || last
  }
  let decryption = checkPieces(Specimen.header + payload)
  require(decryption.isSound == (canonical && ended), "chunks are \(canonical && ended ? "refused" : "taken") wrongly")
  require(plaintext.starts(with: decryption.released), "other bytes are released than were sealed")
  if decryption.isSound {
    require(decryption.released == plaintext, "bytes are missing")
  }
}

/// What opening a file in pieces of `step` bytes released, and whether it ended well.
private struct Decryption {
  var released: [UInt8] = []
  var isSound = false

  init(of file: [UInt8], step: Int) {
    let decryptor = AgeDecryptor(identities: [Specimen.identity])
    do throws(AgeError) {
      var position = 0
      while position < file.count {
        let end = min(file.count, position + max(1, step))
        try decryptor.update(Array(file[position..<end]), appendingTo: &released)
        position = end
      }
      try decryptor.finish(appendingTo: &released)
      isSound = true
    } catch {}
  }
}

/// Files that are the same in every run: fixed keys, so that a finding repeats.
private enum Specimen {
  static let fileKey = SecretBytes([UInt8](repeating: 0x11, count: 16))
  static let nonce = [UInt8](repeating: 0x22, count: AgeStream.nonceBytes)
  static let identity = key(0x33)
  static let short = Array("a short text".utf8)
  static let maxBytes = 3 * AgeStream.sealedChunkBytes

  /// As `X25519Stanza.wrap` makes it, but with an ephemeral key that is no secret.
  static let stanza: [UInt8] = {
    let ephemeral = key(0x44)
    guard let shared = ephemeral.agree(with: identity.publicKey) else { finding("no shared secret") }
    let wrapping = hkdfSHA256(
      secret: shared, salt: ephemeral.publicKey.bytes + identity.publicKey.bytes, info: "age-encryption.org/v1/X25519")
    var body = [UInt8](repeating: 0, count: 32)
    body.withUnsafeMutableBytes { body in
      guard let base = body.baseAddress else { return }
      fileKey.withUnsafeBytes {
        ChaCha20Poly1305(key: wrapping, encrypting: true).seal($0, nonce: [UInt8](repeating: 0, count: 12), into: base)
      }
    }
    let share = Base64.encode(ephemeral.publicKey.bytes, padded: false)
    return Array(AgeHeader.encodeStanza(AgeStanza(type: "X25519", arguments: [share], body: body)).utf8)
  }()

  static let header: [UInt8] = {
    let authenticated = Array((AgeHeader.versionLine + "\n").utf8) + stanza + Array("---".utf8)
    let mac = hmacSHA256(key: hkdfSHA256(secret: fileKey, salt: [], info: "header"), authenticated)
    return authenticated + Array((" " + Base64.encode(mac, padded: false) + "\n").utf8)
  }()
  static var headerBytes: Int { header.count }

  static let files: [(file: [UInt8], plaintext: [UInt8])] = [
    0, 12, AgeStream.chunkBytes, 2 * AgeStream.chunkBytes + 500,
  ]
  .map { count in
    let plaintext = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
    return (header + sealed(plaintext), plaintext)
  }

  /// Nonce and chunks.
  static func sealed(_ plaintext: [UInt8]) -> [UInt8] {
    var stream = AgeStream(fileKey: fileKey, nonce: nonce, encrypting: true)
    var output = nonce
    var start = 0
    repeat {
      let end = min(plaintext.count, start + AgeStream.chunkBytes)
      let chunk = Array(plaintext[start..<end])
      chunk.withUnsafeBytes { stream.seal($0, last: end == plaintext.count, appendingTo: &output) }
      start = end
    } while start < plaintext.count
    return output
  }

  private static func key(_ byte: UInt8) -> X25519PrivateKey {
    guard let key = X25519PrivateKey(scalar: SecretBytes([UInt8](repeating: byte, count: 32))) else {
      finding("no key")
    }
    return key
  }
}

#if FUZZER
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzAgeFile(input(data, count))
    return 0
  }
#endif
