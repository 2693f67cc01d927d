import Cryptography
import FairQueues
import Foundation
import Letters
import Links
import Logging
import Runtime
import Storage
import Synchronization
import Testing
import ZoneHarness
import Zones

/// A desk of one place, taken by somebody until the test lets them go.
private final class Queue: Sendable {
  let turns: LookupQueue
  private let order = Mutex<[Source]>([])
  private let end: AsyncStream<Void>.Continuation
  private let occupant: Task<Void, any Error>

  init(waitingMost: Int) async {
    let turns = LookupQueue(atOnce: 1, waitingMost: waitingMost)
    let (stream, end) = AsyncStream<Void>.makeStream()
    (self.turns, self.end) = (turns, end)
    occupant = Task {
      try await turns.run(for: "occupant") { () async throws(LetterError) in for await _ in stream {} }
    }
    await Self.wait { turns.arrived == 1 }
  }

  var served: [Source] { order.withLock { $0 } }

  /// Returns once the look was given a place or refused one.
  func come(from source: Source, isLater: Bool = false) async -> Task<LetterError?, Never> {
    let before = turns.arrived
    let task = Task { () -> LetterError? in
      do throws(LetterError) {
        try await turns.run(for: source, isLater: isLater) { () async throws(LetterError) in
          order.withLock { $0.append(source) }
        }
        return nil
      } catch { return error }
    }
    await Self.wait { turns.arrived > before }
    return task
  }

  func open() async throws {
    end.finish()
    try await occupant.value
  }

  private static func wait(_ condition: () -> Bool) async { while !condition() { await Task.yield() } }
}

@Suite struct WaitingLooks {
  @Test func `of sources that were wrong have every second turn while others wait`() async throws {
    let queue = await Queue(waitingMost: 100)
    var tasks: [Task<LetterError?, Never>] = []
    for index in 0..<40 { tasks.append(await queue.come(from: "10.0.0.\(index)", isLater: true)) }
    for source: Source in ["192.0.2.1", "192.0.2.2"] { tasks.append(await queue.come(from: source)) }
    try await queue.open()
    for task in tasks { #expect(await task.value == nil) }
    #expect(Set(queue.served.prefix(4)).isSuperset(of: ["192.0.2.1", "192.0.2.2"]))
    #expect(queue.served.count == 42)
  }

  @Test func `of sources that were wrong keep half of the places from those that come fresh`() async throws {
    let queue = await Queue(waitingMost: 4)
    let later = [
      await queue.come(from: "10.0.0.1", isLater: true), await queue.come(from: "10.0.0.2", isLater: true),
    ]
    let flood = [await queue.come(from: "192.0.2.1"), await queue.come(from: "192.0.2.1")]
    let fresh = await queue.come(from: "192.0.2.2")
    #expect(await flood[1].value == .busy, "the newest of whoever has most gives way")
    let further = await queue.come(from: "192.0.2.3")
    #expect(await further.value == .busy)
    try await queue.open()
    for task in later + [flood[0], fresh] { #expect(await task.value == nil) }
  }

  @Test func `of sources that were wrong give way, where no place is left`() async throws {
    let queue = await Queue(waitingMost: 4)
    var guesses: [Task<LetterError?, Never>] = []
    for index in 0..<4 { guesses.append(await queue.come(from: "10.0.0.\(index)", isLater: true)) }
    let honest = await queue.come(from: "192.0.2.1")
    let further = await queue.come(from: "10.0.0.9", isLater: true)
    #expect(await further.value == .busy)
    try await queue.open()
    #expect(await honest.value == nil)
    var refused = 0
    for guess in guesses { refused += await guess.value == nil ? 0 : 1 }
    #expect(refused == 1)
  }

  @Test func `are served by turns, a source at a time`() async throws {
    let queue = await Queue(waitingMost: 10)
    var tasks: [Task<LetterError?, Never>] = []
    for source: Source in ["flood", "flood", "flood", "flood", "honest", "other", "honest"] {
      tasks.append(await queue.come(from: source))
    }
    #expect(queue.turns.waiting == 7)
    try await queue.open()
    for task in tasks { #expect(await task.value == nil) }
    #expect(queue.served == ["flood", "honest", "other", "flood", "honest", "flood", "flood"])
    #expect(queue.turns.waiting == 0)
  }

  @Test func `are told at once when too many wait`() async throws {
    let queue = await Queue(waitingMost: 3)
    var tasks: [Task<LetterError?, Never>] = []
    for _ in 0..<3 { tasks.append(await queue.come(from: "flood")) }
    let refused = await queue.come(from: "flood")
    #expect(await refused.value == .busy)
    #expect(queue.turns.waiting == 3)
    try await queue.open()
    for task in tasks { #expect(await task.value == nil) }
  }

  @Test func `of one source give way to those of others`() async throws {
    let queue = await Queue(waitingMost: 4)
    var flood: [Task<LetterError?, Never>] = []
    for _ in 0..<4 { flood.append(await queue.come(from: "flood")) }
    let honest = await queue.come(from: "honest")
    #expect(await flood[3].value == .busy, "the newest of who has most")
    let other = await queue.come(from: "other")
    #expect(await flood[2].value == .busy)
    #expect(queue.turns.waiting == 4)
    try await queue.open()
    #expect(await honest.value == nil)
    #expect(await other.value == nil)
    for task in flood.prefix(2) { #expect(await task.value == nil) }
    #expect(queue.served == ["flood", "honest", "other", "flood"])
  }

  @Test func `of one network with many lines give way to single addresses`() async throws {
    let queue = await Queue(waitingMost: 40)
    var flood: [Task<LetterError?, Never>] = []
    for index in 0..<60 { flood.append(await queue.come(from: "2001:db8:1:\(String(index, radix: 16))::1")) }
    var honest: [Task<LetterError?, Never>] = []
    for index in 0..<15 { honest.append(await queue.come(from: "192.0.2.\(index)")) }
    try await queue.open()
    for look in honest { #expect(await look.value == nil) }
    var refused = 0
    for look in flood where await look.value == .busy { refused += 1 }
    #expect(refused == 35)
    #expect(queue.served.prefix(3).contains("192.0.2.0"), "one turn for the network, then others'")
  }

  @Test func `give way to nobody who has as many`() async throws {
    let queue = await Queue(waitingMost: 3)
    var tasks: [Task<LetterError?, Never>] = []
    for source: Source in ["a", "b", "c"] { tasks.append(await queue.come(from: source)) }
    #expect(await queue.come(from: "d").value == .busy)
    try await queue.open()
    for task in tasks { #expect(await task.value == nil) }
  }

  @Test func `find the place free again after a calculation that failed`() async throws {
    let turns = LookupQueue(atOnce: 1, waitingMost: 0)
    for _ in 0..<3 {
      await #expect(throws: LetterError.unavailable(Shortage("a test"))) {
        try await turns.run(for: "a") { () async throws(LetterError) in throw .unavailable(Shortage("a test")) }
      }
    }
  }

  @Test func `refuse letters, looks and unlocking alike, and count and change nothing`() async throws {
    let test = try TestBook()
    let queue = await Queue(waitingMost: 0)
    let key = X25519PrivateKey.generate().publicKey
    let citizens = CitizenLetters(
      database: test.zone.database, outbox: Outbox(links: test.zones.dmz.links), blobs: test.zone.blobs,
      link: test.zones.dmz.links[0], intranetKeys: { [key] }, limits: LetterLimits(),
      pepper: SecretBytes.random(32), turns: queue.turns, hash: nil,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let (id, credentials) = (UUID(), LetterCredentials.generate())
    await #expect(throws: LetterError.busy) {
      try await citizens.submit(id: id, draft: draft(), credentials: credentials, source: "a")
    }
    await #expect(throws: LetterError.busy) {
      try await citizens.read(code: credentials.code, password: credentials.password, source: "a")
    }
    await #expect(throws: LetterError.busy) {
      try await citizens.phoneBelongs("13800138000", to: credentials.code, source: "a")
    }
    #expect(try await test.zone.count("SELECT COUNT(*) FROM citizen_letter") == 0)
    #expect(try await test.zone.count("SELECT COUNT(*) FROM outbox WHERE type = 'letter.submitted'") == 0)
    try await queue.open()
    _ = try await citizens.submit(id: id, draft: draft(), credentials: credentials, source: "a")
    #expect(try await citizens.read(code: credentials.code, password: credentials.password, source: "a") != nil)
  }

  @Test func `take a phone's code back that was never sent`() async throws {
    let test = try TestBook()
    let book = test.book()
    for _ in 0..<20 {
      #expect(try await book.takeCode(phone: "1", source: "a"))
      try await book.giveBackCode(phone: "1", source: "a")
    }
    for _ in 0..<2 { #expect(try await book.takeCode(phone: "1", source: "a")) }
    #expect(try await !book.takeCode(phone: "1", source: "a"))
  }
}
