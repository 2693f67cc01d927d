public import HTTPTypes
public import Hummingbird

public typealias WebHandler = @Sendable (WebRequest) async throws -> Response

/// Which handler answers which path.
public struct RouteTable: Sendable {
  private struct Route: Sendable {
    let method: HTTPRequest.Method
    let segments: [String]
    let handler: WebHandler
  }

  enum Match {
    case handler(WebHandler, parameters: [String: String])
    case otherMethodsOnly
    case nothing
  }

  private var routes: [Route] = []

  public init() {}

  /// - Parameter pattern: a path such as `/letters/{number}`; a segment in braces matches one that is not empty.
  public mutating func on(_ method: HTTPRequest.Method, _ pattern: String, _ handler: @escaping WebHandler) {
    routes.append(Route(method: method, segments: Self.segments(of: pattern), handler: handler))
  }

  func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
    let segments = Self.segments(of: path)
    let wanted: HTTPRequest.Method = method == .head ? .get : method
    var result = Match.nothing
    for route in routes {
      guard let parameters = Self.parameters(of: route.segments, in: segments) else { continue }
      if route.method == wanted { return .handler(route.handler, parameters: parameters) }
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
