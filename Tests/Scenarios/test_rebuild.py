"""A portal that has lost its disk comes back from the intranet, and its citizens' codes still open their letters."""

import shutil

from deployment import Clerk, eventually, look_up, stage, write_letter


def on_the_desk(deployment, number):
    return (number,) in deployment.rows("intranet", "SELECT number FROM desk_letter")


def test_a_dmz_that_lost_everything_is_rebuilt(deployment):
    deployment.start("dmz", "intranet")
    number, code, password = write_letter(deployment, "13800138000", "路灯", "请修理路灯。")
    eventually(lambda: on_the_desk(deployment, number), "the letter is on the desk")
    clerk = Clerk(deployment)
    clerk.sign_for(number)
    clerk.answer(number, "已修复。")
    eventually(lambda: stage(look_up(deployment, code, password)) == "answered", "the answer is there")
    deployment.kill("dmz")
    shutil.rmtree(deployment.folder / "dmz/data")
    (deployment.folder / "dmz/data").mkdir()
    deployment.start("dmz")
    assert deployment.guandu("link", "rebuild", "--config", deployment.folder / "intranet/zone.yaml").returncode == 0

    def is_back():
        return deployment.count("dmz", "SELECT COUNT(*) FROM citizen_letter WHERE stage = 'answered'") == 1

    eventually(is_back, "the letter is back")
    page = look_up(deployment, code, password)
    assert stage(page) == "answered" and "已修复。" in page and "请修理路灯。" in page
    later = write_letter(deployment, "13800138001", "又一封", "之后")
    assert later[0] != number
    eventually(lambda: on_the_desk(deployment, later[0]), "a new letter is on the desk")
