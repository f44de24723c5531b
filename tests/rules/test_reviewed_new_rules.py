"""Second reading of Lee 2014, ICAHT, IEC-HS, stages, kinetics and escalation: a test a clause, both sides of each limit."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from tests.rules import emd_images
from tests.rules.blood_counts import judge, on
from tests.rules.iec_hs_rows import listed
from tests.rules.imwg_records import INFUSED, SERUM, laboratory, marrow
from tests.rules.lee_assessments import FEVER, grade, pressor
from tests.rules.test_high_risk import new, old
from trial.rules import boin, ecog, escalation, icaht, iec_hs, kinetics, mrd, myeloma, staging
from trial.rules.boin import BoinOptions
from trial.rules.escalation import Level
from trial.rules.high_risk import HighRisk2025Options
from trial.rules.icaht_days import Censoring, CountOptions
from trial.rules.kinetics import KineticsOptions
from trial.rules.lee_options import LeeOptions
from trial.rules.lee_pressors import high_dose
from trial.rules.time_to_event import Due

# --- 1.2 Lee 2014


def test_lee_grade_1_is_constitutional_symptoms_only_and_grade_5_is_death() -> None:
    assert [grade(temperature=at, fever_due_to_crs="Y").value for at in ("37.9", "38.0")] == [0, 1]
    assert [grade(**FEVER, death_due_to_crs=death).value for death in ("N", "Y")] == [1, 5]


def test_lee_does_not_ask_for_fever_above_grade_1() -> None:
    assert grade(hypotension="Y").value == 2
    assert grade(oxygen="NASAL_CANNULA", fio2=28).value == 2
    assert grade(organ_toxicity="3").value == 3


@pytest.mark.parametrize(("fio2", "expected"), [("28", 2), ("39.9", 2), ("40", 3), ("100", 3), (None, 2)])
@pytest.mark.parametrize("device", ["NASAL_CANNULA", "HFNC", "FACE_MASK", "NON_REBREATHER"])
def test_lee_oxygen_is_grade_2_below_40_percent_and_grade_3_from_there(device: str, fio2: Any, expected: int) -> None:
    found = grade(oxygen=device, fio2=fio2)
    assert found.value == expected
    assert ("LOWER_BOUND" in found.flags) == (fio2 is None)  # "at least 2, 3 not excluded"


@pytest.mark.parametrize("device", ["INTUBATED", "CPAP", "BIPAP"])
def test_lee_ventilator_support_is_grade_4_and_cpap_and_bipap_by_a_named_option(device: str) -> None:
    items = {"oxygen": device, "fio2": 30, "ventilation_reason": "HYPOXIA"}
    assert grade(**items).value == 4
    by_fio2 = LeeOptions(niv_is_ventilator_support=False)
    assert grade(**items, options=by_fio2).value == (4 if device == "INTUBATED" else 2)


@pytest.mark.parametrize(
    ("organs", "transaminases", "expected"),
    [
        ("1", "0", 0),
        ("2", "0", 2),
        ("3", "0", 3),
        ("4", "0", 4),
        ("0", "4", 3),
        ("2", "4", 3),
        ("4", "4", 4),
        ("0", "1", 0),
    ],
)
def test_lee_organ_toxicity_by_its_grade_but_transaminitis_of_grade_4_is_grade_3(
    organs: str, transaminases: str, expected: int
) -> None:
    assert grade(organ_toxicity=organs, transaminase_grade=transaminases).value == expected


def test_lee_hypotension_answering_to_fluids_or_to_a_low_dose_of_one_vasopressor_is_grade_2() -> None:
    assert grade(hypotension="Y").value == 2
    assert grade(pressor("NOREPINEPHRINE", 8, hours=4)).value == 2


HIGH = [
    ("NOREPINEPHRINE", "ug/min", "20", "19.9"), ("DOPAMINE", "ug/kg/min", "10", "9.9"),
    ("PHENYLEPHRINE", "ug/min", "200", "199"), ("EPINEPHRINE", "ug/min", "10", "9.9"),
]  # fmt: skip


@pytest.mark.parametrize(("drug", "unit", "high", "low"), HIGH)
def test_lee_high_dose_of_one_agent_is_grade_3_from_its_limit_for_3_hours(
    drug: str, unit: str, high: str, low: str
) -> None:
    assert [grade(pressor(drug, dose, unit, hours)).value for dose, hours in ((high, 3), (high, "2.9"), (low, 9))] == [
        3,
        2,
        2,
    ]


def test_lee_doses_per_kg_use_the_weight() -> None:
    assert [grade(pressor("NOREPINEPHRINE", "0.25", "ug/kg/min", 3), weight=kg).value for kg in (80, 79)] == [3, 2]
    assert [grade(pressor("DOPAMINE", 700, "ug/min", 3), weight=kg).value for kg in (70, 71)] == [3, 2]
    unweighed = grade(pressor("NOREPINEPHRINE", "0.25", "ug/kg/min", 3))
    assert (unweighed.value, "LOWER_BOUND" in unweighed.flags) == (2, True)


@pytest.mark.parametrize(("norepinephrine", "high"), [("10", True), ("9.9", False)])
def test_lee_equivalent_of_agents_together_is_norepinephrine_half_dopamine_epinephrine_and_a_tenth_of_phenylephrine(
    norepinephrine: str, high: bool
) -> None:
    # 10 + 9/2 + 4 + 15/10 = 20
    rows = [
        pressor("NOREPINEPHRINE", norepinephrine, hours=3), pressor("DOPAMINE", 9, "ug/kg/min", 3),
        pressor("EPINEPHRINE", 4, hours=3), pressor("PHENYLEPHRINE", 15, hours=3),
    ]  # fmt: skip
    assert high_dose(rows, weight=None, now=None, options=LeeOptions()).high is high


@pytest.mark.parametrize(("dose", "expected"), [("10", 3), ("9.9", 2)])
def test_lee_on_vasopressin_an_equivalent_of_10_is_a_high_dose(dose: str, expected: int) -> None:
    rows = [pressor("NOREPINEPHRINE", dose, hours=3), pressor("VASOPRESSIN", "0.03", "U/min", 3)]
    assert grade(*rows, options=LeeOptions(vasopressin_counts_towards_multiple=False)).value == expected
    assert grade(*rows).value == 3  # vasopressin counts towards "multiple"


def test_lee_two_vasopressors_at_low_doses_are_grade_3_and_vasopressin_alone_is_grade_2_by_a_named_option() -> None:
    assert grade(pressor("NOREPINEPHRINE", 2, hours=1), pressor("PHENYLEPHRINE", 20, hours=1)).value == 3
    alone = pressor("VASOPRESSIN", "0.03", "U/min", 4)
    assert [grade(alone, options=LeeOptions(vasopressin_alone=at)).value for at in (2, 3)] == [2, 3]
    assert grade(alone).value == 2


# --- 3.1 ICAHT, early: cumulative days from 0 to 30


def low_for(days: int, low: Any, high: Any = "0.6", first: int = 5) -> list[tuple[int, Any]]:
    """A draw every day up to day 31, so many days of them low in a row."""
    return [(day, low if first <= day < first + days else high) for day in range(32)]


@pytest.mark.parametrize(
    ("low", "days", "expected"),
    [("0.5", 0, 0), ("0.5", 1, 1), ("0.5", 6, 1), ("0.5", 7, 2), ("0.5", 13, 2), ("0.5", 14, 3), ("0.501", 14, 0),
     ("0.1", 6, 1), ("0.1", 7, 3), ("0.1", 13, 3), ("0.1", 14, 4), ("0.101", 13, 2), ("0.101", 14, 3)],
)  # fmt: skip
def test_early_icaht_days_at_or_below_500_and_at_or_below_100(low: str, days: int, expected: int) -> None:
    assert judge("early", low_for(days, low)).value == expected


def test_early_icaht_days_are_cumulative_and_end_on_day_30() -> None:
    apart = [(day, "0.4" if day in {2, 3, 4, 5, 15, 16, 17} else "1.0") for day in range(32)]
    assert judge("early", apart).value == 2  # 4 and 3 days
    assert judge("early", low_for(6, "0.4", first=25)).value == 1  # days 25 to 30
    assert judge("early", [*low_for(6, "0.4", first=25), (31, "0.4"), (32, "0.4")]).value == 1


def test_early_icaht_grade_4_is_never_above_500_from_day_0_through_day_30() -> None:
    assert judge("early", [(day, "0.5") for day in range(32)]).value == 4
    for above in (0, 15, 30):
        assert judge("early", [(day, "0.501" if day == above else "0.5") for day in range(32)]).value == 3


def test_early_icaht_one_of_two_counts_of_a_day_above_500_is_a_value_above_500() -> None:
    counts = [(day, "0.5") for day in range(32)]
    assert judge("early", [*counts, (15, "0.3")]).value == 4
    assert judge("early", [*counts, (15, "0.6")]).value == 3
    nadir = CountOptions(never_above="FROM_NADIR")
    after = [(day, "0.9" if day < 8 else "0.4") for day in range(32)]
    assert judge("early", [*after, (8, "0.6")], options=nadir).value == 4  # may have come before the first low one
    assert judge("early", [*after, (9, "0.6")], options=nadir).value == 3


def test_early_icaht_never_above_from_the_first_count_at_or_below_500_is_a_named_option() -> None:
    late_nadir = [(day, "0.9" if day < 8 else "0.5") for day in range(32)]
    assert judge("early", late_nadir).value == 3
    assert judge("early", late_nadir, options=CountOptions(never_above="FROM_NADIR")).value == 4


def test_early_icaht_draws_more_than_3_days_apart_give_both_readings() -> None:
    apart, near = [(0, "2"), (8, "0.4"), (12, "2"), (31, "2")], [(0, "0.9"), (3, "0.4"), (6, "0.9")]
    both = judge("early", apart)
    assert "DRAWS_FAR_APART" in both.flags
    assert both.because[-1].clause == icaht.OTHER_WAY_LINEAR
    assert "DRAWS_FAR_APART" not in judge("early", near).flags


def test_early_icaht_recovery_of_less_than_3_days_counts_in_the_total() -> None:
    def with_recovery(days: int) -> Any:
        above = set(range(10, 10 + days))
        return judge("early", [(day, "0.9" if day in above or not 6 <= day <= 14 else "0.4") for day in range(32)])

    assert [with_recovery(days).value for days in (2, 3)] == [2, 1]  # 9 days, or 6


@pytest.mark.parametrize("end", ["died_on", "progressed_on", "new_therapy_on"])
def test_early_icaht_is_censored_at_progression_next_therapy_and_death_and_flagged(end: str) -> None:
    found = judge("early", low_for(16, "0.4"), censoring=Censoring(**{end: on(10)}))
    assert (found.value, "CENSORED" in found.flags) == (1, True)  # days 5 to 10
    assert judge("early", low_for(16, "0.4")).value == 3


# --- 3.1 ICAHT, late: after day 30, on two consecutive draws


@pytest.mark.parametrize(
    ("count", "expected"),
    [("1.51", 0), ("1.5", 1), ("1.01", 1), ("1.0", 2), ("0.51", 2), ("0.5", 3), ("0.11", 3), ("0.1", 4)],
)
def test_late_icaht_at_or_below_1500_1000_500_and_100(count: str, expected: int) -> None:
    assert judge("late", [(31, count), (60, count)]).value == expected


def test_late_icaht_is_the_worst_level_held_on_two_consecutive_draws_after_day_30() -> None:
    assert judge("late", [(40, "0.45"), (47, "0.9")]).value == 2
    assert judge("late", [(40, "0.45"), (47, "2"), (54, "0.45")]).value == 0
    assert judge("late", [(30, "0.45"), (31, "0.45")]).value is None  # one draw after day 30
    assert judge("late", [(31, "0.45"), (32, "0.45")]).value == 3


# --- 3.1 T-ICAHT


@pytest.mark.parametrize(
    ("low", "days", "expected"),
    [(50, 10, 0), (49, 1, 1), (49, 6, 1), (49, 7, 2), (20, 14, 2), (19, 1, 3), (19, 13, 3), (19, 14, 4)],
)
def test_early_t_icaht_days_below_50_and_below_20(low: int, days: int, expected: int) -> None:
    assert judge("platelets_early", low_for(days, low, 150)).value == expected


@pytest.mark.parametrize(
    ("low", "days", "expected"),
    [(100, 20, 0), (99, 20, 1), (50, 20, 1), (49, 20, 2), (20, 20, 2), (19, 2, 3), (19, 13, 3), (19, 14, 4)],
)
def test_late_t_icaht_from_day_31_to_day_100(low: int, days: int, expected: int) -> None:
    counts = [(day, low if 40 <= day < 40 + days else 150) for day in range(31, 102)]
    assert judge("platelets_late", counts).value == expected
    outside = [(day, low if day in (29, 30, 101, 102) else 150) for day in range(25, 105)]
    assert judge("platelets_late", outside).value == 0


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


# --- 7 cellular kinetics


def curve(*points: tuple[int, Any], **options: Any) -> kinetics.Kinetics:
    samples = [
        SimpleNamespace(sampled_on=on(day), method="QPCR", unit="copies/ug", limit=None, below="BLQ" if value is None else None,
                        value=None if value is None else Decimal(str(value)))
        for day, value in points
    ]  # fmt: skip
    return kinetics.kinetics(samples, infused_on=on(0), unit="copies/ug", options=KineticsOptions(**options))


def test_kinetics_cmax_is_the_most_tmax_the_first_day_of_it_and_tlast_the_last_quantifiable() -> None:
    found = curve((0, None), (7, 500), (10, 900), (14, 900), (28, 30), (60, None))
    assert [one.value for one in (found.cmax, found.tmax, found.clast, found.tlast)] == [900, 10, 30, 28]


def test_kinetics_areas_to_day_28_and_90_interpolate_at_the_horizon() -> None:
    found = curve((0, None), (14, 140), (30, 60), (90, 0.5))
    # 14 x 140 / 2 = 980; day 28 on the line: 70, 14 x (140 + 70) / 2 = 1470
    assert found.areas[28].value == 2450
    # 980; 16 x 200 / 2 = 1600; 60 x 60.5 / 2 = 1815
    assert found.areas[90].value == 4395
    assert curve((0, None), (14, 140), (27, 60)).areas[28].value is None


def test_kinetics_trapezoids_are_linear_or_linear_up_and_logarithmic_down_by_name() -> None:
    points = ((0, None), (14, 100), (28, 25))
    assert curve(*points).areas[28].value == 700 + 875
    log = curve(*points, trapezoids="linear_up_log_down").areas[28].value
    assert float(log or 0) == pytest.approx(700 + 14 * 75 / 1.3862943611, rel=1e-9)  # ln(100 / 25)


def test_kinetics_below_quantification_is_0_before_the_first_and_0_or_excluded_after_the_last() -> None:
    assert curve((0, None), (4, None), (14, 100), (28, 100)).areas[28].value == 500 + 1400  # 10 x 100 / 2
    after = ((0, None), (14, 100), (28, None))
    assert curve(*after).areas[28].value == 700 + 700
    assert curve(*after, after_last="left_out").areas[28].value is None


def test_kinetics_half_life_needs_3_terminal_points() -> None:
    three = curve((0, None), (10, 800), (17, 400), (24, 200), (31, 100))
    assert float(three.half_life.value or 0) == pytest.approx(7)
    assert curve((0, None), (10, 800), (17, 400), (24, 200)).half_life.value is None


# --- 7 3+3


def step(toxic: int, evaluable: int, *below: tuple[int, int], above: tuple[int, int] = (0, 0)) -> Any:
    rows = [*below, (toxic, evaluable), above]
    levels = [Level(str(place), evaluable=one[1], toxic=one[0]) for place, one in enumerate(rows)]
    return escalation.next_step(levels, at=len(below)).value


@pytest.mark.parametrize(
    ("toxic", "evaluable", "expected"),
    [(0, 3, "ESCALATE"), (1, 3, "EXPAND"), (2, 3, "DE_ESCALATE"), (3, 3, "DE_ESCALATE"), (0, 6, "ESCALATE"),
     (1, 6, "ESCALATE"), (2, 6, "DE_ESCALATE"), (3, 6, "DE_ESCALATE")],
)  # fmt: skip
def test_three_plus_three_each_line(toxic: int, evaluable: int, expected: str) -> None:
    assert step(toxic, evaluable, (0, 3)) == expected


@pytest.mark.parametrize(
    ("counts", "dose"),
    [(((0, 3), (1, 6), (2, 6)), "1"), (((1, 6), (2, 3), (0, 0)), "0"), (((0, 3), (0, 3), (2, 3)), None),
     (((0, 3), (0, 3), (1, 6)), "2"), (((2, 6), (0, 0), (0, 0)), None)],
)  # fmt: skip
def test_three_plus_three_mtd_is_the_highest_level_with_at_most_1_in_6(
    counts: tuple[tuple[int, int], ...], dose: str | None
) -> None:
    levels = [Level(str(place), evaluable=one[1], toxic=one[0]) for place, one in enumerate(counts)]
    assert escalation.maximum_tolerated(levels).value == dose


def test_three_plus_three_replaces_who_is_not_evaluable() -> None:
    found = escalation.next_step([Level("1", evaluable=2), Level("2")], at=0)
    assert (found.value, found.shown["more"]) == ("EXPAND", "1")


# --- 7 BOIN


@pytest.mark.parametrize(
    ("target", "escalate", "de_escalate"),
    [(0.20, 0.157, 0.238), (0.25, 0.197, 0.298), (0.30, 0.236, 0.359), (0.33, 0.260, 0.395)],
)
def test_boin_boundaries_for_rates_of_0_6_and_1_4_times_the_target(
    target: float, escalate: float, de_escalate: float
) -> None:
    assert boin.boundaries(BoinOptions(target=target)) == pytest.approx((escalate, de_escalate), abs=6e-4)


@pytest.mark.parametrize(
    ("evaluable", "toxic", "expected"),
    [(3, 0, "ESCALATE"), (3, 1, "STAY"), (3, 2, "DE_ESCALATE"), (3, 3, "ELIMINATE"), (6, 1, "ESCALATE"), (6, 2, "STAY"),
     (6, 3, "DE_ESCALATE"), (6, 4, "ELIMINATE"), (9, 2, "ESCALATE"), (9, 3, "STAY"), (9, 4, "DE_ESCALATE"),
     (9, 5, "ELIMINATE")],
)  # fmt: skip
def test_boin_decisions_for_3_6_and_9_at_a_target_of_0_30(evaluable: int, toxic: int, expected: str) -> None:
    assert boin.decision(Level("1", evaluable=evaluable, toxic=toxic)).value == expected


def test_boin_eliminates_above_95_percent_from_3_subjects_with_all_higher_doses_and_the_lowest_stops() -> None:
    # Uniform prior: Pr(p > 0.30 | 2 of 2) = 1 - 0.3^3 = 0.973, but two are too few; 2 of 3: 0.916.
    assert boin.decision(Level("1", evaluable=2, toxic=2)).value == "DE_ESCALATE"
    assert boin.decision(Level("1", evaluable=3, toxic=2)).value == "DE_ESCALATE"
    good, bad = Level("1", evaluable=3), Level("2", evaluable=3, toxic=3)
    assert boin.next_step([good, bad, Level("3", evaluable=3)], at=2).value == "DE_ESCALATE"
    assert boin.next_step([good, bad], at=0).value == "STAY"
    assert boin.next_step([Level("1", evaluable=3, toxic=3), Level("2")], at=0).value == "STOP"


def test_boin_mtd_is_the_isotonic_estimate_nearest_to_the_target_of_what_is_not_eliminated() -> None:
    rates = [Level("1", evaluable=6, toxic=0), Level("2", evaluable=6, toxic=2), Level("3", evaluable=6, toxic=4)]
    assert boin.maximum_tolerated(rates).value == "2"
    swapped = [Level("1", evaluable=6, toxic=2), Level("2", evaluable=6, toxic=1)]
    one, other = boin.isotonic(swapped)
    assert one == other == pytest.approx(0.25, abs=0.02)


# --- 4.4 MRD over several marrows


def read(day: int, result: str, sensitivity: str | None = "1e-5", level: str | None = None) -> SimpleNamespace:
    return SimpleNamespace(
        sampled_on=on(day), mrd_method="NGF", mrd_sensitivity=sensitivity, mrd_result=result, mrd_level=level
    )


@pytest.mark.parametrize(
    ("other", "expected"),
    [(("NEGATIVE", "1e-4"), "NOT_EVALUABLE"), (("POSITIVE", "1e-4", "5e-6"), "NOT_EVALUABLE"),
     (("NEGATIVE", None), "NOT_EVALUABLE"), (("NEGATIVE", "1e-5"), "NEG"), (("POSITIVE", "1e-5"), "POS"),
     (("INDETERMINATE", "1e-5"), "POS")],
)  # fmt: skip
def test_mrd_is_positive_at_1e_5_only_where_no_other_marrow_could_have_been_negative(
    other: tuple[Any, ...], expected: str
) -> None:
    rows = [read(28, "POSITIVE", "1e-5", "1e-4"), read(61, *other)]
    followed = mrd.course(rows, "1e-5", infused_on=on(0))
    found = (mrd.any_time(followed), mrd.within_cr(followed, responses=[(on(28), "CR"), (on(61), "SCR")]))
    assert [one.value for one in found] == [expected] * 2
    if expected == "NOT_EVALUABLE":  # the reason is the other marrow: one of them was judged, as positive
        assert {one.clause for one in found} == {mrd.ANY_TOO_COARSE}
        assert {one.shown["on"] for one in found} == {on(28).isoformat()}


def test_mrd_within_complete_response_is_not_left_open_by_a_marrow_outside_it() -> None:
    followed = mrd.course(
        [read(28, "NEGATIVE", "1e-4"), read(91, "POSITIVE", "1e-5", "1e-4")], "1e-5", infused_on=on(0)
    )
    assert mrd.within_cr(followed, responses=[(on(28), "PR"), (on(91), "CR")]).value == "POS"
    assert mrd.any_time(followed).value == "NOT_EVALUABLE"


# --- 4, 5 and 7: one subject's forms together

HISTORY = SimpleNamespace(assessed_on=on(-10), light_chain="KAPPA", heavy_chain="IGG", prior_anti_cd38="N")
BAND: dict[str, Any] = {"serum_immunofixation": "POSITIVE"}
SCHEDULE = [Due(28, 2, 7), Due(61, 7, 7), Due(91, 7, 7), Due(183, 14, 14)]


def follow(*later: SimpleNamespace, **forms: Any) -> myeloma.Followed:
    rows = {
        "myeloma_history": [HISTORY],
        "myeloma_laboratory": [laboratory(-5, SERUM), *later],
        "bone_marrow": [marrow(-5)],
    }
    return myeloma.follow({**rows, **forms}, infused_on=INFUSED, schedule=SCHEDULE)


def values(found: myeloma.Followed) -> list[Any]:
    return [one.value for one in found.response.verdicts]


PR, RISEN = laboratory(28, serum_m_protein=1, **BAND), laboratory(61, serum_m_protein=2, **BAND)


def test_biochemical_progression_is_an_event_of_pfs_at_its_first_evidence_once_confirmed() -> None:
    confirmed = follow(PR, RISEN, laboratory(91, serum_m_protein=3, **BAND))
    assert (confirmed.pfs.event, confirmed.pfs.on, confirmed.pfs.aval) == (True, on(61), 62)
    assert (follow(PR, RISEN).pfs.event, follow(PR, RISEN).response.progression_on) == (False, None)


def test_progression_may_be_confirmed_after_a_new_therapy_that_started_after_its_first_evidence() -> None:
    therapy = [SimpleNamespace(started_on=on(70), intent="ANTI_MYELOMA")]
    found = follow(PR, RISEN, laboratory(91, serum_m_protein=3, **BAND), subsequent_therapy=therapy)
    assert (found.pfs.event, found.pfs.on, found.ttnt.on) == (True, on(61), on(70))


def test_death_from_progression_before_the_retest_confirms_and_another_cause_does_not() -> None:
    by_cause = {
        cause: follow(PR, RISEN, death=[SimpleNamespace(died_on=on(80), cause=cause)]) for cause in ("MYELOMA", "OTHER")
    }
    assert [by_cause[cause].pfs.on for cause in ("MYELOMA", "OTHER")] == [on(61), on(80)]
    assert {one.pfs.event for one in by_cause.values()} == {True}


def test_a_therapy_against_crs_is_no_new_anti_myeloma_therapy() -> None:
    supportive = [SimpleNamespace(started_on=on(40), intent="SUPPORTIVE")]
    assert follow(PR, RISEN, subsequent_therapy=supportive).new_therapy_on is None


def test_two_missed_assessments_before_progression_censor_at_the_last_adequate_one_and_one_does_not() -> None:
    def progressed(day: int) -> myeloma.Followed:
        return follow(PR, *(laboratory(at, serum_m_protein=3, **BAND) for at in (day, day + 10)))

    assert [(progressed(day).pfs.event, progressed(day).pfs.on) for day in (183, 80)] == [
        (False, on(28)),
        (True, on(80)),
    ]


def test_an_assessment_that_is_not_evaluable_is_not_adequate() -> None:
    found = follow(PR, laboratory(61, serum_m_protein=None, serum_immunofixation=None))
    assert values(found) == ["PR", "NE"]
    assert (found.pfs.event, found.pfs.on) == (False, on(28))


def test_a_clear_marrow_is_carried_to_a_later_visit_without_bands() -> None:
    gone = laboratory(61)
    assert values(follow(PR, gone, bone_marrow=[marrow(-5), marrow(30)]))[-1] in {"CR", "SCR"}
    assert values(follow(PR, gone, bone_marrow=[marrow(-5)]))[-1] == "VGPR"


def test_a_new_lesion_is_progression_without_confirmation_and_the_lesions_stand_with_the_assessment() -> None:
    assert emd_images.INFUSED == INFUSED
    images = [emd_images.image(-7, emd_images.lesion(1, 40, 25)),
              emd_images.image(61, emd_images.lesion(1, 40, 25), emd_images.lesion(2, 30, 20, is_new="Y"))]  # fmt: skip
    found = follow(PR, laboratory(61, serum_m_protein=1, **BAND), extramedullary_lesions=images)
    assert values(found)[-1] == "PD"
    assert (found.pfs.event, found.pfs.on, found.response.progression_reason) == (True, on(61), "IMAGING")
    assert myeloma.lesions_on(found, on(61)).value == "PD"


def test_duration_of_response_starts_with_the_first_confirmed_partial_response() -> None:
    found = follow(
        PR, laboratory(61, serum_m_protein=1, **BAND), *(laboratory(at, serum_m_protein=3, **BAND) for at in (91, 120))
    )
    assert (found.dor.start, found.dor.event, found.dor.on) == (on(28), True, on(91))
    assert follow(laboratory(28, serum_m_protein=3, **BAND)).dor.event is None


def test_survival_is_death_or_last_known_alive_and_death_without_a_baseline_is_an_event_of_pfs() -> None:
    alive = [SimpleNamespace(last_known_alive_on=on(day)) for day in (90, 300)]
    assert (follow(PR, survival_status=alive).os.event, follow(PR, survival_status=alive).os.on) == (False, on(300))
    died = {"death": [SimpleNamespace(died_on=on(50), cause="OTHER")]}
    empty = myeloma.follow(died, infused_on=INFUSED, schedule=SCHEDULE)
    assert (empty.pfs.event, empty.pfs.on, empty.os.on) == (True, on(50), on(50))
    assert myeloma.follow({}, infused_on=INFUSED, schedule=SCHEDULE).pfs.days == 0


@pytest.mark.parametrize(("started", "expected"), [(35, None), (28, None), (36, 0), (27, 0), (None, 0)])
def test_a_form_is_not_placed_with_an_assessment_on_the_other_side_of_a_new_therapy(
    started: int | None, expected: int | None
) -> None:
    therapy = [] if started is None else [SimpleNamespace(started_on=on(started), intent="ANTI_MYELOMA")]
    assert follow(PR, subsequent_therapy=therapy).place(on(36)) == expected
    assert follow(PR, subsequent_therapy=therapy).place(on(28)) == 0
