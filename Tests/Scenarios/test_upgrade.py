"""A deployment of an earlier build, with letters under way, goes on with these programs, whichever zone goes first.

`upgrade/b9891eb.tar.xz` was made by `upgrade/make.py` with the programs of that commit. Its certificates end; so the
daemons run at the hour at which it was made. GUANDU_OLD_BINARIES names that commit's programs: then the zone that goes
second runs them until it is its turn, as in a real upgrade.
"""

import json
import os
import pathlib
import re
import ssl
import subprocess
import tarfile
import time

import pytest
from deployment import BINARIES, Clerk, Client, Deployment, eventually, expect, free_port, look_up, stage, write_letter
from test_audit import keys

FOLDER = pathlib.Path(__file__).parent / "upgrade"
ARCHIVE = FOLDER / "b9891eb.tar.xz"
OLD_BINARIES = os.environ.get("GUANDU_OLD_BINARIES")
OUTCOMES = {"answered": "私下答复", "public": "公开答复", "declined": "不属受理范围。", "answer-under-way": "在途答复"}
STAGES = {
    "delivered": "delivered", "signed": "signed-for", "answered": "answered", "public": "answered",
    "declined": "declined", "answer-under-way": "answered", "under-way": "delivered"}


class OldDeployment(Deployment):
    def __init__(self, scratch):
        with tarfile.open(ARCHIVE) as archive:
            self.made_at = archive.getmember("zones/letters.json").mtime
            archive.extractall(scratch, filter="tar")
        self.folder = scratch / "zones"
        self.letters = json.loads((self.folder / "letters.json").read_text())
        self.ports = {"dmz": free_port(), "intranet": free_port()}
        self.daemons = {}
        self.clock = scratch / "clock.so"
        subprocess.run(["clang", "-shared", "-fPIC", "-O1", "-o", self.clock, FOLDER / "clock.c"], check=True)
        for zone, port in self.ports.items():
            file = self.folder / zone / "zone.yaml"
            file.write_text(re.sub(r"(?m)^  port: \d+", f"  port: {port}", file.read_text()))

    def start_build(self, binaries, zone):
        environment = {
            **os.environ, "LD_PRELOAD": str(self.clock), "CLOCK_OFFSET": str(int(self.made_at + 60 - time.time()))}
        with self.log(zone).open("ab") as log:
            self.daemons[zone] = subprocess.Popen(
                [pathlib.Path(binaries) / f"guandu-{zone}", "--config", self.folder / zone / "zone.yaml"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        eventually(lambda: self.answers(zone), f"{zone} answers")


@pytest.fixture
def old(tmp_path, monkeypatch):
    # The sites' certificates may have ended since; this is about letters.
    def unchecked(*_, **__):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    monkeypatch.setattr(ssl, "create_default_context", unchecked)
    deployment = OldDeployment(tmp_path)
    yield deployment
    deployment.kill_all()


def reads(deployment, name, wanted):
    letter = deployment.letters[name]
    page = look_up(deployment, letter["code"], letter["password"])
    return page and stage(page) == wanted and page


@pytest.mark.parametrize("first, second", [("dmz", "intranet"), ("intranet", "dmz")])
def test_letters_under_way_go_on(old, first, second):
    if OLD_BINARIES:
        old.start_build(OLD_BINARIES, second)
    old.start_build(BINARIES, first)
    # The upgraded zone does its part while the other one is as it was, or away.
    if OLD_BINARIES:
        for name, wanted in STAGES.items():
            assert eventually(lambda: reads(old, name, wanted), f"{name} is {wanted}")
        number, code, password = write_letter(old, "13900138021", "之间", "升级之间写的信。")
        eventually(lambda: stage(look_up(old, code, password)) == "delivered", "a letter between the two crosses")
    elif first == "dmz":
        assert eventually(lambda: reads(old, "answer-under-way", "answered"), "the answer that lay in the drop arrives")
    else:
        under_way = old.letters["under-way"]["number"]
        assert eventually(lambda: Clerk(old).get(f"/letters/{under_way}")[0] == 200, "the letter in the drop arrives")
    if OLD_BINARIES:
        old.stop(second)
    old.start_build(BINARIES, second)

    for name, wanted in STAGES.items():
        page = eventually(lambda: reads(old, name, wanted), f"{name} is {wanted}")
        assert f"正文{name}" in page and OUTCOMES.get(name, "") in page
    assert "公开答复" in Client(old, "dmz").page(f"/public/{old.letters['public']['number']}")
    clerk = Clerk(old)
    for name, file in [("signed", b"one\n" * 1000), ("under-way", b"two\n" * 5000)]:
        number = old.letters[name]["number"]
        link = re.search(r'href="(/letters/[^"]+/attachments/[^"]+)"', clerk.page(f"/letters/{number}")).group(1)
        assert clerk.get(link)[1] == file
    expect(303, clerk.sign_for(old.letters["under-way"]["number"]))
    eventually(lambda: reads(old, "under-way", "signed-for"), "the letter goes on")
    number, code, password = write_letter(old, "13900138020", "之后", "升级之后写的信。")
    eventually(lambda: stage(look_up(old, code, password)) == "delivered", "a new letter crosses")
    assert not old.rows("dmz", "SELECT 1 FROM refused_message") and not old.rows("intranet", "SELECT 1 FROM refused_message")
    for zone in ("dmz", "intranet"):
        checked = old.guandu("audit", "verify", old.folder / zone / "data/audit", "--keys", keys(old))
        assert checked.returncode == 0, checked
    old.stop()
