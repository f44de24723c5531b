"""What is typed for a synthetic study: the same from the same seed on every machine, and of a realistic shape."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crf.declare.form import casebook, form_named
from crf.synthetic import plan, slips
from crf.synthetic.chance import Chance
from crf.synthetic.subject import Entry, Story, story
from trial import schedule
from trial.protocol import DLT_WINDOW_DAYS

SEED = 20


@cache
def stories() -> tuple[Story, ...]:
    """300 subjects at 8 sites."""
    centres = plan.plan(subjects=300, sites=8, seed=SEED)
    return tuple(story(centre, start, seed=SEED) for centre in centres for start in centre.starts)


def enrolled() -> list[Story]:
    return [told for told in stories() if not told.fate.screen_failure]


def entries() -> Iterator[Entry]:
    for told in stories():
        yield from told.screening + told.after


def forms(told: Story, name: str) -> list[Any]:
    return [entry.form for entry in told.screening + told.after if entry.form.form == name]


def share(found: Any) -> float:
    """Percent of those that are true."""
    answers = list(found)
    return 100 * sum(map(bool, answers)) / len(answers)


# --- the same everywhere

DIGEST = """
import sys
sys.path.insert(0, {root!r})
import tests.conftest  # settings and services
from tests.crf import test_synthetic as here
print(here.digest(int(sys.argv[1])))
"""


def digest(seed: int) -> str:
    centres = plan.plan(subjects=25, sites=3, seed=seed)
    told = [repr(story(centre, start, seed=seed)) for centre in centres for start in centre.starts]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def test_a_seed_gives_the_same_bytes_twice_and_another_seed_gives_others() -> None:
    assert digest(1) == digest(1)
    assert digest(1) != digest(2)


def test_a_seed_gives_the_same_bytes_in_another_process_whose_hashes_differ() -> None:
    root = str(Path(__file__).parents[2])
    code = DIGEST.format(root=root)
    other = subprocess.run(
        [sys.executable, "-c", code, "1"], cwd=root, env={**os.environ, "PYTHONHASHSEED": "4711"}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert other.stdout.strip() == digest(1)


def test_the_first_draws_of_a_seed_are_these_on_every_machine() -> None:
    chance = Chance(1, "a", "key")
    assert [chance.between(0, 999) for _ in range(6)] == [566, 51, 37, 316, 437, 80]


def test_a_larger_study_has_the_sites_and_numbers_it_was_asked_for() -> None:
    centres = plan.plan(subjects=1000, sites=20, seed=3)
    assert [centre.site.code for centre in centres] == [f"{n:02d}" for n in range(1, 21)]
    assert sum(len(centre.starts) for centre in centres) == 1000
    for centre in centres:
        assert [start.number for start in centre.starts] == list(range(1, len(centre.starts) + 1))
        assert list(centre.starts) == sorted(centre.starts, key=lambda start: start.screened_on)
        assert "Synthetic" in centre.site.name
    with pytest.raises(ValueError, match="99"):
        plan.plan(subjects=10, sites=100, seed=3)


def test_accrual_gathers_speed_and_low_doses_come_first() -> None:
    starts = [start for centre in plan.plan(subjects=1000, sites=20, seed=3) for start in centre.starts]
    middle = plan.FIRST_DAY + (plan.LAST_SCREENING - plan.FIRST_DAY) / 2
    assert share(start.screened_on > middle for start in starts) > 60
    first = {dose: min(s.screened_on for s in starts if s.dose_level == dose) for dose in ("0.5", "1.0", "2.0")}
    assert first["0.5"] < first["1.0"] < first["2.0"]
    assert all(start.screened_on.weekday() < 5 for start in starts)


# --- its shape


def test_eight_to_nine_of_ten_have_crs_and_few_of_them_a_severe_one() -> None:
    grades = [told.fate.crs_grade for told in enrolled()]
    assert 80 <= share(grade > 0 for grade in grades) <= 92
    assert 8 <= share(grade >= 3 for grade in grades) <= 30
    for told in enrolled():
        typed = [int(str(one.data["investigator_grade"])) for one in forms(told, "crs_assessment")]
        assert max(typed) == told.fate.crs_grade or told.fate.last < 14


def test_neurotoxicity_is_rare() -> None:
    graded = [
        max(int(str(f.data["investigator_grade"])) for f in forms(told, "icans_assessment")) for told in enrolled()
    ]
    assert 1 <= share(grade > 0 for grade in graded) <= 9


def test_m_protein_falls_and_comes_back_at_progression() -> None:
    fell = []
    for told in enrolled():
        values = [
            float(f.data["serum_m_protein"]) for f in forms(told, "myeloma_laboratory") if f.data.get("serum_m_protein")
        ]
        slipped = any(e.first for e in told.screening + told.after if e.form.form == "myeloma_laboratory")
        if len(values) < 3 or not values[0] or slipped:
            continue
        fell.append(values[1] < values[0] / 2)
        levels = [
            f.data["investigator_response"] for f in sorted(forms(told, "response_assessment"), key=lambda f: f.on)
        ]
        if told.fate.best not in ("SD", "PD") and levels[-1] == "PD":
            assert values[-1] >= min(values) + 0.5
    assert share(fell) > 80


def test_responses_relapses_and_deaths_have_the_shape_of_a_trial() -> None:
    responded = [told.fate.best in ("SCR", "CR", "VGPR", "PR") for told in enrolled()]
    assert 83 <= share(responded) <= 96
    followed = [told.fate for told in enrolled() if told.fate.last >= 365 or told.fate.progression or told.fate.death]
    within = [(f.progression or 9999) < 365 or (f.death or 9999) < 365 for f in followed]
    assert 20 <= share(within) <= 50
    assert 10 <= share(told.fate.death for told in enrolled()) <= 35
    assert share(told.fate.progression for told in enrolled()) < 75, "some are censored"
    assert 2 <= share(told.fate.screen_failure for told in stories()) <= 10


def test_counts_dip_after_the_infusion_and_recover() -> None:
    def lowest(told: Story, days: tuple[str, ...]) -> float:
        values = [
            float(f.data["neutrophils"])
            for f in forms(told, "haematology")
            if f.visit in days and "neutrophils" in f.data
        ]
        return min(values, default=9.9)

    assert share(lowest(told, ("d7", "d10", "d14")) < 1.0 for told in enrolled()) > 60
    assert share(lowest(told, ("m6", "m9")) > 1.5 for told in enrolled()) > 90


def test_two_to_five_percent_of_the_items_that_may_lack_are_missing_with_a_reason() -> None:
    lacking, there = 0, 0
    for entry in entries():
        for item in slips.MAY_LACK.get(entry.form.form, ()):
            why = entry.form.data.get(f"{item}__missing")
            lacking += why is not None
            there += item in entry.form.data
            assert why is None or item not in entry.form.data
    assert 2 <= 100 * lacking / (lacking + there) <= 5


def test_every_item_that_may_lack_exists_and_so_does_every_item_that_is_typed_in_another_unit() -> None:
    for form, items in slips.MAY_LACK.items():
        assert set(items) <= set(form_named(form).declared.items), form
    for form, item in slips.UNITS:
        assert item in form_named(form).declared.items


def test_about_one_form_in_a_hundred_is_typed_wrongly_at_first_and_some_come_late() -> None:
    found = list(entries())
    assert 0.4 <= share(entry.first is not None for entry in found) <= 1.6
    assert all(entry.first is None or entry.first.data != entry.form.data for entry in found)
    assert 3 <= share(entry.late for entry in found) <= 9


def test_nothing_is_dated_or_typed_after_the_cut_nor_seen_after_a_death() -> None:
    for told in stories():
        typed = told.screening + told.after
        assert all(entry.form.on <= plan.DATA_CUT for entry in typed)
        assert all(entry.form.on <= entry.at.date() <= max(plan.DATA_CUT, entry.form.on) for entry in typed)
        assert [entry.at for entry in told.after] == sorted(entry.at for entry in told.after)
        died = forms(told, "death")
        assert len(died) <= 1
        if died:
            assert all(entry.form.on <= died[0].on for entry in typed if entry.form.visit)


def test_every_form_stands_at_a_visit_that_admits_it() -> None:
    for entry in entries():
        form = entry.form
        assert (form.visit and schedule.admits(form.visit, form.form)) or form.form in schedule.LOGS


def test_every_form_of_the_casebook_is_typed_for_some_of_them() -> None:
    """A form that was added to the casebook and is not typed here would be missing from every large study."""
    used = Counter(entry.form.form for entry in entries())
    assert used.keys() == {form.declared.name for form in casebook()}
    assert 130 <= used.total() / len(stories()) <= 200


def test_every_form_that_the_schedule_expects_up_to_the_last_day_is_typed() -> None:
    """Of those without progression, whose visits all take place; lesions are asked for where there are some."""
    for told in enrolled():
        if told.fate.progression is not None:
            continue
        typed = {(entry.form.form, entry.form.visit) for entry in told.screening + told.after}
        reached = [visit.code for visit in schedule.VISITS if visit.day is None or visit.day + 20 <= told.fate.last]
        due = {(form, visit) for visit in reached for form in schedule.expected_at(visit)}
        lacking = {form for form, _visit in due - typed}
        assert lacking <= (set() if told.fate.lesions else {"extramedullary_lesions"}), (told.fate.key, due - typed)


def test_the_log_of_prior_therapy_has_as_many_lines_as_the_history_says() -> None:
    for told in stories():
        (history,) = forms(told, "myeloma_history")
        lines = forms(told, "prior_therapy")
        assert sorted(one.occurrence for one in lines) == list(range(1, int(history.data["prior_lines"]) + 1))
        assert history.data["prior_anti_cd38"] == ("Y" if any(one.data["anti_cd38"] == "Y" for one in lines) else "N")
    assert 15 <= share(forms(told, "myeloma_history")[0].data["prior_anti_cd38"] == "Y" for told in stories()) <= 45


def test_cells_are_released_after_the_collection_and_given_after_lymphodepletion() -> None:
    for told in enrolled():
        (product,), (depleted,), (given,) = (
            forms(told, name) for name in ("leukapheresis", "lymphodepletion", "car_t_infusion")
        )
        days = [product.data["collected_on"], product.data["released_on"], str(given.data["infused_at"])[:10]]
        assert days == sorted(days) and days[0] >= told.fate.place.enrolled_on.isoformat()
        assert depleted.data["started_on"] < days[-1]
        for bridge in forms(told, "bridging_therapy"):
            assert days[0] < bridge.data["started_on"] and bridge.data.get("ended_on", "") < depleted.data["started_on"]
    assert 18 <= share(forms(told, "bridging_therapy") for told in enrolled()) <= 38


def test_markers_of_inflammation_rise_with_the_grade_of_crs() -> None:
    def highest(item: str, grades: tuple[int, ...]) -> float:
        found = [
            max(float(one.data[item]) for one in forms(told, "inflammation")) for told in enrolled() if told.fate.crs_grade in grades
        ]  # fmt: skip
        return sorted(found)[len(found) // 2]

    for item in ("crp", "ferritin"):
        quiet, mild, severe = (highest(item, grades) for grades in ((0,), (1, 2), (3, 4)))
        assert quiet * 1.5 < mild and mild * 2 < severe, item


def test_vital_signs_are_those_of_the_assessment_of_the_day() -> None:
    seen = 0
    for told in enrolled():
        assessed = {one.visit: one for one in forms(told, "crs_assessment")}
        for one in forms(told, "vital_signs"):
            if one.visit in assessed and "temperature" in assessed[one.visit].data:
                seen += 1
                assert one.data["temperature"] == assessed[one.visit].data["temperature"]
                assert one.data["measured_at"] == assessed[one.visit].data["assessed_at"]
    assert seen > 3000


def test_a_limiting_toxicity_is_a_severe_event_of_the_window_and_rare() -> None:
    toxic = []
    for told in enrolled():
        for one in forms(told, "dlt_evaluation"):
            toxic.append(one.data["dlt"] == "Y")
            assert one.on >= told.fate.place.on(DLT_WINDOW_DAYS)
            if one.data["dlt"] == "Y":
                event = {str(e.occurrence): e for e in forms(told, "adverse_event")}[one.data["event"]]
                assert event.data["grade"] >= "3" and event.data["onset_on"] <= told.fate.place.on(28).isoformat()
    assert len(toxic) > 200 and 0 < share(toxic) < 6


def test_the_study_of_a_subject_ends_with_a_death_a_loss_or_the_last_visit() -> None:
    reasons = Counter()
    for told in enrolled():
        ends = forms(told, "end_of_study")
        assert len(ends) == (told.fate.death is not None or bool(ends))
        for one in ends:
            reasons[one.data["reason"]] += 1
            assert all(f.form.on <= one.on for f in told.after if f.form.visit), told.fate.key
            assert (one.data["reason"] == "DEATH") == (told.fate.death is not None)
    assert set(reasons) == {"DEATH", "LOST TO FOLLOW-UP", "COMPLETED"}
