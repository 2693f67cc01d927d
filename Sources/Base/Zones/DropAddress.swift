/// Where a link's packets are put: a folder of this machine, or a server's.
public enum DropAddress: Sendable, Hashable {
  /// An absolute path; holds `tmp/` and `new/`.
  case folder(String)
  case remote(RemoteDrop)

  /// The path of a folder; nil for a server's.
  public var folder: String? { if case .folder(let path) = self { path } else { nil } }
}

/// A folder on a server, and how to get in. Whoever gets in can hold packets back or fill the folder, and read none.
public struct RemoteDrop: Sendable, Hashable {
  public enum Kind: String, CaseIterable, Sendable {
    case sftp
    case webdav
    /// Plain PUT over HTTPS, without a listing.
    case httpsPut = "https-put"
  }

  public var kind: Kind
  /// `sftp://host[:port]/path` or `https://host[:port]/path`: no user, no password, no closing slash.
  public var url: String
  /// What the server is known by: an OpenSSH `known_hosts` file, or certificates of authorities (PEM).
  public var knownBy: String
  public var username: String?
  /// A file whose first line is the password; mode 0600. A thief could log in.
  public var passwordFile: String?
  /// SFTP: an unencrypted private key, mode 0600. A thief could log in.
  public var privateKeyFile: String?
  /// HTTPS: a client certificate and its key (PEM, mode 0600). A thief could log in.
  public var clientCertificateFile: String?
  public var clientKeyFile: String?
  /// How long a server may stay silent: 1 to 600.
  public var timeoutSeconds: Int

  public init(kind: Kind, url: String, knownBy: String, timeoutSeconds: Int = 30) {
    self.kind = kind
    self.url = url
    self.knownBy = knownBy
    self.timeoutSeconds = timeoutSeconds
  }
}
