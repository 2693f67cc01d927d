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

  /// What the template `paging` shows; nil where there is one page only.
  ///
  /// - Parameter query: what stands in the list's address beside the page's number.
  public func values(path: String, query: String = "", hasNext: Bool) -> PagingValues? {
    guard number > 1 || hasNext else { return nil }
    return PagingValues(
      address: path + "?" + (query.isEmpty ? "" : query + "&"), number: "\(number)",
      previous: number > 1 ? "\(number - 1)" : nil, next: hasNext ? "\(number + 1)" : nil)
  }
}

/// The links between the pages of a list.
public struct PagingValues: PageValues {
  /// To which `page=` and a number are added.
  let address: String
  let number: String
  let previous: String?
  let next: String?
}
