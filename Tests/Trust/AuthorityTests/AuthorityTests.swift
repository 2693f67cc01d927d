import Certificates
import DurableFiles
import Foundation
import Synchronization
import Testing

@testable import Authority

/// A folder that goes with the test, with a root in it.
private final class Place {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "guandu-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Whether `body` throws nothing. Whatever it has opened is closed afterwards.
  func tries(_ body: (Place) throws -> Void) -> Bool {
    do { try body(self) } catch { return false }
    return true
  }

  func makeRoot(files: Files = Files()) throws -> AuthorityFolder {
    try AuthorityFolder.makeRoot(
      at: path + "/root", commonName: "Root", organization: "City", date: now, files: files)
  }
}

private let now = Date(timeIntervalSince1970: 1_800_000_000)

/// Fails at the `count`th step, before it or after it.
private final class FaultAtStep: FaultPlan {
  private let left: Mutex<Int>
  private let isAfter: Bool
  var hasStruck: Bool { left.withLock { $0 <= 0 } }

  init(step: Int, after: Bool) {
    left = Mutex(step)
    isAfter = after
  }

  func before(_ operation: FileOperation, path: String) throws(FileError) {
    if !isAfter { try strike(operation, path) }
  }

  func after(_ operation: FileOperation, path: String) throws(FileError) {
    if isAfter { try strike(operation, path) }
  }

  private func strike(_ operation: FileOperation, _ path: String) throws(FileError) {
    let isNow = left.withLock { left in
      left -= 1
      return left == 0
    }
    if isNow { throw FileError(operation, path, number: EIO) }
  }
}

@Suite struct AuthorityFolders {
  @Test(arguments: [false, true]) func areThereWholeOrNotAtAllWhateverTheDiskDoes(after: Bool) throws {
    for step in 1...200 {
      let (place, fault) = (try Place(), FaultAtStep(step: step, after: after))
      let isMade = place.tries { _ = try $0.makeRoot(files: Files(faults: fault)) }
      guard fault.hasStruck else {
        #expect(step > 20)
        return
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: place.path)
      #expect(!isMade || names == ["root"])
      if !names.isEmpty {
        #expect(names == ["root"], "step \(step)")
        // The last step alone, the sync of the folder above, can fail after the folder is there.
        #expect(try AuthorityFolder(path: place.path + "/root").entries().isEmpty)
      }
    }
    Issue.record("the folder takes more steps than were tried")
  }

  @Test(arguments: [false, true]) func handOutNothingThatTheIndexDoesNotKnow(after: Bool) throws {
    for step in 1...200 {
      let (place, fault) = (try Place(), FaultAtStep(step: step, after: after))
      _ = try place.makeRoot()
      let issued: Certificate? =
        try? AuthorityFolder(path: place.path + "/root", files: Files(faults: fault))
        .issue(.seal, to: "Office", date: now).certificate
      let entries = try AuthorityFolder(path: place.path + "/root").entries()
      if let issued { #expect(entries.map(\.certificate) == [issued]) }
      #expect(entries.count <= 1)
      guard fault.hasStruck else {
        #expect(issued != nil && step > 5)
        return
      }
    }
    Issue.record("issuing takes more steps than were tried")
  }

  @Test(arguments: [false, true]) func neverUseANumberOfAListTwice(after: Bool) throws {
    for step in 1...200 {
      let (place, fault) = (try Place(), FaultAtStep(step: step, after: after))
      let path = place.path + "/root"
      var revoked: Int?
      _ = place.tries { place in
        let first = try place.makeRoot().issue(.seal, to: "Office", date: now).certificate
        let broken = try AuthorityFolder(path: path, files: Files(faults: fault))
        revoked = try broken.revoke(try broken.find(first.serialNumber), reason: .keyCompromise, date: now)
      }
      let lists = try Set(FileManager.default.contentsOfDirectory(atPath: path + "/lists"))
      let whole = try AuthorityFolder(path: path)
      let next = try whole.publishList(at: now)
      #expect(!lists.contains { Int($0.prefix(10)) == next }, "step \(step)")
      if revoked != nil { #expect(try whole.entries()[0].revocation != nil) }
      guard fault.hasStruck else {
        #expect(revoked == 2)
        return
      }
    }
    Issue.record("revoking takes more steps than were tried")
  }

  @Test func serveOneCommandAtATime() throws {
    let place = try Place()
    let held = try place.makeRoot()
    #expect(throws: AuthorityError.self) { _ = try AuthorityFolder(path: place.path + "/root") }
    withExtendedLifetime(held) {}
  }

  @Test func areFreeAtOnceEvenIfAChildProcessIsJustStarting() throws {
    let place = try Place()
    var held: AuthorityFolder? = try place.makeRoot()
    // What a child has between its fork and its program: the same open files.
    let ours = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(Int32.init).filter {
      let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
      return target?.hasPrefix(place.path) == true
    }
    #expect(!ours.isEmpty)
    let copies = ours.map { dup($0) }
    defer { for copy in copies { close(copy) } }
    withExtendedLifetime(held) {}
    held = nil
    _ = try AuthorityFolder(path: place.path + "/root")
  }

  @Test func makeNoAuthorityBelowAnIssuingOne() throws {
    let place = try Place()
    let issuing = try place.makeRoot().makeIssuing(at: place.path + "/issuing", commonName: "Issuing", date: now)
    #expect(throws: AuthorityError.self) {
      _ = try issuing.makeIssuing(at: place.path + "/third", commonName: "Third", date: now)
    }
    for profile in [CertificateProfile.root, .issuing] {
      #expect(throws: AuthorityError.self) { _ = try issuing.issue(profile, to: "Third", date: now) }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.path).sorted() == ["issuing", "root"])
  }

  @Test func noticeAForeignCertificateInTheIndex() throws {
    let (place, other) = (try Place(), try Place())
    let stranger = try other.makeRoot().issue(.seal, to: "Office", date: now).certificate
    let root = try place.makeRoot()
    let name = "/root/issued/\(stranger.serialNumber).pem"
    try FileManager.default.copyItem(atPath: other.path + name, toPath: place.path + name)
    #expect(throws: AuthorityError.self) { _ = try root.entries() }
  }
}
