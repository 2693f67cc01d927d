import ChildProcess
import Foundation
import Testing

/// A root and an issuing authority, made by the command.
private struct City {
  let scratch: ScratchFolder
  var path: String { scratch.path }
  var issuing: String { path + "/issuing" }

  init(permitting domains: [String] = []) async throws {
    scratch = try ScratchFolder()
    let root = try await Program.guandu(
      "ca", "init", "--ca", path + "/usb", "--name", "市政务服务根", "--organization", "示例市")
    #expect(root.status == 0, "\(root.complaint)")
    let made = try await Program.guandu(
      ["ca", "init", "--ca", issuing, "--name", "Issuing", "--under", path + "/usb"]
        + domains.flatMap { ["--permit-domain", $0] }, input: "")
    #expect(made.status == 0, "\(made.complaint)")
  }

  @discardableResult func ca(_ arguments: String...) async throws -> Program.Outcome {
    try await Program.guandu(["ca"] + arguments + ["--ca", issuing], input: "")
  }

  func issue(_ arguments: String...) async throws {
    let made = try await Program.guandu(["ca", "issue"] + arguments + ["--ca", issuing, "--out", path], input: "")
    #expect(made.status == 0, "\(made.complaint)")
  }

  /// What `openssl verify` says, with the lists of both authorities.
  func verify(_ name: String, purpose: String = "any") async throws -> String {
    let lists = path + "/crls.pem"
    let both =
      try String(contentsOfFile: path + "/usb/crl.pem", encoding: .utf8)
      + String(contentsOfFile: issuing + "/crl.pem", encoding: .utf8)
    try Data(both.utf8).write(to: URL(filePath: lists))
    let said = try await Program.tool(
      "openssl", "verify", "-purpose", purpose, "-x509_strict", "-crl_check_all", "-CRLfile", lists, "-CAfile",
      path + "/usb/authority.pem", "-untrusted", issuing + "/authority.pem", "\(path)/\(name)")
    return said.output + said.complaint
  }

  func text(_ name: String) async throws -> String {
    try await Program.tool("openssl", "x509", "-in", "\(path)/\(name)", "-noout", "-text").output
  }
}

@Suite struct GuanduCa {
  @Test func issuesWhatOpenSSLVerifiesForItsPurposeAlone() async throws {
    let city = try await City()
    try await city.issue("handler", "Clerk")
    try await city.issue("server", "Portal", "--host", "portal.example.cn")
    try await city.issue("time-stamp", "Clock")
    try await city.issue("seal", "Office")
    try await city.issue("zone", "dmz")
    for (name, purpose) in [
      ("Clerk.pem", "sslclient"), ("Portal.pem", "sslserver"), ("Clock.pem", "timestampsign"), ("Office.pem", "any"),
      ("signing.pem", "any"), ("encryption.pem", "any"),
    ] { #expect(try await city.verify(name, purpose: purpose).contains(": OK"), "\(name)") }
    for (name, purpose) in [
      ("Clerk.pem", "sslserver"), ("Portal.pem", "sslclient"), ("Office.pem", "timestampsign"),
      ("Clock.pem", "sslclient"), ("signing.pem", "sslclient"),
    ] { #expect(try await city.verify(name, purpose: purpose).contains("unsuitable certificate purpose"), "\(name)") }
    let office = try await city.text("Office.pem")
    #expect(office.contains("Digital Signature, Non Repudiation") && office.contains("CA:FALSE"))
    #expect(try await city.text("encryption.pem").contains("Key Agreement"))
    #expect(
      try await city.text("Clock.pem").contains("X509v3 Extended Key Usage: critical\n                Time Stamping"))
  }

  @Test func boundsWhatIsBelowAnAuthority() async throws {
    let city = try await City(permitting: ["example.cn"])
    #expect(try await city.text("usb/authority.pem").contains("CA:TRUE, pathlen:1"))
    #expect(try await city.text("issuing/authority.pem").contains("CA:TRUE, pathlen:0"))
    try await city.issue("server", "good", "--host", "portal.example.cn")
    try await city.issue("server", "bad", "--host", "portal.example.org")
    #expect(try await city.verify("good.pem").contains(": OK"))
    #expect(try await city.verify("bad.pem").contains("permitted subtree violation"))
  }

  @Test func makesSerialNumbersThatAreRandomAndShort() async throws {
    let city = try await City()
    for name in ["a", "b", "c"] { try await city.issue("seal", name) }
    let numbers = try await city.ca("list").output.split(separator: "\n").map { $0.prefix { $0 != " " } }
    #expect(Set(numbers).count == 3)
    #expect(numbers.allSatisfy { $0.count <= 40 && $0.count > 24 })
  }

  @Test func revokesWithAReasonThatOpenSSLReads() async throws {
    let city = try await City()
    try await city.issue("handler", "Clerk")
    try await city.issue("handler", "Leader")
    let revoked = try await city.ca("revoke", city.path + "/Clerk.pem", "--reason", "keyCompromise")
    #expect(revoked.status == 0 && revoked.output.contains("list 2"), "\(revoked.complaint)")
    #expect(try await city.verify("Clerk.pem").contains("certificate revoked"))
    #expect(try await city.verify("Leader.pem").contains(": OK"))
    let list = try await Program.tool(
      "openssl", "crl", "-in", city.issuing + "/crl.pem", "-CAfile", city.issuing + "/authority.pem", "-noout", "-text")
    #expect((list.output + list.complaint).contains("verify OK"))
    #expect(list.output.contains("Key Compromise"))
    #expect(try await city.ca("list").output.contains("revoked  handler"))
    let again = try await city.ca("revoke", city.path + "/Clerk.pem")
    #expect(again.status == 65 && again.complaint.contains("is revoked already"))
  }

  @Test func numbersItsListsUpwards() async throws {
    let city = try await City()
    var numbers: [String] = []
    for _ in 0..<3 {
      _ = try await city.ca("crl", "--days", "7")
      numbers.append(
        try await Program.tool("openssl", "crl", "-in", city.issuing + "/crl.pem", "-noout", "-crlnumber").output)
    }
    #expect(numbers == ["crlNumber=0x02\n", "crlNumber=0x03\n", "crlNumber=0x04\n"])
  }

  @Test func renewsUnderTheSameNameWithAFreshKey() async throws {
    let city = try await City()
    try await city.issue("server", "Portal", "--host", "portal.example.cn", "--host", "127.0.0.1")
    try FileManager.default.createDirectory(atPath: city.path + "/new", withIntermediateDirectories: true)
    let renewed = try await city.ca("renew", city.path + "/Portal.pem", "--revoke", "--out", city.path + "/new")
    #expect(renewed.status == 0, "\(renewed.complaint)")
    #expect(try await city.verify("new/Portal.pem", purpose: "sslserver").contains(": OK"))
    #expect(try await city.verify("Portal.pem").contains("certificate revoked"))
    #expect(try await city.text("new/Portal.pem").contains("DNS:portal.example.cn, IP Address:127.0.0.1"))
    let keys = try ["Portal.key", "new/Portal.key"].map { try Data(contentsOf: URL(filePath: city.path + "/" + $0)) }
    #expect(keys[0] != keys[1])
  }

  @Test func signsRequestsFromElsewhereByTheProfileAndNotByTheirWish() async throws {
    let city = try await City()
    _ = try await Program.tool(
      "openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
      city.path + "/own.key", "-out", city.path + "/own.csr", "-subj", "/CN=李四", "-utf8", "-addext",
      "basicConstraints=critical,CA:TRUE")
    let made = try await city.ca(
      "sign", city.path + "/own.csr", "--kind", "handler", "--out", city.path + "/own.pem")
    #expect(made.status == 0 && made.output.contains("李四"), "\(made.complaint)")
    #expect(try await city.verify("own.pem", purpose: "sslclient").contains(": OK"))
    #expect(try await city.text("own.pem").contains("CA:FALSE"))
    _ = try await Program.tool(
      "openssl", "genpkey", "-algorithm", "X25519", "-out", city.path + "/enc.key")
    _ = try await Program.tool(
      "openssl", "pkey", "-in", city.path + "/enc.key", "-pubout", "-out", city.path + "/enc.pub")
    let encryption = try await city.ca(
      "sign", city.path + "/enc.pub", "--kind", "zone-encryption", "--name", "dmz encryption", "--out",
      city.path + "/enc.pem")
    #expect(encryption.status == 0, "\(encryption.complaint)")
    #expect(try await city.verify("enc.pem").contains(": OK"))
  }

  @Test func refusesRequestsThatAreWrong() async throws {
    let city = try await City()
    let request = city.path + "/own.csr"
    _ = try await Program.tool(
      "openssl", "req", "-new", "-newkey", "rsa:1024", "-nodes", "-keyout", "/dev/null", "-out", request, "-subj",
      "/CN=x")
    let weak = try await city.ca("sign", request, "--kind", "handler", "--out", city.path + "/x.pem")
    #expect(weak.status == 65 && weak.complaint.contains("weak-key"))
    _ = try await Program.tool(
      "openssl", "req", "-new", "-newkey", "ed25519", "-nodes", "-keyout", "/dev/null", "-out", request, "-subj",
      "/CN=x")
    let kind = try await city.ca("sign", request, "--kind", "handler", "--out", city.path + "/x.pem")
    #expect(kind.status == 65 && kind.complaint.contains("is for a P-256 key, not Ed25519"))
    var text = try String(contentsOfFile: request, encoding: .utf8)
    let lines = text.split(separator: "\n")
    text = text.replacingOccurrences(of: lines[lines.count - 2], with: "AAAA" + lines[lines.count - 2].dropFirst(4))
    try Data(text.utf8).write(to: URL(filePath: request))
    let forged = try await city.ca("sign", request, "--kind", "zone-signing", "--out", city.path + "/x.pem")
    #expect(forged.status == 65 && forged.complaint.contains("untrusted: "), "\(forged.complaint)")
    for junk in ["", "junk", "-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n"] {
      try Data(junk.utf8).write(to: URL(filePath: request))
      let refused = try await city.ca("sign", request, "--kind", "handler", "--out", city.path + "/x.pem")
      #expect(refused.status == 65 && refused.complaint.contains("malformed: \(request)"))
    }
    #expect(!FileManager.default.fileExists(atPath: city.path + "/x.pem"))
    #expect(try await city.ca("list").output.isEmpty)
  }

  @Test func leavesNothingBehindWhereItRefuses() async throws {
    let city = try await City()
    try Data("mine".utf8).write(to: URL(filePath: city.path + "/Clerk.p12"))
    let before = try city.scratch.contents()
    for (arguments, status, complaint) in [
      (["issue", "handler", "Clerk", "--out", city.path], 73, "there already; nothing was issued"),
      (["issue", "handler", "Clerk", "--out", city.path + "/none"], 73, "no such folder"),
      (["issue", "handler", String(repeating: "x", count: 65), "--out", city.path], 65, "1 to 64 characters"),
      (["issue", "handler", "a\u{7}b", "--out", city.path], 65, "1 to 64 characters"),
      (["issue", "server", "x", "--host", "a b", "--out", city.path], 65, "neither a host name nor an IP address"),
      (["issue", "server", "x", "--out", city.path], 64, "a server needs --host"),
      (["issue", "nobody", "x"], 64, "nobody"),
      (["issue", "handler", "x", "--days", "0"], 64, "--days"),
      (["revoke", "0123456789"], 65, "no certificate with the serial number"),
      (["revoke", "zz"], 65, "eight or more digits"),
      (["revoke", city.path + "/usb/authority.pem"], 65, "is not of this authority"),
      (["revoke", city.path + "/none.pem"], 65, "unreadable"),
      (["revoke", "0123456789", "--reason", "boredom"], 64, "no such reason"),
      (["crl", "--days", "4000"], 64, "--days"),
    ] {
      let refused = try await Program.guandu(["ca"] + arguments + ["--ca", city.issuing], input: "")
      #expect(refused.status == Int32(status), "\(arguments)")
      #expect(refused.complaint.contains(complaint), "\(refused.complaint)")
    }
    #expect(try city.scratch.contents() == before)
    let foreign = try await Program.guandu("ca", "list", "--ca", city.path)
    #expect(foreign.status == 1 && foreign.complaint.contains("not an authority's folder"))
    let twice = try await Program.guandu("ca", "init", "--ca", city.issuing, "--name", "x")
    #expect(twice.status == 65 && twice.complaint.contains("there already"))
  }

  @Test func keepsKeysUnderAPassphraseWhereOneIsGiven() async throws {
    let scratch = try ScratchFolder()
    let secret = scratch.path + "/secret"
    try Data("open sesame\n".utf8).write(to: URL(filePath: secret))
    let open = try await Program.guandu(
      "ca", "init", "--ca", scratch.path + "/ca", "--name", "Root", "--key-passphrase-file", secret)
    #expect(open.status == 65 && open.complaint.contains("key-too-open"))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secret)
    _ = try await Program.guandu(
      "ca", "init", "--ca", scratch.path + "/ca", "--name", "Root", "--key-passphrase-file", secret)
    let key = try String(contentsOfFile: scratch.path + "/ca/authority.key", encoding: .utf8)
    #expect(key.hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----"))
    let shut = try await Program.guandu("ca", "crl", "--ca", scratch.path + "/ca")
    #expect(shut.status == 65 && shut.complaint.contains("wrong-passphrase"))
    let opened = try await Program.guandu(
      "ca", "crl", "--ca", scratch.path + "/ca", "--key-passphrase-file", secret)
    #expect(opened.status == 0, "\(opened.complaint)")
    let read = try await Program.tool(
      "openssl", "pkey", "-in", scratch.path + "/ca/authority.key", "-passin", "file:" + secret, "-noout")
    #expect(read.status == 0)
  }

  @Test func killedAtAnyMomentKnowsWhatItHandedOut() async throws {
    let city = try await City()
    for round in 0..<15 {
      let process = try Program.start(
        ["ca", "issue", "seal", "Office \(round)", "--ca", city.issuing, "--out", city.path])
      usleep(UInt32(round) * 3_000)
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    let listed = try await city.ca("list")
    #expect(listed.status == 0, "\(listed.complaint)")
    for name in try FileManager.default.contentsOfDirectory(atPath: city.path) where name.hasSuffix(".pem") {
      let number = try await Program.tool("openssl", "x509", "-in", "\(city.path)/\(name)", "-noout", "-serial").output
      if number.isEmpty { continue }
      #expect(listed.output.contains(number.dropFirst(7).lowercased().trimmingCharacters(in: .newlines)))
    }
  }
}
