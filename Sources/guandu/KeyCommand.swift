import AgeFormat
import ArgumentParser
import Cryptography
import DurableFiles
import Exchange
import Trust
import Zones

struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Takes out a zone's keys.", subcommands: [Age.self])

  struct Age: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints the zone's encryption keys in age's own notation.",
      discussion: "With it `age -d` opens every packet that was sealed for this zone, should this software be lost.")

    @Option(help: "The zone's zone.yaml.") var config: String

    func run() async throws {
      try await reportingFailures {
        do {
          let pairs = try ZoneKeys(try ZoneConfiguration.load(path: config).keys).pairs
          complain("what follows opens every packet sealed for this zone; keep it as you keep the key's file")
          for pair in pairs {
            print("# zone encryption key, certificate \(pair.encryptionCertificate.fingerprint)")
            print("# public key: \(AgeKeyNotation.recipient(pair.encryptionKey.publicKey))")
            print(AgeKeyNotation.identity(pair.encryptionKey))
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
  }
}
