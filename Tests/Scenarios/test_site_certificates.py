"""The sites' own certificates, replaced in their files while the daemons run."""

import hashlib
import http.client
import shutil
import signal
import socket
import ssl
import subprocess
import time

import pytest

from deployment import Client, eventually

KEEPS = "was refused; the one before stays in use"


class Site:
    def __init__(self, deployment, zone):
        self.deployment, self.zone = deployment, zone
        keys = deployment.folder / zone / "keys"
        self.key, self.chain = keys / "tls.key", keys / "tls.pem"

    def shown(self):
        """The fingerprint of the certificate that a connection that begins now is shown."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("localhost", self.deployment.ports[self.zone]), 10) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as wire:
                return hashlib.sha256(wire.getpeercert(True)).hexdigest()

    def issue(self, folder, host="localhost"):
        folder.mkdir()
        made = self.deployment.guandu(
            "ca", "issue", "server", "site", "--host", host, "--ca", self.deployment.folder / "ca/issuing", "--out", folder)
        assert made.returncode == 0, made.stderr
        return folder / "site.key", folder / "site.pem"

    def replace(self, key, chain, mode=0o600):
        """As an operator should: each file whole, by a rename; the key first."""
        for new, old in ((key, self.key), (chain, self.chain)):
            beside = old.with_suffix(".new")
            shutil.copy(new, beside)
            beside.chmod(mode)
            beside.rename(old)

    def log(self):
        return self.deployment.log(self.zone).read_text()

    def refusals(self):
        return [line for line in self.log().splitlines() if KEEPS in line]

    def hang_up(self):
        self.deployment.daemons[self.zone].send_signal(signal.SIGHUP)


def fingerprint(pem):
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.read_text().split("-----END")[0] + "-----END CERTIFICATE-----")).hexdigest()


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def of_the_past(folder, begin, end):
    """A key with a certificate for other days than these."""
    folder.mkdir(exist_ok=True)
    key, request, chain = folder / "old.key", folder / "old.csr", folder / "old.pem"
    (folder / "index").write_text("")
    config = folder / "ca.cnf"
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
            "-keyout", key, "-out", request)
    config.write_text(
        f"[ca]\ndefault_ca=d\n[d]\ndatabase={folder}/index\nnew_certs_dir={folder}\nrand_serial=yes\ndefault_md=sha256\n"
        "policy=p\n[p]\ncommonName=supplied\n")
    openssl("ca", "-batch", "-selfsign", "-config", config, "-keyfile", key, "-in", request, "-out", chain, "-notext",
            "-startdate", begin, "-enddate", end)
    return key, chain


@pytest.mark.parametrize("zone", ["dmz", "intranet"])
def test_a_new_certificate_is_shown_without_a_restart_and_open_connections_go_on(deployment, tmp_path, zone):
    deployment.start(zone)
    site = Site(deployment, zone)
    before = site.shown()
    assert before == fingerprint(site.chain)
    visitor = Client(deployment, zone)
    assert visitor.get("/health")[0] == 200
    wire = visitor.connection.sock
    key, chain = site.issue(tmp_path / "new")
    site.replace(key, chain)
    started = time.monotonic()
    eventually(lambda: site.shown() == fingerprint(chain), "the new certificate is shown")
    print("seconds until the new certificate was shown:", round(time.monotonic() - started, 2))
    assert visitor.get("/health")[0] == 200 and visitor.connection.sock is wire, "the connection from before goes on"
    assert Client(deployment, zone).get("/health")[0] == 200, "the new one leads to the root"
    assert f'"certificate":"{fingerprint(chain)}"' in site.log()
    assert deployment.daemons[zone].poll() is None


@pytest.mark.parametrize("zone", ["dmz", "intranet"])
def test_a_pair_that_will_not_do_is_refused_and_the_old_one_stays(deployment, tmp_path, zone):
    deployment.start(zone)
    site = Site(deployment, zone)
    before = site.shown()
    key, chain = site.issue(tmp_path / "new")
    other_key, _ = site.issue(tmp_path / "other")
    half = tmp_path / "half.pem"
    half.write_bytes(chain.read_bytes()[:300])
    half_key = tmp_path / "half.key"
    half_key.write_bytes(key.read_bytes()[:100])
    empty = tmp_path / "empty.pem"
    empty.write_bytes(b"")
    # In an order in which no two files that lie there for a moment make a sound pair.
    for name, pair, reason in [
        ("mismatched", (other_key, chain), "key and certificate do not belong together"),
        ("half written", (other_key, half), "tls.pem is not whole, or not in PEM"),
        ("half a key", (half_key, chain), "tls.key is not whole, or not in PEM"),
        ("empty", (other_key, empty), "tls.pem is not whole, or not in PEM"),
        ("expired", of_the_past(tmp_path / "old", "20200101000000Z", "20210101000000Z"), "the certificate has expired"),
        ("not begun", of_the_past(tmp_path / "far", "20900101000000Z", "20910101000000Z"), "the certificate is not valid yet"),
    ]:
        for again in (lambda: site.replace(*pair), site.hang_up):
            refused = len(site.refusals())
            again()
            eventually(lambda: any(reason in line for line in site.refusals()[refused:]), f"{name} is refused")
            assert site.shown() == before, name
        assert Client(deployment, zone).get("/health")[0] == 200, name

    site.replace(key, chain, mode=0o640)
    eventually(lambda: "can be read by others than its owner" in site.log(), "a key for all to read is refused")
    assert site.shown() == before
    site.key.unlink()
    eventually(lambda: "tls.key is not there" in site.log(), "a missing key is refused")
    assert site.shown() == before
    site.replace(key, chain)
    eventually(lambda: site.shown() == fingerprint(chain), "what is whole at last is taken")


def test_a_hang_up_signal_takes_the_files_at_once_and_stops_nothing(deployment, tmp_path):
    deployment.start("intranet")
    site = Site(deployment, "intranet")
    key, chain = site.issue(tmp_path / "new")
    site.replace(key, chain)
    site.hang_up()
    eventually(lambda: site.shown() == fingerprint(chain), "the new certificate is shown")
    taken = "is used from now on"
    known = site.log().count(taken)
    site.hang_up()
    eventually(lambda: site.log().count(taken) == known + 1, "each signal is answered in the log")
    deployment.stop("intranet")
