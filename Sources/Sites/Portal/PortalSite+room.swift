import HTTPTypes
import Hummingbird
import Letters
import Web

/// What a portal without room for letters says. Looking letters up goes on.
extension PortalSite {
  /// The texts name these ten minutes too.
  static let retryAfterSeconds = 600
  /// Twice what those take to serve who wait when no more are let in.
  static let retryShortlySeconds = 5

  /// - Throws: the page that says so, where no letter would be taken.
  func demandRoom() async throws {
    do {
      try await letters.demandRoom()
    } catch LetterError.linkIsFull {
      throw WebFailure.linkIsFull
    } catch {
      throw WebFailure.unavailable(error)
    }
  }

  /// For pages that hold what was written: they show it with a word about it, in place of an error's page.
  func hasRoom() async throws -> Bool {
    do {
      try await letters.demandRoom()
      return true
    } catch LetterError.linkIsFull {
      return false
    } catch {
      throw WebFailure.unavailable(error)
    }
  }

  func retryLater(_ response: Response) -> Response {
    var response = response
    response.headers[.retryAfter] = "\(Self.retryAfterSeconds)"
    return response
  }

  func retryShortly(_ response: Response) -> Response {
    var response = response
    response.headers[.retryAfter] = "\(Self.retryShortlySeconds)"
    return response
  }
}

extension WebFailure {
  static let linkIsFull = WebFailure(
    .serviceUnavailable, "fullTitle", "fullText", retryAfterSeconds: PortalSite.retryAfterSeconds)
  static let busy = WebFailure(
    .serviceUnavailable, "busyTitle", "busyText", retryAfterSeconds: PortalSite.retryShortlySeconds)
}
