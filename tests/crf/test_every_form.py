"""Every form of the casebook goes through the door: typed, saved, read back, audited, opened again, sent again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from crf import entry, sheet
from crf.declare.form import FormClass, Log, casebook
from crf.entry import Place
from crf.ledger import address
from tests import study
from tests.filled import ZONE, fill
from trial import subjects
from trial.models import AuditEvent, Subject, User, Visit

pytestmark = pytest.mark.django_db

FORMS = pytest.mark.parametrize("form", casebook(), ids=lambda form: form.declared.name)


@pytest.fixture
def place(enrolled: Subject, investigator: User, scope: None) -> Visit:
    """An unscheduled visit: any form may be entered there."""
    return subjects.unscheduled(enrolled, by=investigator, on=date(2026, 3, 25))


def enter(form: FormClass, place: Visit, data: Any, *, by: User, **options: Any) -> entry.Outcome:
    visit = "log" if issubclass(form, Log) else place.code
    return study.submit(form.declared.name, place.subject, visit, data, by=by, **options)


def rows(form: FormClass, place: Visit) -> Any:
    """What is stored of the form at the visit, or in the subject's log."""
    found = form.objects.filter(subject=place.subject)  # type: ignore[attr-defined]
    return found if issubclass(form, Log) else found.filter(visit=place)


def test_the_walk_fills_most_items_of_the_casebook() -> None:
    filled = {(f.declared.name, name) for f in casebook() for name in fill(f)[0]}
    everything = {(f.declared.name, name) for f in casebook() for name in f.declared.in_force("1.0")}
    assert everything - filled == {("crs_assessment", "ventilation_reason")}  # excludes the oxygen flow


@FORMS
def test_a_form_is_saved_and_every_value_read_back(form: FormClass, place: Visit, investigator: User) -> None:
    typed, expected = fill(form)
    outcome = enter(form, place, typed, by=investigator)
    row = form.objects.get(pk=outcome.row.pk)  # type: ignore[attr-defined]
    stored = sheet.values_of(row)
    for name, value in expected.items():
        assert ([vars(line) for line in stored[name]] if isinstance(value, list) else stored[name]) == value, name
    assert (outcome.created, row.version, row.status, row.missing) == (True, 1, "COMPLETE", {})
    assert (row.entered_by, row.changed_by, row.entered_at, row.site_id) == (
        investigator,
        investigator,
        study.NOW,
        place.site_id,
    )


@FORMS
def test_a_form_leaves_one_audit_entry_for_itself_and_one_a_row(
    form: FormClass, place: Visit, investigator: User
) -> None:
    typed, expected = fill(form)
    row = enter(form, place, typed, by=investigator).row
    (event,) = AuditEvent.objects.filter(table_name=form._meta.db_table, row_id=row.pk)
    assert (event.action, event.actor, event.subject_id, event.site_id) == (
        "I",
        investigator.username,
        place.subject_id,
        place.site_id,
    )
    assert event.after is not None and event.after["version"] == 1
    assert {name for name in form.declared.items if event.after[name] is not None} == {
        n for n in expected if n in form.declared.items
    }
    for name, grid in form.declared.rows.items():
        assert AuditEvent.objects.filter(table_name=grid.row._meta.db_table).count() == len(expected[name])


class Controls(HTMLParser):
    """The controls of the page's main form with what a browser would send of them untouched."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self._select, self._text, self._inside = "", "", False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        name, value = about.get("name") or "", about.get("value") or ""
        if tag == "form":
            self._inside = about.get("id") == "crf-form"
        elif not self._inside:
            return
        elif tag == "input" and name and about.get("type") not in ("submit", "button"):
            if about.get("type") not in ("radio", "checkbox") or "checked" in about:
                self.sent[name] = value
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in about or self._select not in self.sent):
            self.sent[self._select] = value
        elif tag == "textarea":
            self._text = name
            self.sent[name] = ""

    def handle_data(self, data: str) -> None:
        if self._text:
            self.sent[self._text] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        self._select = "" if tag == "select" else self._select
        self._text = "" if tag == "textarea" else self._text


def as_a_browser_sends(page: Any) -> dict[str, str]:
    """What the page, opened and sent without a touch, contains."""
    sent = {bound.html_name: "" if bound.value() is None else str(bound.value()) for bound in page}
    chosen = [bound for bound in page if getattr(bound.field, "also", None)]
    sent |= {f"{one.html_name}_unit": getattr(one.value(), "unit", "") or one.field.unit for one in chosen}
    for grid in page.grids.values():
        sent |= {bound.html_name: str(bound.value()) for bound in grid.management_form}
        for line in grid.forms:
            sent |= {b.html_name: "" if b.value() is None else str(b.value()) for b in line if b.name != "DELETE"}
    return sent


@FORMS
def test_a_form_opened_and_sent_again_without_a_change_writes_nothing(
    form: FormClass, place: Visit, investigator: User
) -> None:
    from django.http import QueryDict
    from django.utils import timezone

    typed, _expected = fill(form)
    enter(form, place, typed, by=investigator)
    before = AuditEvent.objects.count()
    with timezone.override(ZONE):
        page = entry.blank_page(Place(form, place.subject, None if issubclass(form, Log) else place), by=investigator)
        sent = QueryDict(mutable=True)
        sent.update(as_a_browser_sends(page))
    for again in (sent, typed):
        outcome = enter(form, place, again, by=investigator, based_on=1)
        assert (outcome.created, outcome.changed) == (False, set())
    assert AuditEvent.objects.count() == before
    assert rows(form, place).get().version == 1


@FORMS
@pytest.mark.parametrize("unit", ["standard", "other"])
def test_a_stored_form_is_sent_again_as_its_html_says_without_a_change(
    form: FormClass, place: Visit, investigator: User, client: Client, unit: str
) -> None:
    """Read from the markup, as a browser does: what a field says of itself in Python may not be what stands there."""
    chosen = {name: item for name, item in form.declared.items.items() if getattr(item, "also", None)}
    if unit == "other" and not chosen:
        return  # nothing may be typed in another unit
    typed, _expected = fill(form)
    if unit == "other":
        for name, item in chosen.items():
            other, factor = next(iter(item.also.items()))
            typed |= {name: f"{Decimal(typed[name]) / factor:.4f}", f"{name}_unit": other}
    row = enter(form, place, typed, by=investigator).row
    client.force_login(investigator)
    visit = None if issubclass(form, Log) else place
    page = client.get(address(form, place.subject, visit, row.occurrence)).content.decode()
    sent = Controls(page).sent
    assert {name for name in chosen if not sent.get(f"{name}_unit")} == set()
    again = client.post(address(form, place.subject, visit, row.occurrence), sent)
    assert again.status_code == 302, again.content.decode()
    assert (rows(form, place).get().version, sheet.values_of(rows(form, place).get()).keys()) == (
        1, sheet.values_of(row).keys(),
    )  # fmt: skip


@FORMS
def test_every_required_item_left_blank_is_named_and_a_reason_serves_instead(
    form: FormClass, place: Visit, investigator: User
) -> None:
    typed, _expected = fill(form)
    shown = [n for n in form.declared.items if n in typed]
    required = {n for n in shown if form.declared.items[n].about.required}
    blank = {
        n: ""
        for n in required
        if not any(i.about.shown_if and i.about.shown_if.item == n for i in form.declared.items.values())
    }
    with pytest.raises(entry.Invalid) as refused:
        enter(form, place, typed | blank, by=investigator)
    assert set(refused.value.page.errors) == set(blank) != set()
    assert not rows(form, place).exists()
    reasons = {f"{n}__missing": "NOT DONE" for n in blank}
    row = enter(form, place, typed | blank | reasons, by=investigator).row
    assert row.missing == dict.fromkeys(blank, "NOT DONE")
    assert all(getattr(row, n) is None for n in blank)
