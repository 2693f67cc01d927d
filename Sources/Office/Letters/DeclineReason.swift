public import Flows
import YAMLText

/// One reason of the closed list for which a letter is declined, and the lawful way that it names.
public struct DeclineReason: Sendable, Equatable {
  public static let reasonsMax = 100

  public let id: String
  public let title: FlowWords
  public let way: FlowWords

  /// Reads a list of reasons; nil where something was noted.
  static func read(_ value: YAMLValue) -> [DeclineReason]? {
    guard let elements = value.list(atLeast: 1, atMost: reasonsMax) else { return nil }
    let reasons = elements.compactMap { element -> DeclineReason? in
      guard let keys = element.mapping(["id", "zh", "en", "way"]) else { return nil }
      let reader = FlowReader()
      let id = keys.required("id").flatMap(reader.identifier)
      let (chinese, english) = (
        keys.required("zh")?.text(maxCharacters: 200), keys.required("en")?.text(maxCharacters: 400)
      )
      let way = keys.required("way").flatMap(reader.words)
      guard let id, let chinese, let english, let way else { return nil }
      return DeclineReason(id: id, title: FlowWords(chinese: chinese, english: english), way: way)
    }
    for (index, reason) in reasons.enumerated() where reasons[..<index].contains(where: { $0.id == reason.id }) {
      return value.refused("the reason \(reason.id) is given twice")
    }
    return reasons.count == elements.count ? reasons : nil
  }
}
