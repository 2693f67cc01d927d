import Dispatch
import Glibc

/// Wakes a reader when something appears in a folder: by inotify at once, and by a slow poll, because shared and
/// mirrored folders raise no events.
public enum FolderWatch {
  /// An element for each burst of changes and for each poll; the first at once. The sequence ends with its task.
  ///
  /// - Parameters:
  ///   - path: may be missing, or vanish and come back.
  ///   - pollSeconds: at least 1.
  public static func changes(in path: String, pollSeconds: Int) -> AsyncStream<Void> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
      let watcher = Watcher(path: path, pollSeconds: max(1, pollSeconds)) { continuation.yield() }
      continuation.onTermination = { _ in watcher.stop() }
      continuation.yield()
    }
  }
}

/// Sendable is safe: after `init`, the variables are used on `queue` only.
private final class Watcher: @unchecked Sendable {
  private let path: String
  private let wake: @Sendable () -> Void
  private let queue = DispatchQueue(label: "drop.watch")
  private var descriptor: Int32 = -1
  private var source: (any DispatchSourceRead)?
  private var timer: (any DispatchSourceTimer)?

  init(path: String, pollSeconds: Int, wake: @escaping @Sendable () -> Void) {
    self.path = path
    self.wake = wake
    queue.async { self.start(pollSeconds) }
  }

  private func start(_ pollSeconds: Int) {
    startInotify()
    watchFolder()
    // Changes between the reader's first listing and the watch raised no event.
    wake()
    let timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(deadline: .now() + .seconds(pollSeconds), repeating: .seconds(pollSeconds))
    timer.setEventHandler { [weak self] in
      self?.watchFolder()
      self?.wake()
    }
    timer.activate()
    self.timer = timer
  }

  /// If the system has no inotify instance left, only the poll works.
  private func startInotify() {
    let descriptor = inotify_init1(Int32(O_NONBLOCK | O_CLOEXEC))
    guard descriptor >= 0 else { return }
    let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
    source.setEventHandler { [weak self] in
      Self.drain(descriptor)
      self?.wake()
    }
    source.setCancelHandler { close(descriptor) }
    source.activate()
    self.descriptor = descriptor
    self.source = source
  }

  /// Watching the same folder twice is one watch; after the folder was replaced, this watches the new one.
  private func watchFolder() {
    let events = UInt32(IN_MOVED_TO) | UInt32(IN_CLOSE_WRITE) | UInt32(IN_CREATE)
    if descriptor >= 0 { inotify_add_watch(descriptor, path, events) }
  }

  private static func drain(_ descriptor: Int32) {
    withUnsafeTemporaryAllocation(byteCount: 16 * 1024, alignment: 8) { buffer in
      while read(descriptor, buffer.baseAddress, buffer.count) > 0 {}
    }
  }

  func stop() {
    queue.async {
      self.timer?.cancel()
      self.source?.cancel()
      self.timer = nil
      self.source = nil
      self.descriptor = -1
    }
  }
}
