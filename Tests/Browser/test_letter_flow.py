"""A letter through the eleven steps of a city's mailbox, by people of different roles on different levels; and others on
the ways beside: disputed, handled by two units, returned, declined, put into the recycle bin and taken out again."""

import datetime
import os
import pathlib
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).parent.parent / "Scenarios"))

import deployment as zones  # noqa: E402

from people import Citizen, Clerk, Deployment  # noqa: E402

TABLET = {"width": 1024, "height": 1366}
NARROW = {"width": 320, "height": 720}

UNITS = """id,name,english,parent
city,安澜市人民政府,Anlan City,
housing,住房和城乡建设局,Housing Department,city
repairs,房屋维修科,Repairs Section,housing
roads,公路管理局,Roads Department,city
"""
# Who they are: unit, roles, mailboxes.
PEOPLE = {
    "fang": ("王芳", "city", "clerk", "mayor"),
    "ming": ("赵明", "city", "leader", ""),
    "na": ("李娜", "housing", "clerk", ""),
    "wei": ("陈伟", "housing", "leader", ""),
    "li": ("孙丽", "repairs", "clerk", ""),
    "jie": ("周杰", "repairs", "handler", ""),
    "hao": ("吴昊", "repairs", "leader", ""),
    "lei": ("钱磊", "roads", "clerk handler", ""),
    "tao": ("冯涛", "roads", "leader", ""),
}


def date(days):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=8, days=days)).strftime("%Y-%m-%d")


@pytest.fixture
def deployment(tmp_path):
    made = zones.Deployment(tmp_path / "zones")
    boxes = made.folder / "mailboxes.yaml"
    boxes.write_text(boxes.read_text().replace("- id: mayor\n", "- id: mayor\n  flow: letter\n"))
    config = made.folder / "intranet/zone.yaml"
    try:
        folder = made.folder / "officials"
        folder.mkdir()
        table = "id,name,unit,roles,mailboxes,fingerprint\n"
        urls = {zone: f"https://localhost:{port}" for zone, port in made.ports.items()}
        office = Deployment(
            folder=made.folder, portal=urls["dmz"], desk=urls["intranet"],
            screenshots=pathlib.Path(os.environ["GUANDU_SCREENSHOTS"]))
        office.certificates, office.zones = {}, made
        for name, (shown, unit, roles, mailboxes) in PEOPLE.items():
            fingerprint, office.certificates[name] = office.issue_handler(folder, name)
            digits = fingerprint.replace(":", "").lower()
            table += f"{name},{shown},{unit},{roles},{mailboxes},{digits}\n"
        (folder / "units.csv").write_text(UNITS, "utf-8")
        (folder / "people.csv").write_text(table, "utf-8")
        made.start("dmz", "intranet")
        for kind in ("units", "people"):
            done = made.guandu("people", "import", "--config", config, kind, folder / f"{kind}.csv")
            assert done.returncode == 0, done
        yield office
    finally:
        made.kill_all()


class Official(Clerk):
    """Somebody who takes steps of letters."""

    def step(self, number, act, branch=None, look=None, units=(), **fields):
        """Opens the form of a step, fills it in and sends it. Returns the status of what follows."""
        query = f"?act={act}" + (f"&branch={branch}" if branch else "")
        assert self.open(f"/letters/{number}{query}") == 200
        assert self.page.locator("#take-step").count(), f"{act} is not offered: {self.steps()}"
        for unit in units:
            self.page.check(f"#unit-{unit}")
        for name, value in fields.items():
            control = self.page.locator(f"#{name.replace('_', '-')}")
            if control.evaluate("element => element.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)
        if look:
            self.look(look)
        return self.submit("#take-step")

    def take(self, number, act, **more):
        assert self.step(number, act, **more) == 200, self.page.locator("main").inner_text()[:2_000]
        assert self.page.locator("#done").count() == 1

    def steps(self):
        return [link.get_attribute("id").removeprefix("step-") for link in self.page.locator(".steps-to-take a").all()]

    def branch(self, number, act):
        """The part of a letter in which a step is offered."""
        self.open_letter(number)
        return max(int(step.rsplit("-", 1)[1]) for step in self.steps() if step.rsplit("-", 1)[0] == act)

    def queue(self):
        """The numbers of the letters that wait for this person."""
        assert self.open("/queue") == 200
        return [link.get_attribute("href").split("/")[-1] for link in self.page.locator(".worklist td a").all()]

    def state(self, number):
        self.open_letter(number)
        return self.page.locator("#letter-state").inner_text()


@pytest.fixture
def officials(contexts, deployment):
    def somebody(name, **more):
        certificate = deployment.certificates[name]
        return Official(contexts(client_certificates=[certificate], **more).new_page(), deployment, f"flow-{name}-")

    made = {name: somebody(name) for name in PEOPLE if name != "ming"}
    made["ming"] = somebody("ming", viewport=TABLET, has_touch=True)
    administrator = Clerk(
        contexts(client_certificates=[deployment.person_certificate("administrator")]).new_page(), deployment)
    assert administrator.open("/mailboxes") == 200
    form = administrator.page.locator("form[action='/mailboxes/mayor']")
    form.locator("select").select_option("city")
    with administrator.page.expect_navigation():
        form.locator("button").click()
    return made


def written(contexts, deployment, **more):
    citizen = Citizen(contexts().new_page(), deployment, "flow-")
    citizen.confirm_phone()
    citizen.fill(**more)
    return citizen, citizen.send()


def arrive(officials, letter):
    officials["fang"].open_letter(letter.number)
    officials["fang"].sign_for()


def test_eleven_steps(contexts, deployment, officials):
    fang, ming, na, wei, li, jie, hao = (officials[name] for name in ("fang", "ming", "na", "wei", "li", "jie", "hao"))
    citizen, letter = written(contexts, deployment, title="屋顶漏水", text="三楼屋顶漏水两个月了。")
    number = letter.number
    fang.open_letter(number)
    assert fang.queue() == [number] and ming.queue() == [] and na.open(f"/letters/{number}") == 404
    fang.look("queue")
    fang.open_letter(number)
    fang.sign_for()
    assert fang.page.locator("#letter-due .tight").inner_text().startswith("20")
    fang.look("triage")
    fang.take(number, "present", look="present", leader="ming", proposal="建议转住建局办理。")
    assert fang.queue() == []
    # The leader, on a tablet: three taps from the queue.
    assert ming.queue() == [number]
    ming.look("queue")
    ming.take(number, "instruct", look="instruct", instruction="请住建局一周内办结并答复。")
    fang.take(
        number, "dispatch", look="dispatch", units=["housing"], lead_unit="housing", unit_due=date(7),
        note="请按批示办理。")
    # Each level of the unit.
    assert na.queue() == [number] and li.open(f"/letters/{number}") == 404
    na.take(number, "unit-sign-for", branch=1)
    na.take(number, "pass-down", branch=1, look="pass-down", child_unit="repairs")
    assert li.queue() == [number]
    li.take(number, "unit-sign-for", branch=1)
    li.take(number, "assign", branch=1, handler="jie")
    assert jie.queue() == [number] and li.queue() == []
    jie.take(number, "submit", branch=1, look="submit", draft_answer="屋顶已于今日修好，请验收。")
    assert hao.queue() == [number]
    hao.take(number, "pass-up", branch=1, opinion="属实。")
    assert wei.queue() == [number]
    wei.look("queue")
    wei.take(number, "pass-up", branch=1)
    assert ming.queue() == [number]
    ming.take(number, "accept", look="accept", opinion="同意。")
    # Who settles it finds what the unit wrote, and sees what the citizen and the public will.
    assert fang.state(number) == "待办结"
    assert fang.page.locator("#text").input_value() == "屋顶已于今日修好，请验收。"
    fang.look("settle")
    assert fang.answer("您好！屋顶已修好，请验收。", "public") == 200
    assert fang.state(number) == "审理完成"
    fang.look("history")
    history = fang.page.locator(".timeline").inner_text()
    for words in ("王芳", "赵明", "李娜", "孙丽", "周杰", "吴昊", "陈伟", "请住建局一周内办结并答复。", "建议转住建局办理。"):
        assert words in history, words
    narrow = Official(
        contexts(NARROW, client_certificates=[deployment.certificates["fang"]]).new_page(), deployment, "flow-narrow-")
    narrow.open_letter(number)
    narrow.look("history")
    assert narrow.open("/folders/all") == 200
    narrow.look("all")
    # The citizen.
    assert citizen.look_up(letter.code, letter.password) == 200
    citizen.wait_for_stage("answered")
    assert "屋顶已修好" in citizen.page.locator("main").inner_text()
    assert "建议转住建局办理" not in citizen.page.locator("main").inner_text()


def test_the_ways_beside(contexts, deployment, officials):
    fang, ming, na, wei, lei, tao = (officials[name] for name in ("fang", "ming", "na", "wei", "lei", "tao"))
    _, letter = written(contexts, deployment, title="路灯与井盖", text="路灯不亮，井盖松动。", kind="complaint")
    number = letter.number
    arrive(officials, letter)
    # Into the recycle bin and out again.
    fang.take(number, "junk", reason="疑似重复。")
    assert fang.open("/folders/recycle-bin") == 200 and number in fang.page.locator("main").inner_text()
    fang.take(number, "restore")
    fang.take(number, "present", leader="ming", proposal="两个单位会办。")
    # What is missing is said at its field, and nothing typed is lost.
    assert ming.step(number, "instruct", instruction="  ") == 422
    assert ming.page.locator("#instruction-error").count() == 1
    ming.take(number, "instruct", instruction="请会办。")
    # A complaint says whom it is about, and that unit cannot have it.
    assert fang.step(number, "dispatch", units=["roads"], lead_unit="roads", unit_due=date(5)) == 422
    assert fang.page.locator("#complaint-about-error").count() == 1 and fang.page.locator("#unit-roads").is_checked()
    assert fang.step(
        number, "dispatch", units=["roads"], lead_unit="roads", unit_due=date(5), complaint_about="roads") == 422
    fang.look("complained-of")
    fang.take(
        number, "dispatch", units=["roads", "housing"], lead_unit="roads", unit_due=date(5), complaint_about="none")
    # The unit in charge disputes before it signs for it; upheld, the letter comes back to be dispatched anew.
    branch = lei.branch(number, "dispute")
    lei.take(number, "dispute", branch=branch, reason="井盖归住建局。", proposed_unit="housing")
    assert fang.queue() == [number]
    fang.take(number, "uphold", branch=branch)
    assert fang.state(number) == "分发"
    fang.take(number, "dispatch", units=["roads", "housing"], lead_unit="housing", unit_due=date(5), complaint_about="none")
    # A unit's dispute is rejected, and it cannot dispute again.
    branch = lei.branch(number, "dispute")
    lei.take(number, "dispute", branch=branch, reason="仍有异议。")
    fang.take(number, "reject", branch=branch, reason="路灯归你局。")
    lei.open_letter(number)
    assert f"dispute-{branch}" not in lei.steps()
    lei.take(number, "unit-sign-for", branch=branch)
    lei.take(number, "assign", branch=branch, handler="lei")
    lei.take(number, "submit", branch=branch, draft_answer="路灯已修。")
    # Nobody approves what they have submitted.
    tao.take(number, "pass-up", branch=branch)
    assert fang.state(number) == "办理中"
    fang.look("lanes")
    # The other unit.
    branch = na.branch(number, "unit-sign-for")
    na.take(number, "unit-sign-for", branch=branch)
    na.open_letter(number)
    assert na.steps() == [f"assign-{branch}", f"pass-down-{branch}"]
    fang.take(number, "recall-unit", unit="housing", reason="改由公路局一并办理。")
    # The lead was recalled: it is to be dispatched anew.
    assert fang.state(number) == "分发"
    fang.take(number, "propose-decline", leader="ming", decline_reason="elsewhere", text="该事项请向县政府反映。")
    # Two at once: the second sees who did what, and keeps every word.
    assert ming.open(f"/letters/{number}?act=send-back") == 200
    other = Official(
        contexts(TABLET, client_certificates=[deployment.certificates["ming"]]).new_page(), deployment, "flow-again-")
    assert other.open(f"/letters/{number}?act=accept") == 200
    ming.page.fill("#reason", "请再核实。")
    other.page.fill("#opinion", "同意不予受理。")
    assert other.submit("#take-step") == 200
    assert ming.submit("#take-step") == 409
    assert ming.page.locator("main textarea").first.input_value() == "请再核实。"
    assert "审核通过" in ming.page.locator("#error").inner_text()
    ming.look("conflict")
    assert fang.state(number) == "待办结"
    assert fang.page.locator("#text").input_value() == "该事项请向县政府反映。"
    fang.page.fill("#text", "该事项请向县政府反映，谢谢。")
    fang.page.check("#visibility-private")
    assert fang.submit("#check-answer") == 200
    fang.look("check-decline")
    assert fang.submit("#send-answer") == 200
    assert fang.state(number) == "不予受理"
    assert fang.open("/folders/declined") == 200 and number in fang.page.locator("main").inner_text()


def test_an_absent_leader_and_a_person_who_is_gone(contexts, deployment, officials):
    fang, ming, wei, lei = (officials[name] for name in ("fang", "ming", "wei", "lei"))
    _, letter = written(contexts, deployment, title="公园开放", text="公园几点开门？")
    number = letter.number
    arrive(officials, letter)
    fang.take(number, "present", leader="ming", proposal="请批示。")
    assert wei.queue() == []
    # Away: somebody else acts in their stead.
    assert ming.open("/delegation") == 200
    ming.page.select_option("#delegate", "wei")
    ming.page.fill("#from", date(0))
    ming.page.fill("#until", date(3))
    assert ming.submit() == 200
    assert wei.queue() == [number]
    wei.take(number, "instruct", instruction="请公路局答复。")
    fang.open_letter(number)
    assert "陈伟（代赵明）" in fang.page.locator(".timeline").inner_text()
