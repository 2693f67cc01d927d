"""Real servers on the loopback that a zone can drop its packets on: OpenSSH's SFTP, WebDAV, plain HTTPS-PUT."""

import asyncio
import base64
import getpass
import http.server
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import threading

import asyncssh
from cheroot import wsgi
from cheroot.ssl.builtin import BuiltinSSLAdapter
from wsgidav.fs_dav_provider import FilesystemProvider
from wsgidav.wsgidav_app import WsgiDAVApp

from deployment import eventually, free_port

USER = "ferry"
PASSWORD = "a word that no log may show"


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class DropServer:
    """Serves `folder`, the peer's incoming drop, to the DMZ of `deployment`."""

    def __init__(self, deployment, work):
        self.deployment = deployment
        self.folder = deployment.folder / "drop/dmz-to-intranet"
        self.work = pathlib.Path(work)
        self.work.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.secret("password", PASSWORD + "\n")

    def secret(self, name, content):
        path = self.work / name
        path.touch(0o600)
        path.write_text(content)
        return path

    def settings(self, port=None, **changes):
        """The keys of `outgoing_drop`."""
        return {"kind": self.kind, "url": self.url(port or self.port), "timeout_seconds": 5} | self.entry() | changes

    def use(self, port=None, **changes):
        """Makes the DMZ drop its packets here. `port` is a proxy's; a change to None leaves a key out."""
        settings = {key: value for key, value in self.settings(port, **changes).items() if value is not None}
        lines = "".join(f"\n      {key}: {value}" for key, value in settings.items())
        config = self.deployment.folder / "dmz/zone.yaml"
        config.write_text(re.sub(r"(?m)^    outgoing_drop:.*(\n      .*)*", f"    outgoing_drop:{lines}", config.read_text()))


class SFTPServer(DropServer):
    kind = "sftp"

    def __init__(self, deployment, work):
        super().__init__(deployment, work)
        for name in ("host", "other_host", "user", "other_user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.work / name], check=True)
        self.process = None

    def known(self, port, key="host", file="known_hosts"):
        kind, public = (self.work / f"{key}.pub").read_text().split()[:2]
        path = self.work / file
        path.write_text(f"[localhost]:{port} {kind} {public}\n")
        return path

    def url(self, port):
        self.known(port)
        return f"sftp://localhost:{port}{self.folder}"

    def entry(self):
        return {"known_hosts": self.work / "known_hosts", "username": getpass.getuser(), "private_key_file": self.work / "user"}

    def wrong_identity(self):
        return {"known_hosts": self.known(self.port, "other_host", "other_known_hosts")}

    def wrong_entry(self):
        return {"private_key_file": self.work / "other_user"}

    def start(self):
        if os.geteuid() == 0:
            pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        config = self.work / "sshd_config"
        config.write_text(
            f"ListenAddress 127.0.0.1\nListenAddress ::1\nPort {self.port}\nHostKey {self.work}/host\nPidFile none\n"
            f"AuthorizedKeysFile {self.work}/user.pub\nStrictModes no\nPasswordAuthentication no\n"
            "KbdInteractiveAuthentication no\nUsePAM no\nPermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\n")
        with (self.work / "sshd.log").open("ab") as log:
            self.process = subprocess.Popen(
                [shutil.which("sshd") or "/usr/sbin/sshd", "-D", "-e", "-f", config], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log)
        eventually(lambda: accepts(self.port), "sshd listens")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(10)

    def logins(self):
        log = self.work / "sshd.log"
        return log.read_text().count("Accepted publickey") if log.exists() else 0


class PasswordSFTPServer(SFTPServer):
    """SFTP with a password, which OpenSSH would ask the machine's own users for."""

    def entry(self):
        return {"known_hosts": self.work / "known_hosts", "username": USER, "password_file": self.work / "password"}

    def wrong_entry(self):
        return {"password_file": self.secret("wrong", "another word\n")}

    def start(self):
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()

        class Guard(asyncssh.SSHServer):
            def password_auth_supported(self):
                return True

            def validate_password(self, username, password):
                return (username, password) == (USER, PASSWORD)

        async def serve():
            self.listener = await asyncssh.listen(
                "127.0.0.1", self.port, server_factory=Guard, server_host_keys=[str(self.work / "host")], sftp_factory=True)
            ready.set()

        self.loop.create_task(serve())
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        assert ready.wait(30)

    def stop(self):
        async def finish():
            self.listener.close()
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            self.loop.stop()

        asyncio.run_coroutine_threadsafe(finish(), self.loop)
        self.thread.join(10)


class WebServer(DropServer):
    """What both kinds over HTTPS share."""

    server = None

    def url(self, port):
        return f"https://localhost:{port}{self.path}"

    def entry(self):
        return {"ca": self.deployment.folder / "ca/root.pem", "username": USER, "password_file": self.work / "password"}

    def wrong_identity(self):
        made = self.work / "other.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
             "/CN=localhost", "-keyout", self.work / "other.key", "-out", made], check=True, capture_output=True)
        return {"ca": made}

    def wrong_entry(self):
        return {"password_file": self.secret("wrong", "another word\n")}

    def certificate(self):
        keys = self.deployment.folder / "dmz/keys"
        return str(keys / "tls.pem"), str(keys / "tls.key")


class WebDAVServer(WebServer):
    kind = "webdav"
    path = "/ferry"

    def start(self):
        app = WsgiDAVApp({
            "provider_mapping": {self.path: FilesystemProvider(str(self.folder))}, "verbose": 0,
            "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
            "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}}, "logging": {"enable": False}})
        self.server = wsgi.Server(("127.0.0.1", self.port), app)
        self.server.ssl_adapter = BuiltinSSLAdapter(*self.certificate())
        self.server.prepare()
        threading.Thread(target=self.server.serve, daemon=True).start()
        eventually(lambda: accepts(self.port), "the WebDAV server listens")

    def stop(self):
        if self.server:
            self.server.stop()

    def logins(self):
        return None


class PutServer(WebServer):
    """PUT alone, atomic and exclusive: what the documentation expects of such a server."""

    kind = "https-put"
    path = "/inbox"

    def __init__(self, deployment, work):
        super().__init__(deployment, work)
        self.answers = []
        self.next_answers = []
        self.loses_answers = 0
        self.wants_certificate = False

    def start(self):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self, status):
                outer.answers.append(status)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                if status >= 400:
                    self.send_header("Connection", "close")
                    self.close_connection = True
                if status in (301, 302, 307, 308):
                    self.send_header("Location", outer.url(outer.port) + "/elsewhere")
                self.end_headers()

            def do_PUT(self):
                expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
                if not outer.wants_certificate and self.headers["Authorization"] != expected:
                    return self.answer(401)
                if outer.next_answers:
                    return self.answer(outer.next_answers.pop(0))
                name = self.path.removeprefix(outer.path + "/")
                if not re.fullmatch(r"[a-z0-9.-]+\.gdp", name):
                    return self.answer(404)
                new, temporary = outer.folder / "new" / name, outer.folder / "tmp" / name
                if self.headers["If-None-Match"] != "*" or new.exists():
                    return self.answer(412)
                left = int(self.headers["Content-Length"])
                with temporary.open("wb") as file:
                    while left and (piece := self.rfile.read(min(left, 65536))):
                        file.write(piece)
                        left -= len(piece)
                if left:
                    temporary.unlink()
                    return
                temporary.rename(new)
                if outer.loses_answers:
                    outer.loses_answers -= 1
                    self.close_connection = True
                    return
                self.answer(201)

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.certificate())
        if self.wants_certificate:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.deployment.folder / "ca/root.pem")
            context.load_verify_locations(self.deployment.folder / "ca/issuing.pem")
        for name in ("new", "tmp"):
            (self.folder / name).mkdir(exist_ok=True)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()

    def logins(self):
        return len(self.answers)


class Proxy:
    """Stands before a server and cuts connections, or swallows what they say."""

    def __init__(self, target_port):
        self.target_port = target_port
        self.cut_after = None
        self.cuts = 0
        self.swallows = False
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            if self.swallows:
                self.kept = getattr(self, "kept", []) + [client]
                continue
            server = socket.create_connection(("127.0.0.1", self.target_port))
            for source, sink, counts in ((client, server, True), (server, client, False)):
                threading.Thread(target=self.carry, args=(source, sink, counts), daemon=True).start()

    def carry(self, source, sink, counts):
        carried = 0
        try:
            while piece := source.recv(16384):
                carried += len(piece)
                if counts and self.cut_after is not None and carried > self.cut_after and self.cuts > 0:
                    self.cuts -= 1
                    break
                sink.sendall(piece)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def stop(self):
        self.listener.close()


SERVERS = {"sftp": SFTPServer, "webdav": WebDAVServer, "https-put": PutServer}
