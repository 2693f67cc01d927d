"""Those who use the two sites, as the tests see them."""

import dataclasses
import os
import pathlib
import random
import re
import subprocess
import time
import zlib

from axe_playwright_python.sync_playwright import Axe


@dataclasses.dataclass
class Deployment:
    folder: pathlib.Path
    portal: str
    desk: str
    screenshots: pathlib.Path

    def clerk_certificate(self):
        return self.person_certificate("clerk")

    def person_certificate(self, name):
        return self.certificate(
            pfxPath=str(self.folder / f"people/{name}.p12"),
            passphrase=(self.folder / f"people/{name}.password").read_text().strip(),
        )

    def ask(self, *arguments):
        """Runs the operator's command beside the daemons, whatever it answers."""
        program = pathlib.Path(os.environ["GUANDU_BINARIES"]) / "guandu"
        return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)

    def guandu(self, *arguments):
        done = self.ask(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def issue_handler(self, folder, name, *options):
        """A certificate of the deployment's own authority: its fingerprint, and what a browser takes."""
        self.guandu("ca", "issue", "handler", name, "--ca", self.folder / "ca/issuing", "--out", folder, *options)
        shown = subprocess.run(
            ["openssl", "x509", "-in", folder / f"{name}.pem", "-noout", "-fingerprint", "-sha256"], check=True,
            capture_output=True, text=True).stdout
        password = (folder / f"{name}.password").read_text().strip()
        return shown.partition("=")[2].strip(), self.certificate(pfxPath=str(folder / f"{name}.p12"), passphrase=password)

    def revoke(self, certificate):
        """Ends a certificate, and tells the running desk."""
        authority = self.folder / "ca/issuing"
        self.guandu("ca", "revoke", certificate, "--reason", "keyCompromise", "--ca", authority)
        self.guandu("trust", "import-crl", "--config", self.folder / "intranet/zone.yaml", authority / "crl.pem")

    def certificate(self, **files):
        return {"origin": self.desk, **files}

    def sms_code(self, phone, since, patience_seconds=10):
        """The code in the newest message to `phone` that was written after `since`."""
        deadline = time.monotonic() + patience_seconds
        while time.monotonic() < deadline:
            for file in sorted((self.folder / "sms").glob("*.txt"), reverse=True):
                head, _, text = file.read_text("utf-8").partition("\n\n")
                if file.stat().st_mtime >= since and head.strip() == f"to: {phone}":
                    codes = re.findall(r"(?<!\d)\d{6}(?!\d)", text)
                    if len(codes) == 1:
                        return codes[0]
            time.sleep(0.1)
        raise AssertionError(f"no message to {phone}")


@dataclasses.dataclass
class Letter:
    number: str
    code: str
    password: str


class Visitor:
    def __init__(self, page, deployment, shot_prefix=""):
        self.page = page
        self.deployment = deployment
        self.shot_prefix = shot_prefix
        self.scripts_run = []
        page.on("dialog", lambda dialog: (self.scripts_run.append(dialog.message), dialog.dismiss()))

    def look(self, name):
        """Checks the page by axe, for width and for scripts, and takes its picture."""
        self.deployment.screenshots.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(
            path=self.deployment.screenshots / f"{self.shot_prefix}{name}.png", full_page=True
        )
        results = Axe().run(self.page)
        assert results.violations_count == 0, f"{name}: {results.generate_report()}"
        overflow = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, f"{name}: the page is wider than the screen by {overflow}"
        assert not self.scripts_run, f"{name}: a script ran"

    def submit(self, selector="main form button[type=submit]"):
        """Presses a button and returns the status of the page that follows."""
        with self.page.expect_navigation() as navigation:
            self.page.locator(selector).first.click()
        return navigation.value.status

    def error(self):
        return self.page.locator("#error").inner_text()

    def switch_language(self):
        """Presses the switch, or follows it where the page has no form. Returns the language that the page is in then."""
        with self.page.expect_navigation():
            self.page.locator("#language").click()
        return self.page.locator("html").get_attribute("lang")


class Citizen(Visitor):
    phone = None

    def open(self, path):
        return self.page.goto(self.deployment.portal + path).status

    def agree(self, look=False):
        self.open("/write")
        if look:
            self.look("notice")
        self.page.check("#agree")
        assert self.submit() == 200

    def ask_for_code(self, typed=None):
        self.phone = self.phone or "139" + "".join(random.choices("0123456789", k=8))
        started = time.time() - 0.05
        self.page.fill("#phone", typed or self.phone)
        status = self.submit()
        return self.deployment.sms_code(self.phone, started) if status == 200 else status

    def enter_code(self, code):
        self.page.fill("#code", code)
        return self.submit()

    def confirm_phone(self, look=False):
        self.agree(look)
        if look:
            self.look("phone")
        code = self.ask_for_code()
        if look:
            self.look("code")
        assert self.enter_code(code) == 200
        assert self.page.url.endswith("/write/letter")

    def fill(self, title="路灯不亮", text="小区门口的路灯坏了。", kind="question", publish="yes", mail="", files=()):
        self.page.select_option("#mailbox", index=1)
        self.page.check(f"#kind-{kind}")
        self.page.fill("#title", title)
        self.page.fill("#text", text)
        self.page.check(f"#publish-{publish}")
        self.page.fill("#mail", mail)
        if files:
            self.page.set_input_files("#attachment", files)

    def send(self):
        assert self.submit() == 200, self.error()
        assert self.page.url.endswith("/write/check")
        assert self.submit() == 200
        return self.credentials()

    def credentials(self):
        assert self.page.url.endswith("/write/done")
        return Letter(*(self.page.locator(f"#letter-{part}").inner_text() for part in ("number", "code", "password")))

    def look_up(self, code, password):
        self.open("/lookup")
        self.page.fill("#code", code)
        self.page.fill("#password", password)
        return self.submit()

    def wait_for_stage(self, stage, patience_seconds=30):
        wait_for_stage(self.page, stage, patience_seconds)


class Clerk(Visitor):
    def __init__(self, page, deployment, shot_prefix="desk-"):
        super().__init__(page, deployment, shot_prefix)

    def open(self, path):
        """Opens a page, and comes in first where the desk asks for it."""
        status = self.page.goto(self.deployment.desk + path).status
        if status == 200 and self.page.locator("#login").count():
            return self.submit("#login")
        return status

    def open_letter(self, number, patience_seconds=30):
        deadline = time.monotonic() + patience_seconds
        while self.open(f"/letters/{number}") == 404:
            assert time.monotonic() < deadline, f"letter {number} has not arrived"
            time.sleep(0.3)

    def sign_for(self):
        assert self.submit("#sign-for") == 200
        assert self.page.get_attribute("#letter-stage", "data-stage") == "signed-for"

    def check_answer(self, text, visibility):
        """Goes to the page that shows the answer before it is sent."""
        self.page.fill("#text", text)
        self.page.check(f"#visibility-{visibility}")
        return self.submit("#check-answer")

    def answer(self, text, visibility):
        status = self.check_answer(text, visibility)
        return self.submit("#send-answer") if status == 200 else status

    def decline(self, reason, look=None):
        self.page.locator("summary").click()
        self.page.fill("#reason", reason)
        assert self.submit("#check-decline") == 200, self.error()
        if look:
            self.look(look)
        return self.submit("#decline")

    def remove(self, link):
        """Follows a link that removes something, and says yes on the page that asks."""
        with self.page.expect_navigation():
            self.page.locator(link).first.click()
        return self.submit("#confirm")


def wait_for_stage(page, stage, patience_seconds):
    deadline = time.monotonic() + patience_seconds
    while page.get_attribute("#letter-stage", "data-stage") != stage:
        assert time.monotonic() < deadline, page.get_attribute("#letter-stage", "data-stage")
        time.sleep(0.3)
        page.reload()


def photo(width=900, height=600):
    """A PNG of coloured noise, some 1.5 MB."""

    def chunk(kind, data):
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    rows = b"".join(b"\0" + random.randbytes(3 * width) for _ in range(height))
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def file(name, content, kind="application/octet-stream"):
    return {"name": name, "mimeType": kind, "buffer": content}


def self_signed(folder, name):
    """A certificate that nobody issued, of a name that somebody has."""
    certificate, key = folder / "self.pem", folder / "self.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
         "-subj", f"/CN={name}", "-addext", "extendedKeyUsage=clientAuth", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )
    return {"certPath": str(certificate), "keyPath": str(key)}
