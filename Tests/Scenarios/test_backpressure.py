"""A drop that nobody empties: letters wait, then the portal says that it takes no more, and it recovers by itself."""

import json

from deployment import Client, Clerk, expect, eventually, look_up, reach_letter_form, stage, write_letter

FIELDS = {"mailbox": "mayor", "kind": "complaint", "title": "第四封", "text": "写了很久的信", "publish": "no", "mail": ""}
FULL = "暂时不能接收"


def alerts(deployment, message):
    lines = [json.loads(line) for line in deployment.log("dmz").read_text().splitlines() if line.startswith("{")]
    return [line for line in lines if line["message"] == message]


def refused(client, answer):
    """A page that says so, with the time after which to try again."""
    status, content = answer
    assert status == 503 and FULL in content.decode(), f"{status}: {content[:500]}"
    assert client.headers["Retry-After"] == "600"
    return content.decode()


def test_a_full_drop_is_told_of_before_anybody_writes_and_heals_by_itself(deployment):
    deployment.set_limits("drop_max_packets", 1)
    # Three letters, and the portal's keepsake.
    deployment.set_limits("outbox_max_messages", 4)
    deployment.start("dmz")
    writing, sending = Client(deployment, "dmz"), Client(deployment, "dmz")
    reach_letter_form(writing, "13800138010")
    reach_letter_form(sending, "13800138011")
    token = writing.csrf("/write/letter")
    expect(303, sending.post_multipart("/write/letter", "/write/letter", FIELDS))
    letters = [write_letter(deployment, f"1380013800{number}", f"第{number}封", "正文") for number in range(3)]
    assert len(list(deployment.drop("dmz").iterdir())) <= 2, "the drop is not filled further"

    # At the beginning, at the upload, at the sending: the same word, and nothing half done.
    newcomer = Client(deployment, "dmz")
    refused(newcomer, newcomer.get("/write"))
    refused(writing, writing.get("/write/letter"))
    for files in ((), [("photo.jpg", b"\xff\xd8\xff" * 1000)]):
        page = refused(writing, writing.post_multipart(None, "/write/letter", FIELDS, files, token))
        assert "写了很久的信" in page
    refused(sending, sending.post("/write/check", "/write/send"))
    assert deployment.count("dmz", "SELECT COUNT(*) FROM citizen_letter") == 3
    assert not list((deployment.folder / "dmz/data/spool").iterdir())
    assert not list((deployment.folder / "dmz/data/blobs").iterdir())
    assert stage(look_up(deployment, *letters[0][1:])) == "sent", "looking up goes on"
    assert len(alerts(deployment, "no letters are taken: too much waits for the peer, or the disk is full")) == 1

    deployment.start("intranet")
    for number, code, password in letters:
        eventually(lambda: stage(look_up(deployment, code, password)) == "delivered", f"{number} is delivered")
    eventually(lambda: Client(deployment, "dmz").get("/write")[0] == 200, "the portal takes letters again")
    assert len(alerts(deployment, "letters are taken again")) == 1
    expect(303, sending.post("/write/check", "/write/send"))
    expect(303, writing.post_multipart("/write/letter", "/write/letter", FIELDS, [("photo.jpg", b"\xff\xd8\xff" * 1000)]))
    expect(303, writing.post("/write/check", "/write/send"))
    clerk = Clerk(deployment)
    for number, _, _ in letters:
        assert clerk.get(f"/letters/{number}")[0] == 200
    eventually(lambda: deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter") == 5, "all five arrive")
