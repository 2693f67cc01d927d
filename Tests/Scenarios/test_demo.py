"""A deployment is filled for trying out: a city's units and people, and letters on their way through the office."""

import re
import subprocess

import pytest

import deployment as zones


@pytest.fixture
def city(tmp_path):
    made = zones.Deployment(tmp_path / "zones")
    boxes = made.folder / "mailboxes.yaml"
    boxes.write_text(re.sub(r"(?m)^(- id: .*)$", r"\1\n  flow: letter", boxes.read_text()))
    try:
        yield made
    finally:
        made.kill_all()


def test_a_city_is_filled_and_filled_again(city):
    city.start("dmz", "intranet")
    counts = []
    for letters in (12, 3):
        done = city.guandu("demo", "fill", city.folder, "--letters", letters, "--seed", "7")
        assert done.returncode == 0, done
        states = dict(re.findall(r"^([a-z' :]+): (\d+)$", done.stdout, re.M))
        counts.append(sum(int(count) for count in states.values()))
        assert len(states) > 3 or letters < 12
    assert counts == [12, 3]
    # All of it was done by somebody, and is in the record of acts.
    export = city.guandu("acts", "export", "--config", city.folder / "intranet/zone.yaml", city.folder / "acts")
    assert export.returncode == 0, export
    acts = (city.folder / "acts/acts.jsonl").read_text("utf-8")
    assert acts.count('"letter.signed-for"') >= 8 and '"letter.present"' in acts
    people = city.folder / "people/city"
    assert len(list(people.glob("*.p12"))) == 118
    shown = subprocess.run(
        ["openssl", "pkcs12", "-in", people / "city-clerk.p12", "-passin", f"file:{people / 'city-clerk.password'}",
         "-nokeys"], capture_output=True, text=True)
    assert "city-clerk" in shown.stdout, shown


def test_what_cannot_be_filled_is_refused_with_what_is_to_be_done(tmp_path):
    made = zones.Deployment(tmp_path / "zones")
    for arguments, words in (
        ([tmp_path / "nowhere"], "no deployment for trying out"),
        ([made.folder], "mayor, chengguan-township, housing-department: write `flow: letter`"),
        ([made.folder, "--letters", "0"], "a number of letters from 1 to 5000"),
    ):
        done = made.guandu("demo", "fill", *arguments)
        assert done.returncode != 0 and words in done.stderr, done


def test_a_new_deployment_takes_the_flow_that_is_named(tmp_path):
    made = zones.Deployment(tmp_path / "zones")
    laid_out = made.guandu("init", tmp_path / "city", "--zones", zones.ROOT / "zones", "--flow", "letter")
    assert laid_out.returncode == 0, laid_out
    assert (tmp_path / "city/mailboxes.yaml").read_text("utf-8").count("\n  flow: letter\n") == 3
    checked = made.guandu("config", "check", tmp_path / "city/intranet/zone.yaml")
    assert checked.returncode == 0, checked
    assert made.guandu("init", tmp_path / "other", "--flow", "No Flow").returncode != 0
