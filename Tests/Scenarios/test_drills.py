"""The drills of docs/drills.md, with the commands that stand there and the real daemons."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import urllib.parse

import pytest

from deployment import BINARIES, ROOT, Client, Clerk, eventually, expect, look_up, stage, write_letter

BLOCKS = dict(re.findall(r"(?ms)^```sh ([a-z-]+)\n(.*?)^```$", (ROOT / "docs/drills.md").read_text("utf-8")))


@pytest.fixture
def drill(deployment):
    """Runs a block of the page, as somebody would who pastes it."""
    def run(name, **environment):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", BLOCKS[name]], cwd=deployment.folder, capture_output=True, text=True,
            env={**os.environ, "PATH": f"{BINARIES}:{os.environ['PATH']}", **environment})
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
        return done.stdout
    return run


class Person(Clerk):
    """Somebody with a certificate of `folder`."""

    def __init__(self, deployment, name, folder):
        pem = deployment.folder / f"{folder.replace('/', '-')}-{name}.browser.pem"
        pem.touch(0o600)
        pem.write_bytes(subprocess.run(
            ["openssl", "pkcs12", "-in", deployment.folder / f"{folder}/{name}.p12", "-nodes", "-passin",
             f"file:{deployment.folder}/{folder}/{name}.password"], check=True, capture_output=True).stdout)
        Client.__init__(self, deployment, "intranet", pem)


def on_the_desk(deployment, number):
    return deployment.count("intranet", f"SELECT COUNT(*) FROM desk_letter WHERE number = '{number}'")


def log_lines(deployment, zone, message):
    lines = [json.loads(line) for line in deployment.log(zone).read_text().splitlines() if line.startswith("{")]
    return [line for line in lines if line["message"] == message]


def answers(deployment):
    try:
        return Client(deployment, "dmz").get("/health")[0] == 200
    except OSError:
        return False


def fingerprint(deployment, path):
    der = subprocess.run(
        ["openssl", "x509", "-in", deployment.folder / path, "-outform", "DER"], check=True, capture_output=True).stdout
    return subprocess.run(["sha256sum"], input=der, check=True, capture_output=True).stdout.split()[0].decode()


def test_a_handlers_certificate_is_lost(deployment, drill):
    deployment.start("dmz", "intranet")
    number, code, password = write_letter(deployment, "13800138000", "路灯", "请修理路灯。")
    eventually(lambda: on_the_desk(deployment, number), "the letter is on the desk")
    thief = Person(deployment, "clerk", "people")
    expect(303, thief.sign_for(number))

    assert re.search(r"(?m)^list 2 of .+ counts$", drill("clerk-revoke"))
    # The same connection, TLS session, cookie.
    status, _ = Client.get(thief, f"/letters/{number}")
    assert status == 403
    assert log_lines(deployment, "intranet", "handler refused")
    assert Client(deployment, "intranet", deployment.clerk_files()).get("/me")[0] == 403

    new = drill("clerk-issue").split()[-2]
    assert new == fingerprint(deployment, "people/new/clerk.pem")
    newcomer = Person(deployment, "clerk", "people/new")
    assert Client.get(newcomer, "/me")[0] == 403, "not enrolled yet"
    old = fingerprint(deployment, "people/clerk.pem")
    (person,) = deployment.rows("intranet", f"SELECT person FROM person_certificate WHERE fingerprint = '{old}'")[0]
    administrator = Person(deployment, "administrator", "people")
    administrator.get("/people")
    page = f"/people/{urllib.parse.quote(person)}"
    expect(303, administrator.post(page, page + "/certificates", fingerprint=new))
    expect(303, administrator.post(page, page + "/certificates/remove", fingerprint=old))

    newcomer = Person(deployment, "clerk", "people/new")
    assert newcomer.get(f"/letters/{number}")[0] == 200
    expect(303, newcomer.answer(number, "已修复。"))
    answered = eventually(
        lambda: (page := look_up(deployment, code, password)) and stage(page) == "answered" and page, "the answer")
    assert "已修复。" in answered


def test_a_zones_machine_is_stolen(deployment, drill):
    deployment.start("dmz", "intranet")
    first = write_letter(deployment, "13800138000", "第一封", "失窃之前，已经答复。")
    second = write_letter(deployment, "13800138001", "第二封", "失窃之前，正在办理。")
    for number, _, _ in (first, second):
        eventually(lambda: on_the_desk(deployment, number), "the letter is on the desk")
    clerk = Clerk(deployment)
    clerk.sign_for(first[0])
    clerk.answer(first[0], "第一封的答复。")
    eventually(lambda: stage(look_up(deployment, *first[1:])) == "answered", "the answer is there")
    deployment.stop("dmz")
    # An answer that is under way when the machine goes.
    clerk.sign_for(second[0])
    clerk.answer(second[0], "第二封的答复，正在路上。")
    eventually(lambda: list(deployment.drop("intranet").glob("*.m.*.gdp")), "it lies in the drop")
    thief = shutil.copytree(deployment.folder / "dmz", deployment.folder.parent / "thief/dmz")

    assert re.search(r"(?m)^list 4 of .+ counts$", drill("zone-revoke"))
    # The thief goes on sending from the stolen machine, into the same drop.
    config = thief / "zone.yaml"
    config.write_text(config.read_text().replace("../", f"{deployment.folder}/"))
    applied = deployment.count("intranet", "SELECT COUNT(*) FROM applied_message")
    stolen = subprocess.Popen(
        [BINARIES / "guandu-dmz", "--config", config], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: answers(deployment), "the stolen machine's portal answers")
        write_letter(deployment, "13800138009", "假信", "由盗用者提交。")
        refused = eventually(
            lambda: [line for line in log_lines(deployment, "intranet", "file quarantined") if line["code"] == "certificate"],
            "the thief's packets are quarantined")
        assert "revoked" in refused[0]["reason"]
    finally:
        stolen.kill()
        stolen.wait()
    assert deployment.count("intranet", "SELECT COUNT(*) FROM applied_message") == applied

    drill("zone-issue")
    drill("zone-peer")
    deployment.stop("intranet")
    drill("zone-place")
    deployment.start("dmz", "intranet")
    drill("zone-rebuild")
    # Not by looking them up: a code that opens nothing yet counts as a guess, and thirty lock this address out.
    eventually(
        lambda: deployment.count("dmz", "SELECT COUNT(*) FROM citizen_letter WHERE stage = 'answered'") == 2,
        "both letters are back, with their answers")
    for letter, answer in ((first, "第一封的答复。"), (second, "第二封的答复，正在路上。")):
        page = look_up(deployment, *letter[1:])
        assert stage(page) == "answered" and answer in page
    third = write_letter(deployment, "13800138002", "第三封", "换机之后。")
    assert third[0] not in (first[0], second[0])
    eventually(lambda: on_the_desk(deployment, third[0]), "a new letter crosses")
    clerk = Clerk(deployment)
    clerk.sign_for(third[0])
    clerk.answer(third[0], "第三封的答复。")
    eventually(lambda: stage(look_up(deployment, *third[1:])) == "answered", "and is answered")
    assert deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter WHERE title = '假信'") == 0


def test_an_escrow_key_is_used(deployment, drill, tmp_path):
    drill("escrow-make")
    deployment.start("dmz")
    photo = b"\xff\xd8\xff" * 1000
    write_letter(deployment, "13800138000", "关于路灯", "请修理路灯，由托管密钥打开。", [("photo.jpg", photo)])

    def packets(lane):
        return sorted(deployment.drop("dmz").glob(f"*.{lane}.*.gdp"))

    packet = eventually(lambda: packets("m")[1:], "a packet of messages")[0]
    blob = eventually(lambda: packets("b"), "a packet of blobs")[0]
    shutil.move(deployment.folder / "intranet", tmp_path / "lost")
    words = drill("escrow-open", PACKET=str(packet))
    assert "cert.pem: OK" in words and "Signature Verified Successfully" in words
    draft = json.loads(drill("escrow-letter"))
    assert draft["text"] == "请修理路灯，由托管密钥打开。" and draft["phone"] == "13800138000"
    drill("escrow-open", PACKET=str(blob))
    opened = deployment.folder / "opened"
    (part,) = [file for file in (opened / "blobs").rglob("*") if file.is_file()]
    plain = subprocess.run(
        ["age", "-d", "-i", opened / "escrow.agekey", part], check=True, capture_output=True).stdout
    assert plain == photo


def test_every_block_of_the_page_was_run():
    run = set(re.findall(r'drill\("([a-z-]+)"', pathlib.Path(__file__).read_text("utf-8")))
    assert run == set(BLOCKS) and len(BLOCKS) == 10
