/// Official documents at the desk.
public struct DocumentsConfiguration: Sendable {
  /// Of document numbers, in the order in which they are offered.
  public var series: [DocumentSeries]
  /// PEM: the own certificates of the makers whose seals are taken in, and the authorities of sealers' certificates. A
  /// tamperer could have a seal of his own taken in.
  public var sealTrust: [String]
  /// Lists of revocations of the authorities of sealers' certificates, PEM; for documents of other offices.
  public var revocationLists: [String] = []
  /// The portal's own address, `https://…` without a closing slash: QR codes of documents that are open to the public lead
  /// there. Nil where papers bear none.
  public var portalURL: String?
  /// The unit whose people sign for documents of other offices; nil where none are taken in.
  public var receivedBy: String?
  /// Folders with typefaces, looked into before the usual ones. A tamperer could change what documents look like.
  public var faces: [String]
  /// Who holds the keys of the seals.
  public var signers: [SignerAddress]

  public init(
    series: [DocumentSeries], sealTrust: [String] = [], faces: [String] = [], signers: [SignerAddress] = []
  ) {
    self.series = series
    self.sealTrust = sealTrust
    self.faces = faces
    self.signers = signers
  }
}

/// A series of document numbers (发文字号): one count a year.
public struct DocumentSeries: Sendable, Hashable {
  /// `[a-z][a-z0-9-]{0,31}`; never changes.
  public var identifier: String
  /// What stands before the year, such as 安政发: 1 to 12 Chinese characters.
  public var mark: String
  public var name: String

  public init(identifier: String, mark: String, name: String) {
    self.identifier = identifier
    self.mark = mark
    self.name = name
  }
}
