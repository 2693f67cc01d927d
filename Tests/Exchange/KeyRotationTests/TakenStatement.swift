import Foundation
import ZoneKeys
import Zones

extension ZoneIdentity {
  /// A statement that is judged, committed and filed.
  func take(_ statement: KeyStatement, of peer: ZoneName, at date: Date) throws -> Bool {
    guard let word = try judge(statement, of: peer, at: date) else { return false }
    accept(word)
    try remember(word)
    return true
  }
}
