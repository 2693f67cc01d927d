/// One step of the schema. A name, once released, keeps its meaning for ever.
public struct Migration: Sendable {
  public let name: String
  public let sql: String

  public init(_ name: String, sql: String) {
    self.name = name
    self.sql = sql
  }
}
