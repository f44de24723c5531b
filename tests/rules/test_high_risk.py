"""High risk by IMWG 2016 and IMS/IMWG 2025: every criterion, every boundary from both sides, every missing item."""

import itertools
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trial.rules import cytogenetics, high_risk
from trial.rules.high_risk import HighRisk2025Options
from trial.rules.verdict import Verdict

OLD = dict.fromkeys(("del_17p", "t_4_14", "t_14_16", "t_14_20", "gain_1q"), "N")
NEW: dict[str, Any] = {
    **OLD, "del_17p_percent": None, "tp53_mutation": "N", "gain_1q_copies": None, "del_1p32": "N", "b2_microglobulin": 3,
    "creatinine": 80,
}  # fmt: skip
INCLUDED = HighRisk2025Options(share_included=True)


def new(**changes: Any) -> Verdict:
    options = changes.pop("options", high_risk.RECOMMENDED)
    assert set(changes) <= {*NEW, "del_1p32_biallelic"}
    return high_risk.high_risk_2025(**{**NEW, **changes}, options=options)


def old(**changes: Any) -> Verdict:
    return high_risk.high_risk_imwg_2016(**{**OLD, **changes})


# --- IMWG 2016


@pytest.mark.parametrize("name", OLD)
def test_each_change_of_2016_is_enough_and_each_unknown_one_leaves_it_open(name: str) -> None:
    assert old(**{name: "Y"}).value == "Y"
    for unknown in ("U", None):
        verdict = old(**{name: unknown})
        assert (verdict.value, verdict.clause) == (None, high_risk.OPEN_2016)
        others = next(other for other in OLD if other != name)
        assert old(**{name: unknown, others: "Y"}).value == "Y"


def test_ploidy_and_expression_count_where_known_and_are_asked_for_by_name() -> None:
    assert (old().value, old().flags) == ("N", ("PLOIDY_AND_EXPRESSION_NOT_ASKED",))
    assert old(non_hyperdiploid="Y").value == old(high_risk_gep="Y").value == "Y"
    assert old(ask_ploidy_and_expression=True).value is None
    full = old(ask_ploidy_and_expression=True, non_hyperdiploid="N", high_risk_gep="N")
    assert (full.value, full.flags) == ("N", ())
    assert old(non_hyperdiploid="N", high_risk_gep="N").flags == ()


def test_the_share_of_cells_does_not_matter_in_2016_and_the_copies_of_1q_do() -> None:
    assert old(gain_1q=None, gain_1q_copies=3).value == "Y"
    assert old(gain_1q=None, gain_1q_copies=2).value == "N"


# --- IMS/IMWG 2025, 17p and TP53


@pytest.mark.parametrize(("percent", "more", "at_least"), [
    ("19.9", "N", "N"), ("20", "N", "Y"), ("20.1", "Y", "Y"), ("100", "Y", "Y"), ("0.1", "N", "N"),
])  # fmt: skip
def test_the_share_of_cells_from_both_sides_by_both_readings(percent: str, more: str, at_least: str) -> None:
    changes = {"del_17p": "Y", "del_17p_percent": Decimal(percent)}
    assert (new(**changes).value, new(**changes, options=INCLUDED).value) == (more, at_least)


def test_the_cutoff_is_an_option_and_must_be_a_share() -> None:
    sixty = HighRisk2025Options(del_17p_percent=Decimal(60))
    assert new(del_17p="Y", del_17p_percent=60, options=sixty).value == "N"
    assert new(del_17p="Y", del_17p_percent=61, options=sixty).value == "Y"
    with pytest.raises(ValueError, match="0 to 100"):
        HighRisk2025Options(del_17p_percent=Decimal(101))


@pytest.mark.parametrize(("changes", "value", "flags"), [
    ({"del_17p": "Y"}, None, ("DEL_17P_PERCENT_MISSING",)), ({"del_17p": "U"}, None, ()), ({"del_17p": None}, None, ()),
    ({"del_17p": None, "del_17p_percent": 60}, "Y", ()), ({"del_17p": "U", "del_17p_percent": 10}, "N", ()),
    ({"del_17p": "N", "del_17p_percent": 10}, "N", ()), ({"del_17p": "N", "del_17p_percent": 60}, None, ("DEL_17P_CONTRADICTS",)),
    ({"del_17p": "Y", "del_17p_percent": 101}, None, ("DEL_17P_PERCENT_MISSING", "IMPOSSIBLE_VALUE")),
    ({"del_17p": "N", "del_17p_percent": -1}, "N", ("IMPOSSIBLE_VALUE",)),
    ({"del_17p": "Y", "del_17p_percent": 0}, None, ("DEL_17P_CONTRADICTS",)), ({"del_17p": "N", "del_17p_percent": 0}, "N", ()),
    ({"tp53_mutation": "U"}, None, ()), ({"tp53_mutation": "Y", "del_17p": None}, "Y", ()),
])  # fmt: skip
def test_loss_of_17p_where_items_lack_or_contradict(changes: Any, value: str | None, flags: tuple[str, ...]) -> None:
    assert (new(**changes).value, new(**changes).flags) == (value, flags)


# --- translocations, 1q, 1p32


@pytest.mark.parametrize("translocation", ["t_4_14", "t_14_16", "t_14_20"])
def test_a_translocation_counts_only_together_with_1q_or_1p32(translocation: str) -> None:
    changes = {translocation: "Y"}
    assert new(**changes).value == "N"
    assert new(**changes, gain_1q="Y").value == "Y"
    assert new(**changes, del_1p32="Y").value == "Y"
    assert new(**changes, gain_1q="U").value is None
    assert new(**changes, del_1p32=None).value is None
    assert new(**{translocation: "U"}, gain_1q="Y").value is None
    assert new(**{translocation: "U"}).value == "N"


@pytest.mark.parametrize(("changes", "value", "flags"), [
    ({"gain_1q": "Y"}, "N", ()), ({"del_1p32": "Y", "gain_1q": "Y"}, "Y", ()),
    ({"del_1p32": "Y"}, None, ("BIALLELIC_UNKNOWN",)), ({"del_1p32": "Y", "del_1p32_biallelic": "N"}, "N", ()),
    ({"del_1p32": "Y", "del_1p32_biallelic": "Y"}, "Y", ()), ({"del_1p32": None, "del_1p32_biallelic": "Y"}, "Y", ()),
    ({"del_1p32": None, "gain_1q": "Y"}, None, ()), ({"del_1p32": "Y", "del_1p32_biallelic": "N", "gain_1q": "U"}, None, ()),
    ({"del_1p32": "N", "del_1p32_biallelic": "Y"}, None, ("DEL_1P32_CONTRADICTS",)),
])  # fmt: skip
def test_loss_of_1p32_alone_or_of_both_copies(changes: Any, value: str | None, flags: tuple[str, ...]) -> None:
    assert (new(**changes).value, new(**changes).flags) == (value, flags)


def test_a_loss_of_both_copies_is_a_loss_beside_a_translocation_too() -> None:
    assert [one.value for one in new(t_4_14="Y", del_1p32=None, del_1p32_biallelic="Y").because] == [0, 1, 1, 0]


# --- β2-microglobulin


@pytest.mark.parametrize(("b2", "creatinine", "value", "clause"), [
    ("5.49", 80, 0, high_risk.B2_LOW), ("5.5", 80, 1, high_risk.B2), ("5.49", None, 0, high_risk.B2_LOW),
    ("5.5", "106.07", 1, high_risk.B2), ("5.5", "106.08", 0, high_risk.B2_KIDNEY), (None, 200, 0, high_risk.B2_KIDNEY),
    ("5.5", None, None, high_risk.B2_OPEN), (None, 80, None, high_risk.B2_OPEN), (None, None, None, high_risk.B2_OPEN),
    ("5.5", 0, None, high_risk.B2_OPEN),
])  # fmt: skip
def test_b2_microglobulin_counts_with_a_normal_creatinine_only(
    b2: Any, creatinine: Any, value: Any, clause: str
) -> None:
    read = [None if one is None else Decimal(one) for one in (b2, creatinine)]
    verdict = new(b2_microglobulin=read[0], creatinine=read[1])
    assert (verdict.because[3].value, verdict.because[3].clause) == (value, clause)
    assert verdict.value == {1: "Y", 0: "N", None: None}[value]


def test_creatinine_is_read_in_umol_per_litre_and_shown_as_the_criteria_give_it() -> None:
    assert new(b2_microglobulin=6, creatinine=88).because[3].sentence == (
        "β2-microglobulin 6.0 mg/L, at least 5.5, with creatinine 1.0 mg/dL, below 1.2."
    )


# --- properties

CHOICES: dict[str, list[Any]] = {
    "del_17p_percent": [0, 20, 21], "tp53_mutation": ["N", "Y"], "t_4_14": ["N", "Y"], "t_14_16": ["N", "Y"],
    "gain_1q": ["N", "Y"], "del_1p32": ["N", "Y"], "b2_microglobulin": [3, Decimal("5.5")], "creatinine": [200, 80],
}  # fmt: skip
SUBJECT = st.fixed_dictionaries({name: st.sampled_from([*values, None]) for name, values in CHOICES.items()})


def judged(subject: dict[str, Any]) -> Verdict:
    """As recorded, with the share of cells standing for del(17p) and no biallelic loss."""
    return new(**{**subject, "del_17p": None, "del_1p32_biallelic": "N"})


@settings(max_examples=120, deadline=None)
@given(subject=SUBJECT)
def test_high_risk_is_told_exactly_where_all_that_could_be_found_agrees(subject: dict[str, Any]) -> None:
    unknown = [name for name, value in subject.items() if value is None]
    possible = {
        judged({**subject, **dict(zip(unknown, found, strict=True))}).value
        for found in itertools.product(*(CHOICES[name] for name in unknown))
    }
    assert None not in possible
    assert judged(subject).value == (possible.pop() if len(possible) == 1 else None)


@settings(max_examples=150, deadline=None)
@given(subject=SUBJECT, name=st.sampled_from(sorted(CHOICES)))
def test_worse_input_never_takes_high_risk_away(subject: dict[str, Any], name: str) -> None:
    told = [judged({**subject, name: value}).value for value in CHOICES[name]]
    told = [value for value in told if value is not None]
    assert told == sorted(told)  # "N" before "Y"


ANSWER = st.sampled_from(["Y", "N", "U", None])
NUMBER = st.sampled_from([None, -1, 0, 2, 3, 6, 20, 21, 106, 200])


@settings(max_examples=200, deadline=None)
@given(
    answers=st.fixed_dictionaries(dict.fromkeys([name for name in NEW if NEW[name] == "N"], ANSWER)),
    numbers=st.fixed_dictionaries(dict.fromkeys(["del_17p_percent", "gain_1q_copies", "b2_microglobulin", "creatinine"], NUMBER)),
    biallelic=ANSWER,
    options=st.sampled_from([high_risk.RECOMMENDED, INCLUDED]),
)  # fmt: skip
def test_every_sentence_flag_and_source_is_listed(answers: Any, numbers: Any, biallelic: Any, options: Any) -> None:
    verdict = new(**answers, **numbers, del_1p32_biallelic=biallelic, options=options)
    older = old(**{name: answers[name] for name in OLD}, gain_1q_copies=numbers["gain_1q_copies"])
    for one in (*verdict.walk(), *older.walk()):
        assert one.clause in (*high_risk.CLAUSES, *cytogenetics.CLAUSES)
        assert set(one.flags) <= {*high_risk.FLAGS, *cytogenetics.FLAGS}
        assert one.basis in (*high_risk.BASES, *cytogenetics.BASES)
        assert set(re.findall(r"{(\w+)}", one.clause)) == set(one.shown)
