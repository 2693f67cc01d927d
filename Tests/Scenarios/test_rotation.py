"""New keys for both zones while letters and answers cross, by the commands of docs/certificates.md."""

import http.client
import os
import random
import threading
import time

from deployment import BINARIES, Client, Clerk, eventually, look_up, stage, write_letter

WRITERS = 2


class Load:
    """Citizens who write, with a photo now and then, and a clerk who answers, until told to stop."""

    def __init__(self, deployment):
        self.deployment = deployment
        self.accepted, self.done = [], threading.Event()
        self.threads = [threading.Thread(target=self.write, args=(writer,)) for writer in range(WRITERS)]
        self.threads.append(threading.Thread(target=self.work))
        for thread in self.threads:
            thread.start()

    def write(self, writer):
        number = 0
        while not self.done.is_set():
            number += 1
            files = [("photo.jpg", b"\xff\xd8\xff" + random.randbytes(100_000))] if number % 3 == 0 else []
            try:
                self.accepted.append(
                    write_letter(self.deployment, f"138{writer:02}{number:06}", f"信 {writer}-{number}", "正文", files))
            except (OSError, http.client.HTTPException, AssertionError, AttributeError):
                time.sleep(0.05)  # a daemon was killed

    def work(self):
        while not self.done.is_set():
            try:
                clerk = Clerk(self.deployment)
                for (letter,) in self.deployment.rows(
                        "intranet", "SELECT number FROM desk_letter WHERE stage = 'delivered' LIMIT 5"):
                    clerk.sign_for(letter)
                    clerk.answer(letter, f"答复 {letter}")
            except (OSError, http.client.HTTPException, AssertionError, AttributeError):
                pass
            time.sleep(0.05)

    def more(self, count=4):
        """Waits until more letters are accepted, of which the desk has some."""
        goal = len(self.accepted) + count
        eventually(lambda: len(self.accepted) >= goal, "letters are accepted", 120)

    def stop(self):
        self.done.set()
        for thread in self.threads:
            thread.join()


def command(deployment, *arguments):
    done = deployment.guandu(*arguments)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def config(deployment, zone):
    return deployment.folder / zone / "zone.yaml"


def members(deployment, zone):
    """The marks of each pair that was made."""
    own = deployment.folder / zone / "keys/rotated/own"
    return [sorted(path.name for path in folder.iterdir()) for folder in sorted(own.glob("[0-9]*"))]


def signs_alone(deployment, zone, pairs=1):
    return lambda: len(members(deployment, zone)) == pairs and "alone" in members(deployment, zone)[-1]


def rotate_intranet(deployment):
    command(deployment, "zone", "rotate", "--config", config(deployment, "intranet"),
            "--ca", deployment.folder / "ca/issuing", "--overlap-hours", "0")


def rotate_dmz(deployment):
    """The DMZ has no authority: its request crosses, and its certificates cross back."""
    told = command(deployment, "zone", "rotate", "--config", config(deployment, "dmz"), "--overlap-hours", "0")
    assert "the request leaves for intranet" in told
    eventually(lambda: deployment.guandu(
        "zone", "certify", "--config", config(deployment, "intranet"), "--ca", deployment.folder / "ca/issuing",
        "dmz").returncode == 0, "the request is there and is granted")


def assert_all_crossed(deployment, load):
    eventually(
        lambda: deployment.count("dmz", "SELECT COUNT(*) FROM citizen_letter WHERE stage='sent'") == 0,
        "every letter is confirmed", 120)
    kept = [row[0] for row in deployment.rows("dmz", "SELECT number FROM citizen_letter ORDER BY number")]
    arrived = [row[0] for row in deployment.rows("intranet", "SELECT number FROM desk_letter ORDER BY number")]
    assert arrived == kept and {number for number, _, _ in load.accepted} <= set(kept)
    for zone in ("dmz", "intranet"):
        assert not list((deployment.folder / zone / "data/quarantine").glob("*")), f"{zone} quarantined a packet"
        assert deployment.count(zone, "SELECT COUNT(*) FROM refusal") == 0
        assert deployment.count(zone, "SELECT COUNT(*) FROM refused_message") == 0
        assert "refused" not in deployment.log(zone).read_text()


def test_both_zones_get_new_keys_under_load(deployment):
    deployment.start("dmz", "intranet")
    load = Load(deployment)
    try:
        load.more()
        photographed = next(iter(deployment.rows(
            "intranet", "SELECT number FROM desk_letter ORDER BY number LIMIT 1")))[0]
        rotate_intranet(deployment)
        rotate_dmz(deployment)
        load.more()
        for zone in ("dmz", "intranet"):
            deployment.back_up("dmz", "intranet")
            eventually(signs_alone(deployment, zone), f"the new pair of {zone} signs alone")
        load.more()
    finally:
        load.stop()
    assert_all_crossed(deployment, load)
    listed = command(deployment, "zone", "keys", "--config", config(deployment, "intranet"))
    assert listed.count("may sign") == 1 and listed.count("  signs\n") == 1
    # What was sealed for the old pair opens still, and after a restart.
    deployment.stop()
    deployment.start("dmz", "intranet")
    clerk = Clerk(deployment)
    assert clerk.get(f"/letters/{photographed}")[0] == 200
    for (number,) in deployment.rows(
            "intranet", "SELECT number FROM desk_letter WHERE CAST(content AS TEXT) LIKE '%photo.jpg%' LIMIT 5"):
        status, content = clerk.get(f"/letters/{number}/attachments/0")
        assert status == 200 and content.startswith(b"\xff\xd8\xff")
    number, code, password = load.accepted[0]
    assert stage(look_up(deployment, code, password)) in ("delivered", "signed-for", "answered")
    print(f"{len(load.accepted)} letters while both zones changed their keys")


def test_a_rotation_goes_on_after_kills(deployment):
    chance = random.Random(seed := random.randrange(2**32))
    print("seed", seed)
    deployment.start("dmz", "intranet")
    load = Load(deployment)
    try:
        load.more(2)
        rotate_intranet(deployment)
        rotate_dmz(deployment)
        for _ in range(6):
            zone = chance.choice(["dmz", "intranet"])
            deployment.kill(zone)
            time.sleep(chance.uniform(0, 0.3))
            deployment.start(zone)
            time.sleep(chance.uniform(0, 0.8))
        for zone in ("dmz", "intranet"):
            deployment.back_up("dmz", "intranet")
            eventually(signs_alone(deployment, zone), f"the new pair of {zone} signs alone", 120)
        load.more(2)
    finally:
        load.stop()
    assert_all_crossed(deployment, load)


def test_an_outside_authoritys_certificates_come_by_file(deployment, tmp_path):
    deployment.start("dmz", "intranet")
    told = command(deployment, "zone", "rotate", "--config", config(deployment, "dmz"), "--out", tmp_path)
    assert "guandu zone install" in told
    issuing = deployment.folder / "ca/issuing"
    command(deployment, "ca", "sign", tmp_path / "signing.csr", "--kind", "zone-signing", "--ca", issuing,
            "--out", tmp_path / "signing.pem")
    command(deployment, "ca", "sign", tmp_path / "encryption.pub", "--kind", "zone-encryption", "--name",
            "dmz encryption", "--ca", issuing, "--out", tmp_path / "encryption.pem")
    wrong = deployment.guandu("zone", "install", "--config", config(deployment, "dmz"),
                              tmp_path / "encryption.pem", tmp_path / "signing.pem")
    assert wrong.returncode == 1 and "signing (Ed25519)" in wrong.stderr
    command(deployment, "zone", "install", "--config", config(deployment, "dmz"),
            tmp_path / "signing.pem", tmp_path / "encryption.pem")
    eventually(lambda: "in-use" in members(deployment, "dmz")[0], "the new pair signs")
    # Within its overlap, a day, both are known.
    listed = command(deployment, "zone", "keys", "--config", config(deployment, "intranet"))
    assert listed.count("may sign") == 2


def encrypt_keys(deployment, zone, passphrase_file):
    import subprocess

    for name in ("signing", "encryption"):
        key = deployment.folder / zone / f"keys/{name}.key"
        sealed = subprocess.run(
            ["openssl", "pkcs8", "-topk8", "-in", key, "-v2", "aes-256-cbc", "-passout", f"file:{passphrase_file}"],
            check=True, capture_output=True).stdout
        key.write_bytes(sealed)


def test_keys_open_with_a_passphrase_from_a_file_or_a_credential(deployment, tmp_path):
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    passphrase = credentials / "guandu-keys"
    passphrase.touch(0o600)
    passphrase.write_text("馬到成功 correct horse\n")
    for zone in ("dmz", "intranet"):
        encrypt_keys(deployment, zone, passphrase)
    refused = deployment.guandu("config", "check", config(deployment, "dmz"))
    assert refused.returncode == 78 and "the key is encrypted, and no passphrase was given" in refused.stdout

    def name(zone, line):
        file = config(deployment, zone)
        file.write_text(file.read_text().replace("keys:\n", f"keys:\n  {line}\n", 1))

    name("dmz", f"passphrase_file: {passphrase}")
    name("intranet", "passphrase_credential: guandu-keys")
    assert deployment.guandu("config", "check", config(deployment, "dmz")).returncode == 0
    os.environ["CREDENTIALS_DIRECTORY"] = str(credentials)
    try:
        passphrase.chmod(0o440)  # as systemd shows a credential that it grants by an access list
        deployment.start("intranet")
        refused = deployment.guandu("config", "check", config(deployment, "dmz"))
        assert refused.returncode == 78 and "chmod 600" in refused.stdout
        passphrase.chmod(0o600)
        deployment.start("dmz")
        number, code, password = write_letter(deployment, "13800138000", "一", "二")
        eventually(lambda: stage(look_up(deployment, code, password)) == "delivered", "the letter crosses")
    finally:
        del os.environ["CREDENTIALS_DIRECTORY"]
