"""What people write is not lost: not by an error, not by the other language, not by a colleague who was quicker."""

import pytest

from people import PDF, Citizen, Clerk, file

NARROW = {"width": 320, "height": 700}
WIDE = {"width": 1280, "height": 900}


def focused(visitor):
    return visitor.page.evaluate("document.activeElement.id")


@pytest.mark.parametrize("locale, viewport", [("zh-CN", NARROW), ("en-GB", NARROW), ("zh-CN", WIDE), ("en-GB", WIDE)])
def test_a_letter_survives_errors_and_the_other_language(contexts, deployment, locale, viewport):
    page = contexts(viewport, locale=locale, java_script_enabled=False).new_page()
    citizen = Citizen(page, deployment)
    citizen.agree()
    assert citizen.enter_code(citizen.ask_for_code()) == 200
    citizen.page.check("#kind-complaint")
    citizen.page.fill("#text", "第一行\n第二行")
    citizen.page.fill("#mail", "no address")
    citizen.page.set_input_files("#attachment", [file("a.pdf", PDF)])
    assert citizen.submit() == 422
    for field in ("mailbox", "title", "mail"):
        assert citizen.page.get_attribute(f"#{field}", "aria-invalid") == "true"
        assert f"{field}-error" in citizen.page.get_attribute(f"#{field}", "aria-describedby").split()
        assert citizen.page.locator(f"#{field}-error").is_visible()
    assert citizen.page.locator("#publish-yes-error").is_visible()
    assert citizen.page.locator("#text[aria-invalid]").count() == 0
    # Without scripts axe cannot look; the others' pages are looked at in other tests.
    deployment.screenshots.mkdir(parents=True, exist_ok=True)
    citizen.page.screenshot(
        path=deployment.screenshots / f"letter-errors-{locale}-{viewport['width']}.png", full_page=True)

    other = citizen.switch_language()
    assert other == ("en" if locale == "zh-CN" else "zh-CN")
    assert citizen.page.input_value("#text") == "第一行\n第二行"
    assert citizen.page.input_value("#mail") == "no address"
    assert citizen.page.is_checked("#kind-complaint")
    assert citizen.page.locator("fieldset bdi").all_inner_texts() == ["a.pdf"]
    citizen.fill("标题", "第一行\n第二行", kind="complaint", publish="no")
    assert citizen.switch_language() == locale[:2].replace("zh", "zh-CN")
    assert citizen.page.input_value("#title") == "标题" and citizen.page.is_checked("#publish-no")
    assert citizen.page.locator("#error").count() == 0
    assert citizen.submit() == 200
    assert citizen.page.url.endswith("/write/check")


def test_enter_sends_the_form_and_not_its_language(citizen):
    citizen.agree()
    citizen.page.fill("#phone", "12345")
    with citizen.page.expect_navigation() as navigation:
        citizen.page.keyboard.press("Enter")
    assert navigation.value.status == 422
    assert citizen.page.locator("html").get_attribute("lang") == "zh-CN"
    assert focused(citizen) == "error", "the summary has the focus, by the browser alone"
    assert citizen.page.input_value("#phone") == "12345"
    citizen.look("phone-error")
    citizen.page.locator("#error a").click()
    assert focused(citizen) == "phone"
    citizen.page.keyboard.press("Shift+Tab")
    citizen.page.locator("#language").focus()
    with citizen.page.expect_navigation():
        citizen.page.keyboard.press("Enter")
    assert citizen.page.locator("html").get_attribute("lang") == "en"
    assert citizen.page.input_value("#phone") == "12345"


def test_a_letter_that_was_lost_is_handed_back_in_the_other_language_too(citizen):
    citizen.confirm_phone()
    citizen.fill(title="长信", text="写了很久\n的正文")
    citizen.page.context.clear_cookies()
    assert citizen.submit() == 403
    assert citizen.switch_language() == "en"
    assert citizen.page.input_value("#title") == "长信"
    assert citizen.page.input_value("#text") == "写了很久\n的正文"


def test_a_timeline_says_in_words_what_is_done_and_what_is_not(citizen, clerk):
    citizen.confirm_phone()
    citizen.fill("进度", publish="no")
    letter = citizen.send()
    citizen.look_up(letter.code, letter.password)
    citizen.wait_for_stage("delivered")
    lines = citizen.page.locator(".timeline li").all_inner_texts()
    assert [line.split()[0] for line in lines] == ["已完成", "已完成", "当前", "待进行"]
    assert "等待办理单位签收" in lines[2] and not any("已签收" in line for line in lines)
    citizen.look("timeline")
    clerk.open_letter(letter.number)
    clerk.sign_for()
    citizen.wait_for_stage("signed-for")
    lines = citizen.page.locator(".timeline li").all_inner_texts()
    assert [line.split()[0] for line in lines] == ["已完成", "已完成", "已完成", "当前"]
    assert "已签收" in lines[2] and "正在办理" in lines[3]


@pytest.mark.parametrize("viewport, name", [(NARROW, "narrow"), (WIDE, "wide")])
def test_an_answer_is_checked_and_the_way_back_keeps_it(contexts, deployment, citizen, viewport, name):
    citizen.confirm_phone()
    citizen.fill("请核对", publish="yes")
    letter = citizen.send()
    certificate = deployment.clerk_certificate()
    clerk = Clerk(contexts(viewport, client_certificates=[certificate]).new_page(), deployment, f"desk-{name}-")
    clerk.open_letter(letter.number)
    clerk.sign_for()
    clerk.page.locator("summary").click()
    clerk.page.fill("#reason", "备选的理由")
    assert clerk.check_answer("", "public") == 422
    assert focused(clerk) == "error"
    clerk.look("answer-missing")
    assert clerk.page.input_value("#reason") == "备选的理由"
    assert clerk.check_answer("第一行\n\n第二行", "public") == 200
    clerk.look("check")
    assert clerk.switch_language() == "en"
    clerk.look("check-english")
    assert clerk.page.locator("#public-sees .written").last.inner_text() == "第一行\n\n第二行"
    assert clerk.submit("#back") == 200
    assert clerk.page.input_value("#text") == "第一行\n\n第二行"
    assert clerk.page.input_value("#reason") == "备选的理由"
    assert clerk.page.is_checked("#visibility-public")
    clerk.look("back-english")
    assert clerk.switch_language() == "zh-CN"
    assert clerk.page.input_value("#text") == "第一行\n\n第二行"
    clerk.open(f"/letters/{letter.number}")
    assert clerk.page.get_attribute("#letter-stage", "data-stage") == "signed-for", "nothing was sent"


@pytest.mark.parametrize("viewport, name", [(NARROW, "narrow"), (WIDE, "wide")])
def test_the_slower_of_two_clerks_keeps_what_they_wrote(contexts, deployment, citizen, viewport, name):
    citizen.confirm_phone()
    citizen.fill("两人同时办理", publish="no")
    letter = citizen.send()
    certificate = deployment.clerk_certificate()
    quick, slow = (
        Clerk(contexts(viewport, client_certificates=[certificate]).new_page(), deployment, f"desk-{name}-")
        for _ in range(2))
    quick.open_letter(letter.number)
    slow.open_letter(letter.number)
    quick.sign_for()
    assert slow.submit("#sign-for") == 409
    slow.look("conflict-signing")
    assert "值班员已于" in slow.error()
    slow.open(f"/letters/{letter.number}")
    assert quick.answer("先到的答复", "private") == 200
    assert slow.check_answer("后到的答复\n写了很久", "private") == 409
    slow.look("conflict")
    assert slow.page.input_value("#kept") == "后到的答复\n写了很久"
    assert "先到的答复" in slow.page.locator("#letter-outcome").inner_text()
    assert slow.switch_language() == "en"
    slow.look("conflict-english")
    assert slow.page.input_value("#kept") == "后到的答复\n写了很久"
