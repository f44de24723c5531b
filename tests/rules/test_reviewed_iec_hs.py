"""Second reading of IEC-HS: a test a clause, both sides of each limit."""

from typing import Any

import pytest

from tests.rules.iec_hs_rows import listed
from trial.rules import iec_hs

# --- 3.3 IEC-HS


IEC: list[tuple[str, str, str, dict[str, Any], Any, Any]] = [
    ("FERRITIN", "inflammation", "ferritin", {"ferritin": (None, 300)}, 600, 601),
    ("TRANSAMINASES", "chemistry", "alt", {"alt": (None, 40), "ast": (None, 40)}, 200, 201),
    ("DIRECT_BILIRUBIN", "chemistry", "direct_bilirubin", {"direct_bilirubin": (None, 7)}, 7, "7.1"),
    ("LDH", "chemistry", "ldh", {"ldh": (None, 250)}, 250, 251),
    ("CLOTTING", "coagulation", "pt", {"pt": (None, 13), "aptt": (None, 35)}, 13, "13.1"),
    ("CLOTTING", "coagulation", "aptt", {"pt": (None, 13), "aptt": (None, 35)}, 35, "35.1"),
    ("FIBRINOGEN", "coagulation", "fibrinogen", {"fibrinogen": (1, 4)}, "1.5", "1.49"),
    ("FIBRINOGEN", "coagulation", "fibrinogen", {"fibrinogen": (2, 4)}, 2, "1.99"),
    ("TRIGLYCERIDES", "chemistry", "triglycerides", {}, "2.99", "3.00"),
]


@pytest.mark.parametrize(("name", "form", "item", "limits", "within", "beyond"), IEC)
def test_iec_hs_laboratory_findings_on_both_sides_of_their_limit(
    name: str, form: str, item: str, limits: dict[str, Any], within: Any, beyond: Any
) -> None:
    others = {other: 1 for other in limits if other != item}
    before = {"ferritin": 400}.get(item, 1)  # twice 400 is above the limit; the others are normal

    def found(value: Any) -> Any:
        draws: Any = {form: [(-1, {item: before, **others}), (9, {item: value, **others})]}
        return listed(limits, **draws).of(name).verdict.value

    assert (found(within), found(beyond)) == (0, 1)


def test_iec_hs_ferritin_above_twice_the_baseline_at_infusion() -> None:
    limits = {"ferritin": (None, 1000)}
    for value, expected in ((800, 0), (801, 1)):
        rows = [(-1, {"ferritin": 400}), (9, {"ferritin": value})]
        assert listed(limits, inflammation=rows).of("FERRITIN").verdict.value == expected


def test_iec_hs_transaminases_from_an_abnormal_baseline_above_5_times_it() -> None:
    limits = {"alt": (None, 40), "ast": (None, 40)}
    for value, expected in ((400, 0), (401, 1)):  # 5 x 80; 5 x the limit of normal would be 200
        rows = [(-1, {"alt": 80, "ast": 20}), (9, {"alt": value, "ast": 20})]
        assert listed(limits, chemistry=rows).of("TRANSAMINASES").verdict.value == expected


@pytest.mark.parametrize(
    ("neutrophils", "platelets", "expected"), [("0.5", 25, 0), ("0.49", 25, 1), ("0.5", 24, 1), ("0.5", None, None)]
)
def test_iec_hs_cytopenia_is_of_grade_4(neutrophils: Any, platelets: Any, expected: int | None) -> None:
    found = listed(haematology=[(9, {"neutrophils": neutrophils, "platelets": platelets})])
    assert found.of("CYTOPENIA").verdict.value == expected


@pytest.mark.parametrize(
    "name", ["splenomegaly", "renal_insufficiency", "pulmonary", "fever", "neurotoxicity", "haemophagocytosis"]
)
def test_iec_hs_clinical_findings_are_as_recorded(name: str) -> None:
    found = [listed(asked={name: answer}).of(name.upper()).verdict.value for answer in ("Y", "N", "U", None)]
    assert found == [1, 0, None, None]


def test_iec_hs_has_ferritin_required_and_no_minimum_count_and_rising_rapidly_is_left_to_the_investigator() -> None:
    answers = dict.fromkeys(
        ("splenomegaly", "renal_insufficiency", "pulmonary", "fever", "neurotoxicity", "haemophagocytosis"), "Y"
    )
    found = listed(asked=answers, inflammation=[(3, {"ferritin": 500}), (5, {"ferritin": 9000})])
    assert (found.verdict.value, found.verdict.clause) == (None, iec_hs.LISTED)
    assert [one.name for one in found.findings if one.required] == ["FERRITIN", "FERRITIN_RISE"]
    assert (found.of("FERRITIN_RISE").verdict.value, found.of("FERRITIN_RISE").verdict.clause) == (None, iec_hs.RISE)
