"""One submitted form as a reviewer reads it: sections, values in words, verdicts, queries, history."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from crf import codelists, sheet, signed, words
from crf.declare import measured
from crf.declare.form import Crf, Entered, FormClass
from crf.declare.items import Rows
from crf.ledger import address, place_label
from crf.place import Place
from crf.workflow import Query
from trial import protocol, roles
from trial.models import User


def whole(form: FormClass, pk: int) -> Entered | None:
    """A submitted form with all that its review page reads, or None where the reader may not see it."""
    return next(iter(wholes(form, [pk])), None)


def wholes(form: FormClass, keys: Collection[int]) -> list[Entered]:
    """The same of several forms of a kind, in one go."""
    related = ["subject__site", "entered_by", "changed_by", *(["visit"] if issubclass(form, Crf) else [])]
    rows = form.objects.select_related(*related).prefetch_related(*form.declared.rows)  # type: ignore[attr-defined]
    return list(rows.filter(pk__in=keys))


def page(row: Entered, *, by: User) -> dict[str, Any]:
    """The context of the review page. Times in it are on the site's clock: render it within `on_site_clock(row)`."""
    visit = getattr(row, "visit", None)
    queries = list(
        Query.objects.filter(form=row.declared.name, form_id=row.pk)
        .select_related("opened_by", "closed_by")
        .prefetch_related("messages__by")
        .order_by("-id")
    )
    for query in queries:
        query.label = label_of(type(row), query.item)  # type: ignore[attr-defined]
    signatures = signed.of_rows([row])[0]
    return {
        "row": row,
        "declared": row.declared,
        "subject": row.subject,
        "visit_label": visit_label(row),
        "protocol": Place.of(row, row.subject).version if len(protocol.VERSIONS) > 1 else "",
        "state": state(row.status, sum(q.is_open for q in queries), signed=signed.is_current(signatures)),
        "sections": sections(row, {q.item for q in queries if q.is_open}),
        "verdicts": words.verdicts(sheet.of_row(row)),
        "queries": queries,
        "signatures": signatures,
        "history": _by_moment(words.history(row)),
        "entry_url": address(type(row), row.subject, visit, row.occurrence),
        "may_ask": roles.may(by, "raise_query", row.site_id),
        "items": choices(row),
    }


def on_site_clock(row: Entered) -> Any:
    """Times in words as the site's clock showed them."""
    return timezone.override(ZoneInfo(row.subject.site.timezone))


def state(status: str, open_queries: int, *, signed: bool = False) -> str:
    """The state shown in one place: queried before signed, complete or not done."""
    if status == Entered.Status.COMPLETE or open_queries:
        return "queried" if open_queries else "signed" if signed else "complete"
    return status.lower()


def sections(row: Entered, queried: set[str]) -> list[dict[str, Any]]:
    """The cards of the declaration with each item's value in words; retired items only where they hold a value."""
    in_force = row.declared.in_force(Place.of(row, row.subject).version)
    found = []
    for section, names in row.declared.sections:
        entries = [
            {
                **(
                    _grid(row, name)
                    if isinstance(row.declared.item(name), Rows)
                    else _entry(row, name, name in queried)
                ),
                "retired": name not in in_force,
            }
            for name in names
            if name in in_force or _holds(row, name)
        ]
        found.append({"label": section.label, "help": section.help, "entries": entries})
    return found


def _holds(row: Entered, name: str) -> bool:
    """Whether there is anything to show of an item or a grid: a value, why there is none, or a line."""
    if name in row.declared.rows:
        return bool(getattr(row, name).all())
    return getattr(row, name) is not None or bool(row.missing.get(name))


def _entry(row: Entered, name: str, queried: bool) -> dict[str, Any]:
    item = row.declared.items[name]
    value = measured.of(row, name, item)
    when = item.about.shown_if
    return {
        "name": name,
        "label": item.about.label,
        "value": item.in_words(value),
        "memo": item.kind == "memo",
        "missing": dict(codelists.Missing.choices).get(row.missing.get(name, ""), ""),
        "not_asked": value is None and when is not None and not when.holds(getattr(row, when.item, None)),
        "queried": queried,
    }


def _grid(row: Entered, name: str) -> dict[str, Any]:
    grid = row.declared.rows[name]
    items = grid.row.declared.items
    lines = sorted(getattr(row, name).all(), key=lambda line: line.row)
    return {
        "grid": True,
        "name": name,
        "label": grid.about.label,
        "columns": [item.about.label for item in items.values()],
        "lines": [(line.row, [item.in_words(getattr(line, inner)) for inner, item in items.items()]) for line in lines],
    }


def _by_moment(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """History entries of one save together; the oldest, which is the entry itself, last."""
    found = []
    for (when, who, why), several in groupby(
        changes, key=lambda c: (c["when"].replace(microsecond=0), c["who"], c["why"])
    ):
        found.append({"when": when, "who": who, "why": why, "changes": list(several)[::-1]})
    return found


def choices(row: Entered) -> list[tuple[str, Any]]:
    """What a query may be about: an item, a grid, or the form as a whole."""
    return [(name, row.declared.item(name).about.label) for _, names in row.declared.sections for name in names]


def label_of(form: FormClass, item: str) -> str:
    """The label of an item or a grid; blank for a query about the form as a whole or an item that is gone."""
    known = {**form.declared.items, **form.declared.rows}
    return str(known[item].about.label) if item in known else ""


def visit_label(row: Any) -> str:
    """What a person reads for where a form, or what a query is about, stands: its visit, or its number in a log."""
    return place_label(getattr(row, "visit", None), row.occurrence)


def sites_of(request: Any) -> list[tuple[str, str]]:
    """The reader's sites, for a filter."""
    return [(str(s.pk), str(s)) for s in request.sites]
