import Foundation

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

func median(_ values: [Double]) -> Double { percentile(values, 0.5) }

/// The value that `share` of all lie below; 0 for none.
func percentile(_ values: [Double], _ share: Double) -> Double {
  let sorted = values.sorted()
  return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
}

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
