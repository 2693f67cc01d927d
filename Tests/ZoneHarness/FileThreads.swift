public import DurableFiles
import Runtime
import Synchronization

/// Notes on which threads files are worked with.
public final class FileThreads: FaultPlan {
  private let noted = Mutex<[String: Set<String>]>([:])

  public init() {}

  public func before(_ operation: FileOperation, path: String) throws(FileError) {
    let label = blockingLabel() ?? "swift's own"
    noted.withLock { _ = $0[operation.rawValue, default: []].insert(label) }
  }

  public func after(_ operation: FileOperation, path: String) throws(FileError) {}

  /// Labels, by operation.
  public var all: [String: Set<String>] { noted.withLock { $0 } }

  /// All labels together, and starts anew.
  public func take() -> Set<String> {
    noted.withLock { noted in
      defer { noted = [:] }
      return noted.values.reduce(into: []) { $0.formUnion($1) }
    }
  }
}
