import DurableFiles
import Foundation
import Testing
import Zones

@testable import Drop

@Suite struct RemoteTargetTests {
  private let files = Files()

  @Test("a packet lies whole in the server's new/, is found there, and can be taken back")
  func life() throws {
    let server = try LocalSFTPServer()
    let target = DropAddress.remote(server.drop).target(files: files)
    let content = [UInt8]((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) })
    let source = try packet(content)
    try target.put(source, as: "a.gdp")
    #expect(try files.read("\(server.folder)/new/a.gdp", maxBytes: 1 << 24) == content)
    #expect(try files.list("\(server.folder)/tmp").isEmpty)
    #expect(target.holds("a.gdp") && !target.holds("b.gdp"))
    #expect(try target.usage() == (1, content.count))
    try target.settle("a.gdp")
    try target.settle("a.gdp")
    #expect(try files.list("\(server.folder)/new").isEmpty)
    #expect(try target.usage() == (0, 0))
  }

  @Test("what lies there already is left as it is, and nothing stays in tmp/")
  func repeats() throws {
    let server = try LocalSFTPServer()
    let source = try packet([1, 2, 3])
    for _ in 0..<2 {
      let target = DropAddress.remote(server.drop).target(files: files)
      try target.put(source, as: "a.gdp")
      try target.put(source, as: "a.gdp")
    }
    #expect(try files.read("\(server.folder)/new/a.gdp", maxBytes: 9) == [1, 2, 3])
    #expect(try files.list("\(server.folder)/tmp").isEmpty)
  }

  @Test("a name that another file has is an error, and that file stays")
  func taken() throws {
    let server = try LocalSFTPServer()
    try files.createFolder("\(server.folder)/new")
    try files.writeNew("\(server.folder)/new/a.gdp", [[9]])
    let target = DropAddress.remote(server.drop).target(files: files)
    let source = try packet([1, 2, 3])
    let error = #expect(throws: DropError.self) { try target.put(source, as: "a.gdp") }
    #expect(error?.code == .answer)
    #expect(try files.read("\(server.folder)/new/a.gdp", maxBytes: 9) == [9])
  }

  @Test("what an earlier connection left half-sent is cleared away, and nothing else")
  func leftovers() throws {
    let server = try LocalSFTPServer()
    try files.createFolder("\(server.folder)/tmp")
    for name in ["half.gdp", "notes.txt"] { try files.writeNew("\(server.folder)/tmp/\(name)", [[1]]) }
    let target = DropAddress.remote(server.drop).target(files: files)
    #expect(try target.usage() == (0, 0))
    #expect(try files.list("\(server.folder)/tmp") == ["notes.txt"])
  }

  @Test("a folder that the server does not have is told")
  func noFolder() throws {
    let server = try LocalSFTPServer()
    try FileManager.default.removeItem(atPath: server.folder)
    let target = DropAddress.remote(server.drop).target(files: files)
    let error = #expect(throws: DropError.self) { try target.put(try packet([1]), as: "a.gdp") }
    #expect(error?.code == .answer)
    #expect(error?.reason.contains("no such folder") == true, "\(error?.description ?? "")")
  }

  @Test("a server that is not there is told by its address, without a secret, and asked again later")
  func nobodyThere() throws {
    let secret = try packet(Array("a word that no error may show\n".utf8))
    var drop = RemoteDrop(
      kind: .webdav, url: "https://localhost:1/ferry", knownBy: "/etc/ssl/certs/ca-certificates.crt")
    (drop.username, drop.passwordFile) = ("ferry", secret)
    let target = DropAddress.remote(drop).target(files: files)
    target.prepareQuietly()
    for _ in 0..<2 {
      let error = #expect(throws: DropError.self) { try target.usage() }
      #expect(error?.code == .unreachable)
      #expect(error?.description.hasPrefix("the drop https://localhost:1/ferry: ") == true)
      #expect(error?.description.contains("no error may show") == false)
    }
    #expect(!target.holds("a.gdp"))
  }

  @Test("a password file that is gone is named")
  func noPassword() {
    var drop = RemoteDrop(kind: .httpsPut, url: "https://localhost:1/ferry", knownBy: "/none")
    (drop.username, drop.passwordFile) = ("ferry", "/nowhere/password")
    let target = DropAddress.remote(drop).target(files: files)
    let error = #expect(throws: DropError.self) { try target.settle("a.gdp") }
    #expect(error?.code == .local)
    #expect(error?.reason.contains("/nowhere/password") == true)
  }

  private func packet(_ content: [UInt8]) throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "guandu-\(UUID().uuidString)").path
    try files.writeNew(path, [content])
    return path
  }
}

extension DropTarget {
  /// At a start, a server that is down must not keep the link from receiving.
  fileprivate func prepareQuietly() { #expect(throws: Never.self) { try prepareForSending() } }
}
