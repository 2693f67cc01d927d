"""A paper that was made elsewhere is brought, granted and sealed by three people (内部用印)."""

import subprocess

from people import PDF, Clerk
from test_documents import office, registered_seal  # noqa: F401 (a fixture)

NARROW = {"width": 320, "height": 700}


def certificate(folder, text="兹证明张三系我单位职工。"):
    """As a browser prints a page with a form on it."""
    page, pdf = folder / "page.html", folder / "certificate.pdf"
    page.write_text(
        f"<html lang=zh><meta charset=utf-8><title>在职证明</title><h1>在职证明</h1><p>{text}</p><input value=某项>"
        "<p style='page-break-before: always'>第二页</p></html>", "utf-8")
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={pdf}", page.as_uri()], check=True,
        capture_output=True)
    return pdf


def test_a_paper_is_brought_granted_and_sealed(office, deployment, tmp_path):  # noqa: F811
    registered_seal(office, deployment)
    drafter, leader, keeper = office.drafter, office.leader, office.keeper
    drafter.open("/documents")
    drafter.page.locator("#new-paper").click()
    drafter.look("paper-new")
    drafter.page.fill("#title", "张三在职证明")
    drafter.page.set_input_files("#file", certificate(tmp_path))
    assert drafter.submit("#save-paper") == 200, drafter.error()
    document = drafter.page.url.removeprefix(drafter.deployment.desk)
    pages = drafter.page.locator("svg.sheet")
    assert pages.count() == 2 and drafter.page.locator("svg.sheet circle").count() == 1
    drafter.page.wait_for_load_state("networkidle")
    drafter.look("paper-draft")

    # The seal moves; the file stays.
    drafter.page.locator("#step-change").click()
    assert drafter.page.locator("#page").input_value() == "2"
    drafter.page.fill("#page", "1")
    drafter.page.fill("#left", "10")
    drafter.page.fill("#top", "10")
    assert drafter.submit("#save-paper") == 200, drafter.error()
    assert drafter.open(f"{document}/request") == 200
    drafter.page.fill("#reason", "申请人办理居住证")
    assert drafter.submit("#request") == 422
    assert "超出页面" in drafter.page.locator("main").inner_text()
    drafter.open(document.replace("/documents", "/papers") + "/edit")
    drafter.page.fill("#left", "150.5")
    drafter.page.fill("#top", "100")
    assert drafter.submit("#save-paper") == 200, drafter.error()
    drafter.open(f"{document}/request")
    drafter.page.fill("#reason", "申请人办理居住证")
    assert drafter.submit("#request") == 200, drafter.error()

    leader.open(f"{document}/grant")
    assert "不编号" in leader.page.locator("main").inner_text()
    leader.page.wait_for_load_state("networkidle")
    leader.look("paper-grant")
    assert leader.submit("#grant") == 200, leader.error()
    assert keeper.open(document.replace("/documents", "/sealing")) == 200
    keeper.page.fill("#pin", office.pin)
    keeper.look("paper-apply")
    assert keeper.submit("#apply") == 200, keeper.error()
    keeper.look("paper-sealed")

    drafter.open(document)
    drafter.page.wait_for_load_state("networkidle")
    assert drafter.page.locator("#file-ofd").count() == 0
    with drafter.page.expect_download() as download:
        drafter.page.locator("#file-pdf").click()
    sealed = tmp_path / "sealed.pdf"
    download.value.save_as(sealed)
    verdict = deployment.guandu("document", "check", sealed, "--trust", deployment.folder / "ca/root.pem")
    assert verdict.splitlines()[-1].startswith("验证通过"), verdict
    judged = subprocess.run(["pdfsig", "-nocert", sealed], capture_output=True, text=True).stdout
    assert "Signature is Valid" in judged and "Total document signed" in judged, judged
    text = subprocess.run(["pdftotext", sealed, "-"], capture_output=True, text=True).stdout
    assert "兹证明张三" in text


def test_what_cannot_be_sealed_is_refused_in_words(office, deployment, contexts, tmp_path):  # noqa: F811
    certificate_files = deployment.person_certificate("drafter")
    narrow = Clerk(
        contexts(NARROW, is_mobile=True, client_certificates=[certificate_files]).new_page(), deployment,
        "paper-narrow-")
    assert narrow.open("/papers/new") == 200
    narrow.look("new")
    broken, text = tmp_path / "broken.pdf", tmp_path / "text.pdf"
    broken.write_bytes(PDF[:60])
    text.write_text("no PDF at all")
    for file, words in ((text, "请选择PDF文件"), (broken, "打印为PDF")):
        narrow.page.fill("#title", "证明")
        narrow.page.set_input_files("#file", file)
        assert narrow.submit("#save-paper") == 422
        assert words in narrow.page.locator("#file-error").inner_text()
        assert narrow.page.locator("#title").input_value() == "证明"
    narrow.look("refused")
    narrow.page.set_input_files("#file", certificate(tmp_path))
    narrow.page.fill("#page", "7")
    assert narrow.submit("#save-paper") == 422
    assert "页码" in narrow.page.locator("#page-error").inner_text()
    assert narrow.switch_language() == "en"
    assert narrow.page.locator("#page").input_value() == "7"
    narrow.look("english")
