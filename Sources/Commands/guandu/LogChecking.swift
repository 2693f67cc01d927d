import AuditLog
import DurableFiles
import Timestamps
import TransparencyLog

/// The folder itself, or those of the logs in it, the oldest first.
func logFolders(in path: String, cold: String?) throws -> [LogFolder] {
  if let cold, (try? Files().list(cold)) == nil { throw AuditError("--cold \(cold): no folder that can be read") }
  let folder = LogFolder(path: path, cold: cold)
  if try folder.checkpoint() != nil { return [folder] }
  let numbers = try Files().list(path).compactMap(Int.init).sorted()
  guard !numbers.isEmpty else { throw AuditError("\(path): there is no checkpoint, and no log") }
  return numbers.map { number in
    LogFolder(path: "\(path)/\(number)", cold: cold.map { "\($0)/\(number)" })
  }
}

/// Checks a log, and shows how far it is.
func runShowingProgress(_ check: LogCheck) throws -> CheckedLog {
  var progress: ProgressLine?
  let result = try check.run { done, total in
    var line = progress ?? ProgressLine(total: total)
    line.show(done, "\(done) of \(total) entries")
    progress = line
  }
  progress?.end()
  return result
}

func faultsTold(_ count: Int) -> CommandFailure {
  CommandFailure(.refused, "\(count) fault\(count == 1 ? "" : "s"), told above; the rest holds")
}

/// Prints what a check has found.
func show(_ result: CheckedLog) {
  print("\(result.checkpoint.origin): \(result.checkpoint.size) entries, root \(result.checkpoint.root)")
  for (kind, count) in result.kinds.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
    print("  \(kind.rawValue) \(count)")
  }
  for (name, word) in result.witnessed.sorted(by: { $0.key < $1.key }) {
    let rest = result.checkpoint.size - word.size
    print(
      "witnessed by \(name) at \(timestamp(word.seconds * 1_000)): \(word.size) entries"
        + (rest > 0 ? "; the \(rest) after them are not witnessed yet" : ""))
  }
  for name in result.unknownWitnesses {
    print(
      "cosigned by \(printable(name)): its key is not among the keys that were given, so its cosignature was not checked"
    )
  }
  for name in result.ownWitnesses {
    print("cosigned by \(printable(name)), a key of the log's own zone: that proves nothing")
  }
  if result.witnessed.isEmpty, result.unknownWitnesses.isEmpty {
    print("no witness has cosigned it: it is consistent, but may not be the log that was written at the time")
  }
  if result.unseen > 0 {
    print(
      "\(result.unseen) entries are in cold storage: their hashes lead to the root, their contents were not seen")
  }
  tell(result.notes, result.faults)
}

/// Prints notes and faults, a line each.
func tell(_ notes: [String], _ faults: [String]) {
  for note in notes { print("note: \(printable(note))") }
  for fault in faults { print("FAULT: \(printable(fault))") }
}
