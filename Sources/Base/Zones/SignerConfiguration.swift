public import YAMLText

/// A signer: a program or device that holds keys of seals and signs digests (docs/signer.md).
public struct SignerAddress: Hashable, Sendable {
  public enum Place: Hashable, Sendable {
    /// A Unix socket of this machine, an absolute path.
    case socket(String)
    case https(SignerSite)
  }

  /// What people and logs call it.
  public let name: String
  public let place: Place

  public init(name: String, place: Place) { (self.name, self.place) = (name, place) }
}

/// Where a signer is reached over TLS, in which both ends show a certificate.
public struct SignerSite: Hashable, Sendable {
  /// `https://host[:port]`.
  public let url: String
  /// PEM: the authorities of the signer's certificate.
  public let trust: String
  /// PEM: the certificate that this end shows. Whoever has its key may ask for signatures, and needs the PIN as well.
  public let certificate: String
  /// PEM: its key, mode 0600.
  public let key: String

  /// - Throws: `SignerAddressError` for an address that is no `https://host[:port]`.
  public init(url: String, trust: String, certificate: String, key: String) throws(SignerAddressError) {
    guard let address = WebAddress(url), address.isSecure, address.rest.isEmpty else {
      throw SignerAddressError(text: url)
    }
    (self.url, self.trust, self.certificate, self.key) = (url, trust, certificate, key)
  }
}

public struct SignerAddressError: Error, Sendable, CustomStringConvertible {
  let text: String
  public var description: String { "\(text.quoted) is no signer's address; give https://host or https://host:port" }
}

/// The configuration of `guandu-signer`.
public struct SignerConfiguration: Sendable {
  public enum Listening: Sendable {
    case socket(String)
    case tls(TLS)
  }

  public struct TLS: Sendable {
    public let address: String
    public let port: Int
    /// PEM: the signer's certificate, then those that issued it.
    public let certificate: String
    /// PEM: its key, mode 0600.
    public let key: String
    /// PEM: the authorities whose certificates may ask.
    public let trust: String
  }

  public struct Key: Sendable {
    public enum Place: Sendable {
      /// PKCS#8 in PEM, encrypted; its passphrase is the PIN.
      case file(String)
      /// A PKCS#11 module, and the key's URI (RFC 7512).
      case token(module: String, uri: String)
    }

    public let name: String
    public let place: Place
    /// PEM: the certificate of the key.
    public let certificate: String
  }

  public let listening: Listening
  public let keys: [Key]
  /// Wrong PINs in a row after which a key is locked until the program starts again.
  public let pinAttempts: Int

  /// - Parameter path: YAML as `ZoneConfiguration.load` takes it.
  /// - Throws: every problem of the file at once.
  public static func load(path: String) throws(ConfigurationError) -> SignerConfiguration {
    let problems = ProblemCollector()
    let configuration = YAMLFile.read(path, problems) { SignerReader.program($0) }
    try problems.throwIfAny()
    guard let configuration else {
      throw ConfigurationError(
        problems: [.init(file: path, line: 1, column: 1, key: "", reason: "the file cannot be understood")])
    }
    return configuration
  }
}
