"""Official work calendars: the shipped ones against another implementation, and the commands that check and use them."""

import datetime
import json
import shutil
import subprocess

import chinese_calendar
import pytest
from deployment import BINARIES, ROOT

SHIPPED = ROOT / "zones/calendars"
YEARS = sorted(int(path.stem) for path in SHIPPED.iterdir())


def calendar(*arguments, folder=SHIPPED):
    """Runs `guandu calendar`; without a folder, in the repository's root."""
    source = ["--calendars", folder] if folder else []
    return subprocess.run(
        [BINARIES / "guandu", "calendar", *map(str, arguments), *source], capture_output=True, text=True, cwd=ROOT)


def days(year):
    first = datetime.date(year, 1, 1)
    return [first + datetime.timedelta(n) for n in range((datetime.date(year + 1, 1, 1) - first).days)]


def kind(day):
    """By chinesecalendar, which others maintain from the same notices."""
    if day in chinese_calendar.constants.holidays:
        return "off"
    if day in chinese_calendar.constants.workdays:
        return "worked"
    return "weekend" if day.weekday() >= 5 else "workday"


def due_by_other(day, working_days):
    while working_days:
        day += datetime.timedelta(1)
        working_days -= chinese_calendar.is_workday(day)
    return day


@pytest.fixture
def own(tmp_path):
    """A copy of the shipped calendars to change."""
    return shutil.copytree(SHIPPED, tmp_path / "calendars")


def test_some_years_are_shipped_and_each_is_its_files():
    assert len(YEARS) >= 3 and YEARS == list(range(YEARS[0], YEARS[-1] + 1))


@pytest.mark.parametrize("year", YEARS)
def test_each_day_of_a_shipped_year_is_what_another_implementation_says(year):
    shown = json.loads(calendar("show", year, "--json").stdout)
    assert shown["year"] == year
    assert [(day["day"], day["kind"]) for day in shown["days"]] == [(str(day), kind(day)) for day in days(year)]
    assert all(("name" in day) == (day["kind"] == "off") for day in shown["days"])


@pytest.mark.parametrize("term", [1, 5, 15])
def test_due_dates_are_those_that_another_implementation_counts_to(term):
    begins = [day for year in YEARS for day in days(year)][:-45:23]
    for day in begins:
        due = json.loads(calendar("due", day, "--working-days", term, "--json").stdout)
        assert due["due"] == str(due_by_other(day, term)), day
        end = datetime.datetime.fromisoformat(due["due"] + "T00:00+08:00") + datetime.timedelta(1)
        assert due["end_milliseconds"] == end.timestamp() * 1000
        assert [version["year"] for version in due["calendars"]]


def test_a_due_date_is_explained_in_both_languages():
    due = calendar("due", "2026-02-10", "--working-days", 15, folder=None)
    assert due.returncode == 0, due.stderr
    assert due.stdout.splitlines() == [
        "2026-03-09",
        "自2026年2月10日起15个工作日，至3月9日；2月15日至23日休假，2月14日、28日上班",
        "15 working days from 10 Feb 2026 = 9 Mar; 15–23 Feb off; 14 and 28 Feb worked",
    ]
    more = calendar("due", "2026-02-08", "--days", 15, "--extended", 10, "--paused", 2)
    assert more.stdout.splitlines()[0] == "2026-03-09"
    moved = json.loads(calendar("due", "2026-02-08", "--days", 15, "--json").stdout)
    assert (moved["due"], moved["moved_from"]) == ("2026-02-24", "2026-02-23")


def test_a_year_without_a_calendar_is_said_and_not_guessed():
    due = calendar("due", "2026-12-20", "--working-days", 15)
    assert (due.returncode, due.stdout) == (78, "")
    assert "there is no calendar of 2027; add 2027.yaml to " in due.stderr
    assert calendar("show", 2027).returncode == 78


@pytest.mark.parametrize("arguments", [
    ["2026-02-30", "--days", "1"], ["2026-02-10"], ["2026-02-10", "--days", "1", "--working-days", "1"],
    ["2026-02-10", "--days", "3661"], ["2026-02-10", "--days", "0"], ["2026-02-10", "--working-days", "-1"],
    ["2026-02-10", "--days", "1", "--paused", "99999999999999999999"],
    ["2026-02-10", "--days", "1", "--config", "zone.yaml"],
])
def test_wrong_usage_is_told(arguments):
    refused = calendar("due", *arguments)
    assert (refused.returncode, refused.stdout) == (64, "")


def test_a_year_is_shown_as_a_wall_calendar():
    lines = calendar("show", 2026).stdout.splitlines()
    assert lines[:2] == ["2026  国办发明电〔2025〕7号  248 working days", ". weekend  * off  + worked"]
    assert all(len(line) <= 88 for line in lines)
    assert lines[4] == ("Mo  Tu  We  Th  Fr  Sa  Su    " * 3).rstrip()
    february = [line[30:58].split() for line in lines[5:11]]
    assert february[1] == ["2", "3", "4", "5", "6", "7.", "8."]
    assert february[2] == ["9", "10", "11", "12", "13", "14+", "15*"]
    assert "2026-02-15  2026-02-23  春节" in lines


def test_a_folder_is_checked_with_file_line_and_column(own):
    sound = subprocess.run([BINARIES / "guandu", "calendar", "check", own], capture_output=True, text=True)
    assert sound.returncode == 0 and sound.stdout.splitlines()[-1] == f"{own}: the calendars are sound"
    assert all(len(line.split()[-1]) == 64 for line in sound.stdout.splitlines()[:-1])
    (own / "2027.yaml").write_text("year: 2027\nnotice: a\noff:\n- {from: 2027-02-05, to: 2027-02-29, name: 春节}\nworked: []\n")
    bad = subprocess.run([BINARIES / "guandu", "calendar", "check", own], capture_output=True, text=True)
    assert (bad.returncode, bad.stderr) == (78, "guandu: 1 problem\n")
    assert bad.stdout.startswith(f"{own}/2027.yaml:4:26: off[0].to: '2027-02-29' is not valid")
    due = calendar("due", "2026-02-10", "--days", "1", folder=own)
    assert (due.returncode, due.stdout) == (78, "") and "2027.yaml:4:26" in due.stderr


def test_a_deployment_has_calendars_and_its_configuration_is_checked_with_them(deployment):
    config = deployment.folder / "intranet/zone.yaml"
    assert deployment.guandu("config", "check", config).returncode == 0
    due = deployment.guandu("calendar", "due", "2026-02-10", "--working-days", "15", "--config", config)
    assert due.stdout.splitlines()[0] == "2026-03-09", due.stderr
    file = deployment.folder / "calendars/2026.yaml"
    file.write_text(file.read_text("utf-8").replace("2026-02-14", "2026-02-15"), "utf-8")
    checked = deployment.guandu("config", "check", config)
    assert checked.returncode == 78
    assert checked.stdout == (
        f"{file}:12:22: worked[1]: 2026-02-15 is among the days off too; remove it from one of the two\n")
    config.write_text(config.read_text("utf-8").replace("calendars: ../calendars\n", ""), "utf-8")
    assert deployment.guandu("config", "check", config).returncode == 0
    none = deployment.guandu("calendar", "show", "2026", "--config", config)
    assert none.returncode == 78 and "this zone has none" in none.stderr
