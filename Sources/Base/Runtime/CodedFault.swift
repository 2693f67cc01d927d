/// An error that an operator's log can tell from others without saying what people wrote, or whose it was.
public protocol CodedFault: Error {
  /// Short, of what kind it is: such as `sqlite-13` for a full disk. Holds no personal data, no path and no statement.
  var faultCode: String { get }
}

/// The code of any error, for the log: its own, else its type's name.
public func faultCode(_ error: any Error) -> String {
  (error as? any CodedFault)?.faultCode ?? String(describing: type(of: error))
}

/// Something that cannot be done now, where no other error says why.
public struct Shortage: CodedFault, Equatable {
  /// What is short or at an end, in a few words of lower case.
  public let what: String

  public init(_ what: String) { self.what = what }

  public var faultCode: String { what }
}
