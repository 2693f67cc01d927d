"""Sealed documents, each spoilt in one way: refused, and for that reason; hostile files end in time."""

import contextlib
import datetime
import os
import pathlib
import subprocess
import time

import pytest

from deployment import BINARIES
from sealing import Certificates, PAGE, SIGNS, Stranger, UTC, check, element, pack, small_document, unpack
from test_seals import office, picture, sealed, stranger  # noqa: F401  (fixtures)


def replaced(name, old, new):
    def change(files):
        assert old in files[name]
        return files | {name: files[name].replace(old, new)}

    return change


def without(name):
    return lambda files: {key: data for key, data in files.items() if key != name}


def flipped(name, place):
    def change(files):
        data = bytearray(files[name])
        data[place] ^= 1
        return files | {name: bytes(data)}

    return change


def added(name, data=b""):
    return lambda files: files | {name: data}


XML, VALUE, ESL, LIST = (SIGNS + "Signature.xml", SIGNS + "SignedValue.dat", SIGNS + "Seal.esl",
                         "Doc_0/Signs/Signatures.xml")

TAMPERED = {
    "text on the page": (replaced(PAGE, b"L 100 0 ", b"L 101 0 "), {"files"}),
    "white space on the page": (replaced(PAGE, b"<ofd:Content>", b"<ofd:Content >"), {"files"}),
    "a font": (flipped("Doc_0/Res/font_2.otf", 7), {"files"}),
    "a font taken out": (without("Doc_0/Res/font_2.otf"), {"files"}),
    "the paper's size": (replaced("Doc_0/Document.xml", b"210 297", b"297 420"), {"files"}),
    "the document's number": (replaced("OFD.xml", b"0001<", b"0002<"), {"files"}),
    "the seal's place": (replaced(XML, b"100 200 45 45", b"100 100 45 45"), {"signed-file"}),
    "the seal's page": (replaced(XML, b'PageRef="1"', b'PageRef="9"'), {"signed-file", "place"}),
    "a file taken off the list": (replaced(XML, b'FileRef="/' + PAGE.encode(), b'FileRef="/other'),
                                  {"signed-file", "files", "unlisted"}),
    "another digest": (lambda files: files | {"Doc_0/Res/font_2.otf": files["OFD.xml"]}, {"files"}),
    "the method of digests": (replaced(XML, b'CheckMethod="1.2.156.10197.1.401"', b'CheckMethod="MD5"'),
                              {"signed-file"}),
    "the time in Signature.xml": (replaced(XML, b"<ofd:SignatureDateTime>2", b"<ofd:SignatureDateTime>1"),
                                  {"signed-file"}),
    "a comment in Signature.xml": (replaced(XML, b"<ofd:SignedInfo>", b"<!-- --><ofd:SignedInfo>"), {"signed-file"}),
    "the signature": (flipped(VALUE, -3), {"signature"}),
    "the signed value cut": (lambda files: files | {VALUE: files[VALUE][:-1]}, {"seal-structure"}),
    "the signed value with a tail": (lambda files: files | {VALUE: files[VALUE] + b"\0"}, {"seal-structure"}),
    "the signed value empty": (added(VALUE), {"seal-structure"}),
    "the signed value taken out": (without(VALUE), {"signature-files"}),
    "the seal's picture in its file": (flipped(ESL, 2_000), {"seal-file"}),
    "the seal's file taken out": (without(ESL), {"seal-file"}),
    "Signature.xml taken out": (without(XML), {"signature-files"}),
    "the list taken out": (without(LIST), {"signature-files"}),
    "the list with another signature": (
        replaced(LIST, b"</ofd:Signatures>", b'<ofd:Signature ID="2" BaseLoc="/OFD.xml"/></ofd:Signatures>'),
        {"signature-files"}),
    "the name of the signature, which is shown": (
        replaced(LIST, b'<ofd:Signature ID="s1"', '<ofd:Signature ID="s1: 验证通过 genuine"'.encode()), {"signature-files"}),
    "the kind in the list": (replaced(LIST, b'Type="Seal"', b'Type="Sign"'), {"place"}),
    "another kind in the list": (replaced(LIST, b'Type="Seal"', b'Type="None"'), {"signature-files"}),
    "a comment in the list": (replaced(LIST, b"<ofd:MaxSignId>", b"<!-- --><ofd:MaxSignId>"), {"signature-files"}),
    "a stranger's attribute in the list": (
        replaced(LIST, b' BaseLoc="', b' ofd:BaseLoc="/evil" BaseLoc="'), {"signature-files"}),
    "a signature within the list's": (
        replaced(LIST, b'Signature.xml"/>', b'Signature.xml"><ofd:Signature ID="a" BaseLoc="/a"/></ofd:Signature>'),
        {"signature-files"}),
    "the declared encoding": (replaced(LIST, b'encoding="UTF-8"', b'encoding="UTF-16"'), {"signature-files"}),
    "a page taken out": (without(PAGE), {"document"}),
    "a page that is none": (added(PAGE, b"<a/>"), {"document"}),
    "an unlisted page": (added("Doc_0/Pages/Page_1/Content.xml"), {"unlisted"}),
    "an annotation": (added("Doc_0/Annots/Annotations.xml"), {"unlisted"}),
    "a file among the signatures": (added("Doc_0/Signs/Sign_1/Signature.xml"), {"unlisted"}),
    "another body": (replaced("OFD.xml", b"</ofd:DocBody>", b"</ofd:DocBody><ofd:DocBody/>"), None),
    "the way to the document": (replaced("OFD.xml", b">Doc_0/Document.xml<", b">Doc_0/../Doc_0/Document.xml<"),
                                {"document"}),
    "an entity in OFD.xml": (replaced("OFD.xml", b"<ofd:OFD", b"<!DOCTYPE a [<!ENTITY b 'c'>]><ofd:OFD"), {"document"}),
    "an entity in Signature.xml": (
        replaced(XML, b"<ofd:Signature ", b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><ofd:Signature "),
        {"signature-files"}),
    "a page twice": (lambda files: [*files.items(), (PAGE, b"")], {"document"}),
    "a page twice, the false one first": (lambda files: [(PAGE, b""), *files.items()], {"document"}),
    "a page in capitals": (added(PAGE.upper()), {"document"}),
    "a folder in capitals": (added("DOC_0/a.xml"), {"document"}),
    "a name that leads out": (added("../a.xml"), {"document"}),
    "a name from the root": (added("/a.xml"), {"document"}),
    "a name with a backslash": (added("Doc_0\\a.xml"), {"document"}),
}


@pytest.mark.parametrize("what", TAMPERED)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_was_changed_is_refused(office, sealed, what):
    change, steps = TAMPERED[what]
    verdict = office.check(pack(change(unpack(sealed))))
    if steps is None:
        assert verdict.word == "unproven" and verdict.steps["unknown"] == {"document"}
    else:
        assert (verdict.word, verdict.steps["fails"]) == ("refused", steps)


@pytest.mark.parametrize("change", [
    replaced(LIST, b'<ofd:Signature ID="s1" Type="Seal" BaseLoc="/' + XML.encode() + b'"/>', b""),
    replaced("OFD.xml", b"<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures>", b"")])
def test_a_seal_taken_off_leaves_a_document_without_one(office, sealed, change):
    verdict = office.check(pack(change(unpack(sealed))))
    assert (verdict.word, verdict.steps["unknown"]) == ("unproven", {"sealed"})


@pytest.mark.parametrize("spoil", [
    lambda whole: b"MZ" + whole, lambda whole: whole + b"\0", lambda whole: whole[:-1], lambda whole: whole * 2])
def test_bytes_around_the_archive_are_refused(office, sealed, spoil):
    assert office.check(spoil(sealed)).steps["fails"] == {"document"}


def lie(stranger, seal, **how):
    return pack(stranger.apply(small_document(), seal, **how))


def test_what_a_stranger_signs_falsely_is_refused(office, stranger, picture):  # noqa: F811
    def verdict(content):
        return office.check(content, "--trust", stranger.trust, trust=False)

    year = datetime.timedelta(days=365)
    now = datetime.datetime.now(UTC).replace(microsecond=0)
    seal = stranger.seal(picture)
    long_seal = stranger.seal(picture, start=now - 10 * year, end=now + 10 * year)
    # Before and after the certificate's days, with a seal that would allow it; in the future; outside the seal's days.
    assert verdict(lie(stranger, long_seal, time=now - year)).steps["fails"] == {"certificate-dates", "time"}
    assert verdict(lie(stranger, long_seal, time=now + 5 * year)).steps["fails"] == {"certificate-dates", "time"}
    assert verdict(lie(stranger, seal, time=now + datetime.timedelta(hours=1))).steps["fails"] == {"time"}
    ended = stranger.seal(picture, start=now - year, end=now - datetime.timedelta(days=1))
    assert verdict(lie(stranger, ended)).steps["fails"] == {"seal-dates"}
    # By a key that the seal does not name; naming another file; of another version.
    assert verdict(lie(stranger, seal, sealer="maker")).steps["fails"] == {"sealer"}
    assert verdict(lie(stranger, seal, path="Doc_0/Signs/Sign_9/")).steps["fails"] == {"signed-file"}
    for version in (1, 5):
        of_version = verdict(lie(stranger, seal, version=version))
        assert (of_version.word, of_version.steps["unknown"]) == ("unproven", {"seal-structure"})
    # A seal that its sealer made: their certificate is of the trusted authority, and no maker's.
    own = verdict(lie(stranger, stranger.seal(picture, maker="sealer")))
    assert (own.word, own.steps["unknown"]) == ("unproven", {"maker"})


def test_a_seal_that_nobody_sees_is_not_genuine(office, stranger, picture):  # noqa: F811
    def verdict(stamp):
        return office.check(lie(stranger, stranger.seal(picture), stamp=stamp), "--trust", stranger.trust, trust=False)

    assert (verdict("").word, verdict("").steps["unknown"]) == ("unproven", {"place"})
    for box in ["-4000 -4000 1 1", "211 0 42 42", "100 298 42 42"]:
        off = verdict(f'<ofd:StampAnnot ID="s1" PageRef="1" Boundary="{box}"/>')
        assert (off.word, off.steps["fails"]) == ("refused", {"place"})
    # An edge seal stands on each page with a part of it.
    assert verdict('<ofd:StampAnnot ID="s1" PageRef="1" Boundary="190 100 42 42"/>').word == "genuine"


def test_a_second_signature_takes_no_file_out_of_the_first(office, sealed):
    files = unpack(sealed)
    hidden, second = "Doc_0/Annots/Annotations.xml", "Doc_0/Signs/Sign_1/"
    entry = f'<ofd:Signature ID="s2" Type="Seal" BaseLoc="/{second}Signature.xml"/></ofd:Signatures>'
    xml = files[XML].replace(SIGNS.encode(), second.encode()).replace(f"{second}Seal.esl".encode(), hidden.encode())
    changed = files | {
        LIST: files[LIST].replace(b"</ofd:Signatures>", entry.encode()), second + "Signature.xml": xml,
        second + "SignedValue.dat": b"0", hidden: b"<a/>"}
    verdict = office.check(pack(changed))
    assert verdict.word == "refused"
    first = next(each for each in verdict.facts["signatures"] if each["identifier"] == "s1")
    assert {step["step"] for step in first["steps"] if step["outcome"] == "fails"} == {"unlisted"}


def test_a_certificate_of_another_authority_or_for_another_use_is_not_trusted(office, stranger, picture, tmp_path):  # noqa: F811
    other = Stranger(tmp_path / "other")
    seal = stranger.seal(picture, listed=Certificates([other.der("sealer")]))
    other_trusts = pack(other.apply(small_document(), seal))
    verdict = office.check(other_trusts, "--trust", stranger.trust, trust=False)
    assert (verdict.word, verdict.steps["unknown"]) == ("unproven", {"chain"})
    # An authority's own certificate signs no document.
    stranger.openssl("x509", "-in", "ca.pem", "-outform", "DER", "-out", "ca.der")
    seal = stranger.seal(picture, listed=Certificates([stranger.der("ca")]))
    verdict = office.check(lie(stranger, seal, sealer="ca"), "--trust", stranger.trust, trust=False)
    assert (verdict.word, verdict.steps["unknown"]) == ("unproven", {"chain"})


def timed_check(office, content):
    path = office.folder / "bomb.ofd"
    path.write_bytes(content)
    begun = time.monotonic()
    verdict = check(path)
    # Far above what it takes here, far below what a bomb would take.
    assert time.monotonic() - begun < 30
    return verdict


def test_bombs_are_refused_in_time(office):
    laughs = "<!DOCTYPE a [<!ENTITY a0 'lol'>" + "".join(
        f"<!ENTITY a{level} '{f'&a{level - 1};' * 10}'>" for level in range(1, 30)) + "]>"
    files = small_document()
    bomb = files | {"OFD.xml": f"{laughs}<a>&a29;</a>".encode()}
    assert timed_check(office, pack(bomb)).steps["fails"] == {"document"}
    for content in [b"\0" * 300_000_000, b"\0" * 60_000_000]:
        assert timed_check(office, pack(files | {"Doc_0/Res/big": content})).steps["fails"] == {"document"}
    deep = files | {"OFD.xml": element("OFD", "".join(f"<ofd:a{i}>" for i in range(50_000)))}
    assert timed_check(office, pack(deep)).steps["fails"] == {"document"}
    attributes = "".join(f' a{number}=""' for number in range(600_000))
    for before in ["", "<!-- it's -->", "<?it's ?>", "<![CDATA[it's]]>"]:
        bomb = files | {"OFD.xml": element("OFD", f"{before}<ofd:DocBody{attributes}/>")}
        refused = timed_check(office, pack(bomb))
        assert refused.steps["fails"] == {"document"}
        assert "attributes" in refused.facts["steps"][0]["detail"]
    pages = "".join(f'<ofd:Page ID="{i}" BaseLoc="Pages/Page_0/Content.xml"/>' for i in range(100_000))
    bomb = files | {"Doc_0/Document.xml": element("Document", f"<ofd:Pages>{pages}</ofd:Pages>")}
    assert "two pages have one file" in timed_check(office, pack(bomb)).facts["steps"][0]["detail"]
    many = [(f"a{number}", b"") for number in range(5_000)]
    assert timed_check(office, pack([*files.items(), *many])).steps["fails"] == {"document"}
    wide = "".join(f'<ofd:Page ID="{i}" BaseLoc="{i}"/>' for i in range(250_000))
    bomb = files | {"Doc_0/Document.xml": element("Document", f"<ofd:Pages>{wide}</ofd:Pages>")}
    assert timed_check(office, pack(bomb)).steps["fails"] == {"document"}


def test_a_check_limits_its_own_time_and_memory(office, sealed):
    """Whatever a file makes of it, the process that reads it has so much and no more."""
    path = office.folder / "large.ofd"
    path.write_bytes(pack(unpack(sealed) | {"Doc_0/Res/large": os.urandom(50_000_000)}))
    process = subprocess.Popen([BINARIES / "guandu", "document", "check", path], stdout=subprocess.DEVNULL)
    seen = set()
    while process.poll() is None:
        with contextlib.suppress(OSError):
            for line in pathlib.Path(f"/proc/{process.pid}/limits").read_text().splitlines():
                if line.startswith(("Max cpu time", "Max address space")):
                    seen.add(tuple(line.split()[-3:-1]))
    assert process.returncode == 65
    assert {("60", "61"), ("3221225472", "3221225472")} <= seen
