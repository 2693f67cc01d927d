"""Whoever can write to a drop, without any key: junk by the thousand, files without end, names and kinds that are none."""

import contextlib
import os
import subprocess

import pytest

from deployment import eventually
from test_hostile_peer import Life, nothing_is_half_done

JUNK = 10_000


def on_another_file_system(deployment):
    folder = deployment.folder / "drop/dmz-to-intranet"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m,nr_inodes=40000,mode=0770", "tmpfs", folder], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"a file system can be mounted by root alone: {done.stderr.strip()}")
    for name in ("new", "tmp"):
        (folder / name).mkdir()


@pytest.fixture
def elsewhere(tmp_path):
    """A zone whose incoming drop lies on another file system than its data."""
    life = None
    try:
        life = Life(tmp_path / "zones", "dmz", on_another_file_system)
        yield life
    finally:
        if life:
            life.deployment.kill_all()
        subprocess.run(["umount", "--lazy", tmp_path / "zones/drop/dmz-to-intranet"], capture_output=True)


@pytest.fixture
def beside(tmp_path):
    life = Life(tmp_path / "zones", "dmz")
    yield life
    life.deployment.kill_all()


def quarantine(life):
    return life.deployment.folder / "intranet/data/quarantine"


def on_disk(folder):
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            # What the daemon removes meanwhile takes nothing.
            with contextlib.suppress(FileNotFoundError):
                total += os.lstat(os.path.join(parent, name)).st_blocks * 512
    return total


def test_ten_thousand_junk_folders_on_another_file_system_are_left(elsewhere):
    life = elsewhere
    new = life.forger.folder
    for number in range(JUNK):
        (new / f"junk-{number}").mkdir()
    life.serve()
    log = life.deployment.log("intranet")
    words = lambda text="junk-": log.read_text(errors="replace").count(text)
    eventually(lambda: words("neither read nor moved") == JUNK, "each was looked at", 120)
    files, said = len(list(quarantine(life).iterdir())), words()
    assert files <= 100 and said <= 2 * JUNK
    life.serve()
    nothing_is_half_done(life.deployment, "intranet")
    assert len(list(quarantine(life).iterdir())) == files, "what cannot be moved is looked at seldom"
    assert words() == said, "and told once"
    life.deployment.stop("intranet")
    life.deployment.start("intranet")
    life.serve()
    assert len(list(quarantine(life).iterdir())) == files
    assert len([name for name in os.listdir(new) if name.startswith("junk-")]) == JUNK


def sparse(path, size=10 << 40):
    """A file of ten terabytes without any, or the largest that the file system lets be."""
    while True:
        try:
            path.touch()
            os.truncate(path, size)
            return size
        except OSError:
            size //= 2


@pytest.mark.parametrize("place", ["elsewhere", "beside"])
def test_a_file_of_ten_terabytes_takes_no_room(place, request):
    life = request.getfixturevalue(place)
    new = life.forger.folder
    before = on_disk(life.deployment.folder / "intranet/data")
    sparse(new / ".huge")
    (new / ".huge").rename(new / "huge.gdp")
    eventually(lambda: life.forger.alive() and not (new / "huge.gdp").exists(), "it is quarantined")
    life.serve()
    assert on_disk(life.deployment.folder / "intranet/data") < before + (64 << 20)
    assert life.forger.put_away()["huge.gdp"] == "size"
    life.after()


@pytest.mark.parametrize("place", ["elsewhere", "beside"])
def test_a_held_file_that_turns_into_a_fifo_holds_nothing_up(place, request):
    life = request.getfixturevalue(place)
    forger, stream = life.forger, life.stream()
    first = forger.packet(stream)
    stream.sequence, stream.previous = 1, first.digest
    name = forger.drop(forger.packet(stream))
    eventually(lambda: "ahead of its turn" in life.deployment.log("intranet").read_text(errors="replace"), "the second is held")
    (forger.folder / name).unlink()
    os.mkfifo(forger.folder / ".fifo")
    (forger.folder / ".fifo").rename(forger.folder / name)
    forger.drop(first)
    eventually(lambda: forger.alive() and forger.rows("SELECT 1 FROM incoming_stream WHERE stream = ?", stream.name), "the first is taken")
    life.after()


@pytest.mark.parametrize("place", ["elsewhere", "beside"])
def test_names_and_kinds_that_are_none_hold_nothing_up(place, request):
    life = request.getfixturevalue(place)
    new = os.fsencode(life.forger.folder)
    os.mkfifo(new + b"/fifo.gdp")
    os.symlink(b"/etc/passwd", new + b"/link.gdp")
    os.symlink(b"link-to-itself.gdp", new + b"/link-to-itself.gdp")
    os.mknod(new + b"/device.gdp", 0o600 | 0o020000, os.makedev(1, 5))  # /dev/zero
    os.mkdir(new + b"/folder.gdp")
    with open(new + b"/folder.gdp/inside", "wb"):
        pass
    for name in (b"\xff\xfe.gdp", b"\xc3", b"line\nbreak.gdp", b"x" * 255, "名".encode() * 85, b"\x1b[31m.gdp"):
        with open(new + b"/" + name, "wb") as file:
            file.write(b"no packet")
    life.serve()
    log = life.deployment.log("intranet")
    eventually(lambda: life.forger.alive() and not {b"fifo.gdp", b"link.gdp", b"device.gdp"} & set(os.listdir(new)), "they are quarantined")
    eventually(lambda: not os.path.lexists(new + b"/\xff\xfe.gdp") or "\ufffd" in log.read_text(), "a word on the name that is none")
    assert "\x1b" not in log.read_text()
    life.after()
