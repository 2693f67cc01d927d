"""What was quarantined is shown, released and discarded, and written down."""

import base64
import hashlib
import json
import os
import subprocess
import time

import pytest
from cryptography import x509

from deployment import Clerk, eventually, write_letter
from test_by_hand import age_recipient, build_packet, compact, encrypt, identifier


def quarantine(deployment, *arguments, zone="intranet"):
    act, *rest = arguments
    return deployment.guandu("quarantine", act, "--config", deployment.folder / zone / "zone.yaml", *rest)


def listed(deployment, *options):
    outcome = quarantine(deployment, "list", *options)
    assert outcome.returncode == 0, outcome.stderr
    return [line.split(maxsplit=3) for line in outcome.stdout.splitlines()]


def names(deployment, *options):
    return [line[0] for line in listed(deployment, *options)]


def folder(deployment, zone="intranet"):
    return deployment.folder / zone / "data/quarantine"


def journal(deployment):
    file = folder(deployment) / "log.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def drop(deployment, name, content):
    hidden = deployment.drop("dmz") / ".by-hand"
    hidden.write_bytes(content)
    hidden.rename(deployment.drop("dmz") / name)


def letter_message(deployment, number):
    """A letter as a DMZ would send it, which this DMZ remembers nothing of."""
    peer = x509.load_pem_x509_certificate((deployment.folder / "dmz/keys/peer-encryption.pem").read_bytes())
    made = subprocess.run(["age-keygen"], capture_output=True, text=True, check=True).stdout
    recipient = [line for line in made.splitlines() if "public key" in line][0].split()[-1]
    draft = {
        "mailbox": "mayor", "kind": "question", "title": "另一段历史", "text": "备份之后写的信。", "mayPublish": False,
        "phone": "13900139000", "attachments": []}
    return {
        "id": identifier(), "type": "letter.submitted", "subject": identifier(), "after": [],
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "body": {
            "number": number, "letter": base64.b64encode(encrypt(compact(draft), age_recipient(peer))).decode(),
            "letterKey": recipient, "codeIndex": base64.b64encode(os.urandom(32)).decode(),
            "salt": base64.b64encode(os.urandom(16)).decode(),
            "wrappedKey": base64.b64encode(os.urandom(48)).decode(), "blobs": []}}


def applied(deployment):
    return deployment.count("intranet", "SELECT applied FROM incoming_stream WHERE stream = 'dmz/a/1/m'")


def put_away(deployment, code, count=1):
    return eventually(
        lambda: len(found := names(deployment, "--code", code)) >= count and found, f"{count} quarantined as {code}")


def test_junk_is_listed_shown_and_discarded(deployment):
    deployment.start("intranet")
    drop(deployment, "odd\x1b[2J\nname.gdp", b"not a packet\n")
    # Made elsewhere: the daemon takes what it sees.
    made = deployment.drop("dmz").parent / "tmp" / "folder.gdp"
    made.mkdir()
    (made / "inner").write_text("x")
    made.rename(deployment.drop("dmz") / "folder.gdp")
    os.mkfifo(deployment.drop("dmz") / "pipe.gdp")
    (junk,) = put_away(deployment, "magic")
    others = put_away(deployment, "file", 2)
    outcome = quarantine(deployment, "list")
    assert "\x1b" not in outcome.stdout and len(outcome.stdout.splitlines()) == 3
    (line,) = [line for line in outcome.stdout.splitlines() if line.startswith(junk)]
    assert "magic" in line and "13 B" in line and "odd" in line and "does not begin with" in line
    shown = quarantine(deployment, "show", junk)
    assert shown.returncode == 0 and hashlib.sha256(b"not a packet\n").hexdigest() in shown.stdout
    assert "none that can be read" in shown.stdout and "\x1b" not in shown.stdout
    refused = quarantine(deployment, "release", junk)
    assert refused.returncode == 1 and "magic" in refused.stderr
    assert (folder(deployment) / junk).exists()

    assert quarantine(deployment, "discard").returncode == 64
    assert quarantine(deployment, "discard", "--code", "magic").returncode == 64
    for foreign in ("../zone.sqlite", "none.gdp", "log.jsonl"):
        assert quarantine(deployment, "discard", foreign).returncode == 65
    assert quarantine(deployment, "discard", junk).returncode == 0
    assert quarantine(deployment, "discard", "--all", "--code", "file").returncode == 0
    assert names(deployment) == []
    assert [file.name for file in folder(deployment).iterdir()] == ["log.jsonl"]
    entries = journal(deployment)
    assert [entry["act"] for entry in entries] == ["release", "release", "discard", "discard", "discard"]
    assert [entry["file"] for entry in entries] == [junk, junk, junk, *others]
    assert entries[0]["outcome"] is None and "magic" in entries[1]["outcome"]
    assert {entry["by"] for entry in entries} == {subprocess.check_output(["id", "-un"], text=True).strip()}
    assert entries[2]["sha256"] == hashlib.sha256(b"not a packet\n").hexdigest()
    assert entries[2]["code"] == "magic" and entries[2]["bytes"] == 13


def test_a_packet_of_another_history_brings_its_letter_in_once(deployment):
    deployment.start("dmz", "intranet")
    number, _, _ = write_letter(deployment, "13800138000", "关于路灯", "请修理路灯。")
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter") == 1, "the letter arrives")
    position = deployment.rows("intranet", "SELECT stream, applied, digest FROM incoming_stream WHERE lane = 'm'")
    message = letter_message(deployment, "2026-900001")
    packet = build_packet(deployment.folder / "dmz/keys", [message], sequence=applied(deployment))
    drop(deployment, "other-history.gdp", packet)
    (name,) = put_away(deployment, "fork")
    shown = quarantine(deployment, "show", name)
    assert f"stream dmz/a/1/m seq {applied(deployment)}" in shown.stdout and "messages letter.submitted 1" in shown.stdout
    released = quarantine(deployment, "release", name)
    assert released.returncode == 0, released.stderr
    assert "1 of its 1 messages were new" in released.stdout
    assert names(deployment) == []
    assert "备份之后写的信。" in Clerk(deployment).page("/letters/2026-900001")
    assert deployment.rows(
        "intranet", "SELECT stream, applied, digest FROM incoming_stream WHERE lane = 'm'") == position
    assert deployment.count("intranet", "SELECT COUNT(*) FROM refusal") == 0
    # Once more: nothing in it is new.
    drop(deployment, "once-more.gdp", packet)
    (name,) = put_away(deployment, "fork")
    assert "0 of its 1 messages were new" in quarantine(deployment, "release", "--all").stdout
    assert deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter") == 2
    # The link itself goes on.
    write_letter(deployment, "13800138001", "关于公园", "请修公园。")
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter") == 3, "the next letter arrives")
    outcomes = [entry["outcome"] for entry in journal(deployment)]
    assert outcomes[0] is None and "1 of its 1" in outcomes[1] and "0 of its 1" in outcomes[3]


def test_a_packet_that_is_sound_now_goes_back_into_the_drop(deployment):
    """Its certificate was not known here when it came."""
    config = deployment.folder / "intranet/zone.yaml"
    certificate = deployment.folder / "intranet/keys/peer-signing.pem"
    own, true = deployment.folder / "intranet/keys/signing.pem", certificate.read_bytes()
    certificate.write_bytes(own.read_bytes())
    deployment.start("intranet")
    message = letter_message(deployment, "2026-900002")
    drop(deployment, "early.gdp", build_packet(deployment.folder / "dmz/keys", [message]))
    (name,) = put_away(deployment, "peer")
    refused = quarantine(deployment, "release", name)
    assert refused.returncode == 1 and "peer: " in refused.stderr
    assert names(deployment) == [name]
    deployment.stop("intranet")
    certificate.write_bytes(true)
    deployment.start("intranet")
    released = quarantine(deployment, "release", name)
    assert released.returncode == 0 and "back in the drop" in released.stdout
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter") == 1, "the letter is applied")
    assert deployment.count("intranet", "SELECT applied FROM incoming_stream WHERE stream = 'dmz/a/1/m'") == 1
    assert config.exists() and names(deployment) == []


def test_what_is_damaged_or_may_not_come_in_stays(deployment):
    deployment.start("dmz", "intranet")
    write_letter(deployment, "13800138000", "关于路灯", "请修理路灯。")
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter") == 1, "the letter arrives")
    keys = deployment.folder / "dmz/keys"
    stray = dict(letter_message(deployment, "2026-900003"), type="letter.answered")
    drop(deployment, "stray.gdp", build_packet(keys, [stray], sequence=applied(deployment)))
    (name,) = put_away(deployment, "fork")
    outcome = quarantine(deployment, "release", name)
    assert "0 of its 1 messages were new" in outcome.stdout and "1 may not come in" in outcome.stdout
    packet = bytearray(build_packet(keys, [letter_message(deployment, "2026-900004")], sequence=applied(deployment) + 1))
    packet[-1] ^= 1
    drop(deployment, "damaged.gdp", bytes(packet))
    (name,) = put_away(deployment, "fork")
    outcome = quarantine(deployment, "release", name)
    assert outcome.returncode == 1 and "payload" in outcome.stderr and names(deployment) == [name]
    assert deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter") == 1


def test_without_a_daemon_the_request_stays_and_is_done_later(deployment):
    deployment.start("dmz", "intranet")
    write_letter(deployment, "13800138000", "关于路灯", "请修理路灯。")
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter") == 1, "the letter arrives")
    message = letter_message(deployment, "2026-900005")
    packet = build_packet(deployment.folder / "dmz/keys", [message], sequence=applied(deployment))
    drop(deployment, "x.gdp", packet)
    (name,) = put_away(deployment, "fork")
    deployment.stop("intranet")
    outcome = quarantine(deployment, "release", name)
    assert outcome.returncode == 75 and "the request stays" in outcome.stderr
    deployment.start("intranet")
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter") == 2, "it is done")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_root_leaves_another_accounts_zone_alone(deployment):
    deployment.start("intranet")
    drop(deployment, "junk.gdp", b"junk")
    (name,) = put_away(deployment, "magic")
    deployment.stop("intranet")
    os.chown(deployment.folder / "intranet/data", 65534, -1)
    outcome = quarantine(deployment, "discard", name)
    assert outcome.returncode == 1 and "sudo -u nobody" in outcome.stderr
    assert (folder(deployment) / name).exists() and not journal(deployment)
