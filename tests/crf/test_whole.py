"""Forms read together: an old laboratory value moves every later response, and the query about it, at once."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from crf import entry, sheet
from crf.casebook import Casebook
from crf.declare.form import form_named
from crf.haematotoxicity import HAEMATOTOXICITY, censoring
from crf.myeloma import MYELOMA, due
from crf.workflow import Query
from tests import study
from trial import schedule
from trial.models import Subject, User

SITE = "03"
SUBJECT, VISIT = "03-006", "m3"  # a fall of the M-protein just above one half


def people() -> User:
    return User.objects.get(username="investigator-03")


def found(code: str = SUBJECT) -> Subject:
    return Subject.objects.select_related("site").get(code=code)


def typed(form: str, subject: Subject, visit: str) -> dict[str, Any]:
    row = form_named(form).objects.get(subject=subject, visit__code=visit)  # type: ignore[attr-defined]
    return {name: "" if value is None else value for name, value in entry.initial(row).items()}


def change(form: str, visit: str, **values: Any) -> None:
    subject = found()
    data = {**typed(form, subject, visit), **values}
    entry.submit(
        form_named(form), subject=subject, visit=study.visit_of(subject, visit), data=data, by=people(), reason="Source"
    )


def responses(subject: Subject) -> list[Any]:
    rows = form_named("response_assessment").objects.filter(subject=subject)  # type: ignore[attr-defined]
    ordered = sorted(rows.select_related("visit", "subject__site"), key=lambda row: schedule.position(row.visit.code))
    return [sheet.of_row(row).response.value for row in ordered]


def asked() -> dict[str, str]:
    rows = Query.objects.filter(subject__code=SUBJECT, check_id="RSP-01").order_by("id")
    visits = {row.pk: row.visit.code for row in form_named("response_assessment").objects.select_related("visit")}  # type: ignore[attr-defined]
    return {visits[query.form_id]: query.state for query in rows}


@pytest.mark.usefixtures("demo_copy")
def test_an_old_value_moves_every_later_response_and_its_query_and_moves_them_back() -> None:
    with study.seeing_everything():
        before = responses(found())
        assert set(before) == {"PR"}
        assert asked() == {"m3": "OPEN"}  # the investigator saw a minimal response
        old = typed("myeloma_laboratory", found(), "screening")["serum_m_protein"]
        change("myeloma_laboratory", "screening", serum_m_protein="1.40")
        assert "PR" not in responses(found())
        now = asked()
        assert {visit for visit, state in now.items() if state == "OPEN"} >= {"m1", "m2"}
        change("myeloma_laboratory", "screening", serum_m_protein=str(old))
        assert responses(found()) == before
        assert {visit for visit, state in asked().items() if state == "OPEN"} == {"m3"}


@pytest.mark.usefixtures("demo_copy")
def test_an_accepted_answer_is_asked_anew_only_when_the_derived_response_moves() -> None:
    from crf import workflow

    with study.seeing_everything():
        query = Query.objects.get(subject__code=SUBJECT, check_id="RSP-01")
        manager = User.objects.get(username="data-manager")
        workflow.answer(query, text="Confirmed in the source.", by=people(), now=timezone.now())
        workflow.close(Query.objects.get(pk=query.pk), by=manager, text="Accepted.", now=timezone.now())
        change("myeloma_laboratory", VISIT, calcium="2.31")  # takes no part in the response
        assert asked() == {"m3": "CLOSED"}
        change("myeloma_laboratory", "screening", serum_m_protein="1.40")
        assert asked()["m3"] == "OPEN"


@pytest.mark.usefixtures("demo_study")
def test_the_live_verdict_reads_what_is_typed_instead_of_what_is_stored() -> None:
    with study.seeing_everything():
        subject = found()
        visit = study.visit_of(subject, "m1")
        form = form_named("myeloma_laboratory")
        stored = sheet.Casebook(subject)
        values = {**sheet.values_of(form.objects.get(subject=subject, visit=visit))}  # type: ignore[attr-defined]
        pk = form.objects.get(subject=subject, visit=visit).pk  # type: ignore[attr-defined]
        same = sheet.Sheet(form, values, subject=subject, visit=visit, casebook=stored, pk=pk)
        assert same.made(MYELOMA) is stored.made(MYELOMA)  # what is stored is judged once
        other = sheet.Sheet(
            form, {**values, "serum_m_protein": values["serum_m_protein"] * 3}, subject=subject, visit=visit,
            casebook=stored, pk=pk,
        )  # fmt: skip
        assert other.response.value != same.response.value
        assert stored.made(MYELOMA).response == same.made(MYELOMA).response  # the stored forms are untouched


@pytest.mark.django_db
@pytest.mark.usefixtures("scope")
def test_before_the_infusion_nothing_is_derived_and_nothing_fails(enrolled: Subject) -> None:
    form = form_named("myeloma_laboratory")
    of = sheet.Sheet(form, {}, subject=enrolled, visit=study.visit_of(enrolled, "screening"))
    assert of.made(MYELOMA) is None
    assert of.response.value is None


def test_the_assessments_due_are_those_of_the_schedule() -> None:
    planned = [schedule.BY_CODE[code].day for code in schedule.ACTIVITIES["response_assessment"]]
    assert [one.day for one in due()] == planned
    assert planned[0] == 28


@pytest.mark.usefixtures("demo_study")
def test_blood_counts_begin_from_the_myeloma_that_was_judged_already() -> None:
    asked, follow = [], MYELOMA.follow
    object.__setattr__(MYELOMA, "follow", lambda *read: asked.append(1) or follow(*read))
    try:
        with study.seeing_everything():
            book = Casebook.reading(found(), HAEMATOTOXICITY.forms)
            assert book.made(HAEMATOTOXICITY).censoring == censoring(book.made(MYELOMA))
    finally:
        object.__setattr__(MYELOMA, "follow", follow)
    assert asked == [1]


@pytest.mark.usefixtures("demo_study")
def test_what_reads_no_form_of_the_kind_that_is_typed_is_not_judged_again() -> None:
    with study.seeing_everything():
        book, form = Casebook(found()), form_named("haematology")
        typed_now = SimpleNamespace(**{**vars(book.rows("haematology")[-1]), "neutrophils": Decimal("0.3")})
        of_myeloma, of_blood = book.made(MYELOMA), book.made(HAEMATOTOXICITY)
        beside = book.instead(form, typed_now)
        assert beside is not book and beside.made(MYELOMA) is of_myeloma
        assert beside.made(HAEMATOTOXICITY) is not of_blood
