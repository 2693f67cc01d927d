"""Whom the portal counts tries by, with and without proxies before it."""

import http.client
import re
import socket
import ssl
import struct
import urllib.parse

from deployment import eventually

WRONG = "2222-2222-2222-2222-2222"


def start_with(deployment, proxies, preamble=b""):
    path = deployment.folder / "dmz/zone.yaml"
    text = path.read_text("utf-8")
    section = "portal:\n  guesses: {wrong_per_source: 2}\n" + proxies
    path.write_text(text.replace("portal:\n", section, 1), "utf-8")
    deployment.start("dmz", wait=not preamble)
    if preamble:
        eventually(lambda: is_there(deployment, preamble), "the portal answers")


def is_there(deployment, preamble):
    try:
        connection = connect(deployment, preamble)
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False


def connect(deployment, preamble=b""):
    plain = socket.create_connection(("localhost", deployment.ports["dmz"]), timeout=10)
    if preamble:
        plain.sendall(preamble)
    context = ssl.create_default_context(cafile=deployment.folder / "ca/root.pem")
    connection = http.client.HTTPSConnection("localhost", deployment.ports["dmz"], timeout=10)
    connection.sock = context.wrap_socket(plain, server_hostname="localhost")
    return connection


def guess(deployment, preamble=b"", **headers):
    """One wrong look; its status."""
    connection = connect(deployment, preamble)
    connection.request("GET", "/lookup", headers=headers)
    answer = connection.getresponse()
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    token = re.search(r'name="csrf" value="([^"]+)"', answer.read().decode()).group(1)
    body = urllib.parse.urlencode({"csrf": token, "code": WRONG, "password": "123456"})
    connection.request(
        "POST", "/lookup", body, {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded", **headers})
    status = connection.getresponse().status
    connection.close()
    return status


def test_headers_that_anyone_can_send_change_nothing(deployment):
    start_with(deployment, "")
    claims = [{"Forwarded": f"for=192.0.2.{n}", "X-Forwarded-For": f"192.0.2.{n}", "X-Real-IP": f"192.0.2.{n}"}
              for n in range(3)]
    assert [guess(deployment, **claim) for claim in claims] == [422, 422, 429]


def test_a_restart_forgives_nothing(deployment):
    start_with(deployment, "")
    assert [guess(deployment), guess(deployment)] == [422, 422]
    deployment.stop("dmz")
    deployment.start("dmz")
    assert guess(deployment) == 429


def test_a_proxy_that_is_configured_is_believed(deployment):
    start_with(deployment, "  proxies: {kind: forwarded, addresses: [127.0.0.1, '::1']}\n")
    one, other = {"Forwarded": "for=192.0.2.1"}, {"Forwarded": "for=192.0.2.99, for=192.0.2.2"}
    assert [guess(deployment, **one) for _ in range(3)] == [422, 422, 429]
    assert [guess(deployment, **other) for _ in range(3)] == [422, 422, 429]
    assert guess(deployment, Forwarded="for=192.0.2.77, for=192.0.2.2") == 429, "what the citizen wrote before is not read"
    six = [{"Forwarded": f'for="[2001:db8:1:2::{n}]"'} for n in range(1, 4)]
    assert [guess(deployment, **address) for address in six] == [422, 422, 429], "one network of 64 bits"


def test_another_proxy_is_not_believed(deployment):
    start_with(deployment, "  proxies: {kind: forwarded, addresses: [10.0.0.0/8]}\n")
    assert [guess(deployment, Forwarded=f"for=192.0.2.{n}") for n in range(3)] == [422, 422, 429]


def test_the_proxy_protocol_is_read_before_tls(deployment):
    proxies = "  proxies: {kind: proxy-protocol, addresses: [127.0.0.1, '::1']}\n"
    start_with(deployment, proxies, b"PROXY UNKNOWN\r\n")

    def first(n):
        return f"PROXY TCP4 192.0.2.{n} 127.0.0.1 5000 443\r\n".encode()

    def second(n):
        addresses = socket.inet_aton(f"198.51.100.{n}") + socket.inet_aton("127.0.0.1") + struct.pack("!HH", 5000, 443)
        return b"\r\n\r\n\0\r\nQUIT\n\x21\x11" + struct.pack("!H", len(addresses)) + addresses

    assert [guess(deployment, first(1)) for _ in range(3)] == [422, 422, 429]
    assert guess(deployment, first(2), Forwarded="for=203.0.113.1") == 422
    assert [guess(deployment, second(1)) for _ in range(3)] == [422, 422, 429]
    for wrong in (b"", b"PROXY TCP4 nonsense\r\n"):
        try:
            guess(deployment, wrong)
            raise AssertionError("a connection without its preamble was served")
        except (ssl.SSLError, OSError, http.client.HTTPException):
            pass
    assert guess(deployment, first(3)) == 422
