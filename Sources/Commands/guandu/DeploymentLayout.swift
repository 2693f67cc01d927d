import Authority
import Certificates
import Cryptography
import DurableFiles
import Foundation

/// A deployment's folder: makes it, or brings an existing one's ports up to date.
struct DeploymentLayout {
  let place: String
  let zones: String
  let portalPort: Int?
  let deskPort: Int?
  let hosts: [String]
  /// The flow that all mailboxes take; nil where the zones' file says which.
  let flow: String?
  let date: Date
  private let files = Files()

  init(
    place: String, zones: String, portalPort: Int?, deskPort: Int?, hosts: [String], flow: String? = nil, date: Date
  ) {
    self.place = place
    self.zones = zones
    self.portalPort = portalPort
    self.deskPort = deskPort
    self.hosts = hosts
    self.flow = flow
    self.date = date
  }

  /// - Returns: whether the deployment was made now.
  /// - Throws: `CommandFailure`.
  func complete() throws -> Bool {
    do {
      return try completeLocked()
    } catch let error as FileError where error.number == EWOULDBLOCK {
      throw CommandFailure(.temporary, "another guandu init is at work on \(place)")
    } catch let error as FileError {
      throw CommandFailure(.cannotWrite, "\(error)")
    } catch let error as AuthorityError {
      throw CommandFailure(.cannotWrite, "\(error)")
    } catch let error as TrustError {
      throw CommandFailure(.failed, "\(error)")
    } catch let error as CocoaError {
      throw CommandFailure(.cannotWrite, "\(place): \(error.localizedDescription)")
    }
  }

  private func completeLocked() throws -> Bool {
    let url = URL(filePath: place)
    let parent = url.deletingLastPathComponent().path
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    let beside = "\(parent)/.\(url.lastPathComponent).init"
    let lock = try files.lock("\(beside).lock")
    defer { withExtendedLifetime(lock) {} }
    // A folder that an interrupted run has left holds keys that nobody uses.
    try? FileManager.default.removeItem(atPath: beside)
    if isLaidOut {
      try changePorts(in: place)
      return false
    }
    try refuseForeignFolder()
    defer { try? FileManager.default.removeItem(atPath: beside) }
    try lay(out: beside)
    try changePorts(in: beside)
    try files.rename(beside, to: place)
    try files.syncFolder(parent)
    return true
  }

  private var isLaidOut: Bool {
    files.exists("\(place)/dmz/zone.yaml") && files.exists("\(place)/intranet/zone.yaml")
  }

  /// An empty folder is filled; anything else that is not a deployment stays as it is.
  private func refuseForeignFolder() throws {
    guard files.exists(place) else { return }
    guard let names = try? files.list(place), names.isEmpty else {
      throw CommandFailure(.cannotWrite, "\(place) is there and is no deployment; name another folder, or remove it")
    }
  }

  private func lay(out root: String) throws {
    for folder in [
      "", "ca", "people", "sms", "dmz", "dmz/keys", "dmz/data", "dmz/backups", "intranet", "intranet/keys",
      "intranet/data", "intranet/backups", "drop",
      "drop/dmz-to-intranet", "drop/dmz-to-intranet/tmp", "drop/dmz-to-intranet/new", "drop/intranet-to-dmz",
      "drop/intranet-to-dmz/tmp", "drop/intranet-to-dmz/new",
      "signer", "signer/keys", "signer/run", "seals", "calendars", "flows",
    ] { try files.createFolder("\(root)/\(folder)") }
    let people = try DeploymentKeys(root: root, hosts: hosts, date: date, files: files).make()
    try DeploymentSeal(root: root, date: date, files: files).make()
    try copy("mailboxes.yaml", to: root) { text in
      guard let flow else { return text }
      return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        line.hasPrefix("- id:") ? "\(line)\n  flow: \(flow)" : String(line)
      }.joined(separator: "\n")
    }
    try copyFolder("calendars", to: root)
    try copyFolder("flows", to: root)
    try copy("decline-reasons.yaml", to: root) { $0 }
    try copy("signer/signer.yaml", to: root) { $0 }
    try copy("dmz/zone.yaml", to: root) { $0 }
    try copy("intranet/zone.yaml", to: root) {
      [("0", people.clerk), ("1", people.administrator), ("2", people.securityOfficer)].reduce($0) { text, person in
        text.replacingOccurrences(of: String(repeating: person.0, count: 64), with: person.1.fingerprint.hex)
      }
    }
  }

  /// Copies the YAML files of a folder.
  private func copyFolder(_ folder: String, to root: String) throws {
    guard files.exists("\(zones)/\(folder)") else { return }
    for name in try files.list("\(zones)/\(folder)", most: 1_000).sorted() where name.hasSuffix(".yaml") {
      try copy("\(folder)/\(name)", to: root) { $0 }
    }
  }

  private func copy(_ name: String, to root: String, _ change: (String) -> String) throws {
    guard let text = try? String(contentsOfFile: "\(zones)/\(name)", encoding: .utf8) else {
      throw CommandFailure(.failed, "\(zones)/\(name) cannot be read; name the folder of zones with --zones")
    }
    try files.writeNew("\(root)/\(name)", [Array(change(text).utf8)])
  }

  private func changePorts(in root: String) throws {
    if let portalPort {
      try changePort(of: "portal", to: portalPort, in: "\(root)/dmz/zone.yaml")
      let intranet = "\(root)/intranet/zone.yaml"
      let text = try String(contentsOfFile: intranet, encoding: .utf8)
      try replace(intranet, text, by: ZoneText(text).settingPortalURL(port: portalPort))
    }
    if let deskPort { try changePort(of: "desk", to: deskPort, in: "\(root)/intranet/zone.yaml") }
  }

  private func changePort(of section: String, to port: Int, in path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    guard let changed = ZoneText(text).settingPort(of: section, to: port) else {
      throw CommandFailure(.configuration, "\(path): no port found under \(section); write it as `port: \(port)`")
    }
    try replace(path, text, by: changed)
  }

  private func replace(_ path: String, _ text: String, by changed: String) throws {
    guard changed != text else { return }
    let fresh = "\(path).new"
    try files.remove(fresh)
    try files.writeNew(fresh, [Array(changed.utf8)])
    try files.rename(fresh, to: path)
    try files.syncFolder(URL(filePath: path).deletingLastPathComponent().path)
  }
}
