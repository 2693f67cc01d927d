"""Nothing of a letter lies in the clear on the DMZ's disk, at any stage of its life."""

import base64
import os
import re
import signal

from deployment import Client, Clerk, eventually, expect, files_under, look_up, reach_letter_form, stage, confirmation

PHONE = "13812345678"
MAIL = "citizen.secret@example.cn"
TITLE = "举报采购舞弊线索"
TEXT = "张某某在采购仓库验收中收受贿赂，证据见附件。Whistleblower-Marker-7391"
ANSWER = "我们已经成立核查小组处理此线索。Answer-Marker-5512"
ATTACHMENT = "附件内容：银行流水账目明细 Attachment-Marker-8820".encode() * 50
NAME = "账目明细证据.txt"


def forms(text):
    """A text as it could lie on a disk: each encoding, and each of its base64 alignments."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gbk"):
        plain = text.encode(encoding)
        yield plain
        yield plain.hex().encode()
        yield plain.hex().upper().encode()
        for shift in range(3):
            encoded = base64.b64encode(b"\0" * shift + plain)
            core = encoded[4:-4]
            if len(core) >= 8:
                yield core
    yield text.encode("unicode_escape")
    if text.isascii():
        yield text[::-1].encode()


WORDS = [PHONE, MAIL, "举报采购", "采购舞弊", "张某某", "收受贿赂", "Whistleblower-Marker", "银行流水", "Attachment-Marker",
         "账目明细", "核查小组", "Answer-Marker"]
NEEDLES = {form for word in WORDS for form in forms(word) if len(form) >= 6}


def dmz_bytes(deployment):
    """Every file that the DMZ wrote or could have written."""
    for folder in (deployment.folder / "dmz", deployment.drop("dmz").parent):
        yield from files_under(folder)
    log = deployment.log("dmz")
    yield log, log.read_bytes()
    process = deployment.daemons.get("dmz")
    if process:
        for descriptor in os.listdir(f"/proc/{process.pid}/fd"):
            path = f"/proc/{process.pid}/fd/{descriptor}"
            try:
                target = os.readlink(path)
                if target.startswith("/") and not target.startswith(("/dev/", "/proc/")):
                    yield target, open(path, "rb").read()
            except OSError:
                continue


def search(deployment, after, forgive=()):
    looked_at = 0
    for file, content in dmz_bytes(deployment):
        looked_at += 1
        for needle in NEEDLES - set(forgive):
            assert needle not in content, f"after {after}: {file} holds {needle!r}"
    assert looked_at > 5


def test_the_search_itself_finds_what_is_there(deployment, tmp_path):
    for word in WORDS:
        for encoded in (word.encode(), word.encode("utf-16-le"), word.encode("gbk"), word.encode().hex().encode(),
                        base64.b64encode(b"xx" + word.encode() + b"yy")):
            assert any(needle in b"..." + encoded + b"..." for needle in NEEDLES), word


def test_the_dmz_forgets(deployment):
    deployment.start("dmz")
    client = Client(deployment, "dmz")
    reach_letter_form(client, PHONE)
    search(deployment, "the SMS code")
    fields = {"mailbox": "mayor", "kind": "complaint", "title": TITLE, "text": TEXT, "publish": "no", "mail": MAIL}
    expect(303, client.post_multipart("/write/letter", "/write/letter", fields, [(NAME, ATTACHMENT)]))
    search(deployment, "writing")
    client.page("/write/check")
    expect(303, client.post("/write/check", "/write/send"))
    number, code, password = confirmation(client)
    search(deployment, "sending")
    for secret in (code, code.replace("-", "")):
        for file, content in dmz_bytes(deployment):
            assert secret.encode() not in content, f"{file} holds the letter code"
    eventually(lambda: list(deployment.drop("dmz").glob("*.b.*")), "the attachment is in the drop")
    search(deployment, "shipping")

    deployment.start("intranet")
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter"), "the letter arrives")
    eventually(lambda: deployment.count("dmz", "SELECT COUNT(*) FROM sent_packet WHERE confirmed = 0") == 0, "confirmed")
    deployment.back_up("intranet")
    eventually(lambda: deployment.count("dmz", "SELECT COUNT(*) FROM sent_packet") == 0, "secured and forgotten")
    search(deployment, "the receipt")
    assert not list((deployment.folder / "dmz/data/blobs").iterdir()), "the sealed attachment is forgotten too"
    assert not list((deployment.folder / "dmz/data/sent/intranet").iterdir())

    clerk = Clerk(deployment)
    expect(303, clerk.sign_for(number))
    expect(303, clerk.answer(number, ANSWER))
    page = eventually(
        lambda: (page := look_up(deployment, code, password)) and stage(page) == "answered" and page, "the answer")
    assert "Answer-Marker-5512" in page and "Whistleblower-Marker-7391" in page
    eventually(lambda: deployment.rows("intranet", "SELECT state FROM notice") == [("sent",)], "the notice went out")
    search(deployment, "the answer and its notice")
    deployment.kill("dmz")
    search(deployment, "a crash")
    deployment.start("dmz")
    assert look_up(deployment, code, password)
    deployment.stop("dmz")
    search(deployment, "a clean stop")


def test_core_dumps_are_off_and_memory_is_out_of_reach(deployment):
    deployment.start("dmz", "intranet")
    for process in deployment.daemons.values():
        limits = open(f"/proc/{process.pid}/limits").read()
        assert re.search(r"Max core file size\s+0\s+0\s", limits)
        status = open(f"/proc/{process.pid}/status").read()
        assert int(re.search(r"VmLck:\s+(\d+)", status).group(1)) > 0
        # /proc/PID/mem of a process that is not dumpable belongs to root.
        assert os.stat(f"/proc/{process.pid}/mem").st_uid == 0
        process.send_signal(signal.SIGSEGV)
        process.wait()
    assert not [file for file in deployment.folder.parent.rglob("core*") if file.is_file()]
    deployment.daemons.clear()
