"""A sealed document is published at the desk, and read and checked by anybody at the portal, on the narrowest screen too."""

import re

import pytest

from conftest import PHONE
from people import Citizen, Clerk
from test_documents import draft, office, registered_seal  # noqa: F401 (fixtures)

NARROW = {"width": 320, "height": 700}


@pytest.fixture
def registrar(contexts, deployment):
    certificate = deployment.person_certificate("registrar")
    return Clerk(contexts(client_certificates=[certificate]).new_page(), deployment, "documents-registrar-")


def sealed(office, deployment):
    registered_seal(office, deployment)
    document = draft(office)
    office.drafter.open(f"{document}/request")
    office.drafter.page.fill("#reason", "印发通知")
    assert office.drafter.submit("#request") == 200, office.drafter.error()
    office.leader.open(f"{document}/grant")
    assert office.leader.submit("#grant") == 200, office.leader.error()
    office.keeper.open(document.replace("/documents", "/sealing"))
    office.keeper.page.fill("#pin", office.pin)
    assert office.keeper.submit("#apply") == 200, office.keeper.error()
    return document


def wait_for_standing(clerk, document, standing):
    for _ in range(100):
        clerk.open(document)
        if clerk.page.locator("#publication").get_attribute("data-standing") == standing:
            return
        clerk.page.wait_for_timeout(200)
    raise AssertionError(clerk.page.locator("main").inner_text())


def verdict(citizen):
    return citizen.page.locator("#verdict").get_attribute("data-verdict")


def test_a_document_is_published_read_checked_and_withdrawn(office, registrar, contexts, deployment, tmp_path):  # noqa: F811
    document = sealed(office, deployment)
    assert registrar.open(document) == 200
    registrar.page.locator("#step-publish").click()
    registrar.look("publish")
    assert registrar.submit("#publication") == 200, registrar.error()
    wait_for_standing(registrar, document, "delivered")
    registrar.look("published")
    number = registrar.page.locator("#document-number").inner_text()

    citizen = Citizen(contexts(NARROW, is_mobile=True, has_touch=True).new_page(), deployment, "documents-narrow-")
    assert citizen.open("/documents") == 200
    citizen.look("list")
    citizen.page.locator("#documents a", has_text="关于规范来信办理工作的通知").first.click()
    assert citizen.page.locator("#document-state").inner_text() == "已发布，未撤回"
    assert citizen.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    citizen.look("document")
    with citizen.page.expect_download() as download:
        citizen.page.locator("a[download]").first.click()
    original = tmp_path / "original.ofd"
    download.value.save_as(original)
    assert download.value.suggested_filename.endswith(".ofd")

    assert citizen.open("/documents/check") == 200
    citizen.look("check")
    citizen.page.fill("#number", f" {number.replace('〔', '[').replace('〕', ']')} ")
    citizen.page.locator("form:has(#number) button").click()
    assert verdict(citizen) == "number"
    assert citizen.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    citizen.look("by-number")
    citizen.page.set_input_files("#file", original)
    citizen.page.locator("#check-file").click()
    assert verdict(citizen) == "good", citizen.page.locator("main").inner_text()
    assert citizen.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert citizen.page.locator("#verdict-steps [data-step=published]").get_attribute("data-outcome") == "holds"
    citizen.look("genuine")
    changed = tmp_path / "changed.ofd"
    changed.write_bytes(original.read_bytes()[:-100] + bytes(100))
    citizen.page.set_input_files("#file", changed)
    citizen.page.locator("#check-file").click()
    assert verdict(citizen) == "refused"
    citizen.look("refused")
    citizen.page.locator("#check-file").click()
    assert "请选择" in citizen.page.locator("#file-error").inner_text()
    citizen.look("no-file")
    assert citizen.open("/d" + document.removeprefix("/documents")) == 200
    assert verdict(citizen) == "number"
    assert citizen.switch_language() == "en"
    assert re.search("not withdrawn", citizen.page.locator("#verdict").inner_text())
    citizen.look("by-code-english")

    assert registrar.open(f"{document}/withdraw") == 200
    assert registrar.submit("#publication") == 422
    registrar.look("withdraw-without-reason")
    registrar.page.fill("#reason", "数据有误，另行印发。")
    assert registrar.submit("#publication") == 200, registrar.error()
    wait_for_standing(registrar, document, "withdrawal-delivered")
    registrar.look("withdrawn")
    reader = Citizen(contexts(PHONE, is_mobile=True).new_page(), deployment, "documents-phone-")
    reader.open(document)
    assert "数据有误，另行印发。" in reader.page.locator("#document-reason").inner_text()
    assert reader.page.locator("a[download]").count() == 0
    reader.look("withdrawn")
    reader.open("/documents/check")
    reader.page.set_input_files("#file", original)
    reader.page.locator("#check-file").click()
    assert verdict(reader) == "withdrawn"
    reader.look("check-withdrawn")
