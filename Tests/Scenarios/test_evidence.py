"""An evidence folder of a letter that has crossed and was answered, checked with the commands of its own README alone."""

import base64
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess

import pytest

from deployment import Clerk, Deployment, eventually, look_up, stage, write_letter
from test_audit import folder, log_size, show_often, witnessed_size

SECRETS = ("路灯不亮", "坏了三周", "已派人修理", "13800138000", "photo.jpg")


def is_witnessed(deployment, zone):
    return witnessed_size(deployment, zone) >= log_size(deployment, zone) - 1


def mirrored(deployment):
    """How much of the DMZ's log the intranet has a copy of."""
    file = deployment.folder / "intranet/data/audit-peer/dmz/1/checkpoint"
    return int(file.read_text().split("\n")[1]) if file.exists() else 0


def kinds_known(deployment, number):
    letter = deployment.rows("intranet", f"SELECT id FROM desk_letter WHERE number = '{number}'")[0][0]
    return {row[0] for row in deployment.rows(
        "intranet", "SELECT zone || ' ' || kind FROM audit_subject JOIN audit_event USING (zone, log, position) "
        f"WHERE subject IN ('{letter}', '{number}')")}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    place = tmp_path_factory.mktemp("evidence")
    deployment = Deployment(place / "zones")
    try:
        show_often(deployment)
        deployment.start("dmz", "intranet")
        number, code, password = write_letter(
            deployment, "13800138000", "路灯不亮", "坏了三周", [("photo.jpg", b"\xff\xd8\xff" + bytes(5000))])
        clerk = Clerk(deployment)
        eventually(lambda: clerk.get(f"/letters/{number}")[0] == 200, "the letter is at the desk")
        clerk.sign_for(number)
        clerk.answer(number, "已派人修理")
        eventually(lambda: stage(look_up(deployment, code, password)) == "answered", "the answer is back")
        wanted = {f"{zone} packet.{kind}" for zone in ("dmz", "intranet") for kind in ("sent", "applied")}
        eventually(lambda: wanted <= kinds_known(deployment, number), "both logs are indexed")
        out = place / "out"
        made = deployment.guandu(
            "audit", "export", "--config", deployment.folder / "intranet/zone.yaml", "--letter", number, "--out", out)
        assert made.returncode == 0, made.stderr
        yield deployment, number, (code, password), out
    finally:
        deployment.kill_all()


def run_readme(out, place):
    """Every command of README.md, in a copy of the folder; what they print."""
    copy = place / "copy"
    shutil.copytree(out, copy)
    return copy, check(copy)


def check(copy):
    script = "\n".join(re.findall(r"```bash\n(.*?)```", (copy / "README.md").read_text(), re.S))
    ran = subprocess.run(["bash", "-c", script], cwd=copy, capture_output=True, text=True,
                         env={**os.environ, "GOCACHE": "/tmp/guandu-go-cache"})
    return ran.stdout + ran.stderr


def test_every_command_of_its_readme_works_and_finds_nothing_wrong(exported, tmp_path):
    deployment, number, _, out = exported
    copy, printed = run_readme(out, tmp_path)
    assert "BAD" not in printed and "rror" not in printed, printed
    names = sorted(path.name.removesuffix(".json") for path in (copy / "entries").iterdir())
    for name in names:
        assert f"ok  entries/{name}.json\n" in printed
        assert f"ok  entries/{name}.json: entry" in printed, "Go's packages say so too"
    assert "witnessed by intranet/audit/witness at" in printed and "signed by dmz/audit/1" in printed
    assert {name.split("-")[0] for name in names} == {"dmz", "intranet"}
    packets = list((copy / "packets").iterdir())
    assert packets and printed.count("the manifest is the signed one") == len(packets)
    # Step 4 by Guandu's own command.
    for name in names:
        own = deployment.guandu("audit", "check-proof", copy / f"proofs/{name}.tlog-proof", copy / f"entries/{name}.json",
                                "--keys", copy / "keys")
        assert own.returncode == 0, own.stderr


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def a_proof_hash(copy):
    """Changes the first hash of the first proof that has one."""
    for path in sorted((copy / "proofs").iterdir()):
        head, gap, rest = path.read_text().partition("\n\n")
        lines = head.split("\n")
        if len(lines) > 2:
            lines[2] = ("A" if lines[2][0] != "A" else "B") + lines[2][1:]
            path.write_text("\n".join(lines) + gap + rest)
            return


def a_root(copy):
    for path in sorted((copy / "checkpoints").iterdir()):
        lines = path.read_text().split("\n")
        lines[2] = ("A" if lines[2][0] != "A" else "B") + lines[2][1:]
        path.write_text("\n".join(lines))
        return


def a_witness_time(copy):
    """A cosignature of another second."""
    for path in sorted((copy / "checkpoints").glob("*.witnessed")):
        lines = path.read_text().split("\n")
        for index, line in enumerate(lines):
            if "/audit/witness " in line:
                head, _, text = line.rpartition(" ")
                data = bytearray(base64.b64decode(text))
                data[11] ^= 1
                lines[index] = f"{head} {base64.b64encode(data).decode()}"
                path.write_text("\n".join(lines))
                return
    raise AssertionError("nothing is witnessed")


def put_key(copy, key):
    """A key under the first log's name, with its right ID."""
    lines = (copy / "keys").read_text().split()
    name = lines[0].split("+")[0]
    identity = hashlib.sha256(name.encode() + b"\n\x01" + key).hexdigest()[:8]
    lines[0] = f"{name}+{identity}+{base64.b64encode(bytes([1]) + key).decode()}"
    (copy / "keys").write_text("\n".join(lines) + "\n")


def somebodys_key_as_the_logs(copy):
    put_key(copy, os.urandom(32))


def a_packet_key_as_the_logs(copy):
    """A certified one, but not for this."""
    signer = next((copy / "certificates").glob("dmz-signing-*"))
    der = subprocess.run(f"openssl x509 -in {signer} -noout -pubkey | openssl pkey -pubin -outform DER",
                         shell=True, check=True, capture_output=True).stdout
    put_key(copy, der[-32:])


def an_entry_without_a_proof(copy):
    (copy / "entries/dmz-1-999.json").write_text('{"kind":"letter.accepted","zone":"dmz"}')


def swapped_entries(copy):
    one, other = sorted((copy / "entries").iterdir())[:2]
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def swapped_proofs(copy):
    """Entry and proof fit each other, and neither is what its name says."""
    one, other = sorted((copy / "entries").glob("dmz-*"))[:2]
    for first in (one, copy / f"proofs/{one.stem}.tlog-proof"):
        second = first.with_name(other.stem + first.suffix)
        a, b = first.read_bytes(), second.read_bytes()
        first.write_bytes(b)
        second.write_bytes(a)


def first_packet(name):
    def change(copy):
        flip(sorted((copy / "packets").iterdir())[0] / name)
    change.__name__ = f"a_packet_{name}"
    return change


def another_signer(copy):
    packet = sorted((copy / "packets").iterdir())[0]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=dmz signing", "-keyout",
                    "/dev/null", "-out", packet / "signer.pem"], check=True, capture_output=True)


def another_log_certificate(copy):
    file = sorted((copy / "certificates").glob("dmz-audit-log-*"))[0]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=dmz audit log", "-keyout",
                    "/dev/null", "-out", file], check=True, capture_output=True)


def a_renamed_packet(copy):
    packet = sorted((copy / "packets").iterdir())[0]
    packet.rename(packet.with_name("0" * 64))


@pytest.mark.parametrize("change, said", [
    (lambda copy: flip(sorted((copy / "entries").iterdir())[0]), "BAD entries/"),
    (swapped_entries, "BAD entries/"),
    (swapped_proofs, "BAD entries/"),
    (a_proof_hash, "BAD entries/"),
    (a_root, "BAD checkpoints/"),
    (a_witness_time, "witnessed by"),
    (somebodys_key_as_the_logs, "BAD dmz/audit/1"),
    (a_packet_key_as_the_logs, "BAD dmz/audit/1"),
    (an_entry_without_a_proof, "no proof of it"),
    (first_packet("manifest.signed"), "BAD packets/"),
    (first_packet("manifest"), "BAD packets/"),
    (first_packet("signature"), "BAD packets/"),
    (another_signer, "BAD packets/"),
    (another_log_certificate, "BAD certificates/"),
    (a_renamed_packet, "BAD packets/"),
], ids=lambda value: getattr(value, "__name__", None))
def test_what_is_changed_in_it_is_found_by_those_commands(exported, tmp_path, change, said):
    copy = tmp_path / "copy"
    shutil.copytree(exported[3], copy)
    change(copy)
    printed = check(copy)
    assert [line for line in printed.splitlines() if line.startswith("BAD") and said.removeprefix("BAD ") in line], printed


def test_its_report_is_readable_and_nothing_in_it_is_a_letters_text(exported, tmp_path):
    deployment, number, secrets, out = exported
    page = (out / "report.html").read_text()
    text = subprocess.run(["pdftotext", "-layout", out / "report.pdf", "-"], check=True, capture_output=True, text=True).stdout
    for report in (page, text):
        assert number in report and "packet left for the peer" in report and "dmz/audit/1 #" in report
        assert "已见证" in report and "witnessed by" in report and "未证明的事项" in report and "What is not proved" in report
    for path in out.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert path.stat().st_mode & 0o777 == 0o644
            for secret in (*SECRETS, *secrets):
                assert secret.encode() not in data, f"{path}: {secret}"
    assert not any(secret in text for secret in (*SECRETS, *secrets))
    # The trail is in the order of time, and of both zones.
    times = re.findall(r"<tr><td>([^<]+)</td><td>(dmz|intranet)</td>", page)
    assert [time for time, _ in times] == sorted(time for time, _ in times)
    assert {zone for _, zone in times} == {"dmz", "intranet"}
    assert len(times) == len(list((out / "entries").iterdir()))
    for path in (out / "entries").iterdir():
        entry = json.loads(path.read_bytes())
        assert entry["at"] in page


def test_entries_in_cold_storage_are_taken_from_there(tmp_path):
    deployment = Deployment(tmp_path / "zones")
    try:
        show_often(deployment)
        deployment.start("dmz", "intranet")
        number, _, _ = write_letter(deployment, "13800138000", "路灯不亮", "坏了三周")
        eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter") == 1, "it is there")
        eventually(lambda: "intranet packet.applied" in kinds_known(deployment, number), "it is indexed")
        deployment.stop("intranet")
        # A log that has grown past its first bundle, which went to cold storage.
        filler = json.dumps({"kind": "zone.started", "zone": "intranet", "at": "2026-11-23T10:00:00.000Z"}, separators=(",", ":"))
        with sqlite3.connect(deployment.folder / "intranet/data/zone.sqlite") as database:
            database.executemany("INSERT INTO audit_entry (bytes) VALUES (?)", [(filler.encode(),)] * 300)
        deployment.start("intranet")
        eventually(lambda: log_size(deployment, "intranet") > 300, "the log has grown")
        deployment.stop()
        own, cold = folder(deployment, "intranet"), tmp_path / "cold/1/tile/entries"
        cold.mkdir(parents=True)
        (own / "tile/entries/000").rename(cold / "000")
        (own / "archived").write_text("256\n")

        def export(*more):
            return deployment.guandu("audit", "export", "--config", deployment.folder / "intranet/zone.yaml",
                                     "--letter", number, "--out", tmp_path / "out", *more)

        without = export()
        assert without.returncode == 65 and "in cold storage" in without.stderr, without.stderr
        assert export("--cold", "intranet").returncode == 64
        assert export("--cold", f"intranet={tmp_path / 'cold'}").returncode == 0
        printed = check(tmp_path / "out")
        assert "BAD" not in printed and "ok  entries/intranet-1-" in printed, printed
    finally:
        deployment.kill_all()


def test_it_is_made_whole_or_not_at_all_and_the_same_each_time(exported, tmp_path):
    deployment, number, _, out = exported
    config = deployment.folder / "intranet/zone.yaml"
    deployment.stop()

    def export(letter, place):
        return deployment.guandu("audit", "export", "--config", config, "--letter", letter, "--out", place)

    assert export(number, tmp_path / "one").returncode == 0 and export(number, tmp_path / "two").returncode == 0
    files = [path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file()]
    assert len(files) > 20
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file
    again = export(number, tmp_path / "one")
    assert again.returncode == 73 and "is there already" in again.stderr
    missing = export("2026-999999", tmp_path / "three")
    assert missing.returncode == 65 and "no letter of this number" in missing.stderr
    nowhere = export(number, tmp_path / "no/where")
    assert nowhere.returncode == 73
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]
    # Of a log that somebody has changed there is no evidence.
    for tile in (folder(deployment, "intranet") / "tile/entries").rglob("*"):
        if tile.is_file():
            tile.chmod(0o600)
            tile.write_bytes(tile.read_bytes().replace(b"packet.applied", b"packet.applies"))
    changed = export(number, tmp_path / "three")
    assert changed.returncode == 65 and not (tmp_path / "three").exists(), changed.stderr
