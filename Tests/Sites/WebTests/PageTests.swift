import Foundation
import HTTPTypes
import Testing

@testable import Web

@Suite struct PageTests {
  private struct Outer: PageValues {
    let x: String
    var y: String?
    var isSo: Bool = true
    var list: [Inner] = []
    var one: Inner?
    var texts: [String: String] = [:]
  }

  private struct Inner: PageValues {
    let x: String?
  }

  private func render(_ templates: [String: String], _ layers: PageProperties) throws -> String {
    try PageTemplates(templates).render("a", layers)
  }

  @Test func `every value is escaped`() throws {
    let html = try render(
      ["a": #"<b title="{{x}}">{{x}}</b>{{> b}}{{texts.k}}"#, "b": "{{#list}}{{x}}{{/list}}"],
      PageProperties(Outer(x: "<i>&\"'", list: [Inner(x: "<")], texts: ["k": "<"])))
    #expect(html == #"<b title="&lt;i&gt;&amp;&quot;&#39;">&lt;i&gt;&amp;&quot;&#39;</b>&lt;&lt;"#)
  }

  @Test func `a quotation mark with an accent behind it does not end an attribute`() throws {
    let html = try render(
      ["a": #"<b title="{{x}}">"#], PageProperties(Outer(x: "\"\u{301} onfocus=alert(1) x=\"\u{301}")))
    #expect(Array(html.utf8).filter { $0 == UInt8(ascii: "\"") }.count == 2)
  }

  @Test func `what is nil shows nothing, and is not looked for in the values around`() throws {
    let template = "{{#list}}[{{x}}{{#x}}yes{{/x}}{{^x}}no{{/x}}]{{/list}}{{y}}{{#y}}yes{{/y}}{{#one}}{{x}}{{/one}}"
    let outer = Outer(x: "outer", list: [Inner(x: nil), Inner(x: "inner")])
    #expect(try render(["a": template], PageProperties(outer)) == "[no][inneryes]")
    #expect(try render(["a": "{{#one}}{{x}}{{/one}}"], PageProperties(Outer(x: "a", one: Inner(x: "b")))) == "b")
  }

  @Test func `of two layers the earlier one counts`() throws {
    let properties = PageProperties(Inner(x: "first"), Outer(x: "second", y: "other", isSo: false))
    #expect(try render(["a": "{{x}} {{y}}{{#isSo}}!{{/isSo}}{{^isSo}}.{{/isSo}}"], properties) == "first other.")
  }

  @Test func `times are those of China`() {
    #expect(officeTime(Date(timeIntervalSince1970: 0)) == "1970-01-01 08:00")
    #expect(officeTime(Date(timeIntervalSince1970: 1_795_391_999)) == "2026-11-23 07:59")
  }

  @Test func `sizes are written for people`() {
    #expect(["\(readableBytes(17))", readableBytes(2_048), readableBytes(20 << 20)] == ["17 B", "2 KB", "20 MB"])
  }

  @Test func `a route matches its path, and a known path with another method is told apart`() {
    var routes = RouteTable()
    routes.on(.get, "/letters/{number}", RouteRule("any")) { _ in seeOther("/") }
    guard case .handler(_, let pattern, let parameters) = routes.match(.head, "/letters/7") else {
      Issue.record("no match")
      return
    }
    #expect(parameters == ["number": "7"] && pattern == "/letters/{number}")
    guard case .otherMethodsOnly = routes.match(.post, "/letters/7") else {
      Issue.record("not told apart")
      return
    }
    for path in ["/letters/", "/letters", "/letters/7/", "//letters/7", "", "letters/7/8"] {
      guard case .nothing = routes.match(.get, path) else {
        Issue.record("\(path) matched")
        continue
      }
    }
  }
}

@Suite struct ElapsedTests {
  @Test(arguments: [
    (-5.0, "0分钟", "0 minutes"), (59, "0分钟", "0 minutes"), (60, "1分钟", "1 minute"), (7_199, "119分钟", "119 minutes"),
    (7_200, "2小时", "2 hours"), (172_799, "47小时", "47 hours"), (172_800, "2天", "2 days"),
    (1e300, "1157407天", "1157407 days"),
  ])
  func `elapsed time is told in whole minutes, hours or days`(seconds: Double, chinese: String, english: String) throws
  {
    let renderer = try SiteRenderer(strings: StringTable([]), templates: [:], links: [], siteNameKey: "siteName")
    let (start, end) = (Date(timeIntervalSince1970: 0), Date(timeIntervalSince1970: seconds))
    #expect(renderer.elapsed(since: start, now: end, .chinese) == chinese)
    #expect(renderer.elapsed(since: start, now: end, .english) == english)
  }
}
