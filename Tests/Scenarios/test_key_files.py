"""Key files that others may read are refused wherever one is read; files that are none are refused in plain words."""

import shutil
import subprocess

import pytest

from deployment import BINARIES, Client, eventually

WIDE = (0o644, 0o640, 0o604, 0o660)


def daemon(deployment, zone):
    """Starts a daemon that is to refuse, and gives back its status and its words; 0 where its site answers."""
    log = deployment.folder.parent / f"{zone}.words"
    with log.open("wb") as words:
        process = subprocess.Popen(
            [BINARIES / f"guandu-{zone}", "--config", deployment.folder / zone / "zone.yaml"], stdin=subprocess.DEVNULL,
            stdout=words, stderr=words)

    def settled():
        if process.poll() is not None:
            return True
        try:
            return Client(deployment, zone).get("/health")[0] == 200
        except OSError:
            return False

    try:
        eventually(settled, "the daemon refuses, or its site answers")
        runs = process.poll() is None
    finally:
        process.kill()
        process.wait()
    text = log.read_text()
    log.unlink()
    return (0, "it runs") if runs else (process.returncode, text)


def configure(deployment, zone, old, new):
    file = deployment.folder / zone / "zone.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def secret(path, text):
    path.touch(0o600)
    path.write_text(text)
    return path


def own_key(name):
    def place(deployment, tmp_path):
        return deployment.folder / f"dmz/keys/{name}.key", lambda: daemon(deployment, "dmz")
    return place


def checked_key(name):
    def place(deployment, tmp_path):
        def check():
            done = deployment.guandu("config", "check", deployment.folder / "dmz/zone.yaml")
            return done.returncode, done.stdout + done.stderr
        return deployment.folder / f"dmz/keys/{name}.key", check
    return place


def zone_passphrase(deployment, tmp_path):
    keys = deployment.folder / "dmz/keys"
    path = secret(keys / "passphrase", "a passphrase of some length\n")
    configure(deployment, "dmz", "\nkeys:\n", "\nkeys:\n  passphrase_file: keys/passphrase\n")
    return path, lambda: daemon(deployment, "dmz")


def enrolment_key(deployment, tmp_path):
    keys = deployment.folder / "intranet/keys"
    shutil.copy(deployment.folder / "ca/issuing/authority.key", keys / "people.key")
    shutil.copy(deployment.folder / "ca/issuing.pem", keys / "people.pem")
    configure(deployment, "intranet", "\ndesk:\n",
              "\ndesk:\n  enrolment:\n    issuing_key: keys/people.key\n    issuing_certificate: keys/people.pem\n")
    return keys / "people.key", lambda: daemon(deployment, "intranet")


def drop_on_a_server(kind, lines, file):
    def place(deployment, tmp_path):
        keys = deployment.folder / "dmz/keys"
        for name in ("known_hosts", "drop-ca.pem", "drop-client.pem"):
            (keys / name).write_text((deployment.folder / "ca/root.pem").read_text())
        path = secret(keys / file, "secret\n")
        scheme = "sftp" if kind == "sftp" else "https"
        group = "\n".join(f"      {line}" for line in [f"kind: {kind}", f"url: {scheme}://localhost:1/srv", *lines])
        configure(deployment, "dmz", "    outgoing_drop: ../drop/dmz-to-intranet", f"    outgoing_drop:\n{group}")
        return path, lambda: daemon(deployment, "dmz")
    return place


def command(*arguments):
    """A command that reads `tmp_path/secret`, which holds an authority's passphrase."""
    def place(deployment, tmp_path):
        path = secret(tmp_path / "secret", "a passphrase of some length\n")
        (tmp_path / "out").mkdir()

        def run():
            values = {"ca": deployment.folder / "ca/issuing", "secret": path, "out": tmp_path / "out", "new": tmp_path / "new"}
            done = deployment.guandu(*[str(argument).format(**values) for argument in arguments])
            return done.returncode, done.stdout + done.stderr
        return path, run
    return place


def authority_key(deployment, tmp_path):
    def run():
        done = deployment.guandu("ca", "crl", "--ca", deployment.folder / "ca/issuing")
        return done.returncode, done.stdout + done.stderr
    return deployment.folder / "ca/issuing/authority.key", run


def age_key(deployment, tmp_path):
    def run():
        done = deployment.guandu("key", "age", "--key", deployment.folder / "dmz/keys/encryption.key")
        return done.returncode, done.stdout + done.stderr
    return deployment.folder / "dmz/keys/encryption.key", run


def age_zone_key(deployment, tmp_path):
    def run():
        done = deployment.guandu("key", "age", "--config", deployment.folder / "dmz/zone.yaml")
        return done.returncode, done.stdout + done.stderr
    return deployment.folder / "dmz/keys/encryption.key", run


def record_key(deployment, tmp_path):
    deployment.start("intranet")
    deployment.stop()

    def run():
        done = deployment.guandu(
            "acts", "export", "--config", deployment.folder / "intranet/zone.yaml", tmp_path / "record")
        return done.returncode, done.stdout + done.stderr
    return deployment.folder / "intranet/keys/signing.key", run


PLACES = {
    "the signing key, at a start": own_key("signing"),
    "the encryption key, at a start": own_key("encryption"),
    "the site's key, at a start": own_key("tls"),
    "the passphrase of the zone's keys": zone_passphrase,
    "the signing key, checked": checked_key("signing"),
    "the encryption key, checked": checked_key("encryption"),
    "the site's key, checked": checked_key("tls"),
    "the desk's issuing key": enrolment_key,
    "a drop's SSH key": drop_on_a_server(
        "sftp", ["known_hosts: keys/known_hosts", "username: f", "private_key_file: keys/drop.key"], "drop.key"),
    "a drop's password": drop_on_a_server(
        "webdav", ["ca: keys/drop-ca.pem", "username: f", "password_file: keys/drop.password"], "drop.password"),
    "a drop's client key": drop_on_a_server(
        "https-put", ["ca: keys/drop-ca.pem", "client_certificate: keys/drop-client.pem", "client_key: keys/drop.key"],
        "drop.key"),
    "an authority's key": authority_key,
    "an authority's passphrase": command("ca", "crl", "--ca", "{ca}", "--key-passphrase-file", "{secret}"),
    "a new authority's passphrase": command(
        "ca", "init", "--ca", "{new}", "--name", "x", "--key-passphrase-file", "{secret}"),
    "a root's passphrase": command(
        "ca", "init", "--ca", "{new}", "--name", "x", "--under", "{ca}", "--root-passphrase-file", "{secret}"),
    "the password of a file to issue": command(
        "ca", "issue", "handler", "x", "--ca", "{ca}", "--out", "{out}", "--passphrase-file", "{secret}"),
    "a key that age is to have": age_key,
    "a zone's key that age is to have": age_zone_key,
    "the key that signs an export": record_key,
}


@pytest.mark.parametrize("place", PLACES)
def test_a_key_file_that_others_may_read_is_refused(place, deployment, tmp_path):
    path, read = PLACES[place](deployment, tmp_path)
    def made():
        """What lies there, but for what a daemon that begins writes for itself."""
        return sorted(file for file in tmp_path.rglob("*") if not {"data", "backups"} & set(file.parts))

    before = made()
    for mode in WIDE:
        path.chmod(mode)
        status, words = read()
        assert status > 0, f"{place}: read at mode {mode:o}: {words}"
        assert path.name in words and "chmod 600" in words or "set its mode to 0600" in words, words
        assert "-----BEGIN" not in words
    assert made() == before, "nothing was made"
    path.chmod(0o600)
    status, words = read()
    assert "chmod 600" not in words and "set its mode" not in words, words


BROKEN = {
    "empty": b"",
    "one byte": b"\x30",
    "zeros": bytes(4096),
    "no end": b"-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n",
    "no body": b"-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n",
    "not base64": b"-----BEGIN CERTIFICATE REQUEST-----\n\xff\xfe***\n-----END CERTIFICATE REQUEST-----\n",
    "a length that lies": b"\x30\x84\xff\xff\xff\xff\x02\x01\x00",
    "two": None,
    "too long": b"A" * (1 << 20) + b"A",
}


def authority_refuses(deployment, tmp_path, content):
    file, out = tmp_path / "request", tmp_path / "certificate.pem"
    file.write_bytes(content)
    issued = sorted((deployment.folder / "ca/issuing/issued").iterdir())
    done = deployment.guandu("ca", "sign", file, "--kind", "handler", "--ca", deployment.folder / "ca/issuing", "--out", out)
    assert done.returncode in (65, 78), f"{done.returncode}: {done.stderr}"
    assert len(done.stderr) < 1_000 and str(file) in done.stderr, done.stderr
    assert not out.exists() and sorted((deployment.folder / "ca/issuing/issued").iterdir()) == issued


def request(tmp_path, form="PEM"):
    return subprocess.run(
        ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
         "/dev/null", "-subj", "/CN=x", "-outform", form], check=True, capture_output=True).stdout


def test_a_malformed_request_is_refused(deployment, tmp_path):
    whole = request(tmp_path)
    for content in [*BROKEN.values(), *(whole[:size] for size in range(0, len(whole) - 40, 23))]:
        authority_refuses(deployment, tmp_path, whole + whole if content is None else content)


def test_a_pkcs12_file_or_a_damaged_one_is_no_request_and_no_key(deployment, tmp_path):
    packed = (deployment.folder / "people/clerk.p12").read_bytes()
    authority_refuses(deployment, tmp_path, packed)
    key = deployment.folder / "dmz/keys/signing.key"
    whole = key.read_bytes()
    for content in [packed, packed[:100], packed[:-1], b"", bytes(100), whole[:60], whole[:-30], b"\xff" * 2000,
                    (deployment.folder / "ca/root.pem").read_bytes()]:
        key.write_bytes(content)
        for read in (lambda: daemon(deployment, "dmz"), PLACES["the signing key, checked"](deployment, tmp_path)[1]):
            status, words = read()
            assert status in (65, 78), f"{status}: {words}"
            assert str(key) in words or "signing.key" in words
            assert "-----BEGIN" not in words and len(words) < 3_000


def test_a_damaged_pkcs12_opens_nowhere(deployment, tmp_path):
    """We make such files and read none; what we made, others refuse once a bit of it has changed."""
    packed = bytearray((deployment.folder / "people/clerk.p12").read_bytes())
    file = tmp_path / "damaged.p12"
    password = f"file:{deployment.folder}/people/clerk.password"

    def opens():
        return subprocess.run(["openssl", "pkcs12", "-in", file, "-noout", "-passin", password], capture_output=True).returncode == 0

    file.write_bytes(packed)
    assert opens()
    for place in range(len(packed) // 4, len(packed), len(packed) // 8):
        damaged = bytearray(packed)
        damaged[place] ^= 1
        file.write_bytes(damaged)
        assert not opens(), place
    file.write_bytes(packed[:-10])
    assert not opens()


def test_a_malformed_table_is_refused_with_the_line(deployment, tmp_path):
    deployment.start("intranet")
    file = tmp_path / "people.csv"
    head = b"id,name,unit,roles\n"
    tables = {
        "empty": (b"", None), "zeros": (bytes(1000), None), "not UTF-8": (head + b"li,\xc0\xc0,,\n", None),
        "UTF-16": ("id,name,unit,roles\nli,李,,\n".encode("utf-16"), None),
        "an open quote": (head + b'li,"Li,,\n' * 2, "line 2"), "a quote in the middle": (head + b'li,L"i,,\n', "line 2"),
        "too few columns": (head + b"li,Li\n", "line 2"), "too many": (head + b"li,Li,,,,,\n", "line 2"),
        "an unknown column": (b"id,name,shoe\nli,Li,43\n", "line 1"), "twice": (head + b"li,Li,,\nli,Li,,\n", "line 3"),
        "a role that there is not": (head + b"li,Li,,king\n", "line 2"), "a control character": (head + b"li,L\x07i,,\n", None),
        "a million commas": (head + b"," * 1_000_000, None), "too long": (head + b"l" * (11 << 20), None),
    }
    for name, (content, line) in tables.items():
        file.write_bytes(content)
        done = deployment.guandu("people", "import", "--config", deployment.folder / "intranet/zone.yaml", "people", file)
        assert done.returncode in (1, 65), f"{name}: {done.returncode} {done.stdout} {done.stderr}"
        assert done.stderr and len(done.stderr) < 20_000, name
        assert line is None or line in done.stderr, f"{name}: {done.stderr}"
    assert deployment.count("intranet", "SELECT COUNT(*) FROM person WHERE id = 'li'") == 0
    assert deployment.daemons["intranet"].poll() is None
