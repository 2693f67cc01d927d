"""One document, all its way: drafted, granted and sealed by three people, delivered to another office that checks it and
signs for it, published, read and checked by a citizen, and withdrawn. Two offices and a portal, each with its own daemon."""

import dataclasses
import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest
import zxingcpp

# The scenarios' deployment and their second office.
sys.path.append(str(pathlib.Path(__file__).parent.parent / "Scenarios"))

import deployment as zones  # noqa: E402
import neighbour  # noqa: E402

from conftest import PHONE  # noqa: E402
from drawn_pages import picture_of_pdf  # noqa: E402
from people import Citizen, Clerk, Deployment  # noqa: E402
from test_documents import office  # noqa: E402, F401 (a fixture)
from test_published_documents import NARROW, sealed, verdict, wait_for_standing  # noqa: E402

REASON = "数据有误，另行印发。"


@dataclasses.dataclass
class Offices:
    own: Deployment
    county: Deployment


@pytest.fixture
def offices(tmp_path):
    made = zones.Deployment(tmp_path / "zones")
    signer = None
    try:
        neighbour.lay_out(made)
        made.start("dmz", "intranet", neighbour.ZONE)
        with (tmp_path / "signer.log").open("ab") as log:
            signer = subprocess.Popen(
                [zones.BINARIES / "guandu-signer", "--config", made.folder / "signer/signer.yaml"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        zones.eventually(lambda: (made.folder / "signer/run/signer.sock").exists(), "the signer listens")
        for table in ("units", "people"):
            done = made.guandu(
                "people", "import", "--config", made.folder / neighbour.ZONE / "zone.yaml", table,
                made.folder / f"people/{table}.csv")
            assert done.returncode == 0, done
        screenshots = pathlib.Path(os.environ["GUANDU_SCREENSHOTS"])
        urls = {zone: f"https://localhost:{port}" for zone, port in made.ports.items()}
        yield Offices(*(
            Deployment(folder=made.folder, portal=urls["dmz"], desk=urls[zone], screenshots=screenshots)
            for zone in ("intranet", neighbour.ZONE)))
    finally:
        made.kill_all()
        if signer:
            signer.send_signal(signal.SIGTERM)
            signer.wait(30)


@pytest.fixture
def deployment(offices):
    """For what the tests of one office bring: its people, drafts and seals."""
    return offices.own


def registrar(contexts, office_of):
    certificate = office_of.person_certificate("registrar")
    return Clerk(contexts(client_certificates=[certificate]).new_page(), office_of, "two-offices-")


def county(clerk, document):
    """What stands of the delivery to the other office on the document's page."""
    clerk.open(document)
    return clerk.page.locator("#deliveries [data-office=county]").get_attribute("data-standing")


def download(visitor, link, path):
    with visitor.page.expect_download() as download:
        visitor.page.locator(link).first.click()
    download.value.save_as(path)
    return path


def test_a_document_from_its_draft_to_its_withdrawal(office, offices, contexts, tmp_path):  # noqa: F811
    own, other = registrar(contexts, offices.own), registrar(contexts, offices.county)
    document = sealed(office, offices.own)

    # Delivered: the other office sees it and the verdict in words, signs for it, and the sender sees who did.
    assert own.open(document) == 200
    own.page.locator("#step-deliver").click()
    own.page.check("#to-county")
    own.look("deliver")
    assert own.submit("#publication") == 200, own.error()
    zones.eventually(lambda: county(own, document) == "delivered", "the other office's zone has it")
    number = own.page.locator("#document-number").inner_text()
    assert other.open("/received") == 200
    other.look("received")
    other.page.locator("#received a").first.click()
    assert other.page.locator("#document-number").inner_text() == number
    assert other.page.locator("#verdict").get_attribute("data-verdict") == "good"
    assert "安澜市人民政府" in other.page.locator("main h3").inner_text()
    assert other.page.locator("#files a").count() == 0, "nobody opens it before"
    other.look("arrived")
    assert other.submit("#sign-for") == 200, other.error()
    other.look("signed-for")
    original = download(other, "#file-ofd", tmp_path / "original.ofd")
    zones.eventually(
        lambda: county(own, document) and "尚未签收" not in own.page.locator("#deliveries").inner_text(),
        "the signed receipt is here")
    assert "市政府办公室" in own.page.locator("#deliveries").inner_text()
    own.look("receipt")

    # Published: read on a narrow screen, and checked by its code, by its number and by upload.
    assert own.open(f"{document}/publish") == 200
    assert own.submit("#publication") == 200, own.error()
    wait_for_standing(own, document, "delivered")
    citizen = Citizen(contexts(NARROW, is_mobile=True, has_touch=True).new_page(), offices.own, "two-offices-narrow-")
    assert citizen.open("/documents") == 200
    citizen.page.locator("#documents a", has_text="关于规范来信办理工作的通知").first.click()
    published = download(citizen, f"a[download][href$='{document}/ofd']", tmp_path / "published.ofd")
    assert published.read_bytes() == original.read_bytes()
    copy = download(citizen, f"a[download][href$='{document}/pdf']", tmp_path / "copy.pdf")
    about = subprocess.run(["pdfinfo", copy], check=True, capture_output=True, text=True).stdout
    (code,) = (
        code for page in range(1, int(re.search(r"(?m)^Pages: +(\d+)$", about).group(1)) + 1)
        for code in zxingcpp.read_barcodes(picture_of_pdf(copy, page), formats=zxingcpp.BarcodeFormat.QRCode))
    assert code.text.startswith(offices.own.portal)
    assert citizen.page.goto(code.text).status == 200
    assert verdict(citizen) == "number" and number in citizen.page.locator("main").inner_text()
    assert citizen.open("/documents/check") == 200
    citizen.page.fill("#number", number)
    citizen.page.locator("form:has(#number) button").click()
    assert verdict(citizen) == "number"
    for file in (published, copy):
        citizen.page.set_input_files("#file", file)
        citizen.page.locator("#check-file").click()
        assert verdict(citizen) == "good", citizen.page.locator("main").inner_text()
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(copy.read_bytes() + b"\n% added\n")
    citizen.page.set_input_files("#file", changed)
    citizen.page.locator("#check-file").click()
    assert verdict(citizen) == "refused"
    citizen.look("changed")

    # Withdrawn: both hear of it, with the reason, and every check says so.
    assert own.open(f"{document}/withdraw") == 200
    own.page.fill("#reason", REASON)
    assert own.submit("#publication") == 200, own.error()
    wait_for_standing(own, document, "withdrawal-delivered")
    zones.eventually(lambda: county(own, document) == "withdrawal-delivered", "the other office knows")
    other.open(f"/received/intranet/{document.rpartition('/')[2]}")
    assert REASON in other.page.locator("#document-withdrawn").inner_text()
    other.look("withdrawn")
    reader = Citizen(contexts(PHONE, is_mobile=True).new_page(), offices.own, "two-offices-phone-")
    assert reader.page.goto(code.text).status == 200
    assert verdict(reader) == "withdrawn"
    for file in (published, copy):
        reader.open("/documents/check")
        reader.page.set_input_files("#file", file)
        reader.page.locator("#check-file").click()
        assert verdict(reader) == "withdrawn"
    reader.look("withdrawn")
