"""Seals in PDF for tests: an office by Guandu's own commands, another signer written from docs/seals.md, an authority of time
stamps by OpenSSL's command, and what judges them: pyHanko and pdfsig, which know nothing of Guandu."""

import contextlib
import datetime
import hashlib
import http.server
import io
import re
import subprocess
import threading

from asn1crypto import algos, cms, core, crl, pem, tsp, x509
from cryptography import x509 as crypto
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from deployment import ROOT
from sealing import Office, UTC, check, guandu


class PDFOffice:
    """An authority, a signer of documents, an authority of time stamps, and a seal whose picture is shown."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(mode=0o700)
        self.seals = Office(folder / "seals")
        self.ca = folder / "ca"
        guandu("ca", "init", "--ca", self.ca, "--name", "文书CA", "--organization", "常熟市")
        self.issue("seal", "office")
        self.issue("time-stamp", "clock")
        self.trust = self.ca / "authority.pem"
        self.crl = self.ca / "crl.pem"
        self.plain = folder / "plain.pdf"
        guandu("document", "typeset", ROOT / "zones/documents/notice.txt", "--pdf", self.plain)

    def issue(self, kind, name, *more):
        guandu("ca", "issue", "--ca", self.ca, "--out", self.folder, kind, name, *more)

    def apply(self, document, out, *more, status=0, signer="office", page="3"):
        return guandu(
            "document", "seal", document, "--seal", self.seals.seal, "--key", self.folder / f"{signer}.key",
            "--certificate", self.folder / f"{signer}.pem", "--page", page, "--x", "100", "--y", "80", "--out", out,
            *more, status=status)

    def own_stamp(self, clock="clock"):
        return ["--timestamp-key", self.folder / f"{clock}.key", "--timestamp-certificate", self.folder / f"{clock}.pem"]

    def check(self, content, *more, trust=True):
        path = self.folder / "checked.pdf"
        path.write_bytes(content)
        return check(path, *(["--trust", self.trust] if trust else []), *more)

    def chain(self, name="office"):
        return [certificate.dump() for certificate in load_certs_from_pemder([self.folder / f"{name}.pem"])]

    def key(self, name="office"):
        return serialization.load_pem_private_key((self.folder / f"{name}.key").read_bytes(), None)


def reasons(verdict, outcome="fails"):
    steps = verdict.facts["steps"] + [step for signature in verdict.facts["signatures"] for step in signature["steps"]]
    return {step["step"]: step["detail"] for step in steps if step["outcome"] == outcome}


class Judgement:
    def __init__(self, office, content):
        roots = list(load_certs_from_pemder([office.trust]))
        lists = [crl.CertificateList.load(pem.unarmor(office.crl.read_bytes())[2])]
        context = ValidationContext(
            trust_roots=roots, crls=lists, allow_fetching=False, revocation_mode="hard-fail")
        reader = PdfFileReader(io.BytesIO(content))
        self.status = validate_pdf_signature(reader.embedded_signatures[0], context)
        self.passes = self.status.bottom_line
        self.stamp = self.status.timestamp_validity


def pyhanko_passes(office, content):
    try:
        return Judgement(office, content).passes
    except Exception:  # what it cannot read it does not pass
        return False


def pdfsig_passes(content, folder):
    """By digest alone: it builds no chain to an authority that is not installed."""
    path = folder / "judged.pdf"
    path.write_bytes(content)
    done = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, errors="replace")
    verdicts = re.findall(r"Signature Validation: (.*)", done.stdout)
    return done.returncode == 0 and bool(verdicts) and all(verdict == "Signature is Valid." for verdict in verdicts)


# A PDF's parts, by regular expressions, and additions to it.


def objects(content):
    """The text of each object, of a number the latest."""
    found = {}
    for match in re.finditer(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", content, re.DOTALL):
        found[int(match[1])] = match[2]
    return found


def number_of(content, what):
    """The number of the last object that holds `what`."""
    return max(number for number, text in objects(content).items() if what in text)


def first_page(content):
    return min(number for number, text in objects(content).items() if re.search(rb"/Type /Page\b(?!s)", text))


def size_of(content):
    return int(re.findall(rb"/Size (\d+)", content)[-1])


def last_table(content):
    return int(re.findall(rb"startxref\s+(\d+)", content)[-1])


def addition(content, changed, trailer=b"", table=None, previous=None, free=()):
    """An incremental update as any writer makes it."""
    whole = bytearray(content if content.endswith(b"\n") else content + b"\n")
    places = {}
    for number, text in changed.items():
        places[number] = len(whole)
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    places.update(table or {})
    start = len(whole)
    whole += b"xref\n"
    for number in sorted([*places, *free]):
        entry = b"%010d 00001 f \n" % 0 if number in free else b"%010d 00000 n \n" % places[number]
        whole += b"%d 1\n%s" % (number, entry)
    root = re.findall(rb"/Root (\d+) 0 R", content)[-1]
    information = re.findall(rb"/Info (\d+) 0 R", content)
    size = max([size_of(content), *[number + 1 for number in places]])
    whole += b"trailer\n<< /Size %d /Root %s 0 R" % (size, root)
    if information:
        whole += b" /Info %s 0 R" % information[-1]
    whole += b" /Prev %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (previous or last_table(content), trailer, start)
    return bytes(whole)


def stream(data, keys=b""):
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), keys, data)


def with_keys(text, keys):
    """A dictionary with further keys."""
    assert text.rstrip().endswith(b">>")
    return text.rstrip()[:-2] + keys + b" >>"


class Signer:
    """Another signer, written from docs/seals.md. What is given as an argument is how it strays from it."""

    def __init__(self, chain, key):
        self.chain = chain
        self.key = key

    def attributes(self, digest, more=(), certificate=None):
        named = hashlib.sha256(certificate or self.chain[0]).digest()
        listed = [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [digest]}),
            cms.CMSAttribute({"type": "signing_certificate_v2",
                              "values": [tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2({"cert_hash": named})]})]}),
            *more]
        return cms.CMSAttributes(sorted(listed, key=lambda attribute: attribute.dump()))

    def value(self, message, more=(), certificate=None, unsigned=(), signers=1, chain=None, content=None):
        attributes = self.attributes(hashlib.sha256(message).digest(), more, certificate)
        signature = self.key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))
        own = x509.Certificate.load(self.chain[0])
        sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
        info = {
            "version": "v1", "sid": cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number}),
            "digest_algorithm": sha256, "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"}, "signature": signature}
        if unsigned:
            info["unsigned_attrs"] = cms.CMSAttributes([make(signature) for make in unsigned])
        inner = {"content_type": "data"}
        if content is not None:
            inner["content"] = content
        data = cms.SignedData({
            "version": "v1", "digest_algorithms": [sha256], "encap_content_info": inner,
            "certificates": [x509.Certificate.load(der) for der in sorted(chain or self.chain)],
            "signer_infos": [cms.SignerInfo(info)] * signers})
        return cms.ContentInfo({"content_type": "signed_data", "content": data}).dump()

    def seal(self, document, permission=b"1", dictionary=b"", field=b"", catalog=b"", byte_range=None, extra=None,
             padding=b"00", contents=b"", perms=True, **value):
        """A document with a seal that shows a red square."""
        found = objects(document)
        root = int(re.findall(rb"/Root (\d+) 0 R", document)[-1])
        page = first_page(document)
        start = size_of(document)
        room = 8_192
        form = b"/Type /XObject /Subtype /Form /BBox [ 0 0 100 100 ]"
        reference = (b"/Reference [ << /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams "
                     b"/P %s /V /1.2 >> >> ]" % permission)
        time = datetime.datetime.now(UTC).strftime("D:%Y%m%d%H%M%SZ").encode()
        changed = {
            page: with_keys(found[page], b"/Annots [ %d 0 R ]" % start),
            root: with_keys(found[root], b"/AcroForm << /Fields [ %d 0 R ] /SigFlags 3 >> %s %s" % (
                start, b"/Perms << /DocMDP %d 0 R >>" % (start + 1) if perms else b"", catalog)),
            start + 2: stream(b"1 0 0 rg 0 0 100 100 re f", form),
            start: b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Seal) /F 132 /P %d 0 R /V %d 0 R /Rect [ 100 100 200 200 ]"
                   b" /AP << /N %d 0 R >> %s >>" % (page, start + 1, start + 2, field),
            **(extra or {}),
            start + 1: b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (%s) /Name (office)"
                       b" /ByteRange [0 0000000000 0000000000 0000000000] /Contents <%s> %s %s %s >>" % (
                           time, b"00" * room, reference, dictionary, contents),
        }
        whole = addition(document, changed)
        opening = whole.rindex(b"/Contents <" + b"00" * room) + 10
        closing = opening + 2 + 2 * room
        numbers = (byte_range or (lambda *numbers: numbers))(0, opening, closing, len(whole) - closing)
        text = b"[%d %d %d %d" % tuple(numbers)
        hole = b"[0 0000000000 0000000000 0000000000]"
        whole = whole.replace(hole, text.ljust(len(hole) - 1) + b"]", 1) if whole.count(hole) == 1 else None
        message = whole[numbers[0]:numbers[0] + numbers[1]] + whole[numbers[2]:numbers[2] + numbers[3]]
        der = self.value(message, **value)
        filled = der.hex().encode()
        return whole[:opening + 1] + filled + padding * (room - len(der)) + whole[closing - 1:]


def certificate_by_hand(office, name, usage=("1.3.6.1.5.5.7.3.8",), critical=True, start=-1, end=300, key=None):
    """A certificate by the office's authority, of any purpose and dates (days from now), beside its key."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    authority = crypto.load_pem_x509_certificate(office.trust.read_bytes())
    signer = serialization.load_pem_private_key((office.ca / "authority.key").read_bytes(), None)
    now = datetime.datetime.now(UTC)
    builder = (
        crypto.CertificateBuilder().subject_name(crypto.Name([crypto.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(authority.subject).public_key(key.public_key()).serial_number(crypto.random_serial_number())
        .not_valid_before(now + datetime.timedelta(days=start)).not_valid_after(now + datetime.timedelta(days=end))
        .add_extension(crypto.BasicConstraints(False, None), True)
        .add_extension(crypto.KeyUsage(True, True, False, False, False, False, False, False, False), True))
    if usage:
        builder = builder.add_extension(
            crypto.ExtendedKeyUsage([crypto.ObjectIdentifier(one) for one in usage]), critical)
    made = builder.sign(signer, hashes.SHA256())
    (office.folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (office.folder / f"{name}.key").touch(mode=0o600)
    (office.folder / f"{name}.key").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return [made.public_bytes(serialization.Encoding.DER)], key


def list_by_hand(office, name, revoked, invalid=None):
    """A list of revocations in PEM, in force, with one certificate revoked at a date, and suspected since another."""
    authority = crypto.load_pem_x509_certificate(office.trust.read_bytes())
    signer = serialization.load_pem_private_key((office.ca / "authority.key").read_bytes(), None)
    now, day = datetime.datetime.now(UTC), datetime.timedelta(days=1)
    own = crypto.load_pem_x509_certificate((office.folder / f"{name}.pem").read_bytes())
    entry = crypto.RevokedCertificateBuilder().serial_number(own.serial_number).revocation_date(revoked)
    if invalid:
        entry = entry.add_extension(crypto.InvalidityDate(invalid.replace(tzinfo=None)), False)
    made = (
        crypto.CertificateRevocationListBuilder().issuer_name(authority.subject).last_update(now - day)
        .next_update(now + day).add_revoked_certificate(entry.build()).add_extension(crypto.CRLNumber(99), False)
        .add_extension(crypto.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), False)
        .sign(signer, hashes.SHA256()))
    return made.public_bytes(serialization.Encoding.PEM)


def token_by_hand(chain, key, over, time=None, digest="sha256"):
    """A time stamp that OpenSSL's authority would not give."""
    own = x509.Certificate.load(chain[0])
    imprint = {"hash_algorithm": {"algorithm": digest}, "hashed_message": hashlib.new(digest, over).digest()}
    stated = tsp.TSTInfo({
        "version": "v1", "policy": "1.2.3.4.1", "message_imprint": imprint, "serial_number": 7,
        "gen_time": (time or datetime.datetime.now(UTC)).replace(microsecond=0)})
    attributes = cms.CMSAttributes(sorted([
        cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
        cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(stated.dump()).digest()]}),
        cms.CMSAttribute({"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2(
            {"certs": [tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(chain[0]).digest()})]})]})],
        key=lambda attribute: attribute.dump()))
    info = cms.SignerInfo({
        "version": "v1", "sid": cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number}),
        "digest_algorithm": {"algorithm": "sha256"}, "signed_attrs": attributes,
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
        "signature": key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))})
    data = cms.SignedData({
        "version": "v3", "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(stated.dump())},
        "certificates": [x509.Certificate.load(der) for der in chain], "signer_infos": [info]})
    return cms.ContentInfo({"content_type": "signed_data", "content": data})


def as_attribute(make):
    """An unsigned attribute with the time stamp that `make` gives over a signature."""
    return lambda signature: cms.CMSAttribute(
        {"type": "signature_time_stamp_token", "values": [make(signature)]})


class Responder:
    """An authority of time stamps over HTTP: `openssl ts -reply` behind a small server."""

    def __init__(self, folder, signer, behaviour=None):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.behaviour = behaviour or (lambda responder, query: responder.reply(query))
        (folder / "serial").write_text("01\n")
        (folder / "conf").write_text(
            f"[tsa]\nserial={folder}/serial\nsigner_cert={signer}.pem\nsigner_key={signer}.key\ncerts={signer}.pem\n"
            "signer_digest=sha256\ndefault_policy=1.2.3.4.1\nother_policies=1.2.3.4.2\ndigests=sha256,sha384\n"
            "accuracy=secs:1\nordering=no\ntsa_name=no\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n")

    def reply(self, query):
        (self.folder / "query").write_bytes(query)
        subprocess.run(["openssl", "ts", "-reply", "-config", self.folder / "conf", "-section", "tsa", "-queryfile",
                        self.folder / "query", "-out", self.folder / "reply"], check=True, capture_output=True)
        return (self.folder / "reply").read_bytes()

    @contextlib.contextmanager
    def running(self):
        responder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                assert self.headers["Content-Type"] == "application/timestamp-query"
                query = self.rfile.read(int(self.headers["Content-Length"]))
                answer = responder.behaviour(responder, query)
                if isinstance(answer, int):
                    return self.send_error(answer)
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.end_headers()
                with contextlib.suppress(ConnectionError):
                    self.wfile.write(answer)

            def log_message(self, *arguments):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/stamp"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
