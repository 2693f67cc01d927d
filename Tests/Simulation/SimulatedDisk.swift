import DurableFiles
import Glibc
import Synchronization

/// A file system in memory that forgets, when its power fails, what POSIX lets it forget: bytes of files that were not
/// synced, and names in folders that were not synced.
final class SimulatedDisk: SystemCalls {
  struct Inode {
    var data: [UInt8] = []
    /// What a loss of power leaves for sure.
    var durable: [UInt8] = []
  }

  /// A change of names that no sync of its folders has made durable.
  fileprivate struct Change {
    var names: [(folder: String, name: String, inode: Int?)]
  }

  private struct OpenFile {
    var inode: Int
    var position = 0
    /// Set for a folder.
    var folder: String?
  }

  /// Everything that lies on the disk.
  struct Content {
    fileprivate var inodes: [Int: Inode] = [:]
    fileprivate var folders: [String: [String: Int]] = [:]
    fileprivate var durableFolders: [String: [String: Int]] = [:]
    fileprivate var pending: [Change] = []
    fileprivate var nextInode = 1
  }

  private struct State {
    var content = Content()
    var open: [Int32: OpenFile] = [:]
    var nextDescriptor: Int32 = 100
    var isFull = false
    var vanished: String?
    var syncsFolders = true
  }

  private let state = Mutex(State())

  init(folders: [String]) {
    state.withLock { state in
      for folder in folders {
        state.content.folders[folder] = [:]
        state.content.durableFolders[folder] = [:]
      }
    }
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return ("", path) }
    return (String(path[..<slash]), String(path[path.index(after: slash)...]))
  }

  private static func failed(_ number: Int32) -> Int32 {
    errno = number
    return -1
  }

  /// Runs a call on paths, unless the disk refuses them all.
  private func call(
    _ paths: [String], grows: Bool = false, _ body: (inout State) -> Int32
  ) -> Int32 {
    let (result, number) = state.withLock { state -> (Int32, Int32) in
      if let vanished = state.vanished, paths.contains(where: { $0.hasPrefix(vanished) }) { return (-1, ENOENT) }
      if grows && state.isFull { return (-1, ENOSPC) }
      errno = 0
      let result = body(&state)
      return (result, errno)
    }
    errno = number
    return result
  }
}

// What the zone under test does.
extension SimulatedDisk {
  func makeFolder(_ path: String, _ mode: UInt32) -> Int32 {
    call([path], grows: true) { state in
      guard state.content.folders[path] == nil else { return Self.failed(EEXIST) }
      // Folders are made once, at a start; that their own names could be lost adds nothing.
      state.content.folders[path] = [:]
      state.content.durableFolders[path] = state.content.durableFolders[path] ?? [:]
      return 0
    }
  }

  func changeMode(_ path: String, _ mode: UInt32) -> Int32 { 0 }

  func open(_ path: String, _ flags: Int32, _ mode: UInt32) -> Int32 {
    call([path], grows: flags & O_CREAT != 0) { state in
      let (folder, name) = Self.split(path)
      var file = OpenFile(inode: 0)
      if flags & O_DIRECTORY != 0 {
        guard state.content.folders[path] != nil else { return Self.failed(ENOENT) }
        file.folder = path
      } else if let inode = state.content.folders[folder]?[name] {
        if flags & O_EXCL != 0 { return Self.failed(EEXIST) }
        file.inode = inode
      } else {
        guard flags & O_CREAT != 0, state.content.folders[folder] != nil else { return Self.failed(ENOENT) }
        file.inode = state.content.nextInode
        state.content.nextInode += 1
        state.content.inodes[file.inode] = Inode()
        Self.change(&state.content, [(folder, name, file.inode)])
      }
      state.nextDescriptor += 1
      state.open[state.nextDescriptor] = file
      return state.nextDescriptor
    }
  }

  func close(_ descriptor: Int32) -> Int32 {
    state.withLock { $0.open.removeValue(forKey: descriptor) == nil ? Self.failed(EBADF) : 0 }
  }

  func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
    state.withLock { state in
      guard let file = state.open[descriptor], let inode = state.content.inodes[file.inode] else {
        return Int(Self.failed(EBADF))
      }
      let count = min(buffer.count, max(0, inode.data.count - offset))
      if count > 0 { buffer.copyBytes(from: inode.data[offset..<offset + count]) }
      return count
    }
  }

  func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int?) -> Int {
    let (result, number) = state.withLock { state -> (Int, Int32) in
      guard var file = state.open[descriptor], var inode = state.content.inodes[file.inode] else { return (-1, EBADF) }
      if state.isFull { return (-1, ENOSPC) }
      let start = offset ?? file.position
      if inode.data.count < start { inode.data += [UInt8](repeating: 0, count: start - inode.data.count) }
      inode.data.replaceSubrange(start..<min(inode.data.count, start + bytes.count), with: bytes)
      file.position = start + bytes.count
      state.content.inodes[file.inode] = inode
      state.open[descriptor] = file
      return (bytes.count, 0)
    }
    errno = number
    return result
  }

  func sync(_ descriptor: Int32) -> Int32 {
    state.withLock { state in
      guard let file = state.open[descriptor] else { return Self.failed(EBADF) }
      if let folder = file.folder {
        if state.syncsFolders { Self.makeDurable(&state.content) { $0.names.contains { $0.folder == folder } } }
      } else {
        Self.makeDurable(&state.content, file.inode)
      }
      return 0
    }
  }

  func syncData(_ descriptor: Int32) -> Int32 { sync(descriptor) }
  func startWriteback(_ descriptor: Int32, _ offset: Int, _ count: Int) {}

  func link(_ source: String, _ target: String) -> Int32 {
    call([source, target], grows: true) { state in
      let (from, to) = (Self.split(source), Self.split(target))
      guard let inode = state.content.folders[from.folder]?[from.name], let folder = state.content.folders[to.folder]
      else { return Self.failed(ENOENT) }
      guard folder[to.name] == nil else { return Self.failed(EEXIST) }
      Self.change(&state.content, [(to.folder, to.name, inode)])
      return 0
    }
  }

  func rename(_ source: String, _ target: String) -> Int32 { move(source, target, exclusively: false) }
  func renameExclusively(_ source: String, _ target: String) -> Int32 { move(source, target, exclusively: true) }

  private func move(_ source: String, _ target: String, exclusively: Bool) -> Int32 {
    call([source, target]) { state in
      let (from, to) = (Self.split(source), Self.split(target))
      guard let inode = state.content.folders[from.folder]?[from.name], let folder = state.content.folders[to.folder]
      else { return Self.failed(ENOENT) }
      if exclusively && folder[to.name] != nil { return Self.failed(EEXIST) }
      Self.change(&state.content, [(from.folder, from.name, nil), (to.folder, to.name, inode)])
      return 0
    }
  }

  func unlink(_ path: String) -> Int32 {
    call([path]) { state in
      let (folder, name) = Self.split(path)
      guard state.content.folders[folder]?[name] != nil else { return Self.failed(ENOENT) }
      Self.change(&state.content, [(folder, name, nil)])
      return 0
    }
  }

  func removeFolder(_ path: String) -> Int32 { Self.failed(ENOSYS) }

  func status(_ path: String) -> FileStatus? {
    state.withLock { state in
      if let vanished = state.vanished, path.hasPrefix(vanished) { return nil }
      let (folder, name) = Self.split(path)
      guard let inode = state.content.folders[folder]?[name] else { return nil }
      return FileStatus(
        isRegular: true, byteCount: state.content.inodes[inode]?.data.count ?? 0, inode: UInt64(inode))
    }
  }

  func status(_ descriptor: Int32) -> FileStatus? {
    state.withLock { state in
      guard let file = state.open[descriptor] else { return nil }
      return FileStatus(
        isRegular: file.folder == nil, byteCount: state.content.inodes[file.inode]?.data.count ?? 0,
        inode: UInt64(file.inode))
    }
  }

  func list(_ path: String, most: Int) -> [String]? {
    var names: [String]?
    _ = call([path]) { state in
      names = state.content.folders[path]?.keys.sorted()
      return names == nil ? Self.failed(ENOENT) : 0
    }
    return names
  }

  func lock(_ descriptor: Int32) -> Int32 { 0 }
  func unlock(_ descriptor: Int32) -> Int32 { 0 }

  private static func change(_ content: inout Content, _ names: [(folder: String, name: String, inode: Int?)]) {
    for (folder, name, inode) in names { content.folders[folder]?[name] = inode }
    content.pending.append(Change(names: names))
  }

  private static func makeDurable(_ content: inout Content, _ inode: Int) {
    if let data = content.inodes[inode]?.data { content.inodes[inode]?.durable = data }
  }

  private static func makeDurable(_ content: inout Content, where isMeant: (Change) -> Bool) {
    content.pending.removeAll { change in
      guard isMeant(change) else { return false }
      for (folder, name, inode) in change.names { content.durableFolders[folder, default: [:]][name] = inode }
      return true
    }
  }
}

// What the world does to it.
extension SimulatedDisk {
  /// No folder's sync has any effect from now on: a mistake that the simulation must find.
  func ignoreFolderSyncs() { state.withLock { $0.syncsFolders = false } }

  func setFull(_ isFull: Bool) { state.withLock { $0.isFull = isFull } }

  /// Hides everything under a path; nil brings it back.
  func setVanished(_ path: String?) { state.withLock { $0.vanished = path } }

  /// The process dies; the system lives on.
  func kill() { state.withLock { $0.open = [:] } }

  /// The power fails: of what was not synced, some is there and some is not.
  func losePower(_ random: inout SeededRandom) {
    var dice = random
    state.withLock { state in
      state.open = [:]
      var content = state.content
      for change in content.pending where dice.chance(50) {
        for (folder, name, inode) in change.names { content.durableFolders[folder, default: [:]][name] = inode }
      }
      content.pending = []
      content.folders = content.durableFolders
      let used = Set(content.folders.values.flatMap(\.values))
      for number in content.inodes.keys.sorted() {
        guard used.contains(number), var inode = content.inodes[number] else {
          content.inodes[number] = nil
          continue
        }
        if inode.data != inode.durable {
          let kept = inode.data.count * dice.number(0...1000) / 1000
          inode.data = dice.chance(50) ? inode.durable : Array(inode.data.prefix(kept))
          inode.durable = inode.data
        }
        content.inodes[number] = inode
      }
      state.content = content
    }
    random = dice
  }

  var content: Content {
    get { state.withLock { $0.content } }
    set {
      state.withLock { state in
        state.open = [:]
        state.content = newValue
      }
    }
  }

  func names(in folder: String) -> [String] { state.withLock { $0.content.folders[folder]?.keys.sorted() ?? [] } }

  func bytes(_ path: String) -> [UInt8]? {
    state.withLock { state in
      let (folder, name) = Self.split(path)
      return state.content.folders[folder]?[name].flatMap { state.content.inodes[$0]?.data }
    }
  }

  /// Puts a file there as another machine would: at once and for good.
  func place(_ bytes: [UInt8], at path: String) {
    state.withLock { state in
      let (folder, name) = Self.split(path)
      guard state.content.folders[folder] != nil, !state.isFull else { return }
      let inode = state.content.nextInode
      state.content.nextInode += 1
      state.content.inodes[inode] = Inode(data: bytes, durable: bytes)
      state.content.folders[folder]?[name] = inode
      state.content.durableFolders[folder, default: [:]][name] = inode
    }
  }

  func take(_ path: String) {
    state.withLock { state in
      let (folder, name) = Self.split(path)
      state.content.folders[folder]?[name] = nil
      state.content.durableFolders[folder]?[name] = nil
    }
  }
}
