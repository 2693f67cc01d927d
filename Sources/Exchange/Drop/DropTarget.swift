public import DurableFiles
public import Zones

/// Where a link puts packets for its peer: a folder, or a server. It reads no packet.
///
/// Every call may block until a disk or a server has answered; a silent server times out. Calls may come from several
/// threads.
public protocol DropTarget: Sendable {
  /// A sender's start: creates what is missing, and removes what a crash left unfinished.
  func prepareForSending() throws

  /// Publishes a synced packet file under `name`, so that the peer sees it whole or not at all. One that exists already
  /// is not an error. The caller syncs, once for many.
  func putWithoutSync(_ source: String, as name: String) throws
  /// Makes what was put survive a crash of the machine, as far as the target can.
  func syncNew() throws

  /// Whether a packet of this name is known to be there still. False if it cannot be known.
  func holds(_ name: String) -> Bool

  /// How many packets are there, and their total size; zero if it cannot be known. Throws while the target accepts
  /// nothing.
  func usage() throws -> (packets: Int, bytes: Int)

  /// Removes a packet that is no longer needed. One that is gone already is not an error.
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
  /// The target at this address; nothing is opened or connected yet.
  public func target(files: Files) -> any DropTarget {
    switch self {
    case .folder(let path): DropFolder(path: path, files: files)
    case .remote(let drop): RemoteTarget(drop: drop, files: files)
    }
  }
}

/// Why a drop on a server failed. It contains no secret.
public struct DropError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// The server is not the one in the configuration.
    case identity
    /// User name, password, key or certificate give this zone no access, or none to this place.
    case entry
    /// There is no space.
    case full
    /// The server or the network does not work now.
    case unreachable
    /// The server's answer breaks the protocol.
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
