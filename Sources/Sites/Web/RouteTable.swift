public import HTTPTypes
public import Hummingbird

public typealias WebHandler = @Sendable (WebRequest) async throws -> Response

/// Whom a route is for; the site says what its rules mean. Every route has one.
public struct RouteRule: Hashable, Sendable {
  public let name: String

  public init(_ name: String) { self.name = name }
}

/// Which handler answers which path.
public struct RouteTable: Sendable {
  private struct Route: Sendable {
    let method: HTTPRequest.Method
    let pattern: String
    let segments: [String]
    let rule: RouteRule
    let handler: WebHandler
  }

  /// A route as it was registered.
  public struct Entry: Hashable, Sendable {
    public let method: String
    public let pattern: String
    public let rule: RouteRule
  }

  enum Match {
    case handler(WebHandler, pattern: String, parameters: [String: String])
    case otherMethodsOnly
    case nothing
  }

  private var routes: [Route] = []

  public init() {}

  /// - Parameter pattern: a path such as `/letters/{number}`; a segment in braces matches one that is not empty.
  public mutating func on(
    _ method: HTTPRequest.Method, _ pattern: String, _ rule: RouteRule, _ handler: @escaping WebHandler
  ) {
    routes.append(
      Route(
        method: method, pattern: pattern, segments: Self.segments(of: pattern), rule: rule, handler: handler))
  }

  /// All routes, in the order in which they are tried.
  public var entries: [Entry] {
    routes.map { Entry(method: $0.method.rawValue, pattern: $0.pattern, rule: $0.rule) }
  }

  func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
    let segments = Self.segments(of: path)
    let wanted: HTTPRequest.Method = method == .head ? .get : method
    var result = Match.nothing
    for route in routes {
      guard let parameters = Self.parameters(of: route.segments, in: segments) else { continue }
      if route.method == wanted { return .handler(route.handler, pattern: route.pattern, parameters: parameters) }
      result = .otherMethodsOnly
    }
    return result
  }

  private static func segments(of path: String) -> [String] {
    path.prefix(2_000).split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
  }

  private static func parameters(of pattern: [String], in segments: [String]) -> [String: String]? {
    guard pattern.count == segments.count else { return nil }
    var parameters: [String: String] = [:]
    for (wanted, segment) in zip(pattern, segments) {
      if wanted.hasPrefix("{") {
        guard !segment.isEmpty else { return nil }
        parameters[String(wanted.dropFirst().dropLast())] = segment
      } else if wanted != segment {
        return nil
      }
    }
    return parameters
  }
}
