/// A file of an archive: its name, with `/` between folders, and its whole content.
public struct ZIPEntry: Sendable, Equatable {
  public var name: String
  public var data: [UInt8]

  public init(name: String, data: [UInt8]) {
    self.name = name
    self.data = data
  }
}

/// How much an archive may hold.
public struct ZIPLimits: Sendable {
  /// Of the archive as it comes.
  public var maxArchiveBytes: Int
  /// Files and folders together; at most 65,534.
  public var maxEntries: Int
  /// Of one file, unpacked.
  public var maxEntryBytes: Int
  /// Of all files, unpacked.
  public var maxTotalBytes: Int
  /// How many times its packed size a file of more than 64 KiB may have. Deflate reaches 1,032 at most; drawings and XML
  /// stay below 100.
  public var maxRatio: Int

  public init(
    maxArchiveBytes: Int = 64 << 20, maxEntries: Int = 4_096, maxEntryBytes: Int = 64 << 20,
    maxTotalBytes: Int = 256 << 20, maxRatio: Int = 200
  ) {
    self.maxArchiveBytes = maxArchiveBytes
    self.maxEntries = min(maxEntries, ZIPArchive.mostEntries)
    self.maxEntryBytes = maxEntryBytes
    self.maxTotalBytes = maxTotalBytes
    self.maxRatio = maxRatio
  }
}

/// Why an archive cannot be read or written.
public struct ZIPError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// Not a ZIP archive, or one whose parts contradict each other.
    case malformed
    /// A name that no file may have, or two that some computer takes for one.
    case name
    /// Encryption, several disks, ZIP64, or a method other than stored and deflate.
    case unsupported
    /// More than the reader's limits allow.
    case limit
  }

  public let code: Code
  /// Lowercase, no full stop.
  public let reason: String

  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  public var description: String { reason }
}

/// ZIP archives (APPNOTE 6.3.3, without ZIP64, encryption and comments), in memory.
///
/// What is read has one meaning for every reader: central directory and local headers agree, the files lie one behind the
/// other from the first byte to the directory, the directory ends the archive, and no two names are equal, or equal but for
/// their case.
public enum ZIPArchive {
  /// 65,535 would announce ZIP64.
  static let mostEntries = 65_534
  static let maxNameBytes = 512
  /// Parts of a name.
  static let maxDepth = 16
  static let localSignature: UInt32 = 0x0403_4B50
  static let centralSignature: UInt32 = 0x0201_4B50
  static let endSignature: UInt32 = 0x0605_4B50
  static let descriptorSignature: UInt32 = 0x0807_4B50
  static let localHeaderBytes = 30
  static let centralHeaderBytes = 46
  static let endBytes = 22

  /// Writes the entries in their order, the same bytes for the same entries (by one version of zlib): each is dated
  /// 1 January 1980, and deflated where that is shorter.
  ///
  /// - Throws: `name` for a name that `read` would refuse, `limit` from 4 GiB on.
  public static func write(_ entries: [ZIPEntry]) throws(ZIPError) -> [UInt8] {
    guard entries.count <= mostEntries else { throw ZIPError(.limit, "more than \(mostEntries) files in an archive") }
    var names = NameRegister()
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      try names.add(entry.name)
      guard !entry.name.hasSuffix("/") else { throw ZIPError(.name, "“\(entry.name)” names a folder") }
      guard entry.data.count < UInt32.max, let offset = UInt32(exactly: archive.count) else {
        throw ZIPError(.limit, "an archive ends before 4 GiB")
      }
      let header = Header(entry, deflated: deflate(entry.data))
      archive.append(little: localSignature)
      archive += header.shared
      archive.append(little: UInt16(0))
      archive += entry.name.utf8
      archive += header.content
      directory.append(little: centralSignature)
      directory.append(little: UInt16(20))
      directory += header.shared
      directory += [UInt8](repeating: 0, count: 12)
      directory.append(little: offset)
      directory += entry.name.utf8
    }
    guard let start = UInt32(exactly: archive.count), start < UInt32.max, directory.count < UInt32.max else {
      throw ZIPError(.limit, "an archive ends before 4 GiB")
    }
    archive += directory
    archive.append(little: endSignature)
    archive.append(little: UInt32(0))
    archive.append(little: UInt16(entries.count))
    archive.append(little: UInt16(entries.count))
    archive.append(little: UInt32(directory.count))
    archive.append(little: start)
    archive.append(little: UInt16(0))
    return archive
  }

  /// What both headers of a file say, from the version on to the length of the name.
  private struct Header {
    let shared: [UInt8]
    let content: [UInt8]

    init(_ entry: ZIPEntry, deflated: [UInt8]) {
      let isDeflated = deflated.count < entry.data.count
      content = isDeflated ? deflated : entry.data
      var bytes: [UInt8] = []
      bytes.append(little: UInt16(20))
      bytes.append(little: UInt16(entry.name.utf8.allSatisfy { $0 < 0x80 } ? 0 : 1 << 11))
      bytes.append(little: UInt16(isDeflated ? 8 : 0))
      bytes.append(little: UInt16(0))
      // 1 January 1980.
      bytes.append(little: UInt16(0x0021))
      bytes.append(little: checksum(entry.data[...]))
      bytes.append(little: UInt32(content.count))
      bytes.append(little: UInt32(entry.data.count))
      bytes.append(little: UInt16(entry.name.utf8.count))
      shared = bytes
    }
  }
}

extension [UInt8] {
  mutating func append(little value: UInt16) { self += [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)] }

  mutating func append(little value: UInt32) {
    append(little: UInt16(truncatingIfNeeded: value))
    append(little: UInt16(value >> 16))
  }
}
