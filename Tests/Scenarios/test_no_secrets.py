"""One whole crossing, and after it no secret stands in a log, an output, a list of processes or a core file's reach."""

import base64
import html
import re
import shutil
import subprocess
import urllib.parse

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from deployment import (
    BINARIES, Client, confirmation, eventually, expect, look_up, reach_letter_form, sms_code, stage)
from process_watch import ProcessWatch
from test_forgetting import forms

PHONE = "13812345678"
TEXT = "水库边的围栏破了一个洞，孩子们从那里钻进去。Letter-Marker-4471"
TITLE = "水库围栏破损"
ANSWER = "围栏已经修好，请放心。Answer-Marker-9903"
PASSPHRASE = "passphrase of the seal key 5518"
FILE_PASSWORD = "enrolment file password 7716"


class Secrets:
    """What must be found nowhere, by its name, as patterns over bytes."""

    def __init__(self):
        self.patterns = {}

    def text(self, name, value):
        """In every encoding that it could have been written in."""
        self.patterns[name] = [re.escape(form) for form in forms(value) if len(form) >= 6]

    def digits(self, name, value):
        """Six digits or eleven, not within a longer number, a fraction or a digest."""
        self.patterns[name] = [rb"(?<![0-9A-Za-z._-])" + value.encode() + rb"(?![0-9A-Za-z_-])"]

    def octets(self, name, value):
        found = {value, value.hex().encode(), value.hex().upper().encode()}
        for shift in range(3):
            found.add(base64.b64encode(b"\0" * shift + value)[4:-4])
        self.patterns[name] = [re.escape(form) for form in found]

    def private_key(self, name, path, passphrase=None):
        pem = path.read_bytes()
        key = serialization.load_pem_private_key(pem, passphrase)
        if hasattr(key, "private_numbers"):
            self.octets(name, key.private_numbers().private_value.to_bytes(32, "big"))
        else:
            self.octets(name, key.private_bytes(
                serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()))
        self.patterns[name] += [re.escape(line) for line in pem.splitlines() if len(line) >= 24 and b"-" not in line]

    def found_in(self, content):
        return [name for name, patterns in self.patterns.items() if any(re.search(pattern, content) for pattern in patterns)]


class WatchedClient(Client):
    """Remembers each cookie and each form's token."""

    secrets = None

    def request(self, *arguments, **named):
        status, content = super().request(*arguments, **named)
        for name, value in self.cookies.items():
            if name.startswith("__Host-guandu-") and "language" not in name and len(value) >= 16:
                self.secrets.text(f"cookie {value[:8]}", value)
        for token in re.findall(rb'name="csrf" value="([^"]+)"', content):
            self.secrets.text(f"form token {token[:8].decode()}", token.decode())
        return status, content


class Desk(WatchedClient):
    def __init__(self, deployment, certificate):
        super().__init__(deployment, "intranet", certificate)
        self.enter()

    def enter(self):
        form = self.csrf("/login")
        expect(303, self.request("POST", "/login", urllib.parse.urlencode({"csrf": form})))


def person_files(deployment, name, folder):
    pem = folder / f"{name}.browser.pem"
    pem.touch(0o600)
    pem.write_bytes(subprocess.run(
        ["openssl", "pkcs12", "-in", deployment.folder / f"people/{name}.p12", "-nodes", "-passin",
         f"file:{deployment.folder}/people/{name}.password"], check=True, capture_output=True).stdout)
    return pem


@pytest.fixture
def watched(deployment, tmp_path):
    """A deployment whose desk hands out one-time links, watched from its first process on."""
    keys = deployment.folder / "intranet/keys"
    shutil.copy(deployment.folder / "ca/issuing/authority.key", keys / "people-issuing.key")
    shutil.copy(deployment.folder / "ca/issuing.pem", keys / "people-issuing.pem")
    file = deployment.folder / "intranet/zone.yaml"
    file.write_text(file.read_text().replace("\ndesk:\n", """
desk:
  enrolment:
    issuing_key: keys/people-issuing.key
    issuing_certificate: keys/people-issuing.pem
""", 1))
    watch = ProcessWatch()
    yield deployment, watch
    watch.stop()


def test_the_search_finds_what_is_there(tmp_path):
    secrets = Secrets()
    secrets.text("letter", TEXT)
    secrets.digits("password", "123456")
    secrets.octets("pepper", bytes(range(32)))
    for content in (TEXT.encode(), TEXT.encode("gbk"), base64.b64encode(b"x" + TEXT.encode())):
        assert secrets.found_in(b"..." + content + b"...") == ["letter"]
    assert secrets.found_in(b'"password 123456"') == ["password"]
    assert secrets.found_in(b'"milliseconds":"0.123456"') == []
    assert secrets.found_in(bytes(range(32)).hex().encode()) == ["pepper"]
    key = tmp_path / "key"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True, capture_output=True)
    secrets.private_key("key", key)
    assert secrets.found_in(key.read_bytes()) == ["key"]
    assert secrets.found_in(serialization.load_pem_private_key(key.read_bytes(), None).private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw,
        serialization.NoEncryption()).hex().encode()) == ["key"]


def test_a_whole_crossing_leaves_no_secret_where_others_look(watched, tmp_path):
    deployment, watch = watched
    secrets, outputs = Secrets(), {}
    WatchedClient.secrets = secrets
    for zone in ("dmz", "intranet"):
        for key in ("signing", "encryption", "tls"):
            secrets.private_key(f"{zone} {key} key", deployment.folder / zone / f"keys/{key}.key")
    for authority in ("root", "issuing"):
        secrets.private_key(f"{authority} key", deployment.folder / f"ca/{authority}/authority.key")

    def command(*arguments, text=None):
        done = deployment.guandu(*arguments, text=text)
        assert done.returncode == 0, done.stderr
        outputs[" ".join(map(str, arguments))] = (done.stdout + done.stderr).encode()
        return done

    # An authority with a passphrase, and what it issues.
    passphrase = tmp_path / "passphrase"
    passphrase.touch(0o600)
    passphrase.write_text(PASSPHRASE + "\n")
    secrets.text("passphrase", PASSPHRASE)
    ca = tmp_path / "office"
    under = ["--ca", ca, "--key-passphrase-file", passphrase]
    command("ca", "init", *under, "--name", "Office root")
    for folder in ("li", "seal"):
        (tmp_path / folder).mkdir()
    command("ca", "issue", "handler", "李四", *under, "--out", tmp_path / "li")
    command("ca", "issue", "seal", "办公室", *under, "--out", tmp_path / "seal", "--passphrase-file", passphrase)
    command("ca", "revoke", tmp_path / "li/李四.pem", *under)
    command("ca", "list", *under)
    secrets.private_key("office key", ca / "authority.key", PASSPHRASE.encode())
    for name, folder in (("clerk", deployment.folder / "people"), ("administrator", deployment.folder / "people"),
                         ("李四", tmp_path / "li")):
        secrets.text(f"PKCS#12 password of {name}", (folder / f"{name}.password").read_text().strip())
        packed = subprocess.run(
            ["openssl", "pkcs12", "-in", folder / f"{name}.p12", "-nodes", "-nocerts", "-passin",
             f"file:{folder}/{name}.password"], check=True, capture_output=True).stdout
        key = tmp_path / f"{name}.key"
        key.write_bytes(packed[packed.index(b"-----BEGIN"):])
        secrets.private_key(f"key of {name}", key)

    # A letter, its answer, guesses at it, its unlocking.
    deployment.start("dmz", "intranet")
    secrets.octets("pepper", (deployment.folder / "dmz/data/pepper").read_bytes())
    secrets.digits("phone", PHONE)
    secrets.text("letter", TEXT)
    secrets.text("title", TITLE)
    secrets.text("answer", ANSWER)
    citizen = WatchedClient(deployment, "dmz")
    reach_letter_form(citizen, PHONE)
    secrets.digits("SMS code", sms_code(deployment, PHONE))
    fields = {"mailbox": "mayor", "kind": "complaint", "title": TITLE, "text": TEXT, "publish": "no", "mail": ""}
    expect(303, citizen.post_multipart("/write/letter", "/write/letter", fields))
    expect(303, citizen.post("/write/check", "/write/send"))
    number, code, password = confirmation(citizen)
    secrets.text("letter code", code)
    secrets.text("letter code, plain", code.replace("-", ""))
    secrets.digits("letter password", password)
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter"), "the letter arrives")
    clerk = Desk(deployment, person_files(deployment, "clerk", tmp_path))
    expect(303, clerk.post(f"/letters/{number}", f"/letters/{number}/sign-for"))
    expect(303, clerk.post(f"/letters/{number}", f"/letters/{number}/answer", text=ANSWER, visibility="private"))
    looked = command(
        "letter", "status", "--portal", f"https://localhost:{deployment.ports['dmz']}", "--ca",
        deployment.folder / "ca/root.pem", text=f"{code}\n{password}\n")
    assert TITLE in looked.stdout
    outputs.popitem()  # It shows the letter to its author.
    eventually(lambda: (page := look_up(deployment, code, password)) and stage(page) == "answered", "the answer")

    guesser = WatchedClient(deployment, "dmz")
    wrong = "111111" if password != "111111" else "222222"
    for _ in range(10):
        expect(422, guesser.post("/lookup", "/lookup", code=code, password=wrong))
    expect(429, guesser.post("/lookup", "/lookup", code=code, password=password))
    expect(303, guesser.post("/unlock", "/unlock", code=code, phone=PHONE))

    def unlock_code():
        messages = "".join(file.read_text() for file in (deployment.folder / "sms").glob("*.txt"))
        return re.findall(r"解除来信查询锁定，验证码为 (\d{6})", messages)

    unlock = eventually(unlock_code, "the code to unlock")[-1]
    secrets.digits("code to unlock", unlock)
    expect(200, guesser.post("/unlock/code", "/unlock/code", code=unlock))
    assert look_up(deployment, code, password)

    # Somebody comes in by a one-time link.
    administrator = Desk(deployment, person_files(deployment, "administrator", tmp_path))
    expect(303, administrator.post(
        "/people/new", "/people", identifier="zhao", name="赵六", unit="", **{"role-handler": "on"}))
    status, page = administrator.post("/people/zhao", "/people/zhao/enrolment")
    assert status == 200, page
    link = re.search(r'id="enrolment-link"[^>]*>([^<]+)<', page.decode()).group(1)
    path = urllib.parse.urlsplit(html.unescape(link)).path
    secrets.text("one-time link", path.removeprefix("/enrol/"))
    secrets.text("enrolment password", FILE_PASSWORD)
    newcomer = WatchedClient(deployment, "intranet")
    newcomer.page(path)
    status, packed = newcomer.request(
        "POST", path, urllib.parse.urlencode({"password": FILE_PASSWORD, "again": FILE_PASSWORD}))
    assert status == 200
    key = pkcs12.load_key_and_certificates(packed, FILE_PASSWORD.encode())[0]
    secrets.octets("key of the enrolment", key.private_numbers().private_value.to_bytes(32, "big"))

    # Operators look after it all.
    for zone in ("dmz", "intranet"):
        config = deployment.folder / zone / "zone.yaml"
        command("config", "check", config)
        command("link", "status", "--config", config)
        command("metrics", "--config", config)
        command("quarantine", "list", "--config", config)
    command("acts", "export", "--config", deployment.folder / "intranet/zone.yaml", tmp_path / "record")
    command("ca", "crl", "--ca", deployment.folder / "ca/issuing")
    command("trust", "import-crl", "--config", deployment.folder / "intranet/zone.yaml",
            deployment.folder / "ca/issuing/crl.pem")
    watch.look()
    cores = {name: record for (name, _), record in watch.seen.items() if name != "guandu"}
    # Tests beside this one run others of our programs.
    assert set(cores) >= {"guandu-dmz", "guandu-intranet"}
    for name, record in cores.items():
        assert record["core"] == ("0", "0"), f"{name} could leave a core"
        assert record["owner"] == 0, f"{name} can be read by its own account"
    deployment.stop()
    watch.stop()

    assert watch.names() >= {"guandu", "guandu-dmz", "guandu-intranet"}
    assert all(any(name.startswith(kind) for name in secrets.patterns) for kind in ("cookie", "form token"))
    assert len(secrets.patterns) >= 35
    for text in watch.texts():
        assert secrets.found_in(text) == [], text[:300]
    for line, output in outputs.items():
        assert secrets.found_in(output) == [], f"guandu {line}"
    for zone in ("dmz", "intranet"):
        for line in deployment.log(zone).read_bytes().splitlines():
            assert secrets.found_in(line) == [], line
    assert not [file for file in tmp_path.rglob("core*") if file.is_file()]


def test_a_command_that_waits_for_secrets_can_leave_no_core(deployment):
    process = subprocess.Popen(
        [BINARIES / "guandu", "letter", "status", "--portal", "https://localhost:1"], stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        def forbidden():
            limits = open(f"/proc/{process.pid}/limits").read()
            return re.search(r"Max core file size\s+0\s+0\s", limits)

        eventually(forbidden, "core dumps are forbidden")
    finally:
        process.kill()
        process.communicate()
