"""Where a link stands, and what an operator can ask of it."""

import json
import os
import pty
import re
import signal
import subprocess
import time

from deployment import BINARIES, eventually, look_up, stage, write_letter


def link(deployment, act, zone, *options):
    return deployment.guandu("link", act, "--config", deployment.folder / zone / "zone.yaml", *options)


def status(deployment, zone, *options):
    outcome = link(deployment, "status", zone, "--json", *options)
    assert outcome.returncode == 0, outcome.stderr
    looks = [json.loads(line) for line in outcome.stdout.splitlines()]
    for look in looks:
        assert look["zone"] == zone
    return [look["links"][0] for look in looks]


def now_of(deployment, zone):
    return status(deployment, zone)[0]


def lane(report, name):
    (found,) = [lane for lane in report["outgoing"]["lanes"] if lane["lane"] == name]
    return found


def test_the_status_follows_a_letter(deployment):
    before = link(deployment, "status", "dmz")
    assert before.returncode == 75 and "has the daemon of this zone been started yet?" in before.stderr
    deployment.start("dmz")
    # The portal's own first message.
    eventually(lambda: now_of(deployment, "dmz")["outgoing"]["unconfirmed_packets"] == 1, "the first packet")
    photo = ("photo.jpg", b"\xff\xd8\xff" + bytes(300_000))
    write_letter(deployment, "13800138000", "关于路灯", "请修理路灯。", [photo])
    waiting = eventually(
        lambda: (report := now_of(deployment, "dmz"))["outgoing"]["unconfirmed_packets"] == 3 and report, "packets")
    out = waiting["outgoing"]
    assert waiting["peer"] == "intranet" and waiting["last_seen"] is None and waiting["late"]
    assert out["waiting_messages"] == 0 and out["unconfirmed_bytes"] > 300_000
    assert out["files_in_drop"] >= 3 and out["bytes_in_drop"] > 300_000
    assert abs(out["oldest_at"] / 1000 - time.time()) < 60
    assert out["messages_per_minute"] == 2 and out["bytes_per_minute"] == out["unconfirmed_bytes"]
    assert lane(waiting, "m") == {
        "lane": "m", "epoch": 1, "next_sequence": 3, "confirmed_sequence": 0, "effective_sequence": 0}
    (blob,) = out["blobs"]
    assert blob["bytes"] == blob["done_bytes"] > 300_000 and re.fullmatch("[0-9a-f]{64}", blob["digest"])
    text = link(deployment, "status", "dmz").stdout
    assert f"100 % of 293" in text and blob["digest"] in text and "never, LATE" in text

    deployment.start("intranet")
    after = eventually(
        lambda: (report := now_of(deployment, "dmz"))["outgoing"]["unconfirmed_packets"] == 0 and report, "confirmed")
    assert not after["late"] and abs(after["last_seen"] / 1000 - time.time()) < 60
    assert abs(after["clock_difference_milliseconds"]) < 60_000
    assert lane(after, "m")["confirmed_sequence"] == 2 and after["outgoing"]["oldest_at"] is None
    assert after["outgoing"]["blobs"] == []
    incoming = now_of(deployment, "intranet")["incoming"]
    assert {"stream": "dmz/a/1/m", "applied": 2} in incoming["streams"]
    assert {"stream": "dmz/a/1/b", "applied": 1} in incoming["streams"]
    assert incoming["blobs"] == [] and incoming["refusals_to_tell"] == 0


def test_what_waits_is_counted_before_it_is_packed(deployment):
    file = deployment.folder / "dmz/zone.yaml"
    file.write_text(re.sub(r"(?m)^(\s*linger_milliseconds:).*$", r"\1 60000", file.read_text()))
    deployment.start("dmz")
    write_letter(deployment, "13800138000", "关于路灯", "请修理路灯。")
    write_letter(deployment, "13800138001", "关于公园", "请修公园。")
    out = now_of(deployment, "dmz")["outgoing"]
    assert out["waiting_messages"] == 3 and out["waiting_bytes"] > 1_000 and out["unconfirmed_packets"] == 0
    assert abs(out["oldest_at"] / 1000 - time.time()) < 60
    deployment.kill_all()
    assert now_of(deployment, "dmz")["outgoing"]["waiting_messages"] == 3


def test_watching_looks_again_and_again(deployment):
    deployment.start("dmz")
    command = ["--watch", "--count", "3"]
    assert link(deployment, "status", "dmz", "--count", "3").returncode == 64
    assert link(deployment, "status", "dmz", "--watch", "--count", "0").returncode == 64
    looks = status(deployment, "dmz", *command)
    assert len(looks) == 3
    assert looks[2]["outgoing"]["messages_per_minute"] == 0 and looks[2]["outgoing"]["bytes_per_minute"] == 0
    plain = link(deployment, "status", "dmz", *command).stdout
    assert plain.count("link with intranet") == 3 and "\x1b" not in plain
    # On a terminal each look takes the place of the one before, until Ctrl-C.
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [BINARIES / "guandu", "link", "status", "--config", deployment.folder / "dmz/zone.yaml", "--watch"],
        stdin=follower, stdout=follower, stderr=follower,
        # Tests may run where Ctrl-C is ignored, and programs inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    os.close(follower)
    shown = b""
    while shown.count(b"\x1b[H\x1b[2J") < 2:
        shown += os.read(leader, 4096)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) != 0
    os.close(leader)


def test_a_watcher_sees_what_leaves(deployment):
    deployment.start("dmz")
    eventually(lambda: now_of(deployment, "dmz")["outgoing"]["unconfirmed_packets"] == 1, "the portal's first packet")
    watcher = subprocess.Popen(
        [BINARIES / "guandu", "link", "status", "--config", deployment.folder / "dmz/zone.yaml", "--json", "--watch"],
        stdout=subprocess.PIPE, text=True)
    for _ in range(2):
        rates = json.loads(watcher.stdout.readline())["links"][0]["outgoing"]
    assert rates["messages_per_minute"] == 0
    write_letter(deployment, "13800138001", "关于路灯", "请修理路灯。")
    rate = eventually(
        lambda: json.loads(watcher.stdout.readline())["links"][0]["outgoing"]["messages_per_minute"], "a rate", 30)
    watcher.kill()
    watcher.wait()
    assert 0 < rate <= 60


def test_packets_are_dropped_again_on_request(deployment):
    deployment.set_limits("redrop_seconds", 3600)
    deployment.start("dmz", "intranet")
    eventually(lambda: list((deployment.folder / "intranet/backups").iterdir()), "the first backup")
    for number in range(3):
        write_letter(deployment, f"1380013800{number}", "关于路灯", "请修理路灯。")
    eventually(lambda: now_of(deployment, "dmz")["outgoing"]["unconfirmed_packets"] == 0, "all is confirmed")
    deployment.stop("intranet")
    kept = deployment.count("dmz", "SELECT COUNT(*) FROM sent_packet")
    assert kept and not list(deployment.drop("dmz").glob("*.m.*.gdp"))
    first, last = deployment.rows("dmz", "SELECT MIN(sequence), MAX(sequence) FROM sent_packet")[0]
    again = link(deployment, "replay", "dmz", "--from", last)
    assert again.returncode == 0 and again.stdout == "1 packet is dropped again\n", again
    assert len(list(deployment.drop("dmz").glob("*.m.*.gdp"))) == 1
    beyond = link(deployment, "replay", "dmz", "--from", last + 1)
    assert beyond.stdout == "0 packets are dropped again\n"
    assert link(deployment, "replay", "dmz", "--from", 1).stdout.startswith(f"{kept} packet")
    assert len(list(deployment.drop("dmz").glob("*.m.*.gdp"))) == kept
    deployment.start("intranet")
    eventually(lambda: now_of(deployment, "dmz")["outgoing"]["unconfirmed_packets"] == 0, "all is confirmed again")
    assert deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter") == 3
    for wrong in (["--from", 0], ["--from", 1, "--lane", "c"]):
        assert link(deployment, "replay", "dmz", *wrong).returncode == 64
    assert link(deployment, "replay", "dmz", "--from", 1, "--peer", "nowhere").returncode == 65


def test_what_the_peer_has_secured_cannot_be_dropped_again(deployment):
    deployment.start("dmz", "intranet")
    write_letter(deployment, "13800138000", "关于路灯", "请修理路灯。")
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter") == 1, "the letter arrives")
    deployment.back_up("intranet")
    eventually(lambda: deployment.count("dmz", "SELECT COUNT(*) FROM sent_packet WHERE lane = 'm'") == 0, "secured")
    last = deployment.count("dmz", "SELECT next_sequence FROM outgoing_stream WHERE lane = 'm'") - 1
    said = link(deployment, "replay", "dmz", "--from", 1).stdout
    assert said == f"0 packets are dropped again; 1 to {last} are kept no more, since the peer had secured them\n"


def test_the_portal_is_rebuilt_from_the_intranet_alone(deployment):
    deployment.start("dmz", "intranet")
    write_letter(deployment, "13800138000", "关于路灯", "请修理路灯。")
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter") == 1, "the letter arrives")
    wrong = link(deployment, "rebuild", "dmz")
    assert wrong.returncode == 65 and "run this in the intranet" in wrong.stderr
    done = link(deployment, "rebuild", "intranet")
    assert done.returncode == 0 and "1 letters are sent to the portal again" in done.stdout, done


def send_a_long_file(deployment, linger_milliseconds, size=1_000_000):
    """All but the first of its packets wait for room in the window. Returns the letter and the file's digest."""
    for zone in ("dmz", "intranet"):
        file = deployment.folder / zone / "zone.yaml"
        text = re.sub(r"(?m)^(\s*packet_max_bytes:).*$", r"\1 131072", file.read_text())
        file.write_text(re.sub(r"(?m)^(\s*blob_window_packets:).*$", r"\1 1", text))
    file = deployment.folder / "dmz/zone.yaml"
    file.write_text(re.sub(r"(?m)^(\s*linger_milliseconds:).*$", rf"\1 {linger_milliseconds}", file.read_text()))
    deployment.start("dmz")
    photo = ("photo.jpg", b"\xff\xd8\xff" + bytes(size))
    letter = write_letter(deployment, "13800138000", "关于路灯", "请修理路灯。", [photo])
    (blob,) = eventually(
        lambda: (blobs := now_of(deployment, "dmz")["outgoing"]["blobs"]) and blobs[0]["done_bytes"] and blobs, "it begins")
    assert 0 < blob["done_bytes"] < blob["bytes"]
    percent = 100 * blob["done_bytes"] // blob["bytes"]
    assert f"{percent} % of " in link(deployment, "status", "dmz").stdout
    return letter, blob["digest"]


def test_a_file_under_way_is_cancelled_with_its_letter(deployment):
    (_, code, password), digest = send_a_long_file(deployment, 60000)
    for wrong in ("x", "0" * 64):
        assert link(deployment, "cancel-blob", "dmz", wrong).returncode == 1
    cancelled = link(deployment, "cancel-blob", "dmz", digest)
    assert cancelled.returncode == 0 and "its message is struck" in cancelled.stdout, cancelled
    assert stage(look_up(deployment, code, password)) == "refused"
    assert deployment.count("dmz", "SELECT COUNT(*) FROM outgoing_blob") == 0
    assert deployment.count("dmz", "SELECT COUNT(*) FROM outbox WHERE type = 'letter.submitted'") == 0
    # The link goes on without them.
    deployment.stop("dmz")
    file = deployment.folder / "dmz/zone.yaml"
    file.write_text(re.sub(r"(?m)^(\s*linger_milliseconds:).*$", r"\1 5", file.read_text()))
    deployment.start("dmz", "intranet")
    number, _, _ = write_letter(deployment, "13800138001", "关于公园", "请修公园。", [("a.jpg", b"\xff\xd8\xff" + bytes(200_000))])
    eventually(lambda: deployment.rows("intranet", "SELECT number FROM desk_letter") == [(number,)], "the next letter")


def test_a_file_is_cancelled_whose_letter_waits_in_the_other_zone(deployment):
    (_, code, password), digest = send_a_long_file(deployment, 5, 19_000_000)
    deployment.start("intranet")
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM waiting_message") == 1, "the letter waits there")
    eventually(lambda: deployment.count("intranet", "SELECT COALESCE(MAX(received), 0) FROM begun_blob"), "parts come")
    deployment.kill("intranet")
    assert deployment.count("intranet", "SELECT COUNT(*) FROM incoming_blob WHERE complete") == 0
    cancelled = link(deployment, "cancel-blob", "dmz", digest)
    assert cancelled.returncode == 0 and "the peer refuses it" in cancelled.stdout, cancelled
    assert stage(look_up(deployment, code, password)) == "sent"
    assert now_of(deployment, "dmz")["outgoing"]["blobs"] == []
    deployment.start("intranet")
    eventually(lambda: stage(look_up(deployment, code, password)) == "refused", "the peer's receipt says so")
    assert deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter") == 0
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM waiting_message") == 0, "nothing waits")
    eventually(lambda: not list((deployment.folder / "intranet/data/incoming").iterdir()), "its parts are removed")
    assert not list((deployment.folder / "dmz/data/blobs").iterdir())
    eventually(lambda: deployment.count("dmz", "SELECT COUNT(*) FROM sent_packet WHERE confirmed = 0") == 0, "all is confirmed")


def samples(text):
    """A page in Prometheus' text format: the values by name and labels; anything that is no such page fails."""
    described, values = set(), {}
    for line in text.splitlines():
        if line.startswith("# "):
            described.add(line.split()[2])
            continue
        name, labels, value = re.fullmatch(
            r'([a-z_]+)\{((?:[a-z]+="(?:[^"\\]|\\.)*",?)+)\} (-?\d+)', line).groups()
        assert name in described
        values[name, labels] = int(value)
    return values


def test_metrics_tell_of_links_certificates_and_lists(deployment):
    deployment.start("dmz", "intranet")
    eventually(lambda: deployment.count("dmz", "SELECT COUNT(*) FROM peer_state WHERE last_seen > 0"), "the peer is heard")
    deployment.stop("intranet")
    write_letter(deployment, "13800138000", "一", "二")
    config = deployment.folder / "dmz/zone.yaml"

    def page():
        done = deployment.guandu("metrics", "--config", config)
        assert done.returncode == 0, done.stderr
        return samples(done.stdout)

    link = 'zone="dmz",peer="intranet"'
    eventually(lambda: page()["guandu_link_unconfirmed_packets", link] > 0, "a packet waits for its receipt")
    values = page()
    assert values["guandu_link_late", link] == 0 and values["guandu_link_last_seen_seconds", link] > 1_700_000_000
    keys = {labels.split('key="')[1].split('"')[0] for name, labels in values if name.startswith("guandu_certificate")}
    assert {"keys.signing_certificate", "keys.encryption_certificate", "keys.tls_certificate", "trust.root",
            "links.intranet.peer_signing_certificates"} <= keys
    present = [value for (name, _), value in values.items() if name == "guandu_revocation_list_present"]
    assert present == [1, 1], "a fresh deployment has its lists"

    def due(values):
        return {labels: value for (name, labels), value in values.items() if name == "guandu_revocation_list_next_update_seconds"}

    before = due(values)
    assert len(before) == 2 and min(before.values()) > 1_700_000_000
    issuing = deployment.folder / "ca/issuing"
    assert deployment.guandu("ca", "crl", "--ca", issuing, "--days", "60").returncode == 0
    assert deployment.guandu("trust", "import-crl", "--config", config, issuing / "crl.pem").returncode == 0
    after = due(page())
    assert [after[labels] > before[labels] for labels in before].count(True) == 1, "the issuing authority's next one counts"
