"""Coming in by certificate, and being out at once when the right to be in has gone."""

from people import Clerk


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
