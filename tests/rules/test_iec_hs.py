"""The listed findings of IEC-HS: every limit from both sides, what is not known, and no conclusion whatever is found."""

import random
import re
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.blood_counts import INFUSED, on
from tests.rules.iec_hs_rows import FORMS, listed, worked
from trial.rules import iec_hs
from trial.rules.iec_hs import IecHs, Limits, Rows
from trial.rules.iec_hs_table import ANALYTES
from trial.rules.verdict import Verdict

FORM_OF = {analyte.item: analyte.form for analyte in ANALYTES} | {
    "neutrophils": "haematology",
    "platelets": "haematology",
}
NORMAL = {
    "ferritin": (15, 300), "alt": (0, 40), "ast": (0, 40), "fibrinogen": (2, 4), "direct_bilirubin": (0, 5), "ldh": (100, 250),
    "pt": (10, 14), "aptt": (25, 37),
}  # fmt: skip


def of(name: str, item: str, value: Any, *, baseline: Any = None, limits: Any = NORMAL, **more: Any) -> Verdict:
    """The finding where one item has a value on day 10, and on day 0 where there is a baseline."""
    draws = [(10, {item: value, **more})] + ([] if baseline is None else [(0, {item: baseline})])
    return listed(limits, **{FORM_OF[item]: draws}).of(name).verdict


@pytest.mark.parametrize(
    ("case", "found"), list(worked()), ids=lambda one: one["name"] if isinstance(one, dict) else ""
)
def test_worked_case(case: dict[str, Any], found: IecHs) -> None:
    assert {name: found.of(name).verdict.value for name in case["expected"]} == case["expected"]
    assert case["source"]


# --- limits from both sides


@pytest.mark.parametrize(("name", "item", "baseline", "absent", "present"), [
    ("FERRITIN", "ferritin", 400, 600, "600.1"), ("FERRITIN", "ferritin", 200, 400, "400.1"),
    ("FIBRINOGEN", "fibrinogen", None, 2, "1.99"), ("DIRECT_BILIRUBIN", "direct_bilirubin", None, 5, "5.1"),
    ("LDH", "ldh", None, 250, 251), ("TRIGLYCERIDES", "triglycerides", None, "2.99", "3.0"),
])  # fmt: skip
def test_a_limit_from_both_sides(name: str, item: str, baseline: Any, absent: Any, present: Any) -> None:
    assert of(name, item, absent, baseline=baseline).value == 0
    assert of(name, item, present, baseline=baseline).value == 1


@pytest.mark.parametrize("item", ["alt", "ast"])
@pytest.mark.parametrize(("baseline", "limit"), [(None, 200), (40, 200), (41, 205), (100, 500)])
def test_transaminases_by_the_baseline(item: str, baseline: Any, limit: int) -> None:
    other = {"ast" if item == "alt" else "alt": 10}
    assert of("TRANSAMINASES", item, limit, baseline=baseline, **other).value == 0
    assert of("TRANSAMINASES", item, limit + 1, baseline=baseline, **other).value == 1


@pytest.mark.parametrize(("item", "other", "limit"), [("pt", "aptt", 14), ("aptt", "pt", 37)])
def test_clotting_times(item: str, other: str, limit: int) -> None:
    assert of("CLOTTING", item, limit, **{other: 5}).value == 0
    assert of("CLOTTING", item, limit + 1).value == 1  # the other is not recorded
    assert of("CLOTTING", item, limit).value is None
    assert "ANTICOAGULATED" in of("CLOTTING", item, limit + 1, anticoagulated="Y").flags


@pytest.mark.parametrize(("item", "absent", "present"), [("neutrophils", "0.5", "0.49"), ("platelets", 25, "24.9")])
def test_cytopenia_is_of_grade_4(item: str, absent: Any, present: Any) -> None:
    other = {"platelets" if item == "neutrophils" else "neutrophils": 100}
    assert of("CYTOPENIA", item, absent, **other).value == 0
    assert of("CYTOPENIA", item, absent).value is None
    assert of("CYTOPENIA", item, present).value == 1
    assert "CYTOPENIA_AT_BASELINE" in of("CYTOPENIA", item, present, baseline=0).flags
    assert "CYTOPENIA_AT_BASELINE" not in of("CYTOPENIA", item, present, baseline=500).flags


# --- value, day and limit; which days are looked at


def test_a_finding_shows_its_value_its_day_and_its_limit() -> None:
    found = listed(NORMAL, inflammation=[(0, {"ferritin": 250}), (9, {"ferritin": 900}), (12, {"ferritin": 700})]).of(
        "FERRITIN"
    )
    assert (found.on, found.required) == (on(9), True)
    assert found.verdict.shown == {
        "value": "900.0",
        "unit": "ug/L",
        "on": on(9).isoformat(),
        "limits": "2 × ULN (600.0)",
    }


def test_the_worst_value_of_the_days_looked_at_decides() -> None:
    draws = [(5, {"ldh": 900}), (10, {"ldh": 200}), (20, {"ldh": 800})]
    assert listed(NORMAL, chemistry=draws).of("LDH").on == on(5)
    assert listed(NORMAL, chemistry=draws, asked={"since": on(6)}).of("LDH").on == on(20)
    assert listed(NORMAL, chemistry=draws, asked={"since": on(6), "until": on(19)}).of("LDH").verdict.value == 0
    assert listed(NORMAL, chemistry=draws, asked={"since": on(21)}).of("LDH").verdict.value is None


def test_the_day_of_the_infusion_is_baseline() -> None:
    assert listed(NORMAL, chemistry=[(0, {"ldh": 900})]).of("LDH").verdict.value is None
    later = [(-10, {"ferritin": 100}), (0, {"ferritin": 290}), (5, {"ferritin": 570})]
    assert listed(NORMAL, inflammation=later).of("FERRITIN").verdict.value == 0


def test_a_time_with_a_zone_and_a_mapping_are_read() -> None:
    row = {"sampled_at": datetime(2031, 3, 11, 8, tzinfo=UTC), "ldh": "900"}
    assert iec_hs.iec_hs(Rows(chemistry=[row]), infused_on=INFUSED, limits={"ldh": Limits(high=Decimal(250))}).of(
        "LDH"
    ).on == on(10)


# --- the rise of ferritin is shown and not judged


def test_the_largest_rise_of_ferritin_is_shown_and_never_judged() -> None:
    draws = [(day, {"ferritin": value}) for day, value in ((0, 300), (3, 900), (5, 4000), (9, 3000))]
    verdict = listed(NORMAL, inflammation=draws).of("FERRITIN_RISE").verdict
    assert (verdict.value, verdict.clause) == (None, iec_hs.RISE)
    assert verdict.shown == {"lowest": "900.0", "value": "4000.0", "unit": "ug/L", "days": "2"}
    falling = listed(NORMAL, inflammation=[(0, {"ferritin": 300}), (3, {"ferritin": 300})]).of("FERRITIN_RISE").verdict
    assert (falling.value, falling.clause) == (0, iec_hs.NO_RISE)
    assert (
        listed(NORMAL, inflammation=[(3, {"ferritin": 9})]).of("FERRITIN_RISE").verdict.clause == iec_hs.NO_RISE_KNOWN
    )


# --- missing


@pytest.mark.parametrize(("name", "item"), [
    ("FERRITIN", "ferritin"), ("TRANSAMINASES", "alt"), ("TRANSAMINASES", "ast"), ("DIRECT_BILIRUBIN", "direct_bilirubin"),
    ("LDH", "ldh"), ("CLOTTING", "pt"), ("CLOTTING", "aptt"),
])  # fmt: skip
def test_without_its_limit_a_value_is_not_known(name: str, item: str) -> None:
    assert of(name, item, 10, limits={}).value is None
    assert of(name, item, 10, limits={item: (None, None)}).value is None


def test_fibrinogen_without_its_lower_limit_of_normal() -> None:
    assert of("FIBRINOGEN", "fibrinogen", "1.49", limits={}).value == 1
    above = of("FIBRINOGEN", "fibrinogen", "1.5", limits={})
    assert (above.value, above.flags) == (None, ("REFERENCE_MISSING",))
    assert of("FIBRINOGEN", "fibrinogen", "1.5", limits={"fibrinogen": ("1.4", 4)}).value == 0


def test_ferritin_without_a_baseline_is_present_by_the_other_limit_or_not_known() -> None:
    assert of("FERRITIN", "ferritin", 601).value == 1
    missing = of("FERRITIN", "ferritin", 600)
    assert (missing.value, missing.flags) == (None, ("BASELINE_VALUE_MISSING",))


@pytest.mark.parametrize("value", [None, float("nan"), -1, float("inf")])
@pytest.mark.parametrize("item", list(FORM_OF))
def test_a_blank_or_impossible_value_is_not_known(item: str, value: Any) -> None:
    found = listed(NORMAL, **{FORM_OF[item]: [(10, {item: value})]})
    assert all(one.verdict.value is None for one in found.findings)
    flagged = any("VALUE_IMPOSSIBLE" in one.verdict.flags for one in found.findings)
    assert flagged == (value in (-1, float("inf")))


def test_an_undated_row_is_left_out() -> None:
    assert iec_hs.iec_hs(Rows(chemistry=[SimpleNamespace(ldh=900)]), infused_on=INFUSED).of("LDH").verdict.value is None


@pytest.mark.parametrize(("answer", "value"), [("Y", 1), ("N", 0), ("U", None), (None, None), ("", None)])
@pytest.mark.parametrize("name", iec_hs.CLINICAL)
def test_what_no_value_tells_is_recorded_or_not_known(name: str, answer: str | None, value: int | None) -> None:
    assert listed(asked={name: answer}).of(name.upper()).verdict.value == value


# --- any input

VALUE = st.one_of(st.none(), st.decimals(min_value=0, max_value=2000, places=1))
DRAWS = st.lists(
    st.tuples(st.integers(-3, 40), st.sampled_from(sorted(FORM_OF)), VALUE), max_size=20
)  # fmt: skip
LIMITS = st.sampled_from([{}, NORMAL])


def by_form(draws: list[tuple[int, str, Any]]) -> dict[str, list[tuple[int, dict[str, Any]]]]:
    return {form: [(day, {item: value}) for day, item, value in draws if FORM_OF[item] == form] for form in FORMS}


@settings(max_examples=200, deadline=None)
@given(draws=DRAWS, limits=LIMITS, seed=st.integers(0, 99))
def test_there_is_no_conclusion_all_is_listed_and_the_order_of_rows_does_not_matter(
    draws: list[tuple[int, str, Any]], limits: Any, seed: int
) -> None:
    found = listed(limits, **by_form(draws))
    assert found.verdict.value is None
    assert found.verdict.clause == iec_hs.LISTED
    assert [one.name for one in found.findings] == [one.name for one in listed().findings]
    for each in found.verdict.walk():
        assert each.value in (None, 0, 1)
        assert each.clause in iec_hs.CLAUSES
        assert each.basis in iec_hs.BASES
        assert set(each.flags) <= set(iec_hs.FLAGS)
        assert set(re.findall(r"{(\w+)}", each.clause)) == set(each.shown)
    # One value a day and item: which of two comes last on the day of the infusion does not hang on the order either.
    shuffled = random.Random(seed).sample(draws, len(draws))
    assert listed(limits, **by_form(shuffled)) == found


@settings(max_examples=200, deadline=None)
@given(draws=DRAWS, limits=LIMITS)
def test_worse_values_after_the_infusion_take_no_finding_away(draws: list[tuple[int, str, Any]], limits: Any) -> None:
    falls = {"fibrinogen", "neutrophils", "platelets"}
    worse = [
        (day, item, value if value is None or day <= 0 else value * (Decimal("0.5") if item in falls else 2))
        for day, item, value in draws
    ]
    for before, after in zip(
        listed(limits, **by_form(draws)).findings, listed(limits, **by_form(worse)).findings, strict=True
    ):
        if before.verdict.value == 1:
            assert after.verdict.value == 1, before.name


def test_every_listed_clause_and_flag_is_given() -> None:
    said: list[Verdict] = list(listed().verdict.walk())
    for answer in ("Y", "N"):
        said += listed(asked=dict.fromkeys(iec_hs.CLINICAL, answer)).verdict.walk()
    for item, form in FORM_OF.items():
        for limits, value in ((NORMAL, 9999), (NORMAL, 0), (NORMAL, "2.5"), ({}, 3), (NORMAL, -1)):
            draws: list[tuple[int, dict[str, Any]]] = [(0, {item: 0}), (10, {item: value, "anticoagulated": "Y"})]
            said += listed(limits, **{form: draws}).verdict.walk()
            said += listed(limits, **{form: draws[1:]}).verdict.walk()
    said += [each for _, found in worked() for each in found.verdict.walk()]
    said += listed(NORMAL, inflammation=[(0, {"ferritin": 9}), (5, {"ferritin": 9})]).verdict.walk()
    assumed = {"ldh": Limits(Decimal(100), Decimal(250), assumed=True)}
    days: dict[str, Any] = {"since": on(1), "until": on(5), "limits": assumed}
    said += iec_hs.iec_hs(Rows(chemistry=[{"sampled_on": on(5), "ldh": 9}]), infused_on=INFUSED, **days).verdict.walk()
    assert set(iec_hs.CLAUSES) - {each.clause for each in said} == set()
    assert {flag for each in said for flag in each.flags} == set(iec_hs.FLAGS)
    assert len(set(iec_hs.CLAUSES)) == len(iec_hs.CLAUSES)
