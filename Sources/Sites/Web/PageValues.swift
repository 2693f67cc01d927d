import Mustache

/// What a template shows, as a struct: its stored properties are the names that the template uses.
///
/// A property is a text (`String`), a yes or no (`Bool`), texts by key, further values, a list of values, or an Optional
/// of one of these. What is nil shows nothing, and its section is left out; a section of a text is shown even where the
/// text is empty. Names of nested values are looked up in them first, then in the values around them.
public protocol PageValues: Sendable {}

/// The values of a whole page.
public protocol Page: PageValues {
  /// The name of its template: of the file in `Pages`, without the extension.
  static var template: String { get }
}

/// The properties of values by name, read once, so that rendering looks names up and reflects nothing.
struct PageProperties: MustacheParent, Sendable {
  private enum Property: Sendable {
    case text(String)
    case flag(Bool)
    case texts([String: String])
    case values(PageProperties)
    case list([PageProperties])
    case nothing
  }

  private var properties: [String: Property] = [:]

  /// - Parameter layers: of two properties with one name that of the earlier layer counts.
  init(_ layers: any PageValues...) {
    for layer in layers {
      for child in Mirror(reflecting: layer).children {
        guard let name = child.label, properties[name] == nil else { continue }
        properties[name] = Self.property(child.value)
      }
    }
  }

  private static func property(_ value: Any) -> Property {
    if let text = value as? String { return .text(text) }
    if let flag = value as? Bool { return .flag(flag) }
    if let list = value as? [any PageValues] { return .list(list.map { PageProperties($0) }) }
    if let values = value as? any PageValues { return .values(PageProperties(values)) }
    if let texts = value as? [String: String] { return .texts(texts) }
    assert(Mirror(reflecting: value).displayStyle == .optional, "a template cannot show a \(type(of: value))")
    return .nothing
  }

  func child(named name: String) -> Any? {
    switch properties[name] {
    case .text(let text): text
    case .flag(let flag): flag
    case .texts(let texts): texts
    case .values(let values): values
    case .list(let list): list
    case .nothing: Nothing()
    case nil: nil
    }
  }

  /// Known, and nothing: so that the name is not looked up in the values around.
  private struct Nothing: MustacheCustomRenderable {
    var renderText: String { "" }
    var isNull: Bool { true }
  }
}
