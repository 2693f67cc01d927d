import Acts
import HTTPTypes
import Hummingbird
import People
import Roles
import Web

import struct Foundation.Date

/// The security officer's page of who did what.
extension DeskSite {
  private static let pageSize = 100

  func addActRoutes(to routes: inout RouteTable) {
    handle(.get, "/acts", .readActs, &routes) { [self] request, presence in
      let paging = Paging(request, size: Self.pageSize)
      let found = try await office.acts(limit: Self.pageSize, offset: paging.offset, for: presence.official)
      return page(
        ActsPage(
          isEmpty: found.acts.isEmpty, hasActs: !found.acts.isEmpty,
          acts: found.acts.map { act in
            ActRow(
              number: "\(act.number)", at: officeTime(Date(timeIntervalSince1970: Double(act.at) / 1_000)),
              name: act.name.isEmpty ? renderer.strings.text("actOperator", request.language) : act.name,
              person: act.person, stead: shown(act.inSteadOf),
              what: actText(act.what, request.language), object: act.object,
              detail: shown(act.detail), proof: renderer.strings.text("proof-\(act.proof)", request.language),
              certificate: shown(String(act.certificate.prefix(16))))
          },
          paging: paging.values(path: "/acts", hasNext: paging.offset + found.acts.count < found.total)),
        titleKey: "navActs", request, presence)
    }
  }
}
