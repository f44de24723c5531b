"""Rows changed together: as they stand in memory, audited one by one, and only where they may be seen."""

from __future__ import annotations

from datetime import date

import pytest

from tests import study
from trial import audit, many
from trial.models import AuditEvent, Site, Subject, User, Visit


def _visits(subject: Subject) -> list[Visit]:
    return list(Visit.objects.filter(subject=subject).order_by("pk"))


@pytest.mark.django_db
def test_each_row_gets_its_own_values_and_its_own_audit_entry(
    enrolled: Subject, investigator: User, scope: None
) -> None:
    visits = _visits(enrolled)[:3]
    for number, visit in enumerate(visits, 1):
        visit.planned_on, visit.window_from = date(2026, 5, number), None
    visits[2].planned_on = None
    before = AuditEvent.objects.count()
    with audit.acting(investigator):
        many.update(visits, ["planned_on", "window_from"])
    stored = {v.pk: (v.planned_on, v.window_from) for v in _visits(enrolled)}
    assert [stored[v.pk] for v in visits] == [(date(2026, 5, 1), None), (date(2026, 5, 2), None), (None, None)]
    written = AuditEvent.objects.order_by("pk")[before:]
    # The first of them is the screening visit, which had a planned day; the third had none and has none: no change.
    assert [(e.action, e.row_id, e.actor) for e in written] == [("U", v.pk, investigator.username) for v in visits[:2]]


@pytest.mark.django_db
def test_nothing_to_write_writes_nothing(scope: None) -> None:
    many.update([], ["planned_on"])


@pytest.mark.django_db
def test_a_row_out_of_sight_is_not_written(sites: list[Site], investigator: User) -> None:
    subject = study.screened(sites[0], by=investigator)
    with study.seeing_everything():
        (visit,) = _visits(subject)
    visit.planned_on = date(2027, 1, 1)
    with audit.acting(investigator), audit.seeing([sites[1].pk]):
        many.update([visit], ["planned_on"])
    with study.seeing_everything():
        assert _visits(subject)[0].planned_on == study.SCREENED_ON
