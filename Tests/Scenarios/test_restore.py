"""Backups that the daemons make, and what happens when one is put back."""

import shutil

from deployment import Clerk, eventually, look_up, stage, write_letter


def back_up_now(deployment, zone):
    deployment.back_up(zone)
    return names(deployment, zone)[-1]


def names(deployment, zone):
    listed = deployment.guandu("backup", "list", "--config", deployment.folder / zone / "zone.yaml")
    assert listed.returncode == 0, listed.stderr
    return listed.stdout.split()


def restore(deployment, zone, name):
    return deployment.guandu("backup", "restore", "--config", deployment.folder / zone / "zone.yaml", name)


def on_the_desk(deployment, number):
    return deployment.count("intranet", f"SELECT COUNT(*) FROM desk_letter WHERE number = '{number}'") == 1


def is_delivered(deployment, number):
    return deployment.count("dmz", f"SELECT COUNT(*) FROM citizen_letter WHERE number = '{number}' AND stage = 'delivered'")


def test_a_restored_intranet_gets_again_what_its_backup_does_not_cover(deployment):
    deployment.start("dmz", "intranet")
    old = write_letter(deployment, "13800000001", "旧信", "备份之前")
    eventually(lambda: is_delivered(deployment, old[0]), "the first letter is delivered")
    backup = back_up_now(deployment, "intranet")
    photo = ("photo.jpg", b"\xff\xd8\xff" + bytes(300_000))
    new = write_letter(deployment, "13800000002", "新信", "备份之后", [photo])
    eventually(lambda: is_delivered(deployment, new[0]), "the second letter is delivered")

    refused = restore(deployment, "intranet", backup)
    assert refused.returncode == 75 and "stop the daemon first" in refused.stderr
    deployment.kill("intranet")
    shutil.rmtree(deployment.folder / "intranet/data/blobs")
    assert "no backup" in restore(deployment, "intranet", "2020-01-01T00-00-00.000Z").stderr
    put_back = restore(deployment, "intranet", backup)
    assert put_back.returncode == 0, put_back.stderr
    assert on_the_desk(deployment, old[0]) and not on_the_desk(deployment, new[0])

    deployment.start("intranet")
    eventually(lambda: on_the_desk(deployment, new[0]), "the lost letter is on the desk again")
    clerk = Clerk(deployment)
    for number, code, password in (old, new):
        clerk.sign_for(number)
        status, _ = clerk.answer(number, f"答复 {number}")
        assert status == 303
        eventually(lambda: stage(look_up(deployment, code, password)) == "answered", "the answer is back")
    assert deployment.count("intranet", "SELECT COUNT(*) FROM desk_letter") == 2
    assert deployment.count("intranet", "SELECT MIN(epoch) FROM outgoing_stream") == 2
    for zone in ("dmz", "intranet"):
        assert not list((deployment.folder / zone / "data/quarantine").glob("*.gdp"))


def test_a_restored_dmz_uses_no_number_twice_and_gets_its_answers(deployment):
    deployment.start("dmz", "intranet")
    old = write_letter(deployment, "13800000001", "旧信", "备份之前")
    eventually(lambda: is_delivered(deployment, old[0]), "the first letter is delivered")
    backup = back_up_now(deployment, "dmz")
    lost = write_letter(deployment, "13800000002", "新信", "备份之后")
    eventually(lambda: is_delivered(deployment, lost[0]), "the second letter is delivered")
    clerk = Clerk(deployment)
    clerk.sign_for(old[0])
    clerk.answer(old[0], "答复")
    eventually(lambda: stage(look_up(deployment, *old[1:])) == "answered", "the answer is back")

    deployment.kill("dmz")
    assert restore(deployment, "dmz", backup).returncode == 0
    deployment.start("dmz")
    eventually(lambda: stage(look_up(deployment, *old[1:])) == "answered", "the answer comes again")
    later = write_letter(deployment, "13800000003", "又一封", "恢复之后")
    assert later[0] not in (old[0], lost[0])
    eventually(lambda: is_delivered(deployment, later[0]), "a letter of the new epoch is delivered")
    assert all(on_the_desk(deployment, number) for number, _, _ in (old, lost, later))
    assert deployment.count("dmz", "SELECT MIN(epoch) FROM outgoing_stream") == 2


def test_a_copied_back_folder_is_noticed_by_the_peers_word(deployment):
    """The whole data folder of before, put back by somebody who tells nobody."""
    deployment.start("dmz", "intranet")
    old = write_letter(deployment, "13800000001", "旧信", "之前")
    eventually(lambda: is_delivered(deployment, old[0]), "the first letter is delivered")
    deployment.stop("dmz")
    copy = deployment.folder / "copy"
    shutil.copytree(deployment.folder / "dmz/data", copy)
    deployment.start("dmz")
    lost = write_letter(deployment, "13800000002", "新信", "之后")
    eventually(lambda: is_delivered(deployment, lost[0]), "the second letter is delivered")
    deployment.kill("dmz")
    shutil.rmtree(deployment.folder / "dmz/data")
    copy.rename(deployment.folder / "dmz/data")
    deployment.start("dmz")
    eventually(
        lambda: deployment.count("dmz", "SELECT MIN(epoch) FROM outgoing_stream") == 2, "the peer's word opens an epoch")
    later = write_letter(deployment, "13800000003", "又一封", "恢复之后")
    eventually(lambda: is_delivered(deployment, later[0]), "a letter of the new epoch is delivered")
    assert on_the_desk(deployment, lost[0]) and on_the_desk(deployment, later[0])
