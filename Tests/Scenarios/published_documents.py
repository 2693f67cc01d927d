"""A document's whole way at the desk, from the draft to the seal, by the people of a new deployment."""

import html
import re
import signal
import subprocess
import time
import urllib.parse

from deployment import BINARIES, Client, Clerk, eventually, expect

NOTATION = """form: general
mark: 安澜市人民政府文件
title: {title}
to: 各镇人民政府
issuer: 安澜市人民政府
date: {date}

{text}
"""


class Official(Clerk):
    """Somebody of `people/`, by the name of their certificate's file."""

    def __init__(self, deployment, name, zone="intranet"):
        pem = deployment.folder.parent / f"{name}.pem"
        if not pem.exists():
            made = subprocess.run(
                ["openssl", "pkcs12", "-in", deployment.folder / f"people/{name}.p12", "-nodes", "-passin",
                 f"file:{deployment.folder}/people/{name}.password"], check=True, capture_output=True).stdout
            pem.touch(0o600)
            pem.write_bytes(made)
        Client.__init__(self, deployment, zone, pem)

    def field(self, path, name):
        return html.unescape(re.search(rf'name="{name}" value="([^"]*)"', self.page(path)).group(1))


class Office:
    """The signer and the officials of a running deployment, and a seal in the register."""

    def __init__(self, deployment):
        self.deployment = deployment
        log = (deployment.folder.parent / "signer.log").open("ab")
        self.signer = subprocess.Popen(
            [BINARIES / "guandu-signer", "--config", deployment.folder / "signer/signer.yaml"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        eventually(lambda: (deployment.folder / "signer/run/signer.sock").exists(), "the signer listens", 30)
        for table in ("units", "people"):
            done = deployment.guandu(
                "people", "import", "--config", deployment.folder / "intranet/zone.yaml", table,
                deployment.folder / f"people/{table}.csv")
            assert done.returncode == 0, done
        self.drafter, self.leader, self.keeper, self.registrar = (
            Official(deployment, name) for name in ("drafter", "leader", "sealkeeper", "registrar"))
        self.pin = (deployment.folder / "seals/city.pin").read_text().strip()
        fields = {"owner": "安澜市人民政府", "signer": "office", "key": "city", "pdf-key": "city-pdf"}
        seal = (deployment.folder / "seals/city.esl").read_bytes()
        expect(303, self.keeper.post_file("/seals/new", "/seals", fields, ("file", "city.esl", seal)))

    def stop(self):
        self.signer.send_signal(signal.SIGTERM)
        self.signer.wait(30)

    def draft(self, title, text, disclosure="open"):
        return self.draft_of(NOTATION.replace("{title}", title).replace("{text}", text), disclosure)

    def draft_of(self, notation, disclosure):
        """Of a notation with `{date}` in it."""
        notation = notation.format(date=time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600)))
        fields = {"revision": "", "notation": notation, "series": "government", "disclosure": disclosure}
        expect(303, self.drafter.post_multipart("/documents/new", "/documents", fields))
        return self.drafter.headers["Location"].rpartition("/")[2]

    def seal(self, document):
        own = f"/documents/{document}"
        expect(303, self.drafter.post(
            own + "/request", own + "/request", decision=self.drafter.field(own + "/request", "decision"), reason="印发"))
        expect(303, self.leader.post(own + "/grant", own + "/grant", decision=self.leader.field(own + "/grant", "decision")))
        path = f"/sealing/{document}"
        expect(303, self.keeper.post(path, path, decision=self.keeper.field(path, "decision"), pin=self.pin))

    def publish(self, document):
        path = f"/documents/{document}/publish"
        expect(303, self.registrar.post(path, path, decision=self.registrar.field(path, "decision")))

    def withdraw(self, document, reason):
        path = f"/documents/{document}/withdraw"
        expect(303, self.registrar.post(path, path, decision=self.registrar.field(path, "decision"), reason=reason))

    def standing(self, document):
        found = re.search(r'data-standing="([a-z-]+)"', self.registrar.page(f"/documents/{document}"))
        return found and found.group(1)

    def file(self, document, kind):
        status, content = self.registrar.get(f"/documents/{document}/files/{kind}")
        assert status == 200
        return content

    def number(self, document):
        return re.search(r'id="document-number">([^<]+)<', self.registrar.page(f"/documents/{document}")).group(1)


def checked(client, content, name="document.ofd"):
    """What the portal says of a file."""
    status, page = client.post_file("/documents/check", "/documents/check", {}, ("file", name, content))
    assert status == 200, f"{status}: {page[:500]}"
    return verdict(page.decode())


def asked(client, number):
    return verdict(client.page("/documents/check?" + urllib.parse.urlencode({"number": number})))


def verdict(page):
    return re.search(r'data-verdict="([a-z]+)"', page).group(1)
