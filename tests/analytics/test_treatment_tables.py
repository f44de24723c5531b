"""Disposition, exposure, prior therapy, safety, deviations and risk: counted by hand from small frames."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from analytics.datasets.adprior import all_of, any_of
from analytics.registry import Cut
from tests.analytics.by_hand import empty, made

NAMES = (
    "disposition", "exposure", "prior_therapies", "safety_overview", "serious_events", "deaths", "adverse_events_by_class",
    "deviations", "stage_and_risk", "dose_levels", "dlt", "waterfall", "spider", "crs_timeline",
)  # fmt: skip


def cell(cut: Cut, table: str, row: str, column: str = "all", **options: str) -> str:
    return str(cut.table(table, **options).cell(row, column).text)


@pytest.mark.parametrize("name", NAMES)
def test_before_the_first_subject_every_table_is_there_and_names_nobody(name):
    table = Cut(empty()).table(name)
    assert table.rows and not any(found.subjects for row in table.rows for found in row.cells)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_has_its_subjects_and_they_are_explained(frames, name):
    cut = Cut(frames)
    table = cut.table(name)
    for row in table.rows:
        for found in row.cells:
            if found.numbers.get("n"):
                assert len(found.subjects) == found.numbers["n"], row.key
            assert set(cut.details(name, found.subjects)["subject"]) == set(found.subjects), row.key


def test_disposition_counts_every_step_and_why_it_ended(frames):
    form = {"visit": "eos", "occurrence": 1}
    cut = Cut(
        frames
        | {
            "leukapheresis": made(
                "leukapheresis", [{"subject": "01-001", "visit": "apheresis", "collected_on": date(2025, 10, 1)}]
            ),
            "lymphodepletion": made(
                "lymphodepletion", [{"subject": "01-001", "visit": "ld", "started_on": date(2025, 10, 29)}]
            ),
            "end_of_study": made(
                "end_of_study",
                [{"subject": "01-002", **form, "ended_on": date(2026, 1, 5), "reason": "LOST TO FOLLOW-UP"}],
            ),
            "death": made("death", [{"subject": "02-001", **form, "died_on": date(2025, 11, 25), "cause": "TOXICITY"}]),
        }
    )
    said = {row.key: cut.table("disposition").cell(row.key, "all").subjects for row in cut.table("disposition").rows}
    assert said["screened"] == ("01-001", "01-002", "01-003", "02-001", "02-002", "02-003", "02-004", "02-005")
    assert said["screen_failed"] == ("02-004",)
    assert said["enrolled"] == ("01-001", "01-002", "01-003", "02-001", "02-002", "02-003", "02-005")
    assert said["apheresis"] == said["lymphodepleted"] == ("01-001",)
    assert said["infused"] == ("01-001", "01-002", "01-003", "02-001", "02-002", "02-005")
    assert said["in_follow_up"] == ("01-001", "01-003", "02-002", "02-005")
    assert (said["ended.lost"], said["ended.death"], said["ended.withdrawn"]) == (("01-002",), ("02-001",), ("02-003",))
    assert cell(cut, "disposition", "infused", "01", by="site") == "3 (100.0 %)"
    assert cell(cut, "disposition", "screened", "none") == "1 (100.0 %)"  # no dose level yet


def test_exposure_sums_the_course_and_compares_with_the_level(frames):
    dose = {"visit": "ld", "reduced": "N"}
    days = [date(2025, 10, 29), date(2025, 10, 30), date(2025, 10, 31)]
    doses = [
        {"subject": "01-001", "row": n, "drug": "FLUDARABINE", "dose": 30, "given_on": day, **dose}
        for n, day in enumerate(days, 1)
    ]
    doses += [
        {
            "subject": "01-001",
            "row": 4,
            "drug": "CYCLOPHOSPHAMIDE",
            "dose": 300,
            "given_on": days[0],
            **dose,
            "reduced": "Y",
        }
    ]
    given = frames["car_t_infusion"].copy()
    given.loc[given["subject"] == "01-001", ["cells_per_kg"]] = 0.79
    frame = made("lymphodepletion.doses", doses)
    cut = Cut(
        frames
        | {
            "car_t_infusion": given,
            "lymphodepletion": made("lymphodepletion", [{"subject": "01-001", "visit": "ld", "started_on": days[0]}]),
            "lymphodepletion.doses": frame,
            "leukapheresis": made(
                "leukapheresis", [{"subject": "01-001", "visit": "apheresis", "collected_on": date(2025, 10, 1)}]
            ),
            "bridging_therapy": made("bridging_therapy", [{"subject": "01-002", "drug": "Dexamethasone"}]),
        }
    )
    line = cut["adex"].set_index("subject").loc["01-001"]
    assert (line["fludarabine"], line["cyclophosphamide"], line["depletion_days"], line["reduced"]) == (90, 300, 3, "Y")
    assert line["ratio_percent"] == pytest.approx(79)
    assert line["days_to_infusion"] == 33  # 2025-10-01 to 2025-11-03
    table = cut.table("exposure")
    assert table.cell("far", "all").subjects == ("01-001",)
    assert len(table.cell("near", "all").subjects) == 5
    assert table.cell("bridged", "all").subjects == ("01-002",)
    assert cell(cut, "exposure", "fludarabine.median") == "90.0"


def line(subject: str, number: int, **answers: Any) -> dict[str, Any]:
    usual = {
        "transplant": "NONE", "bcma_directed": "N", "cd38_directed": "N", "proteasome_inhibitor": "N", "immunomodulator": "N",
        "anti_cd38": "N",
    }  # fmt: skip
    return {"subject": subject, "occurrence": number, "line": number, **usual, **answers}


def test_prior_therapy_knows_double_and_triple_class_refractory(frames):
    pi, imid, cd38 = (
        {"proteasome_inhibitor": "Y", "refractory_pi": "Y"}, {"immunomodulator": "Y", "refractory_imid": "Y"},
        {"anti_cd38": "Y", "cd38_directed": "Y", "refractory_cd38": "Y"},
    )  # fmt: skip
    cut = Cut(
        frames
        | {
            "prior_therapy": made(
                "prior_therapy",
                [
                    line("01-001", 1, transplant="AUTO", **pi), line("01-001", 2, **imid), line("01-001", 3, **cd38),
                    line("01-002", 1, **pi), line("01-002", 2, **imid, occurrence=2),
                    line("01-003", 1, **(pi | {"refractory_pi": "U"})), line("01-003", 2, **imid),
                    line("02-001", 1, proteasome_inhibitor="Y", refractory_pi="N", bcma_directed="Y"),
                ],
            )
        }
    )  # fmt: skip
    prior = cut["adprior"].set_index("subject")
    assert list(prior.loc["01-001", ["lines", "auto", "transplant", "double_refractory", "triple_refractory", "triple_given"]]) == [
        3, "Y", "Y", "Y", "Y", "Y"
    ]  # fmt: skip
    assert list(prior.loc["01-002", ["double_refractory", "triple_refractory", "triple_given"]]) == ["Y", "N", "N"]
    assert prior["double_refractory"].isna()["01-003"] and prior.loc["01-003", "triple_refractory"] == "N"
    table = cut.table("prior_therapies")
    assert table.cell("bcma_directed", "all").subjects == ("02-001",)
    assert table.cell("no_log", "all").subjects == ("02-002", "02-005")
    assert cell(cut, "prior_therapies", "lines.median") == "2.0"  # 3 2 2 1


def test_answers_over_lines_are_yes_no_or_not_known():
    assert (any_of(["N", "Y"]), any_of(["N", "N"]), any_of(["N", None]), any_of([])) == ("Y", "N", None, None)
    assert (all_of(["Y", "Y"]), all_of(["Y", "N"]), all_of(["Y", None]), all_of([None, "N"])) == ("Y", "N", None, "N")


def died(frames: dict[str, Any]) -> Cut:
    rows = [
        {"subject": "02-001", "visit": "eos", "died_on": date(2025, 11, 25), "cause": "TOXICITY"},
        {"subject": "01-002", "visit": "eos", "died_on": date(2025, 12, 2), "cause": None},
        {"subject": "01-002", "visit": "u1", "died_on": date(2025, 12, 3), "cause": "MYELOMA"},
    ]
    return Cut(frames | {"death": made("death", rows)})


def test_the_overview_counts_events_serious_events_and_deaths(frames):
    cut = died(frames)
    table = cut.table("safety_overview")
    assert table.cell("any", "all").subjects == ("01-001", "01-002", "01-003", "02-001", "02-002")
    assert table.cell("grade_3_plus", "all").subjects == ("01-001", "01-002", "02-001")
    assert table.cell("serious", "all").subjects == table.cell("fatal", "all").subjects == ("02-001",)
    assert table.cell("serious_related", "all").subjects == ()
    assert table.cell("deaths", "all").subjects == ("01-002", "02-001")
    # Infused on 2025-11-03: days 22 and 29.
    assert table.cell("deaths.early", "all").subjects == ("02-001",)
    assert table.cell("deaths.late", "all").subjects == ("01-002",)
    assert table.cell("deaths.toxicity", "all").subjects == ("02-001",)
    assert table.cell("deaths.no_cause", "all").subjects == ("01-002",)


def test_the_lists_name_each_serious_event_and_each_death_once(frames):
    cut = died(frames)
    serious = cut.table("serious_events")
    assert serious.cell("all", "verbatim").numbers["events"] == 1
    (row,) = [row for row in serious.rows if row.key != "all"]
    assert row.key.startswith("02-001.")
    assert [str(found.text) for found in row.cells][1:6] == ["Infection", "5", "17", "22", "Fatal"]
    deaths = cut.table("deaths")
    assert [row.key for row in deaths.rows] == ["all", "01-002", "02-001"]
    assert str(deaths.cell("02-001", "fatal_events").text) == "as written"
    assert deaths.cell("01-002", "day").numbers["day"] == 29


def test_events_stand_in_their_class_with_the_worst_grade(frames):
    table = Cut(frames).table("adverse_events_by_class")
    # Neutropenia grade 4 and 3; thrombocytopenia of 02-002 began before the infusion.
    assert table.cell("class.investigations", "all").subjects == ("01-001", "01-002")
    assert table.cell("neutropenia.grade_4", "all").subjects == ("01-001",)
    assert table.cell("class.blood", "all").subjects == ("01-003",)
    assert table.cell("class.unclassified", "all").subjects == ("02-002",)
    before = Cut(frames).table("adverse_events_by_class", onsets="any")
    assert before.cell("class.investigations", "all").subjects == ("01-001", "01-002", "02-002")


def test_deviations_count_subjects_and_entries_by_category_and_weight(frames):
    rows = [
        {
            "subject": "01-001",
            "occurrence": 1,
            "category": "VISIT",
            "severity": "MINOR",
            "reported_on": date(2025, 11, 9),
        },
        {"subject": "01-001", "occurrence": 2, "category": "VISIT", "severity": "MAJOR"},
        {"subject": "02-004", "occurrence": 1, "category": "CONSENT", "severity": "MAJOR"},
        {"subject": "02-001", "occurrence": 1, "status": "NOT_DONE"},
    ]
    cut = Cut(frames | {"protocol_deviation": made("protocol_deviation", rows)})
    table = cut.table("deviations", by="site")
    assert table.cell("any", "all").subjects == ("01-001", "02-004")
    assert table.cell("any.number", "all").numbers == {"n": 2, "deviations": 3}
    assert table.cell("visit.major", "01").subjects == ("01-001",) and table.cell("visit", "02").subjects == ()
    assert list(cut["addv"].set_index("subject").loc["01-001", ["deviations", "major", "unreported"]]) == [2, 1, 1]


FISH = ("del_17p", "tp53_mutation", "t_4_14", "t_14_16", "t_14_20", "gain_1q", "del_1p32")


def at_entry(creatinines: list[tuple[str, int]], **items: Any) -> Any:
    """The line of adrisk of one subject whose history is of 2025-10-22; creatinine by day of the sample, umol/L."""
    history = {
        "subject": "01-001",
        "visit": "screening",
        "assessed_on": date(2025, 10, 22),
        "b2_microglobulin": 5.5,
        "albumin": 35,
    }
    samples = [
        {"subject": "01-001", "visit": "u1", "occurrence": n, "sampled_at": datetime.fromisoformat(f"{day}T23:00+08:00").astimezone(UTC),
         "creatinine": value}
        for n, (day, value) in enumerate(creatinines, 1)
    ]  # fmt: skip
    person = {
        "subject": "01-001",
        "site_name": "Wuhan",
        "timezone": "Asia/Shanghai",
        "status": "SCREENED",
        "screened_on": date(2025, 10, 20),
    }
    own = {
        "subject": made("subject", [person]).assign(status="SCREENED"),
        "myeloma_history": made("myeloma_history", [history | dict.fromkeys(FISH, "N") | items]),
        "chemistry": made("chemistry", samples),
    }
    return Cut(empty() | own)["adrisk"].iloc[0]


def test_risk_of_2025_reads_the_creatinine_at_or_before_the_history():
    # 106.08 umol/L is 1.2 mg/dL at 88.4.
    assert at_entry([("2025-10-22", 106)])["risk_2025"] == "Y"
    assert at_entry([("2025-10-22", 107)])["risk_2025"] == "N"
    assert at_entry([("2025-10-20", 80), ("2025-10-22", 107)])["risk_2025"] == "N"  # the newest
    later = at_entry([("2025-10-23", 80)])
    assert later.isna()["risk_2025"] and later.isna()["creatinine"]  # from after it: not read
    assert at_entry([("2025-10-22", 106)])["risk_2016"] == "N"


def test_risk_of_2025_takes_a_loss_of_both_copies_of_1p32():
    low = {"b2_microglobulin": 3}
    assert at_entry([], **low, del_1p32="Y", del_1p32_biallelic="Y")["risk_2025"] == "Y"
    assert at_entry([], **low, del_1p32="Y", del_1p32_biallelic="N")["risk_2025"] == "N"
    assert at_entry([], **low, del_1p32="Y").isna()["risk_2025"]


def test_stages_are_those_of_the_rules():
    line = at_entry([], b2_microglobulin=3, albumin=40, ldh=200, ldh_uln=250)
    assert (line["iss"], line["r_iss"], line["r2_iss"]) == ("I", "I", "I")


def test_every_term_stands_in_its_class_and_another_term_in_the_one_chosen(frames):
    events = frames["adverse_event"]
    changed = events.assign(
        term=events["term"].replace({"ANAEMIA": "CRS", "INFECTION": "ICANS"}),
        organ_class=events["term"].map({"OTHER": "CARDIAC"}).astype(events["organ_class"].dtype),
    )
    table = Cut(frames | {"adverse_event": changed}).table("adverse_events_by_class", onsets="any")
    assert table.cell("class.immune", "all").subjects == ("01-003",)
    assert table.cell("class.nervous", "all").subjects == table.cell("icans", "all").subjects == ("02-001",)
    assert table.cell("class.cardiac", "all").subjects == ("02-002",)
    assert table.cell("class.cardiac.other", "all").subjects == ("02-002",)
    keys = [row.key for row in table.rows]
    assert len(keys) == len(set(keys)) and "class.unclassified" not in keys
