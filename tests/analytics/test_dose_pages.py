"""The board of dose escalation and the new tables over the demonstration study, for the whole study and for one site."""

from __future__ import annotations

import re

import pytest

from analytics import report
from analytics.figures import draw
from analytics.report import Scope

pytestmark = pytest.mark.usefixtures("refreshed_demo")


def table(name, scope=report.STUDY, **options):
    return report.table(report.current(), scope, name, options)


def test_the_demonstration_study_keeps_to_two_cohorts_a_level_and_waits_for_its_last_window():
    levels = table("dose_levels")
    counts = {
        level: [
            levels.cell(level, name).numbers["n"]
            for name in ("treated", "pending", "not_evaluable", "evaluable", "dlt")
        ]
        for level in ("0.5", "1.0", "2.0", "4.0")
    }
    assert counts == {"0.5": [3, 0, 0, 3, 0], "1.0": [6, 0, 0, 6, 0], "2.0": [8, 0, 2, 6, 0], "4.0": [6, 1, 0, 5, 0]}
    for design in ("three_plus_three", "boin"):
        steps = [levels.cell(level, design).numbers["step"] for level in counts]
        assert steps == ["ESCALATE", "ESCALATE", "ESCALATE", "WAIT"]
    # Second subject of each of the four levels.
    assert table("dlt").cell("all", "staggered").numbers["n"] == 4


def test_the_medical_monitor_sees_steps_windows_and_boundaries(signed_in):
    html = signed_in("medical-monitor").get("/dose-escalation/").content.decode()
    text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert "Now, at 4.0 × 10⁶/kg" in text
    # Infused on 2020-06-15, as of 2020-06-30: the window ends on 2020-07-13.
    assert "2020-07-13 closes in 13 days" in text
    assert "5 evaluable subjects with a dose-limiting toxicity; still in their window: 1. Wait." in text
    assert "Boundaries of BOIN, target rate 0.30" in text
    assert len(set(re.findall(r"/subjects/(\d\d-\d{3})/\"", html))) == 23


@pytest.mark.parametrize("who", ["investigator-02", "coordinator-02"])
def test_a_site_sees_its_own_subjects_and_no_step(signed_in, who):
    client = signed_in(who)
    client.cookies["django_language"] = "en"
    html = client.get("/dose-escalation/").content.decode()
    assert {code[:2] for code in re.findall(r"/subjects/(\d\d-\d{3})/", html)} == {"02"}
    assert "cw-steps" not in html and 'id="now"' not in html
    own = table("dose_levels", Scope(("02",)))
    assert own.cell("all", "treated").numbers["n"] == 7
    assert {str(own.cell(level, "boin").text) for level in ("0.5", "1.0", "2.0", "4.0")} == {"–"}


def test_an_administrator_has_no_board(signed_in):
    assert signed_in("administrator").get("/dose-escalation/").status_code == 403


def test_nobody_of_the_demonstration_study_had_a_limiting_toxicity_and_the_published_deaths_are_listed():
    overview = table("safety_overview")
    assert overview.cell("dlt", "all").numbers["n"] == 0
    # os_event of the reconstruction: RECON-02 and RECON-08.
    assert overview.cell("deaths", "all").numbers["n"] == len(table("deaths").rows) - 1


def test_the_demonstration_study_has_every_step_of_its_treatment():
    steps = table("disposition")
    assert [
        steps.cell(row, "all").numbers["n"]
        for row in ("screened", "enrolled", "apheresis", "lymphodepleted", "infused")
    ] == [23] * 5
    assert steps.cell("in_follow_up", "all").numbers["n"] + steps.cell("ended", "all").numbers["n"] == 23
    assert table("exposure").cell("near", "all").numbers["n"] == 23
    assert table("exposure").cell("bridged", "all").numbers["n"] == 5  # crf/demo/treatment.py
    assert table("prior_therapies").cell("lines.n", "all").numbers["n"] == 23
    assert table("deviations", by="site").cell("any", "all").numbers["n"] == 5  # crf/demo/conduct.py


def test_the_risk_of_2025_stays_open_where_a_finding_is_missing():
    """TP53 was not sequenced for everybody; without it nobody is called not high risk."""
    risk = table("stage_and_risk")
    n = {row: risk.cell(f"risk_2025.{row}", "all").numbers["n"] for row in ("y", "n", "open")}
    # crf/demo/disease.py, judged by the rule one by one.
    assert n == {"y": 10, "n": 6, "open": 7}


@pytest.mark.parametrize(("name", "options"), [
    ("waterfall", {}), ("waterfall", {"measure": "spd"}), ("spider", {}), ("spider", {"measure": "spd"}), ("crs_timeline", {}),
])  # fmt: skip
@pytest.mark.parametrize("theme", ["page", "dark"])
def test_each_new_figure_draws_every_subject_of_its_table(name, options, theme):
    kept = table(name, **options)
    drawn = draw(kept.figure, theme=theme, title="A title")
    for row in kept.rows:
        assert row.key == "all" or row.key in drawn
    assert "style=" not in drawn and drawn == draw(kept.figure, theme=theme, title="A title")


def test_the_waterfall_of_lesions_has_the_nine_subjects_with_disease_outside_the_marrow():
    assert table("waterfall", measure="spd").cell("all", "change").numbers["n"] == 9
    protein = table("waterfall")
    changes = [row.cells[0].numbers["percent"] for row in protein.rows if row.key != "all"]
    assert changes == sorted(changes, reverse=True) and min(changes) == -100


def test_the_timeline_has_the_maximum_grade_of_every_subject():
    days = table("crs_timeline")
    highest = {row.key: max(c.numbers.get("grade") or 0 for c in row.cells) for row in days.rows if row.key != "all"}
    by_grade = table("crs_by_grade")
    for grade in range(1, 5):
        codes = {code for code, top in highest.items() if top == grade}
        assert codes == set(by_grade.cell(f"grade_{grade}", "all").subjects)
