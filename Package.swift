// swift-tools-version:6.1
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Where the rooms stand: a folder of Sources for each; their tests stand in a folder of Tests of the same name.
let folders = [
  "Base": [
    "CCairo", "CCurl", "CCurlHeaders", "CHarfBuzz", "CLinux", "COpenSSL", "COpenSSLShim", "CPango", "CQRencode",
    "CSodium", "CXML", "CXMLHeaders", "CZlib", "Cryptography", "DurableFiles", "FairQueues", "JSON", "LogLines",
    "Roles",
    "Runtime", "Storage", "Timestamps", "WorkCalendar", "YAMLText", "Zones",
  ],
  "Formats": [
    "AgeFormat", "DocumentNotation", "Layout", "OFD", "OFDPackage", "PDF", "PDFObjects", "PacketFormat", "QRCodes",
    "SealObjects",
    "TransparencyLog", "Typefaces", "ZIPArchive",
  ],
  "Trust": [
    "Authority", "Certificates", "ContainedChecks", "DocumentSeals", "ExternalSigner", "PacketSeal", "TimeStamping",
    "ZoneKeys",
  ],
  "Exchange": ["Backups", "Drop", "KeyRotation", "Links", "OperatorRequests", "Revocation"],
  "Audit": ["Acts", "AuditConsole", "AuditForward", "AuditLog", "AuditWitness", "Evidence"],
  "Office": ["Documents", "Flows", "Letters", "People", "PublishedDocuments", "ReceivedDocuments", "SMS"],
  "Sites": ["Desk", "Portal", "Web"],
  "Commands": ["Daemon", "guandu", "guandu-dmz", "guandu-intranet", "guandu-signer"],
]

func folder(of name: String) -> String { folders.first { $0.value.contains(name) }?.key ?? "" }

func path(_ name: String) -> String { "Sources/\(folder(of: name))/\(name)" }

/// A room of the architecture: a library target whose imports of ours are all named here.
func room(_ name: String, imports rooms: [String] = [], _ others: [Target.Dependency] = []) -> Target {
  // Of the sites, the files that pages are made of; `make pages` writes them into Pages.generated.swift.
  let pages = folder(of: name) == "Sites" ? ["Pages"] : []
  return .target(
    name: name, dependencies: rooms.map { .byName(name: $0) } + others, path: path(name), exclude: pages,
    swiftSettings: settings)
}

/// Tests of a room stand beside those of its neighbours; those of the whole stand in Tests itself.
func tests(_ name: String, of rooms: [String], _ others: [Target.Dependency] = []) -> Target {
  let room = name == "GuanduTests" ? "guandu" : String(name.dropLast("Tests".count))
  let folder = folder(of: room)
  return .testTarget(
    name: name, dependencies: rooms.map { .byName(name: $0) } + others,
    path: folder.isEmpty ? "Tests/\(name)" : "Tests/\(folder)/\(name)", swiftSettings: settings)
}

func program(_ name: String, imports rooms: [String], _ others: [Target.Dependency] = []) -> Target {
  .executableTarget(
    name: name, dependencies: rooms.map { .byName(name: $0) } + others, path: path(name), swiftSettings: settings)
}

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let grdb: [Target.Dependency] = [
  .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
]
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let web: [Target.Dependency] = [
  hummingbird, hummingbirdCore, mustache, nioCore, nioSSL, httpTypes, logging,
]

let package = Package(
  name: "guandu",
  platforms: [.macOS(.v14)],
  products: [
    .executable(name: "guandu-dmz", targets: ["guandu-dmz"]),
    .executable(name: "guandu-intranet", targets: ["guandu-intranet"]),
    .executable(name: "guandu-signer", targets: ["guandu-signer"]),
    .executable(name: "guandu", targets: ["guandu"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: ["FullFoundation"]),
    .package(url: "https://github.com/hummingbird-project/swift-mustache.git", from: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
  ],
  targets: [
    .systemLibrary(name: "COpenSSL", path: path("COpenSSL"), pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CSodium", path: path("CSodium"), pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(
      name: "CCurlHeaders", path: path("CCurlHeaders"), pkgConfig: "libcurl",
      providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(
      name: "CPango", path: path("CPango"), pkgConfig: "pangocairo",
      providers: [.apt(["libcairo2-dev", "libpango1.0-dev"])]),
    .systemLibrary(
      name: "CCairo", path: path("CCairo"), pkgConfig: "cairo-ft",
      providers: [.apt(["libcairo2-dev", "libfreetype-dev"])]),
    .systemLibrary(
      name: "CHarfBuzz", path: path("CHarfBuzz"), pkgConfig: "harfbuzz-subset", providers: [.apt(["libharfbuzz-dev"])]),
    .systemLibrary(
      name: "CQRencode", path: path("CQRencode"), pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
    .systemLibrary(name: "CZlib", path: path("CZlib"), pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CXMLHeaders", path: path("CXMLHeaders"), pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    .target(name: "CXML", dependencies: ["CXMLHeaders"], path: path("CXML")),
    .target(name: "COpenSSLShim", dependencies: ["COpenSSL"], path: path("COpenSSLShim")),
    .target(name: "CCurl", dependencies: ["CCurlHeaders"], path: path("CCurl")),
    .target(name: "CLinux", path: path("CLinux")),

    room("Runtime"),
    room("FairQueues"),
    room("Roles"),
    room("JSON"),
    room("Timestamps", imports: ["Cryptography"]),
    room("LogLines", imports: ["JSON", "Timestamps"], [logging]),
    room("YAMLText", [yams]),
    room("Zones", imports: ["Roles", "YAMLText"]),
    room("Cryptography", ["COpenSSL", "CSodium", "CLinux"]),
    room("WorkCalendar", imports: ["YAMLText", "Cryptography"]),
    room("DurableFiles", imports: ["Runtime"], ["CLinux"]),
    room("Storage", imports: ["Runtime", "Cryptography", "DurableFiles"], grdb),
    room("AgeFormat", imports: ["Cryptography"]),
    room("PacketFormat", imports: ["JSON", "Timestamps", "Zones"]),
    room("TransparencyLog", imports: ["Cryptography"]),
    room("ZIPArchive", ["CZlib"]),
    room("DocumentNotation"),
    room("Layout", imports: ["DocumentNotation"]),
    room("Typefaces", imports: ["Layout"], ["CHarfBuzz"]),
    room("PDF", imports: ["Layout", "Typefaces"], ["CCairo"]),
    room("QRCodes", imports: ["Layout"], ["CQRencode"]),
    room("OFD", imports: ["Layout", "Typefaces", "ZIPArchive"]),
    room("SealObjects"),
    room("OFDPackage", imports: ["ZIPArchive"], ["CXML"]),
    room("PDFObjects", ["CZlib"]),
    room("Certificates", imports: ["Zones", "Cryptography"], ["COpenSSL", "COpenSSLShim"]),
    room("TimeStamping", imports: ["Runtime", "Certificates"], ["CCurl"]),
    room(
      "DocumentSeals", imports: ["Cryptography", "SealObjects", "OFDPackage", "PDFObjects", "Certificates"], ["CPango"]),
    room(
      "ContainedChecks",
      imports: ["JSON", "Cryptography", "SealObjects", "OFDPackage", "Certificates", "DocumentSeals"], ["CLinux"]),
    room("ExternalSigner", imports: ["Runtime", "JSON", "Zones", "Cryptography", "Certificates"], ["CCurl"]),
    room("Authority", imports: ["Cryptography", "DurableFiles", "Certificates"]),
    room("PacketSeal", imports: ["JSON", "Zones", "Cryptography", "AgeFormat", "PacketFormat", "Certificates"]),
    room("ZoneKeys", imports: ["JSON", "Zones", "Cryptography", "DurableFiles", "Certificates", "PacketSeal"]),
    room("Drop", imports: ["Zones", "DurableFiles"], ["CLinux", "CCurl"]),
    room(
      "AuditLog",
      imports: [
        "Runtime", "JSON", "Timestamps", "Zones", "Cryptography", "DurableFiles", "Storage", "TransparencyLog",
      ], [logging, lifecycle]),
    room(
      "Backups",
      imports: [
        "Runtime", "Timestamps", "Zones", "Cryptography", "DurableFiles", "Storage",
      ], [logging, lifecycle]),
    room("OperatorRequests", imports: ["DurableFiles", "Storage", "Drop"], [logging, lifecycle]),
    room(
      "Links",
      imports: [
        "Runtime", "JSON", "Timestamps", "Zones", "Cryptography", "DurableFiles", "Storage", "PacketFormat",
        "Certificates", "PacketSeal", "ZoneKeys", "Drop", "AuditLog", "OperatorRequests",
      ], [logging, lifecycle]),
    room(
      "Revocation",
      imports: [
        "Runtime", "Timestamps", "Zones", "Cryptography", "Storage", "PacketFormat", "Certificates", "PacketSeal",
        "ZoneKeys", "AuditLog", "OperatorRequests", "Links",
      ], [logging, lifecycle]),
    room(
      "KeyRotation",
      imports: [
        "Runtime", "JSON", "Timestamps", "Zones", "Cryptography", "Storage", "PacketFormat", "Certificates",
        "PacketSeal", "ZoneKeys", "AuditLog", "OperatorRequests", "Links",
      ], [logging, lifecycle]),
    room(
      "AuditWitness",
      imports: [
        "Runtime", "JSON", "Timestamps", "Zones", "Cryptography", "DurableFiles", "Storage", "PacketFormat",
        "TransparencyLog", "Certificates", "ZoneKeys", "AuditLog", "Links",
      ], [logging, lifecycle]),
    room("Acts", imports: ["Roles", "JSON", "Cryptography", "Storage", "AuditLog"]),
    room(
      "AuditConsole",
      imports: [
        "Runtime", "Roles", "JSON", "Zones", "Cryptography", "DurableFiles", "Storage", "TransparencyLog",
        "Certificates", "AuditLog", "Acts",
      ], [logging, lifecycle]),
    room(
      "AuditForward",
      imports: [
        "Runtime", "JSON", "Timestamps", "Zones", "Cryptography", "DurableFiles", "Storage", "TransparencyLog",
        "AuditLog",
      ], [logging, lifecycle, nioCore, nioPosix, nioSSL]),
    room(
      "Evidence",
      imports: [
        "JSON", "Zones", "Cryptography", "Storage", "PacketFormat", "TransparencyLog", "Certificates", "AuditLog",
      ], ["CPango"]),
    room("People", imports: ["Runtime", "Roles", "Zones", "Cryptography", "Storage", "AuditLog", "Acts"]),
    room("Flows", imports: ["Roles", "YAMLText"]),
    room(
      "Letters",
      imports: [
        "Runtime", "FairQueues", "Roles", "JSON", "Timestamps", "Zones", "Cryptography", "DurableFiles", "Storage",
        "AgeFormat", "PacketFormat", "AuditLog", "Links", "Acts", "Flows", "YAMLText",
        "WorkCalendar", "People",
      ], [logging, lifecycle]),
    room(
      "PublishedDocuments",
      imports: [
        "Runtime", "FairQueues", "JSON", "Timestamps", "Zones", "Cryptography", "DurableFiles", "Storage",
        "PacketFormat", "Certificates", "DocumentSeals", "ContainedChecks", "Links",
      ], [logging]),
    room(
      "Documents",
      imports: [
        "Runtime", "Roles", "Timestamps", "Zones", "FairQueues", "Cryptography", "DurableFiles", "Storage",
        "DocumentNotation", "Layout", "Typefaces", "QRCodes", "PDF", "OFD", "SealObjects", "Certificates",
        "PDFObjects", "DocumentSeals", "ContainedChecks", "ExternalSigner", "PacketFormat", "AuditLog", "Links", "Acts",
        "Flows", "PublishedDocuments",
      ], [logging]),
    room(
      "ReceivedDocuments",
      imports: [
        "Runtime", "Roles", "JSON", "Timestamps", "Zones", "Cryptography", "DurableFiles", "Storage", "PacketFormat",
        "DocumentSeals", "ContainedChecks", "AuditLog", "Links", "Acts", "PublishedDocuments", "Documents",
      ], [logging]),
    room("SMS", imports: ["Runtime", "Zones", "DurableFiles"], ["CCurl", logging]),
    room(
      "Web", imports: ["Runtime", "FairQueues", "Zones", "Cryptography"], web + [nioHTTP1, nioTLS, lifecycle, signals]),
    room(
      "Portal",
      imports: [
        "Runtime", "FairQueues", "Timestamps", "Zones", "Cryptography", "PacketFormat", "DocumentSeals",
        "ContainedChecks", "Letters", "PublishedDocuments", "SMS", "Web",
      ], web + [lifecycle]),
    room(
      "Desk",
      imports: [
        "Runtime", "FairQueues", "Roles", "JSON", "Zones", "Cryptography", "DocumentNotation", "SealObjects",
        "DocumentSeals", "Acts", "AuditConsole", "People", "Flows", "Letters", "PublishedDocuments", "Documents",
        "ReceivedDocuments", "ContainedChecks",
        "PacketFormat", "Web",
      ], web + [lifecycle]),
    room(
      "Daemon",
      imports: [
        "Runtime", "LogLines", "Timestamps", "Zones", "Cryptography", "DurableFiles", "Storage", "Certificates",
        "ZoneKeys", "AuditLog", "Backups", "OperatorRequests", "Links", "Revocation", "KeyRotation", "AuditWitness",
        "AuditForward",
      ], [logging, lifecycle, signals]),

    program(
      "guandu-dmz",
      imports: [
        "Runtime", "Zones", "Cryptography", "DurableFiles", "Certificates", "ContainedChecks", "ZoneKeys",
        "Links", "Letters", "PublishedDocuments", "SMS", "Portal", "Daemon",
      ], [arguments, logging, lifecycle]),
    program(
      "guandu-intranet",
      imports: [
        "Runtime", "YAMLText", "WorkCalendar", "Zones", "Cryptography", "Storage", "PacketFormat", "Certificates",
        "ContainedChecks", "ZoneKeys",
        "Links", "ExternalSigner", "Revocation", "Acts", "AuditConsole", "Evidence", "People", "Letters", "Documents",
        "ReceivedDocuments", "Desk", "Daemon",
      ], [arguments, logging, lifecycle]),
    program(
      "guandu-signer",
      imports: ["Runtime", "JSON", "LogLines", "Zones", "Cryptography", "Certificates"],
      ["CLinux", arguments, hummingbird, hummingbirdCore, nioCore, nioSSL, httpTypes, logging, lifecycle, signals]),
    program(
      "guandu",
      imports: [
        "JSON", "Timestamps", "YAMLText", "WorkCalendar", "Zones", "Cryptography", "DurableFiles", "AgeFormat",
        "PacketFormat", "TransparencyLog", "Certificates", "Authority", "PacketSeal", "ZoneKeys", "AuditLog", "Backups",
        "OperatorRequests", "Links",
        "Revocation", "AuditWitness", "Acts", "AuditForward", "Evidence", "Flows", "Letters",
        "DocumentNotation", "Layout", "Typefaces", "QRCodes", "PDF", "OFD", "SealObjects", "OFDPackage",
        "PDFObjects", "DocumentSeals", "TimeStamping", "ExternalSigner",
      ], ["CCurl", arguments]),

    tests(
      "TidyTests",
      of: [
        "Roles", "AuditLog", "Acts", "People", "Letters", "Documents", "ReceivedDocuments", "Web", "Portal", "Desk",
      ]),
    tests("JSONTests", of: ["JSON"]),
    tests("FairQueuesTests", of: ["FairQueues"]),
    tests(
      "AuditLogTests",
      of: [
        "Runtime", "JSON", "Zones", "Cryptography", "DurableFiles", "Storage", "TransparencyLog", "AuditLog",
        "ZoneHarness",
      ], [logging]),
    tests("DaemonTests", of: ["Daemon"]),
    tests(
      "AuditConsoleTests",
      of: [
        "Roles", "Zones", "Cryptography", "DurableFiles", "Storage", "TransparencyLog", "Certificates", "AuditLog",
        "Links", "AuditWitness", "Acts", "AuditConsole",
      ], [logging]),
    tests(
      "AuditWitnessTests",
      of: [
        "JSON", "Timestamps", "Zones", "Cryptography", "DurableFiles", "Storage", "PacketFormat", "TransparencyLog",
        "Certificates", "ZoneKeys", "AuditLog", "Links", "AuditWitness", "Letters", "ZoneHarness",
      ], [logging]),
    tests(
      "AuditForwardTests",
      of: [
        "Zones", "Cryptography", "DurableFiles", "Storage", "AuditLog", "AuditForward",
      ], [logging]),
    tests("EvidenceTests", of: ["Evidence"]),
    tests("DocumentNotationTests", of: ["DocumentNotation"]),
    tests("LayoutTests", of: ["Layout", "DocumentNotation"]),
    tests("QRCodesTests", of: ["QRCodes", "Layout"]),
    tests("CryptographyTests", of: ["Cryptography"]),
    tests("SealObjectsTests", of: ["SealObjects", "Cryptography", "ZIPArchive"]),
    tests("OFDPackageTests", of: ["OFDPackage", "ZIPArchive"]),
    tests("PDFObjectsTests", of: ["PDFObjects"]),
    tests(
      "DocumentSealsTests",
      of: ["DocumentSeals", "SealObjects", "OFDPackage", "PDFObjects", "ZIPArchive", "Certificates", "Cryptography"]),
    tests(
      "ExternalSignerTests", of: ["ExternalSigner", "JSON", "Zones", "Cryptography", "Certificates"]),
    tests("ZIPArchiveTests", of: ["ZIPArchive", "ChildProcess"]),
    tests("TransparencyLogTests", of: ["Cryptography", "TransparencyLog"]),
    tests(
      "GuanduTests", of: ["DurableFiles", "guandu", "guandu-dmz", "guandu-intranet", "guandu-signer", "ChildProcess"]),
    tests("SMSTests", of: ["Zones", "SMS"]),
    tests("YAMLTextTests", of: ["YAMLText"]),
    tests("WorkCalendarTests", of: ["YAMLText", "WorkCalendar"]),
    tests("ZonesTests", of: ["YAMLText", "Zones"]),
    tests("DropTests", of: ["Zones", "DurableFiles", "Drop", "ChildProcess"]),
    tests("CertificatesTests", of: ["Zones", "Cryptography", "Certificates", "ChildProcess"], ["COpenSSL"]),
    tests("AuthorityTests", of: ["DurableFiles", "Certificates", "Authority"]),
    tests(
      "RevocationTests",
      of: [
        "JSON", "Timestamps", "Zones", "Cryptography", "Storage", "PacketFormat", "Certificates", "PacketSeal",
        "ZoneKeys", "Links", "Revocation", "KeyRotation", "Letters", "ZoneHarness",
      ], [logging]),
    tests(
      "KeyRotationTests",
      of: [
        "JSON", "Timestamps", "Zones", "Cryptography", "Storage", "PacketFormat", "Certificates", "PacketSeal",
        "ZoneKeys", "Links", "Revocation", "KeyRotation", "Letters", "ZoneHarness",
      ], [logging]),
    tests("AgeFormatTests", of: ["Cryptography", "AgeFormat", "ChildProcess"]),
    tests(
      "WebTests",
      of: [
        "FairQueues", "Zones", "Web",
      ], [httpTypes, hummingbird, hummingbirdCore, nioCore, nioEmbedded, nioHTTP1, nioTLS, logging]),
    tests(
      "PortalTests",
      of: [
        "FairQueues", "Zones", "Cryptography", "DurableFiles", "Storage", "Links", "Letters", "PublishedDocuments",
        "SMS",
        "Web", "Portal", "ZoneHarness", "guandu-dmz",
      ], [hummingbird, hummingbirdCore, httpTypes, nioCore, logging]),
    tests("RolesTests", of: ["Roles"]),
    tests("RuntimeTests", of: ["Runtime"]),
    .testTarget(
      name: "FuzzReplayTests",
      dependencies: [
        "JSON", "Zones", "Cryptography", "AgeFormat", "PacketFormat", "DocumentNotation", "Layout", "SealObjects",
        "PDFObjects", "ZIPArchive",
      ],
      path: "Tests/Fuzz",
      exclude: [
        "README.md", "age.dict", "build.sh", "corpus", "document.dict", "json.dict", "pdf.dict", "run.sh", "seeds.py",
      ],
      swiftSettings: settings),
    tests("StorageTests", of: ["Runtime", "Storage"]),
    tests("PeopleTests", of: ["Roles", "Zones", "Storage", "Acts", "People"]),
    tests(
      "DeskTests",
      of: [
        "Roles", "Timestamps", "Zones", "Cryptography", "DurableFiles", "Storage", "Certificates", "ZoneKeys",
        "Links", "Acts", "DocumentSeals", "ContainedChecks", "People", "Letters", "PacketFormat", "PublishedDocuments",
        "Documents", "ReceivedDocuments", "Web", "Desk", "SealHarness", "ZoneHarness", "COpenSSL",
      ], [hummingbird, hummingbirdCore, httpTypes, nioCore, logging]),
    tests("PacketFormatTests", of: ["Zones", "PacketFormat", "ChildProcess"]),
    tests("FlowsTests", of: ["Flows", "Roles", "YAMLText"]),
    tests(
      "ContainedChecksTests",
      of: [
        "ContainedChecks", "DocumentSeals", "PDFObjects", "ChildProcess", "guandu-dmz", "guandu-intranet",
        "contained-specimen",
      ]),
    tests(
      "PublishedDocumentsTests",
      of: [
        "FairQueues", "Timestamps", "Zones", "Cryptography", "DurableFiles", "Storage", "ZIPArchive", "SealObjects",
        "PacketFormat", "Certificates", "DocumentSeals", "ContainedChecks", "Links", "Letters", "PublishedDocuments",
        "ZoneHarness", "guandu-dmz",
      ], [logging]),
    tests(
      "ReceivedDocumentsTests",
      of: [
        "Roles", "Timestamps", "Zones", "JSON", "Cryptography", "DurableFiles", "Storage", "PacketFormat",
        "DocumentSeals", "ContainedChecks", "Links", "Acts", "People", "PublishedDocuments", "Documents",
        "ReceivedDocuments",
      ], [logging]),
    tests(
      "DocumentsTests",
      of: [
        "Roles", "Timestamps", "Zones", "FairQueues", "Cryptography", "DurableFiles", "Storage", "DocumentNotation",
        "Certificates", "DocumentSeals", "PacketFormat", "Links", "Acts", "People", "PublishedDocuments", "Documents",
        "SealHarness",
      ], [logging]),
    tests(
      "LettersTests",
      of: [
        "Runtime", "FairQueues", "Roles", "JSON", "Timestamps", "Zones", "Cryptography", "DurableFiles", "Storage",
        "AgeFormat", "PacketFormat", "AuditLog", "ZoneKeys", "Links", "Flows", "YAMLText", "People", "Letters",
        "ZoneHarness",
      ], [logging]),
    .executableTarget(name: "contained-specimen", dependencies: ["CLinux"], path: "Tests/ContainedSpecimen"),
    .target(name: "CChildProcess", path: "Tests/CChildProcess"),
    .target(
      name: "ChildProcess", dependencies: ["CChildProcess"], path: "Tests/ChildProcess", swiftSettings: settings),
    .target(
      name: "SealHarness",
      dependencies: [
        "Cryptography", "SealObjects", "Certificates", "DocumentSeals", "ContainedChecks", "Documents",
      ],
      path: "Tests/SealHarness", swiftSettings: settings),
    .target(
      name: "ZoneHarness",
      dependencies: [
        "JSON",
        "Runtime", "Roles", "Timestamps", "Zones", "Cryptography", "DurableFiles", "Storage", "PacketFormat",
        "Certificates", "PacketSeal", "ZoneKeys", "AuditLog", "Links", "Revocation", "KeyRotation", "AuditWitness",
        "Acts",
        "AuditConsole", "People", "Letters", "ContainedChecks", "PublishedDocuments", "Documents",
        "ReceivedDocuments", "WorkCalendar", logging, lifecycle,
      ], path: "Tests/ZoneHarness", swiftSettings: settings),
    tests(
      "BackupsTests",
      of: [
        "Timestamps", "Zones", "Cryptography", "DurableFiles", "Storage", "Backups", "ZoneHarness",
      ], [logging]),
    tests(
      "LinksTests",
      of: [
        "Runtime", "JSON", "Timestamps", "Zones", "Cryptography", "DurableFiles", "Storage", "PacketFormat",
        "Certificates", "PacketSeal", "Drop", "Links", "Letters", "ZoneHarness",
      ], [logging]),
    .executableTarget(
      name: "guandu-simulation",
      dependencies: [
        "JSON",
        "Runtime", "Timestamps", "Zones", "Cryptography", "DurableFiles", "Storage", "PacketFormat", "PacketSeal",
        "ZoneKeys", "Links", "CSodium", "ZoneHarness",
        logging, arguments,
      ], path: "Tests/Simulation", exclude: ["planted", "planted.sh", "run.sh"], swiftSettings: settings),
    .executableTarget(
      name: "guandu-bench",
      dependencies: [
        "FairQueues", "Roles", "Timestamps", "Zones", "Cryptography", "DurableFiles", "Storage", "AgeFormat",
        "PacketFormat", "TransparencyLog", "Certificates", "AuditLog", "Revocation", "KeyRotation", "Letters", "People",
        "ZoneHarness",
        "DocumentNotation", "Layout", "Typefaces", "PDF", "OFD", "SealObjects", "DocumentSeals", logging, arguments,
      ], path: "Benchmarks/guandu-bench", swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
