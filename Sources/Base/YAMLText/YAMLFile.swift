import Foundation
import Yams

/// Reads one YAML file into a tree, within limits that keep hostile files from exhausting memory or stack.
package enum YAMLFile {
  package static let maxBytes = 1024 * 1024
  private static let maxLineBytes = 1_024
  private static let maxBrackets = 512

  /// Runs `body` on the root; nil, with the problem noted, where the file cannot be read or is not YAML.
  package static func read<R>(_ path: String, _ problems: ProblemCollector, _ body: (YAMLValue) -> R?) -> R? {
    bytes(path, problems).flatMap { parse($0, named: path, problems, body) }
  }

  /// A file's bytes as they are, for who needs a digest of them beside what they say; nil, with the problem noted, where
  /// there is no such file, it is longer than `maxBytes`, or it cannot be read.
  package static func bytes(_ path: String, _ problems: ProblemCollector) -> [UInt8]? {
    switch load(path) {
    case .success(let bytes): return bytes
    case .failure(let refusal):
      problems.add(.init(file: path, line: 1, column: 1, key: "", reason: refusal.text))
      return nil
    }
  }

  /// As `read`, of a text that is in memory already.
  ///
  /// - Parameter file: what messages call it, and what relative paths in it are taken from.
  package static func parse<R>(
    _ bytes: [UInt8], named file: String, _ problems: ProblemCollector, _ body: (YAMLValue) -> R?
  ) -> R? {
    func refuse(_ reason: String, line: Int = 1, column: Int = 1) -> R? {
      problems.add(.init(file: file, line: max(line, 1), column: max(column, 1), key: "", reason: reason))
      return nil
    }
    let text: String
    switch check(bytes) {
    case .failure(let refusal): return refuse(refusal.text, line: refusal.line)
    case .success(let checked): text = checked
    }
    do {
      // A node's anchor lives only as long as the parser.
      let parser = try Parser(yaml: text, encoding: .utf8)
      return try withExtendedLifetime(parser) {
        guard let root = try parser.singleRoot() else { return refuse("the file is empty; see zones/ for a whole one") }
        let value = YAMLValue(node: root, key: "", file: file, problems: problems)
        return value.refusesAnchors() ? nil : body(value)
      }
    } catch let error as YamlError {
      let (reason, mark) = error.summary
      return refuse(reason, line: mark?.line ?? 1, column: mark?.column ?? 1)
    } catch {
      return refuse("not YAML")
    }
  }

  private struct Refusal: Error {
    var text: String
    var line = 1
  }

  private static func load(_ path: String) -> Result<[UInt8], Refusal> {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      return .failure(Refusal(text: "there is no such file"))
    }
    let type = (try? FileManager.default.attributesOfItem(atPath: path.resolvingLinks))?[.type] as? FileAttributeType
    guard !isFolder.boolValue, type == .typeRegular else { return .failure(Refusal(text: "not a regular file")) }
    do {
      let handle = try FileHandle(forReadingFrom: URL(filePath: path))
      // Nil at a file's end, where an empty one is at once.
      let data = try handle.read(upToCount: maxBytes + 1) ?? Data()
      return data.count <= maxBytes ? .success([UInt8](data)) : .failure(tooLarge)
    } catch {
      return .failure(Refusal(text: "the file cannot be read; check its owner and mode"))
    }
  }

  private static let tooLarge = Refusal(text: "the file is larger than 1 MiB")

  private static func check(_ bytes: [UInt8]) -> Result<String, Refusal> {
    guard bytes.count <= maxBytes else { return .failure(tooLarge) }
    var (line, lineBytes, brackets) = (1, 0, 0)
    for byte in bytes {
      lineBytes += 1
      if lineBytes > maxLineBytes {
        return .failure(Refusal(text: "the line is longer than \(maxLineBytes) bytes", line: line))
      }
      switch byte {
      case UInt8(ascii: "\n"): (line, lineBytes) = (line + 1, 0)
      case UInt8(ascii: "["), UInt8(ascii: "{"): brackets += 1
      case 0: return .failure(Refusal(text: "the file holds a zero byte; save it as UTF-8", line: line))
      default: break
      }
    }
    guard brackets <= maxBrackets else {
      return .failure(Refusal(text: "more than \(maxBrackets) brackets; write lists with dashes"))
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      return .failure(Refusal(text: "the file is not UTF-8; save it as UTF-8", line: firstBadLine(bytes)))
    }
    return .success(text)
  }

  private static func firstBadLine(_ bytes: [UInt8]) -> Int {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return (lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0) + 1
  }
}

extension YamlError {
  /// What went wrong and where, without a copy of the whole file, which the error's own description holds.
  fileprivate var summary: (String, Mark?) {
    switch self {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      ("not YAML: \(problem)", mark)
    case .reader(let problem, _, _, _): ("not YAML: \(problem)", nil)
    case .duplicatedKeysInMapping(let duplicates, let context):
      ("the key \(duplicates.sorted().joined(separator: ", ")) is given twice; remove one", context.mark)
    default: ("not YAML", nil)
    }
  }
}

extension String {
  fileprivate var resolvingLinks: String { URL(filePath: self).resolvingSymlinksInPath().path }
}
