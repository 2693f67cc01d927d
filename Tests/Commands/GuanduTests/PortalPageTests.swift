import ChildProcess
import Testing

@testable import guandu

@Suite struct PortalPages {
  @Test func giveTheirFormsToken() {
    let page = PortalPage(
      status: 200,
      html: #"<form><input type="text" name="x" value="no"><input type="hidden" name="csrf" value="a&amp;b=="></form>"#,
      redirectPath: nil)
    #expect(page.csrf == "a&b==")
  }

  @Test func giveTextWithoutMarkup() {
    let html = """
      <p id="letter-stage" data-stage="answered">已答复</p>
      <div id="letter-text"><div>第一行<br>第二行</div><p>a &lt;b&gt; &amp;amp; &#39;&#x4F60;&#39;</p></div><div id="x">no</div>
      """
    let page = PortalPage(status: 200, html: html, redirectPath: nil)
    #expect(page.text(of: "letter-text") == "第一行\n第二行a <b> &amp; '你'")
    #expect(page.attribute("data-stage", of: "letter-stage") == "answered")
    #expect(page.text(of: "none") == nil)
    #expect(page.csrf == nil)
  }

  @Test(arguments: [
    "", "<", "<p id=\"error\"", "<p id=\"error\">", "<p id=\"error\">&", "&#xFFFFFFFF;", "<p id=\"error\">&#;</p",
  ])
  func thatAreBrokenBreakNothing(html: String) {
    let page = PortalPage(status: 200, html: html, redirectPath: nil)
    #expect(page.error?.isEmpty ?? true || page.error == "&" || page.error == "&#;")
  }
}
