import ArgumentParser
import Foundation

/// Measures the exchange against the tools that people would use instead, in one run on one machine.
@main
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "guandu-bench", abstract: "Prints figures and ratios; above 1 ours is better.",
    subcommands: [Run.self, SendBlob.self, ReceiveBlob.self], defaultSubcommand: Run.self)

  struct Run: AsyncParsableCommand {
    @Option(help: "One figure's name, such as bulk.seal, or a group's, such as letters.") var name = ""
    @Option(help: "A file to write the figures to as JSON.") var json = ""
    @Option(help: "The folder to work in; it needs room for five times the blob.") var folder = NSTemporaryDirectory()
    @Option(help: "The size of the blob in MiB.") var mebibytes = 1024
    @Option(help: "How many letters.") var letters = 2000
    @Option(help: "How often each bulk measurement is repeated; the median counts.") var rounds = 5

    func run() async throws {
      var figures: [Figure] = []
      if "bulk".hasPrefix(name) || name.hasPrefix("bulk") {
        figures += try BulkBench(folder: folder, bytes: mebibytes << 20, rounds: rounds).run()
      }
      if "letters".hasPrefix(name) || name.hasPrefix("letters") {
        figures += try await LettersBench(folder: folder, count: letters).run()
      }
      if name.contains(".") { figures = figures.filter { $0.name == name } }
      Figure.printTable(figures)
      if !json.isEmpty { try JSONEncoder().encode(figures).write(to: URL(filePath: json)) }
    }
  }
}

/// One line of the table.
struct Figure: Codable {
  var name: String
  var value: Double
  var unit: String
  var peer: String
  var peerValue: Double
  /// Above 1: ours is better.
  var ratio: Double

  enum CodingKeys: String, CodingKey {
    case name, value, unit, peer, ratio
    case peerValue = "peer_value"
  }

  static func printTable(_ figures: [Figure]) {
    print("| figure | ours | unit | beside it | its value | ratio |")
    print("| --- | ---: | --- | --- | ---: | ---: |")
    for figure in figures {
      let numbers = [figure.value, figure.peerValue, figure.ratio].map {
        String(format: $0 < 100 ? "%.2f" : "%.0f", $0)
      }
      print("| \(figure.name) | \(numbers[0]) | \(figure.unit) | \(figure.peer) | \(numbers[1]) | \(numbers[2]) |")
    }
  }
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = ContinuousClock.now
  try body()
  return start.duration(to: .now) / .seconds(1)
}

struct CommandFailed: Error, CustomStringConvertible {
  let description: String
}

/// Runs a shell command to its end; throws with what it said where it fails.
@discardableResult
func shell(_ command: String) throws -> String {
  let (process, output) = (Process(), Pipe())
  process.executableURL = URL(filePath: "/bin/bash")
  process.arguments = ["-ec", command]
  process.standardOutput = output
  try process.run()
  let text = try output.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else {
    throw CommandFailed(description: "`\(command)` ended with \(process.terminationStatus)")
  }
  return String(decoding: text, as: UTF8.self)
}
