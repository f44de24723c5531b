"""Checks that look across forms: judged again where they stand, when what they read elsewhere changes."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

from crf import sheet, workflow
from crf.declare.form import Check, Entered, FormClass, casebook, form_named
from crf.index import FormIndex
from crf.place import Place, failing
from trial.models import Site, Subject, Transfer


@dataclass(slots=True)
class Readers:
    """A subject's stored forms whose checks read a form that is about to change, with what was derived before."""

    place: Place
    casebook: sheet.Casebook
    before: dict[tuple[FormClass, int], dict[str, Any]] = field(default_factory=dict)

    def judge(self, written: sheet.Sheet | None, pk: int, *, changed: set[str], now: datetime) -> None:
        """Opens or closes the queries of those forms. Call after the writing, inside `acting`.

        written: what was written, None where it was withdrawn; pk: its key.
        A hard check that does not hold any more opens a query as well: its form is stored, and nothing may block in silence.
        """
        subject, name = self.place.subject, self.place.form.declared.name
        found = readers(name, changed)
        stored = self.casebook
        if found:
            kind = self.place.form
            stored = stored.without(kind, pk) if written is None else stored.after(kind, written.plain(pk))
        there = _kinds([form for form, _checks in found], subject)
        since = self._since(written, pk)
        for form, checks in found:
            rows = _rows(form, self.place) if form.declared.name in there else []
            if reads_earlier_alone(form, checks, self.place.form):
                rows = [row for row in rows if not is_before(row.day(), since)]
            asked = workflow.asked(form.declared.name, rows)
            among = affected(self.place.form, checks)
            for row in rows:
                row.subject = subject
                of = sheet.of_row(row, casebook=stored)
                of.now = now
                at = Place.of(row, subject)
                # The value that these checks saw has changed, so that an accepted query of theirs is asked anew.
                seen = _values_changed(checks, name, changed)
                before = self.before.get((form, row.pk), {})
                seen |= {derived for derived, value in before.items() if getattr(of, derived).value != value}
                judged = failing(at, of, among=among)
                if judged or row.pk in asked:  # else there is nothing to open and nothing to close
                    workflow.follow_checks(row, judged, changed=seen, now=now, among=among)

    def _since(self, written: sheet.Sheet | None, pk: int) -> date | None:
        """The first day that what was written is about, or was before it; None = something is not dated."""
        kind = self.place.form
        days = [written.day] if written is not None else []
        days += [_day(kind, one, self.place.subject) for one in self.casebook.rows(kind.declared.name) if one.pk == pk]
        return None if None in days else min(days, default=None)  # type: ignore[type-var]


def is_before(day: date | None, since: date | None) -> bool:
    """Whether a form of that day is earlier than what was written since; unknown days are not."""
    return day is not None and since is not None and day < since


def _day(form: FormClass, stored: Any, subject: Subject) -> date | None:
    """The day that a stored form is about, on the site's clock."""
    value = getattr(stored, form.declared.about_day, None) if form.declared.about_day else None
    return value.astimezone(ZoneInfo(subject.site.timezone)).date() if isinstance(value, datetime) else value


def waiting(place: Place, casebook: sheet.Casebook) -> Readers:
    """What the forms that read this place's form say now, before it is written; casebook: as it is stored."""
    found = Readers(place, casebook)
    for form, names in _derived_readers(place.form.declared.name):
        for row in _rows(form, place):
            row.subject = place.subject
            of = sheet.of_row(row, casebook=casebook)
            found.before[(form, row.pk)] = {name: getattr(of, name).value for name in names}
    return found


def judge_limits(*, site: Site, analytes: Set[str], **_: Any) -> None:
    """Judges again, at every subject of a site, the checks that ask limits of normal of these analytes. Call inside `acting`."""
    now = timezone.now()
    # Of who was transferred away, the samples from before.
    here = Q(site=site) | Q(subject__in=Transfer.objects.filter(from_site=site).values("subject"))
    for form in casebook():
        checks = [check for check in form.declared.checks.values() if analytes & set(check.limits)]
        if not checks:
            continue
        rows = form.objects.filter(here, status=Entered.Status.COMPLETE)  # type: ignore[attr-defined]
        seen = {name for check in checks for name in (check.item, *check.sees)}
        of_subject: dict[int, sheet.Casebook] = {}
        for row in rows.select_related("subject__site").prefetch_related(*form.declared.rows):
            stored = of_subject.setdefault(row.subject_id, sheet.Casebook(row.subject))
            of = sheet.of_row(row, casebook=stored)
            of.now = now
            there = Place(form, row.subject, getattr(row, "visit", None), row.occurrence)
            workflow.follow_checks(row, failing(there, of, hard=False), changed=seen, now=now)


def _kinds(forms: list[FormClass], subject: Subject) -> set[str]:
    """Which of these kinds the subject has at all: one question, where there would be one for each."""
    if len(forms) < 2:
        return {form.declared.name for form in forms}
    wanted = [form.declared.name for form in forms]
    rows = FormIndex.objects.filter(subject=subject, form__in=wanted, status=Entered.Status.COMPLETE).order_by()
    return set(rows.values_list("form", flat=True).distinct())


def _rows(form: FormClass, place: Place) -> list[Any]:
    """The subject's complete forms of this kind, but for the one that is written."""
    rows = form.objects.filter(subject=place.subject, status=Entered.Status.COMPLETE)  # type: ignore[attr-defined]
    rows = rows.prefetch_related(*form.declared.rows)
    by_visit = bool(hasattr(form, "visit") and form.visit)
    if by_visit:
        rows = rows.select_related("visit")
    if form is place.form:
        rows = rows.exclude(occurrence=place.occurrence, **({"visit": place.visit} if by_visit else {}))
    return list(rows)


def readers(form: str, changed: set[str]) -> list[tuple[FormClass, list[Check]]]:
    """Forms with the checks of theirs that read one of the changed items of this form, directly or by a derived value."""
    items = {f"{form}.{name}" for name in changed}
    derived = dict(_derived_readers(form, changed))
    found = []
    for reader in casebook():
        names = derived.get(reader, set())
        checks = [c for c in reader.declared.checks.values() if items & set(c.reads) or names & set(c.sees)]
        if checks:
            found.append((reader, checks))
    return found


def affected(changed: FormClass, checks: Iterable[Check]) -> frozenset[str] | None:
    """The ids of those checks: nothing else moves with what they read. None = all, for an infusion moves every study day."""
    return None if changed.anchors else frozenset(check.id for check in checks)


def reads_earlier_alone(reader: FormClass, checks: Iterable[Check], changed: FormClass) -> bool:
    """Whether these checks read the changed form only as far as it is dated by the day of their own form.

    What is measured later than a form then says nothing about it.
    """
    name = changed.declared.name
    if changed.anchors or reader is changed or not changed.declared.about_day:
        return False
    checks = list(checks)
    if any(path.partition(".")[0] == name for check in checks for path in check.reads):
        return False
    derived = reader.declared.derived
    seen = [derived[one] for check in checks for one in check.sees if one in derived]
    return not any(one.reads_later(name) for one in seen)


def _derived_readers(form: str, changed: set[str] | None = None) -> list[tuple[FormClass, set[str]]]:
    """Forms with those derived values that a change of this form may move and a check sees; changed=None: of any item."""
    found = []
    for reader in casebook():
        declared = reader.declared
        seen = {name for check in declared.checks.values() for name in check.sees}
        names = {
            name
            for name, derived in declared.derived.items()
            if name in seen and derived.reads(form, changed if changed is not None else _items_of(form))
        }
        if names:
            found.append((reader, names))
    return found


def _items_of(form: str) -> set[str]:
    return set(form_named(form).declared.items)


def _values_changed(checks: list[Check], form: str, changed: set[str]) -> set[str]:
    """What the checks saw that read a changed item directly."""
    items = {f"{form}.{name}" for name in changed}
    return {name for check in checks if items & set(check.reads) for name in (check.item, *check.sees)}
