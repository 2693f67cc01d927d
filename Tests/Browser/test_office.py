"""The administrator's pages: units, people, mailboxes, delegation, imports; and no letters."""

import re
import subprocess
import time

import pytest

from conftest import PHONE
from people import Clerk


def unique(prefix):
    return f"{prefix}{time.time_ns() // 1000 % 10**10}"


@pytest.fixture
def bureau(administrator):
    """A unit under the town hall, made at the pages."""
    administrator.open("/units")
    if not administrator.page.locator("a[href='/units/city']").count():
        add_unit(administrator, "city", "市政府", "")
    name = unique("b")
    add_unit(administrator, name, "住建局", "city")
    return name


def add_unit(administrator, identifier, name, parent):
    administrator.open("/units")
    administrator.page.fill("#identifier", identifier)
    administrator.page.fill("#name", name)
    administrator.page.select_option("#parent", parent)
    return administrator.submit("#add-unit")


def add_person(administrator, identifier, *roles, name="李四", unit=""):
    administrator.open("/people/new")
    administrator.page.fill("#identifier", identifier)
    administrator.page.fill("#name", name)
    administrator.page.select_option("#parent", unit)
    for role in roles:
        administrator.page.check(f"#role-{role}")
    return administrator.submit("#add-person")


def handler_certificate(deployment, folder, name):
    """A handler's certificate, as the deployment's own authority would issue it."""
    authority = deployment.folder / "ca/issuing"
    key, request, certificate, profile = (folder / f"{name}.{kind}" for kind in ("key", "csr", "pem", "ext"))
    profile.write_text("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n")
    for command in (
        ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
         "-keyout", key, "-out", request],
        ["x509", "-req", "-in", request, "-CA", f"{authority}.pem", "-CAkey", f"{authority}/authority.key", "-days", "2",
         "-set_serial", str(time.time_ns()), "-extfile", profile, "-out", certificate],
    ):
        subprocess.run(["openssl", *map(str, command)], check=True, capture_output=True)
    shown = subprocess.run(
        ["openssl", "x509", "-in", certificate, "-noout", "-fingerprint", "-sha256"], check=True, capture_output=True,
        text=True).stdout
    files = {"certPath": str(certificate), "keyPath": str(key)}
    return shown.partition("=")[2].strip(), deployment.certificate(**files)


def test_units_are_added_moved_and_removed(administrator, bureau):
    section = unique("s")
    assert add_unit(administrator, section, "维修科", bureau) == 200
    administrator.look("units")
    assert add_unit(administrator, section, "又一个", bureau) == 422
    assert "已被使用" in administrator.error()
    assert administrator.page.input_value("#name") == "又一个"
    administrator.open(f"/units/{section}")
    administrator.look("unit")
    administrator.page.fill("#name", "维修处")
    administrator.page.select_option("#parent", "city")
    assert administrator.submit("#change-unit") == 200
    assert "维修处" in administrator.page.locator("main").inner_text()
    administrator.open(f"/units/{section}")
    administrator.page.locator("#remove").click()
    administrator.page.wait_for_selector("#confirm")
    administrator.look("unit-remove")
    administrator.page.get_by_role("link", name="不，返回").click()
    assert administrator.open(f"/units/{section}") == 200
    assert administrator.remove("#remove") == 200
    assert administrator.open(f"/units/{section}") == 404


def test_a_person_is_enrolled_by_fingerprint_and_put_out_in_the_middle(administrator, bureau, contexts, deployment, tmp_path):
    person = unique("p")
    assert add_person(administrator, person, "handler", unit=bureau) == 200
    fingerprint, certificate = handler_certificate(deployment, tmp_path, person)
    stranger = Clerk(contexts(client_certificates=[certificate]).new_page(), deployment)
    assert stranger.open("/me") == 403
    assert "没有登记" in stranger.error()

    administrator.page.fill("#fingerprint", "12:34")
    assert administrator.submit("#add-certificate") == 422
    administrator.look("person-wrong-fingerprint")
    administrator.page.fill("#fingerprint", fingerprint)
    assert administrator.submit("#add-certificate") == 200
    administrator.look("person")

    handler = Clerk(contexts(client_certificates=[certificate]).new_page(), deployment)
    assert handler.open("/me") == 200
    assert "住建局" in handler.page.locator("#my-unit").inner_text()
    assert handler.page.locator("#my-roles").inner_text() == "承办人"
    assert handler.open("/people") == 403
    handler.look("not-allowed")
    assert handler.open("/folders/to-do") == 200

    assert administrator.remove("a[href*='/certificates/']") == 200
    assert handler.open("/folders/to-do") == 403
    assert "没有登记" in handler.error()


def test_a_person_fetches_a_certificate_by_a_link_that_works_once(administrator, contexts, deployment, tmp_path):
    person = unique("p")
    add_person(administrator, person, "handler", name="赵六")
    if not administrator.page.locator("#offer-enrolment").count():
        pytest.skip("this deployment issues no certificates")
    assert administrator.submit("#offer-enrolment") == 200
    administrator.look("enrolment-link")
    link = administrator.page.locator("#enrolment-link").inner_text()
    newcomer = Clerk(contexts(accept_downloads=True).new_page(), deployment)
    assert newcomer.page.goto(link).status == 200
    newcomer.look("enrol")
    assert newcomer.page.locator("#enrol-name").inner_text() == "赵六"
    newcomer.page.fill("#password", "correct horse battery")
    newcomer.page.fill("#again", "something else entirely")
    assert newcomer.submit("#enrol") == 422
    newcomer.page.fill("#password", "correct horse battery")
    newcomer.page.fill("#again", "correct horse battery")
    with newcomer.page.expect_download() as download:
        newcomer.page.click("#enrol")
    file = tmp_path / "fetched.p12"
    download.value.save_as(file)
    assert newcomer.page.goto(link).status == 404
    certificate = deployment.certificate(pfxPath=str(file), passphrase="correct horse battery")
    handler = Clerk(contexts(client_certificates=[certificate]).new_page(), deployment)
    assert handler.open("/me") == 200
    assert handler.page.locator("#my-name").inner_text() == "赵六"


def test_roles_that_bar_each_other_are_refused_and_the_form_keeps_what_was_typed(administrator):
    assert add_person(administrator, unique("p"), "security-officer", "clerk", name="王五") == 422
    administrator.look("barred-roles")
    assert "不能由同一人兼任" in administrator.error()
    assert administrator.page.input_value("#name") == "王五"
    assert administrator.page.is_checked("#role-clerk")


def test_an_administrator_reads_no_letters(administrator, citizen, clerk):
    citizen.confirm_phone()
    citizen.fill("管理员看不到", publish="no")
    letter = citizen.send()
    clerk.open_letter(letter.number)
    assert administrator.open(f"/letters/{letter.number}") == 404
    assert administrator.open("/folders/to-do") == 403
    administrator.open("/people")
    assert administrator.page.locator("nav a[href='/folders/to-do']").count() == 0


def test_a_mailbox_is_given_to_a_unit(administrator, bureau):
    administrator.open("/mailboxes")
    administrator.look("mailboxes")
    administrator.page.select_option("#unit-housing-department", bureau)
    assert administrator.submit("form[action='/mailboxes/housing-department'] button") == 200
    assert administrator.page.input_value("#unit-housing-department") == bureau


def test_a_clerk_lets_somebody_act_while_away(administrator, clerk, contexts, deployment, tmp_path, citizen):
    person = unique("p")
    add_person(administrator, person, "handler", name="代理人")
    fingerprint, certificate = handler_certificate(deployment, tmp_path, person)
    administrator.page.fill("#fingerprint", fingerprint)
    administrator.submit("#add-certificate")
    citizen.confirm_phone()
    citizen.fill("请代办", publish="no")
    letter = citizen.send()
    clerk.open_letter(letter.number)
    stand_in = Clerk(contexts(client_certificates=[certificate]).new_page(), deployment)
    assert stand_in.open(f"/letters/{letter.number}") == 404

    clerk.open("/me")
    clerk.page.click("a[href='/delegation']")
    clerk.page.select_option("#delegate", person)
    today = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))
    clerk.page.fill("#from", today)
    clerk.page.fill("#until", "2000-01-01")
    assert clerk.submit("#delegate-add") == 422
    assert clerk.page.input_value("#delegate") == person and clerk.page.input_value("#from") == today
    clerk.page.fill("#until", today)
    assert clerk.submit("#delegate-add") == 200
    clerk.open("/delegation")
    clerk.look("delegation")

    assert stand_in.open(f"/letters/{letter.number}") == 200
    stand_in.sign_for()
    assert "代理人（代值班员）" in stand_in.page.locator(".timeline").inner_text()
    assert clerk.remove("#delegations a.danger") == 200
    assert stand_in.open(f"/letters/{letter.number}") == 404


def test_a_table_is_checked_line_by_line_and_then_imported(administrator, tmp_path):
    unit, person = unique("u"), unique("p")
    table = tmp_path / "units.csv"
    table.write_text(f"id,parent,name\n{unit},nowhere,第一局\nBAD,,坏\n", "utf-8")
    administrator.open("/import")
    administrator.page.set_input_files("#table", table)
    assert administrator.submit("#import-check") == 422
    administrator.look("import-errors")
    lines = administrator.page.locator("#import-errors li").all_inner_texts()
    assert ["第2行" in lines[0] and "nowhere" in lines[0], "第3行" in lines[1] and "BAD" in lines[1]] == [True, True]

    table.write_text(f"id,parent,name\n{unit},,第一局\n", "utf-8")
    administrator.page.set_input_files("#table", table)
    assert administrator.submit("#import-check") == 200
    administrator.look("import-checked")
    assert administrator.open(f"/units/{unit}") == 404, "a check changes nothing"
    administrator.open("/import")
    administrator.page.set_input_files("#table", table)
    administrator.submit("#import-check")
    assert administrator.submit("#import-take") == 200
    assert "新增1" in administrator.page.locator("main").inner_text()
    table.write_text(f"id,name,unit,roles\n{person},张三,{unit},handler\n", "utf-8")
    administrator.page.check("#kind-people")
    administrator.page.set_input_files("#table", table)
    administrator.submit("#import-check")
    administrator.submit("#import-take")
    administrator.open(f"/people?unit={unit}")
    administrator.look("people")
    assert administrator.page.locator("tbody tr").count() == 1


def test_the_security_officer_reads_the_record_and_nothing_else(contexts, deployment, administrator, bureau):
    certificate = deployment.person_certificate("security-officer")
    officer = Clerk(contexts(client_certificates=[certificate]).new_page(), deployment)
    assert officer.open("/acts") == 200
    officer.look("acts")
    newest = officer.page.locator("#acts tbody").inner_text()
    assert "添加单位" in newest and bureau in newest and "登录证书（未签名）" in newest
    assert officer.open("/folders/to-do") == 403
    assert officer.open("/people") == 200
    assert officer.page.locator("a[href='/people/new']").count() == 0
    assert administrator.open("/acts") == 403


def test_who_must_know_is_told_of_certificates_that_end_and_a_fresh_deployment_has_its_lists(
        administrator, clerk, contexts, deployment, tmp_path):
    person = unique("p")
    add_person(administrator, person, "handler", name="即将到期")
    fingerprint, certificate = deployment.issue_handler(tmp_path, person, "--days", "5")
    administrator.page.fill("#fingerprint", fingerprint)
    assert administrator.submit("#add-certificate") == 200
    handler = Clerk(contexts(client_certificates=[certificate]).new_page(), deployment)
    assert handler.open("/me") == 200
    handler.look("certificate-ends")
    assert re.search("您的证书还有[45]天到期.*请尽快联系系统管理员", handler.page.locator("#notices .error").inner_text())
    handler.open("/me?lang=en")
    handler.look("certificate-ends-en")
    assert "Your certificate expires in" in handler.page.locator("#notices").inner_text()

    clerk.open("/me")
    assert clerk.page.locator("#notices").count() == 0
    administrator.open("/units")
    text = administrator.page.locator("#notices").all_inner_texts()
    assert not any("吊销列表" in notice for notice in text), "a fresh deployment has its lists"


def test_the_administrators_pages_work_on_a_phone(contexts, deployment):
    certificate = deployment.person_certificate("administrator")
    context = contexts(PHONE, is_mobile=True, has_touch=True, client_certificates=[certificate])
    phone = Clerk(context.new_page(), deployment, "desk-phone-")
    for path in ("/me", "/people", "/people/new", "/units", "/mailboxes", "/import"):
        assert phone.open(path) == 200
        phone.look(re.sub(r"\W", "-", path.strip("/")))
        assert phone.open(f"{path}?lang=en") == 200
        phone.look(re.sub(r"\W", "-", path.strip("/")) + "-en")
        phone.open(f"{path}?lang=zh")
