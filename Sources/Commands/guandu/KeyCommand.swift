import AgeFormat
import ArgumentParser
import Certificates
import Cryptography
import DurableFiles
import YAMLText
import ZoneKeys
import Zones

struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Exports a zone's keys.", subcommands: [Age.self])

  struct Age: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints a zone's encryption keys, or one key's file, in age's own notation.",
      discussion: "With it `age -d` opens every packet that was sealed for this key, should this software be lost.")

    @Option(help: "The zone's zone.yaml.") var config: String?
    @Option(help: "Instead: an X25519 key's file (PEM, mode 0600), such as an escrow holder's.") var key: String?
    @Option(help: "A file (mode 0600) whose first line opens the key's file.") var keyPassphraseFile: String?

    func validate() throws {
      guard (config == nil) != (key == nil) else { throw ValidationError("give either --config or --key") }
      guard keyPassphraseFile == nil || key != nil else {
        throw ValidationError("--key-passphrase-file belongs to --key; zone.yaml names its own")
      }
    }

    func run() async throws {
      try await reportingFailures {
        do {
          if let key {
            let passphrase = try keyPassphraseFile.map { path throws(TrustError) in try Passphrase.read(file: path) }
            let decryption = try loadDecryptionKey(path: key, passphrase: passphrase)
            complain("what follows opens every packet sealed for this key; keep it as you keep the key's file")
            Self.show(decryption)
          } else if let config {
            let pairs = try ZoneKeys(try ZoneConfiguration.load(path: config).keys).pairs
            complain("what follows opens every packet sealed for this zone; keep it as you keep the key's file")
            for pair in pairs {
              print("# zone encryption key, certificate \(pair.encryptionCertificate.fingerprint)")
              Self.show(pair.encryptionKey)
            }
          }
        } catch let error as ConfigurationError {
          throw CommandFailure(.configuration, error.description)
        } catch let error as FileError {
          throw CommandFailure(.configuration, error.description)
        } catch let error as TrustError {
          throw CommandFailure(.configuration, error.description)
        }
      }
    }

    private static func show(_ key: X25519PrivateKey) {
      print("# public key: \(AgeKeyNotation.recipient(key.publicKey))")
      print(AgeKeyNotation.identity(key))
    }
  }
}
