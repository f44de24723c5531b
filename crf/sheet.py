"""One form's values, typed or stored, as rules and checks read them: by item name, with derived values and history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from crf.declare.form import Entered, FormClass, Whole, form_named
from crf.declare.items import Rows
from trial import subjects
from trial.models import Subject, Visit


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
        now: datetime | None = None,
    ) -> None:
        """before: the history. among: the subject's `stored` forms, of which it follows. None of both = read when needed.

        casebook: the subject's forms of other kinds, shared by the sheets of one subject; None = read when needed.
        """
        self.subject, self.visit, self.pk = subject, visit, pk
        self._form, self._verdicts = form, {}  # type: ignore[var-annotated]
        self._values = {name: on_site(value, self._zone) for name, value in values.items()}
        self._before, self._among, self._casebook = before, among, casebook
        self.now = now or timezone.now()

    def __getattr__(self, name: str) -> Any:
        declared = self._form.declared
        if name in declared.derived:
            if name not in self._verdicts:
                self._verdicts[name] = declared.derived[name].of(self)
            return self._verdicts[name]
        if name in declared.items:
            return self._values.get(name)
        if name in declared.rows:
            return self._values.get(name) or ()
        raise AttributeError(name)

    @property
    def history(self) -> Sequence[Any]:
        """The subject's forms of this kind before this one, oldest first."""
        if self._before is None:
            among = stored(self._form, self.subject) if self._among is None else self._among
            self._before = earlier(self, among)
        return self._before

    def plain(self, pk: int) -> Any:
        """This sheet as one of the `stored` forms, under the key it was written with."""
        declared = self._form.declared
        lines = {name: list(getattr(self, name)) for name in declared.rows}
        return SimpleNamespace(pk=pk, **{name: getattr(self, name) for name in declared.items}, **lines)

    def since_infusion(self, forms: Sequence[Any]) -> Sequence[Any]:
        """Those at or after the infusion; all of them where there is none yet."""
        return since_infusion(self._form, self.subject, forms)

    def made(self, whole: Whole) -> Any:
        """What follows from several forms together, this one included as it stands here."""
        if self._casebook is None:
            self._casebook = Casebook(self.subject)
        name = self._form.declared.name
        if name not in whole.forms:
            return self._casebook.made(whole)
        return self._casebook.instead(self._form, self.plain(self.pk or 0)).made(whole)

    @property
    def day(self) -> date | None:
        """The day this form is about, on the site's clock."""
        value = self._values.get(self._form.declared.about_day) if self._form.declared.about_day else None
        return value.date() if isinstance(value, datetime) else value

    @property
    def today(self) -> date:
        return self.now.astimezone(self._zone).date()

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.subject.site.timezone)

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
        if self._casebook is None:
            self._casebook = Casebook(self.subject)
        return self._casebook.latest(form, item)

    def others(self, form: str) -> list[Any]:
        """The subject's `stored` forms of a kind without this one. A check that asks names the items in its `reads`."""
        if self._casebook is None:
            self._casebook = Casebook(self.subject)
        mine = self.pk if form == self._form.declared.name else None
        return [one for one in self._casebook.rows(form) if one.pk != mine]

    def verdicts(self) -> list[tuple[Any, Any]]:
        """Every derived value of the form with its declaration."""
        return [(derived, getattr(self, name)) for name, derived in self._form.declared.derived.items()]


class Casebook:
    """A subject's stored forms as plain values: each kind is read once, and what follows from them is made once."""

    def __init__(self, subject: Subject, rows: dict[str, list[Any]] | None = None) -> None:
        self.subject, self._rows = subject, {} if rows is None else rows
        self._made: dict[int, Any] = {}
        self._latest: dict[tuple[str, str], Any] = {}

    def rows(self, name: str) -> list[Any]:
        """The `stored` forms of that name."""
        if name not in self._rows:
            self._rows[name] = stored(form_named(name), self.subject)
        return self._rows[name]

    def latest(self, form: str, item: str) -> Any:
        """The newest value of an item, whether or not its form is dated; None where there is none."""
        if (form, item) not in self._latest:
            rows = form_named(form).objects.filter(subject=self.subject).order_by("-id")  # type: ignore[attr-defined]
            self._latest[(form, item)] = rows.values_list(item, flat=True).first()
        return self._latest[(form, item)]

    def made(self, whole: Whole) -> Any:
        """What follows from the forms that it reads."""
        if id(whole) not in self._made:
            self._made[id(whole)] = whole.follow({name: self.rows(name) for name in whole.forms}, self.subject)
        return self._made[id(whole)]

    def instead(self, form: FormClass, record: Any) -> Casebook:
        """The same casebook with one form as it is being typed; itself, where that is what is stored."""
        changed = self._with(form, record)
        same = changed == self.rows(form.declared.name)
        return self if same else Casebook(self.subject, {**self._rows, form.declared.name: changed})

    def after(self, form: FormClass, record: Any) -> Casebook:
        """The casebook once that form has been written: nothing else needs to be read again."""
        return Casebook(self.subject, {**self._rows, form.declared.name: self._with(form, record)})

    def _with(self, form: FormClass, record: Any) -> list[Any]:
        others = (one for one in self.rows(form.declared.name) if one.pk != record.pk)
        return in_time([*others, record], form.declared.about_day)


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
    found: dict[str, Any] = {name: getattr(row, name) for name in declared.items}
    for name, grid in declared.rows.items():
        lines = sorted(getattr(row, name).all(), key=lambda line: line.row)
        found[name] = [SimpleNamespace(**{n: getattr(line, n) for n in grid.row.declared.items}) for line in lines]
    return found


def of_row(row: Entered, before: Sequence[Any] | None = None, casebook: Casebook | None = None) -> Sheet:
    """The sheet of a stored form."""
    visit = getattr(row, "visit", None)
    return Sheet(
        type(row), values_of(row), subject=row.subject, visit=visit, before=before, casebook=casebook, pk=row.pk
    )


def stored(form: FormClass, subject: Subject) -> list[Any]:
    """The subject's forms of this kind that were done, oldest first by the day they are about, as plain values.

    Forms without that day are left out: a rule over time cannot place them.
    """
    return stored_of(form, [subject])[subject.pk]


def stored_of(form: FormClass, people: Iterable[Subject]) -> dict[int, list[Any]]:
    """`stored` for many subjects by their key, in as many queries as for one. Subjects must carry their site."""
    declared = form.declared
    by_key = {subject.pk: subject for subject in people}
    zones = {pk: ZoneInfo(subject.site.timezone) for pk, subject in by_key.items()}
    lines = {name: _lines(grid, by_key) for name, grid in declared.rows.items()}
    found: dict[int, list[Any]] = {pk: [] for pk in by_key}
    rows = form.objects.filter(subject__in=by_key, status="COMPLETE")  # type: ignore[attr-defined]
    for row in rows.values("pk", "subject_id", *declared.items):
        of = row.pop("subject_id")
        values = {**row, **{name: of_grid.get(row["pk"], []) for name, of_grid in lines.items()}}
        found[of].append(SimpleNamespace(**{name: on_site(value, zones[of]) for name, value in values.items()}))
    return {pk: in_time(plain, declared.about_day) for pk, plain in found.items()}


def _lines(grid: Rows, people: Iterable[int]) -> dict[int, list[Any]]:
    """Rows of a grid by the key of the form they stand in, in order; values alone, which is quick to read."""
    found: dict[int, list[Any]] = {}
    rows = grid.row.objects.filter(subject__in=people).order_by("row")  # type: ignore[attr-defined]
    for line in rows.values("form_id", *grid.row.declared.items):
        found.setdefault(line.pop("form_id"), []).append(SimpleNamespace(**line))
    return found


def since_infusion(form: FormClass, subject: Subject, forms: Sequence[Any]) -> list[Any]:
    """Those of a subject's forms whose time is at or after the infusion; all of them where there is none yet."""
    start, key = subject.infused_at, form.declared.about_day
    return [one for one in forms if start is None or getattr(one, key) >= start]


def in_time(plain: Iterable[Any], key: str) -> list[Any]:
    """Sorted by the item that dates them; undated ones are left out. A kind that nothing dates is in order of entry."""
    if not key:
        return sorted(plain, key=lambda p: p.pk)
    dated = [p for p in plain if getattr(p, key) is not None]
    return sorted(dated, key=lambda p: (getattr(p, key), p.pk))


def earlier(sheet: Sheet, forms: Sequence[Any]) -> list[Any]:
    """Those of the subject's `stored` forms before this one's time."""
    key = sheet._form.declared.about_day
    mine = sheet._values.get(key) if key else None
    others = [p for p in forms if p.pk != sheet.pk]
    if mine is None:
        return others
    return [p for p in others if (getattr(p, key), p.pk) < (mine, sheet.pk if sheet.pk is not None else float("inf"))]
