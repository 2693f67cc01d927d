"""The record of what officials did, exported and checked from its files alone."""

import hashlib
import json
import shutil
import subprocess

from deployment import Clerk, eventually, write_letter


def export(deployment, folder):
    return deployment.guandu("acts", "export", "--config", deployment.folder / "intranet/zone.yaml", folder)


def verify(deployment, folder):
    ca = deployment.folder / "ca"
    return deployment.guandu("acts", "verify", "--root", ca / "root.pem", "--intermediate", ca / "issuing.pem", folder)


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
