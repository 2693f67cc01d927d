import ArgumentParser
import Certificates
import Cryptography
import ExternalSigner
import Glibc
import Zones

/// A signer that has the key, as commands are told it (docs/signer.md).
struct SignerOptions: ParsableArguments {
  @Option(help: "The signer: unix:/path/to/socket or https://host[:port].") var signer: String?
  @Option(help: "The key's name at the signer; without it its only one of the right kind.") var signerKey: String?
  @Option(help: "PEM: the authorities of the signer's certificate; for https.") var signerTrust: String?
  @Option(help: "PEM: the certificate to show to the signer; for https.") var signerCertificate: String?
  @Option(help: "PEM, mode 0600: that certificate's key; for https.") var signerCertificateKey: String?
  @Option(help: "A file (mode 0600) whose first line is the PIN; without it the terminal is asked.") var pinFile:
    String?

  func validate() throws {
    let files = [signerTrust, signerCertificate, signerCertificateKey]
    guard let signer else {
      guard files.allSatisfy({ $0 == nil }), signerKey == nil, pinFile == nil else {
        throw ValidationError("--signer-… and --pin-file belong to --signer")
      }
      return
    }
    if signer.hasPrefix("unix:/") {
      guard files.allSatisfy({ $0 == nil }) else {
        throw ValidationError("--signer-trust, --signer-certificate and --signer-certificate-key are for https")
      }
    } else if signer.hasPrefix("https://") {
      guard files.allSatisfy({ $0 != nil }) else {
        throw ValidationError("https needs --signer-trust, --signer-certificate and --signer-certificate-key")
      }
    } else {
      throw ValidationError("--signer \(signer): give unix:/path/to/socket or https://host[:port]")
    }
  }

  /// Finds the key at the signer.
  ///
  /// - Returns: its public key, and what signs with it once its certificate is known. The PIN is asked for when the first
  ///   digest is to be signed, so that nobody types one for a document that cannot be sealed.
  /// - Throws: `SignerError`, `CommandFailure`.
  func open(
    _ algorithm: SigningAlgorithm
  ) async throws -> (publicKey: PublicKey, signing: @Sendable (Certificate) -> DigestSigning) {
    let signer = ExternalSigner(try address())
    let key = try await find(algorithm, at: signer)
    let pinFile = pinFile
    let place = signer.address.name
    return (
      key.publicKey,
      { certificate in
        { digest, wanted in
          let pin = try pinFile.map { try Passphrase.read(file: $0) } ?? askPIN("\(key.name) at \(place)")
          return try await signer.signing(key: key.name, certificate: certificate, pin: pin)(digest, wanted)
        }
      }
    )
  }

  private func find(_ algorithm: SigningAlgorithm, at signer: ExternalSigner) async throws -> SignerKey {
    if let signerKey {
      let key = try await signer.key(named: signerKey)
      guard key.algorithm == algorithm else {
        throw CommandFailure(
          .refused,
          "--signer-key \(signerKey): a key for \(key.algorithm.rawValue), and \(algorithm.rawValue) is needed")
      }
      return key
    }
    let keys = try await signer.keys().filter { $0.algorithm == algorithm }
    guard keys.count == 1 else {
      let names = keys.map(\.name).joined(separator: ", ")
      throw CommandFailure(
        .refused,
        "the signer has \(keys.isEmpty ? "no key" : "several keys, \(names),") for \(algorithm.rawValue); "
          + "name one with --signer-key")
    }
    return keys[0]
  }

  private func address() throws -> SignerAddress {
    guard let signer else { throw CommandFailure(.failed, "give --signer") }
    guard let trust = signerTrust, let certificate = signerCertificate, let key = signerCertificateKey else {
      return SignerAddress(name: signer, place: .socket(String(signer.dropFirst(5))))
    }
    do throws(SignerAddressError) {
      let site = try SignerSite(url: signer, trust: trust, certificate: certificate, key: key)
      return SignerAddress(name: signer, place: .https(site))
    } catch { throw CommandFailure(.refused, "--signer: \(error)") }
  }
}

/// Turns a signer's errors into exit statuses: 75 where it may answer later, 65 otherwise.
func reportingSignerFailures<T>(_ body: () async throws -> T) async throws -> T {
  do { return try await body() } catch let error as SignerError {
    throw CommandFailure(error.code == .unavailable ? .temporary : .refused, printable(error.description))
  }
}

/// Asks at the terminal, which does not show what is typed.
///
/// - Parameter what: whose PIN.
/// - Throws: `CommandFailure` where there is no terminal, or nothing was typed.
func askPIN(_ what: String) throws -> SecretBytes {
  let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
  guard terminal >= 0 else { throw CommandFailure(.failed, "there is no terminal to ask for the PIN; give --pin-file") }
  defer { close(terminal) }
  var before = termios()
  guard tcgetattr(terminal, &before) == 0 else {
    throw CommandFailure(.failed, "the terminal cannot be asked for the PIN; give --pin-file")
  }
  var silent = before
  // Ctrl-C comes as a byte, so that the terminal never stays silent behind an ended program.
  silent.c_lflag &= ~tcflag_t(ECHO | ISIG)
  guard tcsetattr(terminal, TCSAFLUSH, &silent) == 0 else {
    throw CommandFailure(.failed, "the terminal would show the PIN; give --pin-file")
  }
  defer { tcsetattr(terminal, TCSAFLUSH, &before) }
  func say(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(terminal, bytes, bytes.count)
  }
  say("PIN of \(printable(what)): ")
  var typed = [UInt8](repeating: 0, count: 1_024)
  defer { wipe(&typed) }
  let count = read(terminal, &typed, typed.count)
  say("\n")
  var length = 0
  while length < count, typed[length] != UInt8(ascii: "\n"), typed[length] != 3 { length += 1 }
  guard length > 0, length < count, typed[length] != 3 else { throw CommandFailure(.failed, "no PIN was typed") }
  return SecretBytes(typed[..<length])
}
