import DurableFiles
import Foundation
import Zones

/// What differs between the kinds of servers. A new one is made for each connection.
protocol RemoteService {
  init(drop: RemoteDrop)
  /// Creates missing folders, and removes what an earlier connection left unfinished.
  func prepare(_ connection: CurlConnection) throws(DropError)
  /// Publishes a file whole, or not at all. One that exists already is not an error.
  func put(_ source: ReadableFile, as name: String, _ connection: CurlConnection) throws(DropError)
  /// The published files with their sizes; nil if the server does not list them.
  func list(_ connection: CurlConnection) throws(DropError) -> [String: Int]?
  /// One that is gone already is not an error.
  func remove(_ name: String, _ connection: CurlConnection) throws(DropError)
}

extension RemoteDrop.Kind {
  var service: any RemoteService.Type {
    switch self {
    case .sftp: SFTPService.self
    case .webdav: WebDAVService.self
    case .httpsPut: HTTPSPutService.self
    }
  }
}

/// A folder on a server. All senders of a link share one connection, one after the other; after a failure it is opened
/// again, a little later each time, and calls meanwhile fail at once.
final class RemoteTarget: DropTarget, @unchecked Sendable {
  // Sendable is safe: every access to a variable holds `lock`.
  private static let longestPause = Duration.seconds(16)
  /// How old the server's listing may be; older if reading it took long.
  private static let listingAge = Duration.seconds(2)

  private let drop: RemoteDrop
  private let files: Files
  private let lock = NSLock()
  private var connection: CurlConnection?
  private var failures = 0
  private var lastFailure: DropError?
  private var pausesUntil = ContinuousClock.now
  private var listing: [String: Int]?
  private var listedUntil = ContinuousClock.now

  init(drop: RemoteDrop, files: Files) {
    self.drop = drop
    self.files = files
  }

  /// The server may be down when the daemon starts: it is prepared with the first connection, so receiving need not
  /// wait for it.
  func prepareForSending() {}

  func putWithoutSync(_ source: String, as name: String) throws {
    let file = try files.openForReading(source)
    try ask { service, connection throws(DropError) in
      try service.put(file, as: name, connection)
      self.listing?[name] = file.byteCount
    }
  }

  /// Whether the server syncs is out of our hands; the packet is kept in `sent/` until the receipt.
  func syncNew() {}

  func holds(_ name: String) -> Bool { (try? currentListing())??[name] != nil }

  func usage() throws -> (packets: Int, bytes: Int) {
    guard let listing = try currentListing() else { return (0, 0) }
    return (listing.count, listing.values.reduce(0, +))
  }

  func settle(_ name: String) throws {
    try ask { service, connection throws(DropError) in
      try service.remove(name, connection)
      self.listing?[name] = nil
    }
  }

  private func currentListing() throws(DropError) -> [String: Int]? {
    try ask { service, connection throws(DropError) -> [String: Int]? in
      let start = ContinuousClock.now
      if start < self.listedUntil { return self.listing }
      self.listing = try service.list(connection)
      self.listedUntil = .now + max(Self.listingAge, start.duration(to: .now) * 10)
      return self.listing
    }
  }

  /// Runs `body` with a working connection, or throws why there is none.
  private func ask<T>(_ body: (any RemoteService, CurlConnection) throws(DropError) -> T) throws(DropError) -> T {
    lock.lock()
    defer { lock.unlock() }
    if let lastFailure, ContinuousClock.now < pausesUntil { throw lastFailure }
    do throws(DropError) {
      let service = drop.kind.service.init(drop: drop)
      let result = try body(service, try connected(service))
      (failures, lastFailure) = (0, nil)
      return result
    } catch {
      note(error)
      throw error
    }
  }

  private func connected(_ service: any RemoteService) throws(DropError) -> CurlConnection {
    if let connection { return connection }
    let new = try CurlConnection(drop: drop, files: files)
    try service.prepare(new)
    connection = new
    return new
  }

  private func note(_ failure: DropError) {
    connection = nil
    listedUntil = .now
    lastFailure = failure
    pausesUntil = .now + min(.seconds(1 << min(failures, 10)), Self.longestPause)
    failures += 1
  }
}
