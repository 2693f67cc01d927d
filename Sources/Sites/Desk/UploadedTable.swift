import Web

/// A form with one file, taken into memory: `csrf` first, then a field `kind` and a file `table` of at most 10 MiB.
struct UploadedTable {
  static let maxBytes = 10 * 1024 * 1024

  let kind: String
  let bytes: [UInt8]

  /// - Parameter accepts: whether a form token is the session's; nothing that comes before it is kept.
  static func read(_ request: WebRequest, accepts: (String) -> Bool) async throws -> UploadedTable {
    let form = try await UploadedForm.read(request, limits: ["table": maxBytes], accepts: accepts)
    return UploadedTable(kind: form["kind"], bytes: form.bytes("table"))
  }
}
