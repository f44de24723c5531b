"""One form's values, typed or stored, as rules and checks read them: by item name, with derived values and history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from crf.casebook import Casebook
from crf.declare import measured
from crf.declare.form import Derived, Entered, FormClass, Whole, form_named
from crf.stored import stored_of
from trial import ranges, subjects
from trial.models import Subject, Visit
from trial.rules.reference import Limits


class Sheet:
    """A form filled in or being filled in. Attribute access gives an item, the rows of a grid, or a derived verdict."""

    def __init__(
        self,
        form: FormClass,
        values: Mapping[str, Any],
        *,
        subject: Subject,
        visit: Visit | None,
        before: Sequence[Any] | None = None,
        among: Sequence[Any] | None = None,
        casebook: Casebook | None = None,
        pk: int | None = None,
        occurrence: int = 1,
        now: datetime | None = None,
    ) -> None:
        """before: the history. among: the subject's `stored` forms, of which it follows. None of both = read when needed.

        casebook: the subject's forms of other kinds, shared by the sheets of one subject; None = read when needed.
        """
        self.subject, self.visit, self.pk, self.occurrence = subject, visit, pk, occurrence
        self._form, self._typed = form, values
        self._zone = ZoneInfo(subject.site.timezone)
        self._before, self._among, self._casebook = before, among, casebook
        self._own: tuple[int | None, Casebook] | None = None
        self.now = now or timezone.now()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        declared, value = self._form.declared, None
        if name in declared.items:
            value = on_site(self._typed.get(name), self._zone)
        elif name in declared.rows:
            value = on_site(self._typed.get(name), self._zone) or ()
        elif name in declared.derived:
            value = declared.derived[name].of(self)
        else:
            raise AttributeError(name)
        # Kept where Python looks first: a check or rule asks for one value many times.
        self.__dict__[name] = value
        return value

    def _value(self, name: str) -> Any:
        """The value of an item by its name; None where the form has none of that name."""
        return getattr(self, name) if name in self._form.declared.items else None

    @property
    def casebook(self) -> Casebook:
        """The subject's forms of every kind that this one reads, read together."""
        if self._casebook is None:
            self._casebook = Casebook.reading(self.subject, self._form.declared.reads())
        return self._casebook

    @property
    def history(self) -> Sequence[Any]:
        """The subject's forms of this kind before this one, oldest first."""
        if self._before is None:
            among = self.casebook.rows(self._form.declared.name) if self._among is None else self._among
            self._before = earlier(self, among)
        return self._before

    def plain(self, pk: int) -> Any:
        """This sheet as one of the `stored` forms, under the key it was written with."""
        declared = self._form.declared
        lines = {name: list(getattr(self, name)) for name in declared.rows}
        items = {name: getattr(self, name) for name in declared.items}
        return SimpleNamespace(pk=pk, occurrence=self.occurrence, **items, **lines)

    def since_infusion(self, forms: Sequence[Any]) -> Sequence[Any]:
        """Those at or after the infusion; all of them where there is none yet."""
        return since_infusion(self._form, self.subject, forms)

    def made(self, whole: Whole) -> Any:
        """What follows from several forms together, this one included as it stands here."""
        name = self._form.declared.name
        if name not in whole.forms:
            return self.casebook.made(whole)
        # Kept, so that several values that follow from the same forms judge them once.
        if self._own is None or self._own[0] != self.pk:
            self._own = (self.pk, self.casebook.instead(self._form, self.plain(self.pk or 0)))
        return self._own[1].made(whole)

    @cached_property
    def day(self) -> date | None:
        """The day this form is about, on the site's clock."""
        value = self._value(self._form.declared.about_day)
        return value.date() if isinstance(value, datetime) else value

    @property
    def today(self) -> date:
        return self.now.astimezone(self._zone).date()

    def local(self, at: datetime) -> datetime:
        """A time on the site's clock."""
        return at.astimezone(self._zone)

    def number(self, text: str) -> Decimal:
        return Decimal(text)

    @property
    def study_day(self) -> int | None:
        """Days from the infusion (= day 0) to the day this form is about, or None."""
        return subjects.study_day(self.subject, self.day)

    def latest(self, form: str, item: str) -> Any:
        """The subject's newest value of an item of another form, or None."""
        return self.casebook.latest(form, item)

    def last_known(self, items: Sequence[str]) -> Any:
        """The first of these items of other forms ("vital_signs.weight") that is known by the day of this form.

        Of each item the newest value that is not blank; a form that nothing dates counts on every day. None = unknown.
        """
        day = self.day
        for form, item in (path.split(".") for path in items):
            key = form_named(form).declared.about_day
            for one in reversed(self.others(form)):
                value, on = getattr(one, item), getattr(one, key) if key else None
                on = on.date() if isinstance(on, datetime) else on
                if value is not None and (on is None or day is None or on <= day):
                    return value
        return None

    def others(self, form: str) -> list[Any]:
        """The subject's `stored` forms of a kind without this one. A check that asks names the items in its `reads`."""
        mine = self.pk if form == self._form.declared.name else None
        return [one for one in self.casebook.rows(form) if one.pk != mine]

    def others_since_infusion(self, form: str) -> Sequence[Any]:
        """Those of `others` that are dated at or after the infusion; none where there is no infusion yet."""
        rows = self.casebook.since_infusion(form)
        return rows if form != self._form.declared.name else [one for one in rows if one.pk != self.pk]

    def entry(self, form: str, number: Any) -> Any:
        """The subject's `stored` entry of that number in a log, or None; to be asked like `others`."""
        return next((one for one in self.others(form) if one.occurrence == number), None)

    def limits(self, analyte: str, *, on: date | None = None) -> Limits:
        """The limits of normal of an analyte at the site for this subject, on a day (None = that of this form)."""
        sex, born = (self.latest("demographics", item) for item in ("sex", "birth_year"))
        day = on or self.day
        return ranges.among(self.casebook.ranges_of(analyte), analyte, sex=sex, age=ranges.age_on(day, born), on=day)

    def baseline(self, item: str) -> Any:
        """The last value of an item before the infusion, in forms of this kind; None for a form that is itself before it."""
        start, key = self.subject.infused_at, self._form.declared.about_day
        mine = self._value(key)
        if start is None or mine is None or mine < start:
            return None
        values = (getattr(one, item) for one in reversed(self.history) if getattr(one, key) < start)
        return next((value for value in values if value is not None), None)

    def derived(self) -> list[Derived]:
        """Every derived value that the form declares."""
        return list(self._form.declared.derived.values())


def on_site(value: Any, zone: ZoneInfo) -> Any:
    """Times on the site's clock, rows included: a rule that groups by day must see the day the site saw."""
    if isinstance(value, datetime):
        return value.astimezone(zone)
    if isinstance(value, list):
        return [SimpleNamespace(**{k: on_site(v, zone) for k, v in vars(line).items()}) for line in value]
    return value


def values_of(row: Entered) -> dict[str, Any]:
    """A stored form's items and rows by name."""
    declared = row.declared
    found: dict[str, Any] = {name: measured.of(row, name, item) for name, item in declared.items.items()}
    for name, grid in declared.rows.items():
        lines = sorted(getattr(row, name).all(), key=lambda line: line.row)
        found[name] = [SimpleNamespace(**{n: getattr(line, n) for n in grid.row.declared.items}) for line in lines]
    return found


def of_row(row: Entered, before: Sequence[Any] | None = None, casebook: Casebook | None = None) -> Sheet:
    """The sheet of a stored form."""
    visit = getattr(row, "visit", None)
    return Sheet(
        type(row), values_of(row), subject=row.subject, visit=visit, before=before, casebook=casebook, pk=row.pk,
        occurrence=row.occurrence,
    )  # fmt: skip


def stored(form: FormClass, subject: Subject) -> list[Any]:
    """The subject's forms of this kind that were done, oldest first by the day they are about, as plain values.

    Forms without that day are left out: a rule over time cannot place them.
    """
    return stored_of(form, [subject])[subject.pk]


def since_infusion(form: FormClass, subject: Subject, forms: Sequence[Any]) -> list[Any]:
    """Those of a subject's forms whose time is at or after the infusion; all of them where there is none yet."""
    start, key = subject.infused_at, form.declared.about_day
    return [one for one in forms if start is None or getattr(one, key) >= start]


def earlier(sheet: Sheet, forms: Sequence[Any]) -> list[Any]:
    """Those of the subject's `stored` forms before this one's time."""
    key = sheet._form.declared.about_day
    mine = sheet._value(key)
    others = [p for p in forms if p.pk != sheet.pk]
    if mine is None:
        return others
    return [p for p in others if (getattr(p, key), p.pk) < (mine, sheet.pk if sheet.pk is not None else float("inf"))]
