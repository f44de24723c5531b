"""What a person reads: verdicts in their language, history with labels, values in words."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crf.codelists import Missing
from crf.declare.form import Entered, FormClass
from crf.sheet import Sheet
from trial import audit, rules
from trial.models import AuditEvent, User
from trial.rules.verdict import Verdict

# Columns every form has that no person typed.
HOUSEKEEPING = {
    "id", "subject_id", "site_id", "visit_id", "occurrence", "version", "entered_at", "entered_by_id", "changed_at",
    "changed_by_id", "form_id", "row", "status",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict in the reader's language, findings included."""

    value: Any
    sentence: str
    basis: str
    because: tuple[Said, ...]
    remarks: tuple[str, ...]


# Findings whose value is a code of the rule and no grade.
STATES = {"WAIVED": gettext_lazy("waived"), "OPEN_EPISODE": gettext_lazy("open")}


def rule_modules() -> Iterator[ModuleType]:
    """Every module of the rules, by name."""
    for info in sorted(pkgutil.iter_modules(rules.__path__), key=lambda found: found.name):
        yield import_module(f"{rules.__name__}.{info.name}")


@cache
def flags_of_rules() -> Mapping[str, Mapping[str, str]]:
    """The remarks of each rule by its version: two rules may say different things by the same flag."""
    found: dict[str, Mapping[str, str]] = {}
    for module in (one for one in rule_modules() if hasattr(one, "FLAGS")):
        # CTCAE has no version of its own, but one for each of its tables.
        versions = (module.VERSION,) if hasattr(module, "VERSION") else getattr(module, "TABLES", ())
        found.update((version, module.FLAGS) for version in versions)
    return found


def said(verdict: Verdict) -> Said:
    """Translates the clause before its placeholders are filled."""
    flags = flags_of_rules().get(verdict.version, {})
    return Said(
        STATES.get(str(verdict.value), verdict.value),
        _(verdict.clause).format(**{name: _inserted(name, text) for name, text in verdict.shown.items()}),
        _(verdict.basis) if verdict.basis else "",
        tuple(said(finding) for finding in verdict.because),
        tuple(_(flags[flag]) for flag in verdict.flags if flag in flags),
    )


def _inserted(name: str, text: str) -> str:
    """What stands in a clause's placeholder: drugs by their name in the reader's language, figures as they are."""
    return _(", ").join(_(drug) for drug in text.split(", ")) if name == "drugs" else text


def verdicts(sheet: Sheet) -> list[dict[str, Any]]:
    """Every derived value of a form, as the page shows it."""
    return [
        {
            "label": derived.label,
            "prefix": _("Grade") if isinstance(verdict.value, int) else "",
            "verdict": said(verdict),
        }
        for derived, verdict in sheet.verdicts()
    ]


def read_back(item: Any, value: Any) -> Any:
    """A value of the audit trail (JSON) as the item's own type; None where it cannot be read."""
    if value is None:
        return None
    if item.kind == "number":
        return Decimal(str(value))
    if item.kind == "date":
        return parse_date(value)
    if item.kind == "datetime":
        return parse_datetime(value)
    return value


def value_in_words(form: FormClass, name: str, value: Any) -> str:
    """A value of the audit trail in words, by item name."""
    item = form.declared.items.get(name)
    if item is None:
        return "" if value is None else str(value)
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
        if change.column in HOUSEKEEPING:
            continue
        found += _entries(change, prefix, source, names)
    return found[::-1]


def _entries(change: audit.Change, prefix: str, source: Any, names: dict[str, str]) -> Iterable[dict[str, Any]]:
    common = {"who": names.get(change.who, change.who), "when": change.at, "why": _(change.why) if change.why else ""}
    if change.column == "missing":
        old, new = change.old or {}, change.new or {}
        for name in {**old, **new}:
            if old.get(name) != new.get(name) and name in source.declared.items:
                label = _("%(item)s: why missing") % {"item": source.declared.items[name].about.label}
                reasons: dict[Any, Any] = dict(Missing.choices)
                yield {"label": label, "old": reasons.get(old.get(name)), "new": reasons.get(new.get(name)), **common}
        return
    item = source.declared.items.get(change.column)
    label = str(item.about.label) if item else change.column
    yield {
        "label": f"{prefix}: {label}" if prefix else label,
        "old": value_in_words(source, change.column, change.old),
        "new": value_in_words(source, change.column, change.new),
        **common,
    }


def _names(usernames: set[str]) -> dict[str, str]:
    return {u.username: str(u) for u in User.objects.filter(username__in=usernames)}


def age(since: datetime, now: datetime) -> str:
    """How long ago, in days; "today" within the first."""
    days = (now - since).days
    if days < 1:
        return _("today")
    return _("%(n)d days") % {"n": days} if days > 1 else _("1 day")
