import Foundation
import JSON
import TransparencyLog

/// An entry with the proof of its place.
struct ProvedEntry: Sendable {
  let place: EvidencePlace
  let bytes: [UInt8]
  let proof: LogProof
  let log: NoteVerifier
  /// Who has cosigned the proof's checkpoint, and when (seconds since 1970).
  let witness: (key: NoteVerifier, seconds: Int)?
  /// Null if the entry is not Guandu's: it is proved all the same.
  let value: JSONValue

  var kind: String { value["kind"]?.text ?? "" }
  var time: String { value["at"]?.text ?? "" }
  /// Of a packet's manifest.
  var digest: String? { value["digest"]?.text.flatMap { kind.hasPrefix("packet.") ? $0 : nil } }

  /// `dmz-1-7`.
  var name: String { "\(place.zone)-\(place.log)-\(place.index)" }
}

/// RFC 3339 in UTC, to the second.
func timeText(seconds: Int) -> String {
  let formatter = ISO8601DateFormatter()
  formatter.timeZone = TimeZone(identifier: "UTC")
  return formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
}
