"""Coming in by certificate, and being out at once when the right to be in has gone."""

from people import Clerk
from test_office import add_person, unique


def test_a_clerk_comes_in_by_certificate_and_sees_who_they_are(contexts, deployment):
    clerk = Clerk(contexts(client_certificates=[deployment.clerk_certificate()]).new_page(), deployment)
    assert clerk.page.goto(deployment.desk + "/folders/tracking").status == 200
    clerk.look("login")
    assert clerk.page.locator("#login-name").inner_text() == "值班员"
    clerk.page.keyboard.press("Tab")
    clerk.page.locator("#login").focus()
    with clerk.page.expect_navigation():
        clerk.page.keyboard.press("Enter")
    assert clerk.page.url.endswith("/folders/tracking")
    assert clerk.open("/me") == 200
    clerk.look("me")
    assert clerk.page.locator("#my-roles").inner_text() == "收发员"


def test_leaving_ends_the_session_and_leaving_everywhere_all_of_them(contexts, deployment):
    certificate = deployment.clerk_certificate()
    one, two = (Clerk(contexts(client_certificates=[certificate]).new_page(), deployment) for _ in range(2))
    for visit in (one, two):
        assert visit.open("/me") == 200
    assert one.submit("#logout") == 200
    assert one.page.locator("#login").count() == 1
    assert two.open("/me") == 200 and two.page.locator("#my-name").count() == 1
    assert one.open("/me") == 200
    assert one.submit("#logout-everywhere") == 200
    two.page.reload()
    assert two.page.locator("#login").count() == 1


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(clerk):
    clerk.open("/me")
    cookies = [c for c in clerk.page.context.cookies() if c["name"] == "__Host-guandu-desk"]
    assert [(c["secure"], c["httpOnly"], c["sameSite"], c["path"]) for c in cookies] == [(True, True, "Lax", "/")]
    assert "guandu-desk" not in clerk.page.evaluate("document.cookie")


def test_a_stolen_cookie_opens_nothing_with_another_certificate(clerk, administrator):
    clerk.open("/me")
    cookie = next(c for c in clerk.page.context.cookies() if c["name"] == "__Host-guandu-desk")
    administrator.page.context.add_cookies([cookie])
    assert administrator.page.goto(administrator.deployment.desk + "/me").status == 403
    administrator.look("foreign-session")
    assert "另一张证书" in administrator.error()
    clerk.page.reload()
    assert clerk.page.locator("#login").count() == 1, "the stolen session has ended"


class Wire:
    """Which connection each page of a browser's tab came over, as the browser itself counts them."""

    def __init__(self, page):
        self.pages = []
        session = page.context.new_cdp_session(page)
        session.on("Network.responseReceived", self.note)
        session.send("Network.enable")

    def note(self, event):
        if event["type"] == "Document":
            answer = event["response"]
            self.pages.append((answer["status"], answer["connectionId"]))


def test_a_revoked_handler_is_out_in_mid_session_with_the_page_and_the_form_that_are_open(
        administrator, contexts, deployment, tmp_path):
    person = unique("p")
    add_person(administrator, person, "handler", name="被撤销者")
    fingerprint, certificate = deployment.issue_handler(tmp_path, person)
    administrator.page.fill("#fingerprint", fingerprint)
    assert administrator.submit("#add-certificate") == 200
    reader, writer = (Clerk(contexts(client_certificates=[certificate]).new_page(), deployment) for _ in range(2))
    wires = [Wire(visit.page) for visit in (reader, writer)]
    for visit in (reader, writer):
        assert visit.open("/me") == 200
        assert visit.open("/me") == 200, "an open page and an open connection"

    deployment.revoke(tmp_path / f"{person}.pem")
    assert reader.open("/folders/to-do") == 403
    reader.look("revoked")
    assert "已吊销" in reader.error()
    assert writer.submit("#logout-everywhere") == 403, "the form of the page that was open does nothing"
    assert "已吊销" in writer.error()
    for wire in wires:
        (_, before), (status, after) = wire.pages[-2:]
        assert status == 403 and after == before, "refused on the connection that was open"
    for visit in (reader, writer):
        assert visit.open("/me") == 403 and visit.open("/login") == 403
        assert visit.page.locator("#my-name").count() == 0
    again = Clerk(contexts(client_certificates=[certificate]).new_page(), deployment)
    assert again.open("/me") == 403
    certificate = deployment.person_certificate("security-officer")
    officer = Clerk(contexts(client_certificates=[certificate]).new_page(), deployment)
    officer.open("/acts")
    rows = officer.page.locator("#acts tbody tr", has_text=person).all_inner_texts()
    assert not any("结束会话" in row for row in rows), rows
