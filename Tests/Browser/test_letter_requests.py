"""What people do beside the steps of a letter's flow: more time asked for and granted, letters of one matter joined and
settled together, and an urged unit, a note, a step taken back."""

from test_letter_flow import NARROW, Official, arrive, date, deployment, officials, written  # noqa: F401

CHINESE_TEN = "延长10个工作日"


def dispatched(officials, letter):
    """With a handler of the roads department, as branch 1."""
    fang, ming, lei = (officials[name] for name in ("fang", "ming", "lei"))
    number = letter.number
    arrive(officials, letter)
    fang.take(number, "present", leader="ming", proposal="建议转公路局办理。")
    ming.take(number, "instruct", instruction="请公路局办理。")
    fang.take(number, "dispatch", units=["roads"], lead_unit="roads", unit_due=date(7))
    lei.take(number, "unit-sign-for", branch=1)
    lei.take(number, "assign", branch=1, handler="lei")


def beside(official, number):
    """What is offered beside the flow."""
    official.open_letter(number)
    links = official.page.locator(".steps-beside a").all()
    return {link.get_attribute("id").removeprefix("step-") for link in links}


def due(official, number):
    official.open_letter(number)
    return official.page.locator("#letter-due").inner_text()


def test_more_time(contexts, deployment, officials):  # noqa: F811
    fang, ming, lei = (officials[name] for name in ("fang", "ming", "lei"))
    _, letter = written(contexts, deployment, title="桥面破损", text="桥面有一个坑。")
    number = letter.number
    dispatched(officials, letter)
    before = due(lei, number)
    assert "ask-extension-1" in beside(lei, number) and "ask-extension-1" not in beside(fang, number)
    # What is missing is said at its field.
    assert lei.step(number, "ask-extension", branch=1, reason=" ") == 422
    assert lei.page.locator("#reason-error").count() == 1
    lei.take(number, "ask-extension", branch=1, look="ask-extension", reason="材料到货需两周。")
    assert ming.queue() == [number] and lei.queue() == [number]
    assert "延期申请" in ming.page.locator("tbody").inner_text()
    ming.open_letter(number)
    facts = ming.page.locator("dl.facts").first.inner_text()
    assert "材料到货需两周。" in facts and "批准后答复期限" in facts and due(lei, number) == before
    ming.take(number, "grant-extension", branch=1, look="grant-extension", opinion="同意。")
    assert ming.queue() == []
    after = due(lei, number)
    # A year without calendar has no date; else the page says how it came about.
    assert after != before and (CHINESE_TEN in after or "未定" in after), after
    lei.look("extended")
    history = lei.page.locator(".timeline").inner_text()
    assert "申请延期" in history and "批准延期" in history and "同意。" in history
    assert "ask-extension-1" not in beside(lei, number)
    narrow = Official(
        contexts(NARROW, client_certificates=[deployment.certificates["lei"]]).new_page(), deployment, "request-narrow-")
    narrow.open_letter(number)
    narrow.look("extended")
    lei.switch_language()
    assert "granted" in lei.page.locator("dl.facts").first.inner_text()


def test_joined_letters(contexts, deployment, officials):  # noqa: F811
    fang, ming, lei, tao = (officials[name] for name in ("fang", "ming", "lei", "tao"))
    first, one = written(contexts, deployment, title="桥面破损", text="桥面有一个坑。", mail="first@example.cn")
    second, other = written(contexts, deployment, title="桥上有坑", text="桥上的坑还没修。", publish="no")
    dispatched(officials, one)
    arrive(officials, other)
    assert fang.step(other.number, "merge", other_letter=other.number) == 422
    assert fang.page.locator("#other-letter-error").count() == 1
    assert fang.page.locator("#other-letter").input_value() == other.number
    # As it is read out: wide digits do not matter.
    wide = one.number.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    fang.take(other.number, "merge", look="merge", other_letter=wide)
    assert fang.state(other.number) == "已并案"
    fang.page.click("#joined-with a")
    assert fang.page.url.endswith(f"/letters/{one.number}")
    assert fang.page.locator("#joined a").inner_text() == other.number
    fang.look("joined")
    lei.open_letter(one.number)
    assert lei.page.locator("#joined").count() == 0 and lei.open(f"/letters/{other.number}") == 404
    # Nobody joins the one that others wait for.
    lei.take(one.number, "submit", branch=1, draft_answer="坑已填平。")
    tao.take(one.number, "pass-up", branch=1)
    ming.take(one.number, "accept")
    fang.open_letter(one.number)
    assert fang.answer("坑已填平，详情请复first@example.cn。", "public") == 422
    assert fang.page.locator("#text").input_value().startswith("坑已填平")
    fang.open_letter(one.number)
    assert fang.check_answer("坑已填平，谢谢。", "public") == 200
    assert "1封" in fang.page.locator("#also-joined").inner_text()
    fang.look("check-joined")
    assert fang.submit("#send-answer") == 200
    for number in (one.number, other.number):
        assert fang.state(number) == "审理完成"
        assert "坑已填平，谢谢。" in fang.page.locator("#letter-outcome").inner_text()
    # Each citizen reads it with their own code; one of them allowed no publication.
    for citizen, letter in ((first, one), (second, other)):
        assert citizen.look_up(letter.code, letter.password) == 200
        citizen.wait_for_stage("answered")
        assert "坑已填平" in citizen.page.locator("main").inner_text()
    assert "first@example.cn" not in second.page.locator("main").inner_text()
    assert second.open("/public") == 200
    listed = second.page.locator("main").inner_text()
    assert "桥面破损" in listed and "桥上有坑" not in listed


def test_urged_noted_and_taken_back(contexts, deployment, officials):  # noqa: F811
    fang, ming, na = (officials[name] for name in ("fang", "ming", "na"))
    _, letter = written(contexts, deployment, title="屋顶漏水", text="三楼漏水。")
    number = letter.number
    arrive(officials, letter)
    fang.take(number, "present", leader="ming", proposal="转住建局。")
    assert "take-back" in beside(fang, number)
    fang.take(number, "take-back", look="take-back")
    assert ming.queue() == [] and fang.state(number) == "预处理"
    fang.take(number, "present", leader="ming", proposal="转住建局办理。")
    ming.take(number, "instruct", instruction="请住建局办理。")
    assert fang.queue() == [number]
    fang.take(number, "note", note="来信人来电询问。")
    fang.take(number, "dispatch", units=["housing"], lead_unit="housing", unit_due=date(7))
    assert "take-back" not in beside(fang, number), "the citizen is told where it went"
    fang.take(number, "urge", look="urge", unit="housing", note="请今日签收。")
    assert fang.step(number, "urge", unit="housing", note="请今日签收。") == 422
    assert fang.page.locator("#note-error").count() == 1
    assert na.queue() == [number] and "被催办" in na.page.locator("tbody").inner_text()
    na.look("urged")
    na.open_letter(number)
    history = na.page.locator(".timeline").inner_text()
    assert "请今日签收。" in history and "来信人来电询问。" not in history
