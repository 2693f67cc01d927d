"""Seals in PDF, judged by pyHanko, pdfsig and OpenSSL's command; time stamps; who can be trusted when."""

import asyncio
import datetime
import io
import shutil
import struct
import subprocess
import threading
import zlib

import pytest
from asn1crypto import crl, pem, tsp
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko.sign.validation.ades import ades_basic_validation, ades_with_time_validation
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge, RevinfoOnlineFetchingRule, RevocationInfoGatheringSpec, SignatureValidationSpec)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, REQUIRE_REVINFO
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

from deployment import ROOT
from pdf_sealing import (
    Judgement, PDFOffice, Responder, Signer, as_attribute, certificate_by_hand, list_by_hand, pdfsig_passes, reasons,
    token_by_hand)
from sealing import UTC, check, guandu, pack, small_document

VECTORS = ROOT / "../shared/vectors/pdf"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return PDFOffice(tmp_path_factory.mktemp("pdf") / "office")


@pytest.fixture(scope="module")
def sealed(office):
    out = office.folder / "sealed.pdf"
    office.apply(office.plain, out)
    return out.read_bytes()


@pytest.fixture(scope="module")
def stamped(office):
    out = office.folder / "stamped.pdf"
    office.apply(office.plain, out, *office.own_stamp())
    return out.read_bytes()


@pytest.fixture(scope="module")
def signer(office):
    return Signer(office.chain(), office.key())


def ades(office, content, validate):
    """pyHanko's verdict by ETSI EN 319 102-1, with revocation asked for."""
    signature = PdfFileReader(io.BytesIO(content)).embedded_signatures[0]
    signature.compute_digest()
    lists = [CRLContainer(crl.CertificateList.load(pem.unarmor(office.crl.read_bytes())[2]))]
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=list(load_certs_from_pemder([office.trust]))),
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO))
    spec = SignatureValidationSpec(
        policy, RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY), ts_cert_validation_policy=policy,
        local_knowledge=LocalKnowledge(known_crls=lists))
    result = asyncio.run(validate(signature.signed_data, spec, raw_digest=signature.compute_digest()))
    return result.ades_subindic.name


def test_a_sealed_pdf_is_right_to_all(office, sealed, stamped, tmp_path):
    for content, has_stamp in [(sealed, False), (stamped, True)]:
        judgement = Judgement(office, content)
        assert judgement.passes and judgement.status.docmdp_ok, judgement.status.pretty_print_details()
        assert judgement.status.coverage.name == "ENTIRE_FILE"
        assert (judgement.stamp is not None and judgement.stamp.valid and judgement.stamp.trusted) == has_stamp
        assert pdfsig_passes(content, tmp_path)
        verdict = office.check(content, "--crl", office.crl)
        assert (verdict.word, verdict.steps["unknown"], verdict.steps["fails"]) == ("genuine", set(), set())
        assert ("time" in verdict.steps["holds"]) == has_stamp
        assert office.check(content, trust=False).word == "unproven"
        assert ades(office, content, ades_basic_validation) == "OK"
        assert (ades(office, content, ades_with_time_validation) == "OK") == has_stamp


def test_the_seal_shows_its_picture_and_leaves_the_text(office, sealed, tmp_path):
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    text = subprocess.run(["pdftotext", tmp_path / "sealed.pdf", "-"], capture_output=True, check=True).stdout
    plain = subprocess.run(["pdftotext", office.plain, "-"], capture_output=True, check=True).stdout
    assert text == plain and sealed.startswith(office.plain.read_bytes())
    subprocess.run(["pdftocairo", "-png", "-r", "25.4", "-f", "3", "-l", "3", tmp_path / "sealed.pdf", tmp_path / "page"],
                   check=True)
    subprocess.run(["pdftocairo", "-png", "-r", "25.4", "-f", "3", "-l", "3", office.plain, tmp_path / "bare"], check=True)
    # A millimetre is a pixel: the seal is 45 wide, from 100 and 80.
    red, bare = [pixels(next(tmp_path.glob(f"{name}-*.png"))) for name in ("page", "bare")]
    changed = {(x, y) for (x, y) in red if red[x, y] != bare[x, y]}
    assert changed and all(99 <= x <= 146 and 79 <= y <= 126 for x, y in changed)
    assert len({x for x, _ in changed}) >= 44 and len({y for _, y in changed}) >= 44


def pixels(path):
    """The colours of a PNG of eight bits a colour, by their places."""
    data = path.read_bytes()
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    assert (depth, kind) == (8, 2)
    packed, place = b"", 8
    while place < len(data):
        (count,) = struct.unpack(">I", data[place:place + 4])
        if data[place + 4:place + 8] == b"IDAT":
            packed += data[place + 8:place + 8 + count]
        place += 12 + count
    raw, line, found = zlib.decompress(packed), bytearray(width * 3), {}
    for y in range(height):
        method, row = raw[y * (width * 3 + 1)], bytearray(raw[y * (width * 3 + 1) + 1:(y + 1) * (width * 3 + 1)])
        for index in range(len(row)):
            left = row[index - 3] if index >= 3 else 0
            up, corner = line[index], line[index - 3] if index >= 3 else 0
            guess = left + up - corner
            near = min([left, up, corner], key=lambda value: abs(guess - value))
            row[index] = (row[index] + [0, left, up, (left + up) // 2, near][method]) & 255
        line = row
        for x in range(width):
            found[x, y] = bytes(row[3 * x:3 * x + 3])
    return found


def test_another_signer_by_the_description_is_right_to_us(office, signer, tmp_path):
    content = signer.seal(office.plain.read_bytes())
    assert office.check(content, "--crl", office.crl).word == "genuine"
    assert Judgement(office, content).passes and pdfsig_passes(content, tmp_path)


class Authority(TimeStamper):
    """For pyHanko: an authority of time stamps by OpenSSL's command."""

    def __init__(self, responder):
        super().__init__()
        self.responder = responder

    async def async_request_tsa_response(self, req):
        return tsp.TimeStampResp.load(self.responder.reply(req.dump()))


def kept(office, content, folder, stamp=True):
    """With evidence and a time stamp over the whole, added by pyHanko."""
    output = io.BytesIO(content)
    certificates = list(load_certs_from_pemder([office.trust]))
    lists = [crl.CertificateList.load(pem.unarmor(office.crl.read_bytes())[2])]
    DocumentSecurityStore.add_dss(
        output, PdfFileReader(io.BytesIO(content)).embedded_signatures[0].pkcs7_content,
        certs=certificates, crls=lists)
    if stamp:
        writer = IncrementalPdfFileWriter(output)
        PdfTimeStamper(Authority(Responder(folder / "kept", office.folder / "clock"))).timestamp_pdf(
            writer, "sha256", in_place=True)
    return output.getvalue()


def test_evidence_and_a_stamp_over_the_whole_may_follow(office, sealed, stamped, tmp_path):
    for content, stamp in [(sealed, False), (stamped, True)]:
        longer = kept(office, content, tmp_path, stamp)
        assert longer.startswith(content) and len(longer) > len(content)
        verdict = office.check(longer, "--crl", office.crl)
        assert verdict.word == "genuine", verdict.facts
        assert ("document-stamp" in verdict.steps["holds"]) == stamp
        assert Judgement(office, longer).passes


def test_what_is_sealed_twice_or_is_no_document_is_refused(office, sealed, stamped, tmp_path):
    out = tmp_path / "out.pdf"
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    (tmp_path / "cut.pdf").write_bytes(office.plain.read_bytes()[:-40])
    (tmp_path / "short.pdf").write_bytes(b"%PDF-1.7\n")
    before = sorted(path.name for path in tmp_path.iterdir())
    for document, more, status, words in [
        (tmp_path / "sealed.pdf", [], 65, "second seal"), (tmp_path / "cut.pdf", [], 65, "%%EOF"),
        (tmp_path / "short.pdf", [], 65, "head"), (office.plain, ["--page", "6"], 65, "no page 6"),
        (office.plain, ["--x", "190"], 65, "does not lie"),
        (office.plain, ["--key", office.folder / "clock.key"], 65, "not that of the first certificate"),
        (office.plain, ["--timestamp-url", "ftp://host"], 64, "not http"),
        (office.plain, ["--timestamp-url", "https://a:b@host/"], 64, "without a password"),
        (office.plain, ["--timestamp-key", "a"], 64, "belong together"),
    ]:
        assert words in office.apply(document, out, *more, status=status)
        assert sorted(path.name for path in tmp_path.iterdir()) == before
    text = office.apply(office.plain, out, "--key", office.folder / "clock.key", "--certificate",
                        office.folder / "clock.pem", status=65)
    assert "wrong-purpose" in text and not out.exists()


def test_a_responder_of_openssl_stamps_pdf_and_ofd(office, tmp_path):
    plain, out, ofd = tmp_path / "plain.ofd", tmp_path / "out.pdf", tmp_path / "out.ofd"
    plain.write_bytes(pack(small_document()))
    with Responder(tmp_path / "tsa", office.folder / "clock").running() as url:
        office.apply(office.plain, out, "--timestamp-url", url, "--timestamp-policy", "1.2.3.4.2")
        office.seals.apply(plain, ofd, "--timestamp-url", url)
    verdict = office.check(out.read_bytes(), "--crl", office.crl)
    assert verdict.word == "genuine" and "time" in verdict.steps["holds"]
    assert ades(office, out.read_bytes(), ades_with_time_validation) == "OK"
    both = ["--trust", office.seals.trust]
    verdict = check(ofd, *both, "--trust", office.trust)
    assert verdict.word == "genuine" and "time" in verdict.steps["holds"]
    verdict = check(ofd, *both)
    assert verdict.word == "unproven" and verdict.steps["unknown"] == {"time"}


def lies(change):
    """An authority that answers another question than the one that was asked."""
    def behave(responder, query):
        asked = tsp.TimeStampReq.load(query)
        change(asked)
        return responder.reply(asked.dump())

    return behave


def set_field(name, value):
    def change(asked):
        asked[name] = value

    return change


HOSTILE = {
    "another number": (lies(set_field("nonce", 7)), 65, "nonce"),
    "no number": (lies(lambda asked: asked.__setitem__("nonce", None)), 65, "nonce"),
    "other bytes": (lies(lambda asked: asked["message_imprint"].__setitem__("hashed_message", b"x" * 32)), 65, "imprint"),
    "another policy": (lies(set_field("req_policy", "1.2.3.4.1")), 65, "policy"),
    "a refusal": (lambda *_: bytes.fromhex("30053003020102"), 65, "not what was asked for"),
    "no answer of that kind": (lambda *_: b"<html></html>", 65, "no time stamp's"),
    "an endless answer": (lambda *_: b"0" * 10_000_000, 65, "too long"),
    "a server that fails": (lambda *_: 500, 65, "status 500"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_an_authority_that_lies_is_refused(office, tmp_path, what):
    behaviour, status, words = HOSTILE[what]
    out = tmp_path / "out.pdf"
    with Responder(tmp_path / "tsa", office.folder / "clock", behaviour).running() as url:
        text = office.apply(
            office.plain, out, "--timestamp-url", url, "--timestamp-policy", "1.2.3.4.2", status=status)
    assert words in text and not out.exists()


def test_an_authority_that_is_silent_is_left(office, tmp_path):
    out, gone = tmp_path / "out.pdf", threading.Event()
    with Responder(tmp_path / "tsa", office.folder / "clock", lambda *_: (gone.wait(), b"")[1]).running() as url:
        try:
            assert "no time stamp came" in office.apply(office.plain, out, "--timestamp-url", url, status=75)
        finally:
            gone.set()
    assert "no time stamp came" in office.apply(office.plain, out, "--timestamp-url", url, status=75)
    assert not out.exists()


def stamps(office):
    day = datetime.timedelta(days=1)
    now = datetime.datetime.now(UTC)
    chain, key = certificate_by_hand(office, "hand")
    old, old_key = certificate_by_hand(office, "old", start=-20, end=-10)
    unfit, unfit_key = certificate_by_hand(office, "unfit", usage=())
    loose, loose_key = certificate_by_hand(office, "loose", critical=False)
    double, double_key = certificate_by_hand(office, "double", usage=("1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.36"))
    return {
        "right": (chain, key, {}, "holds", ""), "of other bytes": (chain, key, {"over": b"x"}, "fails", "other bytes"),
        "by an expired certificate": (old, old_key, {}, "fails", "expired"),
        "by a certificate for nothing": (unfit, unfit_key, {}, "fails", "timeStamping"),
        "by one whose purpose is not critical": (loose, loose_key, {}, "fails", "purpose"),
        "by one for documents too": (double, double_key, {}, "fails", "purpose"),
        "of tomorrow": (chain, key, {"time": now + day}, "fails", "in the future"),
        "of before the seal": (chain, key, {"time": now - day / 2}, "fails", "before the time that the sealer states"),
        "with a weak digest": (chain, key, {"digest": "sha1"}, "fails", "digest"),
        "by another's key": (chain, old_key, {}, "fails", "signature is wrong"),
    }


def test_stamps_are_believed_for_what_they_are(office, signer):
    plain = office.plain.read_bytes()
    for what, (chain, key, strange, outcome, words) in stamps(office).items():
        def make(signature):
            return token_by_hand(chain, key, **{"over": signature, **strange})

        verdict = office.check(signer.seal(plain, unsigned=[as_attribute(make)]))
        assert words in reasons(verdict, outcome).get("time", "missing"), (what, verdict.facts)
        assert verdict.word == {"holds": "genuine", "fails": "refused"}[outcome]


def test_a_revocation_spares_what_a_stamp_proves_to_be_older(office, sealed, stamped):
    minute, now = datetime.timedelta(minutes=1), datetime.datetime.now(UTC)
    lists = office.folder / "lists.pem"

    def verdict(content, revoked, invalid=None, name="office"):
        lists.write_bytes(list_by_hand(office, name, revoked, invalid))
        found = office.check(content, "--crl", lists)
        return found.word, found.steps["fails"], reasons(found, "holds").get("revocation", "")

    for since in (now - 60 * minute, now + 2 * minute):
        assert verdict(sealed, since)[:2] == ("refused", {"revocation"})
    assert verdict(stamped, now - 60 * minute)[:2] == ("refused", {"revocation"})
    word, _, why = verdict(stamped, now + 2 * minute)
    assert word == "genuine" and "after the time that is stamped" in why
    # The key is suspected since before.
    assert verdict(stamped, now + 2 * minute, now - 60 * minute)[:2] == ("refused", {"revocation"})
    # Of a stamp whose own certificate is revoked nothing is believed.
    assert verdict(stamped, now + 2 * minute, name="clock")[:2] == ("refused", {"time"})


def test_signers_of_other_purposes_are_not_believed(office):
    plain = office.plain.read_bytes()
    documents, tls, anything = "1.3.6.1.5.5.7.3.36", "1.3.6.1.5.5.7.3.2", "2.5.29.37.0"
    for name, usage, dates, steps in [
        ("fit", (documents,), (-1, 300), set()), ("for-tls", (documents, tls), (-1, 300), {"chain"}),
        ("for-anything", (anything,), (-1, 300), {"chain"}), ("for-nothing", (), (-1, 300), {"chain"}),
        ("past", (documents,), (-20, -10), {"chain"}),
    ]:
        verdict = office.check(Signer(*certificate_by_hand(office, name, usage, False, *dates)).seal(plain))
        assert verdict.steps["unknown"] == steps, name
        assert verdict.word == ("refused" if name == "past" else "unproven" if steps else "genuine")
    assert office.check(Signer(office.chain(), office.key()).seal(plain), "--trust", office.seals.trust).word == "genuine"


@pytest.mark.skipif(not VECTORS.exists(), reason="../shared/vectors/pdf is missing")
def test_no_pdf_of_others_passes_or_ends_the_check(office):
    files = sorted(VECTORS.glob("*.pdf"))
    assert len(files) > 50
    for path in files:
        verdict = check(path, "--trust", office.trust)
        assert verdict.word in ("refused", "unproven"), path
        assert any(reasons(verdict, outcome) for outcome in ("fails", "unknown"))


def test_the_specimen_is_right_to_us_and_by_hand(tmp_path):
    specimen = ROOT / "docs/specimen/seal"
    assert check(specimen / "sealed.pdf", "--trust", specimen / "pdf-trust.pem").word == "genuine"
    script = (ROOT / "docs/seals.md").read_text().split("```sh\n")[2].split("```")[0]
    shutil.copy(specimen / "sealed.pdf", tmp_path)
    shutil.copy(specimen / "pdf-trust.pem", tmp_path)
    done = subprocess.run(["bash", "-euc", script], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    words = done.stdout.decode() + done.stderr.decode()
    assert words.count("CAdES Verification successful") == 1 and words.count("Verification: OK") == 1, words
