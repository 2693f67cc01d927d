"""What an operator does by hand: looking at the links, settling the quarantine, carrying packets on a disk."""

import json
import os
import shutil
import signal
import subprocess
import time

import pytest

from deployment import BINARIES, Clerk, eventually, look_up, stage, write_letter


def command(deployment, zone, *arguments):
    return deployment.guandu(*arguments, "--config", deployment.folder / zone / "zone.yaml")


def status(deployment, zone):
    shown = command(deployment, zone, "link", "status", "--json")
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout)["links"][0]


def on_the_desk(deployment, number):
    return deployment.count("intranet", f"SELECT COUNT(*) FROM desk_letter WHERE number = '{number}'") == 1


@pytest.fixture
def apart(deployment):
    """Two zones whose drops no gatekeeper connects."""
    for zone, peer in (("dmz", "intranet"), ("intranet", "dmz")):
        incoming = deployment.folder / f"into-{zone}"
        for name in ("tmp", "new"):
            (incoming / name).mkdir(parents=True)
        file = deployment.folder / zone / "zone.yaml"
        file.write_text(file.read_text().replace(
            f"incoming_drop: ../drop/{peer}-to-{zone}", f"incoming_drop: ../into-{zone}"))
    deployment.set_limits("redrop_seconds", 3600)
    deployment.start("dmz", "intranet")
    return deployment


def test_a_letter_and_its_answer_are_carried_on_a_disk(apart, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    photo = ("photo.jpg", b"\xff\xd8\xff" + os.urandom(2_000_000))
    number, code, password = write_letter(apart, "13800138000", "路灯", "请修理路灯。", [photo])
    eventually(lambda: status(apart, "dmz")["outgoing"]["unconfirmed_packets"] >= 2, "letter and photo are sent")
    assert status(apart, "dmz")["outgoing"]["waiting_messages"] == 0

    pulled_out = 0
    for attempt in range(200):
        process = subprocess.Popen(
            [BINARIES / "guandu", "link", "export", disk, "--config", apart.folder / "dmz/zone.yaml"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.002 * attempt)
        process.send_signal(signal.SIGKILL)
        if process.wait() == 0:
            break
        pulled_out += 1
    assert pulled_out > 0
    exported = command(apart, "dmz", "link", "export", disk)
    assert exported.returncode == 0, exported.stderr
    assert not list(apart.drop("dmz").glob("*.m.*")), "what is carried has left the drop"
    carried = [file.name for file in (disk / "dmz-to-intranet").iterdir() if not file.name.startswith(".")]
    assert carried and all(name.endswith(".gdp") for name in carried)

    (disk / "dmz-to-intranet/junk.gdp").write_bytes(b"junk")
    imported = command(apart, "intranet", "link", "import", disk)
    assert imported.returncode == 65 and "junk.gdp" in imported.stderr
    eventually(lambda: on_the_desk(apart, number), "the letter is on the desk")
    clerk = Clerk(apart)
    clerk.sign_for(number)
    assert clerk.answer(number, "已修复。")[0] == 303

    def answer_is_back():
        assert command(apart, "intranet", "link", "export", disk).returncode == 0
        assert command(apart, "dmz", "link", "import", disk).returncode == 0
        return stage(look_up(apart, code, password)) == "answered"

    eventually(answer_is_back, "the answer is back")
    assert status(apart, "dmz")["last_seen"] is not None
    assert not list((apart.folder / "intranet/data/quarantine").glob("*.gdp"))


def test_a_disk_that_is_full_or_gone_loses_nothing(apart, tmp_path):
    number, _, _ = write_letter(
        apart, "13800138000", "路灯", "请修理路灯。", [("photo.jpg", b"\xff\xd8\xff" + os.urandom(3_000_000))])
    eventually(lambda: len(list(apart.drop("dmz").glob("*.gdp"))) >= 2, "packets lie in the drop")
    gone = command(apart, "dmz", "link", "export", tmp_path / "gone")
    assert gone.returncode == 73 and "No such file" in gone.stderr
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "guandu-test", small], capture_output=True).returncode == 0:
        try:
            full = command(apart, "dmz", "link", "export", small)
            assert full.returncode == 1 and "run the command again" in full.stderr and "No space" in full.stderr
            assert not list((small / "dmz-to-intranet").glob(".*"))
        finally:
            subprocess.run(["umount", small], check=True)
    disk = tmp_path / "disk"
    disk.mkdir()
    kept = command(apart, "dmz", "link", "export", disk, "--unconfirmed")
    assert kept.returncode == 0, kept.stderr
    assert command(apart, "intranet", "link", "import", disk).returncode == 0
    eventually(lambda: on_the_desk(apart, number), "the letter is on the desk")


def test_status_quarantine_replay_and_rebuild(deployment):
    early = command(deployment, "dmz", "link", "status")
    assert early.returncode == 75 and "has the daemon of this zone run already?" in early.stderr
    deployment.start("dmz", "intranet")
    number, code, password = write_letter(deployment, "13800138000", "路灯", "请修理路灯。")
    eventually(lambda: on_the_desk(deployment, number), "the letter is on the desk")
    (deployment.drop("dmz") / "junk.gdp").write_bytes(b"junk")
    eventually(lambda: status(deployment, "intranet")["quarantined_files"] == 1, "junk is put away")
    text = command(deployment, "intranet", "link", "status", "--watch", "--count", "2").stdout
    assert text.count("link to dmz") == 2 and "last sign of life" in text

    listed = command(deployment, "intranet", "quarantine", "list").stdout
    name, code_of_junk = listed.split()[0], listed.split()[2]
    assert code_of_junk == "magic"
    assert "its head is not a packet's" in command(deployment, "intranet", "quarantine", "show", name).stdout
    released = command(deployment, "intranet", "quarantine", "release", name)
    assert released.returncode == 1 and "failed" in released.stderr
    assert command(deployment, "intranet", "quarantine", "discard", name).returncode == 0
    assert command(deployment, "intranet", "quarantine", "list").stdout == ""
    assert command(deployment, "intranet", "quarantine", "discard", name).returncode == 65
    journal = (deployment.folder / "intranet/data/quarantine/log.jsonl").read_text().splitlines()
    assert [json.loads(line)["act"] for line in journal] == ["release", "discard"]

    replayed = command(deployment, "dmz", "link", "replay", "--from", "1")
    assert replayed.returncode == 0 and "packets are dropped again" in replayed.stdout
    assert command(deployment, "dmz", "link", "rebuild").stdout == "this zone cannot do that\n"
    rebuilt = command(deployment, "intranet", "link", "rebuild")
    assert rebuilt.stdout == "1 letters leave for the portal anew\n", rebuilt.stderr
    assert stage(look_up(deployment, code, password)) == "delivered"


def test_a_dmz_that_lost_everything_is_rebuilt(deployment):
    deployment.start("dmz", "intranet")
    number, code, password = write_letter(deployment, "13800138000", "路灯", "请修理路灯。")
    eventually(lambda: on_the_desk(deployment, number), "the letter is on the desk")
    clerk = Clerk(deployment)
    clerk.sign_for(number)
    clerk.answer(number, "已修复。")
    eventually(lambda: stage(look_up(deployment, code, password)) == "answered", "the answer is there")
    deployment.kill("dmz")
    shutil.rmtree(deployment.folder / "dmz/data")
    (deployment.folder / "dmz/data").mkdir()
    deployment.start("dmz")
    assert command(deployment, "intranet", "link", "rebuild").returncode == 0

    def is_back():
        return deployment.count("dmz", "SELECT COUNT(*) FROM citizen_letter WHERE stage = 'answered'") == 1

    eventually(is_back, "the letter is back")
    page = look_up(deployment, code, password)
    assert stage(page) == "answered" and "已修复。" in page and "请修理路灯。" in page
    later = write_letter(deployment, "13800138001", "又一封", "之后")
    assert later[0] != number
    eventually(lambda: on_the_desk(deployment, later[0]), "a new letter is on the desk")
