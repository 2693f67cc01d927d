import FairQueues
import Testing

@Suite struct Sources {
  @Test func `of version 4 are one address, also when written as one of version 6`() {
    #expect(Source("192.0.2.1").tiers.count == 1)
    #expect(Source("::ffff:192.0.2.1") == Source("192.0.2.1"))
    #expect(Source("::ffff:c000:201") == Source("192.0.2.1"))
    #expect(Source("192.0.2.1") != Source("192.0.2.2"))
  }

  @Test func `of version 6 are networks of 64, 56 and 48 bits`() {
    let one = Source("2001:db8:1:203::1%eth0")
    #expect(one == Source("2001:db8:1:203:ffff::9"))
    let (line, customer) = (Source("2001:db8:1:204::1"), Source("2001:db8:1:303::1"))
    #expect(one.narrowest != line.narrowest && one.tiers[1] == line.tiers[1])
    #expect(one.tiers[1] != customer.tiers[1] && one.widest == customer.widest)
    #expect(one.widest != Source("2001:db8:2:203::1").widest)
  }

  @Test func `without an address are their name`() {
    #expect(Source("") == .unnamed && Source("a") != Source("b") && Source("a") == Source("a"))
    #expect(Source(String(repeating: "x", count: 100_000)).narrowest.bytes.count == 256)
  }
}

@Suite struct FairShares {
  @Test func `leave something to whoever comes new, however many have taken all they may`() {
    let most = 5_000
    var (total, held) = (0, [Int](repeating: 0, count: 167))
    for _ in 0..<most {
      for index in held.indices where FairShare.allows(taken: held[index], total: total, most: most) {
        held[index] += 1
        total += 1
      }
    }
    #expect(total < most)
    #expect((0..<20).allSatisfy { FairShare.allows(taken: $0, total: total, most: most) })
  }

  @Test func `never trap`() {
    for numbers in [(Int.max, Int.max, Int.max), (Int.min, Int.min, Int.max), (0, Int.min, Int.max), (0, 0, Int.min)] {
      _ = FairShare.allows(taken: numbers.0, total: numbers.1, most: numbers.2)
    }
    #expect(!FairShare.allows(taken: 0, total: 5, most: 5))
    #expect(FairShare.allows(taken: 0, total: 4, most: 5))
  }
}

@Suite struct GivingWay {
  private func holdings(_ sources: [Source]) -> [(source: Source, holding: Int)] {
    sources.enumerated().map { ($1, $0) }
  }

  @Test func `is for whoever holds most`() {
    let held = holdings(["192.0.2.1", "192.0.2.2", "192.0.2.2", "192.0.2.2", "192.0.2.1"])
    #expect(givingWay(held, to: "198.51.100.1") == [1, 2, 3])
    #expect(givingWay(held, to: "192.0.2.2") == [], "nobody gives way to themself")
    #expect(givingWay(holdings(["192.0.2.1", "192.0.2.2"]), to: "192.0.2.3") == [])
  }

  @Test func `sees a network of many addresses as one`() {
    let network = (0..<40).map { Source("2001:db8:1:\(String($0, radix: 16))::1") }
    let held = holdings(network + Array(repeating: "192.0.2.2", count: 20))
    #expect(givingWay(held, to: "198.51.100.1").allSatisfy { $0 < 40 })
    #expect(!givingWay(held, to: "198.51.100.1").isEmpty)
    #expect(givingWay(held, to: "2001:db8:1:ff::1") == [], "its other lines hold one each, as this one would")
  }
}

@Suite struct Trimming {
  @Test func `cuts who holds most down to the level of the next`() {
    let sources: [Source] =
      Array(repeating: "192.0.2.1", count: 50) + Array(repeating: "192.0.2.2", count: 10) + ["192.0.2.3"]
    let held = sources.enumerated().map { (source: $1, holding: $0) }
    #expect(Set(trimmed(held, by: 40)) == Set(0..<40), "the oldest of the one")
    let more = trimmed(held, by: 44)
    #expect(more.count == 44 && more.filter { $0 >= 50 }.count <= 2 && !more.contains(60))
    #expect(trimmed(held, by: 1_000).count == 61)
  }

  @Test func `cuts a network of single lines before an address with fewer`() {
    let network = (0..<300).map { Source("2001:db8:7:\(String($0, radix: 16))::1") }
    let held = (network + Array(repeating: "192.0.2.2", count: 100)).enumerated().map { (source: $1, holding: $0) }
    let gone = trimmed(held, by: 200)
    #expect(gone.count == 200 && gone.allSatisfy { $0 < 300 })
  }
}

@Suite struct Turning {
  @Test func `goes on for work that has begun, and lets nobody in twice`() async {
    let turns = FairSemaphore(atOnce: 1, waitingMost: 4, ofOneSource: 4)
    #expect(await turns.enter("a"))
    turns.leave()
    await turns.enterAgain("a")
    turns.leave()
    #expect(await turns.enter("b"))
    turns.leave()
    #expect(turns.waiting == 0)
  }

  @Test func `has a bound for each source`() async {
    let turns = FairSemaphore(atOnce: 1, waitingMost: 100, ofOneSource: 2)
    #expect(await turns.enter("occupant"))
    let through = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<10 {
        group.addTask {
          let isIn = await turns.enter("flood")
          if isIn { turns.leave() }
          return isIn
        }
      }
      while turns.arrived < 11 { await Task.yield() }
      #expect(turns.waiting == 2)
      turns.leave()
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(through == 2)
  }
}

@Suite struct FairQueues {
  @Test func `serve networks by turns and then their lines`() {
    var queue = FairQueue<String>()
    for index in 0..<6 { queue.append("flood \(index)", of: "2001:db8:1:\(index)::1") }
    queue.append("honest", of: "192.0.2.1")
    queue.append("other", of: "2001:db8:9::1")
    #expect(queue.count == 8)
    #expect((0..<4).compactMap { _ in queue.takeNext() } == ["flood 0", "honest", "other", "flood 1"])
    while queue.takeNext() != nil {}
    #expect(queue.count == 0)
  }

  @Test func `take a place from the heaviest network, though each of its lines has one alone`() {
    var queue = FairQueue<Int>()
    for index in 0..<100 { queue.append(index, of: "2001:db8:1:\(String(index, radix: 16))::1") }
    #expect(queue.giveWay(to: "192.0.2.1") != nil)
    #expect(queue.count == 99)
    #expect(queue.giveWay(to: "2001:db8:1:ffff::1") != nil, "one of 56 bits that has many lines")
    var taken = 0
    while queue.takeNext() != nil { taken += 1 }
    #expect(taken == 98)
  }

  @Test func `count by source`() {
    var queue = FairQueue<Int>()
    queue.append(1, of: "192.0.2.1")
    queue.append(2, of: "192.0.2.1")
    #expect(queue.count(of: "192.0.2.1") == 2 && queue.count(of: "192.0.2.2") == 0)
  }
}
