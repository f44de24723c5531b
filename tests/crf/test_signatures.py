"""Signatures: what they are bound to, who may give one, what a later change leaves of them, and what is to be signed again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.utils import DatabaseError

from crf import not_done, signatures, unsigned, workflow
from crf.declare.form import casebook, form_named
from crf.ledger import ledger, to_do
from crf.models import Signature
from crf.place import Place
from crf.signatures import Shown
from tests import study
from trial import audit, delegation, subjects, transfers
from trial.models import AuditEvent, Delegation, Site, Subject, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]
CHANGE = {"reason": "Typing error"}


def again(subject: Subject) -> Subject:
    return Subject.objects.select_related("site").get(pk=subject.pk)


def crs(subject: Subject, by: User, **changes: Any) -> Any:
    """A new CRS assessment of day 1, or a changed one."""
    there = form_named("crs_assessment").objects.filter(subject=subject, visit__code="d1").first()
    options = {**CHANGE, "based_on": there.version} if there else {}
    data = study.typed_crs(1, **changes)
    return study.submit("crs_assessment", subject, "d1", data, by=by, **options).row


def sign(subject: Subject, *rows: Any, by: User) -> list[Signature]:
    wanted = [Shown(row.declared.name, row.pk, row.version) for row in rows]
    return signatures.sign(wanted, subject=again(subject), by=User.objects.get(pk=by.pk), now=study.NOW)


def stored(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def waiting(subject: Subject) -> dict[str, unsigned.ToSign]:
    return {one.shown.form: one for one in unsigned.to_sign(again(subject))}


def entry_of(subject: Subject, form: str) -> Any:
    found = ledger([again(subject)], now=study.NOW, forms=[form_named(form)])
    return next(entry for entry in found if entry.form_id)


@pytest.fixture
def assessed(infused: Subject, investigator: User) -> Any:
    return crs(infused, investigator)


def test_a_signature_says_who_when_and_what_and_the_form_is_signed(
    infused: Subject, assessed: Any, investigator: User
) -> None:
    assert entry_of(infused, "crs_assessment").shown == "complete"
    (one,) = sign(infused, assessed, by=investigator)
    one = Signature.objects.get(pk=one.pk)
    assert (one.printed_name, one.signed_by, one.signed_at) == (str(investigator), investigator, study.NOW)
    assert (one.form, one.form_id, one.version, one.site_id) == ("crs_assessment", assessed.pk, 1, infused.site_id)
    assert one.genuine and one.changed_in(stored(assessed)) == []
    entry = entry_of(infused, "crs_assessment")
    assert entry.shown == "signed" and not entry.unsigned
    trail = AuditEvent.objects.filter(table_name="crf_signature").get()
    assert trail.actor == investigator.username and trail.subject_id == infused.pk
    assert "items" not in trail.after and trail.after["digest"] == one.digest


def test_a_later_change_leaves_the_signature_names_what_changed_and_asks_for_another(
    infused: Subject, assessed: Any, investigator: User
) -> None:
    others = set(waiting(infused)) - {"crs_assessment"}
    (first,) = sign(infused, assessed, by=investigator)
    row = crs(infused, investigator, temperature="39.1", antipyretic="Y")
    one = waiting(infused)["crs_assessment"]
    items = row.declared.items
    assert one.changed == [str(items[name].about.label) for name in ("temperature", "antipyretic")]
    assert one.before == first and entry_of(infused, "crs_assessment").unsigned
    assert set(waiting(infused)) == others | {"crs_assessment"}
    sign(infused, row, by=investigator)
    assert entry_of(infused, "crs_assessment").shown == "signed"
    assert Signature.objects.count() == 2 and all(one.genuine for one in Signature.objects.all())
    assert set(waiting(infused)) == others


def test_what_holds_the_same_again_has_changed_in_no_item_and_still_waits(
    infused: Subject, assessed: Any, investigator: User
) -> None:
    sign(infused, assessed, by=investigator)
    crs(infused, investigator, temperature="39.1")
    crs(infused, investigator)
    assert waiting(infused)["crs_assessment"].changed == []


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ({}, {"temperature": "", "temperature__missing": "NOT DONE"}, "temperature"),
        ({"temperature": "", "temperature__missing": "NOT DONE"}, {"temperature": "", "temperature__missing": "UNKNOWN"}, "temperature"),
        (study.SHOCK, study.SHOCK | {"vasopressors": [study.PRESSOR | {"dose": "0.2"}]}, "vasopressors"),
        (study.SHOCK, study.SHOCK | {"vasopressors": [study.PRESSOR, study.PRESSOR]}, "vasopressors"),
        (study.SHOCK, study.SHOCK | {"vasopressors": []}, "vasopressors"),
    ],
)  # fmt: skip
def test_reasons_of_missing_values_and_rows_of_a_grid_are_signed_as_well(
    before: dict[str, Any], after: dict[str, Any], name: str, infused: Subject, investigator: User
) -> None:
    one, other = (signatures.content(stored(crs(infused, investigator, **typed))) for typed in (before, after))
    assert one.get(name) != other.get(name)
    assert signatures.content(stored(crs(infused, investigator, **before))) == one


def test_the_unit_in_which_a_value_was_typed_is_signed(infused: Subject, investigator: User) -> None:
    form, name = next((f, n) for f in casebook() for n, item in f.declared.items.items() if getattr(item, "also", None))
    one: Any = form()
    setattr(one, name, 5)
    kept = signatures.content(one)
    setattr(one, name + "_unit", "G/L")
    assert signatures.content(one)[name] != kept[name]


@pytest.mark.parametrize(
    "forged",
    [
        lambda one: setattr(one, "form_id", one.form_id + 1),
        lambda one: setattr(one, "version", 2),
        lambda one: setattr(one, "printed_name", "Somebody else"),
        lambda one: setattr(one, "signed_by_id", one.signed_by_id + 1),
        lambda one: setattr(one, "signed_at", study.INFUSED_AT),
        lambda one: one.items.update(temperature="0" * 64),
        lambda one: one.items.pop("temperature"),
        lambda one: setattr(one, "meaning", "REVIEW"),
        lambda one: setattr(one.subject, "code", "09-001"),
    ],
)
def test_a_signature_that_was_altered_or_carried_to_another_form_is_found_out(
    forged: Callable[[Signature], Any], infused: Subject, assessed: Any, investigator: User
) -> None:
    sign(infused, assessed, by=investigator)
    one = Signature.objects.select_related("subject", "visit").get()
    assert one.genuine
    forged(one)
    assert not one.genuine


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE crf_signature SET printed_name = 'x'",
        "UPDATE crf_signature SET items = '{}'",
        "DELETE FROM crf_signature",
    ],
)
def test_nobody_changes_or_deletes_a_signature(
    statement: str, infused: Subject, assessed: Any, investigator: User
) -> None:
    sign(infused, assessed, by=investigator)
    refused = pytest.raises(DatabaseError, match="never changed")
    with refused, transaction.atomic(), audit.acting("migration", "to see"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_whoever_may_not_sign_does_not(
    infused: Subject, assessed: Any, coordinator: User, monitor: User, data_manager: User, sites: list[Site]
) -> None:
    elsewhere = study.person("INVESTIGATOR", sites[1])
    junior = study.person("INVESTIGATOR", sites[0], name="junior", delegated=False)
    for person in (coordinator, monitor, data_manager, elsewhere, junior):
        with pytest.raises(PermissionDenied):
            sign(infused, assessed, by=person)
    assert not Signature.objects.exists()
    assert signatures.not_delegated(junior, sites[0], now=study.NOW)
    assert not signatures.not_delegated(coordinator, sites[0], now=study.NOW)


def test_whom_it_is_delegated_to_signs(infused: Subject, assessed: Any, investigator: User, site: Site) -> None:
    junior = study.person("INVESTIGATOR", site, name="junior", delegated=False)
    delegation.delegate(
        junior, Delegation.Group.SIGNATURE, site=site, from_on=date(2026, 6, 1), by=investigator, now=study.NOW
    )
    sign(infused, assessed, by=junior)
    assert Signature.objects.get().signed_by == junior


def test_what_was_changed_since_it_was_shown_is_not_signed_nor_what_stands_beside_it(
    infused: Subject, assessed: Any, investigator: User
) -> None:
    beside = form_named("car_t_infusion").objects.get(subject=infused)
    crs(infused, investigator, temperature="39.1")
    with pytest.raises(subjects.Refused, match="changed since"):
        sign(infused, assessed, beside, by=investigator)
    assert not Signature.objects.exists()


def test_what_was_not_done_or_belongs_to_another_subject_is_not_signed(
    infused: Subject, investigator: User, site: Site
) -> None:
    place = Place(form_named("vital_signs"), infused, study.visit_of(infused, "d1"))
    marked = not_done.mark(place, by=investigator, reason="NOT_PERFORMED", now=study.NOW)
    other = study.enrolled(site, by=investigator)
    consent = form_named("informed_consent").objects.get(subject=other)
    for row in (marked, consent):
        with pytest.raises(subjects.Refused):
            sign(infused, row, by=investigator)
    with pytest.raises(subjects.Refused, match="choose"):
        sign(infused, by=investigator)


def test_an_open_query_at_a_critical_item_comes_before_the_signature(
    infused: Subject, assessed: Any, investigator: User, monitor: User
) -> None:
    query = workflow.ask(assessed, item="temperature", by=monitor, text="Which thermometer?", now=study.NOW)
    assert assessed.declared.items["temperature"].about.critical and waiting(infused)["crs_assessment"].critical
    with pytest.raises(subjects.Refused, match="critical"):
        sign(infused, assessed, by=investigator)
    workflow.answer(query, by=investigator, text="Axillary.", now=study.NOW)
    with pytest.raises(subjects.Refused, match="critical"):
        sign(infused, assessed, by=investigator)
    workflow.close(query, by=monitor, text="Thank you.", now=study.NOW)
    sign(infused, assessed, by=investigator)


def test_a_query_at_another_item_stands_beside_the_signature(
    infused: Subject, assessed: Any, investigator: User, monitor: User
) -> None:
    name = next(n for n, item in assessed.declared.items.items() if not item.about.critical)
    workflow.ask(assessed, item=name, by=monitor, text="Please check.", now=study.NOW)
    sign(infused, assessed, by=investigator)
    entry = entry_of(infused, "crs_assessment")
    assert (entry.shown, entry.signed, entry.unsigned) == ("queried", True, False)


def test_the_same_person_signs_a_version_once_and_another_may_sign_it_too(
    infused: Subject, assessed: Any, investigator: User, site: Site
) -> None:
    sign(infused, assessed, by=investigator)
    with pytest.raises(subjects.Refused, match="already"):
        sign(infused, assessed, by=investigator)
    sign(infused, assessed, by=study.person("INVESTIGATOR", site, name="second"))
    assert Signature.objects.count() == 2


def test_a_signature_goes_with_its_subject_to_another_site(
    infused: Subject, assessed: Any, investigator: User, data_manager: User, sites: list[Site]
) -> None:
    sign(infused, assessed, by=investigator)
    with study.seeing_everything():
        transfers.transfer(
            infused, sites[1], by=data_manager, on=date(2026, 4, 10), reason="The subject moved house", now=study.NOW
        )
        one = Signature.objects.select_related("subject", "visit").get()
        assert one.site_id == sites[1].pk and one.genuine
        assert entry_of(infused, "crs_assessment").shown == "signed"


def test_the_count_of_each_subject_is_what_its_casebook_says(
    infused: Subject, assessed: Any, investigator: User
) -> None:
    beside = form_named("car_t_infusion").objects.get(subject=infused)
    for signed in ((), (assessed,), (beside,)):
        if signed:
            sign(infused, *signed, by=investigator)
        told = [entry for entry in ledger([again(infused)], now=study.NOW) if entry.unsigned]
        _entries, waiting = to_do([again(infused)], now=study.NOW, until=study.NOW.date())
        assert len(waiting[infused.pk]) == len(told) == len(unsigned.to_sign(again(infused))) > 0


def test_every_form_of_the_casebook_can_be_signed_and_is_read_back_as_it_was_signed(
    infused: Subject, investigator: User
) -> None:
    from tests.filled import enter_the_rest

    enter_the_rest(infused, by=investigator)
    waits = [one for one in unsigned.to_sign(again(infused)) if not one.critical]
    made = signatures.sign([one.shown for one in waits], subject=again(infused), by=investigator, now=study.NOW)
    assert len({one.form for one in made}) >= 18
    for one in Signature.objects.select_related("subject", "visit"):
        row = form_named(one.form).objects.get(pk=one.form_id)
        assert one.genuine and one.changed_in(row) == [] and one.items, one.form
