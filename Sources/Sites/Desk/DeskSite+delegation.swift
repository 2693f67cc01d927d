import HTTPTypes
import Hummingbird
import People
import Roles
import Web

import struct Foundation.Date
import struct Foundation.TimeInterval

/// Who acts for whom while they are away.
extension DeskSite {
  func addDelegationRoutes(to routes: inout RouteTable) {
    handle(.get, "/delegation", .delegate, &routes) { [self] in try await delegationPage($0, $1) }
    change("delegation", .delegate, &routes) { [self] person, form, official in
      guard let from = officeDay(form["from"]), let last = officeDay(form["until"]) else {
        throw OfficeError.refused(.delegationTime)
      }
      try await office.delegate(
        from: person, to: form["delegate"], from: from, until: last.addingTimeInterval(86_400), by: official)
    }
    handle(.get, "/people/{person}/delegation/{delegation}/end", .delegate, &routes) { [self] request, presence in
      let person = identifier("person", request)
      let wanted = identifier("delegation", request)
      let given = try await office.delegations(of: person, for: presence.official)
      guard let found = given.first(where: { $0.identifier == wanted && $0.person == person }) else {
        throw WebFailure.notFound
      }
      let isOwn = !presence.official.may(.readOffice, .office)
      return confirmPage(
        "endDelegation", of: "\(found.personName) → \(found.delegateName)", action: "/people/\(person)/delegation/end",
        field: ("delegation", wanted), back: isOwn ? "/delegation" : "/people/\(person)", request, presence)
    }
    change("delegation/end", .delegate, &routes) { [self] person, form, official in
      try await office.endDelegation(form["delegation"], of: person, by: official)
    }
  }

  func delegationPage(
    _ request: WebRequest, _ presence: Presence, _ problems: [Problem] = [], _ form: URLEncodedForm? = nil
  ) async throws -> Response {
    let person = presence.official.person
    let values = try await delegationValues(person, presence, form)
    return page(
      DelegationPage(id: person, delegations: values), titleKey: "delegationTitle", request, presence,
      problems: problems,
      languagePath: "/delegation",
      form: values.hasDelegates ? "/people/\(person)/delegation" : nil)
  }

  func delegationValues(
    _ person: String, _ presence: Presence, _ form: URLEncodedForm? = nil
  ) async throws -> DelegationsValues {
    let official = presence.official
    let delegations = try await office.delegations(of: person, for: official)
    let delegates = try await office.possibleDelegates(of: person, for: official)
    return DelegationsValues(
      hasDelegations: !delegations.isEmpty,
      delegations: delegations.map { delegation in
        DelegationRow(
          delegation: delegation.identifier, giver: delegation.person, person: delegation.personName,
          delegate: delegation.delegateName, from: officeTime(delegation.from), until: officeTime(delegation.until),
          isGiven: delegation.person == person)
      },
      hasDelegates: !delegates.isEmpty,
      delegates: delegates.map {
        DelegateValues(id: $0.identifier, name: $0.name, chosen: $0.identifier == form?["delegate"])
      },
      fromTyped: form?["from"] ?? "", untilTyped: form?["until"] ?? "")
  }
}

/// The moment at which a day begins in the office's time (UTC+8), from `2026-11-23`; nil for anything else.
func officeDay(_ text: String) -> Date? {
  let parts = text.utf8.prefix(11).split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
  func number(_ index: Int) -> Int? {
    parts[index].allSatisfy { (0x30...0x39).contains($0) } ? Int(String(decoding: parts[index], as: UTF8.self)) : nil
  }
  guard parts.map(\.count) == [4, 2, 2], let year = number(0), let month = number(1), let day = number(2),
    (1970...2200).contains(year), (1...12).contains(month), (1...31).contains(day)
  else { return nil }
  // Days since 1970 in the proleptic Gregorian calendar, years beginning in March.
  let shifted = month > 2 ? year : year - 1
  let days =
    365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + (153 * ((month + 9) % 12) + 2) / 5 + day - 719_469
  let start = Date(timeIntervalSince1970: TimeInterval(days) * 86_400 - 8 * 3_600)
  return officeTime(start).hasPrefix(text) ? start : nil
}
