import Foundation
import Testing
import Zones

@testable import SMS

@Suite struct GatewayMessages {
  let gateway: LocalGateway

  init() throws { gateway = try LocalGateway() }

  private func provider(
    _ path: String = "/ok", method: String = "POST", headers: [String: String] = ["Content-Type": "application/json"],
    body: String = #"{"to":"{phone}","text":"{text}","ref":"{id}"}"#, successText: String? = #""status":"ok""#,
    timeoutSeconds: Int = 5
  ) -> any SMSProvider {
    makeSMSProvider(
      .http(
        SMSGateway(
          url: "http://127.0.0.1:\(gateway.port)\(path)", method: method, headers: headers, body: body,
          successText: successText, timeoutSeconds: timeoutSeconds)))
  }

  private var lastBody: String { gateway.requests.last?.components(separatedBy: "\r\n\r\n").last ?? "" }

  private static let hostile = "引号\" 反斜杠\\ 换行\n回车\r & = % + {phone} ',\"to\":\"1\" </script> \u{202E}"

  @Test func arriveAsJSONThatMeansTheSame() async throws {
    try await provider().send(to: "+8613800138000", text: Self.hostile)
    let object = try JSONSerialization.jsonObject(with: Data(lastBody.utf8)) as? [String: String]
    #expect(object?["to"] == "+8613800138000")
    #expect(object?["text"] == Self.hostile)
    #expect(object?["ref"]?.count == 36)
    #expect(object?.count == 3)
  }

  @Test func arriveAsAFormThatMeansTheSame() async throws {
    try await provider(headers: [:], body: "to={phone}&text={text}").send(to: "13800138000", text: Self.hostile)
    let fields = lastBody.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
    #expect(fields.count == 2)
    #expect(fields[0] == ["to", "13800138000"])
    #expect(fields[1][1].removingPercentEncoding == Self.hostile)
    #expect(gateway.requests.last?.contains("Content-Type: application/x-www-form-urlencoded") == true)
  }

  @Test func arriveInTheAddressThatMeansTheSame() async throws {
    try await provider("/ok?to={phone}&text={text}", method: "GET", headers: [:], body: "")
      .send(to: "13800138000", text: Self.hostile)
    let line = try #require(gateway.requests.last?.split(separator: "\r\n").first)
    #expect(line.hasPrefix("GET /ok?to=13800138000&text="))
    let query = try #require(line.split(separator: " ").dropFirst().first?.split(separator: "text=").last)
    #expect(String(query).removingPercentEncoding == Self.hostile)
  }

  @Test func carryTheirHeaders() async throws {
    try await provider(headers: ["Authorization": "Bearer k", "X-To": "{phone}"], body: "{text}")
      .send(to: "13800138000", text: "a")
    let request = try #require(gateway.requests.last)
    #expect(request.contains("\r\nAuthorization: Bearer k\r\n"))
    #expect(request.contains("\r\nX-To: 13800138000\r\n"))
  }

  @Test func neverBreakOutOfAHeader() async throws {
    let error = await #expect(throws: NoticeError.self) {
      try await provider(headers: ["X-Text": "{text}"], body: "{phone}").send(to: "13800138000", text: "a\r\nX-Evil: b")
    }
    #expect(error?.kind == .permanent)
    #expect(gateway.requests.isEmpty)
  }

  @Test(arguments: ["/refuse", "/forbidden", "/denied", "/redirect", "/huge"])
  func areRefusedForGood(path: String) async throws {
    let error = await #expect(throws: NoticeError.self) {
      try await provider(path).send(to: "13800138000", text: "a")
    }
    #expect(error?.kind == .permanent)
    #expect(gateway.requests.count == 1)
  }

  @Test(arguments: ["/busy", "/limit", "/hangup"]) func mayBeTriedAgain(path: String) async throws {
    let error = await #expect(throws: NoticeError.self) {
      try await provider(path).send(to: "13800138000", text: "a")
    }
    #expect(error?.kind == .temporary)
  }

  /// The gateway would say yes after four seconds, so a refusal shows that nobody waited for it.
  @Test func areNotWaitedForLongerThanSaid() async throws {
    let error = await #expect(throws: NoticeError.self) {
      try await provider("/slow", timeoutSeconds: 1).send(to: "13800138000", text: "a")
    }
    #expect(error?.kind == .temporary)
  }

  @Test func areKeptWhenNobodyListens() async throws {
    let deaf = makeSMSProvider(
      .http(
        SMSGateway(
          url: "http://127.0.0.1:1/", method: "POST", headers: [:], body: "{phone}{text}", successText: nil,
          timeoutSeconds: 2)))
    let error = await #expect(throws: NoticeError.self) { try await deaf.send(to: "13800138000", text: "a") }
    #expect(error?.kind == .temporary)
  }

  @Test func neverLeaveThisMachineInTheClear() async throws {
    let plain = makeSMSProvider(
      .http(
        SMSGateway(
          url: "http://192.0.2.1/", method: "POST", headers: [:], body: "{phone}{text}", successText: nil,
          timeoutSeconds: 2)))
    let error = await #expect(throws: NoticeError.self) { try await plain.send(to: "13800138000", text: "a") }
    #expect(error?.kind == .permanent)
  }

  @Test func areSentManyAtATime() async throws {
    let provider = provider()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 { group.addTask { try await provider.send(to: "13800138000", text: "a") } }
      try await group.waitForAll()
    }
    #expect(gateway.requests.count == 20)
  }

  @Test(arguments: ["", "12", "abc", "138 0013 8000", "+", "1380013800\n", String(repeating: "1", count: 21)])
  func goToNumbersAlone(phone: String) async throws {
    await #expect(throws: NoticeError.self) { try await provider().send(to: phone, text: "a") }
    #expect(gateway.requests.isEmpty)
  }

  @Test func sayNothingOfTheCitizenWhenTheyFail() async throws {
    let error = await #expect(throws: NoticeError.self) {
      try await provider("/refuse?to={phone}").send(to: "13800138000", text: "code 123456")
    }
    #expect(error?.description.contains("138") == false && error?.description.contains("123456") == false)
  }
}
