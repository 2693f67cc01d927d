"""A peer that signs well and means ill: packets under a zone's own keys, as docs/packet.md has them, with anything inside."""

import base64
import hashlib
import hmac
import json
import os
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from deployment import eventually

ZEROES = "0" * 64
SUITE = "x25519-chacha20poly1305-ed25519"
MAGIC = b"guandu-packet/v1\n"
RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)
LARGEST, SMALLEST = 2**63 - 1, -(2**63)
IN_JSON = 2**53 - 1
PATIENCE_SECONDS = 1_200 if os.environ.get("GUANDU_SOAK") == "1" else 120


def b64(data):
    return base64.b64encode(data).decode()


def compact(value):
    return value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def now_milliseconds():
    return time.time_ns() // 1_000_000


def identifier(at=None):
    """A UUID of version 7; `at` in milliseconds, up to the year 10889."""
    digits = f"{now_milliseconds() if at is None else at:012x}7{os.urandom(2).hex()[:3]}8{os.urandom(8).hex()[:15]}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:32]}"


def utc():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def der(certificate):
    return certificate.public_bytes(serialization.Encoding.DER)


# age, version 1, for one X25519 recipient.


def derived(key, salt, info):
    return HKDF(hashes.SHA256(), 32, salt, info).derive(key)


def unpadded(data):
    return b64(data).rstrip("=")


def age_encrypt(plaintext, recipient, stanzas=b""):
    """Seals for the raw public key `recipient`. `stanzas` stand before the true one."""
    file_key, ephemeral = os.urandom(16), X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes(*RAW)
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
    wrap = derived(shared, share + recipient, b"age-encryption.org/v1/X25519")
    body = unpadded(ChaCha20Poly1305(wrap).encrypt(bytes(12), file_key, None))
    header = b"age-encryption.org/v1\n" + stanzas + f"-> X25519 {unpadded(share)}\n{body}\n---".encode()
    mac = hmac.digest(derived(file_key, None, b"header"), header, "sha256")
    nonce = os.urandom(16)
    stream = ChaCha20Poly1305(derived(file_key, nonce, b"payload"))
    chunks = [plaintext[at:at + 65_536] for at in range(0, len(plaintext), 65_536)] or [b""]
    sealed = [
        stream.encrypt(number.to_bytes(11, "big") + bytes([number == len(chunks) - 1]), chunk, None)
        for number, chunk in enumerate(chunks)]
    return header + f" {unpadded(mac)}\n".encode() + nonce + b"".join(sealed)


def age_recipient(raw):
    """A raw X25519 key as `age1…` (Bech32)."""
    alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    bits = "".join(f"{byte:08b}" for byte in raw) + "0000"
    values = [int(bits[at:at + 5], 2) for at in range(0, len(bits), 5)]

    def polymod(numbers):
        check = 1
        for number in numbers:
            top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ number
            for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
                check ^= generator if top >> bit & 1 else 0
        return check

    expanded = [ord(letter) >> 5 for letter in "age"] + [0] + [ord(letter) & 31 for letter in "age"]
    check = polymod(expanded + values + [0] * 6) ^ 1
    values += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return "age1" + "".join(alphabet[value] for value in values)


# A ustar archive, field by field.


def tar_entry(name, content, kind=b"0", size=None, link=b"", prefix=b"", magic=b"ustar\x0000", checksum=None):
    size = f"{len(content):011o}\0".encode() if size is None else size
    block = b"".join([
        (name if isinstance(name, bytes) else name.encode()).ljust(100, b"\0")[:100], b"0000600\0", b"0000000\0", b"0000000\0",
        size.ljust(12, b"\0"), b"00000000000\0", b" " * 8, kind, link.ljust(100, b"\0"), magic, bytes(80),
        prefix.ljust(155, b"\0"), bytes(12)])
    checksum = f"{sum(block):06o}\0 ".encode() if checksum is None else checksum
    return block[:148] + checksum + block[156:] + content + bytes(-len(content) % 512)


TAR_END = bytes(1024)


def archive(files):
    return b"".join(tar_entry(name, content) for name, content in files) + TAR_END


def message(type, body, subject=None, after=(), at=None, id=None, **more):
    return {
        "id": id or identifier(), "type": type, "subject": subject or identifier(), "after": list(after), "at": at or utc(),
        "body": body, **more}


def deep(levels):
    return b"[" * levels + b"]" * levels


class Stream:
    """Where a forged stream stands."""

    def __init__(self, name):
        self.name, self.sequence, self.previous = name, 0, ZEROES


class Packet:
    def __init__(self, content, line):
        self.content, self.digest = content, hashlib.sha256(line).hexdigest()


class Forger:
    """Has the keys of `zone` in `deployment`, and sends to its peer."""

    def __init__(self, deployment, zone):
        self.deployment, self.zone = deployment, zone
        self.peer = "intranet" if zone == "dmz" else "dmz"
        keys = deployment.folder / zone / "keys"
        self.key = self.private(keys / "signing.key")
        self.certificate = x509.load_pem_x509_certificate((keys / "signing.pem").read_bytes())
        self.own_encryption = x509.load_pem_x509_certificate((keys / "encryption.pem").read_bytes())
        self.peer_encryption = x509.load_pem_x509_certificate((keys / "peer-encryption.pem").read_bytes())
        self.peer_signing = x509.load_pem_x509_certificate((keys / "peer-signing.pem").read_bytes())
        self.recipient = self.peer_encryption.public_key().public_bytes(*RAW)
        self.log_key = self.private(keys / "audit-log.key")
        self.log_certificate = x509.load_pem_x509_certificate((keys / "audit-log.pem").read_bytes())
        self.witness_key = self.private(keys / "audit-witness.key")
        self.witness_certificate = x509.load_pem_x509_certificate((keys / "audit-witness.pem").read_bytes())
        self.folder = deployment.drop(zone)

    @staticmethod
    def private(path):
        return serialization.load_pem_private_key(path.read_bytes(), None)

    def seal(self, plaintext):
        return age_encrypt(compact(plaintext), self.recipient)

    def packet(
            self, stream, /, messages=(), blobs=(), sequence=None, previous=None, counts=None, receipts=(), sealed=None,
            raw_archive=None, line=None, signed=None, certificate=None, fields=(), **more):
        """One packet of `stream`. `blobs`: pairs of an element of the manifest and its bytes. `raw_archive` replaces the
        archive (a function of what `packet.json` says), `sealed` the age file, `line` the manifest's line (a function of
        the manifest), `fields` and `more` some of its fields; one that is `...` is left out."""
        fields = {**dict(fields), **more}
        sequence = stream.sequence + 1 if sequence is None else sequence
        named = {
            "id": identifier(), "from": self.zone, "to": self.peer, "stream": stream.name, "seq": sequence}
        named.update({name: value for name, value in fields.items() if name in named and value is not ...})
        if sealed is None:
            if raw_archive is None:
                files = [("packet.json", compact(named))] + [
                    (f"messages/{number:08}.json", compact(content)) for number, content in enumerate(messages, 1)] + [
                    (f"blobs/{part['sha256']}/{part['offset']}", content) for part, content in blobs]
                raw_archive = archive(files)
            elif callable(raw_archive):
                raw_archive = raw_archive(named)
            sealed = age_encrypt(raw_archive, self.recipient)
        if counts is None:
            counts = {}
            for content in messages:
                type = (json.loads(content) if isinstance(content, bytes) else content)["type"]
                counts[type] = counts.get(type, 0) + 1
        manifest = {
            "suite": SUITE, **named,
            "prev": (stream.previous if previous is None and not stream.name.endswith("/c") else previous) or ZEROES,
            "created": utc(), "classification": "internal", "messages": counts, "blobs": [part for part, _ in blobs],
            "receipts": list(receipts), "recipients": [hashlib.sha256(der(self.peer_encryption)).hexdigest()],
            "payload": {"bytes": len(sealed), "sha256": hashlib.sha256(sealed).hexdigest()}}
        manifest = {name: value for name, value in {**manifest, **fields}.items() if value is not ...}
        line = compact(manifest) + b"\n" if line is None else line(manifest)
        signature = b64(self.key.sign(MAGIC + line)) if signed is None else signed
        certificate = b64(der(self.certificate)) if certificate is None else certificate
        return Packet(MAGIC + line + f"{signature}\n{certificate}\n".encode() + sealed, line)

    def drop(self, packet, name=None):
        """Puts a packet, or any bytes, where the peer looks for it. Returns its name there."""
        name = name or f"{os.urandom(6).hex()}.gdp"
        (self.folder / f".{name}").write_bytes(packet.content if isinstance(packet, Packet) else packet)
        (self.folder / f".{name}").rename(self.folder / name)
        return name

    def send(self, stream, /, messages=(), wait=True, **more):
        """The next packet of `stream`."""
        packet = self.packet(stream, messages, **more)
        self.drop(packet)
        stream.sequence, stream.previous = more.get("sequence") or stream.sequence + 1, packet.digest
        if wait:
            self.taken(stream)
        return packet

    def taken(self, stream):
        eventually(lambda: self.alive() and self.position(stream) >= stream.sequence, f"{self.peer} takes {stream.name}", PATIENCE_SECONDS)

    def position(self, stream):
        rows = self.rows("SELECT applied FROM incoming_stream WHERE stream = ?", stream.name)
        return rows[0][0] if rows else 0

    def rows(self, sql, *values):
        return self.deployment.rows(self.peer, sql, values)

    def alive(self):
        """True while the peer's daemon runs; fails where it has died."""
        daemon = self.deployment.daemons[self.peer]
        log = self.deployment.log(self.peer)
        assert daemon.poll() is None, f"guandu-{self.peer} has died:\n{log.read_text(errors='replace')[-3000:]}"
        return True

    # What became of it.

    def codes(self):
        """The refused messages, by id."""
        return {key: code for key, code in self.rows("SELECT lower(hex(id)), code FROM refused_message")}

    def fates(self, messages):
        """For each message: `applied`, `waits`, `never seen`, or the code of its refusal."""
        known = {key for (key,) in self.rows("SELECT lower(hex(id)) FROM applied_message")}
        waiting = {id for (id,) in self.rows("SELECT id FROM waiting_message")}
        refused = self.codes()

        def fate(id):
            key = id.replace("-", "")
            if key not in known:
                return "never seen"
            return "waits" if id in waiting else refused.get(key, "applied")

        return [fate(id) for id in messages]

    def packet_codes(self, stream):
        """The packets of a stream that were refused whole, by sequence. From the log: the rows go once the sender knows."""
        codes = {}
        for line in self.deployment.log(self.peer).read_text(errors="replace").splitlines():
            if '"packet refused"' in line and f'"{stream.name}"' in line:
                entry = json.loads(line)
                codes[int(entry["seq"])] = entry["code"]
        return codes

    def put_away(self):
        """What lies in the peer's quarantine: the code by the name that each file had in the drop."""
        codes = {}
        for reason in (self.deployment.folder / self.peer / "data/quarantine").glob("*.reason"):
            fields = dict(line.partition(": ")[::2] for line in reason.read_text(errors="replace").splitlines())
            codes[fields.get("name", "").strip('"')] = fields.get("code")
        return codes

    def judge(self, stream, cases, maximum=4 << 20, counted_as=None):
        """Sends `cases` in as few packets as it takes: (label, message, the fates that are right). Fails with all that differ.
        `counted_as`: the type that the manifests give them all."""
        cases = list(cases)
        rounds, size = [[]], 0
        for case in cases:
            size += len(compact(case[1])) + 1024
            if size > maximum:
                rounds.append([])
                size = len(compact(case[1])) + 1024
            rounds[-1].append(case)
        for group in rounds:
            self.send(
                stream, [content for _, content, _ in group], counts={counted_as: len(group)} if counted_as else None, wait=False)
        self.taken(stream)
        assert not self.packet_codes(stream), f"refused whole: {self.packet_codes(stream)}"
        ids = [json.loads(content)["id"] if isinstance(content, bytes) else content["id"] for _, content, _ in cases]
        wrong = [
            f"{label}: {fate}, not {' or '.join(sorted(right))}"
            for (label, _, right), fate in zip(cases, self.fates(ids)) if fate not in right]
        assert not wrong, "\n".join(wrong)
