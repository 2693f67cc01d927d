import Hummingbird
import People
import Roles
import Web

/// Whatever goes for good is asked about first, on a page of its own.
extension DeskSite {
  /// - Parameters:
  ///   - question: the key of the question; with `-text` behind it what follows, with `-verb` what the button says.
  ///   - object: what would go.
  ///   - action: where a yes is posted to, with `field` where that needs one.
  ///   - back: where a no leads.
  func confirmPage(
    _ question: String, of object: String, action: String, field: (name: String, value: String)? = nil, back: String,
    _ request: WebRequest, _ presence: Presence
  ) -> Response {
    let (strings, language) = (renderer.strings, request.language)
    return page(
      ConfirmPage(
        question: strings.text(question, language), object: object,
        consequence: strings.text(question + "-text", language), action: action, field: field?.name,
        value: field?.value ?? "", verb: strings.text(question + "-verb", language), back: back),
      titleKey: question, request, presence)
  }

  /// Somebody else, whom this person may change.
  func somebody(
    _ request: WebRequest, _ presence: Presence, _ action: Action
  ) async throws -> (identifier: String, name: String) {
    guard presence.official.may(action, .office) else { throw WebFailure.notAllowed }
    let person = try await office.person(identifier("person", request), for: presence.official)
    return (person.identifier, person.name)
  }
}
