import Glibc

enum Replay {
  /// The corpus's file that is tried; nil where a fuzzer makes the input.
  @TaskLocal static var file: String?
}

/// Ends the process with a finding: a property that should hold for every input does not.
func finding(_ what: @autoclosure () -> String) -> Never {
  let line = Array("finding: \(what()) \(Replay.file ?? "")\n".utf8)
  write(2, line, line.count)
  abort()
}

func require(_ holds: Bool, _ what: @autoclosure () -> String) {
  if !holds { finding(what()) }
}

/// The input of one run, copied, so that what is parsed is an array as in the daemons.
func input(_ data: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
  Array(UnsafeBufferPointer(start: data, count: count))
}

/// Takes small decisions from the front of an input and leaves the rest.
struct Choices {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  var isEmpty: Bool { rest.isEmpty }

  /// The next byte; 0 where nothing is left.
  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  /// A number below `bound`, from three bytes.
  mutating func number(below bound: Int) -> Int {
    let value = Int(byte()) << 16 | Int(byte()) << 8 | Int(byte())
    return bound > 0 ? value % bound : 0
  }

  /// At most `count` bytes.
  mutating func bytes(_ count: Int) -> [UInt8] {
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }
}
