"""What docs/threat-model.md says that nothing stops, shown; and what does stop the owner of an issuing authority's key."""

import shutil
import subprocess

from cryptography import x509

from deployment import Client, Clerk, eventually, write_letter
from test_by_hand import build_packet, identifier


def browser_file(folder, name):
    pem = folder / f"{name}.browser.pem"
    pem.touch(0o600)
    pem.write_bytes(subprocess.run(
        ["openssl", "pkcs12", "-in", folder / f"{name}.p12", "-nodes", "-passin", f"file:{folder}/{name}.password"],
        check=True, capture_output=True).stdout)
    return pem


def issue(deployment, kind, name, folder):
    folder.mkdir(parents=True)
    done = deployment.guandu("ca", "issue", kind, name, "--ca", deployment.folder / "ca/issuing", "--out", folder)
    assert done.returncode == 0, done.stderr


def test_the_owner_of_the_desks_issuing_key_is_nobody_until_enrolled(deployment, tmp_path):
    deployment.start("dmz", "intranet")
    number = write_letter(deployment, "13800138000", "路灯", "请修理。")[0]
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter"), "the letter arrives")
    real = x509.load_pem_x509_certificate((deployment.folder / "people/clerk.pem").read_bytes())
    (name,) = [part.value for part in real.subject if part.oid == x509.NameOID.COMMON_NAME]
    issue(deployment, "handler", name, tmp_path / "thief")
    thief = Client(deployment, "intranet", browser_file(tmp_path / "thief", name))
    for path in ("/", "/me", "/login", f"/letters/{number}", "/people"):
        assert thief.get(path)[0] == 403, path
    assert Clerk(deployment).get(f"/letters/{number}")[0] == 200


def test_the_owner_of_an_issuing_key_cannot_send_as_a_zone_that_the_link_knows_by_its_certificate(deployment, tmp_path):
    issue(deployment, "zone", "dmz", tmp_path / "forged")
    shutil.copy(deployment.folder / "dmz/keys/peer-encryption.pem", tmp_path / "forged")
    message = {"id": identifier(), "type": "notice.sent", "subject": identifier(), "after": [],
               "at": "2026-11-23T00:00:00Z", "body": {"notice": "none"}}
    deployment.start("intranet")
    hidden = deployment.drop("dmz") / ".forged"
    hidden.write_bytes(build_packet(tmp_path / "forged", [message]))
    hidden.rename(deployment.drop("dmz") / "forged.gdp")
    quarantine = deployment.folder / "intranet/data/quarantine"
    reasons = eventually(lambda: list(quarantine.glob("*.reason")), "it is quarantined")
    assert "code: peer" in reasons[0].read_text()
    assert deployment.count("intranet", "SELECT COUNT(*) FROM applied_message") == 0


def test_who_owns_the_intranets_disk_reads_every_letter(deployment):
    deployment.start("dmz", "intranet")
    _, code, _ = write_letter(deployment, "13812345678", "题目", "内网磁盘上的明文。", publish="no")
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter"), "the letter arrives")
    deployment.stop()
    disk = b"".join(
        file.read_bytes() for file in (deployment.folder / "intranet/data").rglob("*") if file.is_file())
    assert "内网磁盘上的明文。".encode() in disk and b"13812345678" in disk, "as the threat model says"
    for secret in (code, code.replace("-", "")):
        assert secret.encode() not in disk, "what the citizen alone has is not there either"
