import Foundation
import Glibc

/// Which file a path means, so that two paths to one file are told, however they are written.
enum FileIdentity: Hashable {
  /// A file that is there; links are followed.
  case existing(device: UInt, inode: UInt)
  /// A file that is not there, in a folder that is.
  case new(device: UInt, inode: UInt, name: String)
  /// A file of which not even the folder is there.
  case path(String)

  init(_ path: String) {
    if let (device, inode) = Self.place(path) {
      self = .existing(device: device, inode: inode)
      return
    }
    let cut = path.unicodeScalars.lastIndex(of: "/").map { path.unicodeScalars.index(after: $0) } ?? path.startIndex
    // Asked of the system, as `..` behind a link to a folder is not where the text says.
    if let (device, inode) = Self.place(cut == path.startIndex ? "." : String(path[..<cut])) {
      self = .new(device: device, inode: inode, name: String(path[cut...]))
    } else {
      self = .path(URL(filePath: path).standardizedFileURL.path)
    }
  }

  private static func place(_ path: String) -> (UInt, UInt)? {
    var status = stat()
    return stat(path, &status) == 0 ? (UInt(status.st_dev), UInt(status.st_ino)) : nil
  }
}
