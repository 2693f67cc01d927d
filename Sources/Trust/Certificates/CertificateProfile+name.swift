extension CertificateProfile {
  /// Its name in commands and indexes.
  public var name: String {
    switch self {
    case .root: "root"
    case .issuing: "issuing"
    case .zoneSigning: "zone-signing"
    case .zoneEncryption: "zone-encryption"
    case .auditLog: "audit-log"
    case .auditWitness: "audit-witness"
    case .tlsServer: "server"
    case .handler: "handler"
    case .seal: "seal"
    case .sealMaker: "seal-maker"
    case .sm2Seal: "sm2-seal"
    case .timeStamp: "time-stamp"
    }
  }

  /// The host names and addresses in the certificate; only a server's has any.
  public var hosts: [String] {
    if case .tlsServer(let names) = self { names } else { [] }
  }

  /// Nil for an unknown name, and for hosts if the profile has none.
  public init?(name: String, hosts: [String] = []) {
    let all: [CertificateProfile] = [
      .root, .issuing, .zoneSigning, .zoneEncryption, .auditLog, .auditWitness, .tlsServer(names: hosts), .handler,
      .seal, .sealMaker, .sm2Seal, .timeStamp,
    ]
    guard let found = all.first(where: { $0.name == name }), found.hosts == hosts else { return nil }
    self = found
  }
}
