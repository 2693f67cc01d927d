"""A second office, whose intranet is linked with the first one's: under the same root, with units and people of its own."""

import re
import shutil

from deployment import Deployment, free_port
from published_documents import Official

ZONE = "county"

LINK = """  - peer: {peer}
    peer_role: intranet
    outgoing_drop: ../drop/{zone}-to-{peer}
    incoming_drop: ../drop/{peer}-to-{zone}
    peer_signing_certificates: [keys/{peer}-signing.pem]
    peer_encryption_certificate: keys/{peer}-encryption.pem
    escrow_certificates: []
    suites: [x25519-chacha20poly1305-ed25519]
    limits:
      redrop_seconds: 2
      poll_seconds: 1
    policy:
      outgoing: &policy
        messages: {messages}
        highest_classification: {highest}
        blob_max_bytes: 33554432
        file_kinds: [application/ofd, application/pdf]
      incoming: *policy

"""
MESSAGES = "[document.delivered, document.signed-for, document.withdrawn, trust.crl, trust.certificates, audit.checkpoint, audit.cosigned]"


def link(zone, peer, highest="internal", messages=MESSAGES):
    # zone.yaml has no anchors.
    text = LINK.format(zone=zone, peer=peer, highest=highest, messages=messages)
    policy = re.search(r"&policy\n((?: {8}.*\n)+)", text).group(1)
    return text.replace(" &policy", "").replace(" *policy", "\n" + policy.rstrip("\n"))


def with_link(text, added):
    return text.replace("mailboxes: ../mailboxes.yaml", added + "mailboxes: ../mailboxes.yaml", 1)


def lay_out(deployment: Deployment, highest="internal"):
    """Before any daemon runs."""
    folder, own = deployment.folder / ZONE, deployment.folder / "intranet"
    keys = folder / "keys"
    keys.mkdir(parents=True)
    for name in ("site", "data", "backups"):
        (folder / name).mkdir()
    deployment.ports[ZONE] = free_port()

    def run(*arguments):
        done = deployment.guandu(*arguments)
        assert done.returncode == 0, done

    run("ca", "issue", "--ca", deployment.folder / "ca/issuing", "zone", ZONE, "--out", keys)
    run("ca", "issue", "--ca", deployment.folder / "ca/issuing", "server", f"{ZONE} site", "--host", "localhost",
        "--host", "127.0.0.1", "--out", folder / "site")
    for name in ("root.pem", "issuing.pem", "root-crl.pem", "issuing-crl.pem", "seal-trust.pem"):
        shutil.copy(own / "keys" / name, keys)
    for file in (folder / "site").iterdir():
        shutil.copy(file, keys / f"tls{file.suffix}")
    shutil.copy(own / "keys/signing.pem", keys / "intranet-signing.pem")
    shutil.copy(own / "keys/encryption.pem", keys / "intranet-encryption.pem")
    shutil.copy(own / "keys/peer-signing.pem", keys)
    shutil.copy(own / "keys/peer-encryption.pem", keys)
    shutil.copy(keys / "signing.pem", own / "keys" / f"{ZONE}-signing.pem")
    shutil.copy(keys / "encryption.pem", own / "keys" / f"{ZONE}-encryption.pem")
    for name in (f"intranet-to-{ZONE}", f"{ZONE}-to-intranet", f"{ZONE}-to-dmz", f"dmz-to-{ZONE}"):
        for part in ("tmp", "new"):
            (deployment.folder / "drop" / name / part).mkdir(parents=True)
    text = (own / "zone.yaml").read_text()
    (own / "zone.yaml").write_text(with_link(text, link("intranet", ZONE, highest)))
    text = text.replace("zone: intranet", f"zone: {ZONE}").replace("../drop/intranet-to-dmz", f"../drop/{ZONE}-to-dmz")
    text = text.replace("../drop/dmz-to-intranet", f"../drop/dmz-to-{ZONE}")
    text = text.replace(f"port: {deployment.ports['intranet']}", f"port: {deployment.ports[ZONE]}")
    (folder / "zone.yaml").write_text(with_link(text, link(ZONE, "intranet", highest)))
    for zone in ("intranet", ZONE):
        run("config", "check", deployment.folder / zone / "zone.yaml")


class Neighbour:
    """The people of the second office; the certificates are those of the first's, since one authority issued both."""

    def __init__(self, deployment):
        for table in ("units", "people"):
            done = deployment.guandu(
                "people", "import", "--config", deployment.folder / ZONE / "zone.yaml", table,
                deployment.folder / f"people/{table}.csv")
            assert done.returncode == 0, done
        self.registrar = self.person(deployment, "registrar")
        self.drafter = self.person(deployment, "drafter")

    @staticmethod
    def person(deployment, name):
        return Official(deployment, name, ZONE)
