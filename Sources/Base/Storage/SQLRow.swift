/// One row of a result, copied out of the database.
///
/// Columns are read by their names, or by their places from 0. Reading one that is absent, or that holds another type,
/// throws a `StorageError`; so does NULL where no optional is asked for.
public struct SQLRow: Sendable, Equatable {
  let names: [String]
  let values: [SQLValue]

  public subscript<T: SQLConvertible>(_ name: String) -> T {
    get throws { try Self.read(value(name), as: T.self, name) }
  }

  public subscript<T: SQLConvertible>(_ name: String) -> T? {
    get throws { try Self.readOptional(value(name), as: T.self, name) }
  }

  public subscript<T: SQLConvertible>(_ index: Int) -> T {
    get throws { try Self.read(value(index), as: T.self, "\(index)") }
  }

  public subscript<T: SQLConvertible>(_ index: Int) -> T? {
    get throws { try Self.readOptional(value(index), as: T.self, "\(index)") }
  }

  /// Of two columns of one name, the first.
  public func value(_ name: String) throws -> SQLValue {
    guard let index = names.firstIndex(of: name) else { throw StorageError.column("no column is named \(name)") }
    return values[index]
  }

  public func value(_ index: Int) throws -> SQLValue {
    guard values.indices.contains(index) else {
      throw StorageError.column("column \(index) of a row of \(values.count)")
    }
    return values[index]
  }

  static func read<T: SQLConvertible>(
    _ value: SQLValue, as type: T.Type, _ column: @autoclosure () -> String
  ) throws -> T {
    guard let read = T(sqlValue: value) else {
      throw StorageError.column("column \(column()) holds \(value.typeName), which is no \(type)")
    }
    return read
  }

  static func readOptional<T: SQLConvertible>(
    _ value: SQLValue, as type: T.Type, _ column: @autoclosure () -> String
  ) throws -> T? {
    value == .null ? nil : try read(value, as: type, column())
  }
}
