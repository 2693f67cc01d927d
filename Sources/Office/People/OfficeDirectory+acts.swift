public import Acts
public import Roles

extension OfficeDirectory {
  /// Who did what, the newest first.
  public func acts(
    limit: Int, offset: Int, for official: Official
  ) async throws(OfficeError) -> (acts: [RecordedAct], total: Int) {
    try demand(official, .readActs, .office)
    return try await read { try RecordedAct.read(limit: limit, offset: offset, $0) }
  }
}
