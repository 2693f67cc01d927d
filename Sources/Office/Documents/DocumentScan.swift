import Roles
import Storage

/// Reads lists of what a person may read.
struct DocumentScan: Sendable {
  private let state: DocumentState
  private let condition: String
  private let values: [any SQLConvertible]
  private let isEmpty: Bool

  init(_ official: Official, _ state: DocumentState, _ action: Action = .readDocument) {
    self.state = state
    var reaches = Set(official.documents(allowing: action))
    if action == .readDocument, StoredDocument.isForSealkeepers(state) {
      reaches.formUnion(official.documents(allowing: .applySeal))
    }
    var (conditions, values): ([String], [any SQLConvertible]) = ([], [])
    for reach in reaches.contains(.all) ? [.all] : reaches {
      switch reach {
      case .all: conditions.append("1 = 1")
      case .drafted(let person):
        conditions.append("d.drafter = ?")
        values.append(person)
      case .unit(let path):
        conditions.append("u.path = ?")
        values.append(Self.text(path))
      case .subtree(let path):
        conditions.append("u.path = ? OR u.path LIKE ? || '/%'")
        values += [Self.text(path), Self.text(path)]
      }
    }
    isEmpty = conditions.isEmpty
    condition = conditions.joined(separator: " OR ")
    self.values = values
  }

  private static func text(_ path: UnitPath) -> String { path.identifiers.joined(separator: "/") }

  private var from: String {
    "FROM office_document d JOIN unit u ON u.id = d.unit WHERE d.state = ? AND (\(condition))"
  }

  func total(_ db: Transaction) throws -> Int {
    guard !isEmpty else { return 0 }
    return try db.one(Int.self, "SELECT COUNT(*) \(from)", values: [state] + values) ?? 0
  }

  func page(limit: Int, offset: Int, _ db: Transaction) throws -> (documents: [DocumentSummary], total: Int) {
    guard !isEmpty else { return ([], 0) }
    let rows = try db.all(
      "SELECT d.*, u.path, u.name AS unit_name \(from) ORDER BY d.changed_at DESC, d.id DESC LIMIT ? OFFSET ?",
      values: [state] + values + [max(1, limit), max(0, offset)])
    return (try rows.map { try StoredDocument(row: $0).summary }, try total(db))
  }

  /// The identifiers of those that have waited longest.
  func oldest(limit: Int, _ db: Transaction) throws -> [String] {
    guard !isEmpty, limit > 0 else { return [] }
    return try db.all(
      String.self, "SELECT d.id \(from) ORDER BY d.changed_at, d.id LIMIT ?", values: [state] + values + [limit])
  }
}
