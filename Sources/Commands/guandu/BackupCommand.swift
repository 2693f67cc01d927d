import ArgumentParser
import Backups
import DurableFiles
import Zones

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Makes a zone's backup, lists its backups, and puts one back.",
    subcommands: [Make.self, List.self, Restore.self])

  struct Make: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets the daemon make a backup and check it now; prints its name.",
      discussion: "The peers may then delete what it covers.")

    @Option(help: "The zone's zone.yaml.") var config: String

    func run() async throws {
      try await reportingFailures {
        let (_, zone) = try BackupCommand.folder(config)
        print(try await askDaemon("backup", "", zone))
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The zone's backups, oldest first.")

    @Option(help: "The zone's zone.yaml.") var config: String

    func run() async throws {
      try await reportingFailures {
        let (folder, _) = try BackupCommand.folder(config)
        do throws(FileError) {
          for name in try folder.names() { print(name) }
        } catch { throw CommandFailure(.failed, "\(error)") }
      }
    }
  }

  struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Puts a backup back in place of the zone's data; the daemon must be stopped.",
      discussion: """
        The next start opens new epochs on every link, and the peers send again what the backup does not cover. What this \
        zone committed after the backup is lost, unless it had crossed. Exit status 75 where the daemon runs.
        """)

    @Option(help: "The zone's zone.yaml.") var config: String
    @Flag(
      help: "Restore although files (attachments) are missing from the backup: what they belong to is incomplete then.")
    var withoutMissingFiles = false
    @Argument(help: "A name as “guandu backup list” prints it.") var name: String

    func run() async throws {
      try await reportingFailures {
        let (folder, zone) = try BackupCommand.folder(config)
        let files = Files()
        let lock: FileLock
        do {
          try files.createFolder(zone.dataDirectory)
          try files.restrictToOwner(zone.dataDirectory)
          for name in ["blobs", "incoming", "spool"] { try files.createFolder(zone.dataDirectory + "/" + name) }
          lock = try files.lock(zone.dataDirectory + "/lock")
        } catch {
          guard let error = error as? FileError, error.operation == .lock else {
            throw CommandFailure(.cannotWrite, "\(error)")
          }
          throw CommandFailure(.temporary, "\(error); stop the daemon first")
        }
        do { try folder.restore(name, withoutMissing: withoutMissingFiles) } catch let problem as BackupProblem {
          throw CommandFailure(.refused, "\(problem)")
        } catch { throw CommandFailure(.cannotWrite, "\(error)") }
        withExtendedLifetime(lock) {}
        print("\(name) is in place; start the daemon")
      }
    }
  }

  /// The zone's folder of backups, by its configuration.
  private static func folder(_ config: String) throws -> (BackupFolder, ZoneConfiguration) {
    let zone: ZoneConfiguration
    do { zone = try ZoneConfiguration.load(path: config) } catch {
      throw CommandFailure(.configuration, "\(error)")
    }
    guard let backups = zone.backups else {
      throw CommandFailure(.configuration, "\(config): backups: this zone makes none; give a folder there")
    }
    return (BackupFolder(path: backups.folder, data: zone.dataDirectory, files: Files()), zone)
  }
}
