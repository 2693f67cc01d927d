import ChildProcess
import Foundation
import Testing

@Suite struct GuanduInit {
  @Test func laysOutZonesThatPassTheirCheck() async throws {
    let scratch = try ScratchFolder()
    let made = try await Program.guandu("init", "\(scratch.path)/demo")
    #expect(made.status == 0, "\(made.complaint)")
    for zone in ["dmz", "intranet"] {
      let check = try await Program.guandu("config", "check", "\(scratch.path)/demo/\(zone)/zone.yaml")
      #expect(check.status == 0, "\(check.output)")
    }
  }

  @Test func laysOutASealAndSaysItsPIN() async throws {
    let scratch = try ScratchFolder()
    let demo = "\(scratch.path)/demo"
    let made = try await Program.guandu("init", demo)
    let pin = try String(contentsOfFile: "\(demo)/seals/city.pin", encoding: .utf8).split(separator: "\n")
    #expect(made.output.contains("its PIN \(pin[0])\n"))
    let again = try await Program.guandu("init", demo)
    #expect(again.status == 0 && !again.output.contains("PIN"))
    for key in ["city", "city-pdf"] {
      let opened = try await Program.tool(
        "openssl", "pkey", "-in", "\(demo)/signer/keys/\(key).key", "-passin", "file:\(demo)/seals/city.pin", "-noout")
      #expect(opened.status == 0, "\(opened.complaint)")
    }
  }

  @Test func keepsSecretsToTheirOwner() async throws {
    let scratch = try ScratchFolder()
    _ = try await Program.guandu("init", "\(scratch.path)/demo")
    for name in try scratch.contents().keys where name.hasSuffix(".key") || name.contains("clerk.p") {
      if name.hasSuffix(".pem") { continue }
      let mode = try FileManager.default.attributesOfItem(atPath: "\(scratch.path)/\(name)")[.posixPermissions] as? Int
      #expect(mode == 0o600, "\(name)")
    }
  }

  @Test func keepsEverythingTheSecondTime() async throws {
    let scratch = try ScratchFolder()
    _ = try await Program.guandu("init", "\(scratch.path)/demo")
    let before = try scratch.contents()
    #expect(try await Program.guandu("init", "\(scratch.path)/demo").status == 0)
    #expect(try scratch.contents() == before)
  }

  @Test func changesPortsAndNothingElse() async throws {
    let scratch = try ScratchFolder()
    _ = try await Program.guandu("init", "\(scratch.path)/demo", "--portal-port", "18443", "--desk-port", "19443")
    let before = try scratch.contents()
    _ = try await Program.guandu("init", "\(scratch.path)/demo", "--portal-port", "28443", "--desk-port", "29443")
    let after = try scratch.contents()
    let changed = after.filter { before[$0.key] != $0.value }
    #expect(Set(changed.keys) == ["demo/dmz/zone.yaml", "demo/intranet/zone.yaml"])
    for (name, data) in changed {
      let old = String(decoding: before[name] ?? Data(), as: UTF8.self)
      let expected = old.replacingOccurrences(of: "18443", with: "28443").replacingOccurrences(
        of: "19443", with: "29443")
      #expect(String(decoding: data, as: UTF8.self) == expected)
      #expect(expected != old)
    }
    #expect(
      String(decoding: after["demo/dmz/zone.yaml"] ?? Data(), as: UTF8.self).contains("https://localhost:28443\n"))
  }

  @Test func killedAtAnyMomentIsThereWholeOrNotAtAll() async throws {
    let scratch = try ScratchFolder()
    let demo = "\(scratch.path)/demo"
    for round in 0..<20 {
      let process = try Program.start(["init", demo])
      usleep(UInt32(round) * 4_000)
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      if FileManager.default.fileExists(atPath: demo) {
        #expect(try await Program.guandu("config", "check", "\(demo)/dmz/zone.yaml").status == 0)
        #expect(try await Program.guandu("config", "check", "\(demo)/intranet/zone.yaml").status == 0)
        try FileManager.default.removeItem(atPath: demo)
      }
    }
    #expect(try await Program.guandu("init", demo).status == 0)
    // Nothing but the deployment and the lock is left: no key of an interrupted run.
    #expect(Set(try FileManager.default.contentsOfDirectory(atPath: scratch.path)) == ["demo", ".demo.init.lock"])
  }

  @Test func leavesAForeignFolderAlone() async throws {
    let scratch = try ScratchFolder()
    try Data("mine".utf8).write(to: URL(filePath: "\(scratch.path)/letter.txt"))
    let refused = try await Program.guandu("init", scratch.path)
    #expect(refused.status == 73)
    #expect(refused.complaint.contains("is there and is no deployment"))
    #expect(try scratch.contents().count == 1)
  }

  @Test func fillsAnEmptyFolder() async throws {
    let scratch = try ScratchFolder()
    try FileManager.default.createDirectory(atPath: "\(scratch.path)/demo", withIntermediateDirectories: false)
    #expect(try await Program.guandu("init", "\(scratch.path)/demo").status == 0)
  }

  @Test func leavesNothingBehindWithoutZones() async throws {
    let scratch = try ScratchFolder()
    let refused = try await Program.guandu("init", "\(scratch.path)/demo", "--zones", "/none")
    #expect(refused.status == 1)
    #expect(refused.complaint.contains("/none/mailboxes.yaml cannot be read"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == [".demo.init.lock"])
  }

  @Test(arguments: ["0", "65536", "-1", "x"]) func refusesWhatIsNoPort(port: String) async throws {
    let scratch = try ScratchFolder()
    #expect(try await Program.guandu("init", "\(scratch.path)/demo", "--portal-port=\(port)").status == 64)
    #expect(try scratch.contents().isEmpty)
  }
}

@Suite struct GuanduConfigCheck {
  @Test func printsEveryProblemOnALineOfItsOwn() async throws {
    let scratch = try ScratchFolder()
    let path = "\(scratch.path)/zone.yaml"
    try Data("zone: DMZ\nrole: none\n".utf8).write(to: URL(filePath: path))
    let check = try await Program.guandu("config", "check", path)
    #expect(check.status == 78)
    let lines = check.output.split(separator: "\n")
    #expect(lines.count > 2 && lines.allSatisfy { $0.hasPrefix("\(path):") })
  }

  @Test func looksIntoKeysAndCertificates() async throws {
    let scratch = try ScratchFolder()
    let demo = "\(scratch.path)/demo"
    _ = try await Program.guandu("init", demo)
    let files = FileManager.default
    try files.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\(demo)/dmz/keys/signing.key")
    try files.removeItem(atPath: "\(demo)/dmz/keys/peer-signing.pem")
    try files.copyItem(atPath: "\(demo)/people/clerk.pem", toPath: "\(demo)/dmz/keys/peer-signing.pem")
    let check = try await Program.guandu("config", "check", "\(demo)/dmz/zone.yaml")
    #expect(check.status == 78)
    #expect(check.output.contains("keys.signing_key: key-too-open"))
    #expect(check.output.contains("links.intranet.peer_signing_certificates: wrong-purpose"))
  }
}

@Suite struct GuanduKeyAge {
  @Test func opensWhatAgeSealsForTheZone() async throws {
    let scratch = try ScratchFolder()
    _ = try await Program.guandu("init", "\(scratch.path)/demo")
    let key = try await Program.guandu("key", "age", "--config", "\(scratch.path)/demo/intranet/zone.yaml")
    #expect(key.status == 0)
    #expect(key.complaint.contains("keep it as you keep the key's file"))
    let identity = "\(scratch.path)/identity"
    try Data(key.output.utf8).write(to: URL(filePath: identity))
    let recipient = try #require(
      key.output.split(separator: " ").first { $0.hasPrefix("age1") }?.split(separator: "\n").first)
    let sealed = "\(scratch.path)/sealed"
    let seal = try await Program.tool("age", "-r", String(recipient), "-o", sealed, input: Data("来信".utf8))
    #expect(seal.status == 0, "\(seal.complaint)")
    #expect(try await Program.tool("age", "-d", "-i", identity, sealed).output == "来信")
  }
}

@Suite struct Daemons {
  @Test(arguments: ["guandu-dmz", "guandu-intranet"]) func refuseABadConfigurationAndLeaveNothing(program: String)
    async throws
  {
    let scratch = try ScratchFolder()
    let demo = "\(scratch.path)/demo"
    _ = try await Program.guandu("init", demo)
    let path = "\(demo)/\(program.dropFirst(7))/zone.yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try Data((text + "colour: red\n").utf8).write(to: URL(filePath: path))
    let before = try scratch.contents()
    let refused = try await Program.daemon(program, config: path)
    #expect(refused.status == 78)
    #expect((refused.output + refused.complaint).contains("\(path):"))
    #expect((refused.output + refused.complaint).contains("colour: unknown key; it may be"))
    #expect(try scratch.contents() == before)
  }
}
