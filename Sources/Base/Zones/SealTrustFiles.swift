import YAMLText

/// Whom electronic seals on official documents are believed from, PEM files; read anew for each check. A tamperer could have
/// false seals believed.
public struct SealTrustFiles: Equatable, Sendable {
  /// The makers' own certificates, and the authorities of sealers' certificates.
  public var sealTrust: [String]
  /// Lists of revocations of these authorities.
  public var revocationLists: [String]

  public init(sealTrust: [String], revocationLists: [String]) {
    self.sealTrust = sealTrust
    self.revocationLists = revocationLists
  }
}

extension SealTrustFiles {
  /// The section `documents` of a zone that shows documents.
  static func read(_ value: YAMLValue) -> SealTrustFiles? {
    guard let group = value.mapping(["seal_trust", "revocation_lists"]) else { return nil }
    let trust = group.required("seal_trust")?.paths(.file, atLeast: 1)
    let lists = group.optional("revocation_lists").map { $0.paths(.file) } ?? []
    guard let trust, let lists else { return nil }
    return SealTrustFiles(sealTrust: trust, revocationLists: lists)
  }
}
