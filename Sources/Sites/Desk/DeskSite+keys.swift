import Acts
import Cryptography
import HTTPTypes
import Hummingbird
import People
import Roles
import Web

import struct Foundation.Date

/// The keys that people sign acts with: enrolling one, seeing one's own, retiring one.
extension DeskSite {
  func addKeyRoutes(to routes: inout RouteTable) {
    handle(.get, "/me/keys", .seeSelf, &routes) { [self] in try await keysPage($0, $1) }
    handle(.post, "/me/keys", .enrolKey, &routes) { [self] in try await enrolKey($0, $1) }
    handle(.get, "/people/{person}/keys/{fingerprint}/retire", .retireKey, &routes) { [self] request, presence in
      let (person, wanted) = (identifier("person", request), identifier("fingerprint", request))
      guard presence.official.may(.retireKey, .person(person, unit: nil)) else { throw WebFailure.notAllowed }
      let keys = try await office.signingKeys(of: person, for: presence.official)
      guard let key = keys.first(where: { $0.fingerprint == wanted && $0.retiredAt == nil }) else {
        throw WebFailure.notFound
      }
      return confirmPage(
        "retireKeyAsk", of: "\(key.name): \(wanted)", action: "/people/\(person)/keys/retire",
        field: ("fingerprint", wanted), back: person == presence.official.person ? "/me/keys" : "/people/\(person)",
        request, presence)
    }
    handle(.post, "/people/{person}/keys/retire", .retireKey, &routes) { [self] request, presence in
      let form = try await form(of: request, presence)
      let person = identifier("person", request)
      try await office.retireKey(form["fingerprint"], of: person, by: presence.official)
      return seeOther(person == presence.official.person ? "/me/keys" : "/people/\(person)")
    }
  }

  private func enrolKey(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let form = try await form(of: request, presence)
    return try await settled("/me/keys", request) {
      guard let key = Base64.decode(form["key"]).flatMap({ P256PublicKey(spki: $0) }) else {
        throw OfficeError.refused(.key)
      }
      let person = presence.official.person
      let official = try await signed("key.enrolled", "person \(person)", form, presence, newKey: key)
      try await office.enrol(key, name: WrittenText.line(form["name"]), for: official)
    } again: {
      try await keysPage(request, presence, problems: $0, name: WrittenText.line(form["name"]))
    }
  }

  private func keysPage(
    _ request: WebRequest, _ presence: Presence, problems: [Problem] = [], name: String = ""
  ) async throws -> Response {
    let person = presence.official.person
    let values = MyKeysPage(
      keys: try await keyValues(person, presence), offer: offer("key.enrolled", "person \(person)", [], presence),
      nameTyped: name)
    return page(
      values, titleKey: "keysTitle", request, presence, problems: problems, languagePath: "/me/keys",
      form: "/me/keys", runsScript: true)
  }

  /// A person's keys, for their own page and for their page among people.
  func keyValues(_ person: String, _ presence: Presence) async throws -> KeysValues {
    let keys = try await office.signingKeys(of: person, for: presence.official)
    // Of somebody else, the table lets either everybody's be retired or nobody's.
    let mayRetire = presence.official.may(.retireKey, .person(person, unit: nil))
    return KeysValues(
      hasKeys: !keys.isEmpty,
      signingKeys: keys.map { key in
        KeyRow(
          name: key.name, fingerprint: key.fingerprint, owner: person,
          enrolled: officeTime(Date(timeIntervalSince1970: Double(key.enrolledAt) / 1_000)),
          retired: key.retiredAt.map { officeTime(Date(timeIntervalSince1970: Double($0) / 1_000)) },
          canRetire: mayRetire && key.retiredAt == nil)
      })
  }
}
