"""The security officer's console: attacks are found from the alerts alone, and proved; nobody else opens any of it."""

import hashlib
import pathlib
import shutil
import ssl
import tarfile
import time

import pytest

from conftest import PHONE
from people import Clerk, self_signed
from test_office import add_person, unique

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def officer(contexts, deployment):
    certificate = deployment.person_certificate("security-officer")
    return Clerk(contexts(client_certificates=[certificate]).new_page(), deployment, "audit-")


def alert(officer, kind, zone, code="", patience_seconds=60):
    """Opens the page of an alert, once there is one."""
    deadline = time.monotonic() + patience_seconds
    row = f"#alerts tr[data-kind='{kind}']:has(td:nth-child(2):text-is('{zone}')):has(td:nth-child(4):text('{code}'))"
    while True:
        assert officer.open("/audit/alerts") == 200
        if officer.page.locator(row).count():
            break
        assert time.monotonic() < deadline, f"no alert {kind} of {zone}: {officer.page.inner_text('main')}"
        time.sleep(0.5)
    officer.page.locator(f"{row} a").first.click()
    officer.page.wait_for_selector("#acknowledge")


def acknowledge(officer, remark):
    officer.page.fill("#remark", remark)
    assert officer.submit("#acknowledge") == 200
    assert officer.page.url.endswith("/audit/alerts")


def proved(officer, witness, patience_seconds=60):
    """Opens the page of the entry behind the alert, and waits until a witness has cosigned it."""
    officer.page.locator("#events a").last.click()
    officer.page.wait_for_selector("#standing")
    deadline = time.monotonic() + patience_seconds
    while f"{witness}/audit/witness" not in officer.page.inner_text("#standing"):
        assert time.monotonic() < deadline, officer.page.inner_text("#standing")
        time.sleep(0.5)
        officer.page.reload()
    assert "c2sp.org/tlog-proof@v1" in officer.page.inner_text("#proof")


def export(officer, deployment, folder):
    """Takes the evidence out, and checks each proof in it with nothing but what is in it."""
    with officer.page.expect_download() as download:
        officer.page.click("#export")
    with tarfile.open(download.value.path()) as archive:
        archive.extractall(folder, filter="data")
    evidence = folder / "evidence"
    entries = sorted((evidence / "entries").iterdir())
    assert entries
    for entry in entries:
        proof = evidence / "proofs" / (entry.stem + ".tlog-proof")
        checked = deployment.ask("audit", "check-proof", proof, entry, "--keys", evidence / "keys")
        assert checked.returncode == 0, checked.stderr
    assert (evidence / "report.pdf").read_bytes().startswith(b"%PDF") and (evidence / "README.md").exists()
    return "".join(entry.read_text() for entry in entries) + (evidence / "report.html").read_text()


def test_officer_finds_a_forged_packet(officer, deployment, tmp_path):
    drop = next(deployment.folder.glob("**/dmz-to-intranet"))
    # Moved there whole: the zone takes a file as soon as it is there.
    forged = deployment.folder / "forged.gdp"
    shutil.copy(ROOT / "docs/specimen/P.gdp", forged)
    forged.rename(drop / "new" / "dmz.a.1.m.000000009999.1deea342.gdp")
    alert(officer, "file.quarantined", "intranet")
    officer.look("alert-forged")
    address = officer.page.url
    proved(officer, "dmz")
    officer.look("entry-forged")
    officer.open(address.removeprefix(deployment.desk))
    taken = export(officer, deployment, tmp_path)
    assert '"kind":"file.quarantined"' in taken
    # What lies in the quarantine is what the log says was quarantined there.
    forged = ROOT / "docs/specimen/P.gdp"
    assert hashlib.sha256(forged.read_bytes()).hexdigest() in taken
    assert f'"bytes":{forged.stat().st_size}' in taken
    acknowledge(officer, "经查，该文件由外部人员写入摆渡目录，已更换口令。")
    officer.open("/audit/alerts?show=acknowledged")
    assert "已更换口令" in officer.page.inner_text("#alerts")


def test_officer_finds_guessing(officer, citizen, deployment, tmp_path):
    citizen.confirm_phone()
    citizen.fill(publish="no")
    letter = citizen.send()
    for _ in range(12):
        wrong = f"{(int(letter.password) + 1) % 10**6:06}"
        citizen.look_up(letter.code, wrong)
    alert(officer, "guess.stopped", "dmz")
    taken = export(officer, deployment, tmp_path)
    assert '"kind":"guess.stopped"' in taken and letter.code not in taken and letter.password not in taken
    text = officer.page.inner_text("main")
    assert letter.code not in text and letter.password not in text
    proved(officer, "intranet")
    text = officer.page.inner_text("main")
    assert letter.code not in text and letter.password not in text


def test_officer_finds_a_change_of_roles(officer, administrator, deployment, tmp_path):
    assert add_person(administrator, unique("p"), "leader") == 200
    alert(officer, "rights.changed", "intranet", "添加人员")
    assert '"act":"person.added"' in export(officer, deployment, tmp_path)
    officer.look("alert-rights")
    proved(officer, "dmz")


def test_officer_finds_who_was_turned_away(officer, contexts, deployment, tmp_path):
    stranger = contexts(client_certificates=[deployment.certificate(**self_signed(tmp_path, "Clerk"))]).new_page()
    assert stranger.goto(deployment.desk + "/folders/to-do").status == 403
    certificate = ssl.PEM_cert_to_DER_cert((tmp_path / "self.pem").read_text())
    deadline = time.monotonic() + 60
    while True:
        alert(officer, "login.refused", "intranet", "证书不受信任")
        officer.page.locator("#events a").last.click()
        officer.page.wait_for_selector("#standing")
        if hashlib.sha256(certificate).hexdigest() in officer.page.inner_text("main"):
            break
        assert time.monotonic() < deadline, officer.page.inner_text("main")
        time.sleep(1)


def test_officer_follows_a_letter_over_both_zones_and_reads_none_of_it(officer, citizen, clerk, deployment, tmp_path):
    title = unique("路灯")
    citizen.confirm_phone()
    citizen.fill(title=title, text="楼道灯坏了。", publish="no")
    letter = citizen.send()
    clerk.open_letter(letter.number)
    clerk.sign_for()
    assert clerk.answer("已修复。", "private") == 200
    deadline = time.monotonic() + 60
    wanted = {"门户收信", "数据包发出", "数据包接收", "人员办理"}
    while True:
        officer.open("/audit/trail")
        officer.page.fill("#number", letter.number)
        assert officer.submit("#search") == 200
        rows = officer.page.locator("#trail tbody tr").all_inner_texts()
        zones = {row.split("\t")[1].strip() for row in rows if "\t" in row}
        if {"dmz", "intranet"} <= zones and all(any(word in row for row in rows) for word in wanted) and all(
            "见证" in row and "尚未" not in row for row in rows) and len(rows) >= 8:
            break
        assert time.monotonic() < deadline, rows
        time.sleep(1)
    officer.look("trail")
    text = officer.page.inner_text("main") + export(officer, deployment, tmp_path)
    assert all(word not in text for word in (title, "楼道灯坏了", "已修复", citizen.phone, letter.code, letter.password))
    # Nor anywhere else.
    for path in ("/audit", "/audit/entries", "/audit/alerts", "/audit/checks"):
        assert officer.open(path) == 200
        assert title not in officer.page.content() and citizen.phone not in officer.page.content()
    assert officer.open(f"/letters/{letter.number}") in (403, 404)


def test_officer_searches_saves_the_search_and_lets_the_logs_be_checked(officer, contexts, deployment):
    officer.open("/audit")
    officer.look("overview")
    officer.page.select_option("#kind", "packet.applied")
    assert officer.submit("#search") == 200
    assert set(officer.page.locator("#hours tbody tr td:nth-child(4)").all_inner_texts()) == {"数据包接收"}
    name = unique("收包")
    officer.page.fill("#search-name", name)
    assert officer.submit("#save-search") == 200
    assert "kind=packet.applied" in officer.page.url
    officer.open("/audit")
    officer.page.get_by_role("link", name=name, exact=True).click()
    assert officer.page.input_value("#kind") == "packet.applied"
    officer.page.locator("#hours tbody a").first.click()
    assert officer.page.locator("#events tbody tr").count() > 0
    officer.open("/audit/checks")
    before = officer.page.locator("#checks tbody tr").count()
    assert officer.submit("#check-now") == 200
    deadline = time.monotonic() + 60
    while officer.page.locator("#checks tbody tr").count() < min(50, before + 2):
        assert time.monotonic() < deadline
        time.sleep(0.5)
        officer.page.reload()
    officer.look("checks")
    assert set(officer.page.locator("#checks tbody td:nth-child(5)").all_inner_texts()) == {"完好"}
    phone = Clerk(
        contexts(PHONE, is_mobile=True, client_certificates=[deployment.person_certificate("security-officer")])
        .new_page(), deployment, "audit-phone-")
    for path in ("/audit", "/audit/alerts", "/audit/entries", "/audit/checks"):
        assert phone.open(path) == 200
        phone.look(path.strip("/").replace("/", "-"))
    # Where a table becomes a list, each value says what it is.
    label = "getComputedStyle(document.querySelector('#checks td:nth-child(2)'), '::before').content"
    assert phone.page.evaluate(label).strip('" ') == phone.page.get_attribute("#checks td:nth-child(2)", "data-label") != ""
    assert phone.page.get_by_role("cell").count() >= 5


def test_a_date_that_is_none_is_said(officer):
    officer.open("/audit/entries")
    assert officer.open("/audit/entries?from=2026/11/23") == 422
    assert "2026-11-23 15:20" in officer.error()
    assert officer.open("/audit/entries?from=2026-02-30") == 422


def test_a_time_is_typed_as_on_paper(officer):
    officer.open("/audit/entries")
    for typed in ("2026-11-23 15:20", " ２０２６－１１－２３　１５：２０ "):
        officer.page.fill("#from", typed)
        assert officer.submit("#search") == 200
        assert officer.page.input_value("#from") == "2026-11-23 15:20"


def test_what_was_looked_for_is_there_after_coming_in(contexts, deployment):
    page = contexts(client_certificates=[deployment.person_certificate("security-officer")]).new_page()
    page.goto(deployment.desk + "/audit/trail?number=2026-000001+")
    page.click("#login")
    page.wait_for_selector("#number")
    assert page.input_value("#number") == "2026-000001"


def test_officer_acknowledges_what_is_ticked(officer, administrator):
    assert add_person(administrator, unique("p"), "leader") == 200
    alert(officer, "rights.changed", "intranet", "添加人员")
    officer.open("/audit/alerts")
    assert "条警报待处理" in officer.page.inner_text("body")
    officer.page.check("#alerts tr[data-kind='rights.changed']:has(td:nth-child(4):text('添加人员')) input")
    assert officer.submit("#acknowledge-chosen") == 422
    assert officer.page.locator("#alerts input:checked").count() == 1
    officer.look("alerts-ticked")
    officer.page.fill("#remark", "新任命，已核对文件。")
    assert officer.submit("#acknowledge-chosen") == 200
    assert not officer.page.locator("#alerts tr[data-kind='rights.changed']:has(td:nth-child(4):text('添加人员'))").count()


def test_a_remark_is_needed(officer, contexts, deployment, tmp_path):
    stranger = contexts(client_certificates=[deployment.certificate(**self_signed(tmp_path, "Nobody"))]).new_page()
    stranger.goto(deployment.desk + "/")
    alert(officer, "login.refused", "intranet")
    officer.page.evaluate("document.querySelector('#remark').required = false")
    assert officer.submit("#acknowledge") == 422
    assert "处理意见" in officer.error()
    officer.look("remark-missing")


@pytest.mark.parametrize("who", ["clerk", "administrator"])
def test_nobody_else_opens_any_of_it(contexts, deployment, who):
    other = Clerk(contexts(client_certificates=[deployment.person_certificate(who)]).new_page(), deployment)
    other.open("/me")
    assert "/audit" not in other.page.content()
    for path in ("/audit", "/audit/entries", "/audit/entries/intranet/1/0", "/audit/trail?number=2026-000001",
                 "/audit/alerts", "/audit/alerts/1", "/audit/checks"):
        assert other.open(path) == 403, path
