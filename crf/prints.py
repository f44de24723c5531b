"""Forms on paper: what was entered and what follows from it, or the empty form with room to write."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as __

from crf import review, sheet, signed, words
from crf.declare.form import Entered, FormClass, casebook
from crf.index import FormIndex
from crf.place import Place
from crf.workflow import Query
from trial import schedule
from trial.models import Subject, Visit

# Of a code list that is longer, the blank form leaves a line to write on.
CODES_ON_PAPER = 12
BLANK_LINES = 3  # of a grid


def filled(rows: Iterable[Entered]) -> list[dict[str, Any]]:
    """Stored forms of one subject as they are printed, in the order given; their queries are read in one statement.

    The rows carry their subject, site, visit and people (see `crf.review.whole`). Render on the site's clock.
    """
    rows = list(rows)
    asked = Query.objects.filter(form_id__in=[row.pk for row in rows], form__in={row.declared.name for row in rows})
    queries: dict[tuple[str, int], list[Query]] = {}
    for query in asked.order_by("pk"):
        queries.setdefault((query.form, query.form_id), []).append(query)
    signatures = signed.of_rows(rows)
    names = {name for row in rows for name in row.declared.reads()}
    book = sheet.Casebook.reading(rows[0].subject, sorted(names)) if rows and names else None
    return [
        {**_filled(row, queries.get((row.declared.name, row.pk), []), book), "signatures": of}
        for row, of in zip(rows, signatures, strict=True)
    ]


def _filled(row: Entered, queries: list[Query], book: sheet.Casebook | None) -> dict[str, Any]:
    for query in queries:
        query.label = review.label_of(type(row), query.item)  # type: ignore[attr-defined]
    counts = row.status == Entered.Status.COMPLETE
    return {
        "title": row.declared.title, "chapter": row.declared.protocol_chapter, "visit": review.visit_label(row), "row": row,
        "state": row.get_status_display(), "why": words.reason(row.why), "protocol": Place.of(row, row.subject).version,
        "sections": review.sections(row, set()) if counts else [], "queries": queries,
        "verdicts": words.verdicts(sheet.of_row(row, casebook=book)) if counts else [],
    }  # fmt: skip


def at_visit(visit: Visit) -> list[Entered]:
    """Every form that was submitted at a visit, in the order of the casebook."""
    return _whole(visit.subject, FormIndex.objects.filter(visit=visit))


def of_subject(subject: Subject) -> list[Entered]:
    """Every form that was submitted of a subject: visit after visit, then the logs."""
    return _whole(subject, FormIndex.objects.filter(subject=subject))


def _whole(subject: Subject, found: Iterable[FormIndex]) -> list[Entered]:
    """These forms with all that is printed of them, in the order of the casebook; each kind is read in one go."""
    keys: dict[str, list[int]] = {}
    for one in found:
        keys.setdefault(one.form, []).append(one.form_id)
    order = [form for form in casebook() if form.declared.name in keys]
    rows = [(order.index(form), row) for form in order for row in review.wholes(form, keys[form.declared.name])]
    for _at, row in rows:
        row.subject = subject  # one object: what follows from it is asked once

    def place(pair: tuple[int, Any]) -> Any:
        visit = getattr(pair[1], "visit", None)
        return (visit is None, schedule.position(visit.code) if visit else (), pair[0], pair[1].occurrence)

    return [row for _at, row in sorted(rows, key=place)]


def blank(form: FormClass, version: str) -> dict[str, Any]:
    """The items of a form in a version of the protocol, with what may be answered and room for it."""
    items = form.declared.in_force(version)
    sections = [
        {"label": section.label, "help": section.help, "entries": [_room(items[n]) for n in names if n in items]}
        for section, names in form.declared.sections
    ]
    return {
        "title": form.declared.title, "chapter": form.declared.protocol_chapter, "protocol": version,
        "sections": [section for section in sections if section["entries"]],
    }  # fmt: skip


def _room(item: Any) -> dict[str, Any]:
    about = item.about
    if item.kind == "rows":
        columns = [column.about.label for column in item.row.declared.items.values()]
        return {"label": about.label, "grid": True, "columns": columns, "lines": range(1, BLANK_LINES + 1)}
    codes = [str(label) for _, label in item.codes.choices] if hasattr(item, "codes") else []
    when = about.shown_if
    return {
        "label": about.label, "unit": about.unit_shown, "memo": item.kind == "memo", "required": about.required,
        "codes": codes if len(codes) <= CODES_ON_PAPER else [],
        "hint": {"date": "YYYY-MM-DD", "datetime": "YYYY-MM-DD hh:mm", "partial_date": __("YYYY-MM-DD, or a part")}.get(
            item.kind, ""
        ),
        "only_if": bool(when),
    }  # fmt: skip
