import ArgumentParser

/// Official documents, without a daemon.
struct DocumentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "document", abstract: "Sets official documents.", subcommands: [Typeset.self])
}
