import Certificates
import Cryptography
import Foundation
import Storage
import Synchronization
import Testing
import Zones

@testable import AuditConsole
@testable import AuditLog

@Suite struct ATrail {
  private final class Count: Sendable {
    private let value = Mutex(0)
    var now: Int { value.withLock { $0 } }
    func add() { value.withLock { $0 += 1 } }
  }

  @Test func `judges each certificate once a log, however long it is`() async throws {
    let office = try await Office()
    let authority = try CertificateAuthority.makeRoot(commonName: "Root", at: Date())
      .makeIssuing(commonName: "Issuing", at: Date())
    let certificates = try ["intranet audit log", "dmz audit witness", "dmz audit log"].map {
      try authority.issue($0.hasSuffix("witness") ? .auditWitness : .auditLog, to: $0, at: Date()).certificate
    }
    try await office.database.write { db in
      for certificate in certificates {
        try db.run(
          "INSERT INTO audit_certificate (fingerprint, name, der) VALUES (?, ?, ?)", certificate.fingerprint.hex,
          certificate.commonName, Data(certificate.der))
      }
    }
    let judged = Count()
    let console = AuditConsole(
      folders: LogFolders(zone: office.zone, dataDirectory: office.root), database: office.database,
      keys: .init(log: office.key.publicKey, witness: office.key.publicKey),
      judge: { _ in
        judged.add()
        return .good
      }, audit: office.trail)
    try await office.happen { trail, db in
      for _ in 0..<200 { try trail.letterAccepted("letter-1", number: "2026-000001", db) }
    }
    let events = try await console.trail(number: "2026-000001", for: Office.officer).events
    #expect(events.count == 200)
    #expect(judged.now <= 2 * certificates.count, "\(judged.now)")
  }
}
