"""The board of dose escalation: levels, cohorts, windows and the next step, for those who watch over safety."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from analytics import escalation, report
from analytics.datasets.adcrs import reason
from analytics.endpoints.dose_levels import STANDING, YES_NO
from analytics.escalation import DESIGNS, STEPS, LevelState
from analytics.views import around, form_links
from crf.codelists import EventTerm
from crf.placeholders import sentence
from trial import protocol, subjects
from trial.models import Site

# Where a subject stands -> the state of the house whose sign and colour it wears.
SIGNS = {"EVALUABLE": "verified", "NOT_EVALUABLE": "locked", "PENDING": "expected"}


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """All levels with their subjects. A person of some sites sees these sites' subjects, and no step: it rests on all."""
    frozen, scope, context = around(request)
    context |= {
        "design": str(DESIGNS[protocol.ESCALATION_DESIGN]),
        "window": protocol.DLT_WINDOW_DAYS,
        "stagger": protocol.STAGGER_DAYS,
        "target": f"{protocol.BOIN_TARGET:.2f}",
        "crumbs": [{"label": _("Endpoints"), "url": reverse("endpoints")}, {"label": _("Dose escalation")}],
    }
    if frozen is not None:
        found = escalation.state(report.dataset(frozen, scope, "addlt"))
        whole, today = scope.sites is None, _today()
        tolerated = found.maximum_tolerated
        low, high = escalation.limits()
        context |= {
            "levels": [_level(level, today=today, whole=whole) for level in found.levels],
            "lost": found.without_level,
            "tolerated": sentence(tolerated.clause, tolerated.shown) if whole else "",
            "tolerated_dose": tolerated.value or "",
            "now": _now(found.current) if whole else None,
            "boundaries": escalation.boundaries(),
            "low": low,
            "high": high,
        }
    return render(request, "analytics/escalation.html", context)


def _today() -> dict[str, date]:
    """The day that counts as today at each site the person sees, by code."""
    now = timezone.now()
    return {site.code: subjects.today(site, now) for site in Site.objects.all()}


def _now(level: LevelState | None) -> dict[str, Any] | None:
    """The step in force at the level of the newest infusion."""
    if level is None or level.steps is None:
        return None
    return {"dose": level.dose, **_step(level, protocol.ESCALATION_DESIGN)}


def _level(level: LevelState, *, today: dict[str, date], whole: bool) -> dict[str, Any]:
    state = "" if level.subjects else _("not opened")
    if level.current and whole:
        state = _("current level")
    return {
        "dose": level.dose,
        "state": state,
        "too_toxic": level.too_toxic and whole,
        "eliminated": level.eliminated and whole,
        "counts": [
            (_("Treated"), len(level.subjects)),
            (_("Pending"), level.counts.pending),
            (_("Not evaluable"), len(level.having("NOT_EVALUABLE"))),
            (_("Evaluable"), level.counts.evaluable),
            (_("Dose-limiting toxicity"), level.counts.toxic),
        ],
        "steps": [_step(level, design) for design in DESIGNS] if whole and level.steps else [],
        "subjects": [_subject(one, today=today.get(one.site)) for one in level.subjects],
    }


def _step(level: LevelState, design: str) -> dict[str, Any]:
    verdict = (level.steps or {})[design]
    return {
        "design": str(DESIGNS[design]),
        "in_force": design == protocol.ESCALATION_DESIGN,
        "step": str(STEPS[None if verdict.value is None else str(verdict.value)]),
        "sentence": sentence(verdict.clause, verdict.shown),
        "because": [sentence(one.clause, one.shown) for one in verdict.because],
    }


def _subject(one: Any, *, today: date | None) -> dict[str, Any]:
    return {
        "code": one.subject,
        "url": reverse("casebook", args=[one.subject]),
        "cohort": one.cohort,
        "infused_on": one.infused_on,
        "staggered": str(YES_NO[one.staggered]) if one.staggered in YES_NO else "",
        "late": one.staggered == "N",
        "stagger": reason(one.staggered_clause, one.staggered_shown),
        "closes_on": one.closes_on,
        "window": _window(one.closes_on, today, pending=one.evaluable == "PENDING"),
        "standing": str(STANDING[one.evaluable]),
        "sign": SIGNS[one.evaluable],
        "why": reason(one.clause, one.shown),
        "reason": one.reason or "",
        "dlt": one.dlt == "Y",
        "event": _event(one),
        "forms": list(form_links(one.subject, one.forms)),
    }


def _window(closes_on: date, today: date | None, *, pending: bool) -> str:
    """How many days are left, in words."""
    if today is None:
        return ""
    left = (closes_on - today).days
    if left > 0:
        return ngettext("closes in %(days)d day", "closes in %(days)d days", left) % {"days": left}
    if left == 0:
        return _("closes today")
    if not pending:
        return _("over")
    over = ngettext("over for %(days)d day, evaluation awaited", "over for %(days)d days, evaluation awaited", -left)
    return over % {"days": -left}


def _event(one: Any) -> str:
    if one.event is None:
        return ""
    term = dict(EventTerm.choices).get(one.event_term, "") if one.event_term != "OTHER" else ""
    name = str(term or one.event_verbatim or _("Adverse event %(number)d") % {"number": one.event})
    parts = [name]
    if one.event_grade is not None:
        parts.append(_("grade %(grade)d") % {"grade": one.event_grade})
    if one.event_day is not None:
        parts.append(_("day %(day)d") % {"day": one.event_day})
    return ", ".join(parts)
