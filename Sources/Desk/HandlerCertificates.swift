import Cryptography
public import Trust

import struct Foundation.Date

/// Handlers' certificates as the zone's own trust judges them.
public struct HandlerCertificates: HandlerCertificateVerifying {
  private let store: TrustStore

  public init(store: TrustStore) { self.store = store }

  public func fingerprint(ofHandlerCertificate certificate: [UInt8]) throws -> String {
    let certificate = try Certificate(der: certificate)
    try store.verify(certificate, for: .handler, at: Date())
    return certificate.fingerprint.hex
  }
}
