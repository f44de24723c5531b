"""The history of every form: what is corrected, row by row too, is read back with its label, old, new, who and why."""

from __future__ import annotations

from datetime import date, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crf.declare.form import FormClass, Log, casebook
from crf.ledger import address
from tests import study
from tests.filled import ZONE, another, fill, leading
from trial import subjects
from trial.models import Subject, User, Visit

FORMS = pytest.mark.parametrize("form", casebook(), ids=lambda form: form.declared.name)
WITH_ROWS = pytest.mark.parametrize(
    "form", [f for f in casebook() if f.declared.rows], ids=lambda form: form.declared.name
)
REASON = "Transcription error <source: page 3>"

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(enrolled: Subject, investigator: User, scope: None) -> Visit:
    """An unscheduled visit: any form may be entered there."""
    return subjects.unscheduled(enrolled, by=investigator, on=date(2026, 3, 25))


def enter(form: FormClass, visit: Visit, typed: Any, *, by: User, **options: Any) -> Any:
    where = "log" if issubclass(form, Log) else visit.code
    return study.submit(form.declared.name, visit.subject, where, typed, by=by, **options).row


def other(item: Any, value: Any) -> str:
    """Another value, as it is typed."""
    found = another(item, value)
    return f"{found:%Y-%m-%d %H:%M}" if isinstance(found, datetime) else str(found)


class Lines(HTMLParser):
    """The cells of the table's body, line by line, as text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.lines: list[list[str]] = []
        self._in: str | None = None
        self._body = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._body = self._body or tag == "tbody"
        if self._body and tag == "tr":
            self.lines.append([])
        if self._body and tag in ("td", "th"):
            self._in = tag
            self.lines[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._body = self._body and tag != "tbody"
        self._in = None if tag == self._in else self._in

    def handle_data(self, data: str) -> None:
        if self._in:
            self.lines[-1][-1] += data


def shown(form: FormClass, visit: Visit, row: Any, *, to: User) -> list[dict[str, str]]:
    """The history page as its reader sees it."""
    web = Client()
    web.force_login(to, backend="django.contrib.auth.backends.ModelBackend")
    url = address(form, visit.subject, None if issubclass(form, Log) else visit, row.occurrence)
    answer = web.get(url + "history/")
    assert answer.status_code == 200
    names = ("label", "old", "new", "who", "when", "why")
    return [dict(zip(names, cells, strict=True)) for cells in Lines(answer.content.decode()).lines]


def wording(item: Any, value: Any) -> str:
    """A value as the page words it; blank where there is none."""
    return str(item.in_words(value)).strip() or "blank"


@FORMS
def test_every_item_corrected_is_read_back_with_label_old_new_who_and_why(
    form: FormClass, visit: Visit, investigator: User, monitor: User
) -> None:
    typed, expected = fill(form)
    row = enter(form, visit, typed, by=investigator)
    # An item on which others depend stays: it would hide them, and what is hidden loses its value.
    changed = {
        n: other(i, expected[n]) for n, i in form.declared.items.items() if n in typed and n not in leading(form)
    }
    assert changed
    row = enter(form, visit, typed | changed, by=investigator, reason=REASON)
    lines = shown(form, visit, row, to=monitor)
    corrected = [line for line in lines if line["why"] == REASON]
    with timezone.override(ZONE):
        told = {
            (str(item.about.label), wording(item, expected[n]), wording(item, getattr(form.objects.get(pk=row.pk), n)))  # type: ignore[attr-defined]
            for n, item in form.declared.items.items()
            if n in changed
        }
    assert {(line["label"], line["old"], line["new"]) for line in corrected} == told
    assert {line["who"] for line in lines} == {str(investigator)}
    assert lines[: len(corrected)] == corrected  # the latest first
    # What was typed first stands below, from blank.
    first = {line["label"]: line for line in lines[len(corrected) :] if ": " not in line["label"]}
    assert set(first) >= {str(form.declared.items[n].about.label) for n in changed}
    assert {line["old"] for line in lines[len(corrected) :]} == {"blank"}


@WITH_ROWS
def test_a_row_corrected_added_and_removed_is_read_back_with_its_number(
    form: FormClass, visit: Visit, investigator: User, monitor: User
) -> None:
    for name, grid in form.declared.rows.items():
        typed, expected = fill(form)
        row = enter(form, visit, typed, by=investigator)
        for inner, item in grid.row.declared.items.items():
            new = other(item, expected[name][1][inner])
            lines = [typed[name][0], {**typed[name][1], inner: new}]
            row = enter(form, visit, typed | {name: lines}, by=investigator, reason=f"{inner} read again")
            typed = typed | {name: lines}
        told = shown(form, visit, row, to=monitor)
        for inner, item in grid.row.declared.items.items():
            (line,) = [line for line in told if line["why"] == f"{inner} read again"]
            assert line["label"] == f"{grid.about.label} 2: {item.about.label}"
            assert line["old"] != line["new"] and "blank" not in (line["old"], line["new"])
            assert line["who"] == str(investigator)
        row = enter(form, visit, typed | {name: typed[name][:1]}, by=investigator, reason="no such row")
        gone = [line for line in shown(form, visit, row, to=monitor) if line["why"] == "no such row"]
        assert {line["label"] for line in gone} == {
            f"{grid.about.label} 2: {i.about.label}" for i in grid.row.declared.items.values()
        }
        assert {line["new"] for line in gone} == {"blank"}
        row = enter(
            form, visit, typed | {name: [*typed[name][:1], typed[name][0]]}, by=investigator, reason="there it is"
        )
        back = [line for line in shown(form, visit, row, to=monitor) if line["why"] == "there it is"]
        assert {line["old"] for line in back} == {"blank"}
        assert len(back) == len(grid.row.declared.items)


@FORMS
def test_a_reason_for_a_blank_that_gives_way_to_a_value_stands_in_the_history(
    form: FormClass, visit: Visit, investigator: User, monitor: User
) -> None:
    typed, _expected = fill(form)
    required = [
        n
        for n in typed
        if n in form.declared.items and form.declared.items[n].about.required and n not in leading(form)
    ]
    name = required[-1]
    item = form.declared.items[name]
    row = enter(form, visit, typed | {name: "", f"{name}__missing": "NOT DONE"}, by=investigator)
    row = enter(form, visit, typed, by=investigator, reason=REASON)
    corrected = [line for line in shown(form, visit, row, to=monitor) if line["why"] == REASON]
    assert {line["label"] for line in corrected} == {str(item.about.label), f"{item.about.label}: why missing"}
    (why,) = [line for line in corrected if line["label"].endswith("why missing")]
    assert why["old"] == "Not done" and why["new"] == "blank"


@FORMS
def test_a_form_of_another_subject_does_not_stand_in_this_ones_history(
    form: FormClass, visit: Visit, site: Any, investigator: User, monitor: User
) -> None:
    row = enter(form, visit, fill(form)[0], by=investigator)
    before = shown(form, visit, row, to=monitor)
    second = study.enrolled(site, by=investigator)
    enter(form, subjects.unscheduled(second, by=investigator, on=date(2026, 3, 26)), fill(form)[0], by=investigator)
    if issubclass(form, Log):  # another entry of the same subject is another history
        study.submit(form.declared.name, visit.subject, "log", fill(form)[0], by=investigator, occurrence=2)
    assert shown(form, visit, row, to=monitor) == before != []
