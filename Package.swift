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
    "CCurl", "CCurlHeaders", "CLinux", "COpenSSL", "COpenSSLShim", "CPango", "CSodium", "CXML", "CXMLHeaders", "CZlib",
    "Cryptography", "DurableFiles", "Fairness", "Roles", "Runtime", "Storage", "Zones",
  ],
  "Formats": ["AgeFormat", "OFDPackage", "PacketFormat", "SealObjects", "TransparencyLog", "ZIPArchive"],
  "Trust": ["Authority", "DocumentSeals", "PacketSeal", "Trust"],
  "Exchange": ["Drop", "Exchange", "TrustUpdates"],
  "Audit": ["Acts", "AuditForward", "AuditIndex", "AuditLog", "AuditWitness", "Evidence"],
  "Office": ["Flows", "Letters", "Notices", "People"],
  "Sites": ["Desk", "Portal", "Web"],
  "Commands": ["Daemon", "guandu", "guandu-dmz", "guandu-intranet"],
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
    .systemLibrary(name: "CZlib", path: path("CZlib"), pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CXMLHeaders", path: path("CXMLHeaders"), pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    .target(name: "CXML", dependencies: ["CXMLHeaders"], path: path("CXML")),
    .target(name: "COpenSSLShim", dependencies: ["COpenSSL"], path: path("COpenSSLShim")),
    .target(name: "CCurl", dependencies: ["CCurlHeaders"], path: path("CCurl")),
    .target(name: "CLinux", path: path("CLinux")),

    room("Roles"),
    room("Fairness"),
    room("Runtime"),
    room("Zones", imports: ["Roles"], [yams]),
    room("Cryptography", ["COpenSSL", "CSodium", "CLinux"]),
    room("DurableFiles", imports: ["Runtime"], ["CLinux"]),
    room("AgeFormat", imports: ["Cryptography"]),
    room("PacketFormat", imports: ["Zones"]),
    room("TransparencyLog", imports: ["Cryptography"]),
    room("ZIPArchive", ["CZlib"]),
    room("SealObjects"),
    room("OFDPackage", imports: ["ZIPArchive"], ["CXML"]),
    room("DocumentSeals", imports: ["Cryptography", "SealObjects", "OFDPackage", "Trust"], ["CPango"]),
    room("Trust", imports: ["Zones", "Cryptography"], ["COpenSSL", "COpenSSLShim"]),
    room("Authority", imports: ["Cryptography", "DurableFiles", "Trust"]),
    room("PacketSeal", imports: ["Zones", "Cryptography", "AgeFormat", "PacketFormat", "Trust"]),
    room("Drop", imports: ["Zones", "DurableFiles"], ["CLinux", "CCurl"]),
    room("Storage", imports: ["Runtime", "DurableFiles"], grdb),
    room(
      "AuditLog",
      imports: ["Runtime", "Zones", "Cryptography", "DurableFiles", "PacketFormat", "TransparencyLog", "Storage"],
      [logging, lifecycle]),
    room(
      "Exchange",
      imports: [
        "Runtime",
        "Zones", "Cryptography", "DurableFiles", "AgeFormat", "PacketFormat", "Trust", "PacketSeal", "Drop", "Storage",
        "AuditLog",
      ], [logging, lifecycle]),
    room(
      "TrustUpdates",
      imports: [
        "Runtime", "Zones", "Cryptography", "PacketFormat", "Trust", "PacketSeal", "Storage", "AuditLog", "Exchange",
      ],
      [logging, lifecycle]),
    room(
      "AuditWitness",
      imports: [
        "Runtime",
        "DurableFiles",
        "Zones", "Cryptography", "PacketFormat", "TransparencyLog", "Trust", "Storage", "AuditLog", "Exchange",
      ], [logging, lifecycle]),
    room(
      "AuditIndex",
      imports: [
        "Runtime",
        "Roles", "Zones", "Cryptography", "DurableFiles", "PacketFormat", "TransparencyLog", "Storage", "AuditLog",
        "Acts",
        "Trust",
      ], [logging, lifecycle]),
    room(
      "AuditForward",
      imports: [
        "Runtime",
        "Zones", "Cryptography", "DurableFiles", "PacketFormat", "TransparencyLog", "Storage", "AuditLog",
      ], [logging, lifecycle, nioCore, nioPosix, nioSSL]),
    room(
      "Evidence",
      imports: ["Zones", "Cryptography", "PacketFormat", "TransparencyLog", "Trust", "Storage", "AuditLog"], ["CPango"]),
    room(
      "Daemon",
      imports: [
        "Runtime",
        "Zones", "Cryptography", "DurableFiles", "PacketFormat", "Trust", "TrustUpdates", "Storage", "AuditLog",
        "AuditWitness", "AuditForward", "Exchange",
      ],
      [logging, lifecycle, signals]),
    room("Flows", imports: ["Zones"]),
    room("Acts", imports: ["Roles", "Cryptography", "PacketFormat", "Storage", "AuditLog"]),
    room("People", imports: ["Runtime", "Roles", "Zones", "Cryptography", "Storage", "AuditLog", "Acts"]),
    room(
      "Letters",
      imports: [
        "Runtime",
        "Roles", "Fairness", "Zones", "Cryptography", "DurableFiles", "AgeFormat", "PacketFormat", "Flows", "Exchange",
        "Storage", "AuditLog", "Acts",
      ], [logging, lifecycle]),
    room("Notices", imports: ["Runtime", "Zones", "DurableFiles"], ["CCurl", logging]),
    room(
      "Web", imports: ["Runtime", "Fairness", "Zones", "Cryptography"],
      web + [nioHTTP1, nioTLS, lifecycle, signals]),
    room(
      "Portal", imports: ["Runtime", "Fairness", "Zones", "Cryptography", "Letters", "Notices", "Web"],
      web + [lifecycle]),
    room(
      "Desk",
      imports: [
        "Runtime",
        "Roles", "Zones", "Cryptography", "PacketFormat", "AuditIndex", "Acts", "People", "Letters", "Web",
      ], web + [lifecycle]),

    program(
      "guandu-dmz",
      imports: [
        "Runtime",
        "Zones", "Cryptography", "DurableFiles", "Trust", "Storage", "Exchange", "Daemon", "Letters", "Notices",
        "Portal",
      ], [arguments, logging, lifecycle]),
    program(
      "guandu-intranet",
      imports: [
        "Runtime",
        "Zones", "Cryptography", "PacketFormat", "Trust", "TrustUpdates", "Storage", "AuditIndex", "Evidence",
        "Exchange",
        "Daemon", "Acts", "People", "Letters", "Desk",
      ],
      [arguments, logging, lifecycle]),
    program(
      "guandu",
      imports: [
        "Letters",
        "Zones", "Cryptography", "DurableFiles", "AgeFormat", "PacketFormat", "Trust", "Authority", "PacketSeal",
        "Exchange", "TrustUpdates", "Acts", "AuditLog", "AuditWitness", "AuditForward", "TransparencyLog", "Evidence",
        "SealObjects", "OFDPackage", "DocumentSeals",
      ],
      ["CCurl", arguments]),

    tests(
      "TidyTests", of: ["Web", "Portal", "Desk", "Roles", "Letters", "People", "AuditLog", "Acts"]),
    tests("FairnessTests", of: ["Fairness"]),
    tests(
      "AuditLogTests",
      of: [
        "Runtime", "AuditLog", "TransparencyLog", "DurableFiles", "Storage", "PacketFormat", "Zones", "Cryptography",
        "ZoneHarness",
      ], [logging]),
    tests("DaemonTests", of: ["Daemon"]),
    tests(
      "AuditIndexTests",
      of: [
        "Runtime", "AuditIndex", "AuditLog", "AuditWitness", "Acts", "Exchange", "Storage", "DurableFiles", "Zones",
        "Roles",
        "Cryptography", "TransparencyLog",
      ], [logging]),
    tests(
      "AuditWitnessTests",
      of: [
        "AuditWitness", "AuditLog", "TransparencyLog", "Exchange", "Storage", "PacketFormat", "Trust", "Zones",
        "Cryptography", "DurableFiles", "Letters", "ZoneHarness",
      ], [logging]),
    tests(
      "AuditForwardTests",
      of: [
        "AuditForward", "AuditLog", "TransparencyLog", "Storage", "PacketFormat", "Zones", "Cryptography",
        "DurableFiles",
      ], [logging]),
    tests("EvidenceTests", of: ["Evidence"]),
    tests("CryptographyTests", of: ["Cryptography"]),
    tests("SealObjectsTests", of: ["SealObjects", "Cryptography", "ZIPArchive"]),
    tests("OFDPackageTests", of: ["OFDPackage", "ZIPArchive"]),
    tests(
      "DocumentSealsTests", of: ["DocumentSeals", "SealObjects", "OFDPackage", "ZIPArchive", "Trust", "Cryptography"]),
    tests("ZIPArchiveTests", of: ["ZIPArchive", "ChildProcess"]),
    tests("TransparencyLogTests", of: ["TransparencyLog", "Cryptography"]),
    tests("GuanduTests", of: ["guandu", "guandu-dmz", "guandu-intranet", "ChildProcess"]),
    tests("NoticesTests", of: ["Notices", "Zones"]),
    tests("ZonesTests", of: ["Zones"]),
    tests("DropTests", of: ["Drop", "DurableFiles", "Zones", "ChildProcess"]),
    tests("TrustTests", of: ["Trust", "Zones", "Cryptography", "ChildProcess"], ["COpenSSL"]),
    tests("AuthorityTests", of: ["Authority", "Trust", "DurableFiles", "Cryptography"]),
    tests(
      "TrustUpdatesTests",
      of: [
        "TrustUpdates", "ZoneHarness", "Exchange", "PacketFormat", "PacketSeal", "Trust", "Zones", "Storage",
        "Cryptography",
        "Letters",
      ], [logging]),
    tests("AgeFormatTests", of: ["AgeFormat", "Cryptography", "ChildProcess"]),
    tests(
      "WebTests", of: ["Runtime", "Web", "Fairness"],
      [httpTypes, hummingbird, hummingbirdCore, nioCore, nioEmbedded, nioHTTP1, nioTLS, logging]),
    tests(
      "PortalTests",
      of: [
        "Runtime", "Portal", "Web", "Letters", "Notices", "Fairness", "Zones", "Cryptography", "ZoneHarness",
        "Exchange", "Storage",
      ],
      [hummingbird, hummingbirdCore, httpTypes, nioCore, logging]),
    tests("RolesTests", of: ["Roles"]),
    tests("RuntimeTests", of: ["Runtime"]),
    .testTarget(
      name: "FuzzReplayTests",
      dependencies: ["AgeFormat", "Cryptography", "PacketFormat", "SealObjects", "ZIPArchive", "Zones"],
      path: "Tests/Fuzz",
      exclude: ["README.md", "age.dict", "build.sh", "corpus", "json.dict", "run.sh", "seeds.py"],
      swiftSettings: settings),
    tests("StorageTests", of: ["Storage"]),
    tests("PeopleTests", of: ["People", "Acts", "Roles", "Zones", "Storage"]),
    tests(
      "DeskTests",
      of: [
        "Desk", "Web", "Letters", "People", "Roles", "Acts", "Zones", "ZoneHarness", "Storage", "Exchange",
        "Cryptography", "DurableFiles", "Trust", "COpenSSL",
      ],
      [hummingbird, hummingbirdCore, httpTypes, nioCore, logging]),
    tests("PacketFormatTests", of: ["PacketFormat", "Zones", "ChildProcess"]),
    tests("FlowsTests", of: ["Flows"]),
    tests(
      "LettersTests",
      of: [
        "Runtime", "Letters", "Fairness", "DurableFiles", "Roles", "ZoneHarness", "AgeFormat", "AuditLog", "Exchange",
        "PacketFormat", "Zones", "Cryptography",
        "Storage",
      ],
      [logging]),
    .target(name: "CChildProcess", path: "Tests/CChildProcess"),
    .target(
      name: "ChildProcess", dependencies: ["CChildProcess"], path: "Tests/ChildProcess", swiftSettings: settings),
    .target(
      name: "ZoneHarness",
      dependencies: [
        "Runtime", "TrustUpdates", "Acts", "Roles", "People", "Exchange", "Letters", "Zones", "Trust", "Cryptography",
        "DurableFiles",
        "PacketFormat", "PacketSeal", "Storage", "AuditLog", "AuditWitness", "AuditIndex", logging, lifecycle,
      ], path: "Tests/ZoneHarness", swiftSettings: settings),
    tests(
      "ExchangeTests",
      of: [
        "Runtime", "ZoneHarness", "Exchange", "Letters", "Zones", "Trust", "Cryptography", "DurableFiles",
        "PacketFormat",
        "PacketSeal",
        "Drop", "Storage",
      ], [logging]),
    .executableTarget(
      name: "guandu-simulation",
      dependencies: [
        "Runtime", "ZoneHarness", "Exchange", "Zones", "Cryptography", "DurableFiles", "PacketFormat", "Storage",
        "CSodium",
        arguments, logging,
      ], path: "Tests/Simulation", exclude: ["planted", "planted.sh", "run.sh"], swiftSettings: settings),
    .executableTarget(
      name: "guandu-bench",
      dependencies: [
        "ZoneHarness", "AgeFormat", "Exchange", "Letters", "Roles", "Zones", "Cryptography", "DurableFiles",
        "PacketFormat", "Storage", "Trust", "TrustUpdates", "AuditLog", "TransparencyLog", "Fairness", logging,
        arguments,
      ], path: "Benchmarks/guandu-bench", swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
