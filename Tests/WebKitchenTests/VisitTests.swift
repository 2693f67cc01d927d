import Testing

@testable import WebKitchen

@Suite struct SessionStoreTests {
  private let start = ContinuousClock.now

  @Test func `a session is found by its cookie alone`() {
    let store = SessionStore<Int>()
    let session = store.begin(7, at: start)
    #expect(session.cookieValue.utf8.count == 64)
    #expect(store.find(session.cookieValue, at: start) === session)
    #expect(store.find("", at: start) == nil)
    #expect(store.find(String(repeating: "0", count: 64), at: start) == nil)
  }

  @Test func `a session ends after thirty idle minutes and after two hours`() {
    let store = SessionStore<Int>()
    let session = store.begin(0, at: start)
    for minutes in stride(from: 25, through: 100, by: 25) {
      #expect(store.find(session.cookieValue, at: start + .seconds(minutes * 60)) != nil)
    }
    #expect(store.find(session.cookieValue, at: start + .seconds(7_200)) == nil)
    let idle = store.begin(0, at: start)
    #expect(store.find(idle.cookieValue, at: start + .seconds(1_800)) == nil)
    #expect(store.sweep(at: start + .seconds(7_200)).count == 2)
    #expect(store.count == 0)
  }

  @Test func `a flood of visitors does not push out who was promoted`() {
    let store = SessionStore<Int>(anonymousMax: 50)
    let known = store.begin(1, at: start)
    let before = known.cookieValue
    #expect(store.promote(known))
    let waiting = store.begin(2, at: start)
    for _ in 0..<5_000 { _ = store.begin(0, at: start) }
    #expect(store.count == 51)
    #expect(store.find(known.cookieValue, at: start) === known)
    #expect(store.find(before, at: start) == nil)
    #expect(store.find(waiting.cookieValue, at: start) == nil)
  }

  @Test func `no more are promoted than there is room for`() {
    let store = SessionStore<Int>(promotedMax: 1)
    #expect(store.promote(store.begin(0)))
    let late = store.begin(0)
    #expect(!store.promote(late))
    #expect(store.find(late.cookieValue) != nil)
  }

  @Test func `a form token fits its own session alone`() {
    let store = SessionStore<Int>()
    let (one, other) = (store.begin(0), store.begin(0))
    #expect(one.accepts(formToken: one.formToken))
    #expect(!one.accepts(formToken: other.formToken))
    #expect(!one.accepts(formToken: ""))
  }

  @Test func `a removed session is gone`() {
    let store = SessionStore<Int>()
    let session = store.begin(0)
    store.remove(session)
    #expect(store.find(session.cookieValue) == nil)
  }
}

@Suite struct RateLimiterTests {
  private let start = ContinuousClock.now

  @Test func `a window holds so many and then opens anew`() {
    let limiter = RateLimiter(limit: 3, seconds: 60)
    #expect((0..<5).map { _ in limiter.take("a", at: start) } == [true, true, true, false, false])
    #expect(limiter.take("b", at: start))
    #expect(limiter.take("a", at: start + .seconds(60)))
  }

  @Test func `what is given back can be taken again`() {
    let limiter = RateLimiter(limit: 1, seconds: 60)
    #expect(limiter.take("a", at: start))
    limiter.giveBack("a")
    #expect(limiter.take("a", at: start))
    #expect(!limiter.take("a", at: start))
  }

  @Test func `a flood of keys still meets a limit`() {
    let limiter = RateLimiter(limit: 2, seconds: 60, capacity: 10)
    let taken = (0..<10_000).filter { limiter.take("\($0)", at: start) }.count
    #expect(taken <= 10 + 2 * 256)
  }
}

@Suite struct LanguageTests {
  @Test(arguments: [
    ("", Language.chinese), ("en", .english), ("en-GB,en;q=0.9,zh;q=0.8", .english),
    ("zh-CN,zh;q=0.9,en;q=0.8", .chinese),
    ("fr,en;q=0.5,zh;q=0.7", .chinese), ("en;q=0.3", .english), ("de", .chinese), (";;,q=,=", .chinese),
  ])
  func `the browser's wish is read`(header: String, language: Language) {
    #expect(Language.preferred(in: header) == language)
  }
}
