"""What an amendment touches, read off the declarations: forms, items, checks, rules; and what it meets in the database."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.utils import timezone

from crf import sheet, workflow
from crf.declare.form import Check, Crf, Entered, FormClass, casebook, walk
from crf.declare.parts import Derived, parameters_of
from crf.exports import dictionary
from crf.place import Place
from crf.workflow import Query
from trial import protocol, schedule, subjects, versions
from trial.models import Site, Subject, Visit

# Columns of the dictionary that name an item; every other one describes it.
NAMES = ("form", "form_title", "item")
RANGES = ("soft_low", "soft_high")


@dataclass(frozen=True, slots=True)
class Item:
    """One item that is added, retired or changed; what: the dictionary's columns that differ, old and new."""

    form: str
    item: str
    label: str
    change: str  # added, retired, changed
    what: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """One check that is added, retired or takes the place of another, and what a re-run over old data would do.

    judged: stored forms that were not asked so far. would_open: queries it would open there. still_open: open queries of the
    check that it replaces, or that is retired.
    """

    form: str
    check: str
    change: str  # added, retired, changed
    replaces: str = ""
    judged: int = 0
    would_open: int = 0
    still_open: int = 0


@dataclass(frozen=True, slots=True)
class Reader:
    """A rule or a check that reads an item that is touched."""

    form: str
    name: str
    reads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Met:
    """A form that is touched, with what the database holds of it: stored, by version, and visits still to come."""

    form: str
    stored: dict[str, int]
    open_visits: int


@dataclass(frozen=True, slots=True)
class Impact:
    """The impact list of an amendment."""

    from_version: str
    to_version: str
    items: tuple[Item, ...]
    checks: tuple[Asked, ...]
    rules: tuple[Reader, ...]
    readers: tuple[Reader, ...]
    forms: tuple[Met, ...]

    @property
    def touched(self) -> tuple[str, ...]:
        """Names of the forms with a touched item or check, in the order of the casebook."""
        names = {one.form for one in self.items} | {one.form for one in self.checks}
        return tuple(form.declared.name for form in casebook() if form.declared.name in names)


def impact(old: str, new: str, *, dictionary_before: Path | None = None) -> Impact:
    """What changes from one version to another. Reads the database in the scope that is set, and writes nothing.

    dictionary_before: the committed dictionary as it was; what differs from the present one is added. Call with English active.
    Raises ValueError for a version that does not exist.
    """
    protocol.order_of(old), protocol.order_of(new)
    items = list(_items(old, new))
    if dictionary_before is not None:
        known = {(one.form, one.item) for one in items}
        items += [one for one in diff(dictionary_before) if (one.form, one.item) not in known]
    names = {(one.form, one.item) for one in items}
    judged = [*_checks(old, new), *_ranges(items)]
    found = Impact(
        old, new, tuple(items), tuple(_dry_run(judged, new)), tuple(_rules(names)), tuple(_readers(names)), ()
    )
    forms = tuple(_met(form, new) for form in casebook() if form.declared.name in found.touched)
    return Impact(old, new, found.items, found.checks, found.rules, found.readers, forms)


def _in(version: str, about: Any) -> bool:
    return protocol.in_force(version, since=about.since, until=about.until)


def _items(old: str, new: str) -> Iterable[Item]:
    for form in casebook():
        for grid in form.declared.rows.values():
            if _in(old, grid.about) != _in(new, grid.about):
                yield Item(form.declared.name, grid.name, str(grid.about.label), _change(_in(new, grid.about)))
    for form, name, item in walk():
        if _in(old, item.about) != _in(new, item.about):
            yield Item(form.declared.name, name, str(item.about.label), _change(_in(new, item.about)))


def _change(is_new: bool) -> str:
    return "added" if is_new else "retired"


def diff(before: Path) -> list[Item]:
    """The present dictionary against an older one: items added, gone, and changed with the columns that differ."""
    with before.open(encoding="utf-8", newline="") as file:
        old = {(row["form"], row["item"]): row for row in csv.DictReader(file)}
    now = {(line[0], line[3]): dict(zip(dictionary.COLUMNS, line, strict=True)) for line in dictionary.lines()}
    found = [Item(key[0], key[1], row["label"], "added") for key, row in now.items() if key not in old]
    found += [Item(key[0], key[1], row["label"], "removed") for key, row in old.items() if key not in now]
    for key, row in now.items():
        before_it = old.get(key, row)
        what = {
            column: (before_it[column], value)
            for column, value in row.items()
            if column in before_it and before_it[column] != value and column not in NAMES
        }
        if what:
            retired = not before_it.get("until") and bool(row["until"])
            found.append(Item(key[0], key[1], row["label"], "retired" if retired else "changed", what))
    return found


def _checks(old: str, new: str) -> Iterable[tuple[FormClass, Check, str]]:
    for form in casebook():
        declared = form.declared
        replaced = {c.replaces for c in declared.checks.values() if c.replaces and _in(new, c) and not _in(old, c)}
        for check in declared.checks.values():
            if _in(old, check) == _in(new, check) or check.id in replaced:
                continue
            yield form, check, ("changed" if check.replaces else _change(_in(new, check)))


def _ranges(items: Iterable[Item]) -> Iterable[tuple[FormClass, Check, str]]:
    """The plausible range of an item, where it differs, as a check."""
    forms = {form.declared.name: form for form in casebook()}
    for one in items:
        declared = forms[one.form].declared if one.form in forms else None
        if declared is None or one.item not in declared.items or not set(one.what) & set(RANGES):
            continue
        held = Check(workflow.RANGE + one.item, "", _within(one.item, declared.items[one.item]), item=one.item)
        yield forms[one.form], held, "changed"


def _within(name: str, item: Any) -> Callable[[Any], bool]:
    return lambda of: not item.outside_soft(getattr(of, name))


def _dry_run(checks: Iterable[tuple[FormClass, Check, str]], new: str) -> Iterable[Asked]:
    """Each check over the forms that it was not asked of; nothing is written."""
    by_form: dict[FormClass, list[tuple[Check, str]]] = {}
    for form, check, change in checks:
        by_form.setdefault(form, []).append((check, change))
    for form, some in by_form.items():
        judged, opened = _judge(form, [check for check, change in some if change != "retired"], new)
        for check, change in some:
            name = form.declared.name
            waiting = check.id if change == "retired" else check.replaces
            still = _open_queries(name).filter(check_id=waiting).count() if waiting else 0
            yield Asked(name, check.id, change, check.replaces, judged[check.id], opened[check.id], still)


def _judge(form: FormClass, checks: list[Check], new: str) -> tuple[Counter[str], Counter[str]]:
    """By check: stored forms that it would be asked of for the first time, and those of them in which it fails."""
    judged: Counter[str] = Counter()
    opened: Counter[str] = Counter()
    if not checks:
        return judged, opened
    asked = set(_open_queries(form.declared.name).values_list("form_id", "check_id"))
    for row, of in _sheets(form):
        version = Place.of(row, row.subject).version
        for check in checks:
            own = check.id.startswith(workflow.RANGE)  # its limits have changed: whoever was asked before is asked anew
            if not own and _in(version, check):
                continue
            judged[check.id] += 1
            if check.holds(of) is False and (row.pk, check.id) not in asked:
                opened[check.id] += 1
    return judged, opened


def _sheets(form: FormClass) -> Iterable[tuple[Entered, sheet.Sheet]]:
    """Every stored form of a kind with what rules and checks read of it, subject by subject."""
    related = ["subject__site", *(["visit"] if issubclass(form, Crf) else [])]
    rows = form.objects.filter(status=Entered.Status.COMPLETE).select_related(*related)  # type: ignore[attr-defined]
    books: dict[int, sheet.Casebook] = {}
    sites: dict[int, Site] = {}
    for row in rows.prefetch_related(*form.declared.rows).order_by("subject_id", "pk"):
        row.subject.site = row.site = sites.setdefault(row.site_id, row.subject.site)
        if row.subject_id not in books:
            books = {row.subject_id: sheet.Casebook(row.subject)}
        book = books[row.subject_id]
        yield row, sheet.Sheet(
            form, sheet.values_of(row), subject=row.subject, visit=getattr(row, "visit", None),
            among=book.rows(form.declared.name), casebook=book, pk=row.pk, occurrence=row.occurrence,
        )  # fmt: skip


def _open_queries(form: str) -> Any:
    return Query.objects.filter(form=form).exclude(state=Query.State.CLOSED)


def _rules(names: set[tuple[str, str]]) -> Iterable[Reader]:
    """Derived values whose rule takes a touched item, here or from another form."""
    for form in casebook():
        for derived in form.declared.derived.values():
            reads = tuple(sorted(f"{on}.{item}" for on, item in names if _takes(form, derived, on, item)))
            if reads:
                yield Reader(form.declared.name, f"{derived.name} ({derived.rule.__name__})", reads)


def _takes(form: FormClass, derived: Derived, on: str, item: str) -> bool:
    if derived.reads(on, {item}):
        return True
    if on != form.declared.name:
        return False
    own = {derived.items.get(name, name) for name in parameters_of(derived.rule)} | {derived.baseline}
    return item.partition(".")[0] in own


def _readers(names: set[tuple[str, str]]) -> Iterable[Reader]:
    """Checks that stand at a touched item, show it, or read it from another form."""
    for form in casebook():
        own = {item.partition(".")[0] for on, item in names if on == form.declared.name}
        for check in form.declared.checks.values():
            reads = {f"{form.declared.name}.{name}" for name in {check.item, *check.sees} & own}
            reads |= {read for read in check.reads if tuple(read.split(".", 1)) in names}
            if reads:
                yield Reader(form.declared.name, check.id, tuple(sorted(reads)))


def _met(form: FormClass, new: str) -> Met:
    stored: Counter[str] = Counter()
    related = ["subject__site", *(["visit"] if issubclass(form, Crf) else [])]
    sites: dict[int, Site] = {}
    for row in form.objects.select_related(*related):  # type: ignore[attr-defined]
        row.subject.site = sites.setdefault(row.site_id, row.subject.site)
        stored[Place.of(row, row.subject).version] += 1
    return Met(form.declared.name, dict(sorted(stored.items())), len(_open_visits(form, new, sites)))


def _open_visits(form: FormClass, new: str, sites: dict[int, Site]) -> list[Visit]:
    """Visits that have not taken place, at which the form is asked for and that fall under the version as planned."""
    visits = Visit.objects.filter(actual_on=None, code__in=schedule.ACTIVITIES.get(form.declared.name, ()))
    ended = (Subject.Status.WITHDRAWN, Subject.Status.SCREEN_FAILED, Subject.Status.COMPLETED)
    found = []
    for visit in visits.exclude(subject__status__in=ended).select_related("subject", "site"):
        site = visit.subject.site = sites.setdefault(visit.site_id, visit.site)
        today = subjects.today(site, timezone.now())
        if versions.of_visit(visit, visit.subject, day=None, today=today) == new:
            found.append(visit)
    return found


def as_data(found: Impact) -> Mapping[str, Any]:
    """The impact list as plain values, for JSON."""
    return {**asdict(found), "touched": list(found.touched)}
