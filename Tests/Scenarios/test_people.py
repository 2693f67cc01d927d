"""People and units from the command line."""


def test_a_table_is_imported_whole_or_not_at_all(deployment, tmp_path):
    deployment.start("intranet")
    config = deployment.folder / "intranet/zone.yaml"
    units, people = tmp_path / "units.csv", tmp_path / "people.csv"
    units.write_text("id,parent,name\ncity,,市政府\nroads,city,公路局\n", "utf-8")
    people.write_text("id,name,unit,roles\nli,李,roads,handler\nwang,王,moon,\nzhao,赵,roads,clerk administrator\n", "utf-8")

    def run(*arguments):
        return deployment.guandu("people", "import", "--config", config, *arguments)

    dry = run("--dry-run", "units", units)
    assert (dry.returncode, dry.stdout) == (0, "would be added 2, would be changed 0, unchanged 0\n")
    assert deployment.count("intranet", "SELECT COUNT(*) FROM unit") == 0
    assert run("units", units).stdout == "added 2, changed 0, unchanged 0\n"
    wrong = run("people", people)
    assert wrong.returncode == 1 and wrong.stdout == ""
    assert wrong.stderr.splitlines() == [
        "guandu: failed: nothing was imported", "line 3: there is no such unit: moon",
        "line 4: nobody may hold these roles together: clerk administrator",
    ]
    assert deployment.count("intranet", "SELECT COUNT(*) FROM person WHERE id = 'li'") == 0
    assert run("people", units).returncode == 1
    assert run("horses", people).returncode == 64
    assert run("people", tmp_path / "none.csv").returncode == 65
    dmz = deployment.guandu("people", "import", "--config", deployment.folder / "dmz/zone.yaml", "people", people)
    assert dmz.returncode == 65
