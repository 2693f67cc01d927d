import ArgumentParser
import Foundation

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "Fills a deployment for trying out.", subcommands: [Fill.self])

  struct Fill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a city of units and people, and letters of every kind in every state.",
      discussion: """
        The deployment's daemons must run, its mailboxes take the flow “letter”, and its authority's folder lie there: \
        `make city` does all of that. Everything goes through the sites, as citizens and officials would do it: SMS codes, \
        packets, steps, the record of acts. May be called again, for more letters. For trying out alone: the people are \
        invented, and their keys lie in the deployment's folder.
        """)

    static let mostLetters = 5_000

    @Argument(help: "The deployment's folder, as `guandu init` laid it out.") var directory: String
    @Option(help: "How many letters are written, 1 to \(mostLetters).") var letters = 500
    @Option(help: "The same number writes the same letters.") var seed = 1

    func validate() throws {
      guard (1...Self.mostLetters).contains(letters) else {
        throw ValidationError("give a number of letters from 1 to \(Self.mostLetters)")
      }
    }

    func run() async throws {
      try await reportingFailures {
        let place = URL(filePath: directory).standardizedFileURL.path
        let city = try DemoCity(place: place)
        let people = try await city.settle()
        let writing = DemoLetters(city: city, people: people, seed: UInt64(bitPattern: Int64(seed)))
        let states = try await writing.write(letters)
        for (state, count) in states.sorted(by: { $0.key < $1.key }) { print("\(state): \(count)") }
        print("people: \(people.count), their certificates and passwords in \(place)/people/city")
      }
    }
  }
}
