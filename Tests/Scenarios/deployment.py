"""A deployment of its own for each test: laid out by `guandu init`, run by the real daemons, used over HTTPS."""

import atexit
import contextlib
import functools
import http.client
import html
import itertools
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import tempfile
import time
import urllib.parse
import uuid

BINARIES = pathlib.Path(os.environ["GUANDU_BINARIES"])
ROOT = pathlib.Path(os.environ["GUANDU_ROOT"])


# Below what the kernel gives to outgoing connections, and of this worker alone, so that nobody else takes a port between
# our asking and a daemon's start.
worker = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "")) or 0)
first = int(os.environ.get("GUANDU_FIRST_PORT", 10_000 + 1_000 * worker))
ports = itertools.cycle(range(first, first + 1_000))


def free_port():
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port


def files_under(folder):
    """Each file below a folder and what it holds; what a daemon removes meanwhile is passed over."""
    for parent, _, names in os.walk(folder):
        for name in names:
            path = pathlib.Path(parent, name)
            try:
                if path.is_file():
                    yield path, path.read_bytes()
            except FileNotFoundError:
                continue


def eventually(condition, what, patience_seconds=180):
    """Waits until `condition` answers something true, and returns that."""
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        time.sleep(0.02)
    raise AssertionError(f"never came about: {what}")


# Found nowhere else in what `guandu init` writes.
PORTAL_PORT, DESK_PORT = 61_443, 62_443


@functools.cache
def laid_out():
    """What `guandu init` makes, once for all tests of a worker: most of its time goes into the handlers' passwords."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="guandu-laid-out-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = folder / "zones"
    subprocess.run(
        [BINARIES / "guandu", "init", made, "--zones", ROOT / "zones", "--portal-port", str(PORTAL_PORT),
         "--desk-port", str(DESK_PORT)], check=True, capture_output=True)
    for file in made.rglob("*"):
        assert not file.is_file() or bytes(made) not in file.read_bytes(), f"{file} names the folder that it lies in"
    for file in made.rglob("*.yaml"):
        text = file.read_text()
        assert file.name == "zone.yaml" or not any(f"{port}" in text for port in (PORTAL_PORT, DESK_PORT)), file
    return made


class Deployment:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.ports = {"dmz": free_port(), "intranet": free_port()}
        self.daemons = {}
        shutil.copytree(laid_out(), self.folder, symlinks=True)
        for zone in ("dmz", "intranet"):
            file = self.folder / zone / "zone.yaml"
            text = file.read_text().replace(f"{PORTAL_PORT}", f"{self.ports['dmz']}")
            file.write_text(text.replace(f"{DESK_PORT}", f"{self.ports['intranet']}"))
        self.set_limits("redrop_seconds", 2)
        self.set_limits("poll_seconds", 1)

    def set_limits(self, name, value):
        for zone in ("dmz", "intranet"):
            file = self.folder / zone / "zone.yaml"
            file.write_text(re.sub(rf"(?m)^(\s*{name}:).*$", rf"\1 {value}", file.read_text()))

    def back_up(self, *zones):
        """Lets each zone make a backup, so that its peer may let go of what it covers."""
        for zone in zones:
            made = self.guandu("backup", "make", "--config", self.folder / zone / "zone.yaml")
            assert made.returncode == 0, made

    def log(self, zone):
        return self.folder.parent / f"{zone}.log"

    def start(self, *zones, wait=True):
        for zone in zones:
            with self.log(zone).open("ab") as log:
                self.daemons[zone] = subprocess.Popen(
                    [BINARIES / f"guandu-{'dmz' if zone == 'dmz' else 'intranet'}", "--config", self.folder / zone / "zone.yaml"],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if wait:
            for zone in zones:
                eventually(lambda: self.answers(zone), f"{zone} answers")

    def answers(self, zone):
        assert self.daemons[zone].poll() is None, f"guandu-{zone} has stopped:\n{self.log(zone).read_text()[-2000:]}"
        try:
            status, _ = Client(self, zone).get("/health")
            return status == 200
        except OSError:
            return False

    def stop(self, *zones):
        for zone in zones or list(self.daemons):
            process = self.daemons.pop(zone)
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0, f"guandu-{zone} did not stop cleanly"

    def kill(self, zone):
        process = self.daemons.pop(zone)
        process.kill()
        process.wait()

    def kill_all(self):
        for zone in list(self.daemons):
            self.kill(zone)

    def rows(self, zone, sql, values=()):
        path = self.folder / zone / "data/zone.sqlite"
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10) as database:
            return database.execute(sql, values).fetchall()

    def count(self, zone, sql):
        return self.rows(zone, sql)[0][0]

    def drop(self, zone):
        """The folder that `zone` sends into."""
        peer = "intranet" if zone == "dmz" else "dmz"
        return self.folder / "drop" / f"{zone}-to-{peer}" / "new"

    def guandu(self, *arguments, text=None):
        return subprocess.run([BINARIES / "guandu", *map(str, arguments)], input=text, capture_output=True, text=True)

    def clerk_files(self):
        pem = self.folder.parent / "clerk.pem"
        if not pem.exists():
            made = subprocess.run(
                ["openssl", "pkcs12", "-in", self.folder / "people/clerk.p12", "-nodes", "-passin",
                 f"file:{self.folder}/people/clerk.password"], check=True, capture_output=True).stdout
            pem.touch(0o600)
            pem.write_bytes(made)
        return pem


class Client:
    """One visitor of one site: cookies, forms, no scripts."""

    def __init__(self, deployment, zone, certificate=None):
        context = ssl.create_default_context(cafile=deployment.folder / "ca/root.pem")
        if certificate:
            context.load_cert_chain(certificate)
        self.deployment = deployment
        self.connection = http.client.HTTPSConnection("localhost", deployment.ports[zone], context=context, timeout=30)
        self.cookies = {}

    def request(self, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if isinstance(body, str):
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
            body = body.encode()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        self.headers = answer.headers
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, content

    def get(self, path):
        return self.request("GET", path)

    def page(self, path):
        status, content = self.get(path)
        assert status == 200, f"GET {path}: {status}"
        return content.decode()

    def csrf(self, path):
        return re.search(r'name="csrf" value="([^"]+)"', self.page(path)).group(1)

    def post(self, form_path, path, **fields):
        fields["csrf"] = self.csrf(form_path)
        return self.request("POST", path, urllib.parse.urlencode(fields))

    def post_multipart(self, form_path, path, fields, files=(), token=None):
        """Posts with the token of the form on `form_path`, or with one that was read before."""
        boundary = uuid.uuid4().hex
        parts = []
        for name, value in [("csrf", token or self.csrf(form_path)), *fields.items()]:
            parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
        for name, content in files:
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="attachment"; filename="{name}"\r\n\r\n'
            parts.append(head.encode() + content + b"\r\n")
        parts.append(f"--{boundary}--\r\n".encode())
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self.request("POST", path, b"".join(parts), headers)

    def post_file(self, form_path, path, fields, file):
        """Posts a form whose one file is called (field, name, content)."""
        boundary = uuid.uuid4().hex
        body = b""
        for name, value in [("csrf", self.csrf(form_path)), *fields.items()]:
            body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        field, name, content = file
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'.encode()
        body += content + f"\r\n--{boundary}--\r\n".encode()
        return self.request("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})


def sms_code(deployment, phone):
    def find():
        codes = []
        for file in sorted((deployment.folder / "sms").glob("*.txt")):
            head, _, text = file.read_text().partition("\n\n")
            if head == f"to: {phone}":
                codes += re.findall(r"(?<!\d)\d{6}(?!\d)", text)
        return codes[-1] if codes else None

    return eventually(find, "the SMS code", 20)


def expect(status, answer):
    assert answer[0] == status, f"{answer[0]} instead of {status}: {answer[1][:2000].decode(errors='replace')}"


def reach_letter_form(client, phone):
    expect(303, client.post("/write", "/write/notice", agree="yes"))
    expect(303, client.post("/write/phone", "/write/phone", phone=phone))
    expect(303, client.post("/write/code", "/write/code", code=sms_code(client.deployment, phone)))


def write_letter(deployment, phone, title, text, files=(), publish="yes", mail=""):
    """A citizen's whole way. Returns number, code, password."""
    client = Client(deployment, "dmz")
    reach_letter_form(client, phone)
    fields = {"mailbox": "mayor", "kind": "complaint", "title": title, "text": text, "publish": publish, "mail": mail}
    expect(303, client.post_multipart("/write/letter", "/write/letter", fields, files))
    expect(303, client.post("/write/check", "/write/send"))
    return confirmation(client)


def confirmation(client):
    done = client.page("/write/done")
    return tuple(
        re.search(rf'id="letter-{name}"[^>]*>([^<]+)<', done).group(1).strip() for name in ("number", "code", "password"))


def look_up(deployment, code, password):
    client = Client(deployment, "dmz")
    status, _ = client.post("/lookup", "/lookup", code=code, password=password)
    assert status != 429, "locked out: this test has looked for a letter that is not there too often"
    return html.unescape(client.page("/letter")) if status == 303 else None


def stage(page):
    return re.search(r'id="letter-stage"[^>]*data-stage="([^"]+)"', page).group(1)


class Clerk(Client):
    def __init__(self, deployment):
        super().__init__(deployment, "intranet", deployment.clerk_files())

    def get(self, path):
        """Comes in first where the desk asks for it, as after its restart."""
        status, content = super().get(path)
        if status == 303 and self.headers["Location"].startswith("/login"):
            form = re.search(r'name="csrf" value="([^"]+)"', self.page("/login")).group(1)
            assert self.request("POST", "/login", urllib.parse.urlencode({"csrf": form}))[0] == 303
            return super().get(path)
        return status, content

    def sign_for(self, number):
        return self.post(f"/letters/{number}", f"/letters/{number}/sign-for")

    def answer(self, number, text, visibility="private"):
        return self.post(f"/letters/{number}", f"/letters/{number}/answer", text=text, visibility=visibility)
