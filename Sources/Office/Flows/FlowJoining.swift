/// Items that are joined with another of the same matter, and end as that one does.
extension FlowStep {
  /// The field that names the other item.
  public static let otherItemField = "other-letter"

  /// Whether it joins the item with another: its outcome is that of the other one.
  public var joins: Bool { needs.contains(Self.otherItemField) }
}

extension FlowDefinition {
  /// An item that is joined with another no more: back where people can join it, or else at the start.
  public func separated(_ item: FlowItem) -> FlowItem {
    let back = states.first { state in
      if case .party = state.holder { state.steps.contains(where: \.joins) } else { false }
    }
    var item = item
    item.state = back?.id ?? start
    item.entry += 1
    item.fields["outcome"] = nil
    return item
  }

  /// An item that was joined with another and ends as that one did.
  ///
  /// - Parameter folder: that of the ends with this outcome. Where there is no such end, the item stays where it is.
  public func concluded(_ item: FlowItem, as outcome: String, in folder: String) -> FlowItem {
    var item = item
    item.fields["outcome"] = [outcome]
    let joined = Set(states.flatMap(\.steps).filter(\.joins).flatMap(\.ways).compactMap(\.state))
    guard let end = states.first(where: { $0.isEnd && $0.folder == folder && !joined.contains($0.id) }) else {
      return item
    }
    item.state = end.id
    item.entry += 1
    return item
  }
}
