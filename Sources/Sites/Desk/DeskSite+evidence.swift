public import AuditConsole
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Roles
import Web

/// What evidence is to be made of.
public struct EvidenceRequest: Sendable {
  /// The entries, in the order in which the report tells them.
  public let places: [EntryPlace]
  public let chineseTitle: String
  public let englishTitle: String
  /// The identifier of the letter that it is about; nil for something else.
  public let subject: String?
}

/// Makes an evidence folder, packed as a tar archive.
public typealias EvidenceSource = @Sendable (EvidenceRequest) async throws -> [UInt8]

/// Evidence to be handed to somebody who has no Guandu. Taking some is an act of the officer's.
extension DeskSite {
  func addEvidenceRoutes(to routes: inout RouteTable) {
    handle(.post, "/audit/alerts/{id}/evidence", .settleAlerts, &routes) { [self] request, presence in
      _ = try await form(of: request, presence)
      let console = try demandConsole(presence, .settleAlerts)
      let id = try alertID(request)
      let (alert, events) = try await asking { () async throws(AuditConsoleError) in
        try await console.alert(id, for: presence.official)
      }
      let title = "alert-\(alert.kind)"
      return try await evidence(
        EvidenceRequest(
          places: events.map(\.place), chineseTitle: renderer.strings.text(title, .chinese),
          englishTitle: renderer.strings.text(title, .english), subject: nil),
        of: "alert \(id)", fileName: "alert-\(id)", presence)
    }
    handle(.post, "/audit/trail/evidence", .settleAlerts, &routes) { [self] request, presence in
      let form = try await form(of: request, presence)
      let console = try demandConsole(presence, .settleAlerts)
      let number = WrittenText.line(form["number"])
      let trail = try await asking { () async throws(AuditConsoleError) in
        try await console.trail(number: number, for: presence.official)
      }
      return try await evidence(
        EvidenceRequest(
          places: trail.events.map(\.event.place),
          chineseTitle: renderer.strings.text("evidenceOfLetter", .chinese, number),
          englishTitle: renderer.strings.text("evidenceOfLetter", .english, number), subject: trail.letter),
        of: "letter \(number)", fileName: "letter-\(number)", presence)
    }
  }

  private func evidence(
    _ request: EvidenceRequest, of object: String, fileName: String, _ presence: Presence
  ) async throws -> Response {
    guard let evidenceSource else { throw WebFailure.notFound }
    let archive: [UInt8]
    do { archive = try await evidenceSource(request) } catch {
      logger.error("evidence could not be made", metadata: ["object": "\(object)", "error": "\(error)"])
      throw WebFailure.noEvidence
    }
    try await asking { () async throws(AuditConsoleError) in
      try await demandConsoleForExport().noteExport(of: object, by: presence.official)
    }
    let headers: HTTPFields = [
      .contentType: "application/x-tar", .contentLength: "\(archive.count)",
      .contentDisposition: contentDisposition(fileName: "guandu-evidence-\(fileName).tar"),
    ]
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: archive)))
  }

  private func demandConsoleForExport() throws(AuditConsoleError) -> AuditConsole {
    guard let console else { throw .notFound }
    return console
  }
}

extension WebFailure {
  static let noEvidence = WebFailure(.conflict, "noEvidenceTitle", "noEvidenceText")
}
