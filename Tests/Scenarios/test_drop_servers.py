"""A zone drops its packets on real servers: SFTP, WebDAV, HTTPS-PUT. What arrives there is the peer's incoming drop."""

import json
import os
import subprocess


import pytest

from deployment import Client, Clerk, eventually, expect, look_up, stage, write_letter
from drop_servers import PASSWORD, SERVERS, PasswordSFTPServer, Proxy, PutServer


@pytest.fixture(params=list(SERVERS))
def server(request, deployment, tmp_path):
    made = SERVERS[request.param](deployment, tmp_path / "server")
    yield made
    made.stop()


@pytest.fixture
def put_server(deployment, tmp_path):
    made = PutServer(deployment, tmp_path / "server")
    yield made
    made.stop()


@pytest.fixture
def proxy(server):
    made = Proxy(server.port)
    yield made
    made.stop()


def errors(deployment):
    lines = [json.loads(line) for line in deployment.log("dmz").read_text().splitlines() if line.startswith("{")]
    return [line["error"] for line in lines if line["level"] == "error" and "error" in line]


def complains(deployment, words):
    return eventually(lambda: any(words in error for error in errors(deployment)), f"an error with “{words}”")


def arrives(deployment, number):
    clerk = Clerk(deployment)
    eventually(lambda: clerk.get(f"/letters/{number}")[0] == 200, "the letter is on the desk")
    return clerk


def published(deployment):
    return [path for path in deployment.drop("dmz").glob("*") if path.stat().st_size > 0]


def test_a_letter_crosses_and_is_answered_although_the_server_was_down_at_first(deployment, server):
    server.use()
    deployment.start("dmz", "intranet")
    number, code, password = write_letter(deployment, "13800138000", "路灯", "请修理路灯。", [("a.txt", b"plan" * 5000)])
    complains(deployment, f"the drop {server.url(server.port)}: ")
    # What the peer sends comes in all the same.
    eventually(lambda: deployment.count("dmz", "SELECT COUNT(*) FROM peer_state WHERE last_seen > 0"), "the peer is heard")
    server.start()
    clerk = arrives(deployment, number)
    expect(303, clerk.sign_for(number))
    expect(303, clerk.answer(number, "已经列入计划。"))
    eventually(lambda: stage(look_up(deployment, code, password)) == "answered", "the citizen reads the answer")
    # Receipts went there too: the intranet dropped nothing again and again.
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM sent_packet WHERE confirmed = 0") == 0, "all is confirmed")
    eventually(lambda: not list((server.folder / "tmp").glob("*")), "nothing stays half-sent")
    deployment.stop()
    assert PASSWORD not in deployment.log("dmz").read_text()


def test_many_packets_share_a_connection(deployment, server, proxy):
    server.start()
    server.use(proxy.port)
    deployment.start("dmz", "intranet")
    for index in range(6):
        arrives(deployment, write_letter(deployment, f"1380013800{index}", "路灯", "请修理路灯。")[0])
    assert proxy.connections <= 3


def test_a_server_that_is_not_the_one_we_know_gets_nothing(deployment, server):
    server.start()
    server.use(**server.wrong_identity())
    deployment.start("dmz", "intranet")
    write_letter(deployment, "13800138000", "路灯", "请修理路灯。")
    complains(deployment, "nothing was sent")
    assert not published(deployment) and not server.logins()


def test_a_wrong_password_or_key_is_told_and_mended_without_a_loss(deployment, server):
    server.start()
    server.use(**server.wrong_entry())
    deployment.start("dmz", "intranet")
    number, _, _ = write_letter(deployment, "13800138000", "路灯", "请修理路灯。")
    complains(deployment, "the server does not let us in")
    assert not published(deployment)
    deployment.stop("dmz")
    server.use()
    deployment.start("dmz")
    arrives(deployment, number)


def test_a_password_opens_sftp_too(deployment, tmp_path):
    server = PasswordSFTPServer(deployment, tmp_path / "server")
    server.start()
    server.use(**server.wrong_entry())
    deployment.start("dmz", "intranet")
    number, _, _ = write_letter(deployment, "13800138000", "路灯", "请修理路灯。")
    complains(deployment, "the server does not let us in")
    assert not published(deployment)
    # A new password is read at the next try.
    server.secret("wrong", PASSWORD + "\n")
    arrives(deployment, number)
    assert PASSWORD not in deployment.log("dmz").read_text()
    server.stop()


def test_an_upload_that_breaks_off_leaves_nothing_half(deployment, server, proxy):
    server.start()
    server.use(proxy.port)
    deployment.start("dmz", "intranet")
    (proxy.cut_after, proxy.cuts) = (300_000, 3)
    attachment = b"%PDF-1.4\n" + os.urandom(1_000_000)
    number, _, _ = write_letter(deployment, "13800138000", "路灯", "请修理路灯。", [("a.pdf", attachment)])
    arrives(deployment, number)
    eventually(lambda: proxy.cuts == 0, "uploads were cut")
    assert not list((deployment.folder / "intranet/data/quarantine").glob("*.gdp"))
    eventually(lambda: deployment.count("dmz", "SELECT COUNT(*) FROM sent_packet WHERE confirmed = 0") == 0, "all is confirmed")


def test_a_silent_server_delays_no_receiving_and_no_stop(deployment, server, proxy):
    proxy.swallows = True
    server.use(proxy.port, timeout_seconds=2)
    deployment.start("dmz", "intranet")
    write_letter(deployment, "13800138000", "路灯", "请修理路灯。")
    eventually(lambda: deployment.count("dmz", "SELECT COUNT(*) FROM peer_state WHERE last_seen > 0"), "the peer is heard")
    eventually(lambda: errors(deployment), "the silence is told")
    assert proxy.connections > 0
    deployment.stop()
    # A stop does not wait for the server's ten minutes either.
    server.use(proxy.port, timeout_seconds=600)
    before = proxy.connections
    deployment.start("dmz")
    eventually(lambda: proxy.connections > before, "the server is asked")
    deployment.stop()


def test_a_full_server_is_told_and_waited_for(deployment, put_server):
    put_server.next_answers = [507, 507]
    put_server.start()
    put_server.use()
    deployment.start("dmz", "intranet")
    number, _, _ = write_letter(deployment, "13800138000", "路灯", "请修理路灯。")
    complains(deployment, "the server has no room (507)")
    arrives(deployment, number)


@pytest.mark.parametrize("server", ["sftp", "webdav"], indirect=True)
def test_a_disk_that_is_full_on_the_server_loses_nothing(deployment, server):
    def mount(*options):
        return subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "drop", server.folder], capture_output=True)

    if mount("size=300k").returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        server.start()
        server.use()
        deployment.start("dmz")
        attachment = b"%PDF-1.4\n" + os.urandom(1_000_000)
        number, _, _ = write_letter(deployment, "13800138000", "路灯", "请修理路灯。", [("a.pdf", attachment)])
        complains(deployment, f"the drop {server.url(server.port)}: ")
        # The letter itself is small enough.
        assert all(path.stat().st_size < 300_000 for path in published(deployment))
        mount("remount", "size=64m")
        deployment.start("intranet")
        arrives(deployment, number)
        eventually(lambda: deployment.count("dmz", "SELECT COUNT(*) FROM sent_packet WHERE confirmed = 0") == 0, "all is confirmed")
        assert not list((deployment.folder / "intranet/data/quarantine").glob("*.gdp"))
        deployment.kill_all()
    finally:
        server.stop()
        subprocess.run(["umount", "--lazy", server.folder], check=True)


def test_a_redirect_is_not_followed(deployment, put_server):
    put_server.next_answers = [307]
    put_server.start()
    put_server.use()
    deployment.start("dmz", "intranet")
    number, _, _ = write_letter(deployment, "13800138000", "路灯", "请修理路灯。")
    complains(deployment, "the server redirects (307)")
    arrives(deployment, number)


def test_a_packet_whose_answer_was_lost_is_not_put_twice(deployment, put_server):
    put_server.loses_answers = 2
    put_server.start()
    put_server.use()
    deployment.start("dmz")
    number, _, _ = write_letter(deployment, "13800138000", "路灯", "请修理路灯。")
    eventually(lambda: 412 in put_server.answers, "a repeat is refused")
    eventually(lambda: deployment.count("dmz", "SELECT MAX(attempts) FROM sent_packet") > 1, "the repeat counts as dropped")
    deployment.start("intranet")
    arrives(deployment, number)


def test_a_client_certificate_lets_the_zone_in(deployment, put_server):
    put_server.wants_certificate = True
    put_server.start()
    pem = deployment.clerk_files()
    put_server.use(username=None, password_file=None, client_certificate=pem, client_key=pem)
    deployment.start("dmz", "intranet")
    number, _, _ = write_letter(deployment, "13800138000", "路灯", "请修理路灯。")
    arrives(deployment, number)
