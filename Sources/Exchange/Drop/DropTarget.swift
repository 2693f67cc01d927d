public import DurableFiles
public import Zones

/// Where a link's packets are put for the peer: a folder, or a server's. It reads no packet.
///
/// Every call may block until a disk or a server has answered; a silent server is given up after its time-out. Calls may
/// come from several threads.
public protocol DropTarget: Sendable {
  /// A sender's start: makes what is missing, and removes what a crash left half-done.
  func prepareForSending() throws

  /// Publishes a synced packet file under `name`, where the peer takes it whole or not at all. One that is there already
  /// is fine. The caller syncs, once for many.
  func putWithoutSync(_ source: String, as name: String) throws
  /// What was put before survives a crash of the machine, where that is in the target's power.
  func syncNew() throws

  /// Whether a packet of this name is known to lie there still. False where nobody can tell.
  func holds(_ name: String) -> Bool

  /// How many packets lie there, and how large they are together; none where nobody can tell. Throws while the target
  /// takes nothing.
  func usage() throws -> (packets: Int, bytes: Int)

  /// Takes a packet back that nobody needs any more. One that is gone already is fine.
  func settle(_ name: String) throws
}

extension DropTarget {
  public func put(_ source: String, as name: String) throws {
    try putWithoutSync(source, as: name)
    try syncNew()
  }
}

extension DropFolder: DropTarget {}

extension DropAddress {
  /// The target at this address; nothing is opened or asked yet.
  public func target(files: Files) -> any DropTarget {
    switch self {
    case .folder(let path): DropFolder(path: path, files: files)
    case .remote(let drop): RemoteTarget(drop: drop, files: files)
    }
  }
}

/// Why a server's drop did not do what it was asked for. No secret is in it.
public struct DropError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// The server is not the one that the configuration knows.
    case identity
    /// User name, password, key or certificate do not let this zone in, or not there.
    case entry
    /// There is no room.
    case full
    /// The server or the way to it does not work now.
    case unreachable
    /// The server answered something that the protocol does not provide for.
    case answer
    /// A file of this zone that the drop needs cannot be read.
    case local
  }

  public let code: Code
  /// The drop's address.
  public let url: String
  public let reason: String

  public init(_ code: Code, _ url: String, _ reason: String) {
    self.code = code
    self.url = url
    self.reason = reason
  }

  public var description: String { "the drop \(url): \(reason)" }
}
