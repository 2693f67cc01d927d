"""Lists of letters as a clerk with many of them works: filtered, found, signed for and dispatched together, taken away."""

import re

from test_letter_flow import NARROW, TABLET, Official, date, deployment, officials, written  # noqa: F401 (fixtures)


def choose(official, numbers, act):
    for number in numbers:
        official.page.check(f"input[name^='letter-{number}.']")
    return official.submit(f"#bulk-{act}")


def test_lists(contexts, deployment, officials):  # noqa: F811
    fang, ming, na = (officials[name] for name in ("fang", "ming", "na"))
    sent = [
        written(contexts, deployment, title=title, text=text, kind=kind)
        for title, text, kind in (
            ("屋顶漏水", "三楼屋顶漏水两个月了，物业不管。", "complaint"),
            ("路灯不亮", "和平路十二号门前的路灯坏了。", "complaint"),
            ("入学材料", "孩子明年上小学，请问需要什么材料？", "question"),
        )]
    letters = [letter.number for _, letter in sent]
    for number in letters:
        fang.open_letter(number)
    assert fang.queue() == [letters[2], *letters[:2]], "the one due first before the others"
    fang.look("list")
    # Without a choice, it says what to do.
    assert fang.submit("#bulk-present") == 200 and "请先在列表中选择信件" in fang.page.locator("main").inner_text()
    fang.open("/queue")
    assert choose(fang, letters, "sign-for") == 200
    assert fang.page.locator("#done").inner_text() == "已签收3封。"
    fang.look("signed-for-together")
    # Found by words, and by filter; both addresses can be kept.
    assert fang.open("/search?q=路灯 和平路") == 200
    assert [link.get_attribute("href") for link in fang.page.locator(".worklist td a").all()] == [f"/letters/{letters[1]}"]
    fang.look("search")
    fang.open("/folders/tracking")
    fang.page.select_option("#kind", "complaint")
    fang.page.select_option("#order", "newest")
    assert fang.submit("#filter button") == 200
    assert "kind=complaint" in fang.page.url and "order=newest" in fang.page.url
    assert [link.get_attribute("href").split("/")[-1] for link in fang.page.locator(".worklist td a").all()] == [
        letters[1], letters[0]]
    fang.look("filtered")
    # Two are put before the leader with one form; its mistakes keep what was typed.
    assert choose(fang, letters[:2], "present") == 200
    fang.page.fill("#proposal", "建议转住建局办理。")
    assert fang.submit("#take-step") == 422
    assert fang.page.input_value("#proposal") == "建议转住建局办理。"
    fang.look("together")
    fang.page.select_option("#leader", "ming")
    assert fang.submit("#take-step") == 200 and "2封" in fang.page.locator("#done").inner_text()
    # The leader, on a tablet, instructs both; the clerk dispatches both.
    assert ming.queue() == letters[:2]
    ming.look("list")
    # One letter a screen, and one tap; then the next one stands there.
    assert ming.open("/review") == 200
    assert "第1封，共2封" in ming.page.locator("#place").inner_text()
    assert ming.page.locator("#proposal").inner_text() == "建议转住建局办理。"
    ming.look("review")
    assert ming.submit("#phrase-2") == 200 and ming.page.locator("#done").inner_text() == "已办理：批示。"
    assert "第1封，共1封" in ming.page.locator("#place").inner_text()
    ming.page.fill("#instruction", "请住建局一周内办结。")
    assert ming.submit("#own-words") == 200 and "没有等待您批阅的来信" in ming.page.locator("main").inner_text()
    assert set(letters[:2]) <= set(fang.queue())
    assert choose(fang, letters, "dispatch") == 200
    assert letters[2] in fang.page.locator("#others").inner_text(), "it is not before that step"
    fang.page.check("#unit-housing")
    fang.page.select_option("#lead-unit", "housing")
    fang.page.select_option("#complaint-about", "none")
    fang.page.fill("#unit-due", date(7))
    fang.look("dispatched-together")
    assert fang.submit("#take-step") == 200 and "2封" in fang.page.locator("#done").inner_text()
    assert set(na.queue()) == set(letters[:2])
    assert choose(na, letters[:2], "sign-for") == 200 and "2封" in na.page.locator("#done").inner_text()
    # On paper.
    na.open_letter(letters[0])
    assert na.submit("#slip") == 200 and "来信办理单" in na.page.locator("h1").inner_text()
    na.look("slip")
    fang.open_letter(letters[1])
    assert fang.submit("#slip") == 200 and "建议转住建局办理。" in fang.page.locator(".slip").inner_text()
    fang.look("slip")
    # By phone, and as a file.
    fang.open("/search")
    fang.page.fill("#phone", sent[1][0].phone)
    assert fang.submit("#by-phone button") == 200
    assert [link.get_attribute("href") for link in fang.page.locator(".worklist td a").all()] == [f"/letters/{letters[1]}"]
    assert "13" not in fang.page.url.removeprefix(deployment.desk)
    fang.look("by-phone")
    fang.open("/folders/all?kind=question")
    with fang.page.expect_download() as download:
        fang.page.click("#export")
    table = download.value.path().read_text("utf-8-sig")
    assert re.findall(r'^"(2026-\d+)","([^"]*)"', table, re.M) == [(letters[2], "入学材料")]
    # Narrow, without a mouse.
    narrow = Official(
        contexts(NARROW, client_certificates=[deployment.certificates["fang"]]).new_page(), deployment, "lists-narrow-")
    narrow.open("/folders/all")
    narrow.look("list")
    narrow.page.focus(f"input[name='letter-{letters[2]}.0']")
    narrow.page.keyboard.press("Space")
    assert narrow.page.is_checked(f"input[name='letter-{letters[2]}.0']")
