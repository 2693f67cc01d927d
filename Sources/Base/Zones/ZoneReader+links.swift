import YAMLText

extension ZoneReader {
  func readLinks(
    _ value: YAMLValue, of own: ZoneName?, _ role: ZoneRole?, _ letters: LetterLimits?
  ) -> [LinkConfiguration]? {
    guard let elements = value.list(atLeast: 1, atMost: 64) else { return nil }
    var seen: Set<ZoneName> = []
    let links = elements.compactMap { element -> LinkConfiguration? in
      guard let link = readLink(element, letters) else { return nil }
      guard link.peer != own else { return element.refused("the peer \(link.peer) is this zone itself") }
      guard seen.insert(link.peer).inserted else {
        return element.refused("the peer \(link.peer) has a link already; remove one")
      }
      return link
    }
    guard links.count == elements.count else { return nil }
    return hasOneCityLink(links, value, role) ? links : nil
  }

  /// Letters have one way: an intranet has one DMZ, and any number of other intranets.
  private func hasOneCityLink(_ links: [LinkConfiguration], _ value: YAMLValue, _ role: ZoneRole?) -> Bool {
    guard let role else { return false }
    if role == .dmz {
      guard links.contains(where: { $0.peerRole == .dmz }) else { return true }
      value.refuse("a DMZ has links to intranets alone; remove peer_role: dmz")
      return false
    }
    let count = links.count { $0.peerRole ?? role.other == role.other }
    guard count != 1 else { return true }
    value.refuse(
      count == 0
        ? "none of the links leads to a DMZ; remove peer_role: intranet from the one that does"
        : "\(count) links lead to a DMZ, and letters have one way; give those to other offices peer_role: intranet")
    return false
  }

  private func readLink(_ value: YAMLValue, _ letters: LetterLimits?) -> LinkConfiguration? {
    let names = [
      "peer", "peer_role", "outgoing_drop", "incoming_drop", "peer_signing_certificates", "peer_encryption_certificate",
      "peer_nodes", "escrow_certificates", "suites", "receipts", "repeat_times", "limits", "policy",
    ]
    guard let group = value.mapping(names) else { return nil }
    let peer = group.required("peer")?.zoneName()
    let peerRole = group.optional("peer_role").map { $0.choice(ZoneRole.self) }
    let outgoing = group.required("outgoing_drop").flatMap(DropReader.address)
    let incoming = group.required("incoming_drop")?.path(.folder)
    let signing = group.required("peer_signing_certificates")?.paths(.file, atLeast: 1)
    let encryption = group.required("peer_encryption_certificate")?.path(.file)
    let escrow = group.optional("escrow_certificates").map { $0.paths(.file) } ?? []
    let nodes = group.optional("peer_nodes").map(readNodes) ?? [ZoneName.firstNode]
    let suites = group.required("suites").flatMap(readSuites)
    let repeats = readReceipts(group)
    let limits = group.optional("limits").map(linkLimits) ?? LinkLimits()
    let policy = group.required("policy").flatMap { policies($0, letters) }
    guard let peer, let outgoing, let incoming, let signing, let encryption, let escrow, let nodes, let suites,
      let repeats, let limits, let policy, peerRole.map({ $0 != nil }) ?? true
    else { return nil }
    guard outgoing.folder != incoming else {
      return value.refused("outgoing_drop and incoming_drop are the same folder")
    }
    var link = LinkConfiguration(
      peer: peer, outgoingDrop: outgoing, incomingDrop: incoming, peerSigningCertificates: signing,
      peerEncryptionCertificate: encryption, escrowCertificates: escrow, suites: suites, limits: limits,
      outgoingPolicy: policy.outgoing, incomingPolicy: policy.incoming)
    link.repeatTimes = repeats.repeatTimes
    link.peerNodes = nodes
    link.peerRole = peerRole.flatMap { $0 }
    return link
  }

  private func readNodes(_ value: YAMLValue) -> [ZoneName]? {
    guard let elements = value.list(atLeast: 1, atMost: 16) else { return nil }
    let nodes = elements.compactMap { $0.zoneName() }
    guard nodes.count == elements.count else { return nil }
    guard Set(nodes).count == nodes.count else { return value.refused("a node is given twice; remove one") }
    return nodes
  }

  private enum ReceiptMode: String, CaseIterable {
    case awaited, none
  }
  private struct ReceiptPlan {
    var repeatTimes: Int?
  }

  /// `receipts: none` makes a link one-way, and needs `repeat_times`.
  private func readReceipts(_ group: YAMLMapping) -> ReceiptPlan? {
    guard let mode = group.optional("receipts").map({ $0.choice(ReceiptMode.self) }) ?? .awaited else { return nil }
    switch (mode, group.optional("repeat_times")) {
    case (.awaited, nil): return ReceiptPlan()
    case (.awaited, let times?): return times.refused("belongs to receipts: none alone; remove it")
    case (.none, nil): return group.own.refused("the key repeat_times is missing; receipts: none needs it")
    case (.none, let times?): return times.integer(1...1_000).map { ReceiptPlan(repeatTimes: $0) }
    }
  }

  private enum Suite: String, CaseIterable {
    case first = "x25519-chacha20poly1305-ed25519"
  }

  private func readSuites(_ value: YAMLValue) -> [String]? {
    guard let elements = value.list(atLeast: 1) else { return nil }
    let suites = elements.compactMap { $0.choice(Suite.self)?.rawValue }
    return suites.count == elements.count ? suites : nil
  }

  private func linkLimits(_ value: YAMLValue) -> LinkLimits? {
    let names = [
      "linger_milliseconds", "receipt_linger_milliseconds", "packet_max_bytes", "poll_seconds", "redrop_seconds",
      "incomplete_seconds", "drop_max_packets", "drop_max_bytes", "held_max_packets", "blob_window_packets",
      "heartbeat_seconds", "retain_days", "outbox_max_messages", "outbox_max_bytes",
    ]
    guard let group = value.mapping(names) else { return nil }
    var limits = LinkLimits()
    group.integer("linger_milliseconds", 0...60_000, into: &limits.lingerMilliseconds)
    group.integer("receipt_linger_milliseconds", 0...60_000, into: &limits.receiptLingerMilliseconds)
    group.integer("packet_max_bytes", 65_536...1_073_741_824, into: &limits.packetMaxBytes)
    group.integer("poll_seconds", 1...3_600, into: &limits.pollSeconds)
    group.integer("redrop_seconds", 1...86_400, into: &limits.redropSeconds)
    group.integer("incomplete_seconds", 1...604_800, into: &limits.incompleteSeconds)
    group.integer("drop_max_packets", 1...1_000_000, into: &limits.dropMaxPackets)
    group.integer("drop_max_bytes", 65_536...1_125_899_906_842_624, into: &limits.dropMaxBytes)
    group.integer("held_max_packets", 0...100_000, into: &limits.heldMaxPackets)
    group.integer("blob_window_packets", 1...1_000_000, into: &limits.blobWindowPackets)
    group.integer("retain_days", 1...3_650, into: &limits.retainDays)
    group.integer("heartbeat_seconds", 1...86_400, into: &limits.heartbeatSeconds)
    group.integer("outbox_max_messages", 1...100_000_000, into: &limits.outboxMaxMessages)
    group.integer("outbox_max_bytes", 65_536...1_125_899_906_842_624, into: &limits.outboxMaxBytes)
    guard limits.dropMaxBytes >= limits.packetMaxBytes else {
      return value.refused("drop_max_bytes holds not even one packet; make it at least packet_max_bytes")
    }
    return limits
  }

  private func policies(
    _ value: YAMLValue, _ letters: LetterLimits?
  ) -> (outgoing: ExchangePolicy, incoming: ExchangePolicy)? {
    guard let group = value.mapping(["outgoing", "incoming"]) else { return nil }
    let outgoing = group.required("outgoing").flatMap { policy($0, letters) }
    let incoming = group.required("incoming").flatMap { policy($0, letters) }
    guard let outgoing, let incoming else { return nil }
    return (outgoing, incoming)
  }

  private func policy(_ value: YAMLValue, _ letters: LetterLimits?) -> ExchangePolicy? {
    let names = ["messages", "highest_classification", "blob_max_bytes", "file_kinds", "messages_per_minute"]
    guard let group = value.mapping(names) else { return nil }
    let types = group.required("messages").flatMap(messageTypes)
    let highest = group.required("highest_classification")?.choice(Classification.self)
    let blob = group.required("blob_max_bytes")
    let bytes = blob?.integer(0...1_099_511_627_776)
    let list = bytes == 0 ? group.optional("file_kinds") : group.required("file_kinds")
    let kinds = list.map(fileKinds) ?? (bytes == 0 ? [] : nil)
    let rate = group.optional("messages_per_minute")
    let perMinute = rate?.integer(1...1_000_000)
    guard let types, let highest, let blob, let bytes, let kinds, (rate == nil) == (perMinute == nil) else {
      return nil
    }
    if let letters, letters.attachmentsMax > 0, types.contains("letter.submitted"), bytes < letters.sealedMaxBytes {
      return blob.refused(
        "\(bytes) is too small for the attachments that letters may have; give at least \(letters.sealedMaxBytes)")
    }
    if let letters, letters.attachmentsMax > 0, types.contains("letter.submitted"), kinds.isEmpty {
      return list?.refused("letters may have attachments; name their kinds, or set attachments_max to 0")
    }
    return ExchangePolicy(
      messageTypes: types, highestClassification: highest, blobMaxBytes: bytes, fileKinds: kinds,
      messagesPerMinute: perMinute)
  }

  private func fileKinds(_ value: YAMLValue) -> Set<FileKind>? {
    guard let elements = value.list() else { return nil }
    var kinds: Set<FileKind> = []
    for element in elements {
      guard let kind = element.choice(FileKind.self) else { continue }
      if !kinds.insert(kind).inserted { element.refuse("\(kind.rawValue) is given twice; remove one") }
    }
    return kinds.count == elements.count ? kinds : nil
  }

  private func messageTypes(_ value: YAMLValue) -> Set<String>? {
    guard let elements = value.list() else { return nil }
    var types: Set<String> = []
    for element in elements {
      guard let type = element.messageType() else { continue }
      if !types.insert(type).inserted { element.refuse("\(type) is given twice; remove one") }
    }
    return types.count == elements.count ? types : nil
  }
}

extension LetterLimits {
  /// An upper bound for an attachment once it is sealed: 16 bytes a 64 KiB chunk, and the head.
  fileprivate var sealedMaxBytes: Int { attachmentMaxBytes + (attachmentMaxBytes / 65_536 + 1) * 16 + 4_096 }
}
