"""Tables and figures of the conclusions as files."""

from __future__ import annotations

from typing import Literal

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from analytics import report
from analytics.figures import draw
from analytics.models import Snapshot
from analytics.views import FIGURE, FILES, table_or_404
from trial import audit

THEMES: dict[str, Literal["light", "dark"]] = {"light": "light", "dark": "dark"}  # colours of a figure in a file


@require_safe
def download(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """The table as a file, with the options of the page; who took it enters the audit trail."""
    if kind not in FILES:
        raise Http404(kind)
    kept, frozen, scope, options, _context = table_or_404(request, name)
    module = FILES[kind]
    answer = HttpResponse(module.render(kept, report.stamp(frozen, scope)), content_type=module.CONTENT_TYPE)
    return _taken(answer, kind, name=name, options=options, frozen=frozen, scope=scope)


@require_safe
def download_figure(request: HttpRequest, name: str) -> HttpResponse:
    """The figure of a table as a file; `theme=dark` for a dark ground, else light."""
    theme = THEMES.get(request.GET.get("theme", "light"))
    if theme is None:
        raise BadRequest(f"theme is one of {', '.join(THEMES)}")
    kept, frozen, scope, options, _context = table_or_404(request, name, besides=("theme",))
    if kept.figure is None:
        raise Http404(FIGURE)
    drawn = draw(kept.figure, theme=theme, title=str(kept.title))
    answer = HttpResponse(drawn, content_type="image/svg+xml; charset=utf-8")
    return _taken(answer, FIGURE, name=name, options=options, frozen=frozen, scope=scope)


def _taken(
    answer: HttpResponse,
    kind: str,
    *,
    name: str,
    options: dict[str, str],
    frozen: Snapshot,
    scope: report.Scope,
) -> HttpResponse:
    """The answer as a file whose name says which choice of options and which data it holds; it enters the audit trail."""
    chosen = "-".join([name, *(value for _name, value in sorted(options.items())), frozen.content_hash[:8]])
    answer["Content-Disposition"] = f'attachment; filename="{chosen}.{kind}"'
    audit.record(
        "endpoint downloaded",
        {
            "endpoint": name,
            "options": options,
            "format": kind,
            "content_hash": frozen.content_hash,
            "scope": scope.key or "all",
        },
    )
    return answer
