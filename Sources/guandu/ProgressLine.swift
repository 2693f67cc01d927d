import Glibc

/// A bar on a terminal; elsewhere a line now and then. On standard error.
struct ProgressLine {
  private static let width = 30
  private static let secondsBetweenLines = 2

  let packets: Int
  let bytes: Int
  private let isScreen = isatty(STDERR_FILENO) == 1
  private var lastLine = ContinuousClock.now

  init(packets: Int, bytes: Int) {
    self.packets = packets
    self.bytes = bytes
  }

  mutating func show(_ done: Int, _ doneBytes: Int) {
    let text = "\(done)/\(count(packets, "packet")), \(size(doneBytes)) of \(size(bytes))"
    if isScreen {
      let filled = bytes > 0 ? min(Self.width, Self.width * doneBytes / bytes) : Self.width
      let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
      writeOnStandardError("\r[\(bar)] \(text)\u{1B}[K")
    } else if ContinuousClock.now - lastLine >= .seconds(Self.secondsBetweenLines) {
      lastLine = .now
      writeOnStandardError("\(text)\n")
    }
  }

  func end() { if isScreen { writeOnStandardError("\n") } }
}
