import AgeFormat
import ArgumentParser
import Cryptography
import Trust
import Zones

struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Takes out a zone's keys.", subcommands: [Age.self])

  struct Age: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints the zone's encryption key in age's own notation.",
      discussion: "With it `age -d` opens every packet that was sealed for this zone, should this software be lost.")

    @Option(help: "The zone's zone.yaml.") var config: String

    func run() async throws {
      try await reportingFailures {
        do {
          let keys = try ZoneConfiguration.load(path: config).keys
          let certificate = try Certificate.load(pemFile: keys.encryptionCertificate)[0]
          let key = try loadEncryptionKey(path: keys.encryptionKey, matching: certificate)
          complain("what follows opens every packet sealed for this zone; keep it as you keep the key's file")
          print("# zone encryption key, certificate \(certificate.fingerprint)")
          print("# public key: \(AgeKeyNotation.recipient(key.publicKey))")
          print(AgeKeyNotation.identity(key))
        } catch let error as ConfigurationError {
          throw CommandFailure(.configuration, error.description)
        } catch let error as TrustError {
          throw CommandFailure(.configuration, error.description)
        }
      }
    }
  }
}
