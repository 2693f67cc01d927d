import Acts
import Cryptography
import HTTPTypes
import Hummingbird
import Logging
import People
import Roles
import Web
import Zones

/// A form came with a signature that does not hold. Nothing was done.
struct BadSignature: Error {
  let written: WrittenOutcome
}

/// Acts that their person signs in the browser.
extension DeskSite {
  /// Fields that no statement names. A digest of a PIN would let others try all PINs.
  private static let unsignedFields: Set<String> = ["csrf", "nonce", "signing-key", "signature", "pin"]

  /// The fingerprints of the keys that this person can sign with now.
  func signingKeys(of presence: Presence) async throws -> [String] {
    try await office.signingKeys(of: presence.official.person, for: presence.official)
      .filter { $0.retiredAt == nil }.map(\.fingerprint)
  }

  /// For a form: what can be signed with it, once, in this visit.
  func offer(_ act: String, _ object: String, _ keys: [String], _ presence: Presence) -> SigningValues {
    let statement = ActStatement(
      zone: configuration.name.text, person: presence.official.person, act: act, object: object,
      nonce: encodeHex(randomBytes(32)), made: currentTime())
    presence.session.with { $0.offers.add(statement) }
    return SigningValues(head: statement.head, nonce: statement.nonce, keys: keys.joined(separator: " "))
  }

  /// The official with what they signed, where the form came with a signature.
  ///
  /// - Parameters:
  ///   - content: what is decided, as it will be kept; a field must hold just that.
  ///   - newKey: the key that the form brings, for its enrolment.
  /// - Throws: `BadSignature`.
  func signed(
    _ act: String, _ object: String, content: String? = nil, _ form: URLEncodedForm, _ presence: Presence,
    newKey: P256PublicKey? = nil
  ) async throws -> Official {
    var official = presence.official
    guard !form["signature"].isEmpty else { return official }
    // The offer is used up by a signature that does not hold, too.
    let nonce = form["nonce"]
    let offer = presence.session.with { $0.offers.take(nonce) }
    let enrolled = try await office.signingKey(form["signing-key"], of: official)
    func refusal(_ reason: String) -> BadSignature {
      logger.error(
        "a signature of an act was refused",
        metadata: ["reason": "\(reason)", "person": "\(official.person)", "act": "\(act)", "object": "\(object)"])
      return BadSignature(written: WrittenOutcome(form))
    }
    guard let offer, offer.person == official.person else { throw refusal("no such offer in this session") }
    guard offer.act == act, offer.object == object else { throw refusal("offered for something else") }
    guard let key = newKey ?? enrolled, key.fingerprint.hex == form["signing-key"] else {
      throw refusal("no key of this person that counts")
    }
    let values = form.values.filter { !Self.unsignedFields.contains($0.key) }
    guard let statement = offer.with(fields: values), let numbers = Base64.decode(form["signature"]),
      let signature = P256PublicKey.signature(fromNumbers: numbers),
      key.verifies(signature: signature, of: Array(statement.text.utf8))
    else { throw refusal("not the key's signature over what was sent") }
    if let content, !statement.names(Digest.of(content.utf8)) { throw refusal("what is kept is not what was signed") }
    official.signed = SignedStatement(text: statement.text, signature: signature, key: key.fingerprint.hex)
    return official
  }
}

extension WebFailure {
  static let badSignature = WebFailure(.forbidden, "badSignatureTitle", "badSignatureText")
}
