"""MRD: one marrow at a threshold from both sides, at any time, within complete response, and sustained."""

import re
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trial.rules import mrd

INFUSED = date(2031, 3, 1)


def on(day: int) -> date:
    return INFUSED + timedelta(days=day)


def marrow(
    day: int | None = 28, result: str | None = "NEGATIVE", sensitivity: str | None = "1e-5", **changes: Any
) -> SimpleNamespace:
    items: dict[str, Any] = {
        "mrd_method": "NGF",
        "mrd_sensitivity": sensitivity,
        "mrd_result": result,
        "mrd_level": None,
    }
    assert set(changes) <= set(items)
    return SimpleNamespace(sampled_on=None if day is None else on(day), **{**items, **changes})


@pytest.mark.parametrize(("sensitivity", "threshold", "expected"), [
    ("1e-4", "1e-4", "NEG"), ("1e-5", "1e-4", "NEG"), ("1e-6", "1e-5", "NEG"), ("1e-5", "1e-5", "NEG"),
    ("1e-4", "1e-5", "NOT_EVALUABLE"), ("1e-5", "1e-6", "NOT_EVALUABLE"),
])  # fmt: skip
def test_a_negative_marrow_counts_where_its_sensitivity_reaches_the_threshold(
    sensitivity: str, threshold: str, expected: str
) -> None:
    assert mrd.at_threshold(marrow(sensitivity=sensitivity), threshold).value == expected
    assert mrd.at_threshold(marrow(sensitivity=sensitivity), Decimal(threshold)).value == expected
    assert mrd.at_threshold(marrow(sensitivity=sensitivity), float(threshold)).value == expected


@pytest.mark.parametrize(("level", "expected"), [("0.00001", "POS"), ("0.000011", "POS"), ("0.0000099", "NEG")])
def test_a_level_at_the_threshold_is_positive_and_below_it_negative(level: str, expected: str) -> None:
    assert (
        mrd.at_threshold(marrow(result="POSITIVE", sensitivity="1e-6", mrd_level=Decimal(level)), "1e-5").value
        == expected
    )


@pytest.mark.parametrize(("level", "flags"), [(None, ()), (Decimal(0), ("LEVEL_CONTRADICTS_RESULT",))])
def test_a_positive_marrow_without_a_level_is_positive_at_every_threshold(level: Any, flags: tuple[str, ...]) -> None:
    for threshold in ("1e-4", "1e-5", "1e-6"):
        verdict = mrd.at_threshold(marrow(result="POSITIVE", mrd_level=level), threshold)
        assert (verdict.value, verdict.flags) == ("POS", flags)


@pytest.mark.parametrize(("changes", "clause"), [
    ({"mrd_method": "NOT_DONE"}, mrd.NOT_DONE), ({"result": None}, mrd.NOT_DONE),
    ({"result": "INDETERMINATE"}, mrd.INDETERMINATE), ({"sensitivity": None}, mrd.SENSITIVITY_MISSING),
    ({"mrd_level": Decimal("0.001")}, mrd.CONTRADICTORY),
])  # fmt: skip
def test_what_cannot_be_judged_is_not_evaluable(changes: dict[str, Any], clause: str) -> None:
    verdict = mrd.at_threshold(marrow(**changes), "1e-5")
    assert (verdict.value, verdict.clause) == ("NOT_EVALUABLE", clause)


def test_a_level_given_as_the_sensitivity_does_not_contradict_a_negative_result() -> None:
    assert mrd.at_threshold(marrow(mrd_level=Decimal("0.00001")), "1e-5").value == "NEG"


def test_a_level_below_the_sensitivity_is_flagged_and_answers_only_where_the_assay_reaches() -> None:
    low = marrow(result="POSITIVE", sensitivity="1e-4", mrd_level=Decimal("0.000005"))
    assert mrd.at_threshold(low, "1e-5").value == "NOT_EVALUABLE"
    assert mrd.at_threshold(low, "1e-4").value == "NEG"
    assert mrd.at_threshold(low, "1e-6").value == "POS"
    assert "LEVEL_BELOW_SENSITIVITY" in mrd.at_threshold(low, "1e-4").flags
    assert (
        mrd.at_threshold(marrow(result="POSITIVE", sensitivity=None, mrd_level=Decimal("0.000005")), "1e-5").value
        == "NEG"
    )


def test_a_result_without_a_method_counts_and_is_flagged() -> None:
    verdict = mrd.at_threshold(marrow(mrd_method=None), "1e-5")
    assert (verdict.value, verdict.flags) == ("NEG", ("METHOD_MISSING",))


def test_numbers_are_written_as_laboratories_do() -> None:
    assert [mrd.power(Decimal(value)) for value in ("1e-5", "0.00025", "1E-6", "0.5")] == [
        "1e-5",
        "2.5e-4",
        "1e-6",
        "5e-1",
    ]
    assert (
        mrd.at_threshold(marrow(), "1e-5").sentence
        == "Not detected with a sensitivity of 1e-5, which reaches the threshold of 1e-5."
    )


# --- at any time


def followed(*marrows: SimpleNamespace, threshold: str = "1e-5", until: date | None = None) -> mrd.MrdCourse:
    return mrd.course(marrows, threshold, infused_on=INFUSED, until=until)


def test_only_marrows_after_the_infusion_count_in_order_and_up_to_the_last_day() -> None:
    rows = [marrow(90, "POSITIVE"), marrow(28), marrow(0), marrow(-10), marrow(None), marrow(91)]
    assert followed(*rows).days == (on(28), on(90), on(91))
    assert followed(*rows, until=on(90)).days == (on(28), on(90))
    assert followed(*rows).negative_on == on(28)
    assert followed(marrow(28, "POSITIVE")).negative_on is None


@pytest.mark.parametrize(("rows", "value", "clause"), [
    ([], "NOT_EVALUABLE", mrd.NO_MARROW), ([marrow(-5)], "NOT_EVALUABLE", mrd.NO_MARROW),
    ([marrow(28, "POSITIVE"), marrow(90)], "NEG", mrd.ANY_NEGATIVE),
    ([marrow(28), marrow(90, "POSITIVE")], "NEG", mrd.ANY_NEGATIVE),
    ([marrow(28, "POSITIVE"), marrow(90, "INDETERMINATE")], "POS", mrd.ANY_POSITIVE),
    ([marrow(28, sensitivity="1e-4"), marrow(90, None)], "NOT_EVALUABLE", mrd.ANY_NOT_EVALUABLE),
])  # fmt: skip
def test_negative_at_any_time_is_one_negative_marrow(rows: list[SimpleNamespace], value: str, clause: str) -> None:
    verdict = mrd.any_time(followed(*rows))
    assert (verdict.value, verdict.clause) == (value, clause)


def test_the_published_threshold_and_that_of_imwg_differ_for_one_assay() -> None:
    rows = [marrow(28, sensitivity="1e-4")]
    assert [mrd.any_time(followed(*rows, threshold=at)).value for at in ("1e-4", "1e-5")] == ["NEG", "NOT_EVALUABLE"]


# --- within complete response


@pytest.mark.parametrize(("responses", "expected"), [
    ([(28, "CR")], "NEG"), ([(28, "SCR")], "NEG"), ([(28, "sCR")], "NEG"), ([(28, "VGPR")], "NOT_EVALUABLE"),
    ([], "NOT_EVALUABLE"), ([(28, None)], "NOT_EVALUABLE"),
    ([(20, "CR"), (25, "NE")], "NEG"),  # what could not be judged ends no response
    ([(20, "CR"), (27, "VGPR")], "NOT_EVALUABLE"),
    ([(30, "CR")], "NEG"), ([(42, "CR")], "NEG"), ([(43, "CR")], "NOT_EVALUABLE"),  # the marrow of the next assessment
    ([(28, "VGPR"), (35, "CR")], "NOT_EVALUABLE"),  # nearer to the very good partial response
    ([(18, "VGPR"), (38, "CR")], "NOT_EVALUABLE"), ([(18, "VGPR"), (37, "CR")], "NEG"),  # the earlier of two as near
    ([(14, "CR"), (20, "PD"), (28, "CR")], "NOT_EVALUABLE"),
])  # fmt: skip
def test_a_marrow_counts_within_the_complete_response_it_belongs_to(
    responses: list[tuple[int, str | None]], expected: str
) -> None:
    dated = [(on(day), value) for day, value in responses]
    assert mrd.within_cr(followed(marrow(28)), responses=dated).value == expected
    assert mrd.within_cr(followed(marrow(28)), responses=dated[::-1]).value == expected


def test_in_complete_response_with_positive_or_unreadable_marrows_only() -> None:
    responses = [(on(28), "CR")]
    assert mrd.within_cr(followed(marrow(28, "POSITIVE")), responses=responses).clause == mrd.CR_NOT_NEGATIVE
    assert mrd.within_cr(followed(marrow(28, None)), responses=responses).clause == mrd.CR_NOT_EVALUABLE
    assert mrd.within_cr(followed(marrow(28)), responses=[(on(28), "PR")]).clause == mrd.CR_NEVER


# --- sustained


@pytest.mark.parametrize(("later", "expected"), [(364, "N"), (365, "Y"), (700, "Y")])
def test_sustained_is_a_year_apart_from_both_sides(later: int, expected: str) -> None:
    verdict = mrd.sustained(followed(marrow(28), marrow(28 + later)))
    assert verdict.value == expected
    assert verdict.flags == (("IMAGING_NOT_ASKED",) if expected == "Y" else ())


def test_a_positive_marrow_in_between_breaks_the_run_and_an_unreadable_one_does_not() -> None:
    first, last = marrow(28), marrow(400)
    assert mrd.sustained(followed(first, marrow(180, "POSITIVE"), last)).value == "N"
    assert mrd.sustained(followed(first, marrow(180, "INDETERMINATE"), last)).value == "Y"
    assert mrd.sustained(followed(first, marrow(180, "POSITIVE"), marrow(181), marrow(546))).value == "Y"


@pytest.mark.parametrize(("imaging", "clause"), [
    ([(28, True), (400, True)], mrd.SUSTAINED_IMAGING), ([(56, True), (372, True)], mrd.SUSTAINED_IMAGING),
    ([(57, True), (400, True)], mrd.IMAGING_LACKS), ([(28, True), (400, False)], mrd.IMAGING_LACKS), ([], mrd.IMAGING_LACKS),
])  # fmt: skip
def test_imaging_must_be_negative_with_both_marrows_where_it_is_asked_for(
    imaging: list[tuple[int, bool]], clause: str
) -> None:
    pairs = [(on(day), negative) for day, negative in imaging]
    assert mrd.sustained(followed(marrow(28), marrow(400)), imaging=pairs).clause == clause


# --- properties

MARROWS = st.builds(
    marrow, st.integers(-10, 900), st.sampled_from(["NEGATIVE", "POSITIVE", "INDETERMINATE", None]),
    st.sampled_from(["1e-4", "1e-5", "1e-6", None]), mrd_method=st.sampled_from(["NGF", "NGS", "NOT_DONE", None]),
    mrd_level=st.sampled_from([None, Decimal(0), *(Decimal(f"3e-{power}") for power in range(3, 8))]),
)  # fmt: skip
ORDER = ["NEG", "POS"]


@settings(max_examples=200, deadline=None)
@given(one=MARROWS)
def test_negative_at_a_threshold_is_never_positive_at_a_higher_one(one: SimpleNamespace) -> None:
    values = [mrd.at_threshold(one, at).value for at in ("1e-6", "1e-5", "1e-4")]
    if "NEG" in values:
        assert set(values[values.index("NEG") :]) == {"NEG"}


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(MARROWS, max_size=5), cr=st.integers(0, 300))
def test_within_cr_is_never_better_than_at_any_time_and_everything_said_is_listed(
    rows: list[SimpleNamespace], cr: int
) -> None:
    course = followed(*rows)
    anything, inside = mrd.any_time(course), mrd.within_cr(course, responses=[(on(cr), "CR")])
    kept = mrd.sustained(course)
    assert inside.value != "NEG" or anything.value == "NEG"
    assert kept.value != "Y" or anything.value == "NEG"
    for verdict in (anything, inside, kept):
        for each in verdict.walk():
            assert each.clause in mrd.CLAUSES
            assert set(each.flags) <= set(mrd.FLAGS)
            assert each.basis in mrd.BASES
            assert set(re.findall(r"{(\w+)}", each.clause)) == set(each.shown)


def test_a_positive_marrow_leaves_it_open_where_another_was_not_read_deeply_enough() -> None:
    positive = marrow(28, "POSITIVE", "1e-4", mrd_level=Decimal("0.0004"))
    shallow = marrow(61, "NEGATIVE", "1e-4")
    deep = mrd.any_time(mrd.course([positive, shallow], "1e-5", infused_on=INFUSED))
    assert (deep.value, deep.clause) == ("NOT_EVALUABLE", mrd.ANY_TOO_COARSE)
    assert mrd.any_time(mrd.course([positive], "1e-5", infused_on=INFUSED)).value == "POS"
    assert mrd.any_time(mrd.course([positive, shallow], "1e-4", infused_on=INFUSED)).value == "NEG"
    responses = [(on(28), "CR"), (on(61), "CR")]
    assert (
        mrd.within_cr(mrd.course([positive, shallow], "1e-5", infused_on=INFUSED), responses=responses).value
        == "NOT_EVALUABLE"
    )
