import Drop
import DurableFiles
import Glibc
import PacketFormat
import PacketSeal

/// What the beginning of a file in the incoming drop showed.
enum IncomingFile {
  /// A whole file with a readable head; nothing in it is verified yet.
  case whole(PacketHead)
  /// Perhaps still being copied; its size now.
  case incomplete(Int)
  /// Gone.
  case absent
  /// The disk cannot read it at the moment.
  case unreadable(FileError)
  /// Never a packet for this link.
  case foreign(PacketRejection)

  static func look(at name: String, in drop: DropFolder, maxBytes: Int) -> IncomingFile {
    do {
      let file = try drop.open(name)
      guard file.byteCount <= maxBytes else {
        return .foreign(PacketRejection(.size, "\(file.byteCount) bytes; this link takes \(maxBytes)"))
      }
      let bytes = try file.read(at: 0, count: min(file.byteCount, PacketHead.maxBytes))
      guard let head = try PacketHead.parse(bytes) else { return .incomplete(file.byteCount) }
      if file.byteCount < head.packetBytes { return .incomplete(file.byteCount) }
      guard file.byteCount == head.packetBytes else {
        return .foreign(PacketRejection(.size, "\(file.byteCount) bytes; its manifest says \(head.packetBytes)"))
      }
      return .whole(head)
    } catch let error as FormatError {
      return .foreign(PacketRejection(error))
    } catch let error as FileError {
      let isForGood = [EINVAL, ELOOP, ENXIO, EACCES, EPERM, EISDIR].contains(error.number)
      if isForGood { return .foreign(PacketRejection(.file, "not a readable regular file")) }
      return error.isMissing ? .absent : .unreadable(error)
    } catch {
      return .absent
    }
  }
}

/// A packet that was verified but not opened yet.
struct Candidate {
  let name: String
  let headBytes: Int
  let packet: VerifiedPacket

  var manifest: Manifest { packet.manifest }
}
