"""An amended protocol and the consent: a visit under the new version asks for it, an entry of that version settles it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from crf.workflow import Query
from tests import study
from tests.filled import fill
from trial import audit
from trial.models import ProtocolApproval, Site, Subject, User

pytestmark = pytest.mark.django_db
AMENDED_ON = date(2026, 3, 23)  # study day 3 of tests.study


@pytest.fixture
def amended(site: Site) -> Site:
    with audit.acting("migration", "test"), study.seeing_everything():
        ProtocolApproval.objects.create(site=site, version="2.0", active_from=AMENDED_ON)
    return Site.objects.get(pk=site.pk)


@pytest.fixture
def by(amended: Site) -> User:
    return study.person("INVESTIGATOR", amended)


@pytest.fixture
def subject(amended: Site, by: User) -> Iterator[Subject]:
    found = study.infused(amended, by=by)
    with study.seeing_everything():
        yield Subject.objects.select_related("site").get(pk=found.pk)


def seen(subject: Subject, day: int, *, by: User) -> None:
    """The vital signs of a study day."""
    from crf.models.vital_signs import VitalSigns

    data = fill(VitalSigns)[0] | {"measured_at": f"2026-03-{20 + day} 08:00", "temperature": "36.8"}
    study.submit("vital_signs", subject, f"d{day}", data, by=by)


def renew(subject: Subject, *, by: User, **changes: Any) -> Any:
    data = {
        "given_on": "2026-03-24",
        "protocol_version": "2.0",
        "consent_version": "2.0",
        "because": "AMENDMENT",
    } | changes
    return study.submit("renewed_consent", subject, "log", data, by=by)


def asked() -> list[tuple[str, str]]:
    found = Query.objects.filter(check_id__in=["ICF-04", "RCN-03", "RCN-04"]).order_by("pk")
    return list(found.values_list("check_id", "state"))


def test_a_visit_under_the_old_version_asks_for_nothing(subject: Subject, by: User) -> None:
    seen(subject, 2, by=by)
    assert asked() == []


def test_a_visit_under_the_new_version_asks_once_until_the_consent_is_entered(subject: Subject, by: User) -> None:
    seen(subject, 4, by=by)
    seen(subject, 5, by=by)
    assert asked() == [("ICF-04", "OPEN")]
    query = Query.objects.get(check_id="ICF-04")
    assert query.form == "informed_consent"
    renew(subject, by=by)
    assert asked() == [("ICF-04", "CLOSED")]


def test_a_consent_after_the_visit_settles_the_first_question_and_asks_about_the_date(
    subject: Subject, by: User
) -> None:
    seen(subject, 4, by=by)
    renew(subject, by=by, given_on="2026-03-26")
    assert asked() == [("ICF-04", "CLOSED"), ("RCN-04", "OPEN")]


def test_a_consent_under_a_version_that_the_site_does_not_work_under_yet_is_asked_about(
    subject: Subject, by: User
) -> None:
    renew(subject, by=by, given_on="2026-03-22")
    assert asked() == [("RCN-03", "OPEN")]


def test_before_the_next_visit_a_renewed_consent_leaves_nothing_to_ask(subject: Subject, by: User) -> None:
    renew(subject, by=by, given_on="2026-03-23")
    seen(subject, 4, by=by)
    assert asked() == []
