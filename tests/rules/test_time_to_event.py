"""Events and censoring of PFS, OS, DOR and time to next treatment: every rung, from both sides, with its source."""

import json
import random
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trial.rules import time_to_event as tte
from trial.rules import time_to_event_terms as terms
from trial.rules.missed import gap_before
from trial.rules.time_to_event import Assessed, Due, TimeOptions
from trial.rules.timed import Source, Timed

INFUSED = date(2031, 3, 1)
WORKED = json.loads((Path(__file__).parent.parent / "worked" / "time_to_event.json").read_text(encoding="utf-8"))
SCHEDULE = [Due(*due) for due in WORKED["schedule"]]


def on(day: int | None) -> Any:
    return None if day is None else INFUSED + timedelta(days=day)


def seen(
    *days: int, value: str | None = "PR", adequate: bool = True, form: str = "response_assessment"
) -> list[Assessed]:
    return [Assessed(on(day), value, adequate, form=form) for day in days]


def pfs(
    adequate: Any = (28, 61), *, progression: int | None = None, death: int | None = None, therapy: int | None = None,
    baseline: bool = True, schedule: Any = SCHEDULE, **options: Any,
) -> Timed:  # fmt: skip
    rows = [one if isinstance(one, Assessed) else seen(one)[0] for one in adequate]
    return tte.pfs(
        infused_on=INFUSED, assessments=rows, progression_on=on(progression), died_on=on(death), new_therapy_on=on(therapy),
        has_baseline=baseline, schedule=schedule, options=TimeOptions(**options),
    )  # fmt: skip


def told(found: Timed) -> tuple[bool | None, int | None, str]:
    return found.event, found.days, found.clause


@pytest.mark.parametrize("case", WORKED["cases"], ids=lambda case: case["name"])
def test_worked_case(case: dict[str, Any]) -> None:
    names = ("progression", "death", "therapy")
    found = pfs(case["adequate"], baseline=case.get("baseline", True), **{name: case.get(name) for name in names})
    assert (found.event, found.days) == (case["event"], case["days"]), found.sentence
    assert case["source"]


# --- days and months


def test_days_months_and_the_day_of_the_analysis_data_set() -> None:
    found = pfs(progression=70)
    assert (found.days, found.aval, found.start, found.on) == (70, 71, INFUSED, on(70))
    assert found.months == Decimal(70) / Decimal("30.4375")
    assert tte.pfs(infused_on=None).months is None


def test_without_an_infusion_nothing_applies() -> None:
    for found in (
        tte.pfs(infused_on=None),
        tte.os(infused_on=None),
        tte.ttnt(infused_on=None),
        tte.dor(infused_on=None, response_on=on(3)),
    ):
        assert (*told(found), found.aval) == (None, None, terms.NOT_INFUSED, None)


# --- the ladder of PFS


def test_without_a_baseline_it_is_censored_at_the_start_whatever_progressed() -> None:
    assert told(pfs(baseline=False)) == (False, 0, terms.NO_BASELINE)
    found = pfs(baseline=False, progression=61)
    assert (*told(found), found.flags) == (False, 0, terms.NO_BASELINE, ("PROGRESSION_NOT_COUNTED",))
    assert found.aval == 1
    assert found.source == Source("car_t_infusion", INFUSED)


def test_a_death_without_a_baseline_is_an_event_unless_named_otherwise() -> None:
    assert told(pfs((), baseline=False, death=400)) == (True, 400, terms.DIED_WITHOUT_BASELINE)
    kept = pfs((), baseline=False, death=400, death_without_baseline_is_event=False)
    assert told(kept) == (False, 0, terms.NO_BASELINE)
    assert told(pfs((), baseline=False, death=400, therapy=90)) == (False, 0, terms.NEW_THERAPY_AT_START)


def test_without_an_adequate_assessment_it_is_censored_at_the_start() -> None:
    assert told(pfs(())) == (False, 0, terms.NO_ASSESSMENT)
    assert told(pfs(seen(28, adequate=False))) == (False, 0, terms.NO_ASSESSMENT)
    assert told(pfs(seen(28, value="NE"))) == (False, 0, terms.NO_ASSESSMENT)
    assert told(pfs((0, -20))) == (False, 0, terms.NO_ASSESSMENT)  # the baseline is no follow-up


@pytest.mark.parametrize(("day", "expected"), [
    (0, (True, 0, terms.DIED_EARLY)), (20, (True, 20, terms.DIED_EARLY)), (68, (True, 68, terms.DIED_EARLY)),
    (69, (False, 0, terms.GAP_AT_START)),  # the window of month 2 closes on day 68
])  # fmt: skip
def test_death_before_the_second_scheduled_assessment_is_an_event(day: int, expected: tuple[bool, int, str]) -> None:
    assert told(pfs((), death=day)) == expected


def test_progression_at_the_first_visit_is_an_event_although_not_all_was_read() -> None:
    assert told(pfs(seen(30, value="PD", adequate=False), progression=30)) == (True, 30, terms.PROGRESSED)


@pytest.mark.parametrize(("therapy", "expected"), [
    (60, (False, 28, terms.NEW_THERAPY)), (61, (False, 61, terms.NEW_THERAPY)), (89, (False, 61, terms.NEW_THERAPY)),
    (90, (True, 90, terms.PROGRESSED)), (95, (True, 90, terms.PROGRESSED)),  # progression on that day is an event
    (27, (False, 0, terms.NEW_THERAPY_AT_START)),
])  # fmt: skip
def test_new_therapy_before_progression_censors_at_the_last_adequate_assessment(
    therapy: int, expected: tuple[bool, int, str]
) -> None:
    assert told(pfs((28, 61), progression=90, therapy=therapy)) == expected
    assert told(pfs((28, 61), progression=90, therapy=therapy, new_therapy_censors=False))[:2] == (True, 90)


def test_new_therapy_without_a_later_event_censors_too_and_later_assessments_do_not_count() -> None:
    found = pfs((28, 61, 91), therapy=70)
    assert (*told(found), found.flags) == (False, 61, terms.NEW_THERAPY, ())
    assert told(pfs((28, 61, 91), therapy=70, new_therapy_censors=False)) == (False, 91, terms.FOLLOWED)
    assert told(pfs((28, 61), death=80, therapy=70))[:2] == (False, 61)
    assert told(pfs((28, 61), death=70, therapy=70))[:2] == (True, 70)


@pytest.mark.parametrize(("event", "missed"), [(68, 0), (69, 1), (98, 1), (99, 2), (183, 2), (197, 2), (198, 3)])
def test_a_scheduled_assessment_is_missed_once_its_window_has_closed(event: int, missed: int) -> None:
    assert gap_before(on(event), INFUSED, days=[on(28)], schedule=SCHEDULE) == (missed, on(28))
    expected = (False, 28, terms.GAP) if missed >= 2 else (True, event, terms.PROGRESSED)
    assert told(pfs((28,), progression=event)) == expected
    assert pfs((28,), death=event).event is (missed < 2)
    assert pfs((28,), progression=event, missed_censor=None).event is True
    assert pfs((28,), progression=event, missed_censor=3).event is (missed < 3)


@pytest.mark.parametrize(("extra", "event"), [
    (seen(53), False),  # before the window of month 2 opens: months 2 and 3 are still missed
    (seen(54), True), (seen(68), True), (seen(72), True), (seen(84), True), (seen(110), True),
    (seen(72, adequate=False), False), (seen(72, value="NE"), False),
])  # fmt: skip
def test_any_adequate_assessment_in_between_ends_the_run_of_missed_ones(extra: list[Assessed], event: bool) -> None:
    assert pfs([*seen(28), *extra], progression=120).event is event


def test_the_sentence_of_a_gap_names_the_event_and_the_missed_visits() -> None:
    found = pfs((28,), progression=183)
    assert found.shown == {"event": on(183).isoformat(), "missed": "2"}
    assert found.flags == ("PROGRESSION_NOT_COUNTED",)
    assert "after 2 missed" in found.sentence


def test_without_a_schedule_nothing_is_missed() -> None:
    assert told(pfs((28,), progression=700, schedule=())) == (True, 700, terms.PROGRESSED)
    assert told(pfs((), death=700, schedule=())) == (True, 700, terms.DIED)


def test_the_first_of_progression_and_death_is_the_event_and_progression_on_the_same_day() -> None:
    assert told(pfs(progression=70, death=80)) == (True, 70, terms.PROGRESSED)
    assert told(pfs(progression=80, death=70)) == (True, 70, terms.DIED)
    assert told(pfs(progression=70, death=70)) == (True, 70, terms.PROGRESSED)


def test_without_an_event_it_is_censored_at_the_last_adequate_assessment() -> None:
    found = pfs([*seen(61), *seen(28), *seen(91, value="NE"), *seen(95, adequate=False)])
    assert told(found) == (False, 61, terms.FOLLOWED)


def test_the_source_is_the_form_that_decided() -> None:
    marrow = seen(70, value="PD", form="bone_marrow")
    assert pfs([*seen(28), *marrow], progression=70).source == Source("bone_marrow", on(70))
    assert pfs(progression=70).source == Source("response_assessment", on(70))
    assert pfs(death=65).source == Source("death", on(65))
    assert pfs(seen(28, form="myeloma_laboratory")).source == Source("myeloma_laboratory", on(28))


@pytest.mark.parametrize(
    "dated", [{"progression": 0}, {"progression": -3}, {"therapy": 0}, {"therapy": -9}, {"death": -1}]
)
def test_what_is_dated_before_the_infusion_is_left_out_and_flagged(dated: dict[str, int]) -> None:
    found = pfs(**dated)  # type: ignore[arg-type]
    assert (*told(found), found.flags) == (False, 61, terms.FOLLOWED, ("BEFORE_INFUSION",))


def test_times_of_day_do_not_matter() -> None:
    at = datetime(2031, 3, 1, 9, 30)  # noqa: DTZ001
    rows = [Assessed(at + timedelta(days=28), "PR", True)]  # type: ignore[arg-type]
    found = tte.pfs(infused_on=at, assessments=rows, progression_on=at + timedelta(days=40), schedule=SCHEDULE)
    assert told(found) == (True, 40, terms.PROGRESSED)


def test_a_number_of_missed_visits_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        TimeOptions(missed_censor=0)


# --- OS


@pytest.mark.parametrize(("death", "alive", "days", "expected"), [
    (100, 90, [28], (True, 100, terms.DEATH)), (None, 90, [28], (False, 90, terms.ALIVE)),
    (None, 90, [120], (False, 120, terms.ALIVE)), (None, None, [28], (False, 28, terms.ALIVE)),
    (None, None, [], (False, 0, terms.NEVER_SEEN_ALIVE)), (None, -5, [-3], (False, 0, terms.NEVER_SEEN_ALIVE)),
    (0, None, [], (True, 0, terms.DEATH)),
])  # fmt: skip
def test_overall_survival(
    death: int | None, alive: int | None, days: list[int], expected: tuple[bool, int, str]
) -> None:
    rows = iter(seen(*days, adequate=False))
    found = tte.os(infused_on=INFUSED, died_on=on(death), last_known_alive_on=on(alive), assessments=rows)
    assert told(found) == expected


def test_overall_survival_tells_what_does_not_fit() -> None:
    later = tte.os(infused_on=INFUSED, last_known_alive_on=on(90), assessments=seen(120))
    assert (later.flags, later.source) == (("SEEN_AFTER_STATUS",), Source("response_assessment", on(120)))
    risen = tte.os(infused_on=INFUSED, died_on=on(100), last_known_alive_on=on(101))
    assert (risen.event, risen.days, risen.flags) == (True, 100, ("ALIVE_AFTER_DEATH",))
    assert tte.os(infused_on=INFUSED, died_on=on(100), last_known_alive_on=on(100)).flags == ()
    assert tte.os(infused_on=INFUSED, last_known_alive_on=on(90)).source == Source("survival_status", on(90))


# --- DOR


def dor(
    response: int | None,
    days: Any = (28, 61),
    *,
    progression: int | None = None,
    death: int | None = None,
    **options: Any,
) -> Timed:
    return tte.dor(
        infused_on=INFUSED, response_on=on(response), assessments=seen(*days), progression_on=on(progression),
        died_on=on(death), schedule=SCHEDULE, options=TimeOptions(**options),
    )  # fmt: skip


def test_duration_of_response_runs_from_the_response_by_the_same_ladder() -> None:
    assert told(dor(28, progression=90)) == (True, 62, terms.PROGRESSED)
    assert told(dor(28)) == (False, 33, terms.FOLLOWED)
    assert told(dor(28, (28,), progression=183)) == (False, 0, terms.GAP)
    assert dor(28, progression=90).start == on(28)


def test_without_a_response_there_is_no_duration() -> None:
    assert told(dor(None, progression=90)) == (None, None, terms.NO_RESPONSE)


def test_death_in_response_is_an_event_unless_named_otherwise() -> None:
    assert told(dor(28, death=80)) == (True, 52, terms.DIED)
    assert told(dor(28, death=80, dor_death_is_event=False)) == (False, 33, terms.DEATH_CENSORED)
    assert told(dor(28, (28, 61, 95), death=80, dor_death_is_event=False)) == (False, 33, terms.DEATH_CENSORED)
    assert told(dor(28, (), death=40, dor_death_is_event=False)) == (False, 0, terms.DEATH_CENSORED)
    assert told(dor(28, progression=70, death=80, dor_death_is_event=False)) == (True, 42, terms.PROGRESSED)


def test_a_censoring_before_the_response_moves_to_the_response() -> None:
    found = dor(40, (28,))
    assert (found.days, found.flags) == (0, ("BEFORE_RESPONSE",))


# --- TTNT


@pytest.mark.parametrize(("therapy", "death", "alive", "expected"), [
    (90, None, None, (True, 90, terms.TREATED)), (90, 90, None, (True, 90, terms.TREATED)),
    (None, 80, None, (True, 80, terms.DIED_UNTREATED)), (90, 80, None, (True, 80, terms.DIED_UNTREATED)),
    (None, None, 70, (False, 70, terms.UNTREATED)), (None, None, None, (False, 0, terms.NEVER_SEEN_ALIVE)),
])  # fmt: skip
def test_time_to_next_treatment(
    therapy: int | None, death: int | None, alive: int | None, expected: tuple[bool, int, str]
) -> None:
    found = tte.ttnt(infused_on=INFUSED, new_therapy_on=on(therapy), died_on=on(death), last_known_alive_on=on(alive))
    assert told(found) == expected


def test_death_before_the_next_treatment_may_be_censored_by_name() -> None:
    options = TimeOptions(ttnt_death_is_event=False)
    found = tte.ttnt(infused_on=INFUSED, died_on=on(80), options=options)
    assert told(found) == (False, 80, terms.DIED_UNTREATED_CENSORED)


# --- properties

DAY = st.one_of(st.none(), st.integers(-10, 400))
ROWS = st.lists(
    st.builds(
        lambda day, value, adequate: Assessed(on(day), value, adequate),
        st.integers(-5, 400), st.sampled_from(["PR", "SD", "NE", None]), st.booleans(),
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    rows=ROWS, progression=DAY, death=DAY, therapy=DAY, alive=DAY, baseline=st.booleans(), seed=st.integers(0, 99),
    missed=st.sampled_from([None, 1, 2]), censors=st.booleans(),
)  # fmt: skip
def test_every_answer_lies_on_a_recorded_day_and_says_only_what_is_listed(
    rows: list[Assessed], progression: int | None, death: int | None, therapy: int | None, alive: int | None,
    baseline: bool, seed: int, missed: int | None, censors: bool,
) -> None:  # fmt: skip
    options: dict[str, Any] = {"missed_censor": missed, "new_therapy_censors": censors}
    dates = {"progression": progression, "death": death, "therapy": therapy}
    found = pfs(rows, baseline=baseline, **dates, **options)
    assert pfs(random.Random(seed).sample(rows, len(rows)), baseline=baseline, **dates, **options) == found
    survival = tte.os(infused_on=INFUSED, died_on=on(death), last_known_alive_on=on(alive), assessments=rows)
    treated = tte.ttnt(infused_on=INFUSED, new_therapy_on=on(therapy), died_on=on(death), assessments=rows)
    recorded = {0, progression, death, therapy, alive, *((row.on - INFUSED).days for row in rows)}
    for one in (found, survival, treated):
        assert one.days in recorded
        assert one.days is not None and one.days >= 0
        assert one.clause in tte.CLAUSES
        assert one.basis in tte.BASES
        assert set(one.flags) <= set(tte.FLAGS)
        assert set(re.findall(r"{(\w+)}", one.clause)) == set(one.shown)
    assert not found.event or found.days in (progression, death)
    ignoring = pfs(rows, baseline=baseline, **dates, missed_censor=None, new_therapy_censors=False)
    assert ignoring.event or not found.event  # censoring only takes events away


def test_every_listed_clause_is_used_by_a_test_here() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    names = {name for name, text in vars(terms).items() if isinstance(text, str) and text in tte.CLAUSES}
    assert len(names) == len(tte.CLAUSES)
    assert {name for name in names if not re.search(rf"terms\.{name}\b", source)} == set()
