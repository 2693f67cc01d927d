import Foundation
import Glibc
import OperatorRequests
import Zones

/// Throws `CommandFailure` with every problem that the configuration has.
func loadZone(_ config: String) throws -> ZoneConfiguration {
  do { return try ZoneConfiguration.load(path: config) } catch { throw CommandFailure(.configuration, "\(error)") }
}

/// Throws `CommandFailure` where `peer` names no link, or where it must and does not.
func chooseLink(_ zone: ZoneConfiguration, _ peer: String?) throws -> LinkConfiguration {
  let names = zone.links.map(\.peer.text).joined(separator: ", ")
  if let peer {
    guard let link = zone.links.first(where: { $0.peer.text == peer }) else {
      throw CommandFailure(.refused, "there is no link to “\(printable(peer))”; there is: \(names)")
    }
    return link
  }
  guard zone.links.count == 1 else {
    throw CommandFailure(.refused, "there are several links; name one with --peer: \(names)")
  }
  return zone.links[0]
}

/// Files that root makes in a zone's folders would be out of its daemon's reach.
///
/// Throws `CommandFailure` where root runs the command for a zone of another account.
func refuseForeignAccount(_ zone: ZoneConfiguration) throws {
  var status = stat()
  guard geteuid() == 0, stat(zone.dataDirectory, &status) == 0, status.st_uid != 0 else { return }
  let name = accountName(status.st_uid)
  throw CommandFailure(
    .failed, "\(zone.dataDirectory) belongs to \(name); run this as that account: sudo -u \(name) guandu …")
}

func accountName(_ number: uid_t) -> String {
  getpwuid(number).map { String(cString: $0.pointee.pw_name) } ?? "\(number)"
}

/// The daemon's word on a request.
///
/// Throws `CommandFailure`: with the daemon's reason where it did nothing, `temporary` where none answers.
func askDaemon(_ kind: String, _ argument: String, _ zone: ZoneConfiguration) async throws -> String {
  let outcome: String?
  do { outcome = try await OperatorRequests.ask(kind, argument, dataDirectory: zone.dataDirectory) } catch {
    throw CommandFailure(.temporary, "\(error); has the daemon of this zone been started yet?")
  }
  guard let outcome else {
    throw CommandFailure(.temporary, "the daemon has not answered; the request stays, and is done when it runs")
  }
  let text = outcome.split(separator: "\n").map { printable(String($0)) }.joined(separator: "\n")
  guard !outcome.hasPrefix("failed") else { throw CommandFailure(.failed, text) }
  return text
}
