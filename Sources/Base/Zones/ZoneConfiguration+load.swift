public import YAMLText

extension ZoneConfiguration {
  /// Reads `zone.yaml` and the files that it refers to for its mailboxes.
  ///
  /// - Parameter path: at most 1 MiB of YAML in UTF-8, without anchors; relative paths in it are taken from its folder.
  /// - Throws: every problem of the file at once, each with line, column, key, what is wrong, and how to mend it. Missing
  ///   files and folders are problems; what is in keys and certificates is for `Trust` to say.
  public static func load(path: String) throws(ConfigurationError) -> ZoneConfiguration {
    let problems = ProblemCollector()
    let configuration = YAMLFile.read(path, problems) { ZoneReader(root: $0).zone() }
    try problems.throwIfAny()
    guard let configuration else {
      throw ConfigurationError(
        problems: [.init(file: path, line: 1, column: 1, key: "", reason: "the file cannot be understood")])
    }
    return configuration
  }
}

/// Turns the tree of `zone.yaml` into a configuration.
struct ZoneReader {
  let root: YAMLValue

  private static let keys = [
    "zone", "role", "data", "log_level", "keys", "trust", "links", "mailboxes", "letters", "portal", "sms", "desk",
    "people", "documents", "backups", "audit", "calendars", "flows", "decline_reasons",
  ]

  /// Nil where anything is wrong; it has been noted by then.
  func zone() -> ZoneConfiguration? {
    guard let top = root.mapping(Self.keys) else { return nil }
    let name = top.required("zone")?.zoneName()
    let role = top.required("role")?.choice(ZoneRole.self)
    let data = top.required("data")?.path(.folder)
    let level = top.optional("log_level").map { $0.choice(LogLevel.self) } ?? .info
    let keys = top.required("keys").flatMap(keyFiles)
    let trust = top.required("trust").flatMap(trustFiles)
    let letters = top.optional("letters").map(letterLimits) ?? LetterLimits()
    let mailboxes = top.required("mailboxes").flatMap(readMailboxes)
    let links = top.required("links").flatMap { readLinks($0, of: name, role, letters) }
    let backups = top.optional("backups").map(readBackups)
    let audit = top.optional("audit").map(auditFiles)
    let sites = role.flatMap { Sites(top, role: $0, mailboxes: mailboxes) }
    guard let name, let role, let data, let level, let keys, let trust, let letters, let mailboxes, let links,
      let sites,
      backups == nil || backups?.flatMap({ $0 }) != nil, audit.map({ $0 != nil }) ?? true
    else { return nil }
    var configuration = ZoneConfiguration(
      name: name, role: role, dataDirectory: data, logLevel: level.rawValue, keys: keys, trust: trust, links: links,
      mailboxes: mailboxes, letters: letters, portal: sites.portal, sms: sites.sms, desk: sites.desk,
      people: sites.people)
    configuration.documents = sites.documents
    configuration.backups = backups.flatMap { $0 }
    configuration.keys.audit = audit.flatMap { $0 }
    configuration.sealTrust = sites.sealTrust
    configuration.calendars = sites.calendars
    configuration.flows = sites.flows
    configuration.declineReasons = sites.declineReasons
    return configuration
  }

  private func readBackups(_ value: YAMLValue) -> BackupConfiguration? {
    guard let group = value.mapping(["folder", "every_hours", "kept"]) else { return nil }
    guard let folder = group.required("folder")?.path(.folder) else { return nil }
    var backups = BackupConfiguration(folder: folder, everyHours: 24, kept: 7)
    group.integer("every_hours", 1...168, into: &backups.everyHours)
    group.integer("kept", 1...1_000, into: &backups.kept)
    return backups
  }

  private enum LogLevel: String, CaseIterable {
    case trace, debug, info, notice, warning, error, critical
  }

  private func keyFiles(_ value: YAMLValue) -> KeyFiles? {
    let names = [
      "signing_key", "signing_certificate", "encryption_key", "encryption_certificate", "tls_key", "tls_certificate",
    ]
    guard let group = value.mapping(names + ["rotated", "passphrase_file", "passphrase_credential"]) else { return nil }
    let paths = names.compactMap { group.required($0)?.path(.file) }
    let rotated = group.optional("rotated").map { $0.path(.nothing) }
    let passphrase = group.optional("passphrase_file").map { $0.path(.file).map(PassphraseSource.file) }
    let credential = group.optional("passphrase_credential").map {
      $0.credentialName().map(PassphraseSource.credential)
    }
    if passphrase != nil, let second = group.optional("passphrase_credential") {
      return second.refused("a passphrase lies in a file or in a credential; remove one of the two keys")
    }
    guard paths.count == names.count, rotated.map({ $0 != nil }) ?? true, passphrase.map({ $0 != nil }) ?? true,
      credential.map({ $0 != nil }) ?? true
    else { return nil }
    var files = KeyFiles(
      signingKey: paths[0], signingCertificate: paths[1], encryptionKey: paths[2], encryptionCertificate: paths[3],
      tlsKey: paths[4], tlsCertificate: paths[5])
    if let rotated = rotated.flatMap({ $0 }) { files.rotatedFolder = rotated }
    files.passphrase = (passphrase ?? credential).flatMap { $0 }
    return files
  }

  private func auditFiles(_ value: YAMLValue) -> AuditKeyFiles? {
    let names = ["log_key", "log_certificate", "witness_key", "witness_certificate"]
    guard let group = value.mapping(names + ["checkpoint_seconds", "forward"]) else { return nil }
    let paths = names.compactMap { group.required($0)?.path(.file) }
    let forward = group.optional("forward").map(ForwardReader.forwarding)
    guard paths.count == names.count, forward.map({ $0 != nil }) ?? true else { return nil }
    var files = AuditKeyFiles(
      logKey: paths[0], logCertificate: paths[1], witnessKey: paths[2], witnessCertificate: paths[3])
    group.integer("checkpoint_seconds", 1...3_600, into: &files.checkpointSeconds)
    files.forward = forward.flatMap { $0 }
    return files
  }

  private func trustFiles(_ value: YAMLValue) -> TrustFiles? {
    guard let group = value.mapping(["root", "intermediates", "revocation_lists", "overdue_revocation_list"]) else {
      return nil
    }
    let root = group.required("root")?.path(.file)
    let intermediates = group.optional("intermediates").map { $0.paths(.file) } ?? []
    let lists = group.optional("revocation_lists").map { $0.paths(.file) } ?? []
    let age = group.optional("overdue_revocation_list").map { $0.choice(RevocationListAge.self) } ?? .alert
    guard let root, let intermediates, let lists, let age else { return nil }
    var files = TrustFiles(root: root, intermediates: intermediates, revocationLists: lists)
    files.revocationListAge = age
    return files
  }

  private func letterLimits(_ value: YAMLValue) -> LetterLimits? {
    let names = ["title_max_characters", "text_max_characters", "attachments_max", "attachment_max_bytes"]
    guard let group = value.mapping(names) else { return nil }
    var limits = LetterLimits()
    group.integer(names[0], 1...1_000, into: &limits.titleMaxCharacters)
    group.integer(names[1], 1...100_000, into: &limits.textMaxCharacters)
    group.integer(names[2], 0...20, into: &limits.attachmentsMax)
    group.integer(names[3], 1...1_073_741_824, into: &limits.attachmentMaxBytes)
    return limits
  }
}

extension ZoneReader {
  /// A list in place, or the path of a file that holds nothing but the list.
  private func readMailboxes(_ value: YAMLValue) -> [Mailbox]? {
    guard value.isScalar else { return mailboxList(value) }
    guard let path = value.path(.file) else { return nil }
    return YAMLFile.read(path, value.problems) { mailboxList($0) }
  }

  private func mailboxList(_ value: YAMLValue) -> [Mailbox]? {
    guard let elements = value.list(atLeast: 1) else { return nil }
    var seen: Set<String> = []
    let mailboxes = elements.compactMap { element -> Mailbox? in
      guard let group = element.mapping(["id", "chinese", "english", "flow"]) else { return nil }
      let identifier = group.required("id")?.identifier()
      let chinese = group.required("chinese")?.text(maxCharacters: 60)
      let english = group.required("english")?.text(maxCharacters: 120)
      let flow: String?? = group.optional("flow").map { $0.identifier() } ?? .some(nil)
      guard let identifier, let chinese, let english, let flow else { return nil }
      guard seen.insert(identifier).inserted else {
        return element.refused("the mailbox \(identifier) is given twice; remove one")
      }
      return Mailbox(identifier: identifier, chineseName: chinese, englishName: english, flow: flow)
    }
    return mailboxes.count == elements.count ? mailboxes : nil
  }
}
