import Glibc
public import Runtime

/// A system call on a file that failed: what was tried, where, and the system's reason.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
  public let operation: FileOperation
  public let path: String
  /// The value of `errno`.
  public let number: Int32

  public init(_ operation: FileOperation, _ path: String, number: Int32) {
    self.operation = operation
    self.path = path
    self.number = number
  }

  public var description: String { "cannot \(operation.rawValue) \(path): \(String(cString: strerror(number)))" }
  public var isMissing: Bool { number == ENOENT }
  public var isExisting: Bool { number == EEXIST }
}

/// The steps at which a fault can be injected.
public enum FileOperation: String, CaseIterable, Sendable {
  case open
  case create
  case read
  case write
  case sync
  case close
  case link
  case rename
  case remove
  case list
  case lock
  case createFolder = "create folder"
  case syncFolder = "sync folder"
}

/// A test's hook around every step: it can make the step fail before it is done, or report a failure after it was.
public protocol FaultPlan: Sendable {
  func before(_ operation: FileOperation, path: String) throws(FileError)
  func after(_ operation: FileOperation, path: String) throws(FileError)
}

extension FileError: CodedFault {
  public var faultCode: String { "file-\(operation.rawValue)-\(number)" }
}
