import Foundation
import Testing
import YAMLText
import Zones

/// Every folder of `Tests/BadZones` holds a configuration with one fault, and a part of the error that it must get.
@Suite struct BadZones {
  static let folder = Deployment.repository.appending(path: "Tests/BadZones")
  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()

  @Test func areAtLeastTwenty() { #expect(Self.names.count >= 20) }

  @Test(arguments: names) func getTheirErrorAndNoOther(name: String) throws {
    let specimen = Self.folder.appending(path: name)
    let content = try Data(contentsOf: specimen.appending(path: "zone.yaml"))
    let expected = try String(contentsOf: specimen.appending(path: "expected-error"), encoding: .utf8)
      .trimmingCharacters(in: .newlines)
    let role =
      String(decoding: content, as: UTF8.self).contains("desk:\n") || name.contains("desk") ? "intranet" : "dmz"
    let deployment = try Deployment()
    let path = try deployment.write("\(role)/zone.yaml", content)
    let error = #expect(throws: ConfigurationError.self) { try ZoneConfiguration.load(path: path) }
    let problems = error?.problems ?? []
    #expect(problems.count == 1, "\(problems)")
    #expect(problems.first?.description.contains(expected) == true, "\(problems)")
    #expect(problems.first?.description.hasPrefix("\(path):") == true)
  }
}

@Suite struct GoodZones {
  @Test(arguments: ["dmz", "intranet"]) func asTheRepositoryHoldsThemAreRead(name: String) throws {
    let zone = try load(name)
    #expect(zone.name.text == name)
    #expect(zone.mailboxes.map(\.identifier) == ["mayor", "chengguan-township", "housing-department"])
    #expect(zone.links.count == 1)
    #expect(zone.dataDirectory.hasSuffix("/\(name)/data"))
    #expect((zone.portal != nil) == (name == "dmz"))
    #expect((zone.desk != nil) == (name == "intranet"))
  }

  @Test func agreeOnWhatMayCross() throws {
    let (dmz, intranet) = (try load("dmz").links[0], try load("intranet").links[0])
    #expect(dmz.outgoingPolicy.messageTypes == intranet.incomingPolicy.messageTypes)
    #expect(dmz.incomingPolicy.messageTypes == intranet.outgoingPolicy.messageTypes)
    #expect(dmz.outgoingDrop.folder?.hasSuffix("drop/dmz-to-intranet") == true)
    #expect(intranet.incomingDrop.hasSuffix("drop/dmz-to-intranet"))
  }

  @Test func spellOutTheDefaults() throws {
    let written = try load("dmz").links[0].limits
    #expect("\(written)" == "\(LinkLimits())")
  }

  @Test func mayAskAGatewayToSendMessages() throws {
    let text = try template("dmz").replacingOccurrences(
      of: "  provider: file\n  directory: ../sms\n",
      with: """
          provider: http
          url: http://127.0.0.1:8080/send?to={phone}
          method: POST
          headers: {X-Id: "{id}"}
          body: text={text}
          success_text: OK

        """)
    let deployment = try Deployment()
    let zone = try ZoneConfiguration.load(path: deployment.write("dmz/zone.yaml", Data(text.utf8)))
    guard case .http(let gateway) = zone.sms else { throw NoGateway() }
    #expect(gateway.url == "http://127.0.0.1:8080/send?to={phone}")
    #expect(gateway.headers == ["X-Id": "{id}"])
    #expect(gateway.successText == "OK")
    #expect(gateway.timeoutSeconds == 10)
  }

  @Test func mayDropPacketsOnAServer() throws {
    let link = try load(
      "dmz", replacing: "    outgoing_drop: ../drop/dmz-to-intranet\n",
      with: """
            outgoing_drop:
              kind: sftp
              url: sftp://drop.example.cn:2222/srv/ferry
              known_hosts: keys/known_hosts
              username: ferry
              private_key_file: keys/drop.secret
            receipts: none
            repeat_times: 3

        """
    ).links[0]
    guard case .remote(let drop) = link.outgoingDrop else { throw NoGateway() }
    #expect(drop.kind == .sftp && drop.url == "sftp://drop.example.cn:2222/srv/ferry" && drop.username == "ferry")
    #expect(drop.knownBy.hasSuffix("/dmz/keys/known_hosts"))
    #expect(drop.privateKeyFile?.hasSuffix("/dmz/keys/drop.secret") == true && drop.passwordFile == nil)
    #expect(drop.timeoutSeconds == 30)
    #expect(link.repeatTimes == 3)
  }

  private struct NoGateway: Error {}

  private func template(_ name: String) throws -> String {
    try String(contentsOf: Deployment.repository.appending(path: "zones/\(name)/zone.yaml"), encoding: .utf8)
  }

  private func load(_ name: String, replacing old: String = "", with new: String = "") throws -> ZoneConfiguration {
    let deployment = try Deployment()
    let text = try template(name).replacingOccurrences(of: old, with: new)
    return try ZoneConfiguration.load(path: deployment.write("\(name)/zone.yaml", Data(text.utf8)))
  }
}

@Suite struct BadFiles {
  @Test func reportAllTheirProblemsInOrder() throws {
    let deployment = try Deployment()
    let path = try deployment.write("dmz/zone.yaml", Data("zone: DMZ\nrole: dmz\nport: 1\n".utf8))
    let error = #expect(throws: ConfigurationError.self) { try ZoneConfiguration.load(path: path) }
    let keys = error?.problems.map { "\($0.line) \($0.key)" } ?? []
    #expect(keys.contains("1 zone") && keys.last == "3 port")
    #expect(keys.count > 5)
  }

  @Test func areRefusedWhenTooLargeMissingOrNoFile() throws {
    let deployment = try Deployment()
    let large = try deployment.write("large.yaml", Data(repeating: UInt8(ascii: "\n"), count: 1_048_577))
    let cases = [
      (large, "larger than 1 MiB"), ("\(deployment.path)/none", "there is no such file"),
      (deployment.path, "not a regular file"), ("/dev/zero", "not a regular file"),
    ]
    for (path, reason) in cases {
      let error = #expect(throws: ConfigurationError.self) { try ZoneConfiguration.load(path: path) }
      #expect(error?.description.contains(reason) == true)
    }
  }

  /// Every prefix of a good file is read without a crash, and none but the whole is right about every key.
  @Test func areRefusedWhenCutShort() throws {
    let deployment = try Deployment()
    let whole = try Data(contentsOf: Deployment.repository.appending(path: "zones/dmz/zone.yaml"))
    for count in stride(from: 0, to: whole.count - 40, by: 97) {
      let path = try deployment.write("dmz/zone.yaml", whole.prefix(count))
      #expect(throws: ConfigurationError.self) { try ZoneConfiguration.load(path: path) }
    }
  }

  /// No byte in any place makes the loader crash; what it then says is another test's matter.
  @Test func areReadWithoutACrashWhateverIsInThem() throws {
    let deployment = try Deployment()
    let whole = try [UInt8](Data(contentsOf: Self.specimen))
    let tokens = [
      "&a ", "*a", "<<: ", "? ", "- ", "[", "{", "!!binary ", "|\n", "%YAML 9\n", "\u{FEFF}", "\u{0}", "\"", "'",
      "...\n", "#",
    ]
    for index in stride(from: 0, to: whole.count, by: 61) {
      for token in tokens {
        let content = whole[..<index] + Array(token.utf8) + whole[index...]
        let path = try deployment.write("dmz/zone.yaml", Data(content))
        _ = try? ZoneConfiguration.load(path: path)
      }
    }
  }

  private static let specimen = Deployment.repository.appending(path: "Tests/BadZones/01-unknown-key/zone.yaml")
}
