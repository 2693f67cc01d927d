"""Keys elsewhere: guandu-signer over its socket and over TLS, judged by what knows nothing of Guandu."""

import base64
import contextlib
import datetime
import http.client
import io
import ipaddress
import json
import os
import pty
import select
import signal
import socket
import ssl
import subprocess

import gmalg
import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from deployment import BINARIES, ROOT, eventually, free_port
from process_watch import ProcessWatch
from sealing import SIGNS, Numbers, Office, Signature, check, guandu, pack, small_document, unpack, verifies

PIN = "kept to itself"
TOKEN_PIN = "12345678"
MODULE = "/usr/lib/softhsm/libsofthsm2.so"
URI = "pkcs11:token=guandu;object=seal;type=private"
UTC = datetime.timezone.utc


class Pair:
    """A key with its certificate, as another program would make them."""

    def __init__(self, folder, name, issuer=None, usage=None, public=None):
        self.key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.now(UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(public or self.key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True))
        if usage:
            made = made.add_extension(x509.ExtendedKeyUsage([usage]), critical=False).add_extension(
                x509.SubjectAlternativeName(
                    [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        self.certificate = made.sign(issuer.key if issuer else self.key, hashes.SHA256())
        self.pem = folder / f"{name}.pem"
        self.pem.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        self.private = folder / f"{name}.key"
        self.private.touch(mode=0o600)
        self.private.write_bytes(self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


class Signer:
    """guandu-signer on a folder of its own."""

    def __init__(self, folder, office, listening=None, more_keys=""):
        self.folder = folder
        folder.mkdir(mode=0o700)
        self.socket = folder / "s"
        self.log = folder / "log"
        self.config = folder / "signer.yaml"
        self.config.write_text(
            (listening or f"socket: {self.socket}\n") + "keys:\n"
            f"  - {{name: city, key: {office.folder}/{office.name}.key, certificate: {office.folder}/{office.name}.pem}}\n"
            f"  - {{name: pdf, key: {office.folder}/pdf/{office.name}.key, certificate: {office.folder}/pdf/{office.name}.pem}}\n"
            + more_keys)
        self.process = None

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [BINARIES / "guandu-signer", "--config", self.config], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        ready = self.count("the signer is ready")
        eventually(lambda: self.count("the signer is ready") > ready or self.process.poll() is not None, "the signer")
        assert self.process.poll() is None, self.log.read_text()
        return self

    def count(self, message):
        return self.log.read_text().count(f'"message":"{message}"')

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0
        self.process = None

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def refusal(self):
        """What it says where it does not start, and its exit status."""
        done = subprocess.run([BINARIES / "guandu-signer", "--config", self.config], capture_output=True, timeout=60)
        return done.returncode, done.stderr.decode()


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("signer", timeout=60)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self.path)


def ask(connection, method, path, body=None):
    with contextlib.closing(connection):
        connection.request(method, path, body if body is None or isinstance(body, (bytes, str)) else json.dumps(body))
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def order(key, algorithm, digest, pin):
    return {"key": key, "algorithm": algorithm, "digest": base64.b64encode(digest).decode(), "pin": pin}


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    made = Office(tmp_path_factory.mktemp("signer") / "office")
    guandu("ca", "init", "--ca", made.folder / "p256-ca", "--name", "P-256 CA", "--key-passphrase-file", made.passphrase)
    (made.folder / "pdf").mkdir()
    guandu("ca", "issue", "--ca", made.folder / "p256-ca", "--key-passphrase-file", made.passphrase,
           "--passphrase-file", made.passphrase, "--out", made.folder / "pdf", "seal", made.name)
    return made


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    path = tmp_path_factory.mktemp("document") / "plain.ofd"
    path.write_bytes(pack(small_document()))
    return path


@pytest.fixture
def signer(tmp_path, office):
    made = Signer(tmp_path / "signer", office).start()
    yield made
    made.end()


def seal(office, document, out, signer, *more, pin=PIN, status=0):
    pin_file = out.with_suffix(".pin")
    pin_file.unlink(missing_ok=True)
    pin_file.touch(mode=0o600)
    pin_file.write_text(pin + "\n")
    return guandu(
        "document", "seal", document, "--seal", office.seal, "--signer", f"unix:{signer.socket}", "--pin-file", pin_file,
        "--page", "1", "--x", "100", "--y", "200", "--out", out, *more, status=status)


def left_behind(folder, *expected):
    return sorted(path.name for path in folder.iterdir()) == sorted(expected)


def is_genuine(office, path):
    verdict = check(path, "--trust", office.trust)
    assert verdict.word == "genuine", verdict.facts
    value = Signature.load(unpack(path.read_bytes())[SIGNS + "SignedValue.dat"], strict=True)
    return verifies(value["certificate"].native, value["signature"].native, value["signed"].dump())


def test_a_seal_whose_key_is_elsewhere(tmp_path, office, document, signer):
    out = tmp_path / "out"
    out.mkdir()
    seal(office, document, out / "sealed.ofd", signer, "--signer-key", "city")
    assert is_genuine(office, out / "sealed.ofd")
    # The only key of the right kind needs no name.
    seal(office, document, out / "again.ofd", signer)
    assert is_genuine(office, out / "again.ofd")
    assert signer.count("a signature was made") == 2
    assert "is needed" in seal(office, document, out / "none.ofd", signer, "--signer-key", "pdf", status=65)
    assert "it has city, pdf" in seal(office, document, out / "none.ofd", signer, "--signer-key", "x", status=65)
    assert left_behind(out, "sealed.ofd", "again.ofd", "sealed.pin", "again.pin", "none.pin")
    assert signer.socket.stat().st_mode & 0o777 == 0o600
    signer.stop()
    assert not signer.socket.exists()


def test_the_protocol_as_another_client_speaks_it(office, signer):
    status, listed = ask(Unix(signer.socket), "GET", "/v1/keys")
    assert status == 200
    keys = {key["name"]: key for key in listed["keys"]}
    assert {name: key["algorithm"] for name, key in keys.items()} == {"city": "sm2-sm3", "pdf": "ecdsa-p256-sha256"}
    digest = bytes(range(32))
    # P-256, by Python's cryptography.
    status, answer = ask(Unix(signer.socket), "POST", "/v1/sign", order("pdf", "ecdsa-p256-sha256", digest, PIN))
    assert status == 200, answer
    public = serialization.load_der_public_key(base64.b64decode(keys["pdf"]["publicKey"]))
    certificate = x509.load_der_x509_certificate(base64.b64decode(keys["pdf"]["certificate"]))
    assert certificate.public_key() == public
    signature = base64.b64decode(answer["signature"])
    public.verify(signature, digest, ec.ECDSA(Prehashed(hashes.SHA256())))
    with pytest.raises(InvalidSignature):
        public.verify(signature, digest[::-1], ec.ECDSA(Prehashed(hashes.SHA256())))
    # SM2: e is SM3(Z ‖ M), which gmalg makes for itself.
    point = base64.b64decode(keys["city"]["publicKey"])[-65:]
    judge = gmalg.SM2(pk=point, uid=b"1234567812345678")
    message = "公文".encode()
    e = sm2_digest(point, message)
    status, answer = ask(Unix(signer.socket), "POST", "/v1/sign", order("city", "sm2-sm3", e, PIN))
    numbers = Numbers.load(base64.b64decode(answer["signature"]), strict=True).native
    assert judge.verify(message, numbers["r"].to_bytes(32, "big"), numbers["s"].to_bytes(32, "big"))


def sm2_digest(point, message):
    """GB/T 32918.2, 5.5 and 6.1, from the standard's own numbers."""
    def sm3(data):
        digest = gmalg.SM3()
        digest.update(data)
        return digest.value()

    p = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
    a = p - 3
    b = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
    x = 0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7
    y = 0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0
    signer = b"\x00\x80" + b"1234567812345678" + b"".join(n.to_bytes(32, "big") for n in (a, b, x, y)) + point[1:]
    return sm3(sm3(signer) + message)


def test_a_pdf_signed_with_the_other_key(tmp_path, office, signer):
    plain, out, trust = tmp_path / "plain.pdf", tmp_path / "sealed.pdf", office.folder / "p256-ca/authority.pem"
    guandu("document", "typeset", ROOT / "zones/documents/letter.txt", "--pdf", plain)
    seal(office, plain, out, signer, "--signer-key", "pdf", "--certificate", office.folder / f"pdf/{office.name}.pem")
    assert check(out, "--trust", trust).word == "genuine"
    signature = PdfFileReader(io.BytesIO(out.read_bytes())).embedded_signatures[0]
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=list(load_certs_from_pemder([trust]))))
    assert status.bottom_line, status.summary()
    # The key in SM2 signs no PDF.
    none = tmp_path / "none.pdf"
    seal(office, plain, none, signer, "--signer-key", "city", "--certificate", office.folder / f"pdf/{office.name}.pem",
         status=65)
    assert not none.exists()


def test_requests_that_are_none(signer):
    good = order("city", "sm2-sm3", bytes(32), PIN)
    for body in ("", "[]", "{", "{}", good | {"more": 1}, good | {"digest": "AA=="}, good | {"algorithm": "rsa"},
                 good | {"pin": ""}, good | {"pin": 1}, good | {"pin": "a\nb"}, good | {"key": ""},
                 good | {"pin": "1" * 65}, '{"key":"a","key":"b"}'):
        assert ask(Unix(signer.socket), "POST", "/v1/sign", body) == (400, {"error": "bad-request"}), body
    assert ask(Unix(signer.socket), "POST", "/v1/sign", b" " * 5_000)[0] == 413
    assert ask(Unix(signer.socket), "GET", "/v1/sign")[0] == 404
    assert ask(Unix(signer.socket), "POST", "/v1/sign", good | {"key": "x"}) == (404, {"error": "unknown-key"})
    assert ask(Unix(signer.socket), "POST", "/v1/sign", good | {"key": "pdf"}) == (404, {"error": "unknown-key"})
    # None of them used up an attempt.
    status, answer = ask(Unix(signer.socket), "POST", "/v1/sign", good | {"pin": "x"})
    assert (status, answer) == (403, {"error": "wrong-pin", "remaining": 4})


def test_wrong_pins_lock_a_key_until_the_signer_starts_again(tmp_path, office, document, signer):
    out = tmp_path / "out"
    out.mkdir()
    for left in (4, 3, 2):
        told = seal(office, document, out / "sealed.ofd", signer, pin="4711", status=65)
        assert f"the PIN is wrong; attempts left: {left}" in told
    # The right one makes all five good again.
    seal(office, document, out / "first.ofd", signer)
    for left in (4, 3, 2, 1):
        assert f"attempts left: {left}" in seal(office, document, out / "sealed.ofd", signer, pin="4711", status=65)
    assert "locked" in seal(office, document, out / "sealed.ofd", signer, pin="4711", status=65)
    assert "locked" in seal(office, document, out / "sealed.ofd", signer, status=65)
    assert signer.count("a key is locked after wrong PINs in a row") == 1
    # The other key is not.
    assert ask(Unix(signer.socket), "POST", "/v1/sign", order("pdf", "ecdsa-p256-sha256", bytes(32), PIN))[0] == 200
    signer.stop()
    signer.start()
    seal(office, document, out / "second.ofd", signer)
    assert left_behind(out, "first.ofd", "second.ofd", "first.pin", "second.pin", "sealed.pin")


def test_a_signer_that_dies_in_the_middle_leaves_nothing(tmp_path, office, document, signer):
    out = tmp_path / "out"
    out.mkdir()
    pin = tmp_path / "pin"
    pin.touch(mode=0o600)
    pin.write_text(PIN + "\n")
    # Frozen, it takes the connection and says nothing.
    signer.process.send_signal(signal.SIGSTOP)
    sealing = subprocess.Popen(
        [BINARIES / "guandu", "document", "seal", document, "--seal", office.seal, "--signer", f"unix:{signer.socket}",
         "--signer-key", "city", "--pin-file", pin, "--page", "1", "--x", "100", "--y", "200", "--out",
         out / "sealed.ofd"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    eventually(lambda: connected(sealing.pid), "the command is connected")
    signer.end()
    told = sealing.communicate(timeout=60)[0].decode()
    assert sealing.returncode == 75 and "signer unix:" in told, told
    assert left_behind(out)
    # Its socket is there still; a new one clears it away.
    assert signer.socket.exists()
    assert "start the signer" in seal(office, document, tmp_path / "none.ofd", signer, status=75)
    signer.start()
    seal(office, document, out / "sealed.ofd", signer)
    assert is_genuine(office, out / "sealed.ofd")


def connected(process):
    """Whether the process has an open socket."""
    with contextlib.suppress(OSError):
        folder = f"/proc/{process}/fd"
        return any(os.readlink(f"{folder}/{name}").startswith("socket:") for name in os.listdir(folder))
    return False


def test_the_terminal_is_asked_and_shows_nothing(tmp_path, office, document, signer):
    out = tmp_path / "sealed.ofd"
    child, terminal = pty.fork()
    if child == 0:
        os.execv(BINARIES / "guandu", [
            "guandu", "document", "seal", str(document), "--seal", str(office.seal), "--signer",
            f"unix:{signer.socket}", "--page", "1", "--x", "100", "--y", "200", "--out", str(out)])
    shown = b""
    while b"PIN of city at unix:" not in shown or not shown.endswith(b": "):
        assert select.select([terminal], [], [], 60)[0], shown
        shown += os.read(terminal, 4_096)
    os.write(terminal, PIN.encode() + b"\n")
    with contextlib.suppress(OSError):  # Linux says so at the end.
        while more := os.read(terminal, 4_096):
            shown += more
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, shown
    assert PIN.encode() not in shown
    assert is_genuine(office, out)


def test_no_pin_is_seen_anywhere(tmp_path, office, document, signer):
    watch = ProcessWatch()
    try:
        seal(office, document, tmp_path / "sealed.ofd", signer)
        told = seal(office, document, tmp_path / "other.ofd", signer, pin="PIN-Marker-1", status=65)
        assert ask(Unix(signer.socket), "POST", "/v1/sign", '{"pin":"PIN-Marker-2"')[0] == 400
        watch.look()
    finally:
        watch.stop()
    assert {"guandu", "guandu-signer"} <= watch.names()
    for pin in (PIN, "PIN-Marker"):
        assert not any(pin.encode() in text for text in watch.texts())
        assert pin not in signer.log.read_text() and pin not in told
    lines = [json.loads(line) for line in signer.log.read_text().splitlines()]
    made = next(line for line in lines if line["message"] == "a signature was made")
    assert made["key"] == "city" and made["peer"] == "socket" and len(made["digest"]) == 64


def test_over_tls_with_certificates_on_both_ends(tmp_path, office, document):
    ca, stranger = Pair(tmp_path, "ca"), Pair(tmp_path, "stranger")
    server = Pair(tmp_path, "server", ca, ExtendedKeyUsageOID.SERVER_AUTH)
    desk = Pair(tmp_path, "desk", ca, ExtendedKeyUsageOID.CLIENT_AUTH)
    other = Pair(tmp_path, "other", stranger, ExtendedKeyUsageOID.CLIENT_AUTH)
    port = free_port()
    signer = Signer(
        tmp_path / "signer", office,
        f"tls: {{address: 0.0.0.0, port: {port}, certificate: {server.pem}, key: {server.private}, trust: {ca.pem}}}\n")
    signer.start()
    try:
        out = tmp_path / "out"
        out.mkdir()

        def seal_over(name, trust, client, host="localhost", status=0):
            return guandu(
                "document", "seal", document, "--seal", office.seal, "--signer", f"https://{host}:{port}",
                "--signer-trust", trust.pem, "--signer-certificate", client.pem, "--signer-certificate-key",
                client.private, "--pin-file", office.passphrase, "--page", "1", "--x", "100", "--y", "200", "--out",
                out / name, status=status)

        seal_over("sealed.ofd", ca, desk)
        assert is_genuine(office, out / "sealed.ofd")
        line = next(line for line in signer.log.read_text().splitlines() if "a signature was made" in line)
        assert json.loads(line)["peer"] == desk.certificate.fingerprint(hashes.SHA256()).hex()
        assert "authorities" in seal_over("none.ofd", stranger, desk, status=65)
        assert "another name" in seal_over("none.ofd", ca, desk, host="127.0.0.2", status=65)
        assert "takes this end's certificate" in seal_over("none.ofd", ca, other, status=75)
        # Without any certificate nothing is answered.
        context = ssl.create_default_context(cafile=ca.pem)
        with pytest.raises(OSError):
            ask(http.client.HTTPSConnection("localhost", port, context=context, timeout=60), "GET", "/v1/keys")
        assert left_behind(out, "sealed.ofd")
        assert signer.count("a signature was made") == 1
        signer.stop()
    finally:
        signer.end()


def test_a_key_of_a_token(tmp_path, office, monkeypatch):
    tokens = tmp_path / "tokens"
    tokens.mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))

    def tool(*arguments):
        return subprocess.run(arguments, check=True, capture_output=True).stdout

    tool("softhsm2-util", "--init-token", "--free", "--label", "guandu", "--so-pin", "87654321", "--pin", TOKEN_PIN)
    login = ("pkcs11-tool", "--module", MODULE, "--token-label", "guandu", "--login", "--pin", TOKEN_PIN)
    tool(*login, "--keypairgen", "--key-type", "EC:prime256v1", "--label", "seal", "--usage-sign")
    public = serialization.load_der_public_key(tool(*login, "--read-object", "--type", "pubkey", "--label", "seal"))
    certificate = Pair(tmp_path, "token-certificate", Pair(tmp_path, "ca"), public=public)
    signer = Signer(
        tmp_path / "signer", office,
        more_keys=f"  - {{name: token, module: {MODULE}, uri: '{URI}', certificate: {certificate.pem}}}\n")
    signer.start()
    try:
        digest = bytes(range(32))

        def sign(pin):
            return ask(Unix(signer.socket), "POST", "/v1/sign", order("token", "ecdsa-p256-sha256", digest, pin))

        # A token that one PIN has opened is not open to the next.
        for _ in range(2):
            status, answer = sign(TOKEN_PIN)
            assert status == 200, signer.log.read_text()
            public.verify(base64.b64decode(answer["signature"]), digest, ec.ECDSA(Prehashed(hashes.SHA256())))
            assert sign("87654320") == (403, {"error": "wrong-pin", "remaining": 4})
        # A token that was pulled out is no wrong PIN, however often somebody tries.
        tokens.rename(tmp_path / "out")
        tokens.mkdir()
        for _ in range(6):
            assert sign(TOKEN_PIN)[0] == 503
        tokens.rmdir()
        (tmp_path / "out").rename(tokens)
        assert sign("87654320") == (403, {"error": "wrong-pin", "remaining": 3})
        assert sign(TOKEN_PIN)[0] == 200
        assert sign("87654320") == (403, {"error": "wrong-pin", "remaining": 4})
        for left in (3, 2, 1):
            assert sign("1111") == (403, {"error": "wrong-pin", "remaining": left})
        assert sign("1111") == (423, {"error": "pin-locked"})
        assert sign(TOKEN_PIN) == (423, {"error": "pin-locked"})
        signer.stop()
    finally:
        signer.end()


def test_what_a_signer_does_not_start_with(tmp_path, office, document):
    made = Signer(tmp_path / "signer", office)
    good = made.config.read_text()

    def refused(text, reason, status=78):
        made.config.write_text(text)
        code, told = made.refusal()
        assert code == status and reason in told, told

    refused(good.replace("socket:", "sockets:"), "signer.yaml:1:1: sockets: unknown key")
    refused(good.replace("keys:", "pin_attempts: 99\nkeys:"), "signer.yaml:2:15: pin_attempts: 99 is out of range")
    refused(good.replace("name: pdf", "name: city"), "keys[1]: the name city is given twice")
    refused(good.replace(f"{office.name}.pem}}\n  - {{name: pdf", "absent.pem}\n  - {name: pdf"), "there is no file")
    plain = Pair(tmp_path, "plain", Pair(tmp_path, "ca"))
    refused(good + f"  - {{name: plain, key: {plain.private}, certificate: {plain.pem}}}\n", "the key is not encrypted")
    (made.folder / "s").write_text("not a socket")
    refused(good, "is no socket")
    (made.folder / "s").unlink()
    made.folder.chmod(0o777)
    refused(good, "others may write to")
    made.folder.chmod(0o700)
    made.config.write_text(good)
    made.start()
    refused(good, "another program listens", status=75)
    made.stop()
