import Glibc

/// A bar on a terminal; elsewhere a line now and then. On standard error.
struct ProgressLine {
  private static let width = 30
  private static let secondsBetweenLines = 2

  /// What the bar is full at.
  let total: Int
  private let isScreen = isatty(STDERR_FILENO) == 1
  private var lastLine = ContinuousClock.now

  init(total: Int) { self.total = total }

  mutating func show(_ done: Int, _ text: String) {
    if isScreen {
      let filled = total > 0 ? min(Self.width, Self.width * done / total) : Self.width
      let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
      writeOnStandardError("\r[\(bar)] \(text)\u{1B}[K")
    } else if ContinuousClock.now - lastLine >= .seconds(Self.secondsBetweenLines) {
      lastLine = .now
      writeOnStandardError("\(text)\n")
    }
  }

  func end() { if isScreen { writeOnStandardError("\n") } }
}
