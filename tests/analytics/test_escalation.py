"""Dose escalation from frames made by hand: counts, windows, cohorts, and the step of each design."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from analytics.registry import Cut
from tests.analytics.by_hand import empty, made
from trial import protocol

FIRST = datetime(2025, 1, 6, 2, 0, tzinfo=UTC)  # 10:00 at the site


def study(*subjects: dict[str, Any], events: tuple[dict[str, Any], ...] = (), whole: bool = True) -> Cut:
    """level, day = days of the infusion from the first; answer, dlt, event, reason = the evaluation (none without answer)."""
    people, infusions, evaluations = [], [], []
    for number, one in enumerate(subjects, start=1):
        code, at = f"01-{number:03d}", FIRST + timedelta(days=one["day"])
        person = {"subject": code, "site_name": "Wuhan", "timezone": "Asia/Shanghai", "dose_level": one["level"]}
        people.append(person | {"status": "INFUSED", "screened_on": date(2024, 12, 1), "infused_at": at})
        infusions.append({"subject": code, "visit": "d0", "infused_at": at, "dose_level": one["level"]})
        if "answer" in one or "dlt" in one:
            evaluations.append(
                {
                    "subject": code, "visit": "m1", "evaluated_on": at.date() + timedelta(days=one.get("on", 28)),
                    "evaluable": one.get("answer"), "dlt": one.get("dlt", "N"), "event": one.get("event"),
                    "not_evaluable_because": one.get("reason"),
                }
            )  # fmt: skip
    own = {
        "subject": made_subjects(people),
        "car_t_infusion": made("car_t_infusion", infusions),
        "dlt_evaluation": made("dlt_evaluation", evaluations),
        "adverse_event": made("adverse_event", events),
    }
    return Cut(empty() | own, whole=whole)


def made_subjects(people: list[dict[str, Any]]) -> Any:
    # A subject has no form's key: made() gives only the columns that its frame has.
    frame = made("subject", people)
    return frame.assign(status="INFUSED")


def at(level: str, *days: int, **answers: Any) -> list[dict[str, Any]]:
    return [{"level": level, "day": day, **({"answer": "Y", "dlt": "N"} | answers)} for day in days]


def step(cut: Cut, level: str, design: str = "three_plus_three") -> Any:
    return cut.table("dose_levels").cell(level, design).numbers["step"]


def notes(cut: Cut) -> str:
    return " ".join(str(note) for note in cut.table("dose_levels").footnotes)


def test_three_without_a_toxicity_escalate_by_both_designs():
    cut = study(*at("0.5", 0, 14, 20))
    assert step(cut, "0.5") == step(cut, "0.5", "boin") == "ESCALATE"
    assert step(cut, "1.0") is None and str(cut.table("dose_levels").cell("1.0", "boin").text) == "not opened"
    assert "None of 3 evaluable subjects with a dose-limiting toxicity: escalate." in notes(cut)


def test_a_subject_without_an_evaluation_is_pending_and_the_step_waits():
    cut = study(*at("0.5", 0, 14), {"level": "0.5", "day": 20})
    table = cut.table("dose_levels")
    assert [table.cell("0.5", name).numbers["n"] for name in ("treated", "pending", "evaluable", "dlt")] == [3, 1, 2, 0]
    assert step(cut, "0.5") == step(cut, "0.5", "boin") == "WAIT"


def test_two_toxicities_of_three_close_the_level_whoever_is_pending():
    toxic = [one | {"dlt": "Y", "event": 1} for one in at("1.0", 60, 80)]
    events = tuple(
        {"subject": code, "term": "INFECTION", "verbatim": "pneumonia", "grade": "4", "onset_on": "2025-03-12",
         "ongoing": "N", "serious": "Y"}
        for code in ("01-004", "01-005")
    )  # fmt: skip
    cut = study(*at("0.5", 0, 14, 20), *toxic, {"level": "1.0", "day": 90}, events=events)
    assert step(cut, "1.0") == "DE_ESCALATE"
    assert cut.table("dose_levels").cell("1.0", "dlt").subjects == ("01-004", "01-005")
    # BOIN at 0.30: 2 of 2 is below the 3 from which a level is eliminated; the third window still runs.
    assert step(cut, "1.0", "boin") == "WAIT"
    listing = cut.table("dlt")
    assert str(listing.cell("01-004", "event").text) == "Infection, grade 4"
    # 2025-03-07 is the infusion: day 5.
    assert listing.cell("01-004", "event").numbers == {"event": 1, "grade": 4, "day": 5}


def test_one_of_three_expands_by_3_plus_3_and_stays_by_boin():
    cut = study(*at("0.5", 0, 14), *at("0.5", 20, dlt="Y"))
    # 1 of 3 = 0.333 lies between 0.236 and 0.359.
    assert (step(cut, "0.5"), step(cut, "0.5", "boin")) == ("EXPAND", "STAY")


def test_who_is_not_evaluable_is_replaced_and_leaves_the_cohort():
    cut = study(*at("0.5", 0, 14), *at("0.5", 20, answer="N", reason="Lost to view"), *at("0.5", 24, 28))
    rows = cut["addlt"].set_index("subject")
    assert list(rows["cohort"]) == [1, 1, 1, 1, 2]
    assert rows.loc["01-003", "reason"] == "Lost to view"
    assert cut.table("dose_levels").cell("0.5", "not_evaluable").subjects == ("01-003",)
    assert cut["adsl"].set_index("subject").loc["01-003", "dlt_evaluable"] == False  # noqa: E712
    assert list(cut["adsl"]["dlt_evaluable"]).count(True) == 4


@pytest.mark.parametrize(("second", "kept"), [(13, "N"), (14, "Y")])
def test_staggering_is_judged_for_the_second_subject_of_each_level(second, kept):
    rows = study(*at("0.5", 0, second, second + 1))["addlt"]
    assert rows["staggered"].fillna("-").tolist() == ["-", kept, "-"]


def test_the_level_is_that_of_the_infusion_and_the_window_counts_from_its_day_at_the_site():
    rows = study(*at("2.0", 0))["addlt"]
    assert rows.loc[0, "dose_level"] == "2.0"
    assert rows.loc[0, "closes_on"] == date(2025, 2, 3)


def test_a_toxicity_counts_before_other_evaluations_of_the_subject():
    cut = study(*at("0.5", 0))
    more = made(
        "dlt_evaluation",
        [
            {"subject": "01-001", "visit": "u1", "evaluated_on": date(2025, 1, 12), "evaluable": "Y", "dlt": "Y"},
            {"subject": "01-001", "visit": "m1", "evaluated_on": date(2025, 2, 3), "evaluable": "Y", "dlt": "N"},
        ],
    )
    again = Cut(dict(cut.frames) | {"dlt_evaluation": more})
    assert again["addlt"].loc[0, "dlt"] == "Y"


def test_a_cut_of_some_sites_gives_counts_and_no_step():
    cut = study(*at("0.5", 0, 14, 20), whole=False)
    table = cut.table("dose_levels")
    assert table.cell("0.5", "evaluable").numbers["n"] == 3
    assert {str(table.cell(level.code, "boin").text) for level in protocol.DOSE_LEVELS} == {"–"}
    assert "no step is given" in notes(cut) and "escalate." not in notes(cut)


def test_the_table_of_boin_stands_in_the_footnotes():
    said = notes(study())
    # Liu and Yuan 2015, target 0.30; docs/rules/escalation.md.
    for line in ("BOIN, 3 evaluable: escalate at 0 or fewer toxicities, go down from 2, eliminate from 3.",
                 "BOIN, 12 evaluable: escalate at 2 or fewer toxicities, go down from 5, eliminate from 7.",
                 "0.236 or less, go down at 0.359 or more"):  # fmt: skip
        assert line in said


def test_before_the_first_subject_no_level_is_opened():
    table = study().table("dose_levels")
    assert {str(table.cell(level.code, "three_plus_three").text) for level in protocol.DOSE_LEVELS} == {"not opened"}
    assert study().table("dlt").cell("all", "dose_level").numbers["n"] == 0
