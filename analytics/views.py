"""Pages of the conclusions: the tables, the subjects behind each cell, and the published results beside ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from analytics import published, registry, report, tasks
from analytics.details import Behind, Detail
from analytics.figures import draw
from analytics.layout import Cell, Column, Row, Table
from analytics.models import Mark, Snapshot
from analytics.registry import Endpoint, Unknown
from analytics.render import csv as as_csv
from analytics.render import html as as_html
from analytics.render import json as as_json
from analytics.render import xlsx as as_xlsx
from crf.declare.form import form_named
from trial import jobs, roles, schedule

FILES = {"csv": as_csv, "xlsx": as_xlsx, "json": as_json}
FIGURE = "svg"


def around(request: HttpRequest) -> tuple[Snapshot | None, report.Scope, dict[str, Any]]:
    """What every page here needs: the snapshot, whose subjects the person may see, and the context both give."""
    roles.permit(request.user, "endpoints")  # type: ignore[arg-type]
    frozen, scope = report.current(), report.scope_of(request.user)  # type: ignore[arg-type]
    context = {
        "stamp": report.stamp(frozen, scope) if frozen else None,
        "snapshot": frozen,
        "limited": scope.label if scope.sites is not None else "",
        "may_refresh": roles.may(request.user, "jobs"),  # type: ignore[arg-type]
        **_progress(frozen.pk if frozen else 0),
    }
    return frozen, scope, context


def _progress(seen: int) -> dict[str, Any]:
    """How the refresh stands, for a page that shows the snapshot `seen`."""
    latest, job = report.current(), tasks.under_way()
    return {
        "seen": seen,
        "newer": bool(latest and latest.pk != seen),
        "job": job,
        "job_message": _(job.message) if job and job.message else "",
        "failed": None if job else tasks.last_failure(),
        "waiting": job is None and (latest is None or Mark.objects.exists()),
    }


@require_safe
def state(request: HttpRequest) -> HttpResponse:
    """The strip above a table: asked for again and again by the page, so that it never shows old numbers as new."""
    roles.permit(request.user, "endpoints")  # type: ignore[arg-type]
    seen = request.GET.get("seen", "")
    if not seen.isdecimal() or len(seen) > 18:
        raise BadRequest("seen is the number of a snapshot")
    return render(request, "analytics/_refresh.html", _progress(int(seen)))


@require_POST
def refresh_now(request: HttpRequest) -> HttpResponseRedirect:
    """Somebody asks for a refresh without waiting for the next look; twice asked is once done."""
    roles.permit(request.user, "jobs")  # type: ignore[arg-type]
    if tasks.under_way() is None:
        jobs.request(tasks.KIND, by=request.user.get_username())
    return redirect("endpoints")


@require_safe
def endpoint_list(request: HttpRequest) -> HttpResponse:
    """Every endpoint table with what it counts."""
    frozen, scope, context = around(request)
    context["endpoints"] = [_line(entry, frozen, scope) for entry in registry.endpoints().values()] if frozen else []
    return render(request, "analytics/endpoint_list.html", context)


def _line(entry: Endpoint, frozen: Snapshot, scope: report.Scope) -> dict[str, Any]:
    table = report.table(frozen, scope, entry.name, {})
    return {
        "url": reverse("endpoint", args=[entry.name]),
        "title": entry.title,
        "definition": entry.definition,
        "population": table.population if table else "",
        "n": _first_n(table) if table else None,
        "error": table is None,
        "files": _files(entry.name, {}),
    }


def _first_n(table: Table) -> int | None:
    """How many subjects the table is about: the N of its first column, else all that stand behind its cells."""
    if table.columns and table.columns[0].n is not None:
        return table.columns[0].n
    behind = {code for row in table.rows for cell in row.cells for code in cell.subjects}
    return len(behind) if table.rows else None


def _find(name: str) -> Endpoint:
    try:
        return registry.find(name)
    except Unknown as unknown:
        raise Http404(str(unknown)) from None


def _options(request: HttpRequest, entry: Endpoint, *, besides: tuple[str, ...] = ()) -> dict[str, str]:
    """The options of the query string, complete; what is not offered is a bad request, but for the names `besides`."""
    try:
        return entry.choose({name: value for name, value in request.GET.dict().items() if name not in besides})
    except Unknown as unknown:
        raise BadRequest(str(unknown)) from None


def _query(entry: Endpoint, options: dict[str, str]) -> str:
    """The query string of a choice of options; what is the default is left out."""
    changed = {name: value for name, value in options.items() if value != entry.choose({})[name]}
    return f"?{urlencode(changed)}" if changed else ""


def _files(name: str, options: dict[str, str], *, figure: bool = False) -> list[dict[str, str]]:
    """What can be downloaded, with its address; figure: the table has one."""
    query = _query(registry.find(name), registry.find(name).choose(options))
    kinds = [*FILES, *([FIGURE] if figure else ())]
    return [{"label": kind.upper(), "url": reverse("endpoint-file", args=[name, kind]) + query} for kind in kinds]


def _chips(entry: Endpoint, options: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Each option with its choices as links."""
    for option in entry.options:
        choices = [
            {
                "label": label,
                "url": _query(entry, {**options, option.name: value}) or "?",
                "active": options[option.name] == value,
            }
            for value, label in option.choices.items()
        ]
        yield {"label": option.label, "choices": choices}


@require_safe
def endpoint(request: HttpRequest, name: str) -> HttpResponse:
    """One table with its options, footnotes and files."""
    entry = _find(name)
    options = _options(request, entry)
    frozen, scope, context = around(request)
    context |= {
        "entry": entry,
        "options": list(_chips(entry, options)),
        "crumbs": [{"label": _("Endpoints"), "url": reverse("endpoints")}, {"label": entry.title}],
    }
    if frozen is not None:
        kept = report.table(frozen, scope, name, options)
        query = _query(entry, options)
        if kept is None:
            context["error"] = report.result(frozen, scope, name, options).error
        else:
            html = as_html.render(
                kept,
                report.stamp(frozen, scope),
                cell_url=lambda row, column: reverse("endpoint-cell", args=[name, row, column]) + query,
                target="#cw-drawer-body",
            )
            downloads = _files(name, options, figure=kept.figure is not None)
            context |= {"table": kept, "table_html": mark_safe(html), "downloads": downloads}  # noqa: S308
            if kept.figure is not None:
                # Drawn here from numbers and escaped texts, in the colours of the page.
                context["figure_dark"] = downloads[-1]["url"] + ("&" if query else "?") + "theme=dark"
                context["figure"] = mark_safe(draw(kept.figure, theme="page", title=str(kept.title)))  # noqa: S308
    return render(request, "analytics/endpoint.html", context)


def table_or_404(
    request: HttpRequest, name: str, *, besides: tuple[str, ...] = ()
) -> tuple[Table, Snapshot, report.Scope, dict[str, str], dict[str, Any]]:
    """The table that a request asks for, with snapshot, scope, options and context; `besides` are names of no option."""
    entry = _find(name)
    options = _options(request, entry, besides=besides)
    frozen, scope, context = around(request)
    kept = report.table(frozen, scope, name, options) if frozen else None
    if frozen is None or kept is None:
        raise Http404(_("This table has not been computed yet."))
    return kept, frozen, scope, options, context


@require_safe
def cell(request: HttpRequest, name: str, row: str, column: str) -> HttpResponse:
    """The subjects behind one number, each with its values, the clause and the form that decided. htmx gets the list alone."""
    kept, frozen, scope, options, context = table_or_404(request, name)
    entry, (line, heading, found) = _find(name), _at(kept, row, column)
    context |= {
        "table": kept,
        "row": line,
        "column": heading,
        "cell": found,
        "columns": list(entry.detail_columns.values()),
        "subjects": [_behind(detail) for detail in report.explained(frozen, scope, name, options, found.subjects)],
        "back_url": reverse("endpoint", args=[name]) + _query(entry, options),
        "crumbs": [
            {"label": _("Endpoints"), "url": reverse("endpoints")},
            {"label": entry.title, "url": reverse("endpoint", args=[name]) + _query(entry, options)},
            {"label": f"{line.label}, {heading.label}"},
        ],
    }
    context["has_forms"] = any(subject["forms"] for subject in context["subjects"])
    context["has_why"] = any(subject["why"] for subject in context["subjects"])
    return render(request, "analytics/_cell.html" if request.htmx else "analytics/cell.html", context)  # type: ignore[attr-defined]


def _at(kept: Table, row: str, column: str) -> tuple[Row, Column, Cell]:
    """The row, column and cell of two keys; 404 where there are none."""
    for line in kept.rows:
        for heading, found in zip(kept.columns, line.cells, strict=False):
            if (line.key, heading.key) == (row, column):
                return line, heading, found
    raise Http404(f"{kept.name} has no cell {row}, {column}")


def _behind(detail: Detail) -> dict[str, Any]:
    """A subject with the addresses of its casebook and of the forms behind its value."""
    return {
        "code": detail.subject, "url": reverse("casebook", args=[detail.subject]), "values": detail.values,
        "why": detail.why, "forms": [_form(detail.subject, one) for one in detail.forms],
    }  # fmt: skip


def _form(subject: str, behind: Behind) -> dict[str, str]:
    declared = form_named(behind.form).declared
    again = [behind.occurrence] if behind.occurrence != 1 else []
    url = reverse("form-again" if again else "form", args=[subject, behind.visit or "log", declared.slug, *again])
    where = schedule.label(behind.visit) if behind.visit else str(behind.occurrence)
    return {
        "url": url,
        "label": f"{where}{f' ({behind.occurrence})' if again and behind.visit else ''}",
        "form": str(declared.title),
    }


def form_links(subject: str, forms: str) -> Iterator[dict[str, str]]:
    """The forms of a column `forms` of a data set with their addresses."""
    yield from (_form(subject, Behind(*one)) for one in json.loads(forms))


@require_safe
def published_and_computed(request: HttpRequest) -> HttpResponse:
    """Every published result beside ours. A person of some sites sees own numbers, and nothing is called agreeing."""
    frozen, scope, context = around(request)
    tables: dict[str, Table] = {}
    if frozen is not None:
        found = {name: report.table(frozen, scope, name, {}) for name in published.needed()}
        tables = {name: table for name, table in found.items() if table is not None}
    rows = [_compared(line, compares=scope.sites is None) for line in published.compare(tables)]
    states = [row["state"] for row in rows]
    context |= {
        "rows": rows,
        "counts": {name: states.count(name) for name in ("agree", "differ", "open", "own")},
        "source": published.SOURCE,
    }
    return render(request, "analytics/published.html", context)


def _compared(line: published.Comparison, *, compares: bool) -> dict[str, Any]:
    known, place = line.published, line.place
    if line.agrees is None:
        state = "open"
    elif not compares:
        state = "own"
    else:
        state = "agree" if line.agrees else "differ"
    return {
        "key": known.key,
        "item": known.item,
        "published": f"{known.value} {known.unit}",
        "published_of": _of(known.numerator, known.denominator),
        "computed": f"{line.shown} {known.unit}" if line.shown else "",
        "computed_of": _of(line.numerator, line.denominator) if line.shown else "",
        "url": reverse("endpoint-cell", args=[place.endpoint, place.row, place.column])
        if place and line.subjects
        else "",
        "estimator": known.estimator,
        "status": known.status,
        "state": state,
    }


def _of(numerator: int | None, denominator: int | None) -> str:
    return (
        "" if numerator is None or denominator is None else _("%(n)d of %(all)d") % {"n": numerator, "all": denominator}
    )
