public import GRDB
public import Runtime

/// SQLite's extended result code alone: its message may name a statement, and its arguments what people wrote.
extension DatabaseError: CodedFault {
  public var faultCode: String { "sqlite-\(extendedResultCode.rawValue)" }
}
