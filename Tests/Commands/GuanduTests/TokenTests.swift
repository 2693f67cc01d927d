import ChildProcess
import Foundation
import Testing

/// A token of SoftHSM in a folder of its own. The library finds it by an environment variable, so this suite alone uses one.
private struct Token {
  static let module = "/usr/lib/softhsm/libsofthsm2.so"
  let scratch: ScratchFolder
  var pin: String { scratch.path + "/pin" }

  init() async throws {
    scratch = try ScratchFolder()
    try FileManager.default.createDirectory(atPath: scratch.path + "/tokens", withIntermediateDirectories: true)
    let configuration = scratch.path + "/softhsm2.conf"
    try Data("directories.tokendir = \(scratch.path)/tokens\nlog.level = ERROR\n".utf8)
      .write(to: URL(filePath: configuration))
    setenv("SOFTHSM2_CONF", configuration, 1)
    try Data("12345678\n".utf8).write(to: URL(filePath: pin))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: pin)
    let made = try await Program.tool(
      "softhsm2-util", "--init-token", "--free", "--label", "guandu", "--so-pin", "87654321", "--pin", "12345678")
    #expect(made.status == 0, "\(made.complaint)")
    try await makeKey("EC:prime256v1", "root")
  }

  func makeKey(_ kind: String, _ label: String) async throws {
    let made = try await Program.tool(
      "pkcs11-tool", "--module", Self.module, "--token-label", "guandu", "--login", "--pin", "12345678", "--keypairgen",
      "--key-type", kind, "--label", label, "--usage-sign")
    #expect(made.status == 0, "\(made.complaint)")
  }

  func makeAuthority(uri: String = "pkcs11:token=guandu;object=root;type=private") async throws -> Program.Outcome {
    try await Program.guandu(
      "ca", "init", "--ca", scratch.path + "/ca", "--name", "Root", "--token-module", Self.module, "--token-uri", uri,
      "--key-passphrase-file", pin)
  }
}

@Suite(.serialized) struct GuanduCaWithAToken {
  @Test func signsInTheTokenAndKeepsNoKey() async throws {
    let token = try await Token()
    let (path, scratch) = (token.scratch.path, token.scratch)
    let made = try await token.makeAuthority()
    #expect(made.status == 0, "\(made.complaint)")
    let issued = try await Program.guandu(
      "ca", "issue", "handler", "Clerk", "--ca", path + "/ca", "--out", path, "--key-passphrase-file", token.pin)
    #expect(issued.status == 0, "\(issued.complaint)")
    let revoked = try await Program.guandu(
      "ca", "revoke", path + "/Clerk.pem", "--ca", path + "/ca", "--key-passphrase-file", token.pin)
    #expect(revoked.status == 0, "\(revoked.complaint)")
    let verified = try await Program.tool(
      "openssl", "verify", "-x509_strict", "-crl_check", "-CRLfile", path + "/ca/crl.pem", "-CAfile",
      path + "/ca/authority.pem", path + "/Clerk.pem")
    #expect((verified.output + verified.complaint).contains("certificate revoked"))
    let names = try scratch.contents().keys.filter { $0.hasPrefix("ca/") }
    #expect(names.contains("ca/authority.token") && !names.contains { $0.hasSuffix(".key") })
    // The token lets nobody take the key out.
    let listed = try await Program.tool(
      "pkcs11-tool", "--module", Token.module, "--token-label", "guandu", "--login", "--pin", "12345678", "-O",
      "--type",
      "privkey")
    #expect(listed.output.contains("sensitive") && listed.output.contains("never extractable"), "\(listed.output)")
  }

  @Test func saysWhatIsWrongWithATokenAndLeavesNothing() async throws {
    let token = try await Token()
    let path = token.scratch.path
    let none = try await token.makeAuthority(uri: "pkcs11:token=guandu;object=other;type=private")
    #expect(none.status == 65 && none.complaint.contains("the token has no such key"), "\(none.complaint)")
    let leaky = try await token.makeAuthority(uri: "pkcs11:token=guandu;object=root?pin-value=12345678")
    #expect(leaky.status == 65 && leaky.complaint.contains("without its PIN"), "\(leaky.complaint)")
    try Data("1111\n".utf8).write(to: URL(filePath: token.pin))
    let wrong = try await token.makeAuthority()
    #expect(wrong.status == 65 && wrong.complaint.contains("does not take the PIN"), "\(wrong.complaint)")
    let half = try await Program.guandu(
      "ca", "init", "--ca", path + "/ca", "--name", "Root", "--token-module", Token.module)
    #expect(half.status == 65 && half.complaint.contains("a token needs all three"), "\(half.complaint)")
    let module = try await Program.guandu(
      "ca", "init", "--ca", path + "/ca", "--name", "Root", "--token-module", "/none.so", "--token-uri", "pkcs11:x",
      "--key-passphrase-file", token.pin)
    #expect(module.status == 65 && module.complaint.contains("another module is there"), "\(module.complaint)")
    #expect(!FileManager.default.fileExists(atPath: path + "/ca"))
  }

  @Test func namesTheKeyThatTheEngineCannotBear() async throws {
    let token = try await Token()
    try await token.makeKey("EC:edwards25519", "other")
    let refused = try await token.makeAuthority()
    #expect(refused.status == 65 && refused.complaint.contains("holds an Ed25519 key"), "\(refused.complaint)")
  }
}
