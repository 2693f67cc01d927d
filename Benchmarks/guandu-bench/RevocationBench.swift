import Certificates
import Foundation
import Letters
import Revocation
import ZoneHarness
import Zones

/// How long a revocation takes in the intranet: from the list's arrival to the first refusal, of a handler's certificate as
/// the desk asks for it with each request, and of a packet of the DMZ's, which goes on sending.
struct RevocationBench {
  private enum Arrival: String, CaseIterable {
    case command, file, message

    var text: String {
      switch self {
      case .command: "import-crl done"
      case .file: "file replaced"
      case .message: "packet dropped"
      }
    }
  }

  let folder: String
  let rounds: Int

  func run(_ wanted: Wanted) async throws -> [Figure] {
    var figures: [Figure] = []
    for kind in ["handler", "zone"] where wanted.figure("revocation.\(kind)") {
      for arrival in Arrival.allCases {
        var times: [Double] = []
        for _ in 0..<rounds { times.append(try await measure(isZone: kind == "zone", arrival)) }
        figures.append(
          Figure(
            name: "revocation.\(kind).\(arrival)", value: median(times),
            unit: "ms, median of \(rounds), \(arrival.text) to first refusal", peer: "the slowest; at most 1000",
            peerValue: percentile(times, 1), ratio: 1_000 / percentile(times, 1)))
      }
    }
    return figures
  }

  private func measure(isZone: Bool, _ arrival: Arrival) async throws -> Double {
    let city = try await RevokingCity(in: folder)
    if arrival == .message { try await city.prepareMessage(isZone: isZone) }
    try await city.start()
    let letters = isZone ? city.sendLetters() : nil
    if isZone { try await city.waitForTraffic(isHeld: arrival == .message) }
    let list = try city.list(isZone: isZone)
    // Files are looked at four times a second: the list comes at any moment of that.
    try await Task.sleep(for: .milliseconds(.random(in: 0..<500)))
    if arrival == .command { _ = try await city.intranet.revocations.importLists(pem: list) }
    if arrival == .file { try city.replaceFile(list) }
    if arrival == .message { try city.dropMessage() }
    let start = ContinuousClock.now
    while !(try isZone ? city.hasRefusedPacket() : city.refusesHandler()) {
      guard start.duration(to: .now) < .seconds(60) else { throw CommandFailed(description: "no refusal came") }
      try await Task.sleep(for: .microseconds(500), tolerance: .zero)
    }
    let took = start.duration(to: .now) / .milliseconds(1)
    letters?.cancel()
    try await letters?.value
    try await city.stop()
    return took
  }
}

/// Two zones, a handler, and a list that ends one of them.
private struct RevokingCity {
  private let zones: TestZones
  let dmz: RunningZone
  let intranet: RunningZone
  private let handler: Certificate
  private let load: LetterLoad

  private var file: String { zones.root + "/crl.pem" }
  private var drop: String { zones.root + "/d2i/new/" }
  private var aside: String { zones.root + "/aside.gdp" }

  init(in folder: String) async throws {
    var limits = LinkLimits()
    limits.redropSeconds = 600
    zones = try TestZones(limits: limits, in: folder)
    var (here, there) = (zones.dmz, zones.intranet)
    here.links[0].outgoingPolicy.messageTypes.insert("trust.crl")
    there.links[0].incomingPolicy.messageTypes.insert("trust.crl")
    there.trust.revocationLists = [zones.root + "/crl.pem"]
    handler = try zones.authority.issue(.handler, to: "handler", at: TestZones.now).certificate
    let first = try zones.authority.revocationList(revoking: [], number: 1, at: TestZones.now)
    try Data(CertificateAuthority.pem(revocationList: first).utf8).write(to: URL(filePath: zones.root + "/crl.pem"))
    dmz = try RunningZone(here, exchanging: false)
    intranet = try RunningZone(there, exchanging: false)
    load = try await LetterLoad(dmz)
    dmz.startExchange()
  }

  func stop() async throws {
    try await dmz.stop()
    try await intranet.stop()
  }

  func list(isZone: Bool) throws -> String {
    let ended =
      isZone ? try Certificate.load(pemFile: zones.root + "/keys/dmz-signing.pem")[0] : handler
    return CertificateAuthority.pem(
      revocationList: try zones.authority.revocationList(revoking: [ended], number: 2, at: TestZones.now))
  }

  /// The list as a packet of the DMZ's, which is kept back.
  func prepareMessage(isZone: Bool) async throws {
    _ = try await dmz.revocations.importLists(pem: list(isZone: isZone))
    try await dmz.eventually("the list is in the drop") { try !packets().isEmpty }
    try FileManager.default.moveItem(atPath: drop + packets()[0], toPath: aside)
  }

  private var packetName: String { "list.gdp" }

  func dropMessage() throws { try FileManager.default.moveItem(atPath: aside, toPath: drop + packetName) }

  func replaceFile(_ list: String) throws { try Data(list.utf8).write(to: URL(filePath: file), options: .atomic) }

  func start() async throws {
    intranet.startExchange()
    try await intranet.eventually("the first list counts") { !intranet.trust.revocationLists.isEmpty }
  }

  /// A letter each ten milliseconds, until cancelled.
  func sendLetters() -> Task<Void, any Error> {
    Task { [dmz, load] in
      var number = 0
      while !Task.isCancelled {
        _ = try await dmz.citizens.submit(load.letter(number))
        number += 1
        try? await Task.sleep(for: .milliseconds(10))
      }
    }
  }

  /// Until letters arrive; or, where the list's own packet is awaited before them, lie there.
  func waitForTraffic(isHeld: Bool) async throws {
    try await intranet.eventually("letters come") {
      try await isHeld ? packets().count >= 3 : intranet.count("SELECT COUNT(*) FROM desk_letter") >= 3
    }
  }

  private func packets() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: drop).filter { $0.contains(".m.") && !$0.hasPrefix(".") }
  }

  func hasRefusedPacket() throws -> Bool { try PacketForge(zones: zones).quarantineCodes().contains("certificate") }

  /// What the desk asks with each request.
  func refusesHandler() throws -> Bool {
    do { try intranet.trust.verify(handler, for: .handler, at: Date()) } catch { return error.code == .revoked }
    return false
  }
}
