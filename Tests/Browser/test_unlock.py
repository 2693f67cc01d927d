"""A letter that was locked by wrong guesses, and the way to unlock it."""

import random
import time


def guess_until_locked(citizen, code, password):
    wrong = str((int(password) + 1) % 1_000_000).zfill(6)
    for _ in range(10):
        assert citizen.look_up(code, wrong) == 422
        assert "信件编码或查询密码不正确" in citizen.error()
    assert citizen.look_up(code, wrong) == 429


def test_a_locked_letter_is_unlocked_with_its_authors_phone(citizen, deployment):
    citizen.confirm_phone()
    citizen.fill("会被猜的信", publish="no")
    letter = citizen.send()
    guess_until_locked(citizen, letter.code, letter.password)
    assert citizen.look_up(letter.code, letter.password) == 429
    citizen.look("locked")
    assert "已暂时锁定" in citizen.error() and "15分钟后再试" in citizen.error()
    citizen.page.click("a[href='/unlock']")
    citizen.look("unlock")

    citizen.page.fill("#code", letter.code)
    citizen.page.fill("#phone", "13900000001")
    assert citizen.submit() == 200
    other = citizen.page.locator("#unlock-sent").inner_text()
    time.sleep(1)
    assert not [f for f in (deployment.folder / "sms").glob("*.txt") if "13900000001" in f.read_text("utf-8")]
    citizen.page.fill("#code", "000000")
    assert citizen.submit() == 422

    citizen.open("/unlock")
    citizen.page.fill("#code", letter.code)
    citizen.page.fill("#phone", citizen.phone)
    started = time.time() - 0.05
    assert citizen.submit() == 200
    assert citizen.page.locator("#unlock-sent").inner_text() == other, "the same answer for a phone that does not belong"
    citizen.look("unlock-code")
    citizen.page.fill("#code", deployment.sms_code(citizen.phone, started))
    assert citizen.submit() == 200
    citizen.look("unlocked")
    assert citizen.look_up(letter.code, letter.password) == 200
    assert citizen.page.locator("#letter-title").count() == 1


def unknown_code():
    """A code with a right check symbol that no letter has."""
    alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    values = [random.randrange(32) for _ in range(19)]
    weighted = [value * 2 if place % 2 == 0 else value for place, value in enumerate(reversed(values))]
    check = (32 - sum(value // 32 + value % 32 for value in weighted) % 32) % 32
    symbols = "".join(alphabet[value] for value in [*values, check])
    return "-".join(symbols[place:place + 4] for place in range(0, 20, 4))


def test_a_code_that_there_is_not_gets_every_answer_that_a_wrong_password_gets(citizen):
    citizen.confirm_phone()
    citizen.fill("真有的信", publish="no")
    letter = citizen.send()
    wrong = str((int(letter.password) + 1) % 1_000_000).zfill(6)
    answers = []
    for code in (letter.code, unknown_code()):
        seen = [(citizen.look_up(code, wrong), citizen.error()) for _ in range(11)]
        answers.append(seen)
    assert answers[0] == answers[1]
    assert [status for status, _ in answers[1]] == [422] * 10 + [429]
