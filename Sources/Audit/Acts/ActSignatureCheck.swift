import Cryptography

/// Follows people's keys through a record, and checks what they signed. Needs only the entries, from the first on.
public struct ActSignatureCheck: Sendable {
  /// Why an entry's signature is not valid; for the operator.
  public struct Fault: Error, Sendable {
    public let reason: String
  }

  private struct Holding: Sendable {
    let person: String
    let key: P256PublicKey
  }

  private let zone: String
  private var keys: [String: Holding] = [:]
  /// Retired ones too: none comes back.
  private var known: Set<String> = []
  private var nonces: Set<String> = []

  /// - Parameter zone: the zone of the record.
  public init(zone: String) { self.zone = zone }

  /// Takes the next entry, once the chain has shown that it is the next one.
  public mutating func take(_ act: RecordedAct) throws(Fault) {
    switch act.what {
    case Act.enrolment: try enrol(act)
    case "key.retired":
      guard let held = keys.removeValue(forKey: act.detail), act.object == "person \(held.person)" else {
        throw Fault(reason: "a key is retired that its person had not enrolled")
      }
    case "person.removed": keys = keys.filter { "person \($0.value.person)" != act.object }
    default: break
    }
    guard act.what != Act.enrolment else { return }
    guard act.proof == Act.Proof.signed.rawValue else {
      guard act.statement.isEmpty, act.signature.isEmpty else { throw Fault(reason: "a signature without its proof") }
      return
    }
    guard let held = keys[act.key], held.person == act.person else {
      throw Fault(reason: "its key was not enrolled by its person, or was retired")
    }
    try check(act, by: held.key)
  }

  private mutating func enrol(_ act: RecordedAct) throws(Fault) {
    guard let key = Base64.decode(act.publicKey).flatMap({ P256PublicKey(spki: $0) }),
      key.fingerprint.hex == act.key, act.detail == act.key, act.object == "person \(act.person)"
    else { throw Fault(reason: "what is enrolled is no key of its person") }
    guard known.insert(act.key).inserted else { throw Fault(reason: "a key is enrolled twice") }
    let statement = try check(act, by: key)
    guard statement.fields.contains(where: { $0.name == "key" && $0.digest == Digest.of(act.publicKey.utf8) }) else {
      throw Fault(reason: "another key was signed for")
    }
    keys[act.key] = Holding(person: act.person, key: key)
  }

  @discardableResult
  private mutating func check(_ act: RecordedAct, by key: P256PublicKey) throws(Fault) -> ActStatement {
    guard let statement = ActStatement(act.statement) else { throw Fault(reason: "its statement is malformed") }
    guard statement.zone == zone, statement.person == act.person, statement.act == act.what,
      statement.object == act.object
    else { throw Fault(reason: "its statement is about something else") }
    if !act.content.isEmpty {
      guard let content = Digest(hex: act.content), statement.names(content) else {
        throw Fault(reason: "its content is not what was signed")
      }
    }
    guard nonces.insert(statement.nonce).inserted else { throw Fault(reason: "its statement was used before") }
    guard let signature = Base64.decode(act.signature),
      key.verifies(signature: signature, of: Array(act.statement.utf8))
    else { throw Fault(reason: "its signature does not hold") }
    return statement
  }
}
