/// An addressee of letters (信箱).
public struct Mailbox: Sendable, Hashable {
  /// `[a-z][a-z0-9-]{0,31}`.
  public var identifier: String
  public var chineseName: String
  public var englishName: String
  /// The flow that its letters take in the intranet; nil for the direct one.
  public var flow: String?

  public init(identifier: String, chineseName: String, englishName: String, flow: String? = nil) {
    self.flow = flow
    self.identifier = identifier
    self.chineseName = chineseName
    self.englishName = englishName
  }
}
