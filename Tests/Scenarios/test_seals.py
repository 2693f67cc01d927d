"""Seals and sealed documents, judged by what knows nothing of Guandu: gmalg, asn1crypto, OpenSSL's command, xmllint."""

import base64
import datetime
import os
import shutil
import subprocess
import xml.etree.ElementTree

import pytest

from deployment import ROOT
from sealing import (
    Certificates, Digests, Extensions, IDENTIFIER, NAMESPACE, Office, SIGNS, Seal, Signature, Stranger, check, guandu,
    pack, small_document, sm3, unpack, verifies)

VECTORS = ROOT / "../shared/vectors/ofd"
needs_vectors = pytest.mark.skipif(not VECTORS.exists(), reason="../shared/vectors/ofd is missing")


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return Office(tmp_path_factory.mktemp("seals") / "office")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    return Stranger(tmp_path_factory.mktemp("seals") / "stranger")


@pytest.fixture(scope="module")
def sealed(office):
    plain, out = office.folder / "plain.ofd", office.folder / "sealed.ofd"
    plain.write_bytes(pack(small_document()))
    office.apply(plain, out)
    return out.read_bytes()


@pytest.fixture(scope="module")
def picture(office):
    return Seal.load(office.seal.read_bytes())["info"]["picture"]["data"].native


def test_our_seal_is_right_to_gmalg(office):
    seal = Seal.load(office.seal.read_bytes(), strict=True)
    assert verifies(seal["certificate"].native, seal["signature"].native, seal["info"].dump())
    assert not verifies(seal["certificate"].native, seal["signature"].native, seal["info"].dump() + b"\0")
    assert seal["info"]["header"].native == {"id": "ES", "version": 4, "vendor": "guandu"}
    assert seal["info"]["property"]["name"].native == office.name
    assert (seal["info"]["picture"]["width"].native, seal["info"]["picture"]["height"].native) == (45, 45)
    assert seal.dump(force=True) == office.seal.read_bytes()


def test_our_signature_is_right_to_gmalg(office, sealed):
    files = unpack(sealed)
    value = Signature.load(files[SIGNS + "SignedValue.dat"], strict=True)
    signed = value["signed"]
    assert verifies(value["certificate"].native, value["signature"].native, signed.dump())
    assert signed["digest"].native == sm3(files[SIGNS + "Signature.xml"])
    assert signed["path"].native == f"/{SIGNS}Signature.xml"
    assert signed["seal"].dump() == files[SIGNS + "Seal.esl"] == office.seal.read_bytes()
    listed = Certificates.load(signed["seal"]["info"]["property"]["list"].dump()).native
    assert listed == [value["certificate"].native]


def test_our_signature_lists_every_file_with_its_digest(sealed):
    files = unpack(sealed)
    root = xml.etree.ElementTree.fromstring(files[SIGNS + "Signature.xml"])
    listed = {
        reference.get("FileRef").lstrip("/"): base64.b64decode(reference[0].text)
        for reference in root.iter(f"{{{NAMESPACE}}}Reference")}
    assert listed == {name: sm3(data) for name, data in files.items() if "/Signs/" not in name}
    # The document's own files are as they came, but for the mention in OFD.xml.
    assert {name: data for name, data in files.items() if name in small_document()} | {"OFD.xml": b""} == (
        small_document() | {"OFD.xml": b""})


def test_our_certificates_are_right_to_openssl(office, tmp_path):
    for name in ("制章人", office.name):
        command = ["openssl", "verify", "-vfyopt", "distid:" + IDENTIFIER.decode(), "-CAfile", office.ca / "authority.pem",
                   office.folder / f"{name}.pem"]
        assert subprocess.run(command, capture_output=True, check=True).stdout.decode().endswith("OK\n")
        # OpenSSL's own default is an empty identifier, under which nobody signs.
        assert subprocess.run(command[:2] + command[4:], capture_output=True).returncode != 0


@pytest.mark.skipif(not VECTORS.exists() or shutil.which("xmllint") is None, reason="no schema, or no xmllint")
@pytest.mark.parametrize("name, schema", [("OFD.xml", "OFD.xsd"), ("Doc_0/Document.xml", "Document.xsd")])
def test_a_sealed_document_is_valid_by_the_schema(sealed, tmp_path, name, schema):
    file = tmp_path / "file.xml"
    file.write_bytes(unpack(sealed)[name])
    done = subprocess.run(["xmllint", "--noout", "--schema", VECTORS / "xsd" / schema, file], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_a_sealed_document_is_genuine_to_whom_trusts_the_maker(office, sealed):
    verdict = office.check(sealed, "--crl", office.ca / "crl.pem")
    assert (verdict.word, verdict.steps["remark"]) == ("genuine", {"time"})
    assert verdict.facts["signatures"][0]["sealer"] == office.name
    unknown = office.check(sealed, trust=False)
    assert (unknown.word, unknown.steps["unknown"]) == ("unproven", {"maker", "chain"})
    text = guandu("document", "check", office.folder / "checked.ofd", "--trust", office.trust)
    assert "✓ 签章值验证通过 the sealer's signature is right" in text and text.endswith("验证通过（未查吊销） genuine, revocation not checked\n")


def test_what_cannot_be_read_is_no_verdict(office, tmp_path):
    sealed = office.folder / "sealed.ofd"
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n")
    for arguments, status in [
        ([tmp_path / "none.ofd"], 1), ([tmp_path / "a.pdf"], 1), ([tmp_path], 1), ([sealed, "--trust", "none.pem"], 78),
        ([sealed, "--crl", office.trust], 78), ([sealed, "--trust", sealed], 78), ([], 64),
    ]:
        text = guandu("document", "check", *arguments, status=status)
        assert "genuine" not in text and "refused" not in text


def test_others_seals_are_genuine_too(office, stranger, picture):
    def verdict(*more, **how):
        seal = stranger.seal(picture, **{key: how.pop(key) for key in list(how) if key in ("listed", "extensions")})
        return office.check(pack(stranger.apply(small_document(), seal, **how)), "--trust", stranger.trust, *more,
                            trust=False)

    assert verdict().word == "genuine"
    # Two numbers of 32 bytes in place of DER, extensions without a tag, digests in place of certificates.
    assert verdict(raw=True).word == "genuine"
    extension = {"identifier": "1.2.3.4", "critical": False, "value": b"x"}
    assert verdict(extensions=Extensions([extension])).word == "genuine"
    extension["critical"] = True
    assert verdict(extensions=Extensions([extension])).steps["unknown"] == {"seal-structure"}
    digest = {"kind": "SM3", "value": sm3(stranger.der("sealer"))}
    assert verdict(listed=Digests([digest])).word == "genuine"
    digest["value"] = sm3(b"another")
    assert verdict(listed=Digests([digest])).steps["fails"] == {"sealer"}


def test_we_seal_with_a_foreign_seal(office, stranger, picture, tmp_path):
    foreign, taken = tmp_path / "foreign.esl", tmp_path / "taken.esl"
    foreign.write_bytes(stranger.seal(picture).dump())
    guandu("seal", "import", foreign, "--trust", office.trust, "--out", taken, status=1)
    assert not taken.exists()
    guandu("seal", "import", foreign, "--trust", stranger.trust, "--out", taken)
    assert taken.read_bytes() == foreign.read_bytes()
    (tmp_path / "plain.ofd").write_bytes(pack(small_document()))
    os.chmod(stranger.folder / "sealer.key", 0o600)
    guandu("document", "seal", tmp_path / "plain.ofd", "--seal", taken, "--key", stranger.folder / "sealer.key", "--page",
           "1", "--x", "10", "--y", "10", "--out", tmp_path / "sealed.ofd")
    assert check(tmp_path / "sealed.ofd", "--trust", stranger.trust).word == "genuine"


def test_what_is_no_good_seal_is_not_taken_in(stranger, picture, tmp_path):
    good = stranger.seal(picture)
    spoilt = bytearray(good.dump())
    spoilt[spoilt.index("外来印章".encode())] ^= 1
    year = datetime.timedelta(days=365)
    now = good["info"]["property"]["created"].native
    for content, words in [
        (bytes(spoilt), "✗ 印章的制章人签名验证不通过"),
        (good.dump() + b"\0", "something follows"), (good.dump()[:-1], "length is wrong"), (b"", "sequence expected"),
        (stranger.seal(picture, version=1).dump(), "version 1"), (stranger.seal(picture, version=5).dump(), "version 5"),
        (stranger.seal(picture, start=now - 2 * year, end=now - year).dump(), "✗ 印章不在有效期内"),
        (stranger.seal(picture, start=now + year, end=now + 2 * year).dump(), "✗ 印章不在有效期内"),
        (stranger.seal(b"GIF89a").dump(), "✗ 印章图像不可用"), (stranger.seal(picture + b"\0").dump(), "✗ 印章图像不可用"),
        (stranger.seal(picture, maker="sealer").dump(), "? 制章人不在信任列表中"),
    ]:
        file = tmp_path / "seal.esl"
        file.write_bytes(content)
        status = 1 if words.startswith("?") else 65
        text = guandu("seal", "import", file, "--trust", stranger.trust, "--out", tmp_path / "taken.esl", status=status)
        assert words in text
        assert sorted(path.name for path in tmp_path.iterdir()) == ["seal.esl"], "nothing is left behind"


def test_a_revoked_sealer_is_refused(office, tmp_path):
    office.issue("sm2-seal", "被撤单位")
    seal, plain, out = tmp_path / "seal.esl", tmp_path / "plain.ofd", tmp_path / "sealed.ofd"
    office.make_seal(seal, sealer="被撤单位")
    plain.write_bytes(pack(small_document()))
    guandu("document", "seal", plain, "--seal", seal, "--key", office.folder / "被撤单位.key", "--key-passphrase-file",
           office.passphrase, "--page", "1", "--x", "1", "--y", "1", "--out", out)
    assert check(out, "--trust", office.trust, "--crl", office.ca / "crl.pem").word == "genuine"
    guandu("ca", "revoke", "--ca", office.ca, "--key-passphrase-file", office.passphrase, "--reason", "keyCompromise",
           office.folder / "被撤单位.pem")
    verdict = check(out, "--trust", office.trust, "--crl", office.ca / "crl.pem")
    assert (verdict.word, verdict.steps["fails"]) == ("refused", {"revocation"})


def test_sealing_refuses_what_it_should_and_leaves_nothing(office, sealed, tmp_path):
    plain, out = tmp_path / "plain.ofd", tmp_path / "out.ofd"
    plain.write_bytes(pack(small_document()))
    (tmp_path / "sealed.ofd").write_bytes(sealed)
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n")
    (tmp_path / "wide.key").write_bytes((office.folder / f"{office.name}.key").read_bytes())
    os.chmod(tmp_path / "wide.key", 0o644)
    (tmp_path / "wrong").write_text("another\n")
    os.chmod(tmp_path / "wrong", 0o600)
    late = tmp_path / "late.esl"
    office.make_seal(late, "--from", "2027-06-01T00:00:00Z", "--days", "10")
    before = sorted(path.name for path in tmp_path.iterdir())
    for document, more, status, words in [
        (tmp_path / "sealed.ofd", [], 65, "second seal"), (tmp_path / "a.pdf", [], 65, "--certificate"),
        (office.seal, [], 65, "ZIP"), (plain, ["--page", "2"], 65, "no page 2"), (plain, ["--x", "190"], 65, "does not lie"),
        (plain, ["--x", "nan"], 64, "not a place on a page"), (plain, ["--page", "0"], 64, "count from 1"),
        (plain, ["--page=-9223372036854775808"], 64, "count from 1"), (plain, ["--key", tmp_path / "wide.key"], 65, "chmod 600"),
        (plain, ["--key-passphrase-file", tmp_path / "wrong"], 65, "does not open"),
        (plain, ["--key", office.folder / "制章人.key"], 65, "no certificate of this key"),
        (plain, ["--seal", late], 65, "valid from 2027-06-01"), (tmp_path / "none.ofd", [], 1, "No such file"),
        (plain, ["--out", tmp_path / "sealed.ofd"], 73, "there already"),
        (plain, ["--out", tmp_path / "none" / "out.ofd"], 73, "No such file"),
    ]:
        assert words in office.apply(document, out, *more, status=status)
        assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert (tmp_path / "sealed.ofd").read_bytes() == sealed


def test_a_sealer_makes_no_seals_and_names_are_seen(office, tmp_path):
    out = tmp_path / "seal.esl"
    own = [office.folder / f"{office.name}.pem", "--maker-key", office.folder / f"{office.name}.key"]
    text = office.make_seal(out, "--maker", *own, status=65)
    assert "a maker has one of its own" in text and not out.exists()
    for name in ["示例\n市", "示例\u202e市"]:
        assert "visible characters" in office.make_seal(out, "--name", name, status=65) and not out.exists()


def test_drawn_seals_have_the_sizes_of_the_rules(office, tmp_path):
    for rank, size in [("province", 50), ("city", 45), ("township", 42), ("department", 42)]:
        out = tmp_path / f"{rank}.esl"
        office.make_seal(out, rank=("--rank", rank))
        assert f"{size} × {size} mm" in guandu("seal", "show", out)
    refused = tmp_path / "refused.esl"
    for rank, diameter in [("city", 42), ("city", 50), ("department", 46), ("township", 45)]:
        text = office.make_seal(refused, "--diameter", str(diameter), rank=("--rank", rank), status=65)
        assert "--force overrides" in text and not refused.exists()
    office.make_seal(tmp_path / "forced.esl", "--diameter", "46", "--force", rank=("--rank", "department"))
    office.make_seal(tmp_path / "allowed.esl", "--diameter", "45", rank=("--rank", "department"))


@needs_vectors
@pytest.mark.parametrize("name, word, fails", [
    # Invoices: no file of the seal's own, extensions without a tag, pictures in OFD.
    ("ofdrw-layout_keyword2", "unproven", set()), ("rofd-000", "unproven", set()),
    ("ofdrw-converter_不规范资源路径", "unproven", set()),
    # A digest that was changed after sealing; files that the signature does not list.
    ("ofdrw-converter_发票示例", "refused", {"files"}), ("ofdrw-converter_draw_param_ref", "refused", {"unlisted"}),
    # The first of two signatures covers a list that has since grown.
    ("ofdrw-converter_h", "refused", {"files"}),
    # Sealed years after the seal had ended.
    ("ofdrw-reader_SESV4SignDoc", "refused", {"seal-dates", "certificate-dates"}),
    # Plain signatures, which are not supported, over less than the whole.
    ("ofdrw-converter_testPathClip", "refused", {"unlisted"}),
    ("ofdrw-layout_fptpl", "refused", {"signature-files"}), ("ofdrw-reader_path_unstd", "refused", {"document"}),
    ("zc310-helloworld", "unproven", set()),
])
def test_samples_of_other_makers_are_taken_for_what_they_are(name, word, fails):
    verdict = check(VECTORS / f"samples/{name}.ofd")
    assert (verdict.word, verdict.steps["fails"]) == (word, fails)


@needs_vectors
@pytest.mark.parametrize("name, word, step", [
    ("sealed", "unproven", "maker"), ("plain", "unproven", "sealed"), ("tampered-sigs-empty", "unproven", "sealed"),
    ("tampered-case", "refused", "document"), ("tampered-dup-first", "refused", "document"),
    ("tampered-dup-last", "refused", "document"), ("tampered-extra", "refused", "unlisted"),
    ("tampered-font", "refused", "files"), ("tampered-text", "refused", "files"),
    ("tampered-seal-removed", "refused", "seal-file"), ("tampered-sigref", "refused", "signed-file"),
    ("tampered-sv", "refused", "signature"),
])
def test_the_tampering_that_others_accept_is_refused(name, word, step):
    verdict = check(VECTORS / f"made/{name}.ofd")
    assert verdict.word == word
    assert verdict.steps["fails"] == ({step} if word == "refused" else set())
    assert word == "refused" or step in verdict.steps["unknown"]


def test_the_specimen_is_right_to_us_and_by_hand(tmp_path):
    specimen = ROOT / "docs/specimen/seal"
    assert check(specimen / "sealed.ofd", "--trust", specimen / "trust.pem").word == "genuine"
    assert check(specimen / "plain.ofd").steps["unknown"] == {"sealed"}
    script = (ROOT / "docs/seals.md").read_text().split("```sh\n")[1].split("```")[0]
    shutil.copy(specimen / "sealed.ofd", tmp_path)
    done = subprocess.run(["bash", "-euc", script], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().splitlines() == ["Signature Verified Successfully"] * 2 + ["1"]
