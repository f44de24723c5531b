"""Blood counts of a subject taken together: the grades are those of ICAHT and T-ICAHT, from the day of the infusion on."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.rules.blood_counts import INFUSED, on
from trial.rules import haematotoxicity, icaht, t_icaht
from trial.rules.icaht_days import Censoring, CountOptions

ON = {
    "early": haematotoxicity.early_on,
    "late": haematotoxicity.late_on,
    "platelets_early": haematotoxicity.platelets_early_on,
    "platelets_late": haematotoxicity.platelets_late_on,
}
# Neutrophils at or below 0.5 from day 4 to 9, 6 days; platelets below 50 from day 4 to 13, 10 days; late both low twice.
COUNTS = [(0, "2", 150), (4, "0.4", 40), (10, "1.2", 45), (14, "2", 90), (35, "0.9", 45), (60, "0.8", 40)]


def rows(counts: Any = COUNTS) -> list[SimpleNamespace]:
    return [SimpleNamespace(sampled_on=on(day), neutrophils=anc, platelets=plt) for day, anc, plt in counts]


def grades(followed: haematotoxicity.Followed, day: int = 60) -> dict[str, Any]:
    return {name: rule(followed, on(day)).value for name, rule in ON.items()}


def test_all_counts_are_graded_four_ways() -> None:
    # Tables of ICAHT and T-ICAHT: 6 days at or below 0.5; two late counts at or below 1.0; 10 days below 50; two below 50.
    followed = haematotoxicity.follow(rows(), infused_on=INFUSED)
    assert grades(followed) == {"early": 1, "late": 2, "platelets_early": 2, "platelets_late": 2}
    assert grades(followed, day=0) == grades(followed)  # the subject's grade, at whichever form


def test_each_verdict_is_that_of_its_rule() -> None:
    options, ends = CountOptions(interpolation="LINEAR"), Censoring(progressed_on=on(40))
    followed = haematotoxicity.follow(rows(), infused_on=INFUSED, censoring=ends, options=options)
    more: dict[str, Any] = {"infused_on": INFUSED, "censoring": ends}
    assert followed.early == icaht.early(rows(), options=options, **more)
    assert followed.late == icaht.late(rows(), **more)
    assert followed.platelets_early == t_icaht.early(rows(), options=options, **more)
    assert followed.platelets_late == t_icaht.late(rows(), options=options, **more)
    assert followed.late.value is None  # one low count before the progression: nothing to hold it


@pytest.mark.parametrize("name", list(ON))
def test_before_the_infusion_nothing_is_graded(name: str) -> None:
    followed = haematotoxicity.follow(rows(), infused_on=INFUSED)
    said = ON[name](followed, on(-1))
    assert (said.value, said.clause) == (None, haematotoxicity.BEFORE)
    assert ON[name](followed, on(0)).clause != haematotoxicity.BEFORE
    assert ON[name](followed, None).value is not None  # the day is not typed yet, the counts are there
    assert ON[name](None, on(3)).clause == haematotoxicity.NOT_INFUSED


@pytest.mark.parametrize(("interpolation", "clause"), [("LOCF", "until the next draw"), ("LINEAR", "a straight line")])
def test_days_and_convention_stand_under_a_grade_of_days(interpolation: str, clause: str) -> None:
    options = CountOptions(interpolation=interpolation)
    followed = haematotoxicity.follow(rows(), infused_on=INFUSED, options=options)
    for verdict in (followed.early, followed.platelets_early):
        (known,) = (one for one in verdict.because if clause in one.clause)
        # Draws on days 0 to 14 and 35: a count of day 14 stands to day 34, every day to day 30 has one.
        assert known.shown == {"days": "31", "first": "0", "last": "30"}
        assert known.value is None and known.basis == icaht.CONVENTION
    assert "{days} days" in followed.early.clause
