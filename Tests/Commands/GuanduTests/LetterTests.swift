import ChildProcess
import Foundation
import Testing

/// `guandu letter` against a real portal.
@Suite(.serialized) final class GuanduLetter {
  private let scratch: ScratchFolder
  private let daemon: ChildProcess
  private let port: Int

  init() async throws {
    let scratch = try ScratchFolder()
    let port = try freePort()
    let made = try await Program.guandu("init", "\(scratch.path)/demo", "--portal-port", "\(port)")
    #expect(made.status == 0, "\(made.complaint)")
    daemon = try Program.start(["--config", "\(scratch.path)/demo/dmz/zone.yaml"], program: "guandu-dmz")
    (self.scratch, self.port) = (scratch, port)
    for _ in 0..<1_200 {
      let answer = try await Program.tool(
        "curl", "-s", "--cacert", "\(scratch.path)/demo/ca/root.pem", "\(portal)/health")
      if answer.output.hasPrefix("ok") { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("the portal did not start")
  }

  deinit {
    daemon.terminate()
    daemon.waitUntilExit()
  }

  private var demo: String { "\(scratch.path)/demo" }
  private var portal: String { "https://localhost:\(port)" }

  private func submit(_ changes: [String: String] = [:], more: [String] = [], input: String = "") async throws
    -> Program.Outcome
  {
    let text = "\(scratch.path)/text"
    try Data("路灯坏了，\n请 <b>修理</b> & 答复。\n".utf8).write(to: URL(filePath: text))
    let options = [
      "--portal": portal, "--ca": "\(demo)/ca/root.pem", "--phone": "13800138000", "--mailbox": "mayor",
      "--kind": "complaint", "--title": "路灯 \"坏了\"", "--text-file": text,
    ].merging(changes) { $1 }
    return try await Program.guandu(
      ["letter", "submit"] + options.flatMap { [$0.key, $0.value] } + more, input: input)
  }

  private func status(_ input: String) async throws -> Program.Outcome {
    try await Program.guandu(
      ["letter", "status", "--json", "--portal", portal, "--ca", "\(demo)/ca/root.pem"], input: input)
  }

  @Test func goesOutAndIsReadAgain() async throws {
    let photo = "\(scratch.path)/photo.jpg"
    try (Data([0xFF, 0xD8, 0xFF, 0xE0]) + Data(repeating: 7, count: 200_000)).write(to: URL(filePath: photo))
    let sent = try await submit(more: ["--sms-directory", "\(demo)/sms", "--attach", photo, "--publish"])
    #expect(sent.status == 0, "\(sent.complaint)")
    let values = sent.output.split(separator: "\n").map { $0.split(separator: " ").last.map(String.init) ?? "" }
    #expect(sent.output.split(separator: "\n").map { $0.prefix { $0 != ":" } } == ["number", "code", "password"])
    let state = try await status("\(values[1])\n\(values[2])\n")
    let letter = try JSONSerialization.jsonObject(with: Data(state.output.utf8)) as? [String: String]
    #expect(letter?["number"] == values[0])
    #expect(letter?["stage"] == "sent")
    #expect(letter?["title"] == "路灯 \"坏了\"")
    #expect(letter?["text"] == "路灯坏了，\n请 <b>修理</b> & 答复。")
    let wrong = try await status("\(values[1])\n\(values[2] == "000000" ? "000001" : "000000")\n")
    #expect(wrong.status == 65 && wrong.output.isEmpty)
  }

  @Test func isRefusedWithAWrongCode() async throws {
    let refused = try await submit(input: "00000x\n")
    #expect(refused.status == 65)
    #expect(refused.complaint.contains("the portal answered 422"))
    #expect(refused.output.isEmpty)
  }

  @Test(arguments: [("--phone", "12"), ("--mailbox", "nobody"), ("--kind", "song"), ("--title", "")])
  func isRefusedWithABadField(name: String, value: String) async throws {
    let refused = try await submit([name: value], more: ["--sms-directory", "\(demo)/sms"])
    #expect(refused.status == 65, "\(refused.complaint)")
    #expect(refused.output.isEmpty)
  }

  @Test func isNotSentToAPortalThatCannotBeTrustedOrReached() async throws {
    let untrusted = try await submit(["--ca": "\(demo)/people/clerk.pem"], input: "123456\n")
    #expect(untrusted.status == 1 && untrusted.complaint.contains("--ca"))
    #expect(try await submit(["--portal": "https://localhost:1"], input: "123456\n").status == 75)
    #expect(try await submit(["--portal": "http://localhost:\(port)"], input: "123456\n").status == 65)
  }

  @Test func asksForFilesThatAreThere() async throws {
    #expect(try await submit(["--text-file": "/none"], input: "123456\n").status == 65)
    #expect(try await submit(more: ["--attach", "/none"], input: "123456\n").status == 65)
    #expect(try await submit(["--text-file": "-"], input: "text").status == 64)
  }
}

func freePort() throws -> Int {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = inet_addr("127.0.0.1")
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let isBound = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
    }
  }
  try #require(isBound)
  return Int(UInt16(bigEndian: address.sin_port))
}
