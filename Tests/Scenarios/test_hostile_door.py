"""While somebody attacks the sites from an address of their own, honest citizens and clerks are served, and a stop stops."""

import contextlib
import http.client
import os
import pathlib
import re
import resource
import socket
import ssl
import threading
import urllib.parse

import pytest
from deployment import Clerk, Client, eventually, expect, look_up, write_letter

ATTACKER = "127.0.0.66"
IS_LONG = os.environ.get("GUANDU_SOAK") == "1"
PATIENCE_SECONDS = 1_800 if IS_LONG else 120
MARKS = ("\u0301\u0327" * 62_000).encode()


@pytest.fixture(autouse=True)
def many_files():
    """As many open files as the machine allows, for this process and the daemons that it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 32_768), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def resident(deployment):
    """MiB of the portal's own memory."""
    status = pathlib.Path(f"/proc/{deployment.daemons['dmz'].pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+) kB", status).group(1)) // 1024


def trust(deployment):
    return ssl.create_default_context(cafile=deployment.folder / "ca/root.pem")


def connect(deployment, zone="dmz", source=ATTACKER):
    """A TCP connection from the attacker's address."""
    return socket.create_connection(("127.0.0.1", deployment.ports[zone]), timeout=60, source_address=(source, 0))


def secure(deployment, zone="dmz", source=ATTACKER):
    return trust(deployment).wrap_socket(connect(deployment, zone, source), server_hostname="localhost")


class Attacker(Client):
    """A client from the attacker's address."""

    def __init__(self, deployment, source=ATTACKER):
        super().__init__(deployment, "dmz")
        self.connection = http.client.HTTPSConnection(
            "localhost", deployment.ports["dmz"], context=trust(deployment), timeout=120, source_address=(source, 0))


@contextlib.contextmanager
def meanwhile(*attacks):
    """Runs each attack in a thread of its own; an attack that is hung up on has ended."""
    threads = [threading.Thread(target=attack, daemon=True) for attack in attacks]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive(), "an attack still waits for its answer"


def live_honestly(deployment, phone):
    """A citizen writes a letter and reads it again."""
    expect(200, Client(deployment, "dmz").get("/"))
    _, code, password = write_letter(deployment, phone, "路灯", "请修理路灯。")
    assert look_up(deployment, code, password)
    return code, password


def test_texts_of_marks(deployment):
    deployment.start("dmz")
    answers = []

    def form(field, name_too=False):
        client = Attacker(deployment)
        token = client.csrf("/lookup").encode()
        body = b"csrf=" + token + (b"&" + MARKS + b"=x" if name_too else b"&" + field + b"=" + MARKS)
        head = {"Content-Type": "application/x-www-form-urlencoded"}
        answers.append(client.request("POST", "/lookup", body, head)[0])

    def raw(head):
        with secure(deployment) as connection:
            connection.sendall(head)
            answers.append(int(connection.recv(64).split()[1]))

    short = MARKS[:12_000]
    attacks = [
        lambda: form(b"code"), lambda: form(b"password"), lambda: form(b"csrf2"), lambda: form(b"", True),
        lambda: raw(b"GET /lookup HTTP/1.1\r\nHost: localhost\r\nAccept-Language: " + short + b"\r\n\r\n"),
        lambda: raw(b"GET /lookup HTTP/1.1\r\nHost: localhost\r\nCookie: __Host-guandu-session=" + short + b"\r\n\r\n"),
        lambda: raw(b"GET /" + short + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ]
    with meanwhile(*attacks):
        live_honestly(deployment, "13800138001")
    assert sorted(answers) == [200, 200, 400, 422, 422, 422, 422]
    deployment.stop()


def test_five_thousand_silent_connections(deployment):
    deployment.start("dmz", "intranet")
    silent = []

    def hold(zone, count):
        for _ in range(count):
            with contextlib.suppress(OSError):
                silent.append(connect(deployment, zone))

    hold("dmz", 5_000)
    hold("intranet", 1_300)
    assert len(silent) > 4_000
    with meanwhile(lambda: hold("dmz", 1_000), lambda: hold("intranet", 300)):
        for number in range(5):
            live_honestly(deployment, f"1380013801{number}")
        expect(200, Clerk(deployment).get("/folders/to-do"))
    # SIGTERM, while they are still there.
    deployment.stop()
    for connection in silent:
        connection.close()


def test_one_letter_opened_in_many_visits(deployment):
    deployment.start("dmz")
    code, password = live_honestly(deployment, "13800138021")
    visits = []

    times = 2_500 if IS_LONG else 60
    before = resident(deployment)

    def open_again():
        for _ in range(times):
            client = Attacker(deployment)
            expect(303, client.post("/lookup", "/lookup", code=code, password=password))
            # It connects again when it is used again.
            client.connection.close()
            visits.append(client)

    with meanwhile(open_again, open_again):
        for number in range(3):
            live_honestly(deployment, f"1380013803{number}")
    assert visits[-1].get("/letter")[0] == 200
    assert visits[0].get("/letter")[0] == 303, "the owner's oldest visits have ended"
    assert resident(deployment) < before + 100, "memory has grown with the visits"
    deployment.stop()


def test_paths_to_come_back_to(deployment):
    deployment.start("intranet")
    Clerk(deployment).page("/folders/to-do")
    answers = []

    def come_in(target):
        client = Client(deployment, "intranet", deployment.clerk_files())
        answers.append(client.get("/login?to=" + urllib.parse.quote(target))[0])

    targets = ["/" + "a" * length + "!" for length in (18, 20, 25, 30, 190)]
    with meanwhile(*[lambda target=target: come_in(target) for target in targets]):
        for _ in range(10):
            expect(200, Clerk(deployment).get("/folders/to-do"))
    assert answers == [200] * len(targets)
    deployment.stop()


def test_slow_bodies_and_answers_that_nobody_reads(deployment):
    deployment.start("dmz")
    head = (b"POST /lookup HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Cookie: __Host-guandu-visitor=" + b"0" * 32 + b"\r\nContent-Length: 200000\r\n\r\n")
    done = threading.Event()
    slow = [secure(deployment) for _ in range(60)]
    deaf = [secure(deployment) for _ in range(20)]
    for connection in slow:
        connection.sendall(head)

    def drip():
        while not done.wait(1):
            for connection in slow:
                with contextlib.suppress(OSError):
                    connection.sendall(b"x")

    def pipeline():
        request = b"GET /write HTTP/1.1\r\nHost: localhost\r\n\r\n"
        for connection in deaf:
            connection.settimeout(2)
            with contextlib.suppress(OSError):
                connection.sendall(request * 2_000)

    with meanwhile(drip, pipeline):
        try:
            for number in range(3):
                live_honestly(deployment, f"1380013804{number}")
            # Whoever drips is hung up on.
            eventually(lambda: any(is_closed(connection) for connection in slow), "a slow body is given up")
        finally:
            done.set()
    live_honestly(deployment, "13800138049")
    deployment.stop()


def is_closed(connection):
    connection.settimeout(0.01)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def test_requests_that_are_none(deployment):
    deployment.start("dmz")

    def status(request):
        with secure(deployment, source="127.0.0.1") as connection:
            connection.sendall(request)
            return int(re.match(rb"HTTP/1.1 (\d+)", connection.recv(256)).group(1))

    assert status(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n") == 200
    assert status(b"GET / HTTP/1.0\r\n\r\n") == 200
    for wrong in (b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
                  b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
                  b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"):
        assert status(wrong) == 400
    one = b"GET /health HTTP/1.1\r\nHost: localhost\r\n"
    with secure(deployment, source="127.0.0.1") as connection:
        connection.sendall(one + b"Connection: close\r\n\r\n" + one + b"\r\n")
        answer = b""
        with contextlib.suppress(ssl.SSLEOFError, ConnectionResetError):
            while more := connection.recv(4_096):
                answer += more
        assert answer.count(b"HTTP/1.1 200") == 1
    old = trust(deployment)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    old.set_ciphers("ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES256-SHA")
    with pytest.raises(OSError):
        old.wrap_socket(connect(deployment), server_hostname="localhost")
    Client(deployment, "dmz").get("/public/13800138000")
    Client(deployment, "dmz").get("/2345-6789-ABCD-EFGH-JKLM")
    deployment.stop()
    log = deployment.log("dmz").read_text()
    assert "13800138000" not in log and "ABCD" not in log
