"""Acts that are signed in the browser with a key of the handler's own, and what an export of them proves."""

import base64
import hashlib
import json
import shutil
import subprocess

import pytest

from people import Citizen, Clerk

ANSWER = "您好！\n\n路灯已修复。"


@pytest.fixture
def letter(citizen):
    citizen.confirm_phone()
    citizen.fill("请签名办理", publish="no")
    return citizen.send()


def enrol(clerk, name="办公室电脑", look=False):
    clerk.open("/me/keys")
    if look:
        clerk.look("keys-none")
    clerk.page.fill("#name", name)
    assert clerk.submit("#enrol-key") == 200, clerk.error()
    assert clerk.page.url.endswith("/me/keys")
    return clerk.page.locator("[data-key]:visible").last.get_attribute("data-key")


def retire(clerk, fingerprint):
    clerk.open("/me/keys")
    assert clerk.remove(f"a[href$='{fingerprint}/retire']") == 200


class Record:
    """An exported record."""

    def __init__(self, deployment, folder):
        self.folder, self.ca = folder, deployment.folder / "ca"
        deployment.guandu("acts", "export", "--config", deployment.folder / "intranet/zone.yaml", folder)
        self.entries = [json.loads(line) for line in (folder / "acts.jsonl").read_text("utf-8").splitlines()]

    def find(self, act, subject):
        return [entry for entry in self.entries if entry["act"] == act and entry["object"] == subject][-1]

    def key(self, fingerprint):
        return next(entry["publicKey"] for entry in self.entries if entry["act"] == "key.enrolled" and entry["key"] == fingerprint)


def verify(deployment, folder):
    """As `guandu acts verify` answers: status and text."""
    ca = deployment.folder / "ca"
    done = deployment.ask("acts", "verify", "--root", ca / "root.pem", "--intermediate", ca / "issuing.pem", folder)
    return done.returncode, done.stdout + done.stderr


def openssl_verifies(folder, public_key, statement, signature):
    for name, content in [("key.der", public_key), ("signature", signature), ("statement", statement)]:
        (folder / name).write_bytes(content)
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", "key.der", "-keyform", "DER", "-signature", "signature", "statement"],
        cwd=folder, capture_output=True, text=True)
    return done.returncode == 0 and done.stdout == "Verified OK\n"


def test_a_letter_is_signed_for_and_answered_with_a_key_of_ones_own_and_the_export_proves_it(
        clerk, letter, deployment, tmp_path):
    fingerprint = enrol(clerk, look=True)
    clerk.look("keys")
    assert "本浏览器" in clerk.page.locator("#keys").inner_text()
    clerk.open_letter(letter.number)
    clerk.page.locator("form:has(#sign-for) [data-signs]").wait_for()
    clerk.look("letter-signing")
    clerk.sign_for()
    assert clerk.check_answer("  您好！\r\n\r\n路灯已修复。\u200f  ", "private") == 200
    clerk.page.locator("form:has(#send-answer) [data-signs]").wait_for()
    clerk.look("answer-check-signing")
    assert clerk.page.locator("#citizen-sees .written").inner_text() == ANSWER, "what is shown is what is signed"
    assert clerk.switch_language() == "en" and clerk.switch_language() == "zh-CN"
    assert clerk.page.locator("#send-answer").count() == 1, "the other language sends and signs nothing"
    assert clerk.submit("#back") == 200
    assert clerk.page.input_value("#text") == ANSWER
    assert clerk.answer(ANSWER, "private") == 200
    assert clerk.page.locator("#letter-outcome").inner_text() == ANSWER

    record = Record(deployment, tmp_path / "record")
    subject = f"letter {letter.number}"
    (tmp_path / "by-hand").mkdir()
    for act, fields in [("letter.signed-for", {}), ("letter.answered", {"text": ANSWER, "visibility": "private"})]:
        entry = record.find(act, subject)
        assert (entry["proof"], entry["key"]) == ("signed", fingerprint)
        head, *lines = entry["statement"].split("field ")
        assert head.startswith(f"guandu act 1\nzone intranet\nperson {entry['person']}\nact {act}\nobject {subject}\nnonce ")
        assert lines == [f"{name} {hashlib.sha256(value.encode()).hexdigest()}\n" for name, value in fields.items()]
        public_key = base64.b64decode(record.key(fingerprint))
        assert hashlib.sha256(public_key).hexdigest() == fingerprint
        signed = entry["statement"].encode(), base64.b64decode(entry["signature"])
        assert openssl_verifies(tmp_path / "by-hand", public_key, *signed)
        assert not openssl_verifies(tmp_path / "by-hand", public_key, signed[0] + b"x", signed[1])
    assert record.find("letter.answered", subject)["content"] == hashlib.sha256(ANSWER.encode()).hexdigest()

    status, text = verify(deployment, record.folder)
    assert status == 0 and text.startswith("sound: "), text
    assert any(f"letter.answered {subject} " in line and line.endswith(f": signed with {fingerprint}") for line in text.splitlines())
    assert any("person.came-in" in line and line.endswith(", not signed") for line in text.splitlines())

    answered = record.find("letter.answered", subject)
    for old, new in [(answered["signature"], answered["signature"][:-8] + "AAAAAAA="), ("visibility ", "visibilitx ")]:
        spoiled = tmp_path / "spoiled"
        shutil.rmtree(spoiled, ignore_errors=True)
        rewrite(deployment, record.folder, spoiled, answered["number"], old, new)
        status, text = verify(deployment, spoiled)
        assert status == 65 and f"line {answered['number']}: its signature does not hold" in text, text
    retire(clerk, fingerprint)


def rewrite(deployment, folder, other, number, old, new):
    """A record that the zone itself has forged: an entry is changed, the chain and the head are made anew and signed."""
    shutil.copytree(folder, other)
    digest, lines = bytes(32), []
    for entry in (folder / "acts.jsonl").read_bytes().splitlines():
        values = json.loads(entry)
        previous = values["previous"]
        if values["number"] == number:
            assert old.encode() in entry
            entry = entry.replace(old.encode(), new.encode())
        entry = entry.replace(previous.encode(), digest.hex().encode())
        lines.append(entry + b"\n")
        digest = hashlib.sha256(digest + entry).digest()
    (other / "acts.jsonl").write_bytes(b"".join(lines))
    head = (folder / "head").read_text().splitlines()
    head = [f"digest {digest.hex()}" if line.startswith("digest ") else line for line in head]
    (other / "head").write_text("\n".join(head) + "\n")
    subprocess.run(
        ["openssl", "pkeyutl", "-sign", "-inkey", deployment.folder / "intranet/keys/signing.key", "-rawin", "-in",
         other / "head", "-out", other / "head.sig"], check=True, capture_output=True)


def test_the_key_stays_in_its_browser_and_another_browser_signs_nothing(clerk, letter, contexts, deployment, tmp_path):
    fingerprint = enrol(clerk)
    taken = clerk.page.evaluate(
        """async (fingerprint) => {
          const opening = indexedDB.open("guandu-signing", 1);
          await new Promise((done) => { opening.onsuccess = done; });
          const asked = opening.result.transaction("keys").objectStore("keys").get(fingerprint);
          await new Promise((done) => { asked.onsuccess = done; });
          const formats = ["pkcs8", "jwk", "raw"];
          const tries = formats.map((format) => crypto.subtle.exportKey(format, asked.result).then(() => true, () => false));
          return [asked.result.extractable, asked.result.type, ...(await Promise.all(tries))];
        }""", fingerprint)
    assert taken == [False, "private", False, False, False]
    other = Clerk(contexts(client_certificates=[deployment.clerk_certificate()]).new_page(), deployment)
    other.open("/me/keys")
    assert other.page.locator(f"code:text-is('{fingerprint}')").count() == 1
    assert other.page.locator("[data-key]:visible").count() == 0
    other.open_letter(letter.number)
    other.sign_for()
    record = Record(deployment, tmp_path / "record")
    assert record.find("letter.signed-for", f"letter {letter.number}")["proof"] == "tls"
    assert verify(deployment, record.folder)[0] == 0
    retire(clerk, fingerprint)


def test_a_retired_key_signs_no_more_and_what_it_signed_stays(clerk, letter, deployment, contexts, tmp_path):
    fingerprint = enrol(clerk)
    clerk.open_letter(letter.number)
    clerk.sign_for()
    assert clerk.check_answer(ANSWER, "private") == 200
    another = clerk.page.context.new_page()
    retire(Clerk(another, deployment), fingerprint)
    assert clerk.submit("#send-answer") == 403
    clerk.look("bad-signature")
    assert "签名与您的密钥" in clerk.error()
    assert clerk.page.input_value("#kept") == ANSWER
    assert clerk.submit("#back") == 200
    assert clerk.page.input_value("#text") == ANSWER
    clerk.open(f"/letters/{letter.number}")
    assert clerk.page.get_attribute("#letter-stage", "data-stage") == "signed-for"
    assert fingerprint not in clerk.page.content(), "a retired key is asked for no more"
    assert clerk.answer(ANSWER, "private") == 200
    record = Record(deployment, tmp_path / "record")
    subject = f"letter {letter.number}"
    assert record.find("letter.signed-for", subject)["proof"] == "signed"
    assert record.find("letter.answered", subject)["proof"] == "tls"
    assert verify(deployment, record.folder)[0] == 0


def test_without_scripts_everything_works_and_is_not_signed(clerk, letter, contexts, deployment, tmp_path):
    fingerprint = enrol(clerk)
    plain = Clerk(
        contexts(client_certificates=[deployment.clerk_certificate()], java_script_enabled=False).new_page(), deployment)
    plain.open("/me/keys")
    assert plain.page.locator("#enrol-key").is_hidden()
    assert "未启用脚本" in plain.page.locator("main").inner_text()
    plain.open_letter(letter.number)
    plain.sign_for()
    assert plain.answer(ANSWER, "private") == 200
    record = Record(deployment, tmp_path / "record")
    assert record.find("letter.answered", f"letter {letter.number}")["proof"] == "tls"
    retire(clerk, fingerprint)


def test_only_the_pages_that_sign_run_the_desks_script_and_the_portal_runs_none(clerk, contexts, deployment):
    policies = {}
    clerk.page.on("response", lambda answer: policies.update({answer.url: answer.headers.get("content-security-policy", "")}))
    refused = []
    clerk.page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    for path in ("/me", "/folders/to-do", "/me/keys"):
        clerk.open(path)
        policy = policies[deployment.desk + path]
        assert ("script-src 'self'" in policy) == (path == "/me/keys")
        assert "unsafe" not in policy and policy.startswith("default-src 'none'")
    assert refused == [], "the page's own script is let run, and nothing else is tried"
    citizen = Citizen(contexts().new_page(), deployment)
    citizen.page.on("response", lambda answer: policies.update({answer.url: answer.headers.get("content-security-policy", "")}))
    for path in ("/", "/write", "/lookup", "/public"):
        citizen.open(path)
        assert "script-src" not in policies[deployment.portal + path]
        assert citizen.page.locator("script").count() == 0
