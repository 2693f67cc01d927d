import CLinux
import Glibc

/// A program that reads what a stranger made, in a process of its own: its input in memory, no environment, no other
/// descriptor, and limits on time and output. What else it may not do, it sees to itself.
struct ContainedProcess {
  let program: String
  let arguments: [String]

  /// Blocks until the process has ended, `wallSeconds` at most.
  ///
  /// - Returns: what it wrote to its standard output.
  func answer(to bytes: [UInt8], atMost most: Int, wallSeconds: Int) throws(CheckFailure) -> [UInt8] {
    let input = try Descriptor(guandu_memory_file())
    try input.write(bytes)
    var ends: [Int32] = [-1, -1]
    guard guandu_pipe(&ends) == 0 else { throw .notStarted }
    let output = try Descriptor(ends[0])
    let process = try start(input, writing: ends[1])
    let deadline = ContinuousClock.now + .seconds(wallSeconds)
    let answer = output.read(atMost: most, until: deadline)
    let status = answer.outcome == .whole ? waitForEnd(of: process, until: deadline) : end(process)
    switch answer.outcome {
    case .tooLate: throw .tooLong
    case .tooMuch, .failed: throw .notUnderstood
    case .whole: break
    }
    switch status {
    case .exited(0): return answer.bytes
    case .exited(ContainedPrint.notContained << 8): throw .notStarted
    case .tooLate: throw .tooLong
    default: throw .ended
    }
  }

  /// Ends the parent's hold on the pipe's writing end, so that the pipe ends with the process.
  private func start(_ input: Descriptor, writing end: Int32) throws(CheckFailure) -> pid_t {
    defer { close(end) }
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    defer { for word in words { free(word) } }
    words.append(nil)
    var process: pid_t = 0
    guard guandu_start_contained(program, words, input.number, end, &process) == 0 else { throw .notStarted }
    return process
  }
}

private enum EndOfProcess: Equatable {
  /// As `waitpid` has it.
  case exited(Int32)
  case tooLate
  /// Nobody can say how it ended: another part of the program has waited for it.
  case unknown
}

/// A process that has closed its output may live on; it is ended when its time is over.
private func waitForEnd(of process: pid_t, until deadline: ContinuousClock.Instant) -> EndOfProcess {
  let handle = guandu_process_handle(process)
  guard handle >= 0 else { return end(process) == .unknown ? .unknown : .tooLate }
  defer { close(handle) }
  while true {
    let left = (deadline - .now) / .milliseconds(1)
    guard left > 0 else {
      _ = end(process)
      return .tooLate
    }
    var wanted = pollfd(fd: handle, events: Int16(POLLIN), revents: 0)
    let ready = poll(&wanted, 1, Int32(min(left, 60_000)) + 1)
    if ready < 0 && errno != EINTR { return end(process) }
    if ready > 0 { return reap(process) }
  }
}

private func end(_ process: pid_t) -> EndOfProcess {
  kill(process, SIGKILL)
  return reap(process)
}

private func reap(_ process: pid_t) -> EndOfProcess {
  var status: Int32 = 0
  while true {
    let ended = waitpid(process, &status, 0)
    if ended == process { return .exited(status) }
    guard ended < 0 && errno == EINTR else { return .unknown }
  }
}

/// An open file that is closed with its last use.
private final class Descriptor {
  enum Outcome {
    case whole, tooMuch, tooLate, failed
  }

  let number: Int32

  init(_ number: Int32) throws(CheckFailure) {
    guard number >= 0 else { throw .notStarted }
    self.number = number
  }

  deinit { close(number) }

  func write(_ bytes: [UInt8]) throws(CheckFailure) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(number, $0.baseAddress.map { $0 + written }, bytes.count - written)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .notStarted }
      written += count
    }
  }

  /// Reads until the end.
  func read(atMost most: Int, until end: ContinuousClock.Instant) -> (bytes: [UInt8], outcome: Outcome) {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let left = (end - .now) / .milliseconds(1)
      guard left > 0 else { return (bytes, .tooLate) }
      var wanted = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
      let ready = poll(&wanted, 1, Int32(min(left, 60_000)) + 1)
      if ready < 0 && errno != EINTR { return (bytes, .failed) }
      guard ready > 0 else { continue }
      let count = piece.withUnsafeMutableBytes { Glibc.read(number, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return (bytes, .failed) }
      if count == 0 { return (bytes, .whole) }
      bytes += piece.prefix(count)
      guard bytes.count <= most else { return (bytes, .tooMuch) }
    }
  }
}
