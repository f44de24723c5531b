"""The criteria in force and the former ones side by side: on the page, while typing, with the weight of the day."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from crf import across, sheet, words
from crf.declare.form import casebook, form_named
from crf.models.crs_assessment import CrsAssessment
from crf.sent import typed
from crf.workflow import Query
from tests import study
from trial import protocol
from trial.models import Subject, User
from trial.rules import ctcae

pytestmark = pytest.mark.django_db
PAGE = "/subjects/{}/d1/crs-assessment/"
# 25 ug/min of norepinephrine for four hours: high by the table of Lee 2014 (20 ug/min for at least 3 h).
HIGH = {
    "drug": "NOREPINEPHRINE", "dose": "25", "dose_unit": "ug/min", "hours": "4", "started_at": "2026-03-21 08:00",
    "stopped_at": "2026-03-21 12:00",
}  # fmt: skip
VITALS = {"temperature": "37.0", "pulse": "80", "systolic": "120", "diastolic": "70", "spo2": "98"}


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def posted(data: dict[str, Any]) -> dict[str, Any]:
    return dict(typed(data).lists())


def live(subject: Subject, by: User, **changes: Any) -> str:
    """The part of the page that follows what is being typed."""
    data = posted(study.typed_crs(1, **changes))
    return browser(by).post(PAGE.format(subject.code) + "verdict/", data).content.decode()


def said(subject: Subject, form: str, visit: str) -> list[dict[str, Any]]:
    row = form_named(form).objects.get(subject=subject, visit__code=visit)
    row.subject = Subject.objects.select_related("site").get(pk=subject.pk)
    return words.verdicts(sheet.of_row(row))


# --- while typing


def test_lee_2014_stands_under_the_grade_in_force_while_typing(infused: Subject, investigator: User) -> None:
    page = live(infused, investigator)
    assert page.index("ASTCT grade") < page.index("former criteria, for comparison") < page.index("Lee DW et al. Blood")
    assert "cw-former-differs" not in page  # fever alone is grade 1 by both
    with study.seeing_everything():
        assert CrsAssessment.objects.count() == 0


def test_grades_that_differ_are_marked_and_only_those(infused: Subject, investigator: User) -> None:
    low = live(infused, investigator, hypotension="Y", vasopressors=[HIGH | {"dose": "5"}])
    assert "cw-former-differs" in low  # one vasopressor: 3 by ASTCT, 2 by Lee at a low dose
    assert "The criteria in force count." in low
    assert low.index("Grade 3") < low.index("Grade 2")
    assert "cw-former-differs" not in live(infused, investigator, hypotension="Y", vasopressors=[HIGH])  # 3 by both


def test_the_stored_form_and_its_review_show_both(infused: Subject, investigator: User) -> None:
    with study.seeing_everything():
        study.submit("crs_assessment", infused, "d1", study.typed_crs(1, **study.SHOCK), by=investigator)
        found, _highest = said(infused, "crs_assessment", "d1")
    assert (found["verdict"].value, found["former"]["verdict"].value, found["former"]["differs"]) == (
        "Grade 3", "Grade 2", True
    )  # fmt: skip
    page = browser(investigator).get(PAGE.format(infused.code)).content.decode()
    assert "former criteria, for comparison" in page


def test_the_clause_of_both_is_read_in_chinese(infused: Subject, investigator: User) -> None:
    with study.seeing_everything(), translation.override("zh-hans"):
        study.submit("crs_assessment", infused, "d1", study.typed_crs(1), by=investigator)
        found, _highest = said(infused, "crs_assessment", "d1")
        assert "。" in found["verdict"].sentence
        assert "。" in found["former"]["verdict"].sentence


# --- the weight


def weighed(subject: Subject, by: User, visit: str, on: str, weight: str) -> None:
    data = VITALS | {"measured_at": f"{on} 09:00", "weight": weight}
    study.submit("vital_signs", subject, visit, data, by=by)


def of(subject: Subject, visit: str) -> sheet.Sheet:
    row = CrsAssessment.objects.select_related("visit").get(subject=subject, visit__code=visit)
    row.subject = Subject.objects.select_related("site").get(pk=subject.pk)
    return sheet.of_row(row)


WEIGHT = ("vital_signs.weight", "demographics.weight")


@pytest.mark.usefixtures("scope")
def test_the_weight_is_the_last_one_known_on_the_day(infused: Subject, investigator: User) -> None:
    study.submit("crs_assessment", infused, "d3", study.typed_crs(3), by=investigator)
    assert of(infused, "d3").last_known(WEIGHT) == 58.5  # of screening
    weighed(infused, investigator, "d2", "2026-03-22", "61.0")
    assert of(infused, "d3").last_known(WEIGHT) == 61
    weighed(infused, investigator, "d4", "2026-03-24", "55.0")  # after the assessment
    assert of(infused, "d3").last_known(WEIGHT) == 61
    weighed(infused, investigator, "d3", "2026-03-23", "")  # newer, and blank
    assert of(infused, "d3").last_known(WEIGHT) == 61


@pytest.mark.usefixtures("scope")
def test_a_weight_decides_whether_a_dose_per_kg_is_high(infused: Subject, investigator: User) -> None:
    """0.3 ug/kg/min: 17.6 ug/min at 58.5 kg, and 21 at 70 kg; Lee 2014, table 3: high from 20 ug/min."""
    dose = HIGH | {"dose": "0.3", "dose_unit": "ug/kg/min"}
    data = study.typed_crs(1, hypotension="Y", investigator_grade="3", vasopressors=[dose])
    study.submit("crs_assessment", infused, "d1", data, by=investigator)
    assert of(infused, "d1").lee.value == 2
    study.submit(
        "demographics", infused, "screening", study.typed_demographics(weight="70"), by=investigator, reason="Wrong"
    )
    assert of(infused, "d1").lee.value == 3
    assert of(infused, "d1").astct.value == 3


def test_a_change_of_the_weight_is_a_change_of_lee_and_moves_no_query() -> None:
    lee = CrsAssessment.declared.derived["lee"]
    assert lee.reads("vital_signs", {"weight"})
    assert lee.reads("demographics", {"weight"})
    assert not lee.reads("demographics", {"height"})
    assert not lee.reads("vital_signs", {"pulse"})
    assert "crs_assessment" not in [form.declared.name for form, _ in across.readers("vital_signs", {"weight"})]


@pytest.mark.usefixtures("scope")
def test_a_check_that_sees_it_is_judged_again_when_the_weight_changes(
    infused: Subject, investigator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The generic way: nothing in the casebook asks by Lee 2014, but a check may."""
    check = CrsAssessment.declared.checks["CRS-01"]
    monkeypatch.setattr(check, "sees", (*check.sees, "lee"))
    monkeypatch.setattr(check, "holds", lambda form: form.lee.value == 2)
    dose = HIGH | {"dose": "0.3", "dose_unit": "ug/kg/min"}
    data = study.typed_crs(1, hypotension="Y", investigator_grade="3", vasopressors=[dose])
    study.submit("crs_assessment", infused, "d1", data, by=investigator)
    assert not Query.objects.filter(check_id="CRS-01").exists()
    weighed(infused, investigator, "d0", "2026-03-20", "70.0")
    assert Query.objects.get(check_id="CRS-01").state == "OPEN"


# --- what the protocol names


def test_without_a_former_version_nothing_stands_beside(
    infused: Subject, investigator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "CRS_CRITERIA_FORMER", None)
    page = live(infused, investigator)
    assert "former criteria" not in page
    assert "Lee 2014" not in page


COUNT = {
    "sampled_at": "2026-03-20 08:00", "haemoglobin": "100", "leukocytes": "4.00", "neutrophils": "2.00",
    "lymphocytes": "1.00", "platelets": "200",
}  # fmt: skip


@pytest.mark.usefixtures("scope")
def test_one_version_of_ctcae_unless_the_protocol_names_a_former_one(
    infused: Subject, investigator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    study.submit("haematology", infused, "d0", COUNT, by=investigator)
    assert protocol.criteria("CTCAE") == ("ctcae_5", None)
    assert [one["former"] for one in said(infused, "haematology", "d0")] == [None] * 10
    monkeypatch.setattr(protocol, "CTCAE_VERSION_FORMER", "ctcae_4_03")
    found = [one for one in said(infused, "haematology", "d0") if "CTCAE" in str(one["label"])]
    assert len(found) == 5
    for one in found:
        assert one["verdict"].basis == str(ctcae.TABLES["ctcae_5"].basis)
        assert one["former"]["verdict"].basis == str(ctcae.TABLES["ctcae_4_03"].basis)
        assert one["former"]["differs"] == (one["verdict"].value != one["former"]["verdict"].value)
    page = browser(investigator).get(f"/subjects/{infused.code}/d0/haematology/").content.decode()
    assert page.count("former criteria, for comparison") == 5


@pytest.mark.usefixtures("scope")
def test_grades_by_two_versions_differ_where_their_limits_do(infused: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sodium 128 mmol/L without symptoms recorded: grade 2 by CTCAE 5.0 (125-129), grade 3 by 4.03 (< 130-120)."""
    monkeypatch.setattr(protocol, "CTCAE_VERSION_FORMER", "ctcae_4_03")
    chemistry = form_named("chemistry")
    of_form = sheet.Sheet(
        chemistry, {"sodium": 128, "sampled_at": study.INFUSED_AT}, subject=infused, visit=None, before=[]
    )
    sodium = next(
        one for one in words.verdicts(of_form) if one["label"] == chemistry.declared.derived["sodium_grade"].label
    )
    assert (sodium["verdict"].value, sodium["former"]["verdict"].value) == ("Grade 2", "Grade 3")
    assert sodium["former"]["differs"]


def test_every_graded_value_names_criteria_that_the_protocol_knows() -> None:
    named = {d.criteria for form in casebook() for d in form.declared.derived.values() if d.criteria}
    assert named == {"CRS", "CTCAE"}
    for form in casebook():
        for derived in form.declared.derived.values():
            if derived.criteria:
                assert derived.versions()[0] in protocol.criteria(derived.criteria), (form, derived.name)
