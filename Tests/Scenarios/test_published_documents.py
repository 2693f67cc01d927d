"""A sealed document crosses to the portal, is published, checked by anybody, and withdrawn."""

import hashlib
import html
import shutil
import subprocess

import pytest
import zxingcpp

from deployment import BINARIES, Client, Deployment, eventually, expect, files_under
from drawn_pages import picture_of_pdf
from published_documents import Office, Official, asked, checked, verdict

HIDDEN = "尚未公开的拆迁方案-Marker-4417"


@pytest.fixture
def office(deployment):
    deployment.start("dmz", "intranet")
    office = Office(deployment)
    yield office
    office.stop()


def dmz_files(deployment):
    for folder in (deployment.folder / "dmz", deployment.folder / "drop"):
        yield from files_under(folder)


def test_a_document_is_published_checked_and_withdrawn(office, tmp_path):
    deployment = office.deployment
    hidden = office.draft("关于" + HIDDEN[:10] + "的通知", HIDDEN)
    office.seal(hidden)
    document = office.draft("关于规范来信办理工作的通知", "为进一步畅通政民互通渠道，现将有关事项通知如下。")
    office.seal(document)
    number, ofd, pdf = office.number(document), office.file(document, "ofd"), office.file(document, "pdf")
    visitor = Client(deployment, "dmz")
    assert asked(visitor, number) == "missing"
    assert checked(visitor, ofd) == "unknown", "its seals hold, and it is not published"

    # Published: the receipt says so at the desk, and only then.
    office.publish(document)
    eventually(lambda: office.standing(document) == "delivered", "the portal has it")
    assert number in html.unescape(visitor.page("/documents"))
    page = html.unescape(visitor.page(f"/documents/{document}"))
    assert hashlib.sha256(ofd).hexdigest() in page and hashlib.sha256(pdf).hexdigest() in page
    assert visitor.get(f"/documents/{document}/ofd") == (200, ofd)
    assert visitor.get(f"/documents/{document}/pdf") == (200, pdf)
    assert asked(visitor, number) == "number" and asked(visitor, f" {number.replace('〔', '[').replace('〕', ']')} ") == "number"
    assert verdict(visitor.page(f"/d/{document}")) == "number"
    assert checked(visitor, ofd) == "good"
    assert checked(visitor, pdf, "copy.pdf") == "good"
    # Another program finds the same.
    file = tmp_path / "original.ofd"
    file.write_bytes(visitor.get(f"/documents/{document}/ofd")[1])
    assert subprocess.run(
        [BINARIES / "guandu", "document", "check", file, "--trust", deployment.folder / "dmz/keys/seal-trust.pem"],
        capture_output=True).returncode == 0

    # The paper's code leads to what the portal says of it.
    copy = tmp_path / "copy.pdf"
    copy.write_bytes(pdf)
    found = zxingcpp.read_barcodes(picture_of_pdf(copy, 1), formats=zxingcpp.BarcodeFormat.QRCode)
    assert [one.text for one in found] == [f"https://localhost:{deployment.ports['dmz']}/d/{document}"]

    # A changed file is refused; another one of this number is not it.
    for place in (100, len(ofd) // 2, len(ofd) - 30):
        changed = bytearray(ofd)
        changed[place] ^= 1
        assert checked(visitor, bytes(changed)) in ("refused", "other")
    assert checked(visitor, b"PK\x03\x04" + bytes(10_000)) == "refused"
    forged = tmp_path / "forged.txt"
    forged.write_text(
        f"form: general\nmark: 安澜市人民政府文件\nnumber: {number}\ntitle: 关于发放补贴的通知\nto: 各镇人民政府\nissuer: 安澜市人民政府\n"
        "date: 2026-11-28\n\n请按此办理。\n")
    done = subprocess.run(
        [BINARIES / "guandu", "document", "typeset", forged, "--ofd", tmp_path / "forged.ofd"], capture_output=True, text=True)
    assert done.returncode == 0, done
    assert checked(visitor, (tmp_path / "forged.ofd").read_bytes()) == "other"

    # Nothing of the one that is not published ever came near the portal.
    assert asked(visitor, office.number(hidden)) == "missing"
    digests = {hashlib.sha256(office.file(hidden, kind)).hexdigest() for kind in ("ofd", "pdf")}
    for path, content in dmz_files(deployment):
        for text in (HIDDEN, HIDDEN[:10], "Marker-4417", office.number(hidden), hidden, *digests):
            assert text.encode() not in content, path

    # Withdrawn: everywhere, with its reason; its files are gone.
    office.withdraw(document, "数据有误，另行印发。")
    eventually(lambda: office.standing(document) == "withdrawal-delivered", "the portal knows")
    page = html.unescape(visitor.page(f"/documents/{document}"))
    assert "数据有误，另行印发。" in page and 'id="document-withdrawn"' in page
    assert visitor.get(f"/documents/{document}/ofd")[0] == 404
    assert asked(visitor, number) == verdict(visitor.page(f"/d/{document}")) == checked(visitor, ofd) == "withdrawn"
    eventually(lambda: not (deployment.folder / "dmz/data/blobs" / hashlib.sha256(ofd).hexdigest()).exists(), "its file is gone")
    assert Official(deployment, "registrar").get(f"/documents/{document}/publish")[0] == 409


def test_a_refusal_is_shown_and_published_again(office):
    deployment = office.deployment
    document = office.draft("关于规范来信办理工作的通知", "现将有关事项通知如下。")
    office.seal(document)
    # The portal believes other makers.
    trust = deployment.folder / "dmz/keys/seal-trust.pem"
    right = trust.read_bytes()
    trust.write_bytes((deployment.folder / "ca/root.pem").read_bytes())
    office.publish(document)
    eventually(lambda: office.standing(document) == "refused", "the refusal is on the document's page")
    assert "check-" in office.registrar.page(f"/documents/{document}")
    assert Client(deployment, "dmz").get(f"/documents/{document}")[0] == 404
    trust.write_bytes(right)
    office.publish(document)
    eventually(lambda: office.standing(document) == "delivered", "the portal has it")


def test_documents_survive_kills_restores_and_the_loss_of_the_portal(office):
    deployment = office.deployment
    first, second, gone = (office.draft(f"关于第{index}件事的通知", "现将有关事项通知如下。") for index in (1, 2, 3))
    for document in (first, second, gone):
        office.seal(document)
    office.publish(first)
    office.publish(gone)
    for document in (first, gone):
        eventually(lambda: office.standing(document) == "delivered", "the portal has it")
    office.withdraw(gone, "撤回")
    eventually(lambda: office.standing(gone) == "withdrawal-delivered", "the portal knows")
    deployment.back_up("dmz", "intranet")
    old = deployment.folder.parent / "old"
    # The DMZ is killed while a document is on its way, and comes back from what it had before.
    deployment.stop("dmz")
    shutil.copytree(deployment.folder / "dmz/data", old)
    deployment.start("dmz")
    office.publish(second)
    deployment.kill("dmz")
    deployment.start("dmz")
    eventually(lambda: office.standing(second) == "delivered", "the portal has it")
    deployment.kill("dmz")
    shutil.rmtree(deployment.folder / "dmz/data")
    shutil.copytree(old, deployment.folder / "dmz/data")
    (deployment.folder / "dmz/data/incarnation").unlink(missing_ok=True)
    deployment.start("dmz")
    visitor = Client(deployment, "dmz")
    eventually(lambda: visitor.get(f"/documents/{second}")[0] == 200, "it is sent again")
    # It loses everything.
    deployment.stop("dmz")
    shutil.rmtree(deployment.folder / "dmz/data")
    (deployment.folder / "dmz/data").mkdir()
    deployment.start("dmz")
    visitor = Client(deployment, "dmz")
    assert visitor.get(f"/documents/{first}")[0] == 404
    done = deployment.guandu("link", "rebuild", "--config", deployment.folder / "intranet/zone.yaml")
    assert done.returncode == 0 and "and 3 documents" in done.stdout, done
    for document in (first, second):
        eventually(lambda: visitor.get(f"/documents/{document}")[0] == 200, "it is there again")
        assert checked(visitor, office.file(document, "ofd")) == "good"
        eventually(lambda: office.standing(document) == "delivered", "the receipt says so")
    eventually(lambda: visitor.get(f"/documents/{gone}")[0] == 200, "the withdrawn one is known again")
    assert verdict(visitor.page(f"/d/{gone}")) == checked(visitor, office.file(gone, "ofd")) == "withdrawn"
    counts = deployment.rows("dmz", "SELECT COUNT(*), COUNT(withdrawn_at) FROM published_document")
    assert counts == [(3, 1)], counts
