"""The unit in charge asks a letter's citizen, who is told where the letter is, and answers; between two zones, with the real
daemons. Nothing of it lies in the clear on the portal's disk."""

import base64
import shutil
import time

from playwright.sync_api import expect

from test_letter_flow import NARROW, arrive, date, deployment, officials, written  # noqa: F401

QUESTION = "请问漏水的是哪一栋楼哪一户？"
ANSWER = "三号楼二单元六零一室。"


def handed(officials, number):
    """Signed for, instructed, dispatched, and with the handler of the unit in charge."""
    fang, ming, na, li = (officials[name] for name in ("fang", "ming", "na", "li"))
    fang.take(number, "present", leader="ming", proposal="建议转住建局办理。")
    ming.take(number, "instruct", instruction="请住建局办理。")
    fang.take(number, "dispatch", units=["housing"], lead_unit="housing", unit_due=date(7))
    na.take(number, "unit-sign-for", branch=1)
    na.take(number, "pass-down", branch=1, child_unit="repairs")
    li.take(number, "unit-sign-for", branch=1)
    li.take(number, "assign", branch=1, handler="jie")


def reload_until(page, selector, patience_seconds=30):
    deadline = time.monotonic() + patience_seconds
    while not page.locator(selector).count():
        assert time.monotonic() < deadline, page.locator("main").inner_text()
        time.sleep(0.3)
        page.reload()


def timeline(citizen):
    return [item.inner_text() for item in citizen.page.locator(".timeline li").all()]


def forms(text):
    """A text as it could lie on a disk: each encoding, and each of its base64 alignments."""
    for encoding in ("utf-8", "utf-16-le", "gbk"):
        plain = text.encode(encoding)
        yield plain
        yield plain.hex().encode()
        yield from (base64.b64encode(b"\0" * shift + plain)[4:-4] for shift in range(3))


def search_the_portals_disk(deployment):  # noqa: F811
    """Every file of the DMZ, its log and the drop, for the words as they could lie there."""
    needles = {form for word in ("三号楼二单元", "哪一栋楼哪一户") for form in forms(word)}
    files = [path for folder in ("dmz", "drop") for path in (deployment.folder / folder).rglob("*") if path.is_file()]
    assert len(files) > 5
    for path in files:
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        for needle in needles:
            assert needle not in content, f"{path} holds {needle!r}"


def test_a_question_and_its_answer(contexts, deployment, officials):  # noqa: F811
    fang, jie = officials["fang"], officials["jie"]
    citizen, letter = written(contexts, deployment, title="屋顶漏水", text="屋顶漏水两个月了。")
    number = letter.number
    arrive(officials, letter)
    handed(officials, number)
    # Where the letter is, in the words of its flow, in the reader's language.
    assert citizen.look_up(letter.code, letter.password) == 200
    reload_until(citizen.page, "text=已转住房和城乡建设局办理")
    assert any("信件已签收" in line for line in timeline(citizen))
    assert citizen.page.locator("#questions").count() == 0
    assert citizen.switch_language() == "en"
    assert any("Passed to Housing Department" in line for line in timeline(citizen))
    citizen.switch_language()
    citizen.look("course")
    # The handler asks; the date waits.
    assert jie.step(number, "ask-citizen", branch=1, question=" ") == 422
    assert jie.page.locator("#question-error").count() == 1
    started = time.time()
    jie.take(number, "ask-citizen", branch=1, look="ask-citizen", question=QUESTION)
    assert jie.page.locator("#letter-paused").count() == 1
    assert jie.queue() == []
    fang.open_letter(number)
    fang.look("paused")
    assert "待来信人补充" in fang.page.locator("main").inner_text()
    # The citizen hears of it by SMS, reads it and answers.
    reload_until(citizen.page, "#send-reply")
    citizen.look("question")
    assert QUESTION in citizen.page.locator("main").inner_text()
    assert any("等待您补充" in line for line in timeline(citizen))
    deadline = time.monotonic() + 20
    while not any(
            f"to: {citizen.phone}" in text and "需要您补充情况" in text and number in text and QUESTION not in text
            for text in (file.read_text("utf-8") for file in (deployment.folder / "sms").glob("*.txt")
                         if file.stat().st_mtime >= started - 1)):
        assert time.monotonic() < deadline, "no message to the citizen"
        time.sleep(0.2)
    assert citizen.submit("#send-reply") == 422
    assert citizen.page.locator("#text-error").count() == 1
    citizen.look("answer-missing")
    # What was typed stays through the other language; a page that is sent twice is one answer.
    citizen.page.fill("#text", ANSWER)
    assert citizen.switch_language() == "en"
    assert citizen.page.locator("#text").input_value() == ANSWER
    citizen.switch_language()
    stale = contexts(NARROW).new_page()
    narrow = type(citizen)(stale, deployment, "flow-narrow-")
    assert narrow.look_up(letter.code, letter.password) == 200
    narrow.look("question")
    narrow.page.fill("#text", "又及：电话上午方便。")
    assert citizen.submit("#send-reply") == 200
    assert ANSWER in citizen.page.locator("main").inner_text()
    assert citizen.page.locator("#send-reply").count() == 0
    citizen.look("answered")
    # The handler finds the letter again, with the answer in its history.
    deadline = time.monotonic() + 30
    while jie.queue() != [number]:
        assert time.monotonic() < deadline, "the answer has not arrived"
        time.sleep(0.3)
    jie.open_letter(number)
    assert jie.page.locator("#letter-paused").count() == 0
    history = jie.page.locator(".timeline").inner_text()
    assert "来信人补充" in history and ANSWER in history and QUESTION in history
    jie.look("citizen-answered")
    reload_until(citizen.page, "text=已收到您的补充")
    # What comes after that is a note, and its author is told so.
    assert narrow.submit("#send-reply") == 200
    reload_until(narrow.page, "text=作为备注附在来信中")
    narrow.look("noted")
    jie.open_letter(number)
    assert "又及：电话上午方便。" in jie.page.locator(".timeline").inner_text()
    search_the_portals_disk(deployment)
    # It can be asked once more, and not a third time.
    jie.take(number, "ask-citizen", branch=1, question="还有其他漏水处吗？")
    reload_until(citizen.page, "#send-reply")
    # A visit that has ended meanwhile keeps no letter open, and loses no word.
    citizen.page.fill("#text", "没有了。")
    kept = citizen.page.context.cookies()
    citizen.page.context.clear_cookies()
    assert citizen.submit("#send-reply") == 403
    assert citizen.page.input_value("#text").strip() == "没有了。" and "本次访问已结束" in citizen.error()
    citizen.look("answer-handed-back")
    citizen.page.context.add_cookies(kept)
    citizen.open("/letter")
    citizen.page.fill("#text", "没有了。")
    assert citizen.submit("#send-reply") == 200
    deadline = time.monotonic() + 30
    while jie.queue() != [number]:
        assert time.monotonic() < deadline, "the second answer has not arrived"
        time.sleep(0.3)
    jie.open_letter(number)
    assert "ask-citizen-1" not in jie.steps()
    jie.take(number, "submit", branch=1, draft_answer="屋顶已修好。")
    expect(jie.page.locator("#done")).to_have_count(1)


def test_a_lost_portal_gets_its_open_question_back(contexts, deployment, officials):  # noqa: F811
    jie = officials["jie"]
    citizen, letter = written(contexts, deployment, title="屋顶漏水", text="屋顶漏水两个月了。")
    arrive(officials, letter)
    handed(officials, letter.number)
    jie.take(letter.number, "ask-citizen", branch=1, question=QUESTION)
    assert citizen.look_up(letter.code, letter.password) == 200
    reload_until(citizen.page, "#send-reply")
    before = timeline(citizen)
    zones = deployment.zones
    zones.kill("dmz")
    shutil.rmtree(deployment.folder / "dmz/data")
    (deployment.folder / "dmz/data").mkdir()
    zones.start("dmz")
    deployment.guandu("link", "rebuild", "--config", deployment.folder / "intranet/zone.yaml")
    deadline = time.monotonic() + 30
    while not zones.count("dmz", "SELECT COUNT(*) FROM citizen_letter WHERE sealed_course IS NOT NULL"):
        assert time.monotonic() < deadline, "the letter is not back"
        time.sleep(0.5)
    assert citizen.look_up(letter.code, letter.password) == 200
    reload_until(citizen.page, "#send-reply")
    assert timeline(citizen) == before
    citizen.page.fill("#text", ANSWER)
    assert citizen.submit("#send-reply") == 200
    deadline = time.monotonic() + 30
    while jie.queue() != [letter.number]:
        assert time.monotonic() < deadline, "the answer has not arrived"
        time.sleep(0.3)
    jie.open_letter(letter.number)
    assert ANSWER in jie.page.locator(".timeline").inner_text()
    search_the_portals_disk(deployment)
