import HummingbirdCore

/// One page of a long list.
public struct Paging: Sendable {
  /// From 1.
  public let number: Int
  public let size: Int

  /// Reads `?page=`; anything strange is page 1.
  public init(_ request: WebRequest, size: Int) {
    let asked = request.query("page").flatMap { Int($0) } ?? 1
    number = min(max(asked, 1), 100_000)
    self.size = size
  }

  public var offset: Int { (number - 1) * size }

  /// What the template `paging` shows.
  public func values(path: String, hasNext: Bool) -> [String: Any] {
    [
      "path": path, "number": "\(number)", "hasPrevious": number > 1, "previous": "\(number - 1)", "hasNext": hasNext,
      "next": "\(number + 1)", "isNeeded": number > 1 || hasNext,
    ]
  }
}
