/// Whether messages of a type say what to trust, and nothing else.
public func isTrustUpdate(_ type: String) -> Bool { type.hasPrefix("trust.") }
