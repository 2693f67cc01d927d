import Foundation
import Testing
import Zones

@testable import SMS

@Suite struct DemonstrationMessages {
  let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "guandu-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  @Test func lieInTheFolderOneAFile() async throws {
    let provider = makeSMSProvider(.file(directory: folder))
    #expect(provider.isDemonstration)
    for _ in 0..<3 { try await provider.send(to: "13800138000", text: "您的验证码是 012345") }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(names.count == 3)
    for name in names {
      #expect(name.hasSuffix(".txt") && !name.hasPrefix("."))
      let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
      #expect(text == "to: 13800138000\n\n您的验证码是 012345\n")
      let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
    try FileManager.default.removeItem(atPath: folder)
  }

  @Test func areTriedAgainWhenTheFolderIsGone() async throws {
    let provider = makeSMSProvider(.file(directory: "\(folder)/none"))
    let error = await #expect(throws: NoticeError.self) { try await provider.send(to: "13800138000", text: "a") }
    #expect(error?.kind == .temporary)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    try FileManager.default.removeItem(atPath: folder)
  }
}
