import CLinux
import Cryptography
import Glibc

/// What printing a stranger's paper may take.
public enum PrintLimits {
  /// Of a paper as it came.
  public static let paperMaxBytes = 16 * 1024 * 1024
  /// Of a printed one, or of a page's picture.
  public static let printedMaxBytes = 32 * 1024 * 1024
  /// Of time on the processor; the kernel ends what takes more.
  public static let processorSeconds = 10
  /// Of time by the clock; the program is killed then.
  public static let wallSeconds = 20
  /// Of address space.
  public static let memoryBytes = 1 << 30
  /// Of a page's picture.
  static let dotsPerInch = 100
}

/// Prints a PDF anew: what comes out shows the same pages, and holds no script, no form, no attachment, no other layer and no
/// earlier revision. `pdftocairo` (Poppler, Debian's `poppler-utils` and `poppler-data`) does it, as a program: a process of
/// its own that reads this system's libraries and typefaces and its input, and nothing else; without network, and within
/// limits.
public struct PaperPrinter: Sendable {
  private let process: @Sendable ([String]) -> ContainedProcess

  /// - Parameter program: one that has the subcommand `print-paper`; by default the running one.
  public init(program: String = "/proc/self/exe") {
    process = { ContainedProcess(program: program, arguments: [ContainedPrint.subcommand] + $0) }
  }

  /// Blocks until it is done, `PrintLimits.wallSeconds` at most.
  ///
  /// - Parameter paper: a PDF of anybody's making.
  /// - Returns: a PDF.
  public func print(_ paper: [UInt8]) throws(CheckFailure) -> [UInt8] {
    guard paper.count <= PrintLimits.paperMaxBytes else { throw .tooLarge }
    let printed = try run(["pdf"], paper)
    guard printed.starts(with: "%PDF-".utf8) else { throw .notUnderstood }
    return printed
  }

  /// A page as a picture, PNG.
  ///
  /// - Parameters:
  ///   - number: from 1.
  ///   - paper: one that was printed.
  public func picture(ofPage number: Int, of paper: [UInt8]) throws(CheckFailure) -> [UInt8] {
    guard paper.count <= PrintLimits.printedMaxBytes else { throw .tooLarge }
    let picture = try run(["png", "\(number)"], paper)
    guard picture.starts(with: [0x89, 0x50, 0x4E, 0x47]) else { throw .notUnderstood }
    return picture
  }

  private func run(_ arguments: [String], _ paper: [UInt8]) throws(CheckFailure) -> [UInt8] {
    try process(arguments).answer(
      to: paper, atMost: PrintLimits.printedMaxBytes, wallSeconds: PrintLimits.wallSeconds)
  }
}

/// The other side of `PaperPrinter`: the program's own binary, started again, which shuts itself in and becomes `pdftocairo`.
public enum ContainedPrint {
  /// The hidden subcommand that the intranet's daemon has for this.
  public static let subcommand = "print-paper"

  /// Where Debian has it.
  public static let program = "/usr/bin/pdftocairo"

  /// The exit status where nothing was begun: sysexits(3), EX_OSERR.
  static let notContained: Int32 = 71

  /// The characters of typefaces that a file does not bring along; without it they are left out, and nothing says so.
  private static let characters = "/usr/share/poppler/cMap"

  /// What the program needs to read: itself, its libraries, and typefaces.
  private static let folders = [
    program, "/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/fonts", "/var/cache/fontconfig",
    "/usr/share/fonts", "/usr/share/fontconfig", "/usr/share/poppler", "/usr/local/share/fonts",
  ]

  /// - Parameter arguments: those after the program's name.
  /// - Returns: whether they are this subcommand's.
  public static func isMeant(by arguments: [String]) -> Bool {
    arguments.count >= 2 && arguments[0] == subcommand
  }

  /// Becomes the other program.
  ///
  /// - Returns: the exit status where that failed.
  public static func run(_ arguments: [String]) -> Int32 {
    guard let words = words(arguments), access(characters, R_OK) == 0, ProcessSecrecy.forbidCoreDumps(),
      ProcessLimits.set(
        processorSeconds: PrintLimits.processorSeconds, memoryBytes: PrintLimits.memoryBytes), contain()
    else { return notContained }
    var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    pointers.append(nil)
    _ = guandu_become(program, pointers)
    return notContained
  }

  private static func words(_ arguments: [String]) -> [String]? {
    let (input, output) = ("/proc/self/fd/0", "-")
    switch arguments.dropFirst().first {
    case "pdf" where arguments.count == 2: return [program, "-pdf", input, output]
    case "png" where arguments.count == 3:
      guard let number = Int(arguments[2]), (1...10_000).contains(number) else { return nil }
      return [
        program, "-png", "-singlefile", "-f", "\(number)", "-l", "\(number)", "-r", "\(PrintLimits.dotsPerInch)", input,
        output,
      ]
    default: return nil
    }
  }

  private static func contain() -> Bool {
    var pointers: [UnsafePointer<CChar>?] = folders.map { UnsafePointer(strdup($0)) }
    defer { for pointer in pointers { free(UnsafeMutablePointer(mutating: pointer)) } }
    pointers.append(nil)
    return guandu_contain_program(pointers) == 0
  }
}
