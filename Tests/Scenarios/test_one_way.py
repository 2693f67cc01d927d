"""A link on which nothing comes back: packets are repeated, and then count as sent, not confirmable."""

import json

from deployment import Clerk, eventually, look_up, stage, write_letter

TIMES = 3


def events(deployment, message):
    lines = [json.loads(line) for line in deployment.log("dmz").read_text().splitlines() if line.startswith("{")]
    return [(line["lane"], line["seq"]) for line in lines if line["message"] == message]


def test_each_packet_is_dropped_so_many_times_and_then_counts_as_sent(deployment):
    nothing = deployment.folder / "drop/nothing"
    (nothing / "new").mkdir(parents=True)
    config = deployment.folder / "dmz/zone.yaml"
    config.write_text(config.read_text().replace(
        "    incoming_drop: ../drop/intranet-to-dmz\n",
        f"    incoming_drop: {nothing}\n    receipts: none\n    repeat_times: {TIMES}\n"))
    deployment.set_limits("redrop_seconds", 1)
    deployment.start("dmz", "intranet")
    number, code, password = write_letter(deployment, "13800138000", "路灯", "请修理路灯。", [("a.txt", b"plan" * 500)])
    clerk = Clerk(deployment)
    eventually(lambda: clerk.get(f"/letters/{number}")[0] == 200, "the letter is on the desk")
    for packet in [("m", "1"), ("b", "1")]:
        eventually(lambda: packet in events(deployment, "packet sent, not confirmable"), f"{packet} is given up")
        assert events(deployment, "packet dropped again, no receipt yet").count(packet) == TIMES - 1
    # The citizen is not told more than is known.
    assert stage(look_up(deployment, code, password)) == "sent"
    second, _, _ = write_letter(deployment, "13800138001", "长椅", "请添置长椅。")
    eventually(lambda: ("m", "2") in events(deployment, "packet sent, not confirmable"), "the second is given up")
    eventually(lambda: clerk.get(f"/letters/{second}")[0] == 200, "the second letter is on the desk")
    assert events(deployment, "packet dropped again, no receipt yet").count(("m", "1")) == TIMES - 1
    # Kept for a while, for an operator.
    assert deployment.count("dmz", "SELECT COUNT(*) FROM sent_packet WHERE confirmed = 2") == 3
    deployment.stop()
    deployment.start("dmz", "intranet")
    third, _, _ = write_letter(deployment, "13800138002", "公交", "请增加班次。")
    eventually(lambda: ("m", "3") in events(deployment, "packet sent, not confirmable"), "the third is given up")
    assert events(deployment, "packet dropped again, no receipt yet").count(("m", "1")) == TIMES - 1
