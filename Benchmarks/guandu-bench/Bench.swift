import ArgumentParser
import Cryptography
import Foundation

/// Measures the exchange against the tools that people would use instead, in one run on one machine.
@main
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "guandu-bench", abstract: "Prints figures and ratios; above 1 ours is better.",
    subcommands: [Run.self, SendBlob.self, ReceiveBlob.self, Side.self], defaultSubcommand: Run.self)

  struct Run: AsyncParsableCommand {
    @Option(help: "One figure's name, such as bulk.seal, or a group's, such as letters.") var name = ""
    @Option(help: "A file to write the figures to as JSON.") var json = ""
    @Option(help: "The folder to work in; it needs room for five times the largest blob.")
    var folder = NSTemporaryDirectory()
    @Option(help: "The size of the blob of “bulk” in MiB.") var mebibytes = 1024
    @Option(help: "How many letters in “letters” and “limit”.") var letters = 2000
    @Option(help: "How often each measurement of “bulk” and “revocation” is repeated; the median counts.") var rounds =
      5
    @Option(help: "Where nncp.sh lies.") var scripts = "Benchmarks"
    @Option(help: "How many letters in “nncp”.") var nncpLetters = 2000
    @Option(help: "The size of the file of “nncp” in bytes.") var nncpBytes = 256 << 20
    @Option(help: "How many letters in “million”.") var million = 20_000
    @Option(help: "The size of the file of “large” in bytes.") var largeBytes = 256 << 20
    @Option(help: "For how many seconds guessers and citizens meet in each part of “guess”.") var guessSeconds = 10
    @Option(help: "For how many seconds letters arrive in each part of “latency”.") var latencySeconds = 10

    @Option(help: "How many letters lie at the desk of “desk”.") var deskLetters = 1_000_000
    @Option(help: "How many entries stand in the log of “audit”.") var auditEntries = 1_000_000
    @Option(help: "How many entries “audit.append” appends.") var auditAppended = 200_000

    func run() async throws {
      ProcessMemory.keepBuffers()
      var figures: [Figure] = []
      let wanted = Wanted(name: name)
      var missing: [String] = []
      /// Whether a program to measure beside is there; else the table says which figures are missing.
      func isThere(_ program: String, for group: String) -> Bool {
        if (try? shell("command -v \(program)")) != nil { return true }
        missing.append("\(group): \(program) is not installed, so its figures are missing")
        return false
      }
      if wanted.group("bulk"), isThere("age", for: "bulk") {
        figures += try BulkBench(folder: folder, bytes: mebibytes << 20, rounds: rounds).run()
      }
      if wanted.group("letters") { figures += try await LettersBench(folder: folder, count: letters).run(wanted) }
      if wanted.group("nncp"), isThere("nncp-file", for: "nncp") {
        let bench = NNCPBench(
          folder: folder, script: scripts + "/nncp.sh", letters: nncpLetters, bulkBytes: nncpBytes)
        figures += try await bench.run(wanted)
      }
      if wanted.group("limit") { figures += try await LimitBench(folder: folder, count: letters).run() }
      if wanted.group("million") { figures += try await MillionBench(folder: folder, count: million).run() }
      if wanted.group("guess") {
        figures += try await GuessBench(folder: folder, seconds: guessSeconds).run(wanted)
      }
      if wanted.group("city") { figures += try await CityBench(folder: folder, seconds: guessSeconds).run(wanted) }
      if wanted.group("revocation") {
        figures += try await RevocationBench(folder: folder, rounds: rounds).run(wanted)
      }
      if wanted.group("latency") {
        figures += try await LatencyBench(folder: folder, seconds: latencySeconds).run(wanted)
      }
      if wanted.group("large") { figures += try await LargeBench(folder: folder, bytes: largeBytes).run() }
      if wanted.group("desk") || wanted.group("flow") {
        figures += try await DeskBench(folder: folder, letters: deskLetters).run()
      }
      if wanted.group("audit") {
        figures += try await AuditBench(folder: folder, entries: auditEntries, appended: auditAppended).run(wanted)
      }
      if wanted.group("document") { figures += try DocumentBench().run() }
      // Both groups are made of the same documents.
      if wanted.group("seal") || wanted.group("check") {
        figures += try await SealBench(folder: folder, scripts: scripts).run(wanted)
      }
      if name.contains(".") { figures = figures.filter { $0.name == name || $0.name.hasPrefix(name + ".") } }
      Figure.printTable(figures)
      for line in missing { print("\n\(line)") }
      if !json.isEmpty { try JSONEncoder().encode(figures).write(to: URL(filePath: json)) }
    }
  }
}

/// Which figures were asked for: all, a group's, or one.
struct Wanted {
  let name: String

  func group(_ group: String) -> Bool { name.isEmpty || name == group || name.hasPrefix(group + ".") }

  func figure(_ figure: String) -> Bool {
    name.isEmpty || figure == name || figure.hasPrefix(name + ".") || name.hasPrefix(figure + ".")
  }
}
