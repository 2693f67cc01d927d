import ArgumentParser
import DurableFiles
import Foundation

struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Lays out a deployment: authorities, two zones, their keys, a clerk, and a seal at a signer.",
    discussion: """
      The folder appears whole or not at all. A deployment that is there already keeps its keys and its data; only the \
      ports that are given are changed in it.
      """)

  @Argument(help: "The deployment's folder.") var directory: String
  @Option(help: "The portal's port.") var portalPort: Int?
  @Option(help: "The desk's port.") var deskPort: Int?
  @Option(help: "The folder with the zones' configuration.") var zones = "zones"
  @Option(help: "A further host name or address of the two sites; may be repeated.") var host: [String] = []

  @Option(
    help: "The flow that all mailboxes take in a new deployment; without it, what the zones' mailboxes.yaml says.")
  var flow: String?

  func validate() throws {
    if let flow, flow.isEmpty || !flow.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "-") }) {
      throw ValidationError("“\(flow)” is no name of a flow: lowercase letters and hyphens")
    }
    for port in [portalPort, deskPort].compactMap(\.self) where !(1...65_535).contains(port) {
      throw ValidationError("\(port) is no port; give a number from 1 to 65535")
    }
  }

  func run() async throws {
    try await reportingFailures {
      let place = URL(filePath: directory).standardizedFileURL.path
      let layout = DeploymentLayout(
        place: place, zones: zones, portalPort: portalPort, deskPort: deskPort, hosts: host, flow: flow, date: Date())
      let isNew = try layout.complete()
      print("\(place): \(isNew ? "laid out" : "already laid out; keys and data kept")")
      guard isNew else { return }
      let pin = try Files().read("\(place)/seals/city.pin", maxBytes: 64).prefix { $0 != UInt8(ascii: "\n") }
      print("seal for trying out: \(DeploymentSeal.name), its PIN \(String(decoding: pin, as: UTF8.self))")
    }
  }
}
