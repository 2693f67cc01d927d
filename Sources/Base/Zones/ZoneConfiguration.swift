public import Roles

/// All that `zone.yaml` says, checked; every path in it is absolute.
public struct ZoneConfiguration: Sendable {
  public var name: ZoneName
  public var role: ZoneRole
  /// The zone's own folder: database, sent packets, blobs, quarantine. One daemon at a time holds its lock.
  public var dataDirectory: String
  public var logLevel: String
  public var keys: KeyFiles
  public var trust: TrustFiles
  public var links: [LinkConfiguration]
  public var mailboxes: [Mailbox]
  public var letters: LetterLimits
  /// Present in a zone of role `dmz`.
  public var portal: PortalConfiguration?
  /// Present in a zone of role `dmz`.
  public var sms: SMSConfiguration?
  /// Present in a zone of role `intranet`.
  public var desk: DeskConfiguration?
  /// Present in a zone of role `intranet`.
  public var people: [Person]
  /// Official documents; nil where the desk has none. Only in a zone of role `intranet`.
  public var documents: DocumentsConfiguration?
  /// Where this zone keeps its backups; nil where it makes none.
  public var backups: BackupConfiguration?
  /// Whom seals on official documents are believed from; nil where `zone.yaml` has no `documents`. Only in a zone of role
  /// `dmz`; the intranet's are among its `documents`.
  public var sealTrust: SealTrustFiles?
  /// The folder of official work calendars (docs/calendars.md); nil where `zone.yaml` names none. Only in a zone of role
  /// `intranet`.
  public var calendars: String?
  /// The folder of the flows that letters take (docs/flows.md), and the file with the reasons for declining; nil where
  /// `zone.yaml` names none. Only in a zone of role `intranet`.
  public var flows: String?
  public var declineReasons: String?

  public init(
    name: ZoneName, role: ZoneRole, dataDirectory: String, logLevel: String, keys: KeyFiles, trust: TrustFiles,
    links: [LinkConfiguration], mailboxes: [Mailbox], letters: LetterLimits, portal: PortalConfiguration?,
    sms: SMSConfiguration?, desk: DeskConfiguration?, people: [Person]
  ) {
    self.name = name
    self.role = role
    self.dataDirectory = dataDirectory
    self.logLevel = logLevel
    self.keys = keys
    self.trust = trust
    self.links = links
    self.mailboxes = mailboxes
    self.letters = letters
    self.portal = portal
    self.sms = sms
    self.desk = desk
    self.people = people
  }
}

/// Copies of a zone's data that it makes and checks itself. While it does, its peers keep what they sent until one covers it.
public struct BackupConfiguration: Sendable {
  public var folder: String
  /// 1 to 168.
  public var everyHours: Int
  /// How many are kept: 1 to 1,000.
  public var kept: Int

  public init(folder: String, everyHours: Int, kept: Int) {
    self.folder = folder
    self.everyHours = everyHours
    self.kept = kept
  }
}

/// The zone's own keys and certificates, PEM files. A private key wider than mode 0600 is refused.
public struct KeyFiles: Sendable {
  /// A thief could send false packets until the certificate is revoked.
  public var signingKey: String
  public var signingCertificate: String
  /// A thief could read every packet recorded on its way to this zone.
  public var encryptionKey: String
  public var encryptionCertificate: String
  /// A thief could pose as this site to a browser whose traffic he controls.
  public var tlsKey: String
  public var tlsCertificate: String
  /// Where the daemon keeps pairs that took the place of these (`guandu zone rotate`), and its peers' word on theirs.
  public var rotatedFolder: String
  /// The keys of the audit log; nil where the zone keeps none.
  public var audit: AuditKeyFiles?
  /// What opens the signing, encryption and audit keys, where they are encrypted; what the daemon makes is encrypted with it too.
  public var passphrase: PassphraseSource?

  public init(
    signingKey: String, signingCertificate: String, encryptionKey: String, encryptionCertificate: String,
    tlsKey: String, tlsCertificate: String
  ) {
    self.signingKey = signingKey
    self.signingCertificate = signingCertificate
    self.encryptionKey = encryptionKey
    self.encryptionCertificate = encryptionCertificate
    self.tlsKey = tlsKey
    self.tlsCertificate = tlsCertificate
    rotatedFolder = (signingKey.lastIndex(of: "/").map { signingKey[..<$0] + "/" } ?? "") + "rotated"
  }
}

/// Where the passphrase of key files lies: its first line.
public enum PassphraseSource: Equatable, Sendable {
  /// A file of mode 0600 or narrower.
  case file(String)
  /// A credential that systemd hands to the service (`LoadCredential=`): a file of this name in `$CREDENTIALS_DIRECTORY`.
  case credential(String)
}

/// The certificates that this zone trusts to issue others. A tamperer could let any peer or handler in.
public struct TrustFiles: Sendable {
  public var root: String
  public var intermediates: [String]
  /// Certificate revocation lists, PEM; a file that is replaced counts at once.
  public var revocationLists: [String]
  public var revocationListAge = RevocationListAge.alert

  public init(root: String, intermediates: [String], revocationLists: [String]) {
    self.root = root
    self.intermediates = intermediates
    self.revocationLists = revocationLists
  }
}

/// What it means that an authority's list of revocations is missing or past its next update.
public enum RevocationListAge: String, CaseIterable, Sendable {
  /// An alert in the log; certificates count.
  case alert
  /// Every certificate of that authority is refused.
  case refuse
}

/// The pair of this zone and one peer: two drop folders, one a direction, and what may cross.
public struct LinkConfiguration: Sendable {
  public var peer: ZoneName
  /// What the peer is: by default the other half of this zone's city. Documents are delivered to further intranets.
  public var peerRole: ZoneRole?
  public var outgoingDrop: DropAddress
  /// A folder that holds `tmp/` and `new/`.
  public var incomingDrop: String
  /// On a one-way link no receipts come back (`receipts: none`): each packet is dropped so many times in all, and then
  /// counts as sent, not confirmable. Nil where receipts are awaited.
  public var repeatTimes: Int?
  /// The certificates that the peer is known by, PEM; a packet signed under any other is quarantined.
  public var peerSigningCertificates: [String]
  /// The peer's nodes (`[a-z][a-z0-9-]{0,31}`), 1 to 16; packets of another are quarantined and earn no receipt.
  public var peerNodes = [ZoneName.firstNode]
  /// What payloads for the peer are encrypted to.
  public var peerEncryptionCertificate: String
  /// Further recipients of everything that this zone sends.
  public var escrowCertificates: [String]
  public var suites: [String]
  public var limits: LinkLimits
  public var outgoingPolicy: ExchangePolicy
  public var incomingPolicy: ExchangePolicy

  public init(
    peer: ZoneName, outgoingDrop: DropAddress, incomingDrop: String, peerSigningCertificates: [String],
    peerEncryptionCertificate: String, escrowCertificates: [String], suites: [String], limits: LinkLimits,
    outgoingPolicy: ExchangePolicy, incomingPolicy: ExchangePolicy
  ) {
    self.peer = peer
    self.outgoingDrop = outgoingDrop
    self.incomingDrop = incomingDrop
    self.peerSigningCertificates = peerSigningCertificates
    self.peerEncryptionCertificate = peerEncryptionCertificate
    self.escrowCertificates = escrowCertificates
    self.suites = suites
    self.limits = limits
    self.outgoingPolicy = outgoingPolicy
    self.incomingPolicy = incomingPolicy
  }
}

/// The numbers that a link keeps to.
public struct LinkLimits: Sendable {
  /// How long the sender waits for more messages to share a packet: 0 to 60,000.
  public var lingerMilliseconds = 5
  /// How long a receipt waits for a packet that it can ride on: 0 to 60,000.
  public var receiptLingerMilliseconds = 20
  /// The size of a packet file: 65,536 to 1 GiB.
  public var packetMaxBytes = 8 * 1024 * 1024
  /// The slow look at the incoming folder, beside inotify: 1 to 3,600.
  public var pollSeconds = 5
  /// How long an unconfirmed packet waits before it is dropped again (doubled each time, up to a day): 1 to 86,400.
  public var redropSeconds = 60
  /// How long half a file is waited for: 1 to 604,800.
  public var incompleteSeconds = 600
  /// A fuller outgoing folder is not filled further.
  public var dropMaxPackets = 10_000
  public var dropMaxBytes = 10 * 1024 * 1024 * 1024
  /// How many packets of blobs may be on their way unconfirmed: 1 to 1,000,000.
  public var blobWindowPackets = 32
  /// How many packets ahead of their turn are waited with.
  public var heldMaxPackets = 1_000
  /// With so many messages, or bytes of them and their blobs, unconfirmed, the portal takes no more letters:
  /// 1 to 100,000,000, and 65,536 to 1 PiB.
  public var outboxMaxMessages = 100_000
  public var outboxMaxBytes = 1024 * 1024 * 1024
  /// An idle link gives a sign of life this often: 1 to 86,400.
  public var heartbeatSeconds = 60
  /// How long a packet is kept that the peer has applied and no backup of its covers: 1 to 3,650.
  public var retainDays = 7

  public init() {}
}

/// What may cross a link in one direction. Nothing that is not named may.
public struct ExchangePolicy: Sendable {
  public var messageTypes: Set<String>
  public var highestClassification: Classification
  /// 0 where no blob may cross.
  public var blobMaxBytes: Int
  /// What attachments may be, by their content.
  public var fileKinds: Set<FileKind>
  /// How many messages may cross in a minute, 1 to 1,000,000; what is more waits. Nil for as many as come.
  public var messagesPerMinute: Int?

  public init(
    messageTypes: Set<String>, highestClassification: Classification, blobMaxBytes: Int, fileKinds: Set<FileKind>,
    messagesPerMinute: Int? = nil
  ) {
    self.messagesPerMinute = messagesPerMinute
    self.messageTypes = messageTypes
    self.highestClassification = highestClassification
    self.blobMaxBytes = blobMaxBytes
    self.fileKinds = fileKinds
  }
}

public struct LetterLimits: Sendable {
  public var titleMaxCharacters = 100
  public var textMaxCharacters = 10_000
  public var attachmentsMax = 5
  public var attachmentMaxBytes = 20 * 1024 * 1024

  public init() {}
}

/// The public site.
public struct PortalConfiguration: Sendable {
  public var listenAddress: String
  public var port: Int
  /// The address that citizens know the portal by, `https://…`, without a closing slash.
  public var publicURL: String
  /// With less room on the disk the portal takes no letters: 0 (off) to 1 PiB.
  public var diskMinFreeBytes: Int
  /// Nil for the usual ones.
  public var attemptLimits: AttemptLimits?
  /// The proxies before the portal; nil where citizens reach it themselves.
  public var proxies: ProxyConfiguration?

  public init(listenAddress: String, port: Int, publicURL: String, diskMinFreeBytes: Int = 512 * 1024 * 1024) {
    self.listenAddress = listenAddress
    self.port = port
    self.publicURL = publicURL
    self.diskMinFreeBytes = diskMinFreeBytes
  }
}

/// Proxies that tell whom they pass on. Nobody else is believed.
public struct ProxyConfiguration: Sendable {
  public enum Kind: String, CaseIterable, Sendable {
    /// The header of RFC 7239; the proxy ends TLS.
    case forwarded
    /// HAProxy's PROXY protocol, version 1 or 2, before the TLS that it passes through.
    case proxyProtocol = "proxy-protocol"
  }

  public var kind: Kind
  /// Addresses, or networks such as `10.1.0.0/16`. Whoever controls one of them can claim to be anybody to the limits.
  public var addresses: [String]

  public init(kind: Kind, addresses: [String]) {
    self.kind = kind
    self.addresses = addresses
  }
}

/// How often what may be tried at the portal before it refuses. Wrong looks at letters are counted over a quarter of an
/// hour, codes by SMS over an hour.
public struct AttemptLimits: Sendable {
  /// 1 to 1,000.
  public var wrongPerLetter = 10
  /// In 24 hours: 1 to 10,000.
  public var wrongPerLetterDaily = 30
  /// In a quarter of an hour. A source is an IPv4 address or an IPv6 network of 64 bits, and carriers put thousands of
  /// people behind one; 56 bits may twice, 48 bits four times as much: 1 to 1,000,000.
  public var wrongPerSource = 75
  /// Past it, a source has one wrong look: 1 to 100,000,000.
  public var wrongOverall = 20_000
  /// In an hour: 1 to 100.
  public var codesPerPhone = 5
  /// In 24 hours: 1 to 1,000.
  public var codesPerPhoneDaily = 10
  /// Of them, those that one source may ask for, so that a stranger does not lock the number's owner out. Not in
  /// `zone.yaml`: less would be no use to anybody, and more would be the stranger's.
  public var phoneCodesOfSource = 2
  public var phoneCodesOfSourceDaily = 4
  /// In an hour: 1 to 1,000,000.
  public var codesPerSource = 300
  /// 1 to 100,000,000.
  public var codesOverall = 5_000

  public init() {}
}

/// The handlers' site.
public struct DeskConfiguration: Sendable {
  public var listenAddress: String
  public var port: Int
  /// A session that is not used ends after this time: 1 to 480.
  public var idleMinutes = 30
  /// A session ends after this time, used or not: 1 to 24.
  public var sessionHours = 10
  /// Nil where the desk issues no certificates.
  public var enrolment: EnrolmentConfiguration?

  public init(listenAddress: String, port: Int) {
    self.listenAddress = listenAddress
    self.port = port
  }
}

/// The authority with which the desk issues certificates to handlers. A thief of its key can make himself anybody's
/// certificate; it opens the desk once an administrator enrols it.
public struct EnrolmentConfiguration: Sendable {
  public var issuingKey: String
  /// The authority's certificate first, then those above it, the root excluded.
  public var issuingCertificate: String
  /// How long a one-time link can be used: 1 to 720.
  public var linkHours = 72

  public init(issuingKey: String, issuingCertificate: String) {
    self.issuingKey = issuingKey
    self.issuingCertificate = issuingCertificate
  }
}

/// How short messages are sent.
public enum SMSConfiguration: Sendable {
  /// The demo's provider: a file a message, in this folder.
  case file(directory: String)
  case http(SMSGateway)
}

/// An SMS company's HTTP interface. In `url`, `headers` and `body`, `{phone}`, `{text}` and `{id}` are filled in, escaped
/// for the place that they stand in.
public struct SMSGateway: Sendable {
  public var url: String
  public var method: String
  public var headers: [String: String]
  public var body: String
  /// A text that the answer must hold for the message to count as taken, beside a status of 2xx.
  public var successText: String?
  public var timeoutSeconds: Int

  public init(
    url: String, method: String, headers: [String: String], body: String, successText: String?, timeoutSeconds: Int
  ) {
    self.url = url
    self.method = method
    self.headers = headers
    self.body = body
    self.successText = successText
    self.timeoutSeconds = timeoutSeconds
  }
}

/// Somebody who works at the desk, known by a certificate.
public struct Person: Sendable {
  public var name: String
  /// SHA-256 of the certificate (DER), 64 lowercase hex digits.
  public var certificateFingerprint: String
  public var roles: Set<Role>
  /// The identifiers of the mailboxes whose letters this person handles.
  public var mailboxes: [String]

  public init(name: String, certificateFingerprint: String, roles: Set<Role>, mailboxes: [String]) {
    self.name = name
    self.certificateFingerprint = certificateFingerprint
    self.roles = roles
    self.mailboxes = mailboxes
  }
}
