"""Makes the deployment of an earlier build, with letters under way, that test_upgrade.py upgrades.

usage: GUANDU_BINARIES=... GUANDU_ROOT=... python make.py OUT.tar.xz, with the folder of that build's Tests/Scenarios first in PYTHONPATH
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from deployment import Deployment, Clerk, eventually, look_up, stage, write_letter, expect

out = pathlib.Path(sys.argv[1])
with tempfile.TemporaryDirectory() as scratch:
    deployment = Deployment(pathlib.Path(scratch) / "zones")
    letters = {}

    def write(name, phone, **more):
        number, code, password = write_letter(deployment, phone, f"标题{name}", f"正文{name}", **more)
        letters[name] = {"number": number, "code": code, "password": password}
        return number, code, password

    def reaches(name, wanted):
        letter = letters[name]
        eventually(lambda: stage(look_up(deployment, letter["code"], letter["password"])) == wanted, f"{name} is {wanted}")

    deployment.start("dmz", "intranet")
    for index, name in enumerate(["delivered", "signed", "answered", "public", "declined", "answer-under-way"]):
        write(name, f"1390013800{index}", files=[("路灯.txt", b"one\n" * 1000)] if name == "signed" else ())
        time.sleep(1)
    for name in letters:
        reaches(name, "delivered")
    clerk = Clerk(deployment)
    for name in ("signed", "answered", "public", "declined", "answer-under-way"):
        expect(303, clerk.sign_for(letters[name]["number"]))
    for name in ("signed", "answered", "public", "declined", "answer-under-way"):
        reaches(name, "signed-for")
    expect(303, clerk.answer(letters["answered"]["number"], "私下答复"))
    expect(303, clerk.answer(letters["public"]["number"], "公开答复", "public"))
    number = letters["declined"]["number"]
    expect(303, clerk.post(f"/letters/{number}", f"/letters/{number}/decline", reason="不属受理范围。"))
    reaches("answered", "answered")
    reaches("public", "answered")
    reaches("declined", "declined")
    # Answered while the DMZ is away: the answer lies in the drop.
    deployment.stop("dmz")
    expect(303, clerk.answer(letters["answer-under-way"]["number"], "在途答复"))
    time.sleep(3)
    deployment.stop("intranet")
    # Written while the intranet is away: the letter lies in the drop, with an attachment.
    deployment.start("dmz")
    write("under-way", "13900138010", files=[("附件.txt", b"two\n" * 5000)])
    time.sleep(3)
    deployment.stop("dmz")
    (deployment.folder / "letters.json").write_text(json.dumps(letters, ensure_ascii=False, indent=1))
    for file in deployment.folder.rglob("*"):
        if file.is_socket() or file.suffix == ".lock":
            file.unlink()
    subprocess.run(["tar", "-C", scratch, "--owner=0", "--group=0", "--numeric-owner", "-cJf", out, "zones"], check=True)
print(out.stat().st_size)
