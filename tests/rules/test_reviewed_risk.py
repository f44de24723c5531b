"""Second reading of stage, risk and performance status: a test a clause, both sides of each limit."""

from typing import Any

import pytest

from tests.rules.test_high_risk import new, old
from trial.rules import ecog, staging
from trial.rules.high_risk import HighRisk2025Options

# --- 6 stage


@pytest.mark.parametrize(
    ("b2", "albumin", "stage"),
    [("3.49", 35, "I"), ("3.5", 35, "II"), ("3.49", "34.9", "II"), ("5.49", 20, "II"), ("5.5", 50, "III")],
)
def test_iss_by_b2_microglobulin_and_albumin(b2: Any, albumin: Any, stage: str) -> None:
    assert staging.iss(b2, albumin).value == stage  # albumin in g/L


ISS = {"I": (2, 40), "II": (4, 40), "III": (6, 40)}


def r_iss(iss: str, **changes: Any) -> Any:
    items = {"ldh": 250, "ldh_uln": 250, "del_17p": "N", "t_4_14": "N", "t_14_16": "N", **changes}
    return staging.r_iss(b2_microglobulin=ISS[iss][0], albumin=ISS[iss][1], **items).value


RISKS: list[dict[str, Any]] = [{"del_17p": "Y"}, {"t_4_14": "Y"}, {"t_14_16": "Y"}, {"ldh": 251}]
UNKNOWN = {"ldh": None, "del_17p": "U", "t_4_14": None, "t_14_16": "U"}


@pytest.mark.parametrize("risk", RISKS, ids=str)
def test_r_iss_with_one_risk_and_with_all_others_missing(risk: dict[str, Any]) -> None:
    assert [r_iss(iss) for iss in ISS] == ["I", "II", "II"]
    assert [r_iss(iss, **risk) for iss in ISS] == ["II", "II", "III"]
    assert [r_iss(iss, **{**UNKNOWN, **risk}) for iss in ISS] == ["II", "II", "III"]
    assert [r_iss(iss, **UNKNOWN) for iss in ISS] == [None, "II", None]


def r2_iss(iss: str, **changes: Any) -> Any:
    items = {"ldh": 250, "ldh_uln": 250, "del_17p": "N", "t_4_14": "N", "gain_1q": "N", **changes}
    return staging.r2_iss(b2_microglobulin=ISS[iss][0], albumin=ISS[iss][1], **items).value


DEL, T, LDH, Q = {"del_17p": "Y"}, {"t_4_14": "Y"}, {"ldh": 251}, {"gain_1q": "Y"}


@pytest.mark.parametrize(
    ("iss", "changes", "stage"),
    [("I", {}, "I"), ("I", Q, "II"), ("I", DEL, "II"), ("I", T, "II"), ("I", LDH, "II"), ("II", {}, "II"),  # 0; 0.5; 1
     ("III", {}, "III"), ("II", Q, "III"), ("I", {**DEL, **Q}, "III"), ("III", T, "III"), ("II", {**LDH, **Q}, "III"),  # 1.5; 2.5
     ("III", {**T, **Q}, "IV"), ("II", {**DEL, **T}, "IV"), ("III", {**DEL, **T, **LDH, **Q}, "IV")],  # 3; 5
)  # fmt: skip
def test_r2_iss_points_and_stages(iss: str, changes: dict[str, Any], stage: str) -> None:
    assert r2_iss(iss, **changes) == stage


def test_r2_iss_counts_1q_from_3_copies_and_stages_only_where_fewest_and_most_points_agree() -> None:
    assert [r2_iss("I", gain_1q=None, gain_1q_copies=copies) for copies in (2, 3)] == ["I", "II"]
    assert r2_iss("I", gain_1q="U") is None  # 0 to 0.5
    assert r2_iss("III", gain_1q="U") == "III"  # 1.5 to 2
    assert r2_iss("III", gain_1q="U", t_4_14="Y") is None  # 2.5 to 3


def test_stages_are_labelled_at_study_entry_unless_at_diagnosis() -> None:
    assert "AT_STUDY_ENTRY" in staging.iss(2, 40).flags
    assert "AT_STUDY_ENTRY" not in staging.iss(2, 40, at_diagnosis=True).flags


# --- 6 high risk


@pytest.mark.parametrize(
    "item", ["t_4_14", "t_14_16", "t_14_20", "del_17p", "gain_1q", "non_hyperdiploid", "high_risk_gep"]
)
def test_high_risk_of_2016_is_any_of_seven(item: str) -> None:
    assert (old().value, old(**{item: "Y"}).value) == ("N", "Y")


def test_high_risk_of_2025_del_17p_in_more_than_20_percent_or_tp53() -> None:
    assert [new(del_17p="Y", del_17p_percent=share).value for share in (20, "20.1")] == ["N", "Y"]
    included = HighRisk2025Options(share_included=True)
    assert [new(del_17p="Y", del_17p_percent=share, options=included).value for share in ("19.9", 20)] == ["N", "Y"]
    assert new(tp53_mutation="Y").value == "Y"


@pytest.mark.parametrize("translocation", ["t_4_14", "t_14_16", "t_14_20"])
def test_high_risk_of_2025_a_translocation_with_1q_or_del_1p32(translocation: str) -> None:
    assert new(**{translocation: "Y"}).value == "N"
    assert new(**{translocation: "Y"}, gain_1q="Y").value == "Y"
    assert new(**{translocation: "Y"}, del_1p32="Y", del_1p32_biallelic="N").value == "Y"


def test_high_risk_of_2025_del_1p32_with_1q_or_of_both_copies() -> None:
    assert new(del_1p32="Y", del_1p32_biallelic="N").value == "N"
    assert new(gain_1q="Y").value == "N"
    assert new(del_1p32="Y", del_1p32_biallelic="N", gain_1q="Y").value == "Y"
    assert new(del_1p32="Y", del_1p32_biallelic="Y").value == "Y"


@pytest.mark.parametrize(
    ("b2", "creatinine", "expected"), [("5.5", 106, "Y"), ("5.49", 106, "N"), ("5.5", "106.08", "N"), ("5.5", 107, "N")]
)
def test_high_risk_of_2025_b2_microglobulin_from_5_5_with_creatinine_below_1_2(
    b2: str, creatinine: Any, expected: str
) -> None:
    assert new(b2_microglobulin=b2, creatinine=creatinine).value == expected  # 1.2 mg/dL = 106.08 umol/L


def test_ecog_is_0_to_5_with_its_text() -> None:
    assert [ecog.ecog(str(code)).value for code in range(7)] == [0, 1, 2, 3, 4, 5, None]
    said = [ecog.ecog(str(code)).clause.lower() for code in range(6)]
    words = ("fully active", "strenuous", "no work", "limited self-care", "disabled", "dead")
    assert all(word in sentence for word, sentence in zip(words, said, strict=True))
