/// What came of sending offices again what they had.
public struct DeliveryRebuild: Sendable, Equatable {
  /// What did not leave to one office, for one reason.
  public struct Refusal: Sendable, Equatable {
    /// The office's zone.
    public let peer: String
    /// The rule of the link's policy that does not let it out, or what is wrong with the document.
    public let rule: String
    public fileprivate(set) var count: Int
    /// The numbers of the first of them, `namesMost` at most.
    public fileprivate(set) var numbers: [String]
  }

  enum Outcome: Sendable {
    case sent
    /// The office never had it, or is to have it no more.
    case notDue
    case refused(rule: String, number: String)
  }

  /// So many are named for each office and reason.
  public static let namesMost = 5

  /// How many documents, and withdrawals, leave again.
  public private(set) var sent = 0
  /// In the order in which they were met.
  public private(set) var refused: [Refusal] = []

  init() {}

  mutating func add(_ outcome: Outcome, peer: String) {
    switch outcome {
    case .sent: sent += 1
    case .notDue: break
    case .refused(let rule, let number):
      let index =
        refused.firstIndex { $0.peer == peer && $0.rule == rule }
        ?? {
          refused.append(Refusal(peer: peer, rule: rule, count: 0, numbers: []))
          return refused.count - 1
        }()
      refused[index].count += 1
      if refused[index].numbers.count < Self.namesMost { refused[index].numbers.append(number) }
    }
  }

  /// For the operator: nothing, or a line for each office and reason.
  public var refusals: [String] {
    refused.map { refusal in
      let more = refusal.count > refusal.numbers.count ? ", …" : ""
      return
        "not sent to \(refusal.peer), \(refusal.count): \(refusal.rule) (\(refusal.numbers.joined(separator: ", "))\(more))"
    }
  }
}
