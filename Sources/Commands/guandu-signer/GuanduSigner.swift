import ArgumentParser
import Cryptography
import Foundation
import LogLines
import Logging
import ServiceLifecycle
import UnixSignals
import Zones

/// A signer: holds the keys of seals and signs digests for those who know the PIN (docs/signer.md).
@main
struct GuanduSigner: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "guandu-signer", abstract: "Signs digests with the keys of seals, in files or in a PKCS#11 token.",
    discussion: """
      Over a Unix socket of this machine, or over TLS to those whose certificates it knows; docs/signer.md describes both, \
      and the configuration. Exit status: 0 stopped by SIGTERM or SIGINT; 75 not now; 78 wrong configuration; 1 anything \
      else.
      """)

  @Option(help: "The signer's configuration, a YAML file.") var config: String?
  @Flag(name: .customLong("sign-in-token"), help: .hidden) var isForToken = false

  func validate() throws {
    guard isForToken != (config != nil) else { throw ValidationError("give --config") }
  }

  func run() async throws {
    guard let config else { return TokenProcess.serve() }
    do { try await serve(config) } catch {
      let failure = error as? StartFailure ?? StartFailure("stopped: \(error)", exitStatus: 1)
      try? FileHandle.standardError.write(contentsOf: Data((failure.description + "\n").utf8))
      Foundation.exit(failure.exitStatus)
    }
  }

  private func serve(_ config: String) async throws {
    // Before the first secret is read.
    guard ProcessSecrecy.forbidCoreDumps() else {
      throw StartFailure("the kernel does not let this process forbid core dumps", exitStatus: StartFailure.unavailable)
    }
    let configuration: SignerConfiguration
    do { configuration = try SignerConfiguration.load(path: config) } catch {
      throw StartFailure("\(error)", exitStatus: StartFailure.configuration)
    }
    let logger = Logger(label: "signer") { JSONLogHandler(label: $0, level: .info) }
    if !ProcessSecrecy.lockMemory() {
      logger.warning(
        "memory cannot be locked, so PINs in memory could reach the swap; keys are locked all the same",
        metadata: ["hint": "raise the limit on locked memory (systemd: LimitMEMLOCK=infinity), or run without swap"])
    }
    let keys: ServedKeys
    do { keys = try ServedKeys(configuration, logger: logger) } catch {
      throw StartFailure("\(config): keys: \(error)", exitStatus: StartFailure.configuration)
    }
    let door = try SignerDoor(configuration.listening, responder: SignerResponder(keys: keys, logger: logger), logger)
    let group = ServiceGroup(
      services: [door], gracefulShutdownSignals: [.sigterm, .sigint], logger: door.quiet)
    do { try await group.run() } catch {
      throw StartFailure("\(door.name): \(error)", exitStatus: StartFailure.unavailable)
    }
    logger.info("the signer has stopped", metadata: ["place": "\(door.name)"])
  }
}

/// Why the program does not start: the message for the operator, and the exit status (`sysexits.h`).
struct StartFailure: Error, CustomStringConvertible {
  let description: String
  let exitStatus: Int32

  init(_ description: String, exitStatus: Int32) {
    self.description = description
    self.exitStatus = exitStatus
  }

  static let configuration: Int32 = 78
  static let unavailable: Int32 = 75
}
