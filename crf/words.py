"""What a person reads of a form: its verdicts, its history with labels, its values in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crf.codelists import Missing
from crf.declare.form import WHY, Entered, FormClass, form_named
from crf.declare.items import UNIT_SHOWN
from crf.declare.measured import UNIT, AsEntered
from crf.verdicts import Said, SaidTime, flags_of_rules, rule_modules, said, said_time, verdicts
from trial import audit
from trial.models import AuditEvent, User

__all__ = [
    "HOUSEKEEPING", "Said", "SaidTime", "age", "flags_of_rules", "history", "read_back", "rule_modules", "said", "said_time",
    "seen_at", "value_in_words", "verdicts",
]  # fmt: skip

# Columns every form has that no person typed.
HOUSEKEEPING = {
    "id", "subject_id", "site_id", "visit_id", "occurrence", "version", "entered_at", "entered_by_id", "changed_at",
    "changed_by_id", "form_id", "row", "status",
}  # fmt: skip


def known(form: FormClass, of: Any) -> dict[str, str]:
    """What other forms say in place of the items of a form as it is being filled in (see crf.sheet), by item.

    Nothing where the same was typed here.
    """
    found = {}
    for name, item in form.declared.items.items():
        typed = getattr(of, name) if item.about.known else None
        if item.about.known and (said := item.about.known(of)) and said.value != typed:
            at = date_format(said.at, "SAID_DATETIME_FORMAT")
            shown = {"form": form_named(said.form).declared.title, "at": at, "value": item.in_words(said.value)}
            blank = _("%(form)s, %(at)s: %(value)s. This may stay blank.")
            found[name] = (blank if typed is None else _("%(form)s, %(at)s: %(value)s.")) % shown
    return found


def read_back(item: Any, value: Any) -> Any:
    """A value of the audit trail (JSON) as the item's own type; None where it cannot be read."""
    if value is None:
        return None
    if item.kind == "number":
        # JSON drops the zeros at the end; read without them, a value would look changed.
        return Decimal(str(value)).quantize(Decimal(1).scaleb(-item.decimal_places))
    if item.kind == "date":
        return parse_date(value)
    if item.kind == "datetime":
        return parse_datetime(value)
    return value


def value_in_words(form: FormClass, name: str, value: Any) -> str:
    """A value of the audit trail in words, by item name."""
    item = form.declared.items.get(name)
    if item is None:
        shown = UNIT_SHOWN.get(value, value) if name.endswith(UNIT) else value
        return "" if shown is None else str(shown)
    return str(item.in_words(read_back(item, value)))


def seen_at(row: Entered, name: str, version: int) -> str:
    """What an item said at an earlier version of the form, in words, read from the audit trail."""
    events = AuditEvent.objects.filter(table_name=row._meta.db_table, row_id=row.pk).order_by("-id")
    now: Any = None
    found = False
    for event in events:
        after, before = event.after or {}, event.before or {}
        if not found and name in after:
            now, found = after[name], True
        if after.get("version", 0) > version and name in before:
            now, found = before[name], True
        if after.get("version", 0) <= version and name in after:
            return value_in_words(type(row), name, after[name])
    return value_in_words(type(row), name, now)


def history(row: Entered) -> list[dict[str, Any]]:
    """Every change of a form and its grids, the latest first, with labels instead of column names."""
    form = type(row)
    events = list(AuditEvent.objects.filter(table_name=row._meta.db_table, row_id=row.pk))
    lines: dict[tuple[str, int], tuple[str, Any]] = {}
    for grid in row.declared.rows.values():
        table = grid.row._meta.db_table
        of_grid = list(AuditEvent.objects.filter(table_name=table, subject_id=row.subject_id))
        for event in of_grid:
            whole = {**(event.before or {}), **(event.after or {})}
            if event.action in "ID" and whole.get("form_id") == row.pk:
                lines[(table, event.row_id or 0)] = (f"{grid.about.label} {whole.get('row')}", grid.row)
        # An update of a row names only what changed; its number and parent stand in the row's insertion.
        kept = {e.row_id for e in of_grid if (table, e.row_id or 0) in lines}
        mine = AuditEvent.objects.filter(table_name=table, row_id__in=kept)
        events += list(mine)
    names = _names({e.actor for e in events})
    found: list[dict[str, Any]] = []
    for change in audit.changes(sorted(events, key=lambda e: e.id)):
        prefix, source = lines.get((change.table, change.row_id), ("", form))
        if change.column in HOUSEKEEPING or _repeats_the_value(change, source):
            continue
        found += _entries(change, prefix, source, names)
    return found[::-1]


def _entries(change: audit.Change, prefix: str, source: Any, names: dict[str, str]) -> Iterable[dict[str, Any]]:
    common = {"who": names.get(change.who, change.who), "when": change.at, "why": _(change.why) if change.why else ""}
    if change.column == "missing":
        old, new = change.old or {}, change.new or {}
        if old.get(WHY) != new.get(WHY):
            yield {"label": _("Why it does not count"), "old": old.get(WHY), "new": new.get(WHY), **common}
        for name in {**old, **new}:
            if old.get(name) != new.get(name) and name in source.declared.items:
                label = _("%(item)s: why missing") % {"item": source.declared.items[name].about.label}
                reasons: dict[Any, Any] = dict(Missing.choices)
                yield {"label": label, "old": reasons.get(old.get(name)), "new": reasons.get(new.get(name)), **common}
        return
    item = source.declared.items.get(change.column)
    label = str(item.about.label) if item else _column(source, change.column)
    yield {
        "label": f"{prefix}: {label}" if prefix else label,
        "old": value_in_words(source, change.column, change.old),
        "new": value_in_words(source, change.column, change.new),
        **common,
    }


def _column(source: Any, column: str) -> str:
    """The label of a column that is no item of its own: what was entered beside a number in the standard unit."""
    field = next((one for one in source._meta.concrete_fields if one.attname == column), None)
    return str(field.verbose_name) if isinstance(field, AsEntered) else column


def _repeats_the_value(change: audit.Change, source: Any) -> bool:
    """What was entered tells nothing more where it never was in another unit than the item's own."""
    field = next((one for one in source._meta.concrete_fields if one.attname == change.column), None)
    if not isinstance(field, AsEntered):
        return False
    standard = source.declared.items[field.of].about.unit
    units = AuditEvent.objects.filter(table_name=change.table, row_id=change.row_id).values_list(
        f"after__{field.of}{UNIT}", flat=True
    )
    return not set(units) - {None, standard}


def _names(usernames: set[str]) -> dict[str, str]:
    return {u.username: str(u) for u in User.objects.filter(username__in=usernames)}


def reason(why: str) -> str:
    """A stored reason in the reader's language: the chosen part is translated, what was written stays as it is."""
    chosen, colon, written = why.partition(": ")
    return f"{_(chosen)}: {written}" if colon else (_(why) if why else "")


def age(since: datetime, now: datetime) -> str:
    """How long ago, in days; "today" within the first."""
    days = (now - since).days
    if days < 1:
        return _("today")
    return _("%(n)d days") % {"n": days} if days > 1 else _("1 day")
