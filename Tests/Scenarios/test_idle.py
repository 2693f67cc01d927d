"""A zone that has nothing to do does next to nothing."""

import pathlib
import time

from deployment import eventually, write_letter

# Other tests on the same cores make threads wait for each other more often, so the calmest window counts: a poll that
# were new would show in each of them.
WINDOWS = 12
SECONDS = 5
# 20 were counted on two cores that were busy otherwise; one poll more of four times a second, on each of its threads,
# makes 36 of it.
WAKES_A_SECOND = 30


def wakes(process):
    """How often its threads have waited for something and gone on."""
    count = 0
    for task in pathlib.Path(f"/proc/{process.pid}/task").iterdir():
        try:
            status = (task / "status").read_text()
        except OSError:
            continue  # it has ended
        count += int(status.split("\nvoluntary_ctxt_switches:")[1].split()[0])
    return count


def test_an_idle_zone_hardly_wakes(deployment):
    deployment.start("dmz", "intranet")
    letter = write_letter(deployment, "13800000001", "一封信", "正文")
    sql = f"SELECT COUNT(*) FROM citizen_letter WHERE number = '{letter[0]}' AND stage = 'delivered'"
    eventually(lambda: deployment.count("dmz", sql) == 1, "the letter is delivered")
    # Logs are shown to each other, and copies written.
    time.sleep(10)
    calmest = {zone: float("inf") for zone in ("dmz", "intranet")}
    for _ in range(WINDOWS):
        before = {zone: wakes(deployment.daemons[zone]) for zone in calmest}
        time.sleep(SECONDS)
        for zone in calmest:
            calmest[zone] = min(calmest[zone], (wakes(deployment.daemons[zone]) - before[zone]) / SECONDS)
        if max(calmest.values()) < WAKES_A_SECOND:
            break
    for zone, each in calmest.items():
        assert each < WAKES_A_SECOND, f"{zone} wakes {each} times a second"
