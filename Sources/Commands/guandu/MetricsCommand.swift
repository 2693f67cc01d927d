import ArgumentParser
import Certificates
import Cryptography
import Foundation
import Letters
import Links
import Revocation
import Timestamps
import ZoneKeys
import Zones

struct MetricsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics", abstract: "Prints the zone's numbers as Prometheus reads them.",
    discussion: """
      It reads the zone's database and certificates beside the daemon, and opens no port: let a timer write it to a file \
      for the node exporter's textfile collector. Times are seconds since 1970.
      """)

  @Option(help: "The zone's zone.yaml.") var config: String

  func run() async throws {
    try await reportingFailures {
      let zone = try loadZone(config)
      var page = MetricsPage(zone: zone.name.text)
      page.addCertificates(certificatesInUse(zone))
      do {
        page.addLists(try RevocationReport.read(zone))
        page.addLinks(try LinkReport.read(zone, now: Date().unixMilliseconds))
        page.addNotices(try NoticeReport.read(zone, now: Date().unixMilliseconds))
      } catch let error as TrustError {
        throw CommandFailure(.configuration, "\(error)")
      } catch {
        throw CommandFailure(.temporary, "\(error); has the daemon of this zone been started yet?")
      }
      print(page.text, terminator: "")
    }
  }
}

/// Text in Prometheus' exposition format, version 0.0.4.
struct MetricsPage {
  private let zone: String
  private(set) var text = ""

  init(zone: String) { self.zone = zone }

  mutating func addCertificates(_ certificates: [CertificateInUse]) {
    add(
      "certificate_not_after_seconds", "When a certificate that the zone works with ends.",
      certificates.map {
        (
          [("key", $0.key), ("name", $0.certificate.commonName), ("fingerprint", $0.certificate.fingerprint.hex)],
          Int($0.certificate.notAfter.timeIntervalSince1970)
        )
      })
  }

  mutating func addLists(_ reports: [RevocationReport]) {
    let names = reports.map { [("authority", $0.authority.commonName)] }
    add(
      "revocation_list_present", "Whether a list of revocations of an authority counts.",
      zip(names, reports).map { ($0, $1.list == nil ? 0 : 1) })
    add(
      "revocation_list_next_update_seconds", "When an authority's next list of revocations is due.",
      zip(names, reports).compactMap { name, report in
        report.list.map { (name, Int($0.nextUpdate.timeIntervalSince1970)) }
      })
  }

  mutating func addLinks(_ reports: [LinkReport]) {
    func of(_ value: (LinkReport) -> Int?) -> [(labels: [(String, String)], value: Int)] {
      reports.compactMap { report in value(report).map { ([("peer", report.peer.text)], $0) } }
    }
    add("link_late", "Whether the peer is silent for longer than its heartbeats allow.", of { $0.isLate ? 1 : 0 })
    add("link_last_seen_seconds", "When the peer's newest packet came.", of { $0.lastSeen.map { $0 / 1_000 } })
    add(
      "link_clock_difference_milliseconds", "How far the peer's clock is ahead.", of { $0.clockDifferenceMilliseconds })
    add("link_waiting_messages", "Messages that are in no packet yet.", of { $0.outgoing.waitingMessages })
    add("link_waiting_bytes", "Their bytes.", of { $0.outgoing.waitingBytes })
    add("link_waiting_blob_bytes", "Bytes of files that are in no packet yet.", of { $0.outgoing.waitingBlobBytes })
    add("link_unconfirmed_packets", "Packets that the peer has not confirmed.", of { $0.outgoing.unconfirmedPackets })
    add("link_unconfirmed_bytes", "Their bytes.", of { $0.outgoing.unconfirmedBytes })
    add(
      "link_oldest_seconds", "When the oldest message or packet that still waits came.",
      of { $0.outgoing.oldestAt.map { $0 / 1_000 } })
    add("link_outgoing_drop_files", "Files in the outgoing drop.", of { $0.outgoing.filesInDrop })
    add("link_incoming_drop_files", "Files in the incoming drop.", of { $0.incoming.filesInDrop })
    add(
      "link_incoming_waiting_messages", "Messages that wait for a file or another message.",
      of { $0.incoming.waitingMessages })
    add("quarantined_files", "Files in the zone's quarantine.", reports.first.map { [([], $0.quarantinedFiles)] } ?? [])
  }

  mutating func addNotices(_ report: NoticeReport?) {
    guard let report else { return }
    add("notices_waiting", "Messages to citizens that have not gone out yet.", [([], report.waiting)])
    add("notices_failed", "Messages to citizens that were given up in the last 14 days.", [([], report.failed)])
  }

  private mutating func add(_ name: String, _ help: String, _ values: [(labels: [(String, String)], value: Int)]) {
    guard !values.isEmpty else { return }
    text += "# HELP guandu_\(name) \(help)\n# TYPE guandu_\(name) gauge\n"
    for (labels, value) in values {
      let list = ([("zone", zone)] + labels).map { "\($0.0)=\"\(escaped($0.1))\"" }.joined(separator: ",")
      text += "guandu_\(name){\(list)} \(value)\n"
    }
  }

  private func escaped(_ value: String) -> String {
    printable(value).replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
  }
}
