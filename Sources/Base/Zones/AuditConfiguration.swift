/// The keys of a zone's audit log, Ed25519, apart from those of its packets.
public struct AuditKeyFiles: Sendable {
  /// A thief could write another log; that it is another one, the peer's cosignatures show.
  public var logKey: String
  public var logCertificate: String
  /// A thief could cosign a peer's false log.
  public var witnessKey: String
  public var witnessCertificate: String
  /// How often a growing log is shown to the peers: 1 to 3,600.
  public var checkpointSeconds = 120
  /// Where entries go beside the log; nil where they go nowhere.
  public var forward: AuditForwarding?

  public init(logKey: String, logCertificate: String, witnessKey: String, witnessCertificate: String) {
    self.logKey = logKey
    self.logCertificate = logCertificate
    self.witnessKey = witnessKey
    self.witnessCertificate = witnessCertificate
  }
}

/// Who is told each entry of the audit log, in its order: one of the two at least.
public struct AuditForwarding: Sendable {
  public var syslog: SyslogTarget?
  /// The path of a file that grows by a line an entry. A thief of it has what a thief of the log has: no letter's text.
  public var jsonLines: String?

  public init(syslog: SyslogTarget?, jsonLines: String?) {
    self.syslog = syslog
    self.jsonLines = jsonLines
  }
}

/// A receiver of syslog over TLS (RFC 5425).
public struct SyslogTarget: Sendable {
  /// A name or an IP address, as it stands in the receiver's certificate.
  public var host: String
  /// 1 to 65,535.
  public var port = 6_514
  /// PEM: who issues the receiver's certificate. A tamperer could have the entries sent to himself.
  public var trust: String
  /// What lets this zone in at the receiver, PEM; nil where it asks for nothing.
  public var client: ClientPair?

  public struct ClientPair: Sendable {
    public var certificate: String
    /// A thief could send the receiver false entries; the log would not have them.
    public var key: String
  }

  public init(host: String, trust: String) {
    self.host = host
    self.trust = trust
  }
}
