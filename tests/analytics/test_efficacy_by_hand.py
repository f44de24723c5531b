"""Response, MRD, lesions and antigens of nine invented subjects; every expected number is counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from scipy import stats

from analytics import details, registry
from analytics.registry import Cut
from tests.analytics import by_hand
from tests.analytics.efficacy import DATASETS, ENDPOINTS, n, of

INFUSED = date(2025, 11, 3)
BEFORE = -20
# subject -> study day -> serum M-protein, g/dL. Nothing else is measurable.
SERUM: dict[str, dict[int, float]] = {
    "01-001": {BEFORE: 3.0, 30: 1.2, 60: 1.1},  # 60 % lower, twice: PR from day 30
    "01-002": {BEFORE: 3.0, 30: 2.0, 60: 2.0},  # a third lower, twice: MR
    "01-003": {BEFORE: 3.0, 30: 1.2},  # PR, never seen again: SD once confirmation is asked for
    "01-006": {BEFORE: 3.0, 30: 4.5, 60: 4.8, 150: 4.8},  # up by half, twice: PD from day 30
    "01-007": {BEFORE: 3.0, 30: 0.0, 60: 0.0, 400: 0.0},  # gone, immunofixation negative, marrow below 5 %: CR
    "01-008": {BEFORE: 3.0, 30: 2.9, 60: 2.9},  # SD
    "01-009": {BEFORE: 3.0},
}
# subject -> study day -> what the marrow says; all by sequencing.
POSITIVE, NEGATIVE = {"mrd_result": "POSITIVE"}, {"mrd_result": "NEGATIVE"}
MARROW: dict[str, dict[int, dict[str, Any]]] = {
    "01-001": {30: NEGATIVE | {"mrd_sensitivity": "1e-6"}},
    "01-002": {30: POSITIVE | {"mrd_sensitivity": "1e-6", "mrd_level": 0.00005}},
    "01-003": {30: NEGATIVE | {"mrd_sensitivity": "1e-5"}},
    "01-006": {
        35: POSITIVE | {"mrd_sensitivity": "1e-5", "mrd_level": 0.2, "bcma_positive": 5, "cd38_positive": 80},
        150: NEGATIVE | {"mrd_sensitivity": "1e-5"},  # after progression and a new therapy
    },
    "01-007": {
        30: NEGATIVE | {"mrd_sensitivity": "1e-4"},
        60: NEGATIVE | {"mrd_sensitivity": "1e-4"},
        400: NEGATIVE | {"mrd_sensitivity": "1e-4"},
    },
}
# subject -> kind, and study day -> longest and perpendicular of its one lesion in mm (None = gone).
LESION: dict[str, tuple[str, dict[int, tuple[int, int] | None]]] = {
    "01-006": ("EXTRAOSSEOUS", {BEFORE: (20, 20), 30: (20, 20), 150: None}),  # gone, but under a new therapy
    "01-008": ("PARASKELETAL", {BEFORE: (40, 30), 30: (30, 25)}),  # 1200 to 750 mm2: 37.5 % lower
    "01-009": ("EXTRAOSSEOUS", {BEFORE: (30, 30)}),  # never imaged again
}


def on(day: int) -> date:
    return INFUSED + timedelta(days=day)


def visit(day: int) -> str:
    return "screening" if day < 0 else {30: "m1", 35: "u1", 60: "m2", 150: "u2", 400: "u3"}[day]


@pytest.fixture
def hand() -> dict[str, pd.DataFrame]:
    subjects = [
        {
            "subject": f"01-00{number}", "site_name": "Wuhan", "timezone": "Asia/Shanghai", "dose_level": "1.0",
            "status": "ENROLLED" if number == 5 else "INFUSED", "screened_on": on(-30), "enrolled_on": on(-10),
            "infused_at": None if number == 5 else datetime(2025, 11, 3, 1, 0, tzinfo=UTC),
        }
        for number in range(1, 10)
    ]  # fmt: skip
    history = [
        {"subject": code, "visit": "screening", "assessed_on": on(BEFORE), "heavy_chain": "IGG", "light_chain": "KAPPA",
         "cytogenetic_abnormality": answer, "prior_anti_cd38": "N", "prior_lines": 3}
        for code, answer in {"01-001": "Y", "01-002": "N", "01-005": "Y", "01-007": "U"}.items()
    ]  # fmt: skip
    laboratory = [
        {"subject": code, "visit": visit(day), "sampled_on": on(day), "serum_m_protein": value, "urine_m_protein": 0,
         "serum_immunofixation": "POSITIVE" if value else "NEGATIVE", "urine_immunofixation": "NEGATIVE",
         "serum_reflex": "NOT_DONE", "kappa_flc": 12, "lambda_flc": 11}
        for code, days in SERUM.items() for day, value in days.items()
    ]  # fmt: skip
    marrow = [
        {"subject": code, "visit": visit(day), "sampled_on": on(day), "plasma_cells_aspirate": 2, "mrd_method": "NGS",
         "clonality_method": "NOT_DONE", **said}
        for code, days in MARROW.items() for day, said in days.items()
    ]  # fmt: skip
    places = [(code, kind, day, size) for code, (kind, days) in LESION.items() for day, size in days.items()]
    imaging = [
        {"subject": code, "visit": visit(day), "imaged_on": on(day), "method": "CT", "new_bone_lesion": "N"}
        for code, _kind, day, _size in places
    ]
    lesions = [
        {"subject": code, "visit": visit(day), "row": 1, "lesion": 1, "kind": kind, "target": "Y", "is_new": "N",
         "treated_locally": "N", "state": "MEASURED" if size else "GONE", "longest": size and size[0],
         "perpendicular": size and size[1]}
        for code, kind, day, size in places
    ]  # fmt: skip
    therapy = [{"subject": "01-006", "started_on": on(100), "drug": "Selinexor", "intent": "ANTI_MYELOMA"}]
    given = {
        "subject": [{**row, "protocol_version": "1.0"} for row in subjects], "myeloma_history": history,
        "myeloma_laboratory": laboratory, "bone_marrow": marrow, "extramedullary_lesions": imaging,
        "extramedullary_lesions.lesions": lesions, "subsequent_therapy": therapy,
    }  # fmt: skip
    frames = by_hand.empty()
    for name, lines in given.items():
        known = set(frames[name].columns)
        frames[name] = by_hand.made(name, [{k: v for k, v in line.items() if k in known} for line in lines])
    return frames


def test_best_responses_are_those_counted_by_hand(hand):
    best = of(Cut(hand), "adrs_subject")["best"].to_dict()
    assert best == {
        "01-001": "PR", "01-002": "MR", "01-003": "SD", "01-004": "MISSING", "01-005": "MISSING", "01-006": "PD",
        "01-007": "CR", "01-008": "SD", "01-009": "MISSING",
    }  # fmt: skip


def test_the_responder_rule_adds_minimal_responses(hand):
    cut = Cut(hand)
    assert cut.table("best_response").cell("orr", "all").subjects == ("01-001", "01-007")
    wider = cut.table("best_response", responder="MR")
    assert wider.cell("orr", "all").subjects == ("01-001", "01-002", "01-007")
    assert "MR or better" in str(wider.rows[0].label)
    assert wider.cell("clinical_benefit", "all") == cut.table("best_response").cell("clinical_benefit", "all")
    assert of(cut, "adrs_subject").loc["01-002", "first_response_day"] is pd.NA
    _table, frame = cut.explained("time_to_response", responder="MR")
    assert frame.set_index("subject").loc["01-002", "first_response_day"] == 30


def test_without_confirmation_a_single_partial_response_counts(hand):
    cut = Cut(hand)
    table, frame = cut.explained("best_response", confirmation="unconfirmed")
    assert table.cell("orr", "all").subjects == ("01-001", "01-003", "01-007")
    line = frame.set_index("subject").loc["01-003"]
    assert (line["best"], line["best_confirmed"], line["first_response_day"]) == ("PR", "SD", 30)
    (shown,) = details.of("best_response", details.records(frame, "best_response"), ["01-003"])
    assert shown.why.startswith("Partial response")
    (default,) = details.of("best_response", details.records(cut["adrs_subject"], "best_response"), ["01-003"])
    assert "not confirmed" in default.why


def test_light_chains_below_quantification_decide_between_scr_and_cr(hand):
    laboratory, marrow = hand["myeloma_laboratory"].copy(), hand["bone_marrow"].copy()
    of_subject = (laboratory["subject"] == "01-007") & (laboratory["visit"] != "screening")
    laboratory.loc[of_subject, ["kappa_flc", "lambda_flc"]] = None
    laboratory.loc[of_subject, ["kappa_below_loq", "lambda_below_loq"]] = "Y"
    no_clone = {"clonality_method": "IHC", "clonal": "N", "kappa_lambda_ratio": 1.5, "plasma_cells_counted": 200.0}
    marrow.loc[marrow["subject"] == "01-007", list(no_clone)] = list(no_clone.values())
    cut = Cut(hand | {"myeloma_laboratory": laboratory, "bone_marrow": marrow})
    assert cut.table("best_response").cell("scr", "all").subjects == ("01-007",)
    strict, frame = cut.explained("best_response", light_chains="unknown")
    assert strict.cell("scr", "all").subjects == ()
    assert strict.cell("best.CR", "all").subjects == ("01-007",)
    assert frame.set_index("subject").loc["01-007", "shown"].count('"CR"') == 2


def test_the_interval_is_the_exact_one(hand):
    cell = Cut(hand).table("best_response").cell("orr", "all")
    # Clopper-Pearson by its definition: quantiles of beta(x, n-x+1) and beta(x+1, n-x).
    assert cell.numbers["low"] == pytest.approx(100 * stats.beta.ppf(0.025, 2, 7))
    assert cell.numbers["high"] == pytest.approx(100 * stats.beta.ppf(0.975, 3, 6))


def test_a_subject_without_any_form_stays_in_the_denominator(hand):
    table = Cut(hand).table("best_response")
    assert table.columns[0].n == 8
    assert table.cell("best.MISSING", "all").subjects == ("01-004", "01-009")
    enrolled = Cut(hand).table("best_response", population="enrolled")
    assert (enrolled.columns[0].n, n(enrolled, "best.MISSING")) == (9, 3)
    (shown,) = details.of("best_response", details.records(Cut(hand)["adrs_subject"], "best_response"), ["01-005"])
    assert shown.why == "Not infused: response is counted from the infusion."


def test_columns_by_cytogenetics_and_lesions_keep_who_is_not_known_apart(hand):
    cut = Cut(hand)
    by = cut.table("best_response", by="cytogenetics")
    assert {column.key: column.n for column in by.columns} == {
        "all": 8, "abnormality_yes": 1, "abnormality_no": 1, "abnormality_unknown": 6,
    }  # fmt: skip
    by = cut.table("best_response", by="emd")
    assert {column.key: column.n for column in by.columns} == {
        "all": 8, "emd_yes": 3, "emd_no": 0, "emd_unknown": 5,
    }  # fmt: skip
    assert str(by.cell("orr", "emd_no").text) == "–"


def test_mrd_follows_the_threshold_and_what_the_assay_reaches(hand):
    cut = Cut(hand)
    found = {
        threshold: cut.table("mrd_negativity", threshold=threshold).cell("all.negative", "all").subjects
        for threshold in ("1e-4", "1e-5", "1e-6")
    }
    assert found == {
        "1e-4": ("01-001", "01-002", "01-003", "01-007"), "1e-5": ("01-001", "01-003"), "1e-6": ("01-001",),
    }  # fmt: skip
    table = cut.table("mrd_negativity", threshold="1e-5")
    assert table.cell("all.positive", "all").subjects == ("01-002",)  # the marrow of 01-006 came after progression
    assert table.cell("judged.negative", "all").numbers["N"] == 3


def test_a_negative_marrow_under_a_new_therapy_does_not_count(hand):
    line = of(Cut(hand), "admrd_subject").loc["01-006"]
    assert (line["result"], line["marrows"]) == ("NOT_EVALUABLE", 0)  # progression on day 30, first marrow on day 35


def test_mrd_within_cr_needs_the_response(hand):
    table, frame = Cut(hand).explained("mrd_negativity", response="cr")
    assert table.cell("all.negative", "all").subjects == ("01-007",)
    assert table.cell("complete", "all").subjects == ("01-007",)
    assert frame.set_index("subject").loc["01-007", "clause"].endswith("in complete response.")


def test_mrd_is_sustained_over_a_year_on_the_marrow_and_not_with_imaging_that_was_not_done(hand):
    table = Cut(hand).table("mrd_negativity")
    assert table.cell("sustained.marrow", "all").subjects == ("01-007",)  # days 30 and 400
    assert table.cell("sustained.imaging", "all").subjects == ()


def test_mrd_with_pet_is_by_the_blood_pool_and_by_the_liver_and_needs_a_pet_near_the_marrow(hand):
    """01-001 no lesion; 01-003 Deauville 3; 01-007 no lesion on both its marrows a year apart, one of them with CT as well."""
    images = [("01-001", 30), ("01-003", 30), ("01-007", 30), ("01-007", 400)]
    pets = [
        {"subject": code, "visit": visit(day), "imaged_on": on(day), "method": "PET_CT", "new_bone_lesion": "N"}
        for code, day in images
    ]
    avid = {"subject": "01-003", "visit": "m1", "row": 1, "lesion": 1, "kind": "EXTRAOSSEOUS", "target": "N", "is_new": "N",
            "treated_locally": "N", "state": "MEASURED", "longest": 12, "perpendicular": 9, "deauville": 3}  # fmt: skip
    more = {"extramedullary_lesions": pets, "extramedullary_lesions.lesions": [avid]}
    frames = hand | {
        name: pd.concat([hand[name], by_hand.made(name, rows)], ignore_index=True) for name, rows in more.items()
    }
    table = Cut(frames).table("mrd_negativity")
    assert table.cell("pet.imaging_plus", "all").subjects == ("01-001", "01-007")
    assert table.cell("pet.imaging_plus_liver", "all").subjects == ("01-001", "01-003", "01-007")
    assert table.cell("sustained.imaging", "all").subjects == ("01-007",)
    # IMWG: 1e-5, where the assay of 01-007 gives no answer; and within complete response there is 01-007 alone.
    assert Cut(frames).table("mrd_negativity", threshold="1e-5").cell("pet.imaging_plus", "all").subjects == ("01-001",)
    assert Cut(frames).table("mrd_negativity", response="cr").cell("pet.imaging_plus", "all").subjects == ("01-007",)
    assert Cut(hand).table("mrd_negativity").cell("pet.imaging_plus", "all").subjects == ()


def test_lesions_count_up_to_a_new_therapy(hand):
    line = of(Cut(hand), "adtr_subject").loc["01-006"]
    assert (line["best"], line["best_day"], line["imagings"]) == ("SD", 30, 1)
    imaging = Cut(hand)["adtr"].query("subject == '01-006'")
    assert list(imaging["after_new_therapy"]) == [False, False, True]
    assert list(imaging["spd"]) == [400, 400, 0]


def test_who_is_emd_evaluable_and_what_a_minimal_response_is_are_options(hand):
    cut = Cut(hand)
    table = cut.table("emd_response")
    assert table.columns[0].n == 3
    assert table.cell("best.MR", "all").subjects == ("01-008",)
    assert table.cell("best.MISSING", "all").subjects == ("01-009",)
    assert cut.table("emd_response", evaluable="imaged").columns[0].n == 2
    modern = cut.table("emd_response", minimal="2016")
    assert modern.cell("best.SD", "all").subjects == ("01-006", "01-008")
    assert modern.cell("best.MR", "all").subjects == ()
    outside = cut.table("emd_response", lesions="extraosseous")
    assert outside.columns[0].n == 2
    assert "01-008" not in outside.cell("no_response", "all").subjects


def test_the_sum_of_products_falls_by_three_eighths(hand):
    line = of(Cut(hand), "adtr_subject").loc["01-008"]
    assert (line["baseline_spd"], line["lowest_spd"], line["lowest_change_percent"]) == (1200, 750, -37.5)


def test_an_antigen_is_lost_or_kept_by_the_cut_off(hand):
    cut = Cut(hand)
    table = cut.table("antigen_at_relapse")
    assert table.columns[0].n == 1
    assert table.cell("cd38_only", "all").subjects == ("01-006",)
    lower, frame = cut.explained("antigen_at_relapse", cutoff="1")
    assert lower.cell("both", "all").subjects == ("01-006",)
    line = frame.set_index("subject").loc["01-006"]
    assert (line["bcma"], line["cd38"], line["marrow_day"], line["progression_day"]) == (5, 80, 35, 30)


def test_a_marrow_outside_the_window_tells_nothing_of_the_relapse(hand):
    moved = hand["bone_marrow"].copy()
    late = moved["bcma_positive"].notna()
    moved.loc[late, "sampled_on"] = on(30 + 29)
    cut = Cut(hand | {"bone_marrow": moved})
    assert n(cut.table("antigen_at_relapse"), "not_assessed") == 1
    assert n(cut.table("antigen_at_relapse", window="56"), "assessed") == 1


def test_response_evaluable_means_measurable_and_assessed(hand):
    adsl = of(Cut(hand), "adsl")
    assert set(adsl.index[adsl["response_evaluable"]]) == {"01-001", "01-002", "01-003", "01-006", "01-007", "01-008"}
    assert set(adsl.index[adsl["emd_evaluable"]]) == {"01-006", "01-008", "01-009"}


def test_a_form_marked_as_not_done_is_not_read(hand):
    changed = hand["myeloma_laboratory"].copy()
    changed.loc[(changed["subject"] == "01-001") & (changed["visit"] == "m2"), "status"] = "NOT_DONE"
    assert of(Cut(hand | {"myeloma_laboratory": changed}), "adrs_subject").loc["01-001", "best"] == "SD"


@pytest.mark.parametrize("name", ENDPOINTS)
def test_every_endpoint_runs_on_the_empty_cut_with_every_choice(name):
    cut = Cut(by_hand.empty())
    choices = [{}, *({o.name: value} for o in registry.find(name).options for value in o.choices)]
    for chosen in choices:
        table = cut.table(name, **chosen)
        assert table.rows and table.footnotes
        for row in table.rows:
            for cell in row.cells:
                assert cell.subjects == () and str(cell.text) in {"–", "0", "N = 0"}


@pytest.mark.parametrize("name", DATASETS)
def test_every_data_set_has_the_same_types_with_and_without_rows(name, hand):
    full, empty = Cut(hand)[name], Cut(by_hand.empty())[name]
    assert list(full.columns) == list(empty.columns)
    assert len(full) > 0 and len(empty) == 0
    assert (full.dtypes == empty.dtypes).all()
