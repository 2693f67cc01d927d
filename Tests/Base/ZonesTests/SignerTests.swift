import Foundation
import Testing
import YAMLText

@testable import Zones

/// A folder with the files that signers' configurations name.
private struct SignerFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "signers-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for name in ["a.pem", "a.key", "module.so"] {
      try Data().write(to: URL(filePath: "\(path)/\(name)"))
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(path)/\(name)")
    }
  }

  func write(_ text: String) throws -> String {
    let file = "\(path)/signer.yaml"
    try Data(text.utf8).write(to: URL(filePath: file))
    return file
  }

  func program(_ text: String) throws -> SignerConfiguration { try SignerConfiguration.load(path: try write(text)) }

  /// As `documents.signers` in `zone.yaml`.
  func signers(_ text: String) throws -> [SignerAddress]? {
    let problems = ProblemCollector()
    let signers = YAMLFile.read(try write(text), problems) { SignerReader.signers($0) }
    try problems.throwIfAny()
    return signers
  }
}

@Suite struct ASignersConfiguration {
  private let folder: SignerFolder

  init() throws { folder = try SignerFolder() }

  private static let key = "keys: [{name: a, key: a.key, certificate: a.pem}]\n"

  @Test func `names a socket or an address, and keys in files or tokens`() throws {
    let first = try folder.program(
      "socket: s\npin_attempts: 3\nkeys:\n- {name: a, key: a.key, certificate: a.pem}\n"
        + "- {name: b, module: module.so, uri: 'pkcs11:token=x;object=y', certificate: a.pem}\n")
    guard case .socket(let path) = first.listening else { return #expect(Bool(false), "no socket") }
    #expect(path == "\(folder.path)/s" && first.pinAttempts == 3 && first.keys.map(\.name) == ["a", "b"])
    let second = try folder.program(
      "tls: {address: 127.0.0.1, port: 9643, certificate: a.pem, key: a.key, trust: a.pem}\n" + Self.key)
    guard case .tls(let tls) = second.listening else { return #expect(Bool(false), "no TLS") }
    #expect(tls.port == 9_643 && second.pinAttempts == 5)
  }

  @Test(arguments: [
    (key, ":1:1: the signer listens nowhere"),
    ("socket: s\ntls: {}\n" + key, ":2:6: tls: give either socket or tls"),
    ("socket: s\nkeys: []\n", ":2:7: keys: the list is empty"),
    ("socket: \(String(repeating: "s", count: 107))\n" + key, "longer than the 107 bytes"),
    (
      "socket: s\nkeys: [{name: a, key: a.key, module: module.so, certificate: a.pem}]\n",
      "does not belong to a key in a file"
    ),
    ("socket: s\nkeys: [{name: a, certificate: a.pem}]\n", "the key lies nowhere"),
    ("socket: s\nkeys: [{name: a, uri: 'pkcs11:x', certificate: a.pem}]\n", "the key module is missing"),
    (
      "socket: s\nkeys: [\(Array(repeating: "{name: a, key: a.key, certificate: a.pem}", count: 65).joined(separator: ",\n"))]\n",
      "more than 64 elements"
    ),
    ("socket: s\npin_attempts: 11\n" + key, ":2:15: pin_attempts: 11 is out of range"),
  ]) func `says what is wrong, and where`(text: String, reason: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try folder.program(text) }
    #expect(error?.problems.count == 1 && error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  @Test func `is read in zone.yaml`() throws {
    let signers = try folder.signers(
      "- {name: local, socket: s}\n"
        + "- {name: far, url: 'https://signer.example:9643', trust: a.pem, certificate: a.pem, key: a.key}\n")
    #expect(signers?.first == SignerAddress(name: "local", place: .socket("\(folder.path)/s")))
    guard case .https(let site) = signers?.last?.place else { return #expect(Bool(false), "no address") }
    #expect(site.url == "https://signer.example:9643" && site.key == "\(folder.path)/a.key")
  }

  @Test(arguments: [
    ("- {name: a}", "the signer has no address"), ("- {name: A, socket: s}", "not valid"),
    ("- {name: a, socket: s, url: 'https://x'}", "does not belong to a signer behind a socket"),
    ("- {name: a, url: 'http://x', trust: a.pem, certificate: a.pem, key: a.key}", "https://host"),
    ("- {name: a, url: 'https://x', trust: a.pem, certificate: a.pem}", "the key key is missing"),
    ("- {name: a, socket: s}\n- {name: a, socket: t}", ":2:3: [1]: the name a is given twice"),
    ((0..<17).map { "- {name: a\($0), socket: s}\n" }.joined(), "more than 16 elements"),
  ]) func `says what is wrong in zone.yaml`(text: String, reason: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try folder.signers(text) }
    #expect(error?.problems.count == 1 && error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }
}
