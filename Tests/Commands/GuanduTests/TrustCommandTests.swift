import ChildProcess
import Foundation
import Testing

/// A clerk whose certificate is revoked while the desk runs.
@Suite struct GuanduTrust {
  @Test func endsAClerksAccessWhileTheDeskRuns() async throws {
    let scratch = try ScratchFolder()
    let (demo, port) = (scratch.path + "/demo", try freePort())
    let made = try await Program.guandu("init", demo, "--desk-port", "\(port)")
    #expect(made.status == 0, "\(made.complaint)")
    let config = demo + "/intranet/zone.yaml"
    let daemon = try Program.start(["--config", config], program: "guandu-intranet")
    defer {
      daemon.terminate()
      daemon.waitUntilExit()
    }
    let password = try String(contentsOfFile: demo + "/people/clerk.password", encoding: .utf8)
      .trimmingCharacters(in: .newlines)
    let visit = {
      try await Program.tool(
        "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", demo + "/ca/root.pem", "--cert-type", "P12",
        "--cert", "\(demo)/people/clerk.p12:\(password)", "https://localhost:\(port)/folders/to-do"
      ).output
    }
    var before = "000"
    for _ in 0..<200 where before == "000" {
      before = try await visit()
      if before == "000" { try await Task.sleep(for: .milliseconds(50)) }
    }
    #expect(before.first == "2" || before.first == "3", "\(before)")
    let revoked = try await Program.guandu(
      "ca", "revoke", demo + "/people/clerk.pem", "--reason", "keyCompromise", "--ca", demo + "/ca/issuing")
    #expect(revoked.status == 0, "\(revoked.complaint)")
    let told = try await Program.guandu("trust", "import-crl", "--config", config, demo + "/ca/issuing/crl.pem")
    #expect(told.status == 0 && told.output.contains("list 2 of Guandu issuing authority counts"), "\(told.complaint)")
    #expect(try await visit() == "403")
    let older = try await Program.guandu(
      "trust", "import-crl", "--config", config, demo + "/ca/issuing/lists/0000000001.pem")
    #expect(older.status == 1 && older.complaint.contains("crl-rolled-back"), "\(older.complaint)")
    let foreign = try await Program.guandu(
      "trust", "import-crl", "--config", config, demo + "/people/clerk.pem")
    #expect(foreign.status == 65 && foreign.complaint.contains("malformed"), "\(foreign.complaint)")
    #expect(try await visit() == "403")
  }
}
