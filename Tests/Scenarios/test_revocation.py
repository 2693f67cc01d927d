"""A handler whose certificate is revoked is out, also by a TLS session that was begun before."""

import http.client
import socket
import ssl

import pytest

from deployment import Clerk


def revoke(deployment, person):
    ca = deployment.folder / "ca/issuing"
    ended = deployment.guandu("ca", "revoke", deployment.folder / f"people/{person}.pem", "--ca", ca)
    assert ended.returncode == 0, ended.stderr
    told = deployment.guandu("trust", "import-crl", "--config", deployment.folder / "intranet/zone.yaml", ca / "crl.pem")
    assert told.returncode == 0, told.stderr


class Resuming(http.client.HTTPSConnection):
    """A connection that goes on with a TLS session of an earlier one."""

    def __init__(self, port, context, session):
        super().__init__("localhost", port, context=context, timeout=30)
        self.context, self.session = context, session

    def connect(self):
        plain = socket.create_connection(("localhost", self.port), 30)
        self.sock = self.context.wrap_socket(plain, server_hostname="localhost", session=self.session)


def again(clerk, context, session):
    """Asks for a page on a resumed session. Returns the status, and that the session was indeed resumed."""
    clerk.connection = Resuming(clerk.deployment.ports["intranet"], context, session)
    clerk.connection.connect()
    resumed = clerk.connection.sock.session_reused
    return clerk.request("GET", "/me")[0], resumed


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_resumed_tls_session_of_a_revoked_handler_opens_nothing(deployment, version):
    deployment.start("intranet")
    context = ssl.create_default_context(cafile=deployment.folder / "ca/root.pem")
    context.load_cert_chain(deployment.clerk_files())
    context.minimum_version = context.maximum_version = version
    clerk = Clerk(deployment)
    clerk.connection = http.client.HTTPSConnection("localhost", deployment.ports["intranet"], context=context, timeout=30)
    assert clerk.get("/me")[0] == 200
    session = clerk.connection.sock.session
    assert again(clerk, context, session) == (200, True), "before the revocation it is resumed and lets in"
    revoke(deployment, "clerk")
    status, resumed = again(clerk, context, session)
    assert (status, resumed) == (403, True), "the server resumes the session and lets nobody in by it"
    assert clerk.headers["Connection"] == "close"
    assert again(clerk, context, session)[0] == 403
    assert again(clerk, context, None) == (403, False)
    assert '"reason":"not trusted"' in deployment.log("intranet").read_text()
