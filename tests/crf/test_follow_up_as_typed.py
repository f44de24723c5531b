"""What follows from the forms of escalation and follow-up, while they are being typed: dose-limiting toxicity, PFS, OS, TTNT."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from crf import sheet
from crf.declare.form import form_named
from tests import study
from trial.models import Subject, User
from trial.rules import dlt, time_to_event_on, time_to_event_terms

pytestmark = pytest.mark.django_db

# Infusion on 20 March 2026 = day 0, so the window of 28 days is over on 17 April.
LAST = date(2026, 4, 17)


def of(form: str, subject: Subject, visit: str | None, **values: Any) -> sheet.Sheet:
    where = None if visit is None else study.visit_of(subject, visit)
    return sheet.Sheet(form_named(form), values, subject=subject, visit=where)


def evaluation(subject: Subject, **values: Any) -> Any:
    typed = {"evaluated_on": LAST, "evaluable": "Y", "dlt": "N", **values}
    return of("dlt_evaluation", subject, "m1", **typed).counted


def test_an_evaluation_says_at_once_whether_the_subject_counts(infused: Subject, scope: None) -> None:
    assert evaluation(infused).value == dlt.EVALUABLE
    early = evaluation(infused, evaluated_on=date(2026, 4, 16))
    assert (early.value, early.shown["day"]) == (dlt.PENDING, "2026-04-17")
    assert evaluation(infused, evaluated_on=date(2026, 4, 2), dlt="Y").value == dlt.EVALUABLE
    assert evaluation(infused, evaluable="N").value == dlt.NOT_EVALUABLE
    assert evaluation(infused, dlt=None).value == dlt.PENDING


def test_without_an_infusion_nothing_is_counted(enrolled: Subject, scope: None) -> None:
    assert evaluation(enrolled).clause == dlt.NOT_INFUSED
    status = of("survival_status", enrolled, "m1", status_on=LAST, alive="Y", last_known_alive_on=LAST)
    assert status.overall_survival.clause == time_to_event_on.NOT_INFUSED


def test_a_status_a_therapy_and_a_death_say_what_they_end(infused: Subject, scope: None) -> None:
    status = of("survival_status", infused, "m1", status_on=LAST, alive="Y", last_known_alive_on=LAST)
    assert (status.overall_survival.value, status.next_treatment.value) == ("CENSORED", "CENSORED")
    assert "28 days, 0.9 months" in status.overall_survival.because[0].sentence
    died = of("death", infused, "m1", died_on=LAST, cause="MYELOMA")
    assert (died.overall_survival.value, died.progression_free.value) == ("EVENT", "EVENT")
    therapy = of("subsequent_therapy", infused, None, drug="x", intent="ANTI_MYELOMA", started_on=LAST)
    assert therapy.next_treatment.clause == time_to_event_terms.TREATED
    assert (
        of("subsequent_therapy", infused, None, intent="SUPPORTIVE", started_on=LAST).next_treatment.value == "CENSORED"
    )


def test_the_page_shows_it_before_anything_is_saved(client: Client, infused: Subject, investigator: User) -> None:
    client.force_login(investigator, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(
        f"/subjects/{infused.code}/m1/dlt-evaluation/verdict/",
        {"evaluated_on": "16.4.2026", "evaluable": "Y", "dlt": "N"},
    )
    assert answer.status_code == 200
    page = " ".join(answer.content.decode().split())
    assert "Counts for dose escalation" in page and "before the window is over on 2026-04-17" in page
    assert not form_named("dlt_evaluation").objects.filter(subject=infused).exists()  # type: ignore[attr-defined]
