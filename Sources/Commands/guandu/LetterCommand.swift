import ArgumentParser
import Foundation

struct LetterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "letter", abstract: "Does what a citizen does, over the portal's own HTTPS.",
    subcommands: [LetterSubmitCommand.self, LetterStatusCommand.self])
}

struct PortalOptions: ParsableArguments {
  @Option(help: "The portal's address, such as https://localhost:8443.") var portal: String
  @Option(help: "A PEM file with the root to trust; the system's roots where it is not given.") var ca: String?
  @Flag(help: "Print one line of JSON.") var json = false

  func visit() throws(CommandFailure) -> PortalVisit {
    PortalVisit(client: try PortalClient(base: portal, authorities: ca))
  }
}

struct LetterSubmitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit", abstract: "Writes a letter and prints its number, code and password.",
    discussion: "The SMS code is read from standard input, or found in the demonstration's folder of messages.")

  @OptionGroup var options: PortalOptions
  @Option(help: "The mobile number that the SMS code goes to.") var phone: String
  @Option(help: "The mailbox's identifier.") var mailbox: String
  @Option(help: "question, suggestion or complaint.") var kind = "question"
  @Option(help: "The letter's title.") var title: String
  @Option(help: "The file with the letter's text; - for standard input.") var textFile: String
  @Flag(help: "The letter may be published.") var publish = false
  @Option(help: "A mail address for the answer.") var mail: String?
  @Option(help: "A file to attach; may be repeated.") var attach: [String] = []
  @Option(help: "The folder that the demonstration's messages go to.") var smsDirectory: String?

  func validate() throws {
    guard textFile != "-" || smsDirectory != nil else {
      throw ValidationError("the text and the SMS code cannot both come from standard input; give --sms-directory")
    }
  }

  func run() async throws {
    try await reportingFailures {
      let letter = PortalVisit.Letter(
        mailbox: mailbox, kind: kind, title: title, text: try readText(), isPublishable: publish, mail: mail,
        attachments: try attach.map(readable))
      let visit = try options.visit()
      let messages = smsDirectory.map { DemonstrationMessages(directory: $0) }
      let seen = try messages?.names() ?? []
      try visit.askForCode(phone: phone)
      let code = try await messages?.code(for: phone, after: seen) ?? askForCode()
      let receipt = try visit.send(letter, code: code)
      if options.json {
        try printJSON(receipt)
      } else {
        print("number: \(receipt.number)\ncode: \(receipt.code)\npassword: \(receipt.password)")
      }
    }
  }

  private func readText() throws(CommandFailure) -> String {
    guard textFile == "-" || FileManager.default.isReadableFile(atPath: textFile),
      let handle = textFile == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: textFile),
      let data = try? handle.read(upToCount: 1024 * 1024 + 1)
    else { throw CommandFailure(.refused, "\(textFile) cannot be read") }
    guard data.count <= 1024 * 1024, let text = String(data: data, encoding: .utf8) else {
      throw CommandFailure(.refused, "\(textFile): the text is larger than 1 MiB, or not UTF-8")
    }
    return text
  }

  private func readable(_ path: String) throws(CommandFailure) -> String {
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw CommandFailure(.refused, "\(path) cannot be read")
    }
    return path
  }

  private func askForCode() throws(CommandFailure) -> String {
    complain("a code was sent to the number; type it:")
    return try readSecretLine("the SMS code")
  }
}

struct LetterStatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Looks a letter up.",
    discussion: """
      Reads two lines from standard input, the letter code and the password, so that neither stands in a list of \
      processes. A value of several lines goes on in lines that begin with two spaces.
      """)

  @OptionGroup var options: PortalOptions

  func run() async throws {
    try await reportingFailures {
      let code = try readSecretLine("the letter code")
      let password = try readSecretLine("the password")
      let state = try options.visit().lookUp(code: code, password: password)
      if options.json { return try printJSON(state) }
      for (name, value) in [
        ("number", state.number), ("stage", state.stage), ("title", state.title), ("text", state.text),
        ("outcome", state.outcome),
      ] {
        let lines = (value ?? "").split(separator: "\n", omittingEmptySubsequences: false)
        print("\(name): " + lines.joined(separator: "\n  "))
      }
    }
  }
}

private func readSecretLine(_ what: String) throws(CommandFailure) -> String {
  guard let line = readLine()?.trimmingCharacters(in: .whitespaces), !line.isEmpty, line.utf8.count <= 200 else {
    throw CommandFailure(.refused, "standard input holds no line with \(what)")
  }
  return line
}

private func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  print(String(decoding: try encoder.encode(value), as: UTF8.self))
}
