"""ISS, R-ISS, R2-ISS and ECOG: every stage, every boundary from both sides, and what is left open where items lack."""

import itertools
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trial.rules import cytogenetics, ecog, high_risk, staging
from trial.rules.verdict import Verdict

WORKED = json.loads((Path(__file__).parent.parent / "worked" / "staging.json").read_text(encoding="utf-8"))
RULES = {
    "r_iss": (staging.r_iss, ("b2_microglobulin", "albumin", "ldh", "ldh_uln", "del_17p", "t_4_14", "t_14_16")),
    "r2_iss": (
        staging.r2_iss,
        ("b2_microglobulin", "albumin", "ldh", "ldh_uln", "del_17p", "t_4_14", "gain_1q", "gain_1q_copies"),
    ),
    "high_risk_imwg_2016": (
        high_risk.high_risk_imwg_2016,
        ("del_17p", "t_4_14", "t_14_16", "t_14_20", "gain_1q", "gain_1q_copies"),
    ),
    "high_risk_2025": (
        high_risk.high_risk_2025,
        ("del_17p", "del_17p_percent", "tp53_mutation", "t_4_14", "t_14_16", "t_14_20", "gain_1q", "gain_1q_copies",
         "del_1p32", "b2_microglobulin", "creatinine"),
    ),
}  # fmt: skip
ISS_1, ISS_2, ISS_3 = (
    {"b2_microglobulin": 2, "albumin": 40},
    {"b2_microglobulin": 4, "albumin": 40},
    {"b2_microglobulin": 9},
)
CLEAN = {"ldh": 200, "ldh_uln": 250, "del_17p": "N", "t_4_14": "N", "t_14_16": "N"}
CLEAN_2 = {"ldh": 200, "ldh_uln": 250, "del_17p": "N", "t_4_14": "N", "gain_1q": "N"}


def judge(rule: str, items: dict[str, Any], **more: Any) -> Verdict:
    """A rule by name; an item that is not given is not known."""
    if rule == "iss":
        return staging.iss(items.get("b2_microglobulin"), items.get("albumin"), **more)
    function, names = RULES[rule]
    assert set(items) <= set(names)
    return function(**{**dict.fromkeys(names), **items}, **more)  # type: ignore[operator]


@pytest.mark.parametrize("case", WORKED["cases"], ids=lambda case: f"{case['rule']}: {case['source']}")
def test_the_worked_cases(case: dict[str, Any]) -> None:
    items = {name: text if text in ("Y", "N", "U") else Decimal(text) for name, text in case["items"].items()}
    assert judge(case["rule"], items).value == case["value"]


# --- ISS


@pytest.mark.parametrize(("b2", "albumin", "stage", "clause"), [
    ("3.49", "35", "I", staging.ISS_I), ("3.49", "34.9", "II", staging.ISS_II_ALBUMIN),
    ("3.5", "35", "II", staging.ISS_II_B2), ("3.5", "34.9", "II", staging.ISS_II_B2),
    ("5.49", "35", "II", staging.ISS_II_B2), ("5.5", "50", "III", staging.ISS_III), ("5.5", "20", "III", staging.ISS_III),
    ("3.49", None, None, staging.ISS_ALBUMIN_MISSING), ("3.5", None, "II", staging.ISS_II_B2),
    ("5.5", None, "III", staging.ISS_III), (None, "35", None, staging.ISS_B2_MISSING),
    (None, "34.9", None, staging.ISS_B2_MISSING_LOW), (None, None, None, staging.ISS_NOTHING),
])  # fmt: skip
def test_every_stage_of_iss_and_every_boundary(b2: Any, albumin: Any, stage: str | None, clause: str) -> None:
    for read in (lambda text: text and Decimal(text), lambda text: text and float(text)):
        verdict = staging.iss(read(b2), read(albumin))
        assert (verdict.value, verdict.clause) == (stage, clause)


def test_albumin_is_read_in_g_per_litre_and_shown_as_the_criteria_give_it() -> None:
    assert staging.iss(2, Decimal("38.4")).sentence == (
        "β2-microglobulin 2.0 mg/L, below 3.5, and albumin 3.84 g/dL, at least 3.5: ISS stage I."
    )
    wrong = staging.iss(2, Decimal("3.8"))
    assert (wrong.value, "ALBUMIN_IMPLAUSIBLE" in wrong.flags) == ("II", True)
    assert "ALBUMIN_IMPLAUSIBLE" not in staging.iss(2, 10).flags


@pytest.mark.parametrize("wrong", [-1, 0, Decimal("Infinity"), float("inf")])
def test_an_impossible_number_counts_as_not_recorded(wrong: Any) -> None:
    verdict = staging.iss(wrong, 40, at_diagnosis=True)
    assert (verdict.value, verdict.clause, verdict.flags) == (None, staging.ISS_B2_MISSING, ("IMPOSSIBLE_VALUE",))
    assert staging.iss(4, wrong, at_diagnosis=True).flags == ("IMPOSSIBLE_VALUE",)


def test_a_stage_says_that_it_was_given_at_study_entry() -> None:
    for rule in ("iss", "r_iss", "r2_iss"):
        assert judge(rule, {}).flags == ("AT_STUDY_ENTRY",)
        assert judge(rule, {}, at_diagnosis=True).flags == ()


# --- R-ISS


@pytest.mark.parametrize(("items", "stage", "clause"), [
    ({**ISS_1, **CLEAN}, "I", staging.R_I), ({**ISS_1, **CLEAN, "ldh": 251}, "II", staging.R_II_UP),
    ({**ISS_2, **CLEAN, "del_17p": "Y"}, "II", staging.R_II_ISS), ({**ISS_2}, "II", staging.R_II_ISS),
    ({**ISS_3, **CLEAN}, "II", staging.R_II_DOWN), ({**ISS_3, **CLEAN, "ldh": 251}, "III", staging.R_III),
    ({**ISS_3, "t_14_16": "Y"}, "III", staging.R_III), ({**ISS_1, "t_4_14": "Y"}, "II", staging.R_II_UP),
    ({**ISS_1}, None, staging.R_OPEN_I), ({**ISS_3}, None, staging.R_OPEN_III), ({}, None, staging.R_OPEN),
    ({"b2_microglobulin": 2, "del_17p": "Y"}, "II", staging.R_II_ANY), ({"b2_microglobulin": 2, **CLEAN}, None, staging.R_OPEN),
    ({"albumin": 30, **CLEAN}, "II", staging.R_II_ANY), ({"albumin": 30, "del_17p": "Y"}, None, staging.R_OPEN),
    ({"albumin": 40, **CLEAN}, None, staging.R_OPEN), ({"albumin": 40, "del_17p": "Y"}, None, staging.R_OPEN),
])  # fmt: skip
def test_every_stage_of_r_iss(items: dict[str, Any], stage: str | None, clause: str) -> None:
    verdict = judge("r_iss", items)
    assert (verdict.value, verdict.clause) == (stage, clause)


@pytest.mark.parametrize("lacking", ["ldh", "ldh_uln", "del_17p", "t_4_14", "t_14_16"])
def test_one_missing_item_leaves_iss_i_and_iii_open(lacking: str) -> None:
    for iss in (ISS_1, ISS_3):
        assert judge("r_iss", {**iss, **CLEAN, lacking: None}).value is None
    if lacking not in ("ldh", "ldh_uln"):
        assert judge("r_iss", {**ISS_1, **CLEAN, lacking: "U"}).value is None
        for iss, stage in ((ISS_1, "II"), (ISS_3, "III")):
            assert judge("r_iss", {**iss, **CLEAN, lacking: "Y"}).value == stage


# --- R2-ISS


@pytest.mark.parametrize(("iss", "risks", "points", "stage"), [
    (ISS_1, {}, "0.0", "I"), (ISS_1, {"gain_1q": "Y"}, "0.5", "II"), (ISS_1, {"del_17p": "Y"}, "1.0", "II"), (ISS_2, {}, "1.0", "II"),
    (ISS_2, {"gain_1q": "Y"}, "1.5", "III"), (ISS_3, {}, "1.5", "III"), (ISS_3, {"t_4_14": "Y"}, "2.5", "III"),
    (ISS_2, {"t_4_14": "Y", "gain_1q": "Y"}, "2.5", "III"), (ISS_3, {"ldh": 251, "gain_1q": "Y"}, "3.0", "IV"),
    (ISS_2, {"t_4_14": "Y", "del_17p": "Y"}, "3.0", "IV"),
    (ISS_3, {"t_4_14": "Y", "del_17p": "Y", "ldh": 251, "gain_1q": "Y"}, "5.0", "IV"),
])  # fmt: skip
def test_every_stage_of_r2_iss_and_every_boundary(iss: Any, risks: Any, points: str, stage: str) -> None:
    verdict = judge("r2_iss", {**iss, **CLEAN_2, **risks})
    assert (verdict.value, verdict.shown["points"]) == (stage, points)


def test_points_of_r2_iss_are_shown_as_a_range_where_items_lack() -> None:
    verdict = judge("r2_iss", {**ISS_3, **CLEAN_2, "gain_1q": None})
    assert (verdict.value, dict(verdict.shown)) == ("III", {"low": "1.5", "high": "2.0"})
    verdict = judge("r2_iss", {})
    assert (verdict.value, dict(verdict.shown)) == (None, {"low": "0.0", "high": "5.0"})


@pytest.mark.parametrize(("answer", "copies", "value", "clause"), [
    ("Y", None, 1, cytogenetics.GAIN_PRESENT), ("N", None, 0, cytogenetics.GAIN_ABSENT), ("U", None, None, cytogenetics.GAIN_UNKNOWN),
    ("Y", 3, 1, cytogenetics.GAIN_COPIES_ENOUGH), (None, 3, 1, cytogenetics.GAIN_COPIES_ENOUGH),
    (None, 2, 0, cytogenetics.GAIN_ABSENT), ("N", 2, 0, cytogenetics.GAIN_ABSENT),
    ("Y", 2, None, cytogenetics.GAIN_CONTRADICTORY), ("N", 3, None, cytogenetics.GAIN_CONTRADICTORY),
])  # fmt: skip
def test_1q_counts_from_three_copies(answer: Any, copies: Any, value: int | None, clause: str) -> None:
    found = cytogenetics.gained_1q(answer, copies)
    assert (found.value, found.clause) == (value, clause)
    assert ("GAIN_1Q_CONTRADICTS" in found.flags) == (clause == cytogenetics.GAIN_CONTRADICTORY)


@pytest.mark.parametrize(
    ("ldh", "uln", "value"),
    [(250, 250, 0), (Decimal("250.1"), 250, 1), (None, 250, None), (300, None, None), (300, 0, None)],
)
def test_ldh_at_its_upper_limit_is_normal(ldh: Any, uln: Any, value: int | None) -> None:
    assert cytogenetics.ldh_above(ldh, uln).value == value


# --- ECOG


@pytest.mark.parametrize("code", range(6))
def test_each_code_of_ecog_has_its_text(code: int) -> None:
    for given_as in (code, str(code)):
        verdict = ecog.ecog(given_as)
        assert (verdict.value, verdict.clause) == (code, ecog.STATUS[code])


@pytest.mark.parametrize(("code", "clause"), [
    (None, ecog.NOT_RECORDED), ("", ecog.NOT_RECORDED), ("6", ecog.UNKNOWN_CODE), ("-1", ecog.UNKNOWN_CODE), ("12", ecog.UNKNOWN_CODE),
])  # fmt: skip
def test_any_other_code_of_ecog_has_none(code: Any, clause: str) -> None:
    assert (ecog.ecog(code).value, ecog.ecog(code).clause) == (None, clause)


# --- properties

STAGES = [None, "I", "II", "III", "IV"]
B2, ALBUMIN, LDH = [2, Decimal("3.5"), Decimal("5.5")], [Decimal("34.9"), 35], [250, 251]
CHOICES: dict[str, list[Any]] = {
    "b2_microglobulin": B2, "albumin": ALBUMIN[::-1], "ldh": LDH, "del_17p": ["N", "Y"], "t_4_14": ["N", "Y"],
    "t_14_16": ["N", "Y"], "gain_1q": ["N", "Y"],
}  # fmt: skip
NAMES = {
    "iss": ("b2_microglobulin", "albumin"),
    "r_iss": ("b2_microglobulin", "albumin", "ldh", "del_17p", "t_4_14", "t_14_16"),
    "r2_iss": ("b2_microglobulin", "albumin", "ldh", "del_17p", "t_4_14", "gain_1q"),
}
SUBJECT = st.fixed_dictionaries({name: st.sampled_from([*values, None]) for name, values in CHOICES.items()})


def staged(rule: str, subject: dict[str, Any]) -> Verdict:
    items = {name: subject[name] for name in NAMES[rule]}
    return judge(rule, {**items, "ldh_uln": 250} if rule != "iss" else items)


def completions(rule: str, subject: dict[str, Any]) -> set[Any]:
    """The stages of every way in which what is not known could turn out."""
    open_items = [name for name in NAMES[rule] if subject[name] is None]
    return {
        staged(rule, {**subject, **dict(zip(open_items, found, strict=True))}).value
        for found in itertools.product(*(CHOICES[name] for name in open_items))
    }


@pytest.mark.parametrize("rule", NAMES)
@settings(max_examples=150, deadline=None)
@given(subject=SUBJECT)
def test_a_stage_is_given_exactly_where_all_that_could_be_found_agrees(rule: str, subject: dict[str, Any]) -> None:
    possible = completions(rule, subject)
    assert None not in possible
    assert staged(rule, subject).value == (possible.pop() if len(possible) == 1 else None)


@pytest.mark.parametrize("rule", NAMES)
@settings(max_examples=150, deadline=None)
@given(subject=SUBJECT, name=st.sampled_from(sorted(CHOICES)))
def test_worse_input_never_lowers_a_stage(rule: str, subject: dict[str, Any], name: str) -> None:
    stages = [staged(rule, {**subject, name: value}).value for value in CHOICES[name]]
    given_stages = [STAGES.index(stage) for stage in stages if stage is not None]
    assert given_stages == sorted(given_stages)


@settings(max_examples=150, deadline=None)
@given(subject=SUBJECT, copies=st.sampled_from([None, 2, 3, 5, -1]), answer=st.sampled_from(["Y", "N", "U", None]))
def test_every_sentence_flag_and_source_is_listed(subject: dict[str, Any], copies: Any, answer: Any) -> None:
    verdicts = [staged(rule, subject) for rule in NAMES]
    verdicts.append(judge("r2_iss", {"gain_1q": answer, "gain_1q_copies": copies}))
    for verdict in (line for one in verdicts for line in one.walk()):
        assert verdict.clause in (*staging.CLAUSES, *cytogenetics.CLAUSES)
        assert set(verdict.flags) <= {*staging.FLAGS, *cytogenetics.FLAGS}
        assert verdict.basis in (*staging.BASES, *cytogenetics.BASES)
        assert set(re.findall(r"{(\w+)}", verdict.clause)) == set(verdict.shown)
