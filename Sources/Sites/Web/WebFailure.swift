public import HTTPTypes

/// Why a request ends with an error page. The page says it in plain words and never why inside.
public struct WebFailure: Error, Sendable {
  public var status: HTTPResponse.Status
  /// Keys in the string table.
  public var titleKey: String
  public var textKey: String
  /// Whether the connection ends with the page, since the body was not read to its end.
  public var closesConnection: Bool
  /// When trying again may help; nil where that is not known.
  public var retryAfterSeconds: Int?
  /// What stands behind it, for the log alone; nil where the status says all.
  public var cause: (any Error)?

  public init(
    _ status: HTTPResponse.Status, _ titleKey: String, _ textKey: String, closesConnection: Bool = false,
    retryAfterSeconds: Int? = nil
  ) {
    self.status = status
    self.titleKey = titleKey
    self.textKey = textKey
    self.closesConnection = closesConnection
    self.retryAfterSeconds = retryAfterSeconds
  }

  public static let badRequest = WebFailure(.badRequest, "badRequestTitle", "badRequestText", closesConnection: true)
  public static let forgedForm = WebFailure(.forbidden, "forgedTitle", "forgedText", closesConnection: true)
  public static let notFound = WebFailure(.notFound, "notFoundTitle", "notFoundText")
  public static let methodNotAllowed = WebFailure(.methodNotAllowed, "methodTitle", "methodText")
  public static let tooLarge = WebFailure(.contentTooLarge, "tooLargeTitle", "tooLargeText", closesConnection: true)
  public static let tooMany = WebFailure(.tooManyRequests, "tooManyTitle", "tooManyText")
  /// Something cannot be done now. The cause is logged by its code; what is merely full or at an end is a `Shortage`.
  public static func unavailable(_ cause: any Error) -> WebFailure {
    var failure = WebFailure(.serviceUnavailable, "unavailableTitle", "unavailableText")
    failure.cause = cause
    return failure
  }
  static let inside = WebFailure(.internalServerError, "insideTitle", "insideText", closesConnection: true)
}
