"""Every lane of the course says what the forms say: values, grades, responses and results are those of their pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from crf import sheet
from crf.casebook import Casebook
from crf.course.marks import Lane, Mark
from crf.course.story import Story, story
from crf.declare.form import form_named
from crf.myeloma import MYELOMA
from crf.response_cells import nadirs
from tests import study
from trial.models import Subject

# Of the demonstration study: CRS grade 4, EMD that progresses, next therapy and death; light chains; grade 3 with
# vasopressors; sCR then progression; data still arriving.
FATAL, LIGHT_CHAINS, SHOCK, PROGRESSED, YOUNG = "02-007", "03-003", "01-007", "02-001", "01-010"
URINE, TREATED = "02-005", "01-002"
TODAY = date(2020, 6, 30)


@pytest.fixture(autouse=True)
def everything(demo_study: None) -> Iterator[None]:
    with study.seeing_everything():
        yield


def subject(code: str) -> Subject:
    return Subject.objects.select_related("site").get(code=code)


def lanes(code: str) -> dict[str, Lane]:
    return {lane.key: lane for lane in story(subject(code), today=TODAY).lanes}


def sheets(code: str, form: str) -> list[Any]:
    """The forms of a kind as their pages judge them."""
    of = subject(code)
    rows = form_named(form).objects.filter(subject=of, status="COMPLETE").order_by("pk")  # type: ignore[attr-defined]
    return [sheet.of_row(row) for row in rows]


def drawn(lane: Lane, part: str) -> list[Mark]:
    return [mark for mark in lane.marks if part in mark.what]


# --- blood


@pytest.mark.parametrize("item", ["crp", "ferritin", "il6"])
def test_each_value_of_inflammation_is_a_point_that_opens_its_form(item: str) -> None:
    lane = lanes(SHOCK)[item]
    stored = {one.day: getattr(one, item) for one in sheets(SHOCK, "inflammation")}
    assert len(stored) == len(lane.marks) > 10
    for mark in lane.marks:
        assert f" {stored[mark.on]:f} " in mark.what
        assert "/inflammation/" in mark.behind.url
    assert [line.kind for line in lane.lines] == ["base", "limit"]


def test_the_name_of_a_point_says_day_value_unit_and_the_form_that_it_opens() -> None:
    day_7 = next(mark for mark in lanes(SHOCK)["crp"].marks if mark.when == "Day 7")
    assert day_7.name == "Day 7, C-reactive protein 171.4 mg/L, opens Inflammation, Day 7"
    assert day_7.behind.url == f"/subjects/{SHOCK}/d7/inflammation/"
    assert day_7.date == "2019-10-17"
    assert lanes(SHOCK)["crp"].note == "highest 171.4, day 7"


def test_counts_carry_the_grades_of_the_haematology_form() -> None:
    last = sheets(FATAL, "haematology")[-1]
    found = lanes(FATAL)
    assert found["neutrophils"].note == f"ICAHT early {last.early_icaht.value}"
    assert last.late_icaht.value is None
    assert found["platelets"].note == f"T-ICAHT early {last.early_t_icaht.value}"
    assert [line.text for line in found["neutrophils"].lines if line.text] == ["0.5"]
    assert [line.text for line in found["platelets"].lines if line.text] == ["50"]


def test_growth_factor_stands_under_the_counts_where_it_was_given() -> None:
    assert [mark.when for mark in lanes(FATAL)["gcsf"].marks] == [
        f"Day {(date.fromisoformat(row.started_on) - date(2020, 4, 28)).days}"
        for row in sheets(FATAL, "concomitant_medication")
        if row.marked == "G_CSF"
    ]
    assert "gcsf" not in lanes(YOUNG)


def test_car_t_cells_peak_where_the_form_says() -> None:
    lane = lanes(SHOCK)["cells-0"]
    samples = sheets(SHOCK, "cart_persistence")
    highest = max(samples, key=lambda one: one.value or 0)
    day = int(highest.visit.code.removeprefix("d"))
    assert f"{samples[0].cmax.value}".startswith(f"{highest.value:.0f} ")
    assert lane.note == f"Cmax {highest.value:.0f}, day {day}"
    assert samples[0].tmax.value == f"{day} d"
    assert lane.unit == "copies/µg"


def test_m_protein_has_its_nadir_ringed_and_the_line_of_progression() -> None:
    lane, of = lanes(PROGRESSED)["serum"], subject(PROGRESSED)
    nadir = nadirs(Casebook(of).made(MYELOMA))["SERUM"]
    (ring,) = [mark for mark in lane.marks if mark.shape == "ring"]
    assert ring.on == nadir
    assert [(line.kind, line.text) for line in lane.lines] == [("base", ""), ("nadir", ""), ("threshold", "PD ≥ 0.5")]
    stored = {one.day: one.serum_m_protein for one in sheets(PROGRESSED, "myeloma_laboratory")}
    assert {mark.on: mark.what for mark in lane.marks} == {
        on: f"Serum M-protein {value:f} g/dL" for on, value in stored.items()
    }
    threshold, above = float(lane.lines[2].y), [mark for mark in lane.marks if float(mark.y) < float(lane.lines[2].y)]
    assert threshold < float(ring.y)
    assert {mark.on for mark in above} >= {date(2020, 6, 3)}  # the day of the progression


def test_urine_has_a_lane_where_the_response_follows_it() -> None:
    assert list(lanes(URINE))[4:7] == ["serum", "urine", "flc"]
    assert "urine" not in lanes(SHOCK)
    assert lanes(URINE)["urine"].unit == "mg/24 h"


def test_light_chains_are_the_difference_that_the_criteria_read() -> None:
    followed = Casebook(subject(LIGHT_CHAINS)).made(MYELOMA)
    read = {point.day: point.value for point in followed.response.nadirs.flc.points}
    marks = lanes(LIGHT_CHAINS)["flc"].marks
    assert {mark.on: Decimal(mark.what.split()[-2]) for mark in marks} == read
    assert [line.text for line in lanes(LIGHT_CHAINS)["flc"].lines if line.kind == "threshold"] == ["PD > 100"]


# --- toxicity


@pytest.mark.parametrize("code", [FATAL, SHOCK, YOUNG])
@pytest.mark.parametrize("kind", ["crs", "icans"])
def test_each_day_has_the_worst_grade_of_its_forms(code: str, kind: str) -> None:
    worst: dict[date, int] = {}
    for one in sheets(code, f"{kind}_assessment"):
        grade = one.astct.value
        worst[one.day] = max(grade, worst.get(one.day, grade))
    assert {mark.on: mark.word for mark in lanes(code)[kind].marks} == {on: str(grade) for on, grade in worst.items()}


def test_an_episode_is_underlined_from_its_first_to_its_last_day() -> None:
    lane = lanes(FATAL)["crs"]
    (episode,) = lane.lines
    ill = [mark for mark in lane.marks if mark.word != "0"]
    assert float(episode.x1) == pytest.approx(float(ill[0].x), abs=2)
    assert float(episode.x2) == pytest.approx(float(ill[-1].x) + float(ill[-1].width), abs=2)
    assert lane.note == "highest grade 4, 1 episode"


def test_what_was_given_stands_as_assessed_and_as_logged() -> None:
    found = lanes(FATAL)
    assessed = [one for one in sheets(FATAL, "crs_assessment") if one.anticytokine_drug == "TOCILIZUMAB"]
    logged = [one for one in sheets(FATAL, "concomitant_medication") if one.marked == "TOCILIZUMAB"]
    marks = found["tocilizumab"].marks
    assert [mark.shape for mark in marks].count("dot") == len(assessed) > 0
    assert [mark.shape for mark in marks].count("bar") == len(logged) > 0
    assert {mark.behind.form for mark in marks} == {"CRS assessment", "Concomitant medication"}
    pressors = [one for one in sheets(FATAL, "crs_assessment") if one.vasopressors]
    assert [mark.on for mark in found["vasopressor"].marks] == sorted(one.day for one in pressors)
    assert "Norepinephrine" in found["vasopressor"].marks[0].what


def test_without_treatment_the_lane_says_so() -> None:
    assert lanes(YOUNG)["drugs"].empty == "none given"


# --- response


@pytest.mark.parametrize("code", [FATAL, SHOCK, PROGRESSED, LIGHT_CHAINS])
def test_the_ribbon_is_the_response_of_each_assessment_form_and_opens_it(code: str) -> None:
    ribbon = {mark.behind.url: mark.tone.split()[0] for mark in lanes(code)["response"].marks}
    of = subject(code)
    for one in sheets(code, "response_assessment"):
        url = f"/subjects/{of.code}/{one.visit.code}/response-assessment/"
        assert ribbon[url] == str(one.response.value).lower()


def test_what_is_not_confirmed_and_what_no_longer_counts_is_marked() -> None:
    tones = [mark.tone for mark in lanes(PROGRESSED)["response"].marks]
    assert tones == [
        "pr", "pr", "vgpr", "scr", "scr", "scr", "scr unconfirmed", "pd", "pd uncounted",
    ]  # fmt: skip
    unconfirmed = lanes(PROGRESSED)["response"].marks[6]
    assert "not confirmed" in unconfirmed.note


def test_pieces_of_the_ribbon_follow_one_another_without_a_gap_or_an_overlap() -> None:
    marks = lanes(PROGRESSED)["response"].marks
    for one, other in pairwise(marks):
        assert 0 <= float(other.x) - float(one.x) - float(one.width) < 2


def test_residual_disease_is_that_of_the_marrow_form() -> None:
    marks = {mark.on: mark for mark in lanes(SHOCK)["mrd"].marks}
    tested = [one for one in sheets(SHOCK, "bone_marrow") if one.mrd_result is not None]
    assert {one.day for one in tested} == set(marks)
    for one in tested:
        judged = one.mrd_1e5.value if one.mrd_1e5.value in ("NEG", "POS") else one.mrd_1e4.value
        assert marks[one.day].tone == str(judged).lower()


def test_lesions_have_their_response_and_the_sum_of_products() -> None:
    marks = {mark.on: mark for mark in lanes(FATAL)["emd"].marks}
    for one in sheets(FATAL, "extramedullary_lesions"):
        if one.study_day > 0:
            assert marks[one.day].word == one.lesion_response.value == "PD"
            assert "mm²" in marks[one.day].note
        else:
            assert marks[one.day].word == str(len(one.lesions))


# --- the time in the study


def test_the_first_lane_tells_the_life_of_a_subject_in_order() -> None:
    lane = lanes(FATAL)["life"]
    assert [text.text for text in lane.texts] == [
        "Leukapheresis", "Bridging", "Lymphodepletion", "Infusion", "Progression", "Supportive care", "End of study",
        "Death",
    ]  # fmt: skip
    assert len(drawn(lane, "Bridging")) == len(sheets(FATAL, "bridging_therapy")) == 2
    assert [line.kind for line in lane.lines] == ["span"]
    assert lane.note == "died on day 61"
    (death,) = [mark for mark in lane.marks if mark.word == "Death"]
    assert death.behind.form == "Death"


def test_only_a_therapy_against_the_myeloma_is_a_next_therapy() -> None:
    for code, title, tone in (
        (FATAL, "Supportive care", "supportive"),
        (TREATED, "Next therapy", "subsequent_therapy"),
    ):
        marks = [mark for mark in lanes(code)["life"].marks if "subsequent-therapy" in mark.behind.url]
        intents = {row.intent for row in sheets(code, "subsequent_therapy")}
        assert intents == {"ANTI_MYELOMA" if title == "Next therapy" else "SUPPORTIVE"}
        assert {(mark.word, mark.tone) for mark in marks} == {(title, tone)}


def test_progression_opens_the_form_that_first_showed_it() -> None:
    (mark,) = drawn(lanes(PROGRESSED)["life"], "Progression")
    assert mark.on == date(2020, 6, 3)
    assert mark.what == "Progression, by M-protein or free light chains"
    assert mark.behind.form == "Myeloma laboratory"
    (laboratory,) = [one for one in sheets(PROGRESSED, "myeloma_laboratory") if one.day == mark.on]
    assert f"/{laboratory.visit.code}/myeloma-laboratory/" in mark.behind.url


def test_an_arrow_goes_on_where_data_still_arrive() -> None:
    lane = lanes(YOUNG)["life"]
    assert [line.kind for line in lane.lines] == ["span", "arriving"]
    assert lane.note == "day 15, data still arriving"


def test_words_over_the_bar_never_overlap() -> None:
    from crf.course.marks import wide

    for code in (FATAL, SHOCK, PROGRESSED, LIGHT_CHAINS, YOUNG, URINE):
        rows: dict[str, list[tuple[float, float]]] = {}
        for text in lanes(code)["life"].texts:
            half = wide(text.text) / 2
            rows.setdefault(text.y, []).append((float(text.x) - half, float(text.x) + half))
        for spans in rows.values():
            assert all(one[1] <= other[0] for one, other in pairwise(sorted(spans)))


# --- all of them


def every_story() -> Iterator[tuple[Subject, Story]]:
    for of in Subject.objects.select_related("site").order_by("code"):
        yield of, story(of, today=TODAY)


def test_every_subject_has_every_lane_and_every_mark_is_on_the_sheet_in_order_of_time() -> None:
    for of, found in every_story():
        keys = [lane.key for lane in found.lanes]
        assert {"life", "response", "mrd", "emd", "serum", "flc", "crs", "icans", "crp", "platelets"} <= set(keys), (
            of.code
        )
        for lane in found.lanes:
            assert bool(lane.marks) != bool(lane.empty), (of.code, lane.key)
            places = [float(mark.middle) for mark in lane.marks]
            assert all(0 <= place <= found.axis.width for place in places), (of.code, lane.key)
            if lane.key not in ("tocilizumab", "steroid", "anticytokine"):
                assert places == sorted(places) or lane.key == "life", (of.code, lane.key)
            assert all(0 <= float(mark.core) <= lane.height for mark in lane.marks), (of.code, lane.key)


def test_a_point_on_the_axis_stands_at_the_day_of_its_form() -> None:
    found = story(subject(SHOCK), today=TODAY)
    infused = found.infused_on
    assert infused is not None
    for lane in found.lanes:
        if lane.key in ("serum", "flc", "cells-0"):
            for mark in lane.marks:
                assert float(mark.x) == pytest.approx(found.axis.of((mark.on - infused).days), abs=0.1)
    stored = {one.day: one.sampled_at for one in sheets(SHOCK, "inflammation")}
    for mark in next(lane for lane in found.lanes if lane.key == "crp").marks:
        assert float(mark.x) == pytest.approx(found.axis.at(stored[mark.on]), abs=0.1)
