import YAMLText

/// Signers as `zone.yaml` names them, and `guandu-signer`'s own configuration.
enum SignerReader {
  static let keysAtMost = 64
  static let signersAtMost = 16

  /// `documents.signers`: a list of `{name, socket}` and `{name, url, trust, certificate, key}`.
  static func signers(_ value: YAMLValue) -> [SignerAddress]? {
    guard let elements = value.list(atMost: signersAtMost) else { return nil }
    let signers = elements.compactMap(signer)
    guard signers.count == elements.count else { return nil }
    return unique(signers, in: elements, by: \.name)
  }

  private static func signer(_ value: YAMLValue) -> SignerAddress? {
    guard let group = value.mapping(["name", "socket", "url", "trust", "certificate", "key"]) else { return nil }
    let name = group.required("name")?.identifier()
    if let socket = group.optional("socket") {
      for other in ["url", "trust", "certificate", "key"] {
        if let other = group.optional(other) {
          return other.refused("does not belong to a signer behind a socket; remove it, or the socket")
        }
      }
      guard let name, let path = socketPath(socket) else { return nil }
      return SignerAddress(name: name, place: .socket(path))
    }
    guard group.optional("url") != nil else {
      return value.refused("the signer has no address; give socket, or url with trust, certificate and key")
    }
    let url = group.required("url")?.siteURL()
    let trust = group.required("trust")?.path(.file)
    let certificate = group.required("certificate")?.path(.file)
    let key = group.required("key")?.secretFile()
    guard let name, let url, let trust, let certificate, let key,
      let site = try? SignerSite(url: url, trust: trust, certificate: certificate, key: key)
    else { return nil }
    return SignerAddress(name: name, place: .https(site))
  }

  static func program(_ root: YAMLValue) -> SignerConfiguration? {
    guard let top = root.mapping(["socket", "tls", "keys", "pin_attempts"]) else { return nil }
    let listening: SignerConfiguration.Listening?
    switch (top.optional("socket"), top.optional("tls")) {
    case (let socket?, nil): listening = socketPath(socket).map { .socket($0) }
    case (nil, let tls?): listening = readTLS(tls).map { .tls($0) }
    case (nil, nil): listening = root.refused("the signer listens nowhere; give socket or tls")
    case (_?, let tls?): listening = tls.refused("give either socket or tls; two programs serve both")
    }
    var attempts = 5
    top.integer("pin_attempts", 1...10, into: &attempts)
    guard let keys = top.required("keys").flatMap(readKeys), let listening else { return nil }
    return SignerConfiguration(listening: listening, keys: keys, pinAttempts: attempts)
  }

  private static func readTLS(_ value: YAMLValue) -> SignerConfiguration.TLS? {
    guard let group = value.mapping(["address", "port", "certificate", "key", "trust"]) else { return nil }
    let address = group.required("address")?.listenAddress()
    let port = group.required("port")?.port()
    let certificate = group.required("certificate")?.path(.file)
    let key = group.required("key")?.secretFile()
    let trust = group.required("trust")?.path(.file)
    guard let address, let port, let certificate, let key, let trust else { return nil }
    return SignerConfiguration.TLS(address: address, port: port, certificate: certificate, key: key, trust: trust)
  }

  private static func readKeys(_ value: YAMLValue) -> [SignerConfiguration.Key]? {
    guard let elements = value.list(atLeast: 1, atMost: keysAtMost) else { return nil }
    let keys = elements.compactMap(readKey)
    guard keys.count == elements.count else { return nil }
    return unique(keys, in: elements, by: \.name)
  }

  private static func readKey(_ value: YAMLValue) -> SignerConfiguration.Key? {
    guard let group = value.mapping(["name", "key", "module", "uri", "certificate"]) else { return nil }
    let name = group.required("name")?.identifier()
    let certificate = group.required("certificate")?.path(.file)
    let place: SignerConfiguration.Key.Place?
    if let key = group.optional("key") {
      if let other = group.optional("module") ?? group.optional("uri") {
        return other.refused("does not belong to a key in a file; remove it, or the key")
      }
      place = key.secretFile().map { .file($0) }
    } else {
      guard group.optional("module") != nil || group.optional("uri") != nil else {
        return value.refused("the key lies nowhere; give key, a file, or module and uri of a token")
      }
      let module = group.required("module")?.path(.file)
      let uri = group.required("uri")?.text(maxCharacters: 1_024)
      place = module.flatMap { module in uri.map { .token(module: module, uri: $0) } }
    }
    guard let name, let certificate, let place else { return nil }
    return SignerConfiguration.Key(name: name, place: place, certificate: certificate)
  }

  /// Linux keeps 108 bytes for a socket's path, the last of them zero.
  private static func socketPath(_ value: YAMLValue) -> String? {
    guard let path = value.path(.nothing) else { return nil }
    guard path.utf8.count <= 107 else {
      return value.refused("\(path) is longer than the 107 bytes that a socket's path may have; give a shorter one")
    }
    return path
  }

  private static func unique<T>(_ values: [T], in elements: [YAMLValue], by name: KeyPath<T, String>) -> [T]? {
    var names: Set<String> = []
    for (value, element) in zip(values, elements) where !names.insert(value[keyPath: name]).inserted {
      return element.refused("the name \(value[keyPath: name]) is given twice; change one")
    }
    return values
  }
}
