"""A document at the desk: drafted, requested, granted and sealed by three people, and checked by whoever gets it."""

import dataclasses
import subprocess
import time

import pytest

from conftest import PHONE
from people import Clerk

TITLE = "关于规范来信办理工作的通知"


@dataclasses.dataclass
class Office:
    drafter: Clerk
    leader: Clerk
    keeper: Clerk
    pin: str


@pytest.fixture
def office(contexts, deployment):
    people = deployment.folder / "people"
    zone = deployment.folder / "intranet/zone.yaml"
    for table in ("units", "people"):
        deployment.guandu("people", "import", "--config", zone, table, people / f"{table}.csv")

    def somebody(name, **more):
        certificate = deployment.person_certificate(name)
        return Clerk(contexts(client_certificates=[certificate], **more).new_page(), deployment, f"documents-{name}-")

    pin = (deployment.folder / "seals/city.pin").read_text().strip()
    return Office(
        somebody("drafter"), somebody("leader"), somebody("sealkeeper", viewport=PHONE, is_mobile=True), pin)


def registered_seal(office, deployment):
    """Takes the deployment's seal into the register, unless it is there."""
    keeper = office.keeper
    assert keeper.open("/seals") == 200
    if not keeper.page.locator("#seals").count():
        assert keeper.open("/seals/new") == 200
        keeper.page.set_input_files("#file", deployment.folder / "seals/city.esl")
        keeper.page.fill("#owner", "安澜市人民政府")
        keeper.page.fill("#key", "city")
        keeper.page.fill("#pdf-key", "city-pdf")
        keeper.look("seal-import")
        assert keeper.submit("#import-seal") == 200, keeper.error()
        assert "在用" in keeper.page.locator("#seal-state").inner_text()
        keeper.look("seal")
        keeper.open("/seals")
    keeper.look("seals")


def draft(office, look=False):
    drafter = office.drafter
    assert drafter.open("/documents/new") == 200
    text = drafter.page.locator("#notation").input_value()
    text = text.replace("安澜市人民政府|关于××××的通知", TITLE).replace("为进一步××××", "为进一步畅通政民互通渠道")
    drafter.page.fill("#notation", text)
    drafter.page.select_option("#disclosure", "open")
    if look:
        drafter.look("draft")
    assert drafter.submit("#save-draft") == 200, drafter.error()
    return drafter.page.url.removeprefix(drafter.deployment.desk)


def pictures(clerk, patience_seconds=20):
    """The widths of the pages' pictures, once they are there."""
    deadline = time.monotonic() + patience_seconds
    while True:
        widths = clerk.page.locator("img.sheet").evaluate_all("images => images.map(image => image.naturalWidth)")
        if widths and all(widths):
            return widths
        assert time.monotonic() < deadline, widths
        clerk.page.locator("img.sheet").first.scroll_into_view_if_needed()
        time.sleep(0.1)


def test_a_document_is_drafted_requested_granted_and_sealed_by_three_people(office, deployment, tmp_path):
    registered_seal(office, deployment)
    drafter, leader, keeper = office.drafter, office.leader, office.keeper

    document = draft(office, look=True)
    assert set(pictures(drafter)) == {840}
    drafter.look("document-draft")
    assert drafter.open(f"{document}/request") == 200
    drafter.page.fill("#reason", "印发通知")
    drafter.look("request")
    assert drafter.submit("#request") == 200, drafter.error()
    assert drafter.page.get_attribute("#document-state", "data-stage") == "requested"
    assert drafter.page.locator("#step-grant").count() == 0

    leader.open("/documents")
    leader.look("waiting")
    leader.page.locator("#waiting a", has_text=TITLE).first.click()
    leader.page.locator("#step-grant").click()
    assert "印发通知" in leader.page.locator("main").inner_text()
    assert set(pictures(leader)) == {840}
    leader.look("grant")
    assert leader.submit("#grant") == 200, leader.error()
    number = leader.page.locator("#document-number").inner_text()
    assert number.startswith("安政发〔") and number.endswith("号")

    keeper.open("/sealing")
    keeper.look("sealing")
    sealing = document.replace("/documents", "/sealing")
    assert keeper.open(sealing) == 200
    assert number in keeper.page.locator("main").inner_text()
    keeper.look("apply")
    keeper.page.fill("#pin", "000000")
    assert keeper.submit("#apply") == 422
    assert "口令错误" in keeper.page.locator("#pin-error").inner_text()
    assert keeper.page.locator("#pin").input_value() == ""
    keeper.look("apply-wrong-pin")
    keeper.page.fill("#pin", office.pin)
    assert keeper.submit("#apply") == 200, keeper.error()
    assert keeper.page.get_attribute("#document-state", "data-stage") == "sealed"
    keeper.look("document-sealed")

    assert drafter.open(document) == 200
    # A download beside requests that are under way would need a certificate on a connection of its own, which the driven
    # browser does not give it.
    assert set(pictures(drafter)) == {840}
    with drafter.page.expect_download() as download:
        drafter.page.locator("#file-ofd").click()
    assert download.value.suggested_filename == f"{number}.ofd"
    sealed = tmp_path / "sealed.ofd"
    download.value.save_as(sealed)
    trust = deployment.folder / "intranet/keys/seal-trust.pem"
    verdict = deployment.guandu("document", "check", sealed, "--trust", trust)
    assert verdict.splitlines()[-1].startswith("验证通过"), verdict
    digest = subprocess.run(["sha256sum", sealed], capture_output=True, text=True, check=True).stdout.split()[0]
    assert drafter.page.locator("#sealed-digest").inner_text() == digest
    with drafter.page.expect_download() as download:
        drafter.page.locator("#file-pdf").click()
    copy = tmp_path / "copy.pdf"
    download.value.save_as(copy)
    verdict = deployment.guandu("document", "check", copy, "--trust", deployment.folder / "ca/root.pem")
    assert verdict.splitlines()[-1].startswith("验证通过"), verdict

    sealed.write_bytes(sealed.read_bytes().replace(b"Doc_0", b"Doc_1", 1))
    assert deployment.ask("document", "check", sealed, "--trust", trust).returncode == 65


def test_a_refused_request_is_a_draft_again_and_burns_no_number(office, deployment):
    registered_seal(office, deployment)
    document = draft(office)
    office.drafter.open(f"{document}/request")
    office.drafter.page.fill("#reason", "印发")
    assert office.drafter.submit("#request") == 200
    leader = office.leader
    leader.open(f"{document}/grant")
    assert leader.submit("#end") == 422
    leader.look("refuse-without-reason")
    leader.page.fill("#reason", "附件不全")
    assert leader.switch_language() == "en"
    assert leader.page.locator("#reason").input_value() == "附件不全"
    leader.look("refuse-english")
    assert leader.submit("#end") == 200, leader.error()
    office.drafter.open(document)
    assert office.drafter.page.get_attribute("#document-state", "data-stage") == "draft"
    assert "附件不全" in office.drafter.page.locator("main").inner_text()
    assert office.drafter.remove("#step-discard") == 200


def test_a_fault_is_named_by_its_place_and_nothing_typed_is_lost(office):
    drafter = office.drafter
    drafter.open("/documents/new")
    wrong = "form: general\nmark: 安澜市人民政府文件\nclassification: 机密\n\n正文。"
    drafter.page.fill("#notation", wrong)
    assert drafter.submit("#save-draft") == 422
    assert "第3行第17字" in drafter.page.locator("#notation-error").inner_text()
    assert drafter.page.locator("#notation").input_value() == wrong
    drafter.look("draft-fault")


def test_a_seal_is_suspended_and_brought_back(office, deployment):
    registered_seal(office, deployment)
    keeper = office.keeper
    keeper.page.locator("#seals a").first.click()
    for state, shown in (("suspended", "停用"), ("in-use", "在用")):
        keeper.page.select_option("#state", state)
        keeper.page.fill("#reason", "核查")
        assert keeper.submit("#change-seal") == 200, keeper.error()
        assert keeper.page.locator("#seal-state").inner_text() == shown
        if state == "suspended":
            document = draft(office)
            office.drafter.open(f"{document}/request")
            assert office.drafter.page.locator("#no-seals").count() == 1
            office.drafter.look("request-no-seals")
    keeper.look("seal-states")
