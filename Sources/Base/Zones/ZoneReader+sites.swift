import Roles
import YAMLText

/// The sections that belong to one role alone.
struct Sites {
  private(set) var portal: PortalConfiguration?
  private(set) var sms: SMSConfiguration?
  private(set) var desk: DeskConfiguration?
  private(set) var people: [Person] = []
  private(set) var documents: DocumentsConfiguration?
  private(set) var sealTrust: SealTrustFiles?
  private(set) var calendars: String?
  private(set) var flows: String?
  private(set) var declineReasons: String?

  /// Nil where anything is wrong; it has been noted by then.
  init?(_ top: YAMLMapping, role: ZoneRole, mailboxes: [Mailbox]?) {
    for name in role == .dmz ? ["desk", "people", "calendars", "flows", "decline_reasons"] : ["portal", "sms"] {
      top.optional(name)?.refuse("does not belong to a zone of role \(role.rawValue); remove it")
    }
    switch role {
    case .dmz:
      portal = top.required("portal").flatMap(Self.readPortal)
      sms = top.required("sms").flatMap(SMSReader.configuration)
      if portal == nil || sms == nil { return nil }
      if let value = top.optional("documents") {
        guard let trust = SealTrustFiles.read(value) else { return nil }
        sealTrust = trust
      }
    case .intranet:
      desk = top.required("desk").flatMap(Self.readDesk)
      guard desk != nil, let people = top.required("people").flatMap({ Self.readPeople($0, mailboxes) }) else {
        return nil
      }
      self.people = people
      if let value = top.optional("documents") {
        guard let documents = DocumentsReader.documents(value) else { return nil }
        self.documents = documents
      }
      if let value = top.optional("calendars") {
        guard let folder = value.path(.folder) else { return nil }
        calendars = folder
      }
      if let value = top.optional("flows") {
        guard let folder = value.path(.folder) else { return nil }
        flows = folder
      }
      if let value = top.optional("decline_reasons") {
        guard let file = value.path(.file) else { return nil }
        declineReasons = file
      }
    }
  }

  private static func readDesk(_ value: YAMLValue) -> DeskConfiguration? {
    guard let group = value.mapping(["listen", "port", "idle_minutes", "session_hours", "enrolment"]) else {
      return nil
    }
    let address = group.required("listen")?.listenAddress()
    let port = group.required("port")?.port()
    let enrolment = group.optional("enrolment").map(readEnrolment)
    guard let address, let port, enrolment == nil || enrolment?.flatMap({ $0 }) != nil else { return nil }
    var desk = DeskConfiguration(listenAddress: address, port: port)
    group.integer("idle_minutes", 1...480, into: &desk.idleMinutes)
    group.integer("session_hours", 1...24, into: &desk.sessionHours)
    desk.enrolment = enrolment.flatMap { $0 }
    return desk
  }

  private static func readEnrolment(_ value: YAMLValue) -> EnrolmentConfiguration? {
    guard let group = value.mapping(["issuing_key", "issuing_certificate", "link_hours"]) else { return nil }
    let key = group.required("issuing_key")?.path(.file)
    let certificate = group.required("issuing_certificate")?.path(.file)
    guard let key, let certificate else { return nil }
    var enrolment = EnrolmentConfiguration(issuingKey: key, issuingCertificate: certificate)
    group.integer("link_hours", 1...720, into: &enrolment.linkHours)
    return enrolment
  }

  private static func readPeople(_ value: YAMLValue, _ mailboxes: [Mailbox]?) -> [Person]? {
    guard let elements = value.list(atMost: 10_000) else { return nil }
    var seen: Set<String> = []
    let people = elements.compactMap { element -> Person? in
      guard let person = readPerson(element, mailboxes) else { return nil }
      guard seen.insert(person.certificateFingerprint).inserted else {
        return element.refused("another person has this fingerprint; a certificate belongs to one person")
      }
      return person
    }
    return people.count == elements.count ? people : nil
  }

  private static func readPerson(_ value: YAMLValue, _ mailboxes: [Mailbox]?) -> Person? {
    guard let group = value.mapping(["name", "fingerprint", "roles", "mailboxes"]) else { return nil }
    let name = group.required("name")?.text(maxCharacters: 60)
    let fingerprint = group.required("fingerprint")?.fingerprint()
    let roles = group.required("roles").flatMap(readRoles)
    let names = group.optional("mailboxes").map { $0.list() ?? [] }?.compactMap { element -> String? in
      guard let name = element.identifier() else { return nil }
      guard mailboxes?.contains(where: { $0.identifier == name }) ?? true else {
        return element.refused("there is no mailbox \(name); add it to mailboxes or remove it here")
      }
      return name
    }
    guard let name, let fingerprint, let roles else { return nil }
    return Person(name: name, certificateFingerprint: fingerprint, roles: roles, mailboxes: names ?? [])
  }

  private static func readRoles(_ value: YAMLValue) -> Set<Role>? {
    guard let roles = value.list(atLeast: 1)?.compactMap({ $0.choice(Role.self) }) else { return nil }
    if let (one, other) = Role.barredPair(in: roles) {
      return value.refused(
        "nobody may be \(one.rawValue) and \(other.rawValue) at once; give one of the two to somebody else")
    }
    return Set(roles)
  }
}
