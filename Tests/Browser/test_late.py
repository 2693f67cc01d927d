"""A silent link is told of in words, on both sites."""

import sqlite3
import time

THREE_DAYS = 3 * 86_400_000


def silence(deployment, zone, visitor, path):
    """Opens `path` as it looks after three days without a word of the peer, whose next word may come at any moment."""
    for _ in range(20):
        with sqlite3.connect(deployment.folder / zone / "data/zone.sqlite", timeout=10) as database:
            database.execute("UPDATE peer_state SET last_seen = ?", [int(time.time() * 1000) - THREE_DAYS])
        visitor.open(path)
        if visitor.page.locator("#link-late").count():
            return
        visitor.page.wait_for_timeout(300)
    raise AssertionError("the page never told of it")


def test_a_late_link_is_told_of_and_the_pages_stay_accessible(citizen, clerk, deployment):
    citizen.confirm_phone()
    citizen.fill("联络中断时的来信", publish="no")
    letter = citizen.send()
    citizen.look_up(letter.code, letter.password)
    citizen.wait_for_stage("delivered")
    assert "签名回执确认" in citizen.page.locator("#stage-means").inner_text()
    silence(deployment, "dmz", citizen, "/letter")
    citizen.look("read-late")
    assert "内网最近一次联络：3天前" in citizen.page.locator("#link-late").inner_text()
    silence(deployment, "dmz", citizen, "/letter?lang=en")
    assert "3 days ago" in citizen.page.locator("#link-late").inner_text()
    silence(deployment, "intranet", clerk, "/folders/to-do")
    clerk.look("folder-late")
    silence(deployment, "intranet", clerk, f"/letters/{letter.number}")
    clerk.look("letter-late")
    assert "与门户的联络已中断" in clerk.page.locator("#link-late").inner_text()
