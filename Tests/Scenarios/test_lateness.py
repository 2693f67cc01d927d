"""A silent link is told of, with its age, on both sites, and no longer once it speaks again."""

import html
import sqlite3

from deployment import Clerk, eventually, look_up, stage, write_letter

TWO_HOURS = 2 * 3600 * 1000


def age_the_peer(deployment, zone):
    """What the zone's database says after two hours without a word."""
    with sqlite3.connect(deployment.folder / zone / "data/zone.sqlite", timeout=10) as database:
        changed = database.execute("UPDATE peer_state SET last_seen = last_seen - ?", [TWO_HOURS]).rowcount
    assert changed == 1


def test_the_citizen_sees_how_old_the_last_word_of_the_intranet_is(deployment):
    deployment.start("dmz")
    _, code, password = write_letter(deployment, "13800138000", "第一封", "内网还没有启动。")
    page = look_up(deployment, code, password)
    assert stage(page) == "sent" and "尚未与内网取得联络" in page
    deployment.start("intranet")
    eventually(lambda: stage(look_up(deployment, code, password)) == "delivered", "the first letter is delivered")
    assert 'id="link-late"' not in look_up(deployment, code, password)
    deployment.stop("intranet")
    age_the_peer(deployment, "dmz")
    late = look_up(deployment, code, password)
    assert "内网最近一次联络：2小时前。办理进度和答复可能有延迟" in late
    _, second, second_password = write_letter(deployment, "13800138001", "第二封", "内网停了。")
    page = look_up(deployment, second, second_password)
    assert stage(page) == "sent"
    assert "内网最近一次联络：2小时前。您的来信已妥善保存，恢复后自动送达。" in page
    deployment.start("intranet")
    eventually(lambda: stage(look_up(deployment, second, second_password)) == "delivered", "the second is delivered")
    assert 'id="link-late"' not in look_up(deployment, second, second_password)


def test_the_clerk_sees_it_too_and_which_outcome_waits(deployment):
    deployment.start("dmz", "intranet")
    number, code, password = write_letter(deployment, "13800138000", "路灯", "请修路灯。")
    clerk = Clerk(deployment)
    eventually(lambda: clerk.get(f"/letters/{number}")[0] == 200, "the letter is on the desk")
    assert clerk.sign_for(number)[0] == 303
    eventually(lambda: stage(look_up(deployment, code, password)) == "signed-for", "it is signed for")
    assert 'id="link-late"' not in clerk.page("/folders/tracking")
    deployment.stop("dmz")
    age_the_peer(deployment, "intranet")
    assert "与门户的联络已中断：最近一次联络在2小时前" in clerk.page("/folders/tracking")
    assert clerk.answer(number, "已修复。")[0] == 303
    page = html.unescape(clerk.page(f"/letters/{number}"))
    assert "等待送达" in page and "门户最近一次联络：2小时前。办理结果已妥善保存，恢复后自动送达。" in page
    deployment.start("dmz")
    eventually(lambda: "门户已确认收到" in clerk.page(f"/letters/{number}"), "the portal has confirmed")
    page = clerk.page(f"/letters/{number}")
    assert 'id="link-late"' not in page and 'id="outcome-late"' not in page
