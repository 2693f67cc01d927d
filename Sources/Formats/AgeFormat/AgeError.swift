/// Why an age file was not opened.
public enum AgeError: Error, Equatable, Sendable {
  /// The header breaks the format (C2SP age, "Header"); the text says where.
  case header(String)
  /// No stanza is for the given identities.
  case noMatch
  /// The header's MAC does not fit the file key.
  case headerMAC
  /// The payload is cut, lengthened or changed (C2SP age, "Payload").
  case payload(String)
}
