"""The record of what officials did, exported and checked from its files alone."""

import hashlib
import json
import shutil
import sqlite3
import subprocess

from deployment import Clerk, eventually, write_letter


def export(deployment, folder):
    return deployment.guandu("acts", "export", "--config", deployment.folder / "intranet/zone.yaml", folder)


def verify(deployment, folder, *more):
    ca = deployment.folder / "ca"
    return deployment.guandu(
        "acts", "verify", "--root", ca / "root.pem", "--intermediate", ca / "issuing.pem", folder, *more)


def test_an_answer_can_be_proved_from_files_and_a_changed_record_is_found(deployment, tmp_path):
    deployment.start("dmz", "intranet")
    number = write_letter(deployment, "13800138000", "路灯不亮", "请修理。")[0]
    clerk = Clerk(deployment)
    eventually(lambda: clerk.get(f"/letters/{number}")[0] == 200, "the letter is on the desk")
    clerk.sign_for(number)
    clerk.answer(number, "已安排维修。")
    folder = tmp_path / "record"
    made = export(deployment, folder)
    assert made.returncode == 0, made.stderr
    checked = verify(deployment, folder)
    assert checked.returncode == 0 and checked.stdout.startswith("sound: "), checked.stderr

    entries = [json.loads(line) for line in (folder / "acts.jsonl").read_text("utf-8").splitlines()]
    answered = next(entry for entry in entries if entry["act"] == "letter.answered")
    assert answered["object"] == f"letter {number}" and answered["proof"] == "tls"
    assert answered["content"] == hashlib.sha256("已安排维修。".encode()).hexdigest()
    der = subprocess.run(
        ["openssl", "x509", "-in", deployment.folder / "people/clerk.pem", "-outform", "DER"], check=True,
        capture_output=True).stdout
    assert answered["certificate"] == hashlib.sha256(der).hexdigest()

    digest = bytes(32)
    for line in (folder / "acts.jsonl").read_bytes().splitlines():
        assert json.loads(line)["previous"] == digest.hex()
        digest = hashlib.sha256(digest + line).digest()
    assert f"digest {digest.hex()}" in (folder / "head").read_text()

    def spoiled(change):
        other = tmp_path / "spoiled"
        shutil.rmtree(other, ignore_errors=True)
        shutil.copytree(folder, other)
        change(other)
        answer = verify(deployment, other)
        assert answer.returncode == 65 and answer.stdout == "", answer
        return answer.stderr

    def rewrite(name, edit):
        return lambda place: (place / name).write_bytes(edit((place / name).read_bytes()))

    broken = spoiled(rewrite("acts.jsonl", lambda text: text.replace(b"letter.signed-for", b"letter.unsigned--")))
    assert "chain is broken" in broken
    cut = spoiled(rewrite("acts.jsonl", lambda text: b"\n".join(text.splitlines()[:-1]) + b"\n"))
    assert "not those that the head was signed for" in cut
    assert "chain is broken" in spoiled(rewrite("acts.jsonl", lambda text: b"\n".join(text.splitlines()[1:]) + b"\n"))
    assert "head.sig" in spoiled(rewrite("head", lambda text: text.replace(b"entries", b"entriez")))
    assert "head.sig" in spoiled(rewrite("head.sig", lambda text: bytes(64)))
    assert "certificates.pem" in spoiled(rewrite("certificates.pem", lambda text: b""))
    other_zone = spoiled(lambda place: shutil.copy(deployment.folder / "dmz/keys/signing.pem", place / "signing.pem"))
    assert "head.sig" in other_zone
    assert export(deployment, folder).returncode == 73, "an export is never written over"


def rewrite_record(database, old, new):
    """As somebody does who owns the database: an entry is another, and all digests after it fit."""
    with sqlite3.connect(database) as db:
        digest = bytes(32)
        for number, entry in db.execute("SELECT number, entry FROM act ORDER BY number").fetchall():
            entry = entry.replace(old, new)
            before = json.loads(entry)["previous"].encode()
            entry = entry.replace(before, digest.hex().encode())
            digest = hashlib.sha256(digest + entry).digest()
            db.execute("UPDATE act SET entry = ?, digest = ? WHERE number = ?", (entry, digest, number))


def test_a_record_that_was_written_anew_and_signed_is_not_what_the_log_says(deployment, tmp_path):
    deployment.start("dmz", "intranet")
    number = write_letter(deployment, "13800138000", "路灯不亮", "请修理。")[0]
    clerk = Clerk(deployment)
    eventually(lambda: clerk.get(f"/letters/{number}")[0] == 200, "the letter is on the desk")
    clerk.sign_for(number)
    acts = deployment.count("intranet", "SELECT COUNT(*) FROM act")
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM audit_entry") == 0, "the log is written")
    logs = deployment.folder / "intranet/data/audit"
    keys = tmp_path / "keys"
    keys.write_text("".join(
        deployment.guandu("audit", "keys", "--config", deployment.folder / zone / "zone.yaml").stdout
        for zone in ("intranet", "dmz")))

    def compare(name):
        folder = tmp_path / name
        made = export(deployment, folder)
        assert made.returncode == 0, made.stderr
        assert verify(deployment, folder).returncode == 0
        copy = shutil.copytree(logs, tmp_path / f"{name}-logs")
        return verify(deployment, folder, "--log", copy, "--keys", keys)

    sound = compare("sound")
    assert sound.returncode == 0 and f"{acts} acts stand in the log as in the record" in sound.stdout, sound.stderr

    deployment.stop("intranet")
    rewrite_record(deployment.folder / "intranet/data/zone.sqlite", b'"name":"', b'"name":"*')
    changed = compare("changed")
    assert changed.returncode == 65 and f"FAULT: act {acts} is another in the record than entry" in changed.stdout, changed
    with sqlite3.connect(deployment.folder / "intranet/data/zone.sqlite") as db:
        db.execute("DELETE FROM act WHERE number = ?", (acts,))
    assert f"FAULT: act {acts} is gone from the record" in compare("cut").stdout

    shutil.rmtree(logs / "1/tile/entries")
    lost = compare("without-entries")
    assert lost.returncode == 65 and "tile/entries" in lost.stderr, lost
    (tmp_path / "sound/salts").unlink()
    old = verify(deployment, tmp_path / "sound", "--log", tmp_path / "sound-logs", "--keys", keys)
    assert old.returncode == 65 and "salts: missing" in old.stderr, old
