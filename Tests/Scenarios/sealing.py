"""Documents and seals for tests: an office with its seal by Guandu, another by OpenSSL's command, and what judges them,
gmalg and asn1crypto, which know nothing of Guandu."""

import base64
import datetime
import io
import json
import subprocess
import zipfile

import gmalg
from asn1crypto import core, x509

from deployment import BINARIES

IDENTIFIER = b"1234567812345678"
SM2_WITH_SM3 = "1.2.156.10197.1.501"
SIGNS = "Doc_0/Signs/Sign_0/"
PAGE = "Doc_0/Pages/Page_0/Content.xml"
NAMESPACE = "http://www.ofdspec.org/2016"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
UTC = datetime.timezone.utc


def guandu(*arguments, status=0):
    done = subprocess.run([BINARIES / "guandu", *map(str, arguments)], capture_output=True)
    text = done.stdout.decode() + done.stderr.decode()
    assert done.returncode == status, f"{done.returncode}: {text}"
    return text


def element(name, content, attributes=""):
    return f'{HEAD}<ofd:{name} xmlns:ofd="{NAMESPACE}"{attributes}>{content}</ofd:{name}>'.encode()


def small_document():
    """One page of A4 with one path."""
    path = ('<ofd:PathObject ID="4" Boundary="30 40 100 0.5" Stroke="false" Fill="true"><ofd:AbbreviatedData>'
            "M 0 0 L 100 0 L 100 0.5 L 0 0.5 C</ofd:AbbreviatedData></ofd:PathObject>")
    return {
        "OFD.xml": element(
            "OFD", "<ofd:DocBody><ofd:DocInfo><ofd:DocID>00000000000000000000000000000001</ofd:DocID></ofd:DocInfo>"
            "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>", ' Version="1.0" DocType="OFD"'),
        "Doc_0/Document.xml": element(
            "Document", "<ofd:CommonData><ofd:MaxUnitID>9</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>0 0 210 297"
            "</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
            f'<ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>'),
        PAGE: element("Page", f'<ofd:Content><ofd:Layer ID="3" Type="Body">{path}</ofd:Layer></ofd:Content>'),
        "Doc_0/Res/font_2.otf": bytes(range(256)) * 8,
    }


def pack(files):
    """An archive of a dictionary, or of pairs that may name a file twice."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items() if isinstance(files, dict) else files:
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def unpack(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sm3(data):
    digest = gmalg.SM3()
    digest.update(data)
    return digest.value()


class Office:
    """An authority, a maker, a sealer and a seal, by Guandu's own commands."""

    def __init__(self, folder, name="常熟市人民政府"):
        self.folder = folder
        self.name = name
        folder.mkdir(mode=0o700)
        self.passphrase = folder / "passphrase"
        self.passphrase.touch(mode=0o600)
        self.passphrase.write_text("kept to itself\n")
        self.ca = folder / "ca"
        guandu("ca", "init", "--ca", self.ca, "--name", "内部印章CA", "--organization", "常熟市", "--sm2",
               "--key-passphrase-file", self.passphrase)
        self.issue("seal-maker", "制章人")
        self.issue("sm2-seal", name)
        self.trust = folder / "trust.pem"
        self.trust.write_bytes((self.ca / "authority.pem").read_bytes() + (folder / "制章人.pem").read_bytes())
        self.seal = folder / "seal.esl"
        self.make_seal(self.seal)

    def issue(self, kind, name, *more):
        guandu("ca", "issue", "--ca", self.ca, "--key-passphrase-file", self.passphrase, "--passphrase-file",
               self.passphrase, "--out", self.folder, kind, name, *more)

    def make_seal(self, out, *more, status=0, rank=("--rank", "city"), sealer=None):
        return guandu(
            "seal", "make", "--name", self.name, "--maker", self.folder / "制章人.pem", "--maker-key",
            self.folder / "制章人.key", "--maker-passphrase-file", self.passphrase, "--certificate",
            self.folder / f"{sealer or self.name}.pem", "--out", out, *rank, *more, status=status)

    def apply(self, document, out, *more, status=0, seal=None):
        return guandu(
            "document", "seal", document, "--seal", seal or self.seal, "--key", self.folder / f"{self.name}.key",
            "--key-passphrase-file", self.passphrase, "--x", "100", "--y", "200", "--out", out, *more, status=status)

    def check(self, content, *more, trust=True):
        """The verdict of a document, with its steps by outcome."""
        path = self.folder / "checked.ofd"
        path.write_bytes(content)
        return check(path, *(["--trust", self.trust] if trust else []), *more)


class Verdict:
    def __init__(self, facts):
        self.facts = facts
        self.word = facts["verdict"]
        steps = facts["steps"] + [step for signature in facts["signatures"] for step in signature["steps"]]
        self.steps = {outcome: {step["step"] for step in steps if step["outcome"] == outcome}
                      for outcome in ("holds", "fails", "unknown", "remark")}
        assert all(step["chinese"] and step["english"] for step in steps)


def check(path, *more):
    done = subprocess.run([BINARIES / "guandu", "document", "check", path, "--json", *more], capture_output=True)
    assert done.returncode in (0, 1, 65), done.stderr.decode()
    verdict = Verdict(json.loads(done.stdout))
    assert done.returncode == {"genuine": 0, "unproven": 1, "refused": 65}[verdict.word]
    return verdict


# The ASN.1 of GB/T 38540-2020, as asn1crypto reads and writes it.


def sequence(*fields):
    return type("Fields", (core.Sequence,), {"_fields": list(fields)})


class Certificates(core.SequenceOf):
    _child_spec = core.OctetString


Digest = sequence(("kind", core.PrintableString), ("value", core.OctetString))


class Digests(core.SequenceOf):
    _child_spec = Digest


Extension = sequence(("identifier", core.ObjectIdentifier), ("critical", core.Boolean), ("value", core.OctetString))


class Extensions(core.SequenceOf):
    _child_spec = Extension


Header = sequence(("id", core.IA5String), ("version", core.Integer), ("vendor", core.IA5String))
Property = sequence(
    ("type", core.Integer), ("name", core.UTF8String), ("list_type", core.Integer), ("list", core.Any),
    ("created", core.GeneralizedTime), ("start", core.GeneralizedTime), ("end", core.GeneralizedTime))
Picture = sequence(("type", core.IA5String), ("data", core.OctetString), ("width", core.Integer),
                   ("height", core.Integer))
Info = sequence(("header", Header), ("identifier", core.IA5String), ("property", Property), ("picture", Picture),
                ("extensions", Extensions, {"optional": True}))
Seal = sequence(("info", Info), ("certificate", core.OctetString), ("algorithm", core.ObjectIdentifier),
                ("signature", core.OctetBitString))
Signed = sequence(("version", core.Integer), ("seal", Seal), ("time", core.GeneralizedTime),
                  ("digest", core.OctetBitString), ("path", core.IA5String))
Signature = sequence(("signed", Signed), ("certificate", core.OctetString), ("algorithm", core.ObjectIdentifier),
                     ("signature", core.OctetBitString))
Numbers = sequence(("r", core.Integer), ("s", core.Integer))


def verifies(certificate, signature, message):
    """Whether gmalg takes the signature for the certificate's, under the standard identifier."""
    point = x509.Certificate.load(certificate).public_key["public_key"].native
    numbers = Numbers.load(signature, strict=True).native
    judge = gmalg.SM2(pk=point, uid=IDENTIFIER)
    return judge.verify(message, numbers["r"].to_bytes(32, "big"), numbers["s"].to_bytes(32, "big"))


class Stranger:
    """A maker and a sealer whose keys and certificates OpenSSL's command made, and whose seals this file writes."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        (folder / "conf").write_text(
            "[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nCN=x\n[ca]\nbasicConstraints=critical,CA:TRUE\n"
            "keyUsage=critical,keyCertSign,cRLSign\n[ee]\nbasicConstraints=critical,CA:FALSE\n"
            "keyUsage=critical,digitalSignature,nonRepudiation\n")
        self.key("ca")
        self.openssl("req", "-new", "-x509", "-sm3", "-sigopt", self.distid, "-key", "ca.key", "-subj", "/CN=CA",
                     "-days", "900", "-config", "conf", "-extensions", "ca", "-out", "ca.pem")
        for name in ("maker", "sealer"):
            self.certificate(name)
        self.trust = folder / "trust.pem"
        self.trust.write_bytes((folder / "ca.pem").read_bytes() + (folder / "maker.pem").read_bytes())

    distid = "distid:" + IDENTIFIER.decode()

    def openssl(self, *arguments):
        return subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True).stdout

    def key(self, name):
        self.openssl("genpkey", "-algorithm", "SM2", "-out", f"{name}.key")

    def certificate(self, name, extensions="ee", issuer="ca"):
        self.key(name)
        self.openssl("req", "-new", "-sm3", "-sigopt", self.distid, "-key", f"{name}.key", "-subj", f"/CN={name}",
                     "-config", "conf", "-out", f"{name}.csr")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key",
                     "-CAcreateserial", "-sm3", "-vfyopt", self.distid, "-sigopt", self.distid, "-days", "800",
                     "-extfile", "conf", "-extensions", extensions, "-out", f"{name}.pem")
        self.openssl("x509", "-in", f"{name}.pem", "-outform", "DER", "-out", f"{name}.der")

    def der(self, name):
        return (self.folder / f"{name}.der").read_bytes()

    def sign(self, name, message):
        (self.folder / "message").write_bytes(message)
        return self.openssl("pkeyutl", "-sign", "-rawin", "-digest", "sm3", "-pkeyopt", self.distid, "-inkey",
                            f"{name}.key", "-in", "message")

    def seal(self, picture, version=4, listed=None, extensions=None, start=None, end=None, maker="maker"):
        now = datetime.datetime.now(UTC).replace(microsecond=0)
        day = datetime.timedelta(days=1)
        info = {
            "header": {"id": "ES", "version": version, "vendor": "stranger"}, "identifier": "32058100000001",
            "property": {
                "type": 1, "name": "外来印章", "list_type": 2 if isinstance(listed, Digests) else 1,
                "list": core.Any(listed or Certificates([self.der("sealer")])), "created": now,
                "start": start or now - day, "end": end or now + 365 * day},
            "picture": {"type": "png", "data": picture, "width": 42, "height": 42}}
        if extensions:
            info["extensions"] = extensions
        info = Info(info)
        return Seal({"info": info, "certificate": self.der(maker), "algorithm": SM2_WITH_SM3,
                     "signature": self.sign(maker, info.dump())})

    def apply(self, files, seal, time=None, sealer="sealer", raw=False, version=4, path=SIGNS, change_list=None):
        """A sealed document's files, as another implementation would write them."""
        files = dict(files)
        files["OFD.xml"] = files["OFD.xml"].replace(
            b"</ofd:DocBody>", b"<ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures></ofd:DocBody>")
        references = "".join(
            f'<ofd:Reference FileRef="/{name}"><ofd:CheckValue>{base64.b64encode(sm3(data)).decode()}</ofd:CheckValue>'
            "</ofd:Reference>" for name, data in files.items())
        xml = element(
            "Signature", f'<ofd:SignedInfo><ofd:Provider ProviderName="stranger"/><ofd:SignatureMethod>{SM2_WITH_SM3}'
            '</ofd:SignatureMethod><ofd:SignatureDateTime>20261128093000Z</ofd:SignatureDateTime>'
            f'<ofd:References CheckMethod="1.2.156.10197.1.401">{references}</ofd:References>'
            '<ofd:StampAnnot ID="s1" PageRef="1" Boundary="100 200 42 42"/>'
            f"<ofd:Seal><ofd:BaseLoc>/{SIGNS}Seal.esl</ofd:BaseLoc></ofd:Seal></ofd:SignedInfo>"
            f"<ofd:SignedValue>/{SIGNS}SignedValue.dat</ofd:SignedValue>")
        time = time or datetime.datetime.now(UTC).replace(microsecond=0)
        signed = Signed({"version": version, "seal": seal, "time": time, "digest": sm3(xml),
                         "path": f"/{path}Signature.xml"})
        signature = self.sign(sealer, signed.dump())
        if raw:
            numbers = Numbers.load(signature).native
            signature = numbers["r"].to_bytes(32, "big") + numbers["s"].to_bytes(32, "big")
        value = Signature({"signed": signed, "certificate": self.der(sealer), "algorithm": SM2_WITH_SM3,
                           "signature": signature})
        entry = f'<ofd:Signature ID="s1" Type="Seal" BaseLoc="/{SIGNS}Signature.xml"/>'
        return files | {
            "Doc_0/Signs/Signatures.xml": element("Signatures", f"<ofd:MaxSignId>s1</ofd:MaxSignId>{entry}"),
            SIGNS + "Signature.xml": xml, SIGNS + "Seal.esl": seal.dump(), SIGNS + "SignedValue.dat": value.dump()}
