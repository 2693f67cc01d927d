"""A sealed document goes to another office, which checks it, signs for it, and hears of its withdrawal."""

import hashlib
import html
import re
import shutil
import sqlite3

import pytest

from deployment import eventually, expect, files_under
from neighbour import ZONE, Neighbour, lay_out
from published_documents import Office


@pytest.fixture
def offices(deployment):
    lay_out(deployment)
    deployment.start("dmz", "intranet", ZONE)
    office, neighbour = Office(deployment), Neighbour(deployment)
    yield office, neighbour
    office.stop()


def deliver(office, document):
    path = f"/documents/{document}/deliver"
    return office.registrar.post(
        path, path, decision=office.registrar.field(path, "decision"), **{f"to-{ZONE}": "yes"})


def standing(office, document):
    found = re.search(rf'data-office="{ZONE}" data-standing="([a-z-]+)"', office.registrar.page(f"/documents/{document}"))
    return found and found.group(1)


def received(document):
    return f"/received/intranet/{document}"


def sign_for(person, document):
    path = received(document)
    decision = html.unescape(re.search(r'name="decision" value="([^"]*)"', person.page(path)).group(1))
    return person.post(path, path, decision=decision)


def state(person, document):
    return re.search(r'id="document-state" class="stage" data-stage="([a-z-]+)"', person.page(received(document))).group(1)


def test_a_document_is_delivered_signed_for_and_withdrawn(offices):
    office, neighbour = offices
    deployment = office.deployment
    document = office.draft("关于规范来信办理工作的通知", "现将有关事项通知如下。", disclosure="not")
    office.seal(document)
    number, ofd, pdf = office.number(document), office.file(document, "ofd"), office.file(document, "pdf")
    assert office.drafter.get(f"/documents/{document}/deliver")[0] == 403
    path = f"/documents/{document}/deliver"
    status, page = office.registrar.post(path, path, decision=office.registrar.field(path, "decision"))
    assert status == 422 and "请至少选择一个单位" in page.decode()
    expect(303, deliver(office, document))
    eventually(lambda: standing(office, document) == "delivered", "the receipt of the other office's zone")
    assert "尚未签收" in office.registrar.page(f"/documents/{document}")

    # Before anybody opens it: the facts and the verdict, and no file.
    page = html.unescape(neighbour.registrar.page(received(document)))
    assert number in page and 'data-verdict="good"' in page and hashlib.sha256(ofd).hexdigest() in page
    assert number in html.unescape(neighbour.registrar.page("/received"))
    assert neighbour.registrar.get(received(document) + "/files/ofd")[0] == 404
    # Who may read it and not sign for it is refused.
    assert 'id="sign-for"' not in neighbour.drafter.page(received(document))
    wrong = neighbour.registrar.post(received(document), received(document), decision="from intranet number 假 ofd - pdf -")
    assert wrong[0] == 422 and state(neighbour.registrar, document) == "arrived"
    expect(303, sign_for(neighbour.registrar, document))
    assert neighbour.registrar.get(received(document) + "/files/ofd") == (200, ofd)
    assert neighbour.registrar.get(received(document) + "/files/pdf") == (200, pdf)

    # The sender sees who has it.
    eventually(lambda: "尚未签收" not in office.registrar.page(f"/documents/{document}"), "the signed receipt is here")
    page = html.unescape(office.registrar.page(f"/documents/{document}"))
    assert "市政府办公室 公文管理员" in page and "对方签收" in page
    assert office.registrar.get(path)[0] == 409, "nobody is left to send it to"
    for zone, act in (("intranet", "document.delivered"), (ZONE, "document.signed-for")):
        acts = [bytes(entry) for (entry,) in deployment.rows(zone, "SELECT entry FROM act")]
        assert sum(act.encode() in entry for entry in acts) == 1, (zone, act)

    # The portal's disk learns nothing of it.
    for file, content in files_under(deployment.folder / "dmz"):
        for text in (number, document, hashlib.sha256(ofd).hexdigest()):
            assert text.encode() not in content, file

    office.withdraw(document, "数据有误，另行印发。")
    eventually(lambda: standing(office, document) == "withdrawal-delivered", "the other office knows")
    page = html.unescape(neighbour.registrar.page(received(document)))
    assert 'id="document-withdrawn"' in page and "数据有误，另行印发。" in page
    assert neighbour.registrar.get(received(document) + "/files/ofd")[0] == 200, "what was signed for stays on file"


def test_what_an_office_does_not_believe_is_refused_with_the_reason(offices):
    office, neighbour = offices
    deployment = office.deployment
    document = office.draft("关于规范来信办理工作的通知", "现将有关事项通知如下。")
    office.seal(document)
    trust = deployment.folder / ZONE / "keys/seal-trust.pem"
    right = trust.read_bytes()
    trust.write_bytes((deployment.folder / "ca/root.pem").read_bytes())
    expect(303, deliver(office, document))
    eventually(lambda: standing(office, document) == "refused", "the refusal is on the document's page")
    assert "check-" in office.registrar.page(f"/documents/{document}")
    assert neighbour.registrar.get(received(document))[0] == 404
    trust.write_bytes(right)
    expect(303, deliver(office, document))
    eventually(lambda: standing(office, document) == "delivered", "it is taken in")
    # The seal is believed no more when somebody comes to sign for it.
    trust.write_bytes((deployment.folder / "ca/root.pem").read_bytes())
    status, page = sign_for(neighbour.registrar, document)
    assert status == 422 and "印章核验不再通过" in page.decode()
    assert state(neighbour.registrar, document) == "arrived"
    trust.write_bytes(right)
    expect(303, sign_for(neighbour.registrar, document))


def test_a_classified_document_stays_where_the_link_is_not_approved(offices):
    office, _ = offices
    notation = (
        "form: general\nclassification: 秘密★1年\nurgency: 加急\nmark: 安澜市人民政府文件\ntitle: 关于某事的通知\n"
        "to: 各镇人民政府\nissuer: 安澜市人民政府\ndate: {date}\n\n现将有关事项通知如下。\n")
    document = office.draft_of(notation, disclosure="not")
    office.seal(document)
    status, page = deliver(office, document)
    assert status == 422 and "confidential" in html.unescape(page.decode())
    rows = office.deployment.rows("intranet", "SELECT COUNT(*) FROM outbox WHERE type = 'document.delivered'")
    assert rows == [(0,)] and standing(office, document) is None


def test_deliveries_survive_kills_restores_and_the_loss_of_an_office(offices):
    office, neighbour = offices
    deployment = office.deployment
    first, second, gone = (office.draft(f"关于第{index}件事的通知", "现将有关事项通知如下。") for index in (1, 2, 3))
    for document in (first, second, gone):
        office.seal(document)
    for document in (first, gone):
        expect(303, deliver(office, document))
        eventually(lambda: standing(office, document) == "delivered", "it is there")
    office.withdraw(gone, "撤回")
    eventually(lambda: standing(office, gone) == "withdrawal-delivered", "the other office knows")
    deployment.back_up("intranet", ZONE)
    deployment.stop(ZONE)
    old = deployment.folder.parent / "old"
    shutil.copytree(deployment.folder / ZONE / "data", old)
    deployment.start(ZONE)
    neighbour.registrar = Neighbour.person(deployment, "registrar")
    # Killed while a document is on its way and while a receipt is.
    expect(303, deliver(office, second))
    deployment.kill(ZONE)
    deployment.kill("intranet")
    deployment.start("intranet", ZONE)
    office.registrar, neighbour.registrar = type(office.registrar)(deployment, "registrar"), Neighbour.person(deployment, "registrar")
    eventually(lambda: standing(office, second) == "delivered", "it is there")
    expect(303, sign_for(neighbour.registrar, second))
    deployment.kill(ZONE)
    # It comes back from what it had before, and is sent again what it lost.
    shutil.rmtree(deployment.folder / ZONE / "data")
    shutil.copytree(old, deployment.folder / ZONE / "data")
    (deployment.folder / ZONE / "data/incarnation").unlink(missing_ok=True)
    deployment.start(ZONE)
    neighbour.registrar = Neighbour.person(deployment, "registrar")
    eventually(lambda: neighbour.registrar.get(received(second))[0] == 200, "it is sent again")
    # It loses everything, its people too.
    deployment.stop(ZONE)
    shutil.rmtree(deployment.folder / ZONE / "data")
    (deployment.folder / ZONE / "data").mkdir()
    deployment.start(ZONE)
    neighbour = Neighbour(deployment)
    config = deployment.folder / "intranet/zone.yaml"
    done = deployment.guandu("link", "rebuild", "--config", config, "--peer", "nowhere")
    assert done.returncode != 0 and "no link to “nowhere”" in done.stderr, done
    done = deployment.guandu("link", "rebuild", "--config", config, "--peer", "dmz")
    assert done.returncode == 0 and "deliveries" not in done.stdout, done
    done = deployment.guandu("link", "rebuild", "--config", config, "--peer", ZONE)
    assert done.returncode == 0 and done.stdout == f"3 deliveries are sent to {ZONE} again\n", done
    for document, expected in ((first, "arrived"), (second, "arrived"), (gone, "withdrawn")):
        eventually(lambda: neighbour.registrar.get(received(document))[0] == 200, "it is there again")
        assert state(neighbour.registrar, document) == expected
    expect(303, sign_for(neighbour.registrar, first))
    office.registrar = type(office.registrar)(deployment, "registrar")
    eventually(
        lambda: office.registrar.page(f"/documents/{first}").count("尚未签收") == 0, "the receipt comes after all that")
    counts = deployment.rows(ZONE, "SELECT COUNT(*), COUNT(withdrawn_at) FROM received_document")
    assert counts == [(3, 1)], counts


def test_a_restored_office_withdraws_what_its_backup_does_not_know(offices):
    office, neighbour = offices
    deployment = office.deployment
    signed, unsigned = (office.draft(f"关于第{index}件事的通知", "现将有关事项通知如下。") for index in (1, 2))
    for document in (signed, unsigned):
        office.seal(document)
    deployment.stop("intranet")
    data, old = deployment.folder / "intranet/data", deployment.folder.parent / "old"
    shutil.copytree(data, old)
    deployment.start("intranet")
    office.registrar = type(office.registrar)(deployment, "registrar")
    for document in (signed, unsigned):
        expect(303, deliver(office, document))
        eventually(lambda: standing(office, document) == "delivered", "it is there")
    expect(303, sign_for(neighbour.registrar, signed))
    eventually(lambda: 'data-receipt="delivered"' in neighbour.registrar.page(received(signed)), "the receipt is there")
    deployment.kill("intranet")
    shutil.rmtree(data)
    shutil.copytree(old, data)
    (data / "incarnation").unlink(missing_ok=True)
    deployment.start("intranet")
    office.registrar = type(office.registrar)(deployment, "registrar")
    # The receipt comes again, or is refused where it came before the restore was known; then the document is sent again.
    assert standing(office, unsigned) is None
    expect(303, deliver(office, unsigned))
    eventually(lambda: standing(office, unsigned) == "delivered", "it was there already")
    eventually(lambda: standing(office, signed) == "delivered", "its receipt tells of it")
    assert "由对方回执得知" in office.registrar.page(f"/documents/{signed}")
    for document in (signed, unsigned):
        office.withdraw(document, "数据有误。")
        eventually(lambda: standing(office, document) == "withdrawal-delivered", "the other office knows")
        assert state(neighbour.registrar, document) == "withdrawn"


def test_a_withdrawn_file_is_never_green_again(offices):
    office, neighbour = offices
    deployment = office.deployment
    document = office.draft("关于规范来信办理工作的通知", "现将有关事项通知如下。", disclosure="not")
    office.seal(document)
    expect(303, deliver(office, document))
    eventually(lambda: standing(office, document) == "delivered", "it is there")
    # As a third office had passed it on before.
    with sqlite3.connect(deployment.folder / ZONE / "data/zone.sqlite", timeout=30) as db:
        db.execute("""INSERT INTO received_document (peer, id, number, title, issuer, date, classification, ofd, ofd_bytes, pdf,
            pdf_bytes, sent_at, arrived_at, state, report, seals) SELECT 'port', id, number, title, issuer, date, classification,
            ofd, ofd_bytes, pdf, pdf_bytes, sent_at, arrived_at + 1, state, report, seals FROM received_document""")
    path = received(document).replace("/intranet/", "/port/")
    assert 'data-verdict="good"' in neighbour.registrar.page(path)
    office.withdraw(document, "数据有误。")
    eventually(lambda: standing(office, document) == "withdrawal-delivered", "the other office knows")
    page = html.unescape(neighbour.registrar.page(path))
    assert 'id="document-withdrawn"' in page and "（intranet）" in page and 'data-verdict="good"' not in page
    assert 'id="sign-for"' not in page
    # What a stranger to the document says is its own word.
    with sqlite3.connect(deployment.folder / ZONE / "data/zone.sqlite", timeout=30) as db:
        db.execute("UPDATE received_document SET state = 'arrived', withdrawn_at = NULL, withdrawn_by = NULL WHERE peer = 'intranet'")
        db.execute("UPDATE received_document SET withdrawn_by = NULL WHERE peer = 'port'")
    page = html.unescape(neighbour.registrar.page(received(document)))
    assert 'data-withdrawn="elsewhere"' in page and "port 称已撤回同一文件" in page and 'data-verdict="good"' not in page
    expect(303, sign_for(neighbour.registrar, document))
