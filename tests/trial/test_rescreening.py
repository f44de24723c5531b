"""Screening again: a new id tied to the former one, with a reason; never for anybody but a screen failure, never twice."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from tests import study
from trial import rescreening, subjects
from trial.models import AuditEvent, Subject, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]
LATER, WHY = date(2026, 4, 1), "The criterion that was not met is met now"


@pytest.fixture
def failed(subject: Subject, investigator: User) -> Subject:
    return subjects.fail_screening(subject, by=investigator, reason="A criterion is not met")


def test_a_screen_failure_is_screened_again_under_the_next_id_and_keeps_its_own(
    failed: Subject, coordinator: User
) -> None:
    new = rescreening.rescreen(failed, by=coordinator, on=LATER, reason=WHY)
    assert (failed.code, new.code, new.former, new.status, new.screened_on) == (
        "01-001", "01-002", failed, "SCREENED", LATER,
    )  # fmt: skip
    assert [v.code for v in new.visits.all()] == ["screening"]
    failed.refresh_from_db()
    assert (failed.status, rescreening.rescreened_as(failed)) == ("SCREEN_FAILED", new)
    event = AuditEvent.objects.get(table_name="trial_subject", row_id=new.pk)
    assert (event.actor, event.reason, (event.after or {})["former_id"]) == (coordinator.username, WHY, failed.pk)


def test_a_second_screening_again_follows_the_chain(failed: Subject, investigator: User) -> None:
    second = rescreening.rescreen(failed, by=investigator, on=LATER, reason=WHY)
    subjects.fail_screening(second, by=investigator, reason="A criterion is not met")
    third = rescreening.rescreen(second, by=investigator, on=date(2026, 5, 1), reason=WHY)
    assert [one.code for one in rescreening.chain(third)] == ["01-002", "01-001"]


def test_nobody_is_screened_again_twice(failed: Subject, investigator: User) -> None:
    rescreening.rescreen(failed, by=investigator, on=LATER, reason=WHY)
    with pytest.raises(subjects.Refused, match="01-002"):
        rescreening.rescreen(failed, by=investigator, on=LATER, reason=WHY)
    assert Subject.objects.count() == 2


@pytest.mark.parametrize("step", ["screened", "enrolled", "infused", "withdrawn"])
def test_only_a_screen_failure_is_screened_again(step: str, site: object, investigator: User) -> None:
    make = study.screened if step == "screened" else study.infused if step == "infused" else study.enrolled
    subject = make(site, by=investigator)  # type: ignore[arg-type]
    if step == "withdrawn":
        subjects.withdraw(subject, by=investigator, on=LATER, reason="declined")
    with pytest.raises(subjects.Refused, match="Only a screen failure"):
        rescreening.rescreen(subject, by=investigator, on=LATER, reason=WHY)


def test_without_a_reason_or_before_the_former_screening_it_is_refused(failed: Subject, investigator: User) -> None:
    with pytest.raises(subjects.Refused, match="reason"):
        rescreening.rescreen(failed, by=investigator, on=LATER, reason=" ")
    with pytest.raises(subjects.Refused, match="before the former"):
        rescreening.rescreen(failed, by=investigator, on=date(2026, 3, 1), reason=WHY)
    assert rescreening.rescreen(failed, by=investigator, on=study.SCREENED_ON, reason=WHY).code == "01-002"


def test_the_sponsors_side_screens_nobody(failed: Subject, data_manager: User, monitor: User) -> None:
    for person in (data_manager, monitor):
        with pytest.raises(PermissionDenied):
            rescreening.rescreen(failed, by=person, on=LATER, reason=WHY)
