"""Kill -9 of either daemon at random under load: every accepted letter and every answer arrives once."""

import http.client
import random
import threading
import time

from deployment import Client, Clerk, eventually, look_up, stage, write_letter

KILLS = 50
WRITERS = 3


def test_nothing_is_lost_or_doubled(deployment):
    seed = random.randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    deployment.start("dmz", "intranet")
    accepted, answered, problems = [], set(), []
    done = threading.Event()

    def write(writer):
        number = 0
        while not done.is_set():
            number += 1
            try:
                files = [("photo.jpg", b"\xff\xd8\xff" + random.randbytes(300_000))] if number % 3 == 0 else []
                accepted.append(
                    write_letter(deployment, f"138{writer:02}{number:06}", f"信 {writer}-{number}", f"正文 {writer}-{number}", files))
            except (OSError, http.client.HTTPException, AssertionError, AttributeError):
                time.sleep(0.05)  # the daemon was killed, or is starting: this letter was not accepted

    def work():
        while not done.is_set():
            try:
                clerk = Clerk(deployment)
                for (letter,) in deployment.rows(
                        "intranet", "SELECT number FROM desk_letter WHERE stage IN ('delivered','signed-for') LIMIT 20"):
                    clerk.sign_for(letter)
                    status, _ = clerk.answer(letter, f"答复 {letter}")
                    if status == 303:
                        answered.add(letter)
            except (OSError, http.client.HTTPException, AssertionError, AttributeError):
                pass
            except Exception as problem:  # noqa: BLE001 - reported by the test
                if "locked" not in str(problem) and "no such table" not in str(problem):
                    problems.append(problem)
            time.sleep(0.05)

    threads = [threading.Thread(target=write, args=(index,)) for index in range(WRITERS)]
    threads.append(threading.Thread(target=work))
    for thread in threads:
        thread.start()
    try:
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.1, 1.2))
            zone = chance.choice(["dmz", "intranet"])
            deployment.kill(zone)
            deployment.start(zone, wait=chance.random() < 0.7)
    finally:
        for zone in deployment.daemons:
            eventually(lambda: deployment.answers(zone), f"{zone} answers")
        done.set()
        for thread in threads:
            thread.join()
    assert not problems, problems
    assert len(accepted) >= 20, f"only {len(accepted)} letters were accepted under load"

    kept = [row[0] for row in deployment.rows("dmz", "SELECT number FROM citizen_letter ORDER BY number")]
    assert len(kept) == len(set(kept)) and {number for number, _, _ in accepted} <= set(kept)
    eventually(
        lambda: deployment.count("dmz", "SELECT COUNT(*) FROM citizen_letter WHERE stage='sent'") == 0,
        "every letter is confirmed", 120)
    arrived = [row[0] for row in deployment.rows("intranet", "SELECT number FROM desk_letter ORDER BY number")]
    assert arrived == kept, "each letter that the portal kept is on the desk once, and no other"

    outcomes = {row[0] for row in deployment.rows("intranet", "SELECT number FROM desk_letter WHERE stage='answered'")}
    assert answered <= outcomes
    eventually(
        lambda: {row[0] for row in deployment.rows("dmz", "SELECT number FROM citizen_letter WHERE stage='answered'")}
        == outcomes, "every answer is back", 120)
    eventually(
        lambda: deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter WHERE stage='answered' AND outcome_delivered=0")
        == 0, "every answer is confirmed", 120)
    for number, code, password in random.sample(accepted, min(5, len(accepted))):
        page = look_up(deployment, code, password)
        if number in outcomes:
            assert stage(page) == "answered" and f"答复 {number}" in page
    for zone in ("dmz", "intranet"):
        assert not list((deployment.folder / zone / "data/quarantine").glob("*")), f"{zone} quarantined a true packet"
        assert deployment.count(zone, "SELECT COUNT(*) FROM refusal") == 0
    eventually(lambda: deployment.count("dmz", "SELECT COUNT(*) FROM sent_packet") == 0, "nothing is left to confirm", 120)
    # Without a letter that is waiting, no attachment is left in the DMZ but those of sessions that a kill ended.
    deployment.stop("dmz")
    deployment.start("dmz")
    assert not list((deployment.folder / "dmz/data/blobs").iterdir())
    attachments = deployment.count("intranet", "SELECT COUNT(*) FROM incoming_blob WHERE complete = 0")
    assert attachments == 0
    assert deployment.count("intranet", "SELECT COUNT(*) FROM incoming_blob WHERE complete = 1") > 0, "files crossed too"
    print(f"{KILLS} kills, {len(kept)} letters, {len(outcomes)} answers")


def test_a_second_press_and_a_lost_answer_make_one_letter(deployment):
    from deployment import confirmation, expect, reach_letter_form

    deployment.start("dmz")
    client = Client(deployment, "dmz")
    reach_letter_form(client, "13800138000")
    fields = {"mailbox": "mayor", "kind": "complaint", "title": "一", "text": "二", "publish": "no", "mail": ""}
    expect(303, client.post_multipart("/write/letter", "/write/letter", fields))
    token = client.csrf("/write/check")
    results = []

    def press():
        twin = Client(deployment, "dmz")
        twin.cookies = dict(client.cookies)
        results.append(twin.request("POST", "/write/send", f"csrf={token}")[0])

    threads = [threading.Thread(target=press) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(results) <= {303, 409} and 303 in results
    assert confirmation(client) == confirmation(client)
    assert deployment.count("dmz", "SELECT COUNT(*) FROM citizen_letter") == 1
