"""Packets are opened, and made, without any of our software."""

import base64
import hashlib
import io
import json
import os
import subprocess
import tarfile
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from deployment import Clerk, eventually, look_up, stage, write_letter


def waiting(deployment, zone, lane):
    return sorted(deployment.drop(zone).glob(f"*.{lane}.*.gdp"))


def test_the_commands_of_the_specification_open_a_packet(deployment, tmp_path):
    deployment.start("dmz")
    number, _, _ = write_letter(deployment, "13800138000", "关于路灯", "请修理路灯。", [("photo.jpg", b"\xff\xd8\xff" * 1000)])
    # The first holds the portal's keepsake.
    packet = eventually(lambda: waiting(deployment, "dmz", "m")[1:], "a packet of messages")[0]
    blob_packet = eventually(lambda: waiting(deployment, "dmz", "b"), "a packet of blobs")[0]
    key = deployment.guandu("key", "age", "--config", deployment.folder / "intranet/zone.yaml")
    (tmp_path / "zone.agekey").write_text(key.stdout)
    for name, file in (("m", packet), ("b", blob_packet)):
        work = tmp_path / name
        work.mkdir()
        script = f"""
          cd '{work}'; cp '{file}' P.gdp; cp '{deployment.folder}'/ca/*.pem .
          sed -n 1,2p P.gdp >head; sed -n 3p P.gdp | base64 -d >sig; sed -n 4p P.gdp | base64 -d >cert.der
          openssl x509 -inform DER -in cert.der -out cert.pem
          openssl verify -CAfile root.pem -untrusted issuing.pem cert.pem
          openssl x509 -in cert.pem -noout -pubkey >pub.pem
          openssl pkeyutl -verify -rawin -pubin -inkey pub.pem -in head -sigfile sig
          tail -n +5 P.gdp | age -d -i ../zone.agekey | tar x
        """
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "cert.pem: OK" in done.stdout and "Signature Verified Successfully" in done.stdout
    message = json.loads((tmp_path / "m/messages/00000001.json").read_text())
    assert message["type"] == "letter.submitted" and message["body"]["number"] == number
    opened = subprocess.run(
        ["age", "-d", "-i", tmp_path / "zone.agekey"], input=base64.b64decode(message["body"]["letter"]),
        capture_output=True, check=True).stdout
    assert json.loads(opened)["text"] == "请修理路灯。"
    (digest,) = message["body"]["blobs"]
    sealed = (tmp_path / "b/blobs" / digest / "0").read_bytes()
    assert hashlib.sha256(sealed).hexdigest() == digest
    photo = subprocess.run(
        ["age", "-d", "-i", tmp_path / "zone.agekey"], input=sealed, capture_output=True, check=True).stdout
    assert photo == b"\xff\xd8\xff" * 1000
    for command in ("verify", "open"):
        done = deployment.guandu("packet", command, packet, "--config", deployment.folder / "intranet/zone.yaml")
        assert done.returncode == 0, done.stderr


def identifier():
    """A UUID of version 7."""
    digits = f"{int(time.time() * 1000):012x}" + "7" + os.urandom(2).hex()[:3] + "8" + os.urandom(8).hex()[:15]
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:32]}"


def age_recipient(certificate):
    """The X25519 key of a certificate in age's notation (Bech32)."""
    raw = certificate.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
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


def encrypt(plaintext, recipient):
    return subprocess.run(["age", "-e", "-r", recipient], input=plaintext, capture_output=True, check=True).stdout


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def build_packet(keys, messages, sequence=1, previous="0" * 64, stream="dmz/a/1/m"):
    """A packet as the specification has it, by Python's cryptography, age and tar alone."""
    signing_key = serialization.load_pem_private_key((keys / "signing.key").read_bytes(), None)
    certificate = x509.load_pem_x509_certificate((keys / "signing.pem").read_bytes())
    peer = x509.load_pem_x509_certificate((keys / "peer-encryption.pem").read_bytes())
    binding = {"id": identifier(), "from": "dmz", "to": "intranet", "stream": stream, "seq": sequence}
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        names = ["packet.json"] + [f"messages/{number:08}.json" for number in range(1, len(messages) + 1)]
        for name, content in zip(names, [binding, *messages]):
            entry = tarfile.TarInfo(name)
            entry.size = len(compact(content))
            tar.addfile(entry, io.BytesIO(compact(content)))
    payload = encrypt(archive.getvalue(), age_recipient(peer))
    counts = {}
    for message in messages:
        counts[message["type"]] = counts.get(message["type"], 0) + 1
    manifest = {
        "payload": {"bytes": len(payload), "sha256": hashlib.sha256(payload).hexdigest()},
        "recipients": [hashlib.sha256(peer.public_bytes(serialization.Encoding.DER)).hexdigest()],
        "receipts": [], "blobs": [], "messages": counts, "classification": "internal",
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "prev": previous,
        "suite": "x25519-chacha20poly1305-ed25519", **binding}
    head = b"guandu-packet/v1\n" + compact(manifest) + b"\n"
    signature = base64.b64encode(signing_key.sign(head))
    der = base64.b64encode(certificate.public_bytes(serialization.Encoding.DER))
    return head + signature + b"\n" + der + b"\n" + payload


def test_a_packet_made_by_an_independent_script_is_applied(deployment, tmp_path):
    keys = deployment.folder / "dmz/keys"
    peer = x509.load_pem_x509_certificate((keys / "peer-encryption.pem").read_bytes())
    letter_key = subprocess.run(["age-keygen"], capture_output=True, text=True, check=True).stdout
    letter_recipient = [line for line in letter_key.splitlines() if "public key" in line][0].split()[-1]
    draft = {
        "mailbox": "mayor", "kind": "question", "title": "独立程序", "text": "这封信由另一个程序写成。", "mayPublish": False,
        "phone": "13900139000", "attachments": []}
    sealed = encrypt(compact(draft), age_recipient(peer))
    letter = {
        "id": identifier(), "type": "letter.submitted", "subject": identifier(), "after": [],
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "body": {
            "number": "2026-900001", "letter": base64.b64encode(sealed).decode(), "letterKey": letter_recipient,
            "codeIndex": base64.b64encode(os.urandom(32)).decode(), "salt": base64.b64encode(os.urandom(16)).decode(),
            "wrappedKey": base64.b64encode(os.urandom(48)).decode(), "blobs": []}}
    packet = build_packet(keys, [letter])
    deployment.start("intranet")
    hidden = deployment.drop("dmz") / ".by-hand"
    hidden.write_bytes(packet)
    hidden.rename(deployment.drop("dmz") / "any name at all")
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter") == 1, "the letter is applied")
    page = Clerk(deployment).page("/letters/2026-900001")
    assert "这封信由另一个程序写成。" in page and "独立程序" in page

    def is_confirmed():
        receipts = [
            json.loads(file.read_bytes().split(b"\n")[1])["receipts"] for file in waiting(deployment, "intranet", "c")]
        return any(receipt["stream"] == "dmz/a/1/m" and receipt["applied"] == 1 for list_ in receipts for receipt in list_)

    eventually(is_confirmed, "the receipt follows")


@pytest.mark.parametrize("visibility", ["private", "public"])
def test_the_answer_comes_back(deployment, visibility):
    deployment.start("dmz", "intranet")
    number, code, password = write_letter(deployment, "13800138000", "关于路灯", "请修理路灯。")
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter"), "the letter arrives")
    clerk = Clerk(deployment)
    assert clerk.sign_for(number)[0] == 303
    assert clerk.answer(number, "路灯已经修好。", visibility)[0] == 303
    page = eventually(
        lambda: (page := look_up(deployment, code, password)) and stage(page) == "answered" and page, "the answer")
    assert "路灯已经修好。" in page and "请修理路灯。" in page
    wrong = "000000" if password != "000000" else "111111"
    assert look_up(deployment, code, wrong) is None
    published = Clerk.__mro__[1](deployment, "dmz").page("/public")
    assert (number in published) == (visibility == "public")
