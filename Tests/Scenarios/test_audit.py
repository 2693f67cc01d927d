"""The audit logs that the daemons write: what crossed stands in both, proved by Guandu's command and by Go's own packages."""

import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import time

import pytest

from deployment import ROOT, Clerk, eventually, look_up, stage, write_letter


@pytest.fixture(scope="session")
def tlogcheck(tmp_path_factory):
    """A checker that shares no code with Guandu."""
    built = tmp_path_factory.mktemp("go") / "tlogcheck"
    subprocess.run(
        ["go", "build", "-o", built, ROOT / "Tests/Scenarios/tlogcheck/main.go"], check=True,
        env={**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(built.parent / "cache")})
    return built


def folder(deployment, zone, log=1):
    return deployment.folder / zone / "data/audit" / str(log)


def keys(deployment):
    """The public keys of both zones, in a file."""
    file = deployment.folder.parent / "audit-keys"
    lines = []
    for zone in ("dmz", "intranet"):
        printed = deployment.guandu("audit", "keys", "--config", deployment.folder / zone / "zone.yaml")
        assert printed.returncode == 0, printed.stderr
        lines.append(printed.stdout)
    file.write_text("".join(lines))
    return file


def verify(deployment, zone, log=1, *options):
    return deployment.guandu("audit", "verify", folder(deployment, zone, log), "--keys", keys(deployment), *options)


def entries(deployment, zone, log=1):
    """The log's entries, by this test's own reading of C2SP's tlog-tiles; all bundles of a short log."""
    size = int((folder(deployment, zone, log) / "checkpoint").read_text().split("\n")[1])
    found = []
    for start in range(0, size, 256):
        width = min(256, size - start)
        name = f"{start // 256:03}" + ("" if width == 256 else f".p/{width}")
        data = (folder(deployment, zone, log) / "tile/entries" / name).read_bytes()
        while data:
            length = int.from_bytes(data[:2], "big")
            found.append(json.loads(data[2:2 + length]))
            data = data[2 + length:]
    assert len(found) == size
    return found


def crossed(deployment, zone, kind):
    """Packets by stream, sequence and digest, with the messages in them."""
    packets = {}
    for entry in entries(deployment, zone):
        if entry["kind"] == kind:
            name = entry["stream"], entry["sequence"], entry["digest"]
            packets.setdefault(name, []).extend(entry["messages"])
    return packets


def test_what_crossed_stands_in_both_logs_and_is_proved_by_others(deployment, tlogcheck, tmp_path):
    deployment.start("dmz", "intranet")
    number, code, password = write_letter(
        deployment, "13800138000", "路灯", "坏了三周", [("photo.jpg", b"\xff\xd8\xff" + random.randbytes(100_000))])
    clerk = Clerk(deployment)
    eventually(lambda: clerk.get(f"/letters/{number}")[0] == 200, "the letter is at the desk")
    clerk.sign_for(number)
    clerk.answer(number, "已派人修理")
    eventually(lambda: stage(look_up(deployment, code, password)) == "answered", "the answer is back")
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM sent_packet WHERE confirmed = 0") == 0, "all is confirmed")
    deployment.stop()
    for zone, peer in (("dmz", "intranet"), ("intranet", "dmz")):
        outcome = verify(deployment, zone)
        assert outcome.returncode == 0 and "\nverified" in outcome.stdout, outcome.stdout + outcome.stderr
        checked = subprocess.run([tlogcheck, folder(deployment, zone), keys(deployment)], capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr
        assert checked.stdout.split(",")[0] in outcome.stdout
        # Every packet that one zone applied is one that the other sent, with the same messages.
        sent, applied = crossed(deployment, zone, "packet.sent"), crossed(deployment, peer, "packet.applied")
        assert applied and applied == sent
    letter = deployment.rows("dmz", f"SELECT id FROM citizen_letter WHERE number = '{number}'")[0][0]
    types = [message[1] for messages in crossed(deployment, "dmz", "packet.sent").values() for message in messages
             if message[2] == letter]
    assert types[0] == "letter.submitted" and types.count("letter.submitted") == 1
    whole = "".join(json.dumps(entry, ensure_ascii=False) for zone in ("dmz", "intranet")
                    for entry in entries(deployment, zone))
    for secret in ("路灯", "坏了三周", "已派人修理", "13800138000", code, password, "photo.jpg"):
        assert secret not in whole

    index = next(i for i, entry in enumerate(entries(deployment, "dmz"))
                 if entry["kind"] == "packet.sent" and letter in json.dumps(entry))
    entry, proof = tmp_path / "entry", tmp_path / "proof"
    proved = deployment.guandu("audit", "prove", folder(deployment, "dmz"), index, "--entry", entry)
    proof.write_text(proved.stdout)
    good = deployment.guandu("audit", "check-proof", proof, entry, "--keys", keys(deployment))
    assert good.returncode == 0 and letter in good.stdout
    by_go = subprocess.run(
        [tlogcheck, folder(deployment, "dmz"), keys(deployment), proof, entry], capture_output=True, text=True)
    assert by_go.returncode == 0 and f"entry {index} is proved" in by_go.stdout
    entry.write_bytes(entry.read_bytes().replace(b"letter.submitted", b"letter.withdrawn"))
    bad = deployment.guandu("audit", "check-proof", proof, entry, "--keys", keys(deployment))
    assert bad.returncode == 65 and "another root" in bad.stderr


def show_often(deployment):
    """A growing log is shown to the witness each second."""
    deployment.set_limits("checkpoint_seconds", 1)


def log_size(deployment, zone, log=1):
    """By the newest checkpoint, which comes a second after the first entries."""
    file = folder(deployment, zone, log) / "checkpoint"
    eventually(file.exists, f"{zone} has a checkpoint")
    return int(file.read_text().split("\n")[1])


def news_size(deployment, zone):
    """Without the last entries that are about the other log: they alone are not shown for hours."""
    log_size(deployment, zone)
    kinds = [entry["kind"] for entry in entries(deployment, zone)]
    return max(index for index, kind in enumerate(kinds) if kind != "peer.checkpoint") + 1


def witnessed_size(deployment, zone, log=1):
    file = folder(deployment, zone, log) / "witnessed"
    return int(file.read_text().split("\n")[1]) if file.exists() else 0


def test_each_zone_witnesses_the_others_log(deployment, tlogcheck):
    show_often(deployment)
    deployment.start("dmz", "intranet")
    number, code, password = write_letter(deployment, "13800138000", "一", "二")
    for zone in ("dmz", "intranet"):
        eventually(lambda: deployment.count("dmz", "SELECT COUNT(*) FROM citizen_letter WHERE stage='sent'") == 0, "it crossed")
        size = news_size(deployment, zone)
        eventually(lambda: witnessed_size(deployment, zone) >= size, f"the log of {zone} is witnessed")
    deployment.stop()
    for zone, peer in (("dmz", "intranet"), ("intranet", "dmz")):
        outcome = verify(deployment, zone)
        assert outcome.returncode == 0 and f"witnessed by {peer}/audit/witness at" in outcome.stdout, outcome.stderr
        checked = subprocess.run([tlogcheck, folder(deployment, zone), keys(deployment)], capture_output=True, text=True)
        assert checked.returncode == 0 and f"cosigned by {peer}/audit/witness" in checked.stdout, checked.stderr
        # Each log names the other's heads.
        heads = [entry for entry in entries(deployment, zone) if entry["kind"] == "peer.checkpoint"]
        assert heads and {head["log"] for head in heads} == {f"{peer}/audit/1"}
        assert deployment.count(zone, "SELECT COUNT(*) FROM witness_alarm") == 0
        # What each says of the other fits, and the newest cosignature is young.
        compared = verify(deployment, zone, 1, "--against", folder(deployment, peer), "--witnessed-within", 1)
        assert compared.returncode == 0, compared.stdout + compared.stderr
        assert f"{peer}/audit/1: " in compared.stdout and " packets stand in both zones' logs" in compared.stdout
        old = verify(deployment, zone, 1, "--witnessed-within", 0.00001)
        assert old.returncode == 65 and "FAULT: the newest cosignature is of" in old.stdout
    whole = deployment.guandu("audit", "verify", folder(deployment, "dmz").parent, "--keys", keys(deployment),
                              "--against", folder(deployment, "intranet").parent)
    assert whole.returncode == 0 and "dmz/audit/1: " in whole.stdout, whole.stdout + whole.stderr
    tampered = folder(deployment, "intranet") / "witnessed"
    tampered.write_text(tampered.read_text().replace("dmz/audit/witness", "dmz/audit/witness2"))
    told = verify(deployment, "intranet").stdout
    assert "cosigned by dmz/audit/witness2: its key is not among" in told and "nobody's was checked" in told, told


def test_an_idle_link_does_not_talk_about_its_logs_for_ever(deployment):
    show_often(deployment)
    deployment.start("dmz", "intranet")
    write_letter(deployment, "13800138000", "一", "二")
    eventually(lambda: all(witnessed_size(deployment, zone) > 0 for zone in ("dmz", "intranet")), "both are witnessed")

    def sizes():
        return [log_size(deployment, zone) for zone in ("dmz", "intranet")]

    def is_quiet():
        before = sizes()
        time.sleep(4)
        return sizes() == before

    eventually(is_quiet, "nothing is entered any more")


def test_a_zone_that_is_put_back_to_an_earlier_day_is_found_by_its_witness(deployment):
    show_often(deployment)
    deployment.start("dmz", "intranet")
    write_letter(deployment, "13800138000", "一", "二")
    eventually(lambda: witnessed_size(deployment, "dmz") > 0, "the log is witnessed")
    deployment.stop("dmz")
    data, early = deployment.folder / "dmz/data", deployment.folder / "early"
    shutil.copytree(data, early)
    deployment.start("dmz")
    for number in range(3):
        write_letter(deployment, f"1380013801{number}", "三", "四")
    grown = log_size(deployment, "dmz")
    eventually(lambda: witnessed_size(deployment, "dmz") >= grown, "what it wrote then is witnessed")
    deployment.stop("dmz")
    # Everything is put back: database, log, tokens. Nothing in the zone itself can tell.
    shutil.rmtree(data)
    early.rename(data)
    deployment.start("dmz")
    write_letter(deployment, "13800138020", "五", "六")
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM witness_alarm") > 0, "the witness raises the alarm")
    assert "a peer's audit log is not the one that was seen before" in deployment.log("intranet").read_text()
    assert any(entry["kind"] == "peer.log-alarm" for entry in
               eventually(lambda: [e for e in entries(deployment, "intranet") if e["kind"] == "peer.log-alarm"], "it is entered"))
    # The zone hears what is missing. Its log ends there, and a new one says so for ever.
    held = eventually(
        lambda: (folder(deployment, "dmz", 2) / "checkpoint").exists() and entries(deployment, "dmz", 2)[0]["before"],
        "a new log begins")
    assert held["log"] == "dmz/audit/1" and held["size"] >= grown
    eventually(lambda: witnessed_size(deployment, "dmz", 2) > 0, "the new log is witnessed")
    assert verify(deployment, "dmz", 2).returncode == 0


def test_old_entries_go_to_cold_storage_and_stay_provable(deployment, tlogcheck, tmp_path):
    show_often(deployment)
    deployment.start("dmz", "intranet")
    log_size(deployment, "dmz")
    deployment.stop("dmz")
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    with sqlite3.connect(deployment.folder / "dmz/data/zone.sqlite") as database:
        database.executemany("INSERT INTO audit_entry (bytes) VALUES (?)", [
            (json.dumps({"kind": "zone.started", "zone": "dmz", "at": now}).encode(),) for _ in range(600)])
    deployment.start("dmz")
    eventually(lambda: log_size(deployment, "dmz") > 600, "they stand in the log")
    tomorrow = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86_400))
    cold = tmp_path / "cold"

    def archive():
        done = deployment.guandu(
            "audit", "archive", "--config", deployment.folder / "dmz/zone.yaml", "--before", tomorrow, "--out", cold)
        assert done.returncode == 0, done.stderr
        return done.stdout

    # What the peer's copy, or a SIEM, still lacks stays where it is.
    sent = "SELECT COALESCE(MAX(next), 0) FROM mirror_sent"
    eventually(lambda: deployment.count("dmz", sent) > 600, "they left for the peer's copy")
    deployment.stop("dmz")
    database = deployment.folder / "dmz/data/zone.sqlite"
    left = deployment.count("dmz", sent)
    with sqlite3.connect(database) as db:
        db.execute("UPDATE mirror_sent SET next = 300")
    assert "256 entries moved" in (told := archive()) and "from 300 on stay: intranet's copy" in told, told
    with sqlite3.connect(database) as db:
        db.execute("UPDATE mirror_sent SET next = ?", (left,))
    config = deployment.folder / "dmz/zone.yaml"
    text = config.read_text()
    config.write_text(re.sub(r"(?m)^audit:$", f"audit:\n  forward: {{json_lines: {tmp_path}/lines}}", text))
    assert "0 entries moved" in (told := archive()) and "from 0 on stay: json_lines" in told, told
    config.write_text(text)
    deployment.start("dmz")
    assert "256 entries moved" in archive()
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=cold / "1", check=True)
    # The daemon goes on, also over a restart.
    write_letter(deployment, "13800138000", "一", "二")
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter") == 1, "the letter is there")
    deployment.stop("dmz")
    deployment.start("dmz")
    deployment.stop("dmz")
    without = verify(deployment, "dmz")
    assert without.returncode == 0 and "512 entries are in cold storage" in without.stdout, without.stderr
    assert without.stdout.endswith("give their folder with --cold\n")
    whole = verify(deployment, "dmz", 1, "--cold", cold / "1")
    alone = deployment.folder.parent / "own-keys"
    alone.write_text(deployment.guandu("audit", "keys", "--config", deployment.folder / "dmz/zone.yaml").stdout)
    unasked = deployment.guandu("audit", "verify", folder(deployment, "dmz"), "--keys", alone, "--cold", cold / "1")
    assert unasked.returncode == 0 and "cosigned by intranet/audit/witness: its key is not among" in unasked.stdout
    assert unasked.stdout.endswith("verified, but for a witness's word: nobody's was checked\n"), unasked.stdout
    itself = verify(deployment, "dmz", 1, "--against", folder(deployment, "dmz"))
    assert itself.returncode == 65 and "that is a log of dmz too" in itself.stderr
    assert verify(deployment, "dmz", 1, "--cold", cold / "nothing").returncode == 65
    assert whole.returncode == 0 and whole.stdout.endswith("\nverified\n"), whole.stdout + whole.stderr
    logs = folder(deployment, "dmz").parent
    assert deployment.guandu("audit", "verify", logs, "--keys", keys(deployment), "--cold", cold).returncode == 0
    proved = deployment.guandu("audit", "prove", folder(deployment, "dmz"), 300, "--entry", tmp_path / "entry")
    assert proved.returncode == 65 and "in cold storage" in proved.stderr
    proved = deployment.guandu(
        "audit", "prove", folder(deployment, "dmz"), 300, "--entry", tmp_path / "entry", "--cold", cold / "1")
    (tmp_path / "proof").write_text(proved.stdout)
    assert deployment.guandu(
        "audit", "check-proof", tmp_path / "proof", tmp_path / "entry", "--keys", keys(deployment)).returncode == 0
    # Put together again it is the log that others read.
    shutil.copytree(folder(deployment, "dmz"), tmp_path / "log")
    shutil.copytree(cold / "1" / "tile", tmp_path / "log/tile", dirs_exist_ok=True)
    by_go = subprocess.run(
        [tlogcheck, tmp_path / "log", keys(deployment), tmp_path / "proof", tmp_path / "entry"],
        capture_output=True, text=True)
    assert by_go.returncode == 0 and "entry 300 is proved" in by_go.stdout, by_go.stderr


def test_no_letter_moves_without_its_entry_whatever_is_killed(deployment):
    chance = random.Random(seed := random.randrange(2**32))
    print("seed", seed)
    deployment.start("dmz", "intranet")
    letters = []
    for number in range(12):
        if chance.random() < 0.6:
            zone = chance.choice(["dmz", "intranet"])
            deployment.kill(zone)
            deployment.start(zone)
        letters.append(write_letter(deployment, f"138001380{number:02}", f"信 {number}", "正文"))
        time.sleep(chance.uniform(0, 0.3))
    deployment.kill("intranet")
    deployment.start("intranet")
    eventually(lambda: deployment.count("dmz", "SELECT COUNT(*) FROM citizen_letter WHERE stage='sent'") == 0, "all crossed")
    deployment.stop()
    for zone in ("dmz", "intranet"):
        outcome = verify(deployment, zone)
        assert outcome.returncode == 0, outcome.stderr
    logged = [message[2] for messages in crossed(deployment, "intranet", "packet.applied").values()
              for message in messages if message[1] == "letter.submitted"]
    arrived = [row[0] for row in deployment.rows("intranet", "SELECT id FROM desk_letter")]
    assert sorted(logged) == sorted(arrived) and len(arrived) == len(letters)


def test_a_restored_database_begins_a_new_log_that_names_the_old_one(deployment):
    deployment.start("dmz", "intranet")
    write_letter(deployment, "13800138000", "一", "二")
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter") == 1, "it is there")
    deployment.stop("intranet")
    data = deployment.folder / "intranet/data"
    with sqlite3.connect(data / "zone.sqlite") as database, sqlite3.connect(data / "copy.sqlite") as copy:
        database.backup(copy)
    deployment.start("intranet")
    write_letter(deployment, "13800138001", "三", "四")
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter") == 2, "both are there")
    deployment.stop("intranet")
    head = (folder(deployment, "intranet") / "checkpoint").read_text().split("\n")
    for suffix in ("-wal", "-shm"):
        (data / f"zone.sqlite{suffix}").unlink(missing_ok=True)
    (data / "copy.sqlite").rename(data / "zone.sqlite")
    deployment.start("intranet")
    number, _, _ = write_letter(deployment, "13800138002", "五", "六")
    eventually(lambda: deployment.count(
        "intranet", f"SELECT COUNT(*) FROM desk_letter WHERE number = '{number}'") == 1, "letters cross again")
    deployment.stop()
    first = entries(deployment, "intranet", 2)[0]
    assert first["kind"] == "log.opened" and "restored" in first["reason"]
    assert first["before"] == {"log": "intranet/audit/1", "size": int(head[1]), "root": head[2]}
    assert "a new audit log begins" in deployment.log("intranet").read_text()
    for log in (1, 2):
        outcome = verify(deployment, "intranet", log)
        assert outcome.returncode == 0, outcome.stderr
