"""What the other zone refuses is shown as refused, in plain words, on both sites."""

import os
import sqlite3

import pytest


def test_a_letter_that_the_intranet_refuses_says_so_and_what_to_do(citizen):
    closed = os.environ.get("GUANDU_CLOSED_MAILBOX")
    if not closed:
        pytest.skip("this deployment has no mailbox that the intranet refuses")
    citizen.confirm_phone()
    citizen.fill("请修路", "停用信箱也收信吗？", publish="no")
    citizen.page.select_option("#mailbox", closed)
    letter = citizen.send()
    assert citizen.look_up(letter.code, letter.password) == 200
    citizen.wait_for_stage("refused")
    citizen.look("read-refused")
    assert citizen.page.locator("#letter-stage").inner_text() == "未能送达"
    words = citizen.page.locator("#letter-refusal").inner_text()
    assert "所选信箱已停用" in words and "受理编号" in words
    assert "已送达" not in citizen.page.locator("main").inner_text()
    assert citizen.page.locator("#letter-text").inner_text() == "停用信箱也收信吗？"
    citizen.open("/letter?lang=en")
    assert "could not be delivered" in citizen.page.locator("#letter-refusal").inner_text()


def test_an_answer_that_the_portal_refuses_is_marked_at_the_desk(citizen, clerk, deployment):
    citizen.confirm_phone()
    citizen.fill("将被遗忘的来信", publish="no")
    letter = citizen.send()
    clerk.open_letter(letter.number)
    clerk.sign_for()
    citizen.look_up(letter.code, letter.password)
    citizen.wait_for_stage("signed-for")
    with sqlite3.connect(deployment.folder / "dmz/data/zone.sqlite", timeout=10) as database:
        database.execute("DELETE FROM citizen_letter WHERE number = ?", [letter.number])
    assert clerk.answer("已办理。", "private") == 200
    for _ in range(100):
        if clerk.page.locator("#outcome-refusal").count():
            break
        clerk.page.wait_for_timeout(200)
        clerk.page.reload()
    clerk.look("answer-refused")
    assert "门户拒收：外网没有这封来信" in clerk.page.locator("#outcome-refusal").inner_text()
    assert "门户已确认收到" not in clerk.page.locator("main").inner_text()
    clerk.open("/folders/concluded")
    clerk.look("folder-refused")
    row = clerk.page.locator("tr", has_text=letter.number)
    assert row.locator("[data-stage=refused]").count() == 1
