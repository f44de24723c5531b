"""The delegation log: who may fill the investigator's items, on which days, and who may write the log."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from crf import entry
from crf.declare.form import casebook, form_named
from crf.place import Place
from tests import study
from trial import delegation, subjects
from trial.delegation import GROUP_OF, Group
from trial.models import AuditEvent, Delegation, Site, Subject, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]
FIRST, LAST = date(2026, 3, 1), date(2026, 6, 1)  # study.NOW is on 1 June


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


@pytest.fixture
def junior(site: Site) -> User:
    """An investigator to whom nothing is delegated."""
    return study.person("INVESTIGATOR", site, name="junior", delegated=False)


def give(
    user: User, group: str, *, site: Site, by: User, from_on: date = FIRST, until_on: date | None = None
) -> Delegation:
    return delegation.delegate(
        fresh(user), group, site=site, from_on=from_on, until_on=until_on, by=fresh(by), now=study.NOW
    )


def test_every_form_with_items_for_the_investigator_belongs_to_a_group() -> None:
    wanted = {f.declared.name for f in casebook() if any(i.about.investigator for i in f.declared.items.values())}
    assert set(GROUP_OF) == wanted
    assert set(Group) - {Group.PRINCIPAL, Group.SIGNATURE} == set(GROUP_OF.values())


@pytest.mark.parametrize(
    ("from_on", "until_on", "holds"),
    [
        (LAST, None, True),
        (date(2026, 6, 2), None, False),
        (FIRST, LAST, True),
        (FIRST, date(2026, 5, 31), False),
    ],
)
def test_a_delegation_holds_from_its_first_to_its_last_day(
    from_on: date,
    until_on: date | None,
    holds: bool,
    site: Site,
    junior: User,
    investigator: User,  # noqa: FBT001
) -> None:
    give(junior, Group.EVENTS, site=site, by=investigator, from_on=from_on, until_on=until_on)
    found = delegation.may_fill(fresh(junior), "adverse_event", site, now=study.NOW)
    assert found is holds


def test_the_day_is_that_of_the_sites_clock(site: Site, junior: User, investigator: User) -> None:
    give(junior, Group.EVENTS, site=site, by=investigator, from_on=date(2026, 6, 2))
    before, after = (
        datetime(2026, 6, 1, 15, 59, tzinfo=UTC),
        datetime(2026, 6, 1, 16, 0, tzinfo=UTC),
    )  # midnight in Shanghai
    assert not delegation.may_fill(fresh(junior), "adverse_event", site, now=before)
    assert delegation.may_fill(fresh(junior), "adverse_event", site, now=after)


def test_a_delegation_is_for_its_items_and_its_site_alone(sites: list[Site], junior: User, investigator: User) -> None:
    give(junior, Group.EVENTS, site=sites[0], by=investigator)
    may = {
        (form, site.code)
        for form in GROUP_OF
        for site in sites
        if delegation.may_fill(fresh(junior), form, site, now=study.NOW)
    }
    assert may == {("adverse_event", "01")}


def test_everything_is_delegated_to_the_principal_investigator(site: Site, investigator: User) -> None:
    assert all(delegation.may_fill(fresh(investigator), form, site, now=study.NOW) for form in GROUP_OF)


def test_a_coordinator_fills_none_of_them_whatever_the_log_says(
    site: Site, coordinator: User, investigator: User
) -> None:
    with pytest.raises(subjects.Refused, match="no investigator of the site"):
        give(coordinator, Group.EVENTS, site=site, by=investigator)
    assert not delegation.may_fill(fresh(coordinator), "adverse_event", site, now=study.NOW)
    assert delegation.missing(fresh(coordinator), "adverse_event", site, now=study.NOW) == ""


# --- the log


def test_the_data_manager_names_the_principal_investigator_who_delegates_the_rest(
    site: Site, junior: User, data_manager: User, investigator: User
) -> None:
    with pytest.raises(PermissionDenied):
        give(junior, Group.EVENTS, site=site, by=data_manager)
    with pytest.raises(PermissionDenied):
        give(junior, Group.PRINCIPAL, site=site, by=investigator)
    give(junior, Group.PRINCIPAL, site=site, by=data_manager)
    assert delegation.leads(fresh(junior), site, now=study.NOW)


@pytest.mark.parametrize("role", ["COORDINATOR", "MONITOR", "MEDICAL_MONITOR", "ADMINISTRATOR"])
def test_nobody_else_writes_the_log(role: str, site: Site, junior: User) -> None:
    person = study.person(role, name="somebody")
    for group in (Group.PRINCIPAL, Group.EVENTS):
        with pytest.raises(PermissionDenied):
            give(junior, group, site=site, by=person)
    with pytest.raises(PermissionDenied):
        give(junior, Group.EVENTS, site=site, by=junior)


def test_the_same_is_not_delegated_twice_for_one_day(site: Site, junior: User, investigator: User) -> None:
    give(junior, Group.EVENTS, site=site, by=investigator, until_on=LAST)
    with pytest.raises(subjects.Refused, match="already"):
        give(junior, Group.EVENTS, site=site, by=investigator, from_on=LAST)
    give(junior, Group.EVENTS, site=site, by=investigator, from_on=date(2026, 6, 2))
    give(junior, Group.DLT, site=site, by=investigator)
    with pytest.raises(subjects.Refused, match="before the first"):
        give(junior, Group.DEATH, site=site, by=investigator, from_on=LAST, until_on=FIRST)


def test_a_line_is_ended_with_its_last_day_and_a_reason_and_stays(site: Site, junior: User, investigator: User) -> None:
    line = give(junior, Group.EVENTS, site=site, by=investigator)
    end = {"until_on": date(2026, 5, 31), "by": fresh(investigator), "now": study.NOW}
    with pytest.raises(subjects.Refused, match="reason"):
        delegation.end(line, reason=" ", **end)  # type: ignore[arg-type]
    with pytest.raises(subjects.Refused, match="before the first"):
        delegation.end(line, reason="left", **{**end, "until_on": date(2026, 2, 28)})  # type: ignore[arg-type]
    ended = delegation.end(line, reason="The person left the site", **end)  # type: ignore[arg-type]
    assert (ended.until_on, ended.ended_because) == (date(2026, 5, 31), "The person left the site")
    assert not delegation.may_fill(fresh(junior), "adverse_event", site, now=study.NOW)
    event = AuditEvent.objects.filter(table_name="trial_delegation", row_id=line.pk).latest("id")
    assert (event.action, event.actor, event.reason) == ("U", investigator.username, "The person left the site")
    with pytest.raises(subjects.Refused, match="has an end already"):
        delegation.end(line, reason="again", **end)  # type: ignore[arg-type]


# --- at the form


def crs(subject: Subject, by: User, **changes: object) -> entry.Outcome:
    return study.submit("crs_assessment", subject, "d1", study.typed_crs(1, **changes), by=by)


def test_entry_refuses_at_the_item_and_says_what_is_not_delegated(infused: Subject, junior: User) -> None:
    with pytest.raises(entry.Invalid) as refused:
        crs(infused, junior)
    (error,) = refused.value.page.errors["investigator_grade"]
    assert "not delegated" in str(error) and "site 01 on 2026-06-01" in str(error)
    assert set(refused.value.page.errors) == {"investigator_grade"}


def test_without_that_item_the_rest_is_taken_and_the_grade_waits(infused: Subject, junior: User) -> None:
    row = crs(infused, junior, investigator_grade="").row
    assert row.investigator_grade is None  # type: ignore[attr-defined]


def test_a_delegated_investigator_grades(infused: Subject, site: Site, junior: User, investigator: User) -> None:
    give(junior, Group.TOXICITY, site=site, by=investigator)
    assert str(crs(infused, fresh(junior)).row.investigator_grade) == "1"  # type: ignore[attr-defined]


def test_a_grade_entered_by_another_is_not_lost_when_somebody_not_delegated_corrects_the_form(
    infused: Subject, junior: User, investigator: User
) -> None:
    crs(infused, investigator)
    row = crs_again(infused, junior, temperature="39.1")
    assert (str(row.investigator_grade), str(row.temperature)) == ("1", "39.1")  # type: ignore[attr-defined]


def crs_again(subject: Subject, by: User, **changes: object) -> object:
    typed = study.typed_crs(1, **changes)
    return study.submit("crs_assessment", subject, "d1", typed, by=by, reason="Transcription error").row


def test_the_page_shows_the_items_read_only_with_the_reason_beforehand(infused: Subject, junior: User) -> None:
    subject = Subject.objects.select_related("site").get(pk=infused.pk)
    visit = study.visit_of(subject, "d1")
    visit.subject, visit.site = subject, subject.site
    page = entry.blank_page(Place(form_named("crs_assessment"), subject, visit), by=fresh(junior))
    assert page.fields["investigator_grade"].disabled and not page.fields["temperature"].disabled
    assert "not delegated" in page.fields["investigator_grade"].not_delegated  # type: ignore[attr-defined]
