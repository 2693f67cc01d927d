"""Writes what the fuzz targets begin with. usage: seeds.py FOLDER

FOLDER/<target>/own/ comes from docs/specimen; FOLDER/<target>/foreign/ from age's test suite, where it lies beside this
repository. The foreign ones are read at run time only; they are never merged into the corpus.
"""

import hashlib
import io
import json
import pathlib
import subprocess
import sys
import zipfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPECIMEN = ROOT / "docs/specimen"
VECTORS = ROOT / "../shared/vectors/age"
BLOCK = 512


def put(folder, target, content, origin="own"):
    place = folder / target / origin
    place.mkdir(parents=True, exist_ok=True)
    (place / hashlib.sha1(content).hexdigest()).write_bytes(content)


def open_age(sealed):
    command = ["age", "--decrypt", "--identity", SPECIMEN / "intranet.agekey"]
    return subprocess.run(command, input=sealed, capture_output=True, check=True).stdout


def tar_files(archive):
    position = 0
    while archive[position : position + BLOCK].strip(b"\0"):
        size = int(archive[position + 124 : position + 136].strip(b"\0 "), 8)
        position += BLOCK
        yield archive[position : position + size]
        position += -(-size // BLOCK) * BLOCK


def packets(folder):
    for path in sorted(SPECIMEN.glob("*.gdp")):
        magic, manifest, signature, certificate, payload = path.read_bytes().split(b"\n", 4)
        archive = open_age(payload)
        put(folder, "head", b"\n".join([magic, manifest, signature, certificate, b""]))
        put(folder, "head", manifest)
        put(folder, "json", manifest)
        put(folder, "archive", manifest + b"\n" + archive)
        put(folder, "age-header", payload.partition(b"\n--- ")[0] + b"\n--- " + b"A" * 43 + b"\n")
        put(folder, "age-file", b"\0" + payload)
        for text in tar_files(archive):
            put(folder, "json", text)
            put(folder, "message", text)


def full_manifest(folder):
    """What the specimen's manifests leave empty: receipts and refusals."""
    manifest = json.loads((SPECIMEN / "B.gdp").read_bytes().split(b"\n")[1])
    refusals = [{"seq": 2, "message": manifest["id"], "code": "unknown-mailbox"}, {"seq": 3, "code": "policy"}]
    manifest["receipts"] = [
        {"stream": "intranet/a/1/m", "applied": 9, "digest": "1" * 64, "effective": 8, "secured": 7, "refused": refusals},
        {"stream": "intranet/a/1/b", "applied": 0, "digest": "0" * 64, "effective": 0, "secured": 0, "refused": []},
    ]
    line = json.dumps(manifest, separators=(",", ":")).encode()
    put(folder, "json", line)
    put(folder, "head", line)
    put(folder, "head", b"guandu-packet/v1\n" + line + b"\nAAAA\nAAAA\n")


def limits(folder):
    magic = b"guandu-packet/v1\n"
    put(folder, "head", magic + b"{" * 65_536)
    put(folder, "head", magic + b"{}\n" + b"A" * 8_192)
    put(folder, "json", b"[" * 40 + b"]" * 40)
    put(folder, "json", br'["\u00e9\ud83d\ude00\n", -9223372036854775808, true, false, null, {"a": {}}]')
    # An age file with a header of ours, changed, cut, of chunks in all lengths: see age-file.swift.
    for script in [b"\1\3", b"\1\1\0\0\0\0\1", b"\2\0", b"\2\1", b"\2\2-> other x\n\n", b"\3\2\3", b"\3\2\2\1\0\0\7"]:
        put(folder, "age-file", script)


def archives(folder):
    for method in [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]:
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w", method) as archive:
            for name in ["OFD.xml", "Doc_0/", "Doc_0/文档.xml"]:
                archive.writestr(zipfile.ZipInfo(name), b"" if name.endswith("/") else b"<a/>" * 100, method)
        put(folder, "zip", whole.getvalue())


def documents(folder):
    for path in sorted((ROOT / "zones/documents").glob("*.txt")):
        text = path.read_text()
        put(folder, "document", text.encode())
        put(folder, "document", text.replace("sealed: yes", "sealed: no").encode())
    # Many pages, and a row of a table that is nearly one.
    put(folder, "document", (text + "| 甲 | 乙 |\n| --- | ---: |\n" + "| " + "长" * 2000 + " | 1 |\n" * 3).encode())
    put(folder, "document", (text + "字\n" * 3000).encode())


def der(tag, *parts):
    content = b"".join(parts)
    count = len(content)
    octets = b"" if count < 128 else count.to_bytes((count.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets) if octets else count]) + octets + content


def seals(folder):
    """A seal with certificates, one with digests and extensions, each alone and in a signed value."""
    day, oid = der(0x18, b"20261128000000Z"), der(0x06, bytes.fromhex("2a811ccf55018375"))
    png = bytes.fromhex("89504e470d0a1a0a 0000000d49484452 00000001 00000001 0806000000 00000000")
    png += bytes.fromhex("0000000149444154 00 00000000 0000000049454e44 ae426082")
    put(folder, "seal", png)
    digest = der(0x30, der(0x13, b"SM3"), der(0x04, bytes(32)))
    extension = der(0x30, der(0x30, der(0x06, b"\x2a\x03"), der(0x01, b"\xff"), der(0x04, b"x")))
    for kind, signers, more in [(1, der(0x04, b"certificate"), b""), (2, digest, extension)]:
        header = der(0x30, der(0x16, b"ES"), der(2, b"\x04"), der(0x16, b"guandu"))
        numbers = der(2, b"\x01"), der(0x0C, "印章".encode()), der(2, bytes([kind])), der(0x30, signers)
        picture = der(0x30, der(0x16, b"png"), der(0x04, png), der(2, b"\x2d"), der(2, b"\x2d"))
        info = der(0x30, header, der(0x16, b"GD1"), der(0x30, *numbers, day, day, day), picture, more)
        seal = der(0x30, info, der(0x04, b"maker"), oid, der(3, b"\0signature"))
        signed = der(0x30, der(2, b"\x04"), seal, day, der(3, bytes(33)), der(0x16, b"/Signature.xml"))
        stamp = der(0xA0, der(3, b"\0stamp")) if more else b""
        put(folder, "seal", seal)
        put(folder, "seal", der(0x30, signed, der(0x04, b"sealer"), oid, der(3, bytes(65)), stamp))


def pdf(parts, before=b"", previous=None):
    """A file of objects, or an addition to one."""
    whole, table = before or b"%PDF-1.5\n%\xb5\xed\xae\xfb\n", b"" if before else b"0 1\n0000000000 65535 f \n"
    for number, text in sorted(parts.items()):
        table += b"%d 1\n%010d 00000 n \n" % (number, len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    more = b" /Prev %d" % previous if previous else b""
    end = b"trailer\n<< /Size 20 /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (more, len(whole))
    return whole + b"xref\n" + table + end, len(whole)


def pdfs(folder):
    """A page with a font and a picture, sealed, with evidence and a time stamp behind the seal."""
    data = b"\nstream\nx\nendstream"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [ 0 0 595.27 841.88 ] /Contents 4 0 R /Resources 5 0 R"
    catalogue = b"<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN)"
    plain, place = pdf({
        1: catalogue + b" >>", 2: b"<< /Type /Pages /Kids [ 3 0 R ] /Count 1 >>", 3: page + b" >>",
        4: b"<< /Length 6 0 R /Filter /FlateDecode >>" + data, 6: b"1",
        5: b"<< /Font << /F 7 0 R >> /ExtGState << /a << /CA 1 >> >> >>",
        7: b"<< /Type /Font /Subtype /TrueType /BaseFont /A+B /Widths [ 500 ] /FontDescriptor 8 0 R >>",
        8: b"<< /Type /FontDescriptor /FontName /A+B /FontFile2 9 0 R >>", 9: b"<< /Length 1 /Length1 1 >>" + data})
    form = b" /AcroForm << /Fields [ 10 0 R ] /SigFlags 3 >> /Perms << /DocMDP 11 0 R >>"
    parts = {
        1: catalogue + form + b" >>", 3: page + b" /Annots [ 10 0 R ] >>",
        10: b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Seal) /F 132 /P 3 0 R /V 11 0 R /Rect [ 1 1 9 9 ]"
            b" /AP << /N 12 0 R >> >>",
        12: b"<< /Type /XObject /Subtype /Form /BBox [ 0 0 1 1 ] /Length 1 >>" + data}

    def signed(kind, parts, before, previous, number, more=b""):
        head = b"<< /Type /%s /Filter /Adobe.PPKLite /SubFilter /%s /ByteRange [ 0 %04d %04d %04d ] /Contents <3000> %s >>"
        names = (kind, b"ETSI.CAdES.detached" if kind == b"Sig" else b"ETSI.RFC3161")
        whole, place = pdf(parts | {number: head % (*names, 0, 0, 0, more)}, before, previous)
        opening = whole.rindex(b"/Contents <") + 10
        numbers = (opening, opening + 6, len(whole) - opening - 6)
        return whole.replace(head[:head.index(b" /Contents")] % (*names, 0, 0, 0),
                             head[:head.index(b" /Contents")] % (*names, *numbers)), place

    reference = (b"/M (D:20261128000000Z) /Name (a) /Reason <FEFF672C> /Reference [ << /Type /SigRef /TransformMethod /DocMDP"
                 b" /TransformParams << /Type /TransformParams /P 1 /V /1.2 >> >> ]")
    sealed, behind = signed(b"Sig", parts, plain, place, 11, reference)
    kept, last = pdf({1: catalogue + form + b" /DSS 13 0 R >>", 13: b"<< /Type /DSS /Certs [ 14 0 R ] /VRI << /A 15 0 R >> >>",
                      14: b"<< /Length 1 >>" + data, 15: b"<< /Type /VRI /Cert [ 14 0 R ] >>"}, sealed, behind)
    stamped, _ = signed(b"DocTimeStamp", {
        1: catalogue + form.replace(b"10 0 R ]", b"10 0 R 16 0 R ]") + b" /DSS 13 0 R >>",
        16: b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (b) /Rect [ 0 0 0 0 ] /V 17 0 R >>"}, kept, last, 17)
    for content in [plain, sealed, kept, stamped]:
        put(folder, "pdf", content)


def vectors(folder):
    for path in sorted(VECTORS.glob("*")):
        head, _, file = path.read_bytes().partition(b"\n\n")
        if b"\ncompressed: zlib" in head:
            file = zlib.decompress(file)
        if len(file) < 20_000:
            put(folder, "age-header", file, "foreign")
            put(folder, "age-file", b"\0" + file, "foreign")


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    packets(target)
    pdfs(target)
    full_manifest(target)
    limits(target)
    archives(target)
    documents(target)
    seals(target)
    vectors(target)
