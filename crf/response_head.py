"""What a whole course amounts to, in a line each: measurable disease, best response, progression, and the times that follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from crf.placeholders import REASONS, level
from crf.verdicts import SaidTime, said, said_time
from trial.rules.imwg_measurable import CLASSES, YES, Baseline
from trial.rules.imwg_options import BEST_ORDER
from trial.rules.imwg_values import plain
from trial.rules.myeloma import Followed
from trial.rules.verdict import Verdict

ROUTES: Mapping[str, Any] = {
    "SERUM": _("Serum M-protein"),
    "URINE": _("Urine M-protein"),
    "FLC": _("Involved free light chain"),
    "MARROW": _("Plasma cells of the marrow"),
    "PLASMACYTOMA": _("Plasmacytomas, sum of products"),
}
UNITS = {"SERUM": "g/dL", "URINE": "mg/24 h", "FLC": "mg/L", "MARROW": "%", "PLASMACYTOMA": "mm²"}
# Values of a best response that are no response category.
NONE_YET = frozenset({"MISSING", "NE"})


@dataclass(frozen=True, slots=True)
class Route:
    """One class of disease at baseline: its value, what makes it measurable, and whether the response follows it."""

    name: str
    value: str
    unit: str
    on: date | None
    day: int | None
    threshold: str
    measurable: bool
    followed: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Best:
    """A best response with its first day; `code` None = there is none."""

    code: str | None
    value: str
    full: str
    on: date | None
    day: int | None


@dataclass(frozen=True, slots=True)
class Head:
    """The first lines of the page."""

    confirmed: Best
    unconfirmed: Best
    first_on: date | None
    first_day: int | None
    progression_on: date | None
    progression_day: int | None
    progression_reason: str
    times: tuple[tuple[str, str, SaidTime], ...]  # abbreviation, whole name, what is known so far
    therapy_on: date | None
    therapy_day: int | None
    relapse_on: date | None  # from complete response, for disease-free survival
    relapse_day: int | None
    clinical_on: date | None  # a clinical relapse, which by itself is no progression
    clinical_day: int | None


def head(followed: Followed) -> Head:
    """What is known so far."""
    course = followed.response

    def day(on: date | None) -> int | None:
        return None if on is None else (on - followed.infused_on).days

    return Head(
        confirmed=_best(course.best, followed),
        unconfirmed=_best(course.best_unconfirmed, followed),
        first_on=course.first_response_on,
        first_day=day(course.first_response_on),
        progression_on=course.progression_on,
        progression_day=day(course.progression_on),
        progression_reason=str(REASONS.get(course.progression_reason or "", "")),
        times=(
            ("PFS", __("Progression-free survival"), said_time(followed.pfs)),
            ("DOR", __("Duration of response"), said_time(followed.dor)),
            ("OS", __("Overall survival"), said_time(followed.os)),
            ("TTNT", __("Time to next treatment"), said_time(followed.ttnt)),
        ),
        therapy_on=followed.new_therapy_on,
        therapy_day=day(followed.new_therapy_on),
        relapse_on=course.relapse_from_cr_on,
        relapse_day=day(course.relapse_from_cr_on),
        clinical_on=course.clinical_relapse_on,
        clinical_day=day(course.clinical_relapse_on),
    )


def _best(verdict: Verdict, followed: Followed) -> Best:
    spoken = said(verdict)
    first = verdict.shown.get("day")
    on = date.fromisoformat(first) if first and verdict.value != "NE" else None
    code = None if verdict.value == "MISSING" else str(verdict.value)
    return Best(code, spoken.value, spoken.full, on, None if on is None else (on - followed.infused_on).days)


def best_response(followed: Followed | None) -> str:
    """The best response in a word or two, "VGPR (unconfirmed)"; blank before the first assessment that says something."""
    if followed is None:
        return ""
    confirmed, seen = (str(one.value) for one in (followed.response.best, followed.response.best_unconfirmed))
    if seen == "MISSING":
        return ""
    if BEST_ORDER.index(seen) <= BEST_ORDER.index(confirmed):
        return level(confirmed)
    return __("%(level)s (unconfirmed)") % {"level": level(seen)}


def routes(followed: Followed) -> Iterator[Route]:
    """Every class of measurable disease as it was before the infusion."""
    base = followed.response.baseline
    for code, finding in zip(CLASSES, followed.response.measurable.because, strict=True):
        value, on = _frozen(code, base, finding, followed)
        yield Route(
            name=str(ROUTES[code]),
            value=value,
            unit=UNITS[code],
            on=on,
            day=None if on is None else (on - followed.infused_on).days,
            threshold=finding.shown.get("threshold", ""),
            measurable=finding.value == YES,
            followed=base.follows(code),
            sentence=said(finding).sentence,
        )


def _frozen(code: str, base: Baseline, finding: Verdict, followed: Followed) -> tuple[str, date | None]:
    """The value that the finding speaks of, with its day; blank where nothing is recorded."""
    if code == "PLASMACYTOMA":
        spd: Decimal | None = followed.lesions.baseline_spd
        return (plain(spd) if spd else ""), followed.lesions.baseline_on
    if "value" in finding.shown:
        return finding.shown["value"], date.fromisoformat(finding.shown["day"])
    point = base.marrow if code == "MARROW" else None
    return (plain(point.value), point.day) if point is not None else ("", None)
