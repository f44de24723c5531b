"""Submitting each form of the casebook: through the application's door, and as a ModelForm with inline formsets and no audit."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.forms import inlineformset_factory, modelform_factory
from django.utils import timezone

from crf import entry
from crf.declare.form import FormClass, Log, casebook
from crf.sent import typed as sent
from tests import study
from tests.bench.measure import median, statements, table
from tests.filled import another, fill, leading
from trial import roles, schedule, subjects
from trial.models import Subject, User, Visit

SUBJECT, BY = "02-001", "investigator-02"
AFTER_INFUSION = timedelta(days=200)
REASON = "Transcription error against the source"
WARM_UP = 2
T = TypeVar("T")

EXPLAINED = """
Every form, all its items filled, at an unscheduled visit (or as a new entry of the log) of a demonstration subject with all
visits: entry.submit, beside a ModelForm with inline formsets on an equal table without audit. Each round is rolled back
(the deferred constraints checked before), so that no course grows from round to round; SQL without savepoints."""


def hiding(rows: Any) -> set[str]:
    """Names of the items of a grid on which others depend."""
    return {item.about.shown_if.item for item in rows.row.declared.items.values() if item.about.shown_if}


class Case:
    """One form, filled in and corrected; dates lie on one day within the subject's course."""

    def __init__(self, form: FormClass, subject: Subject, visit: Visit, by: User) -> None:
        self.form, self.subject, self.by = form, subject, by
        self.visit = None if issubclass(form, Log) else visit
        rows = form.objects.filter(subject=subject)  # type: ignore[attr-defined]
        self.occurrence = rows.count() + 1 if self.visit is None else 1
        self.first = {name: self._moved(form.declared.item(name), value) for name, value in fill(form)[1].items()}
        self.then = self._corrected()

    def _day(self) -> datetime:
        """A time at which this form may well be filled in: a date that contradicts others would open queries on all of them."""
        assert self.subject.infused_at is not None
        infused = self.subject.infused_at.astimezone(ZoneInfo(self.subject.site.timezone)).replace(second=0)
        planned = schedule.ACTIVITIES.get(self.form.declared.name)
        if planned == ("screening",):
            return infused + (self.subject.screened_on - infused.date())
        if planned == ():  # the end
            last = max(visit.actual_on or infused.date() for visit in self.subject.visits.all())
            return infused + (last + timedelta(days=1) - infused.date())
        # Another time of the infusion would move the schedule.
        return infused if planned == ("d0",) else infused + AFTER_INFUSION

    def _moved(self, item: Any, value: Any) -> Any:
        if item.kind == "rows":
            inner = item.row.declared.items
            return [{name: self._moved(inner[name], text) for name, text in line.items()} for line in value]
        if item.kind == "partial_date":
            return f"{self._day():%Y-%m}"
        return {"datetime": self._day(), "date": self._day().date()}.get(item.kind, value)

    def _corrected(self) -> dict[str, Any]:
        """One item changed, and one of the second row of each grid."""
        items = self.form.declared.items
        spared = leading(self.form) | {self.form.declared.about_day}
        # Numbers first: what is derived may change with them. A form of a date and a grid is corrected in the grid alone.
        free = sorted(
            (n for n in self.first if n in items and n not in spared), key=lambda n: items[n].kind != "number"
        )
        found = {**self.first, **{name: another(items[name], self.first[name]) for name in free[:1]}}
        for grid, rows in self.form.declared.rows.items():
            inner = rows.row.declared.items
            first, second = self.first[grid]
            choice = [n for n in second if n in inner and n not in hiding(rows)]
            number = min(choice, key=lambda n: (inner[n].kind != "number", inner[n].about.required))  # noqa: B023
            found[grid] = [first, {**second, number: another(inner[number], second[number])}]
        return found


class Door:
    """The application: validation, rules, checks, audit, workflow, all in entry.submit."""

    def __init__(self, case: Case) -> None:
        self.case = case

    def _submit(self, values: dict[str, Any], **options: Any) -> entry.Outcome:
        case = self.case
        return entry.submit(
            case.form, subject=case.subject, visit=case.visit, occurrence=case.occurrence, data=sent(as_typed(values)),
            by=case.by, **options,
        )  # fmt: skip

    def enter(self) -> None:
        assert self._submit(self.case.first, based_on=0).created

    def correct(self) -> None:
        assert self._submit(self.case.then, based_on=1, reason=REASON).changed


class Ordinary:
    """A ModelForm for the form and an inline formset for each grid, on tables with the same columns and constraints."""

    def __init__(self, case: Case) -> None:
        from tests.bench.models import PLAIN  # tables that exist under the settings of the measurements alone

        self.case = case
        self.model, rows = PLAIN[case.form]
        declared = case.form.declared
        self.form = modelform_factory(self.model, fields=list(declared.items))
        self.grids = {
            name: inlineformset_factory(
                self.model, row, fk_name="form", fields=list(declared.rows[name].row.declared.items), extra=0
            )
            for name, row in rows.items()
        }
        self.pk, self.lines = 0, {name: [0, 0] for name in rows}

    def enter(self) -> None:
        case, now = self.case, timezone.now()
        where = {} if case.visit is None else {"visit": case.visit}
        self._save(
            self.model(
                subject=case.subject, site_id=case.subject.site_id, occurrence=case.occurrence, entered_at=now,
                entered_by=case.by, changed_at=now, changed_by=case.by, **where,
            ),
            sent(as_typed(case.first)),
        )  # fmt: skip

    def correct(self) -> None:
        found: Any = self.model._default_manager.select_for_update().get(pk=self.pk)
        found.version, found.changed_at, found.changed_by = found.version + 1, timezone.now(), self.case.by
        data = sent(as_typed(self.case.then))
        for name, keys in self.lines.items():  # the page carries them
            data[f"{name}-INITIAL_FORMS"] = str(len(keys))
            data.update({f"{name}-{number}-id": str(key) for number, key in enumerate(keys)})
        self._save(found, data)

    def _save(self, instance: Any, data: Any) -> None:
        with transaction.atomic(), timezone.override(ZoneInfo(self.case.subject.site.timezone)):
            form = self.form(data, instance=instance)
            grids = {name: made(data, instance=instance, prefix=name) for name, made in self.grids.items()}
            if not (form.is_valid() and all(grid.is_valid() for grid in grids.values())):
                raise AssertionError([form.errors, *(grid.errors for grid in grids.values())])
            saved = form.save()
            for name, grid in grids.items():
                for number, line in enumerate(grid.save(commit=False), 1):
                    line.subject_id, line.site_id, line.row = saved.subject_id, saved.site_id, line.row or number
                    line.save()
                self.lines[name] = [line.instance.pk for line in grid.forms]
        self.pk = saved.pk


def as_typed(values: dict[str, Any]) -> dict[str, Any]:
    """Values in the notation that both kinds of form read."""

    def text(value: Any) -> Any:
        if isinstance(value, list):
            return [{name: text(inner) for name, inner in line.items()} for line in value]
        return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)

    return {name: text(value) for name, value in values.items()}


def timed(step: Callable[[], object]) -> float:
    """Seconds, the deferred constraints included."""
    began = time.perf_counter()
    step()
    connection.check_constraints()
    return time.perf_counter() - began


def _sent(step: Callable[[], object]) -> int:
    return sum("SAVEPOINT" not in sql for sql in statements(step))


def rolled_back(way: Door | Ordinary, measured: Callable[[Callable[[], object]], T]) -> tuple[T, T]:
    """What is measured of a first entry and of its correction, which leave nothing behind."""
    with transaction.atomic():
        with study.seeing_everything():
            found = measured(way.enter), measured(way.correct)
        transaction.set_rollback(True)
    return found


def cases() -> list[Case]:
    """Every form of the casebook, for one subject at one unscheduled visit."""
    with transaction.atomic(), study.seeing_everything():
        by = User.objects.get(username=BY)
        roles.held(by)  # a request's middleware does this once
        subject = Subject.objects.select_related("site").get(code=SUBJECT)
        assert subject.infused_at is not None
        on = (subject.infused_at + AFTER_INFUSION).astimezone(ZoneInfo(subject.site.timezone)).date()
        visit = subjects.unscheduled(subject, by=by, on=on)
        return [Case(form, subject, visit, by) for form in casebook()]


def run(*, rounds: int) -> None:
    """Measures first entry and correction of every form, both ways by turns, and prints one line a form."""
    entered, corrected = [], []
    for case in cases():
        ways: dict[str, Door | Ordinary] = {"ours": Door(case), "plain": Ordinary(case)}
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        counts = {name: rolled_back(way, _sent) for name, way in ways.items()}
        for number in range(rounds + WARM_UP):
            for name in list(ways)[:: 1 if number % 2 else -1]:
                seconds = rolled_back(ways[name], timed)
                if number >= WARM_UP:
                    taken[name].append(seconds)
        for step, lines in enumerate((entered, corrected)):
            ours, plain = (median([pair[step] for pair in taken[name]]) for name in ways)
            sql = tuple(counts[name][step] for name in ways)
            lines.append(
                (
                    case.form.declared.name,
                    f"{ours * 1000:.1f} ms",
                    f"{plain * 1000:.1f} ms",
                    f"x {ours / plain:.2f}",
                    *sql,
                )
            )
    print(EXPLAINED)
    heads = ("", "Cartwright", "ModelForm", "ratio", "SQL", "SQL, ModelForm")
    table(f"Every form, first entry: medians of {rounds} rounds", heads, entered)
    table(f"Every form, correction with a reason: medians of {rounds} rounds", heads, corrected)
