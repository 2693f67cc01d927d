"""Packets carried on a disk by hand, between zones that share no folder."""

import random
import shutil
import signal
import subprocess
import time

import pytest

from deployment import BINARIES, Clerk, eventually, look_up, stage, write_letter

PEER = {"dmz": "intranet", "intranet": "dmz"}


@pytest.fixture
def apart(deployment):
    """Each zone with drops of its own."""
    for zone, peer in PEER.items():
        file = deployment.folder / zone / "zone.yaml"
        text = file.read_text()
        text = text.replace(f"outgoing_drop: ../drop/{zone}-to-{peer}", "outgoing_drop: out")
        text = text.replace(f"incoming_drop: ../drop/{peer}-to-{zone}", "incoming_drop: in")
        file.write_text(text)
        for drop in ("out", "in"):
            for folder in ("new", "tmp"):
                (deployment.folder / zone / drop / folder).mkdir(parents=True)
    deployment.set_limits("redrop_seconds", 3600)
    return deployment


def carry(deployment, act, zone, disk, *options):
    return deployment.guandu("link", act, "--config", deployment.folder / zone / "zone.yaml", disk, *options)


def done(outcome):
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout


def lying(folder):
    return {file.name: file.read_bytes() for file in folder.glob("[!.]*")}


def outgoing(deployment, zone):
    return deployment.folder / zone / "out/new"


def incoming(deployment, zone):
    return deployment.folder / zone / "in/new"


def write_packets(deployment, count, bytes_each=300_000):
    """Letters with attachments, of which the packets then wait in the DMZ's drop."""
    deployment.start("dmz")
    letters = [
        write_letter(deployment, f"138000001{number:02}", f"第{number}封", "请修理路灯。",
                     [("photo.jpg", b"\xff\xd8\xff" + random.Random(number).randbytes(bytes_each))])
        for number in range(count)]
    eventually(lambda: deployment.count("dmz", "SELECT COUNT(*) FROM sent_packet WHERE lane = 'b'") >= count, "packets")
    deployment.stop("dmz")
    return letters


def on_the_desk(deployment):
    return deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter")


def test_a_letter_and_its_answer_are_carried_by_hand(apart, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    apart.start("dmz", "intranet")
    photo = ("photo.jpg", b"\xff\xd8\xff" + bytes(300_000))
    number, code, password = write_letter(apart, "13800138000", "关于路灯", "请修理路灯。", [photo])
    eventually(lambda: list(outgoing(apart, "dmz").glob("*.b.*.gdp")), "the photo leaves")
    said = done(carry(apart, "export", "dmz", disk))
    assert "packets" in said and f"{disk}/dmz-to-intranet" in said
    assert not list(outgoing(apart, "dmz").glob("*.m.*.gdp"))
    done(carry(apart, "import", "intranet", disk))
    assert not lying(disk / "dmz-to-intranet")
    eventually(lambda: on_the_desk(apart) == 1, "the letter is on the desk")
    assert stage(look_up(apart, code, password)) == "sent"
    clerk = Clerk(apart)
    assert clerk.sign_for(number)[0] == 303
    assert clerk.answer(number, "路灯已经修好。")[0] == 303
    eventually(
        lambda: apart.count("intranet", "SELECT COUNT(*) FROM sent_packet WHERE lane = 'm'"), "the answer leaves")
    eventually(
        lambda: apart.count("intranet", "SELECT packed FROM outgoing_stream WHERE lane = 'm'")
        == apart.count("intranet", "SELECT MAX(id) FROM outbox"), "all of it")
    done(carry(apart, "export", "intranet", disk))
    done(carry(apart, "import", "dmz", disk))
    page = eventually(
        lambda: (page := look_up(apart, code, password)) and stage(page) == "answered" and page, "the answer")
    assert "路灯已经修好。" in page


@pytest.mark.parametrize("act", ["export", "import"])
def test_a_carrier_killed_at_random_loses_nothing(apart, tmp_path, act):
    write_packets(apart, 4, 3_000_000)
    disk = tmp_path / "disk"
    disk.mkdir()
    everything = lying(outgoing(apart, "dmz"))
    zone, target = ("dmz", disk / "dmz-to-intranet") if act == "export" else ("intranet", incoming(apart, "intranet"))
    if act == "import":
        done(carry(apart, "export", "dmz", disk))
    source = outgoing(apart, "dmz") if act == "export" else disk / "dmz-to-intranet"
    command = [BINARIES / "guandu", "link", act, "--config", apart.folder / zone / "zone.yaml", disk]
    moments, rounds = random.Random(7), 0
    while lying(source) and rounds < 40:
        rounds += 1
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(0, 0.08))
        process.send_signal(signal.SIGKILL)
        process.wait()
        # Whatever has a name that counts is whole, and each packet lies somewhere.
        target_now = lying(target) if target.exists() else {}
        assert all(everything[name] == content for name, content in target_now.items())
        assert {**lying(source), **target_now} == everything
    done(carry(apart, act, zone, disk))
    assert lying(target) == everything and not lying(source)
    apart.start("intranet")
    if act == "export":
        done(carry(apart, "import", "intranet", disk))
    eventually(lambda: on_the_desk(apart) == 4, "all letters are on the desk")


def test_a_disk_that_is_full_takes_what_fits_and_the_next_one_the_rest(apart, tmp_path):
    write_packets(apart, 4, 3_000_000)
    small, large = tmp_path / "small", tmp_path / "large"
    small.mkdir()
    large.mkdir()
    everything = lying(outgoing(apart, "dmz"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=5m", "none", small], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("needs to mount a tmpfs")
    try:
        full = carry(apart, "export", "dmz", small)
        assert full.returncode == 1
        assert "No space left on device" in full.stderr and "run the command again" in full.stderr
        on_disk = lying(small / "dmz-to-intranet")
        assert on_disk and not list((small / "dmz-to-intranet").glob(".*"))
        left = lying(outgoing(apart, "dmz"))
        assert left and {**on_disk, **left} == everything and not set(on_disk) & set(left)
        done(carry(apart, "import", "intranet", small))
    finally:
        subprocess.run(["umount", small], check=True)
    done(carry(apart, "export", "dmz", large))
    done(carry(apart, "import", "intranet", large))
    assert lying(incoming(apart, "intranet")) == everything
    apart.start("intranet")
    eventually(lambda: on_the_desk(apart) == 4, "all letters are on the desk")


def pulled_out_midway(deployment, disk, pulled, count):
    """Exports to `disk`, which is gone after the first packet; what the command says, or nothing where it was quicker."""
    disk.mkdir()
    process = subprocess.Popen(
        [BINARIES / "guandu", "link", "export", "--config", deployment.folder / "dmz/zone.yaml", disk],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    folder = disk / "dmz-to-intranet"
    # No pause between two looks: the command needs but a moment.
    while process.poll() is None and not (folder.exists() and list(folder.iterdir())):
        pass
    # It stands still while the disk is pulled out.
    process.send_signal(signal.SIGSTOP)
    if len(list(folder.glob("*.gdp"))) < count:
        disk.rename(pulled)
    process.send_signal(signal.SIGCONT)
    _, complaint = process.communicate(timeout=60)
    if process.returncode != 0:
        assert process.returncode == 1, complaint
        return complaint
    if pulled.exists():
        pulled.rename(disk)
    return None


def test_a_disk_that_is_pulled_out_midway_is_told_of(apart, tmp_path):
    write_packets(apart, 3, 6_000_000)
    disk, pulled = tmp_path / "disk", tmp_path / "pulled"
    everything = lying(outgoing(apart, "dmz"))
    for _ in range(20):
        if complaint := pulled_out_midway(apart, disk, pulled, len(everything)):
            break
        # It was done already: all is put back for another try.
        for name in everything:
            shutil.move(disk / "dmz-to-intranet" / name, outgoing(apart, "dmz") / name)
        shutil.rmtree(disk)
    assert complaint, "never caught midway"
    assert "No such file or directory" in complaint and "run the command again" in complaint
    assert {**lying(outgoing(apart, "dmz")), **lying(pulled / "dmz-to-intranet")} == everything
    missing = carry(apart, "export", "dmz", disk)
    assert missing.returncode == 73 and str(disk) in missing.stderr and not disk.exists()
    pulled.rename(disk)
    done(carry(apart, "export", "dmz", disk))
    assert lying(disk / "dmz-to-intranet") == everything and not lying(outgoing(apart, "dmz"))


def test_foreign_files_are_named_and_left(apart, tmp_path):
    write_packets(apart, 1)
    disk = tmp_path / "disk"
    disk.mkdir()
    done(carry(apart, "export", "dmz", disk))
    folder = disk / "dmz-to-intranet"
    packet = max(folder.glob("*.m.*.gdp"))
    everything = lying(folder)
    foreign = {
        "notes.txt": b"call me", "cut.gdp": packet.read_bytes()[:-1], ".half.gdp.part": packet.read_bytes(),
        "long.gdp": packet.read_bytes() + b"x", "empty.gdp": b""}
    for name, content in foreign.items():
        (folder / name).write_bytes(content)
    (folder / "link.gdp").symlink_to(packet)
    (folder / "odd\x1b[2J.gdp").write_bytes(b"odd")
    outcome = carry(apart, "import", "intranet", disk)
    assert outcome.returncode == 65
    for name in ("notes.txt", "cut.gdp", "long.gdp", "empty.gdp", "link.gdp"):
        assert name in outcome.stderr
    assert "half.gdp" not in outcome.stderr and "\x1b" not in outcome.stderr
    assert lying(incoming(apart, "intranet")) == everything
    assert {file.name for file in folder.iterdir()} == {*foreign, "link.gdp", "odd\x1b[2J.gdp"}
    # A packet of the other direction, put where it does not belong.
    (folder / packet.name).write_bytes(everything[packet.name])
    (disk / "intranet-to-dmz").mkdir()
    (folder / packet.name).rename(disk / "intranet-to-dmz" / packet.name)
    wrong = carry(apart, "import", "dmz", disk)
    assert wrong.returncode == 65 and packet.name in wrong.stderr
    assert not lying(incoming(apart, "dmz"))


def test_what_is_kept_is_carried_once(apart, tmp_path):
    write_packets(apart, 2)
    disk = tmp_path / "disk"
    disk.mkdir()
    everything = lying(outgoing(apart, "dmz"))
    done(carry(apart, "export", "dmz", disk, "--keep"))
    assert lying(outgoing(apart, "dmz")) == everything == lying(disk / "dmz-to-intranet")
    before = {file: file.stat().st_mtime_ns for file in (disk / "dmz-to-intranet").iterdir()}
    again = done(carry(apart, "export", "dmz", disk, "--keep"))
    assert f"{len(everything)} were there before" in again
    assert {file: file.stat().st_mtime_ns for file in (disk / "dmz-to-intranet").iterdir()} == before
    damaged = max(before)
    damaged.chmod(0o600)
    damaged.write_bytes(b"x" * damaged.stat().st_size)
    done(carry(apart, "export", "dmz", disk))
    assert lying(disk / "dmz-to-intranet") == everything and not lying(outgoing(apart, "dmz"))
    # The zone's own copies can be carried once more.
    shutil.rmtree(disk / "dmz-to-intranet")
    done(carry(apart, "export", "dmz", disk, "--unconfirmed"))
    unconfirmed = {name for (name,) in apart.rows("dmz", "SELECT file FROM sent_packet WHERE confirmed = 0")}
    assert unconfirmed and set(lying(disk / "dmz-to-intranet")) == unconfirmed
    assert set(lying(apart.folder / "dmz/data/sent/intranet")) == unconfirmed
