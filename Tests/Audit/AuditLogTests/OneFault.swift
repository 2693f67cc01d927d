import DurableFiles
import Foundation
import Synchronization

/// Fails at one step, done or undone.
final class OneFault: FaultPlan {
  private let step: Int
  private let isDone: Bool
  private let count = Mutex(0)
  init(step: Int, isDone: Bool) { (self.step, self.isDone) = (step, isDone) }

  var steps: Int { count.withLock { $0 } }

  func before(_ operation: FileOperation, path: String) throws(FileError) {
    let number = count.withLock {
      $0 += 1
      return $0
    }
    if number == step, !isDone { throw FileError(operation, path, number: ENOSPC) }
  }

  func after(_ operation: FileOperation, path: String) throws(FileError) {
    if isDone, count.withLock({ $0 }) == step { throw FileError(operation, path, number: EIO) }
  }
}
