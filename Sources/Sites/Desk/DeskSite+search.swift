import HTTPTypes
import Hummingbird
import HummingbirdCore
import Letters
import Roles
import Web

/// Finding letters: by number, by words, by phone.
extension DeskSite {
  func addSearchRoutes(to routes: inout RouteTable) {
    handle(.get, "/search", .readLetter, &routes) { [self] in try await searchPage($0, $1) }
    // A phone number belongs into no address, which histories and logs keep.
    handle(.post, "/search/phone", .searchPhone, &routes) { [self] request, presence in
      let form = try await form(of: request, presence)
      let found = try await letters.letters(
        ofPhone: String(form["phone"].prefix(64)), for: presence.official, limit: Self.folderSize)
      return try await searchPage("", found, nil, request, presence, isQuery: false)
    }
  }

  private func searchPage(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    guard presence.official.may(.readLetter) || presence.official.may(.readDispatch) else {
      throw WebFailure.notAllowed
    }
    let query = String((request.query("q") ?? "").prefix(DeskLetters.queryMaxCharacters))
    if let number = Self.number(in: query) {
      do {
        _ = try await letters.letter(number: number, for: presence.official)
        return seeOther("/letters/\(number)")
      } catch LetterError.notFound {
        // Part of a number, or somebody else's: the words may still be found.
      } catch { throw error }
    }
    let place = request.query("after").flatMap { Int($0) }
    let found = try await letters.search(query, for: presence.official, below: place, limit: Self.folderSize)
    let next = found?.next.map { "/search?q=\(queryEncoded(query))&after=\($0)" }
    return try await searchPage(query, found, next, request, presence)
  }

  private func searchPage(
    _ query: String, _ found: LetterSearchPage?, _ next: String?, _ request: WebRequest, _ presence: Presence,
    isQuery: Bool = true
  ) async throws -> Response {
    let (strings, language) = (renderer.strings, request.language)
    let acts = bulkActs(of: presence.official, language)
    let rows = (found?.letters ?? []).map { row($0, language, canChoose: !acts.isEmpty) }
    return page(
      SearchPage(
        query: query, late: try await lateText("linkLate", "linkNever", language),
        tabs: try await tabs("/search", presence.official, language), isEmpty: rows.isEmpty,
        hint: strings.text(
          found == nil ? "searchNothingTyped" : next == nil ? "searchNothingFound" : "searchNothingYet", language),
        isIncomplete: found?.isIncomplete ?? false, hasLetters: !rows.isEmpty, canChoose: !acts.isEmpty,
        letters: rows, acts: acts, allPath: nil, nextPath: next, canSearchPhones: presence.official.may(.searchPhone)),
      titleKey: "searchHeading", request, presence, languagePath: "/search", isSearch: isQuery)
  }

  /// A letter's number, as somebody reads it out: wide digits and blanks do not matter. Nil for anything else.
  private static func number(in text: String) -> String? {
    var number = ""
    for scalar in text.unicodeScalars.prefix(64) {
      switch scalar.value {
      case 0x30...0x39, 0x2D: number.unicodeScalars.append(scalar)
      case 0xFF10...0xFF19: number.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value - 0xFF10 + 0x30)))
      case 0xFF0D, 0x2010...0x2015: number += "-"
      case 0x20, 0x3000: continue
      default: return nil
      }
    }
    return number.utf8.contains(UInt8(ascii: "-")) && number.utf8.count <= 32 ? number : nil
  }
}
