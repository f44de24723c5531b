"""Treatment, toxicity and the end of study ask about one another, through the door: queries open and close."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from crf import entry
from crf.checks.consent import PREFIX
from crf.declare.form import casebook, form_named
from crf.workflow import Query
from tests import study
from trial import schedule, subjects
from trial.models import Subject, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]

TOCILIZUMAB = {
    "drug": "Tocilizumab", "marked": "TOCILIZUMAB", "indication": "CRS", "dose": "8", "dose_unit": "mg/kg",
    "route": "INTRAVENOUS", "started_on": "2026-03-23", "ongoing": "N", "ended_on": "2026-03-23",
}  # fmt: skip
EVENT = {
    "verbatim": "Septic shock", "term": "INFECTION", "grade": "4", "onset_on": "2026-04-01", "ongoing": "N",
    "ended_on": "2026-04-09", "outcome": "RECOVERED/RESOLVED", "serious": "N", "related_cart": "N",
    "related_lymphodepletion": "Y", "aesi": "N",
}  # fmt: skip
PRODUCT = {
    "collected_on": "2026-03-10", "batch": "B1", "viability": "92.0", "transduction": "45.0", "sterility": "PASS",
    "release": "RELEASED", "released_on": "2026-03-18",
}  # fmt: skip
LINE = {
    "regimen": "Bortezomib, dexamethasone", "started_on": "2019-02", "best_response": "PR", "transplant": "NONE",
    "bcma_directed": "N", "cd38_directed": "N", "proteasome_inhibitor": "N", "immunomodulator": "N", "anti_cd38": "N",
}  # fmt: skip


def asked(check: str) -> list[str]:
    return list(Query.objects.filter(check_id=check).order_by("id").values_list("state", flat=True))


def take(subject: Subject, form: str, data: dict[str, Any], *, by: User, visit: str = "", **options: Any) -> None:
    """A form of a visit, or an entry of a log."""
    subject = Subject.objects.select_related("site").get(pk=subject.pk)
    where = study.visit_of(subject, visit) if visit else None
    options = {"now": study.NOW, **options}
    entry.submit(form_named(form), subject=subject, visit=where, data=data, by=by, **options)


def test_every_form_with_a_day_of_its_own_asks_whether_it_follows_the_consent() -> None:
    for form in casebook():
        declared = form.declared
        reading = [c for c in declared.checks.values() if "informed_consent.consent_date" in c.reads]
        of_the_day = [c for c in reading if declared.about_day in c.sees]
        if declared.about_day and declared.name != "informed_consent":
            assert len(of_the_day) == 1, declared.name
        assert len([c for c in reading if c.id.startswith(PREFIX)]) <= 1


def test_a_later_consent_questions_every_form_dated_before_it_and_the_right_one_answers(
    infused: Subject, investigator: User
) -> None:
    take(infused, "crs_assessment", study.typed_crs(1), by=investigator, visit="d1")
    take(infused, "leukapheresis", PRODUCT, by=investigator, visit="apheresis")
    late = study.typed_consent(consent_date="2026-03-21")
    take(infused, "informed_consent", late, by=investigator, visit="screening", reason="Wrong")
    open_ones = set(Query.objects.filter(check_id__startswith=PREFIX, state="OPEN").values_list("check_id", flat=True))
    assert open_ones == {"CON-car_t_infusion", "CON-leukapheresis"}  # the assessment was on the day of that consent
    take(infused, "informed_consent", study.typed_consent(), by=investigator, visit="screening", reason="Right again")
    assert not Query.objects.filter(check_id__startswith=PREFIX).exclude(state="CLOSED").exists()


def test_tocilizumab_in_an_assessment_asks_for_the_log_until_it_is_there(infused: Subject, investigator: User) -> None:
    said = study.typed_crs(3, anticytokine="Y", anticytokine_drug="TOCILIZUMAB")
    take(infused, "crs_assessment", said, by=investigator, visit="d3")
    assert asked("CRS-21") == ["OPEN"]
    take(infused, "concomitant_medication", TOCILIZUMAB, by=investigator)
    assert (asked("CRS-21"), asked("CM-09")) == (["CLOSED"], [])


def test_tocilizumab_in_the_log_asks_for_the_assessments_once_they_cover_its_day(
    infused: Subject, investigator: User
) -> None:
    take(infused, "concomitant_medication", TOCILIZUMAB, by=investigator)
    take(infused, "crs_assessment", study.typed_crs(3), by=investigator, visit="d3")
    assert asked("CM-09") == []  # it may have been given later on that day
    take(infused, "crs_assessment", study.typed_crs(4), by=investigator, visit="d4")
    assert asked("CM-09") == ["OPEN"]
    said = study.typed_crs(4, anticytokine="Y", anticytokine_drug="TOCILIZUMAB")
    take(infused, "crs_assessment", said, by=investigator, visit="d4", reason="Forgotten")
    assert (asked("CM-09"), asked("CRS-21")) == (["CLOSED"], [])


def test_a_medication_for_an_event_that_is_not_logged_yet_is_asked_about_until_it_is(
    infused: Subject, investigator: User
) -> None:
    drug = TOCILIZUMAB | {"drug": "Meropenem", "marked": "NONE", "indication": "ADVERSE_EVENT", "event": "2"}
    take(infused, "adverse_event", EVENT, by=investigator)
    take(infused, "concomitant_medication", drug, by=investigator)
    assert asked("CM-05") == ["OPEN"]
    take(infused, "adverse_event", EVENT | {"verbatim": "Pneumonia"}, by=investigator, occurrence=2)
    assert asked("CM-05") == ["CLOSED"]


def test_a_limiting_toxicity_follows_the_onset_of_its_event(infused: Subject, investigator: User) -> None:
    judged = {"evaluated_on": "2026-04-17", "evaluable": "Y", "dlt": "Y", "event": "1", "description": "Grade 4"}
    take(infused, "dlt_evaluation", judged, by=investigator, visit="m1")
    assert (asked("DLT-07"), asked("DLT-08")) == (["OPEN"], [])
    take(infused, "adverse_event", EVENT, by=investigator)
    assert (asked("DLT-07"), asked("DLT-08")) == (["CLOSED"], [])
    moved = EVENT | {"onset_on": "2026-05-01", "ended_on": "2026-05-09"}
    take(infused, "adverse_event", moved, by=investigator, reason="Wrong month")
    assert asked("DLT-08") == ["OPEN"]


def test_an_infusion_asks_for_the_release_when_the_product_comes_in(infused: Subject, investigator: User) -> None:
    assert asked("EX-06") == []
    pending = {**PRODUCT, "release": "PENDING"}
    del pending["released_on"]
    take(infused, "leukapheresis", pending, by=investigator, visit="apheresis")
    assert asked("EX-06") == ["OPEN"]
    take(infused, "leukapheresis", PRODUCT, by=investigator, visit="apheresis", reason="Released")
    assert asked("EX-06") == ["CLOSED"]


def test_an_infusion_that_moves_questions_the_lymphodepletion(infused: Subject, investigator: User) -> None:
    dose = {"drug": "FLUDARABINE", "given_on": "2026-03-15", "dose": "30", "reduced": "N"}
    doses = [dose, dose | {"drug": "CYCLOPHOSPHAMIDE", "dose": "300"}]
    take(infused, "lymphodepletion", {"started_on": "2026-03-15", "doses": doses}, by=investigator, visit="ld")
    assert asked("LD-03") == []
    later = study.typed_infusion(infused_at="2026-03-22 10:30")
    take(infused, "car_t_infusion", later, by=investigator, visit="d0", reason="Wrong day")
    assert asked("LD-03") == ["OPEN"]


def test_the_lines_of_the_log_question_the_number_in_the_history(infused: Subject, investigator: User) -> None:
    history = {
        "assessed_on": "2026-03-06", "diagnosed_on": "2016", "heavy_chain": "IGG", "light_chain": "KAPPA",
        "b2_microglobulin": "3.0", "albumin": "38", "ldh": "180", "ldh_uln": "250", "cytogenetic_abnormality": "N",
        **dict.fromkeys(("del_17p", "tp53_mutation", "t_4_14", "t_14_16", "t_14_20", "gain_1q", "del_1p32"), "N"),
        "prior_lines": "2", "prior_anti_cd38": "Y", "emd_at_entry": "N", "paramedullary_at_entry": "N",
    }  # fmt: skip
    take(infused, "myeloma_history", history, by=investigator, visit="screening")
    assert (asked("MMH-08"), asked("MMH-09")) == ([], [])
    take(infused, "prior_therapy", LINE | {"line": "1"}, by=investigator)
    assert (asked("MMH-08"), asked("MMH-09")) == (["OPEN"], ["OPEN"])
    antibody = LINE | {"line": "2", "started_on": "2021-02", "cd38_directed": "Y", "anti_cd38": "Y"}
    antibody |= {"refractory_cd38": "Y", "regimen": "Daratumumab"}
    take(infused, "prior_therapy", antibody, by=investigator, occurrence=2)
    assert (asked("MMH-08"), asked("MMH-09")) == (["CLOSED"], ["CLOSED"])


def test_a_query_of_a_blocking_check_stays_open_when_another_check_of_its_form_is_judged_again(
    infused: Subject, investigator: User
) -> None:
    """The second line has PT-04 and PT-05 of the first judged again: what a later year of birth asked is not answered by that."""
    take(infused, "prior_therapy", LINE | {"line": "1", "started_on": "1984"}, by=investigator)
    assert asked("PT-07") == []
    born = study.typed_demographics(birth_year="1985")
    take(infused, "demographics", born, by=investigator, visit="screening", reason="Read again")
    assert asked("PT-07") == ["OPEN"]
    take(infused, "prior_therapy", LINE | {"line": "2", "started_on": "2021-02"}, by=investigator, occurrence=2)
    assert asked("PT-07") == ["OPEN"]
    take(infused, "demographics", study.typed_demographics(), by=investigator, visit="screening", reason="Wrong")
    assert asked("PT-07") == ["CLOSED"]


def test_nothing_comes_after_the_end_of_study(infused: Subject, investigator: User) -> None:
    subjects.unscheduled(infused, by=investigator, on=date(2026, 5, 4))
    end = {"ended_on": "2026-05-04", "reason": "DEATH"}
    take(infused, "end_of_study", end, by=investigator, visit="u1")
    assert asked("EOS-02") == ["OPEN"]
    take(infused, "death", {"died_on": "2026-05-04", "cause": "MYELOMA"}, by=investigator, visit="u1")
    assert (asked("EOS-02"), asked("EOS-03"), asked("EOS-04")) == (["CLOSED"], [], [])
    contact = {"status_on": "2026-05-05", "alive": "U", "last_known_alive_on": "2026-05-04"}
    take(infused, "survival_status", contact, by=investigator, visit="u1")
    assert asked("EOS-04") == ["OPEN"]


def test_an_episode_that_the_assessments_do_not_show_is_asked_about(infused: Subject, investigator: User) -> None:
    event = EVENT | {"verbatim": "ALT increased", "term": "HEPATOTOXICITY", "episode": "CRS", "episode_number": "1"}
    take(infused, "adverse_event", event, by=investigator)
    assert asked("AE-29") == ["OPEN"]
    take(infused, "crs_assessment", study.typed_crs(1), by=investigator, visit="d1")
    assert asked("AE-29") == ["CLOSED"]


def test_every_form_that_is_bound_to_a_visit_and_dated_is_before_death_and_end() -> None:
    from crf.checks.conduct import ENDED

    dated = {f.declared.name for f in casebook() if f.declared.about_day and f.declared.name in schedule.ACTIVITIES}
    # Screening is before everything; the death and the end are what is compared.
    assert dated - set(ENDED) == {"informed_consent", "eligibility", "myeloma_history", "death", "end_of_study"}
