"""Entries of the audit log for a SIEM: syslog over TLS to a receiver that this test is, and a file of JSON lines."""

import json
import re
import socket
import ssl
import subprocess
import threading

from deployment import eventually, free_port, write_letter
from test_audit import entries, log_size

MESSAGE = re.compile(
    rb'<(\d+)>1 (\S+) (\S+) guandu - (\S+) \[guandu@32473 zone="([^"]*)" log="([^"]*)" index="(\d+)" kind="([^"]*)"\] '
    rb'\xef\xbb\xbf(.*)', re.S)


class Receiver:
    """A server of RFC 5425 that may ask for a client certificate."""

    def __init__(self, port, certificate, key, client_root=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        if client_root:
            context.load_verify_locations(client_root)
            context.verify_mode = ssl.CERT_REQUIRED
        self.context = context
        self.messages = []
        self.refusals = []
        self.open = []
        self.listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(plain,), daemon=True).start()

    def serve(self, plain):
        try:
            with self.context.wrap_socket(plain, server_side=True) as stream:
                self.open.append(stream)
                data = b""
                while part := stream.recv(65536):
                    data += part
                    data = self.take(data)
        except (ssl.SSLError, OSError) as error:
            self.refusals.append(str(error))

    def take(self, data):
        while (space := data.find(b" ")) > 0:
            length = int(data[:space])
            if len(data) < space + 1 + length:
                break
            self.messages.append(MESSAGE.fullmatch(data[space + 1:space + 1 + length]).groups())
            data = data[space + 1 + length:]
        return data

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for stream in self.open:
            try:
                stream.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def places(self):
        return [(message[5].decode(), int(message[6])) for message in self.messages]


class Authority:
    """A SIEM's own, which the zones' authorities know nothing of."""

    def __init__(self, folder):
        folder.mkdir()
        self.folder, self.root = folder, folder / "root.pem"
        self.openssl("req", "-x509", "-subj", f"/CN={folder.name}", "-days", "2", "-keyout", folder / "root.key", "-out", self.root)

    def openssl(self, *arguments):
        subprocess.run(
            ["openssl", *map(str, arguments), "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
            check=True, capture_output=True)

    def issue(self, name):
        """Certificate and key of a server or a client."""
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        self.openssl("req", "-x509", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
                     "-addext", "basicConstraints=critical,CA:FALSE", "-days", "2", "-CA", self.root,
                     "-CAkey", self.folder / "root.key", "-keyout", key, "-out", certificate)
        key.chmod(0o600)
        return certificate, key


def forward(deployment, zone, lines):
    """Adds to the zone's audit section."""
    file = deployment.folder / zone / "zone.yaml"
    text = file.read_text()
    start = text.index("\naudit:\n")
    end = text.index("\n\n", start)
    file.write_text(text[:end] + "\n  forward:\n" + "".join(f"    {line}\n" for line in lines) + text[end:])


def has_all(deployment, zone, places):
    size = log_size(deployment, zone)
    return set(places) == {(f"{zone}/audit/1", index) for index in range(size)}


def test_every_entry_reaches_a_receiver_of_syslog_that_is_away_at_first(deployment, tmp_path):
    authority = Authority(tmp_path / "siem")
    certificate, key = authority.issue("localhost")
    port = free_port()
    forward(deployment, "dmz", ["syslog:", "  host: localhost", f"  port: {port}", f"  trust: {authority.root}"])
    deployment.start("dmz", "intranet")
    write_letter(deployment, "13800138000", "路灯", "坏了三周")
    log = deployment.log("dmz")
    eventually(lambda: "audit entries wait to be forwarded" in log.read_text(), "the outage is told")
    receiver = Receiver(port, certificate, key)
    eventually(lambda: has_all(deployment, "dmz", receiver.places()), "it got all that it missed")
    eventually(lambda: "audit entries are forwarded again" in log.read_text(), "the end of the outage is told")
    # Down again, with a kill in between: nothing is lost.
    receiver.stop()
    write_letter(deployment, "13800138001", "路灯", "又坏了")
    deployment.kill("dmz")
    second = Receiver(port, certificate, key)
    deployment.start("dmz")
    write_letter(deployment, "13800138002", "路灯", "还是坏的")
    eventually(lambda: has_all(deployment, "dmz", receiver.places() + second.places()), "it got the rest")
    # Each in its order, and as the log has it.
    logged = entries(deployment, "dmz")
    for one in (receiver, second):
        places = one.places()
        # It may go back and repeat; it never leaves one out.
        assert all(place[1] <= before[1] + 1 for before, place in zip(places, places[1:]))
        for _, at, _, kind, zone, _, index, again, text in one.messages:
            entry = json.loads(text)
            assert entry == logged[int(index)] and entry["kind"] == kind.decode() == again.decode()
            assert zone == b"dmz" and entry["at"] == at.decode()
    whole = b"".join(message[8] for message in receiver.messages + second.messages)
    assert "路灯".encode() not in whole and b"13800138000" not in whole
    told = [json.loads(line) for line in log.read_text().splitlines() if "audit entries wait" in line]
    assert len(told) <= 4, "an outage is told once for each reason"
    deployment.stop()
    second.stop()


def test_a_receiver_whose_certificate_is_wrong_gets_nothing_and_is_named(deployment, tmp_path):
    good, other = Authority(tmp_path / "siem"), Authority(tmp_path / "other")
    port = free_port()
    receiver = Receiver(port, *other.issue("localhost"))
    forward(deployment, "dmz", ["syslog:", "  host: localhost", f"  port: {port}", f"  trust: {good.root}"])
    deployment.start("dmz")
    log = deployment.log("dmz")
    eventually(lambda: "not from the authority in trust" in log.read_text(), "the foreign authority is told")
    receiver.stop()
    receiver = Receiver(port, *good.issue("siem.example.cn"))
    eventually(lambda: "is for another name" in log.read_text(), "the foreign name is told")
    assert not receiver.messages
    receiver.stop()
    receiver = Receiver(port, *good.issue("localhost"))
    eventually(lambda: has_all(deployment, "dmz", receiver.places()), "the right one gets all")
    deployment.stop()
    receiver.stop()


def test_a_receiver_that_asks_for_a_certificate_is_shown_one(deployment, tmp_path):
    authority = Authority(tmp_path / "siem")
    certificate, key = authority.issue("dmz")
    port = free_port()
    receiver = Receiver(port, *authority.issue("localhost"), client_root=authority.root)
    head = ["syslog:", "  host: localhost", f"  port: {port}", f"  trust: {authority.root}"]
    forward(deployment, "dmz", head)
    deployment.start("dmz")
    # Where the zone shows none, TLS 1.3 lets it talk before it is turned away: nothing of that counts.
    eventually(lambda: receiver.refusals, "it is turned away")
    eventually(lambda: "audit entries wait to be forwarded" in deployment.log("dmz").read_text(), "that is told")
    assert not receiver.messages and deployment.rows("dmz", "SELECT * FROM audit_forward") == []
    deployment.stop()
    file = deployment.folder / "dmz/zone.yaml"
    file.write_text(file.read_text().replace(
        f"      trust: {authority.root}\n",
        f"      trust: {authority.root}\n      certificate: {certificate}\n      key: {key}\n"))
    assert deployment.guandu("config", "check", file).returncode == 0
    deployment.start("dmz")
    eventually(lambda: has_all(deployment, "dmz", receiver.places()), "it gets all")
    deployment.stop()
    receiver.stop()


def test_a_file_of_lines_gets_every_entry_whatever_is_killed_and_renamed(deployment, tmp_path):
    file, first = tmp_path / "audit.jsonl", tmp_path / "audit.jsonl.1"
    forward(deployment, "intranet", [f"json_lines: {file}"])
    deployment.start("dmz", "intranet")
    for number in range(4):
        write_letter(deployment, f"1380013800{number}", "路灯", "坏了三周")
        deployment.kill("intranet")
        deployment.start("intranet")
        if number == 1:
            eventually(file.exists, "it is there")
            file.rename(first)
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter") == 4, "all letters are there")
    deployment.stop()
    logged = entries(deployment, "intranet")
    lines = [json.loads(line) for part in (first, file) for line in part.read_text().splitlines()]
    assert {line["index"] for line in lines} == set(range(len(logged)))
    for line in lines:
        assert line["log"] == "intranet/audit/1" and line["entry"] == logged[line["index"]]
    assert "路灯" not in first.read_text() + file.read_text()
