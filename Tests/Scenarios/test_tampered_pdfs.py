"""Sealed PDFs, each spoilt in one way: refused by us for that reason, and which of pyHanko and pdfsig let it pass."""

import datetime
import io
import re
import zipfile
import zlib

import pytest
from asn1crypto import cms

from pdf_sealing import (
    Signer, addition, certificate_by_hand, first_page, last_table, number_of, objects, pdfsig_passes, pyhanko_passes, reasons,
    size_of, stream, token_by_hand, with_keys)
from sealing import UTC
from test_pdf_seals import office, sealed, signer  # noqa: F401  (fixtures)


def catalogue(content):
    return int(re.findall(rb"/Root (\d+) 0 R", content)[-1])


def catalogue_with(keys, more=None):
    def change(content):
        root, new = catalogue(content), size_of(content)
        return addition(content, {root: with_keys(objects(content)[root], keys.replace(b"NEW", b"%d" % new)),
                                  **({new: more} if more else {})})

    return change


def page_with(keys, more=None, page=None):
    def change(content):
        number, new = page or first_page(content), size_of(content)
        return addition(content, {number: with_keys(objects(content)[number], keys.replace(b"NEW", b"%d" % new)),
                                  **({new: more} if more else {})})

    return change


def replaced(what, old, new):
    """The object that holds `what`, written anew with other words."""
    def change(content):
        number = number_of(content, what)
        text = objects(content)[number]
        assert old in text
        return addition(content, {number: text.replace(old, new, 1)})

    return change


PAINT = b"1 1 1 rg 0 0 600 850 re f"
FORM = b"/Type /XObject /Subtype /Form /BBox [ 0 0 600 850 ]"


def note(content):
    new, page = size_of(content), first_page(content)
    return addition(content, {
        page: with_keys(objects(content)[page], b"/Annots [ %d 0 R ]" % new),
        new: b"<< /Type /Annot /Subtype /FreeText /Rect [ 50 50 300 300 ] /Contents (paid) /DA (/F 9 Tf) /AP << /N %d 0 R >> >>"
             % (new + 1), new + 1: stream(PAINT, FORM)})


def field(kind, value=b""):
    """Another field of the form, with an appearance that covers the page."""
    def change(content):
        new, page, root = size_of(content), first_page(content), catalogue(content)
        found = objects(content)
        seal = number_of(content, b"/FT /Sig")
        return addition(content, {
            page: with_keys(found[page], b"/Annots [ %d 0 R ]" % new),
            root: found[root].replace(b"/Fields [ %d 0 R ]" % seal, b"/Fields [ %d 0 R %d 0 R ]" % (seal, new)),
            new: b"<< /Type /Annot /Subtype /Widget /FT /%s /T (x) %s /F 4 /P %d 0 R /Rect [ 0 0 595 841 ] /AP << /N %d 0 R >> >>"
                 % (kind, value, page, new + 1), new + 1: stream(PAINT, FORM)})

    return change


def contents_replaced(content):
    number = int(re.search(rb"/Contents (\d+) 0 R", objects(content)[first_page(content)])[1])
    return addition(content, {number: stream(zlib.compress(b"0 0 1 rg 0 0 300 300 re f"), b"/Filter /FlateDecode")})


def font_swapped(content):
    found = objects(content)
    fonts = [int(number) for text in found.values() for number in re.findall(rb"/FontFile3 (\d+) 0 R", text)]
    other = found[fonts[1]]
    length = int(re.search(rb"/Length (\d+) 0 R", other)[1])
    return addition(content, {fonts[0]: other.replace(b"/Length %d 0 R" % length, b"/Length " + found[length].strip())})


def page_taken(content):
    number = number_of(content, b"/Type /Pages")
    text = objects(content)[number]
    return addition(content, {number: re.sub(rb"\[ \d+ 0 R", b"[", text).replace(b"/Count 5", b"/Count 4")})


def old_table(content):
    """A new table that stands for the document's own, and gives one of its objects another place."""
    number = int(re.search(rb"/Contents (\d+) 0 R", objects(content)[first_page(content)])[1])
    start = int(re.findall(rb"startxref\s+(\d+)", content)[0])
    table = content[start:content.index(b"trailer", start)]
    decoy = len(content)
    body = b"%d 0 obj\n%s\nendobj\n" % (number, stream(b"1 0 0 rg 0 0 300 300 re f"))
    lines = table.split(b"\n")
    lines[2 + number] = b"%010d 00000 n " % decoy
    trailer = re.search(rb"trailer\n<<.*?>>\n", content[start:], re.DOTALL)[0]
    fake = decoy + len(body)
    whole = content + body + b"\n".join(lines) + trailer + b"startxref\n%d\n%%%%EOF\n" % fake
    return addition(whole, {size_of(content): b"<< >>"}, previous=fake)


def hybrid(content):
    number, new = int(re.search(rb"/Contents (\d+) 0 R", objects(content)[first_page(content)])[1]), size_of(content)
    start = len(content)
    body = b"%d 0 obj\n%s\nendobj\n" % (new + 1, stream(PAINT))
    place = start + len(body)
    entry = b"\x01" + start.to_bytes(4, "big") + b"\x00"
    table = b"%d 0 obj\n%s\nendobj\n" % (new, stream(
        entry, b"/Type /XRef /Size %d /W [1 4 1] /Index [%d 1] /Root %d 0 R" % (new + 2, number, catalogue(content))))
    whole = content + body + table
    return addition(whole, {}, b"/XRefStm %d" % place, table={new + 1: start, new: place}, previous=last_table(content))


def table_stream(content):
    new, root = size_of(content), catalogue(content)
    start = len(content)
    body = b"%d 0 obj\n%s\nendobj\n" % (root, with_keys(objects(content)[root], b"/OpenAction << /S /JavaScript /JS (x) >>"))
    place = start + len(body)
    entries = b"".join(b"\x01" + at.to_bytes(4, "big") + b"\x00" for at in (start, place))
    table = b"%d 0 obj\n%s\nendobj\n" % (new, stream(
        entries, b"/Type /XRef /Size %d /W [1 4 1] /Index [%d 1 %d 1] /Root %d 0 R /Prev %d" % (
            new + 1, root, new, root, last_table(content))))
    return content + body + table + b"startxref\n%d\n%%%%EOF\n" % place


def archive(content):
    """A ZIP archive in a stream of an addition, whose end readers of archives find."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as made:
        made.writestr("evil.txt", b"x")
    return catalogue_with(b"/DSS << /Certs [ NEW 0 R ] >>", stream(whole.getvalue()))(content)


def value_of(content):
    match = re.search(rb"/SubFilter /ETSI.CAdES.detached.*?/Contents <([0-9a-f]+)>", content, re.DOTALL)
    return match.start(1), bytes.fromhex(match[1].decode())


def with_value(content, change):
    place, value = value_of(content)
    info = cms.ContentInfo.load(value, strict=False)
    new = change(info) or info.dump(force=True)
    return content[:place] + new.hex().encode().ljust(2 * len(value), b"0") + content[place + 2 * len(value):]


def another_attribute(info):
    signer = info["content"]["signer_infos"][0]
    signer["unsigned_attrs"] = cms.CMSAttributes(
        [cms.CMSAttribute({"type": "1.2.3.4", "values": [cms.OctetString(b"x")]})])


def two_signers(info):
    infos = info["content"]["signer_infos"]
    infos.append(infos[0])


def padded(content):
    place, value = value_of(content)
    end = place + 2 * len(value)
    return content[:end - 8] + b"deadbeef" + content[end:]


def flipped(content):
    place = content.index(b"stream\n") + 40
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1:]


ADDITIONS, DOCUMENT, SEAL, COVERAGE, CMS = "pdf-additions", "pdf-document", "pdf-seal", "pdf-coverage", "cms"
SCRIPT = b"/OpenAction << /Type /Action /S /JavaScript /JS (app.alert\\(1\\)) >>"
FILES = b"/Names << /EmbeddedFiles << /Names [ (a) << /Type /Filespec /F (a) /EF << /F NEW 0 R >> >> ] >> >>"
LAYERS = b"/OCProperties << /OCGs [ NEW 0 R ] /D << /OFF [ NEW 0 R ] >> >>"

# What is added to a sealed file: the change, the step that fails, words of the reason, and who lets it pass.
ADDED = {
    "an annotation": (note, ADDITIONS, "annotations of a page were changed", "pdfsig"),
    "a second signature that paints": (field(b"Sig"), ADDITIONS, "a field without a signature", "pdfsig"),
    "a field with a text": (field(b"Tx", b"/V (x)"), ADDITIONS, "a field without a signature", "pdfsig"),
    "layers": (catalogue_with(LAYERS, b"<< /Type /OCG /Name (a) >>"), ADDITIONS, "optional content", "pdfsig"),
    "another content of a page": (contents_replaced, ADDITIONS, "was replaced", "pdfsig"),
    "another font": (font_swapped, ADDITIONS, "was replaced", "pdfsig"),
    "a page taken out": (page_taken, ADDITIONS, "was replaced", "pdfsig"),
    "a page that is turned": (page_with(b"/Rotate 180"), ADDITIONS, "a page that is turned", "pdfsig"),
    "a page that is cropped": (page_with(b"/CropBox [ 0 0 100 100 ]"), ADDITIONS, "/CropBox", "pdfsig"),
    "another size of paper": (
        lambda content: replaced(b"/MediaBox", b"841.889764", b"100")(content), ADDITIONS, "/MediaBox of object", "pdfsig"),
    "an action of a page": (page_with(b"/AA << /O << /S /Launch /F (a) >> >>"), ADDITIONS, "an action", "pdfsig"),
    "a script on opening": (catalogue_with(SCRIPT), ADDITIONS, "an action on opening", "pdfsig"),
    "an embedded file": (
        catalogue_with(FILES, stream(b"x", b"/Type /EmbeddedFile")), ADDITIONS, "which scripts and files hang on", "pdfsig"),
    "an associated file": (
        catalogue_with(b"/AF [ NEW 0 R ]", b"<< /Type /Filespec /F (a) >>"), ADDITIONS, "an associated file", "pdfsig"),
    "the certification removed": (
        lambda content: addition(content, {catalogue(content): re.sub(
            rb"/Perms << .*? >>", b"", objects(content)[catalogue(content)])}), ADDITIONS, "/Perms", "pdfsig"),
    "the form emptied": (
        lambda content: addition(content, {catalogue(content): re.sub(
            rb"/Fields \[.*?\]", b"/Fields [ ]", objects(content)[catalogue(content)])}), ADDITIONS, "the form was changed", "pdfsig"),
    "the form taken away": (
        lambda content: addition(content, {catalogue(content): re.sub(
            rb"/AcroForm << .*? >>", b"", objects(content)[catalogue(content)], count=1)}), ADDITIONS, "the form was taken away", "pdfsig"),
    "a form in XML": (
        replaced(b"/AcroForm", b"/SigFlags 3", b"/SigFlags 3 /XFA (<a/>)"), ADDITIONS, "the form was changed", "pdfsig"),
    "appearances by the reader": (
        replaced(b"/AcroForm", b"/SigFlags 3", b"/SigFlags 3 /NeedAppearances true"), ADDITIONS,
        "the form was changed", "pyhanko pdfsig"),
    "another picture of the seal": (
        replaced(b"/Seal ", b"/Type /XObject", b"/Matrix [ 2 0 0 2 0 0 ] /Type /XObject"), ADDITIONS, "was replaced", "pdfsig"),
    "another place of the seal": (
        lambda content: addition(content, {number_of(content, b"/FT /Sig"): re.sub(
            rb"/Rect \[.*?\]", b"/Rect [ 1 1 90 90 ]", objects(content)[number_of(content, b"/FT /Sig")])}),
        ADDITIONS, "was replaced", "pdfsig"),
    "another reason": (
        lambda content: addition(content, {number_of(content, b"/SubFilter"): re.sub(
            rb"/Reason <.*?>", b"/Reason (other)", objects(content)[number_of(content, b"/SubFilter")])}),
        ADDITIONS, "was replaced", "pdfsig"),
    "another title": (
        lambda content: addition(content, {number_of(content, b"/Producer"): re.sub(
            rb"/Title <.*?>", b"/Title (x)", objects(content)[number_of(content, b"/Producer")])}),
        ADDITIONS, "/Title of object", "pyhanko pdfsig"),
    "an object that belongs to nothing": (
        lambda content: addition(content, {size_of(content): stream(b"x")}), ADDITIONS, "belongs to nothing", "pyhanko pdfsig"),
    "a file among the evidence": (
        catalogue_with(b"/DSS << /Certs [ NEW 0 R ] /EF NEW 0 R >>", stream(b"x")), ADDITIONS, "an embedded file", "pdfsig"),
    "another trailer": (
        lambda content: addition(content, {}, b"/Extra 1"), DOCUMENT, "/Extra in a trailer", "pdfsig"),
    "an object deleted": (
        lambda content: addition(content, {}, free=(number_of(content, b"/Producer"),)), DOCUMENT, "deleted", "pdfsig"),
    "a key twice": (
        replaced(b"/AcroForm", b"/Type /Catalog", b"/Type /Catalog /Lang (zh-CN)"), DOCUMENT, "stands twice", "pdfsig"),
    "an old table changed": (old_table, DOCUMENT, "belong", ""),
    "a second table in a stream": (hybrid, DOCUMENT, "hybrid", "pdfsig"),
    "a table in a stream": (table_stream, DOCUMENT, "tables of objects in streams", "pdfsig"),
    "an archive": (archive, DOCUMENT, "ZIP", "pyhanko pdfsig"),
    "bytes behind the end": (lambda content: content + b"%a\n", DOCUMENT, "follow the end", "pyhanko pdfsig"),
    "a line behind the end": (lambda content: content + b"\n", DOCUMENT, "follow the end", "pyhanko pdfsig"),
    "bytes between two objects": (
        lambda content: addition(content + b"%a\n", {catalogue(content): objects(content)[catalogue(content)]}),
        DOCUMENT, "belong to no object", "pyhanko pdfsig"),
}

# What is changed in the file itself.
CHANGED = {
    "bytes before the beginning": (lambda content: b"x\n" + content, DOCUMENT, "before %PDF", ""),
    "a byte of a page": (flipped, "digest", "", ""),
    "more than zeros behind the value": (padded, COVERAGE, "more than zeros", "pyhanko pdfsig"),
    "another unsigned attribute": (
        lambda content: with_value(content, another_attribute), CMS, "more than one time stamp", "pyhanko pdfsig"),
    "two signers": (lambda content: with_value(content, two_signers), CMS, "more than one signer", "pdfsig"),
    "a value of nothing": (lambda content: with_value(content, lambda info: b"\x30\x00"), CMS, "expected", ""),
}


def judged(office, content, folder):
    passing = [name for name, passes in [("pyhanko", pyhanko_passes(office, content)), ("pdfsig", pdfsig_passes(content, folder))]
               if passes]
    return " ".join(passing)


@pytest.mark.parametrize("what", [*ADDED, *CHANGED])
def test_what_was_changed_is_refused(office, sealed, tmp_path, what):
    change, step, words, passing = (ADDED | CHANGED)[what]
    content = change(sealed)
    assert what in CHANGED or content.startswith(sealed)
    verdict = office.check(content)
    why = reasons(verdict, "unknown" if verdict.word == "unproven" else "fails")
    assert step in why and words in why[step], why
    # Of a file that is of another form nothing is said to be wrong, and nothing to be right.
    assert verdict.word == ("unproven" if what in ("another trailer", "an object deleted", "a table in a stream") else "refused")
    assert judged(office, content, tmp_path) == passing


def prepared(content, what):
    """A document into which something was put before the seal."""
    root, found = catalogue(content), objects(content)
    return {
        "a script": lambda: moved(content.replace(
            b"/Pages 1 0 R\n>>", b"/Pages 1 0 R /OpenAction << /S /JavaScript /JS (x) >> >>")),
        "layers": lambda: moved(content.replace(
            b"/Pages 1 0 R\n>>", b"/Pages 1 0 R /OCProperties << /OCGs [ ] /D << >> >> >>")),
        "an update": lambda: addition(content, {root: found[root]}),
        "a note": lambda: note(content),
        "hidden": lambda: addition(content, {size_of(content): stream(b"hidden")}),
        "content": lambda: contents_replaced(content),
    }[what]()


def moved(content):
    """The document with its table's place put right: `prepared` may have made the last object longer."""
    start = content.rindex(b"\nxref\n") + 1
    return re.sub(rb"startxref\n\d+", b"startxref\n%d" % start, content)


STRAYED = {
    # The form of the seal: what another signer did otherwise.
    "P = 2": (dict(permission=b"2"), SEAL, "does not certify with P = 1"),
    "no certification": (dict(perms=False), SEAL, "/Perms"),
    "two values": (dict(contents=b"/Contents <00>"), DOCUMENT, "/Contents stands twice"),
    "a field that can be hidden": (dict(field=b"/OC << >>"), SEAL, "optional content"),
    "an action of the seal": (dict(field=b"/A << /S /URI /URI (a) >>"), SEAL, "an action"),
    "a gap beside the value": (
        dict(byte_range=lambda zero, opening, closing, rest: (zero, opening, closing + 9, rest - 9)), COVERAGE, "leaves out more"),
    "ranges that overlap": (
        dict(byte_range=lambda zero, opening, closing, rest: (zero, opening, opening - 5, rest)), COVERAGE, "leaves out more"),
    "a range that ends too early": (
        dict(byte_range=lambda zero, opening, closing, rest: (zero, opening, closing, rest - 7)), COVERAGE, "not over its revision"),
    "a range that begins later": (
        dict(byte_range=lambda zero, opening, closing, rest: (9, opening - 9, closing, rest)), COVERAGE, "leaves out more"),
    "a script beside the seal": (dict(catalog=SCRIPT), SEAL, "an action on opening"),
    "evidence before the seal": (dict(catalog=b"/DSS << >>"), SEAL, "evidence before the seal"),
    # What it signs.
    "signingTime": (dict(more=[cms.CMSAttribute({"type": "signing_time", "values": [
        cms.Time({"utc_time": datetime.datetime(2026, 11, 29, tzinfo=UTC)})]})]), CMS, "signingTime"),
    "another attribute": (
        dict(more=[cms.CMSAttribute({"type": "1.2.3.4", "values": [cms.OctetString(b"x")]})]), CMS, "1.2.3.4"),
    "two signers": (dict(signers=2), CMS, "more than one signer"),
    "what is signed inside": (dict(content=b"x"), CMS, "holds what it is over"),
}


@pytest.mark.parametrize("what", STRAYED)
def test_seals_of_another_form_are_refused(office, signer, what):
    arguments, step, words = STRAYED[what]
    verdict = office.check(signer.seal(office.plain.read_bytes(), **arguments))
    why = reasons(verdict)
    assert verdict.word == "refused" and words in why.get(step, ""), verdict.facts


def test_another_certificate_of_the_same_key_is_refused(office, signer, tmp_path):
    other, _ = certificate_by_hand(office, "office2", ("1.3.6.1.5.5.7.3.36",), False, key=office.key())
    content = signer.seal(office.plain.read_bytes(), certificate=other[0])
    verdict = office.check(content)
    assert (verdict.word, verdict.steps["fails"]) == ("refused", {"signing-certificate"})
    # And of the other's name, where both lie in it.
    content = Signer(office.chain(), office.key()).seal(office.plain.read_bytes(), chain=other)
    assert office.check(content).steps["fails"] == {"signing-certificate"}


@pytest.mark.parametrize("what, words", [
    ("a script", "an action on opening"), ("layers", "optional content"), ("an update", "changed after it was made"),
    ("hidden", "changed after it was made"), ("a note", "changed after it was made"), ("content", "changed after it was made")])
def test_what_was_prepared_before_the_seal_is_not_sealed(office, signer, tmp_path, what, words):
    content = prepared(office.plain.read_bytes(), what)
    path, out = tmp_path / "prepared.pdf", tmp_path / "out.pdf"
    path.write_bytes(content)
    text = office.apply(path, out, status=65)
    assert not out.exists() and words in text
    # Nor is it believed where somebody sealed it all the same.
    verdict = office.check(signer.seal(content))
    assert verdict.word in ("refused", "unproven")


def test_stamps_of_the_whole_have_to_be_right(office, sealed):
    chain, key = certificate_by_hand(office, "wide")

    def stamped_whole(over=None, field_keys=b"/Rect [ 0 0 0 0 ]", kind=b"/DocTimeStamp"):
        new, root, page = size_of(sealed), catalogue(sealed), first_page(sealed)
        found = objects(sealed)
        seal = number_of(sealed, b"/FT /Sig")
        room = 4_096
        changed = {
            page: with_keys(found[page], b"/Annots [ %d 0 R ]" % new),
            root: found[root].replace(b"/Fields [ %d 0 R ]" % seal, b"/Fields [ %d 0 R %d 0 R ]" % (seal, new)),
            new: b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (x) /F 132 /P %d 0 R /V %d 0 R %s >>" % (
                page, new + 1, field_keys)}
        if b"/AP" in field_keys:
            changed[new + 2] = stream(PAINT, FORM)
        changed[new + 1] = (
            b"<< /Type %s /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 /ByteRange [0 0000000000 0000000000 0000000000]"
            b" /Contents <%s> >>" % (kind, b"00" * room))
        whole = addition(sealed, changed)
        opening = whole.rindex(b"/Contents <00") + 10
        closing = opening + 2 + 2 * room
        hole = b"[0 0000000000 0000000000 0000000000]"
        text = b"[0 %d %d %d" % (opening, closing, len(whole) - closing)
        whole = whole.replace(hole, text.ljust(len(hole) - 1) + b"]")
        message = whole[:opening] + whole[closing:]
        der = token_by_hand(chain, key, over or message).dump()
        return whole[:opening + 1] + der.hex().encode() + b"00" * (room - len(der)) + whole[closing - 1:]

    verdict = office.check(stamped_whole())
    assert verdict.word == "genuine" and "document-stamp" in verdict.steps["holds"], verdict.facts
    assert office.check(stamped_whole(over=b"x")).steps["fails"] == {"document-stamp"}
    for keys, kind in [(b"/Rect [ 0 0 9 9 ]", b"/DocTimeStamp"), (b"/Rect [ 0 0 0 0 ]", b"/Sig"),
                       (b"/Rect [ 0 0 0 0 ] /AP << /N %d 0 R >>" % (size_of(sealed) + 2), b"/DocTimeStamp")]:
        assert office.check(stamped_whole(field_keys=keys, kind=kind)).steps["fails"] == {"pdf-additions"}


HOSTILE = {
    "nothing but arrays": b"1 0 obj\n" + b"[" * 100_000, "nothing but dictionaries": b"1 0 obj\n" + b"<< /A " * 100_000,
    "an endless name": b"1 0 obj\n/" + b"a" * 1_000_000, "an endless number": b"1 0 obj\n" + b"9" * 1_000_000,
    "many values": b"1 0 obj\n[ " + b"0 " * 3_000_000 + b"]\nendobj\n",
    "a text that does not end": b"1 0 obj\n(" + b"(" * 200_000,
    "a stream of a length beyond all": b"1 0 obj\n<< /Length 9999999999 >>\nstream\nx\nendstream\nendobj\n",
    "a stream whose length is itself": b"1 0 obj\n<< /Length 1 0 R >>\nstream\nx\nendstream\nendobj\n",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_files_end_with_a_reason(office, what):
    head = b"%PDF-1.5\n%\xb5\xed\xae\xfb\n"
    body = head + HOSTILE[what]
    content = body + (b"\nxref\n0 2\n0000000000 65535 f \n0000000015 00000 n \ntrailer\n<< /Size 2 /Root 1 0 R >>\nstartxref\n%d\n"
                      b"%%%%EOF\n" % (len(body) + 1))
    verdict = office.check(content)
    assert verdict.word in ("refused", "unproven") and "pdf-document" in {**reasons(verdict), **reasons(verdict, "unknown")}


def test_tables_that_lead_in_circles_end(office, sealed):
    for change in [
        lambda content: addition(content, {}, previous=len(content)),
        lambda content: re.sub(rb"/Size 66\n", b"/Size 66 /Prev 999999\n", content),
        lambda content: addition(content, {}, previous=9_999_999_999),
    ]:
        verdict = office.check(change(sealed))
        assert verdict.word == "refused" and verdict.steps["fails"] == {"pdf-document"}
    content = sealed
    for _ in range(20):
        content = addition(content, {})
    assert "revisions" in reasons(office.check(content))["pdf-document"]
