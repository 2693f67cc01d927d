import FairQueues
import Testing

@testable import Web

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

  @Test func `a hundred thousand visits that end leave no list behind`() {
    let store = SessionStore<Int>()
    for number in 0..<100_000 {
      let session = store.begin(number, at: start + .seconds(number))
      if number % 1_000 == 0 { _ = store.sweep(at: start + .seconds(number)) }
      store.remove(session)
    }
    #expect(store.count == 0)
    #expect(store.listed <= 2_048)
  }

  @Test func `one owner has eight, whatever they open, and nobody else loses any`() {
    let store = SessionStore<Int>()
    let other = store.begin(0, of: "other")
    #expect(store.promote(other, of: "other", from: "192.0.2.1"))
    var opened: [Session<Int>] = []
    for number in 0..<5_000 {
      let session = store.begin(number)
      #expect(store.promote(session, of: "letter", from: "192.0.2.2"))
      opened.append(session)
    }
    #expect(store.count == 9)
    #expect(store.find(other.cookieValue) != nil)
    #expect(store.find(opened[4_999].cookieValue) != nil && store.find(opened[0].cookieValue) == nil)
    #expect(store.sweep().count == 4_992, "what they held is cleared away")
  }

  @Test func `where all are taken, whoever holds most loses their oldest`() {
    let store = SessionStore<Int>(promotedMax: 20)
    var flood: [Session<Int>] = []
    for number in 0..<20 {
      let session = store.begin(number)
      #expect(store.promote(session, of: "\(number)", from: "2001:db8:1:\(number)::1"))
      flood.append(session)
    }
    let honest = store.begin(1)
    #expect(store.promote(honest, of: "honest", from: "192.0.2.1"))
    #expect(store.find(honest.cookieValue) != nil)
    #expect(store.count == 20)
    #expect(!store.promote(store.begin(2), of: "more", from: "2001:db8:1:99::1"), "the flood itself gets no more")
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

@Suite struct LanguageTests {
  @Test(arguments: [
    ("", Language.chinese), ("en", .english), ("en-GB,en;q=0.9,zh;q=0.8", .english),
    ("zh-CN,zh;q=0.9,en;q=0.8", .chinese),
    ("fr,en;q=0.5,zh;q=0.7", .chinese), ("e\u{301}n, en", .chinese), ("EN-us", .english), ("en;q=0.3", .english),
    ("de", .chinese), (";;,q=,=", .chinese),
  ])
  func `the browser's wish is read`(header: String, language: Language) {
    #expect(Language.preferred(in: header) == language)
  }
}
