extension ZoneConfiguration {
  /// The link to the other half of this zone's city, which letters and publications cross.
  public var cityLink: LinkConfiguration {
    // There is one, since `load` refuses a configuration without.
    links.first { $0.peerRole ?? role.other == role.other } ?? links[0]
  }

  /// The links to the intranets of other offices.
  public var officeLinks: [LinkConfiguration] { links.filter { $0.peerRole == role } }
}
