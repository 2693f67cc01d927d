import CChildProcess
import Glibc
import Synchronization

/// Another program, run by `posix_spawn`.
///
/// Foundation's `Process` reads past a directory entry's end and crashes now and then in a process with many open files
/// (swift-corelibs-foundation, pull request 5472), and its sockets wait in `select`, which ends at descriptor 1023. All tests
/// run in one process, with more files than that.
public final class ChildProcess: Sendable {
  public let processIdentifier: Int32
  private let status = Mutex<Int32?>(nil)

  public struct NotStarted: Error {
    public let program: String
    public let code: Int32
  }

  /// - Parameters:
  ///   - program: a path, or a name to be looked for in `PATH`.
  ///   - folder: where it runs; nil for this process's own.
  ///   - input: a file.
  ///   - output: a file that is there, for what it writes to its standard output.
  ///   - errors: likewise.
  ///   - errorsDescriptor: instead of `errors`.
  public init(
    _ program: String, _ arguments: [String], folder: String? = nil, input: String = "/dev/null",
    output: String = "/dev/null", errors: String = "/dev/null", errorsDescriptor: Int32? = nil
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_APPEND, 0)
    if let errorsDescriptor {
      posix_spawn_file_actions_adddup2(&actions, errorsDescriptor, 2)
    } else {
      posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_APPEND, 0)
    }
    child_close_from(&actions, 3)
    if let folder { child_change_folder(&actions, folder) }
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    defer { for word in words { free(word) } }
    words.append(nil)
    var identifier: pid_t = 0
    let code = posix_spawnp(&identifier, program, &actions, nil, words, environ)
    guard code == 0 else { throw NotStarted(program: program, code: code) }
    processIdentifier = identifier
  }

  public func terminate() {
    status.withLock { if $0 == nil { kill(processIdentifier, SIGTERM) } }
  }

  /// - Returns: the exit status; for a signal its number.
  @discardableResult public func waitUntilExit() -> Int32 {
    var information = siginfo_t()
    // The process stays there to be waited for, so that nobody signals another one that took its number.
    while waitid(P_PID, id_t(processIdentifier), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    return status.withLock { status in
      if let status { return status }
      var word: Int32 = 0
      while waitpid(processIdentifier, &word, 0) < 0, errno == EINTR {}
      let code = word & 0x7F == 0 ? (word >> 8) & 0xFF : word & 0x7F
      status = code
      return code
    }
  }

  /// The same, without holding one of the few threads that all tests share.
  public func exit() async -> Int32 {
    await withCheckedContinuation { continuation in
      var thread = pthread_t()
      let wait = Unmanaged.passRetained(Wait(process: self, continuation: continuation))
      let code = pthread_create(
        &thread, nil,
        { argument in
          guard let argument else { return nil }
          let wait = Unmanaged<Wait>.fromOpaque(argument).takeRetainedValue()
          wait.continuation.resume(returning: wait.process.waitUntilExit())
          return nil
        }, wait.toOpaque())
      guard code == 0 else {
        wait.release()
        return continuation.resume(returning: waitUntilExit())
      }
      pthread_detach(thread)
    }
  }
}

private final class Wait: Sendable {
  let process: ChildProcess
  let continuation: CheckedContinuation<Int32, Never>

  init(process: ChildProcess, continuation: CheckedContinuation<Int32, Never>) {
    self.process = process
    self.continuation = continuation
  }
}
