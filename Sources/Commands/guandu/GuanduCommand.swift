import ArgumentParser
import Cryptography
import Foundation

@main
struct GuanduCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "guandu",
    abstract: "Lays out, checks and examines Guandu's zones.",
    discussion: """
      Exit status: 0 done; 1 failed; 64 wrong usage; 65 refused input; 73 cannot write; 75 try again later; 78 wrong \
      configuration.
      """,
    subcommands: [
      InitCommand.self, ConfigCommand.self, KeyCommand.self, LetterCommand.self, PacketCommand.self, LinkCommand.self,
      QuarantineCommand.self, BackupCommand.self, AuthorityCommand.self, TrustCommand.self, ZoneCommand.self,
      MetricsCommand.self, PeopleCommand.self, ActsCommand.self, AuditCommand.self,
      SealCommand.self, DocumentCommand.self, CalendarCommand.self, FlowCommand.self, DemoCommand.self,
    ])

  /// Many commands read keys, passphrases or letters: before anything else, memory is put out of others' reach.
  static func main() async {
    guard ProcessSecrecy.forbidCoreDumps() else {
      complain("the kernel does not let this process forbid core dumps")
      Foundation.exit(75)
    }
    await main(nil)
  }
}
