"""A daemon starts only on what it can work with, and stops leaving nothing half done."""

import subprocess

from deployment import BINARIES, Client, write_letter


def run(zone, config):
    return subprocess.run([BINARIES / f"guandu-{zone}", "--config", config], capture_output=True, text=True, timeout=60)


def test_a_second_daemon_on_the_same_folder_is_refused(deployment):
    deployment.start("dmz")
    second = run("dmz", deployment.folder / "dmz/zone.yaml")
    assert second.returncode == 75
    assert "another daemon runs on this folder" in second.stderr
    assert Client(deployment, "dmz").get("/health")[0] == 200


def test_a_daemon_refuses_the_other_role_and_a_key_that_others_can_read(deployment):
    wrong = run("intranet", deployment.folder / "dmz/zone.yaml")
    assert wrong.returncode == 78 and "role" in wrong.stderr
    key = deployment.folder / "dmz/keys/signing.key"
    key.chmod(0o640)
    open_key = run("dmz", deployment.folder / "dmz/zone.yaml")
    assert open_key.returncode == 78 and "signing.key" in open_key.stderr
    assert "PRIVATE" not in open_key.stderr


def test_a_wrong_configuration_names_file_line_and_key(deployment):
    config = deployment.folder / "dmz/zone.yaml"
    config.write_text(config.read_text().replace("poll_seconds: 1", "poll_seconds: never"))
    refused = run("dmz", config)
    assert refused.returncode == 78
    assert f"{config}:" in refused.stderr and "poll_seconds" in refused.stderr
    checked = deployment.guandu("config", "check", config)
    assert checked.returncode == 78


def test_a_stop_is_clean_and_quick_and_tells_no_secret(deployment):
    deployment.start("dmz", "intranet")
    number, code, password = write_letter(deployment, "13800138000", "关于路灯", "请修理路灯。")
    deployment.stop()
    for zone in ("dmz", "intranet"):
        log = deployment.log(zone).read_text()
        assert '"message":"stopped"' in log
        for secret in ("13800138000", code, password, "路灯"):
            assert secret not in log
        assert not list((deployment.folder / zone / "data/spool").iterdir())
