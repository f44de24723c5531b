"""Why an assessment has its response, in the order in which a physician asks: progression, parts, what caps, confirmation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import ModuleType
from typing import Any

from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from crf.answers import answer
from crf.verdicts import Said, said
from trial.rules import imwg_components as components
from trial.rules import imwg_marrow as marrow
from trial.rules import imwg_progression as progression
from trial.rules import imwg_response as response
from trial.rules.emd_findings import GROWTH
from trial.rules.imwg_values import plain
from trial.rules.imwg_watch import MISSING_FLAGS
from trial.rules.myeloma import Followed
from trial.rules.verdict import Verdict

# Names of the parts of a response, in the order of the criteria.
PARTS: Mapping[str, Any] = {
    "SERUM": _("Serum"),
    "URINE": _("Urine"),
    "FLC": _("Light chains"),
    "MARROW": _("Bone marrow"),
    "PLASMACYTOMA": _("Lesions"),
    "FLC_RATIO": _("For sCR: ratio"),
    "CLONALITY": _("For sCR: clonality"),
    "ROUTE": _("Route"),
}
CRITERIA: Mapping[str, Any] = {
    "SERUM": _("Serum M-protein"),
    "URINE": _("Urine M-protein"),
    "FLC": _("Difference of free light chains"),
    "MARROW": _("Plasma cells of the marrow"),
    "CELLS": _("Circulating plasma cells"),
    "LESIONS": _("Lesions"),
}
UNITS = {"SERUM": "g/dL", "URINE": "mg/24 h", "FLC": "mg/L", "MARROW": "%", "CELLS": "/µL"}
# The rule of the lesions names what speaks for progression first: a new lesion, one that grew, a sum that rose.
LESION_PROGRESSION = 3


def _of(module: ModuleType, listed: Iterable[str], **prefixes: str) -> dict[str, str]:
    """Clause -> code, by how the module names its sentences."""
    known = set(listed)
    return {
        clause: code
        for code, prefix in prefixes.items()
        for name, clause in vars(module).items()
        if name.startswith(prefix) and isinstance(clause, str) and clause in known
    }


PART_OF = {
    **_of(components, components.COMPONENT_CLAUSES, SERUM="SERUM_", URINE="URINE_", FLC="FLC_"),
    **_of(marrow, marrow.MARROW_CLAUSES, MARROW="MARROW_", PLASMACYTOMA="LESIONS_", CLONALITY="SCR_"),
    **dict.fromkeys(
        (marrow.SCR_RATIO_NORMAL, marrow.SCR_RATIO_ABNORMAL, marrow.SCR_RATIO_MISSING, marrow.SCR_BELOW_LOQ),
        "FLC_RATIO",
    ),
    response.NO_VGPR: "ROUTE",
}
CRITERION_OF = _of(
    progression, progression.PROGRESSION_CLAUSES,
    SERUM="SERUM_", URINE="URINE_", FLC="FLC_", MARROW="MARROW_", CELLS="CELLS_", LESIONS="LESIONS_",
)  # fmt: skip


def needed(criterion: str) -> str:
    """From where a criterion is progression, as the rule has it."""
    relative = progression.RISE_PERCENT
    return {
        "SERUM": __("{relative} % and {absolute} g/dL above the nadir; {rise} g/dL where the nadir is {high} g/dL or more").format(
            relative=relative,
            absolute=progression.SERUM_RISE_G_DL,
            rise=plain(progression.HIGH_SERUM_RISE_G_DL),
            high=plain(progression.HIGH_SERUM_G_DL),
        ),
        "URINE": __("{relative} % and {absolute} mg/24 h above the nadir").format(
            relative=relative, absolute=progression.URINE_RISE_MG_24H
        ),
        "FLC": __("{relative} % and more than {absolute} mg/L above the nadir").format(
            relative=relative, absolute=progression.FLC_RISE_ABOVE_MG_L
        ),
        "MARROW": __("{relative} % and {absolute} points above the nadir").format(
            relative=relative, absolute=progression.MARROW_RISE_POINTS
        ),
        "CELLS": __("{relative} % above the nadir, with at least {absolute} per µL").format(
            relative=progression.CELLS_RISE_PERCENT, absolute=progression.CELLS_AT_LEAST_PER_UL
        ),
        "LESIONS": __("a new lesion, or one that grew {relative} %, or a sum of products {relative} % above the nadir").format(
            relative=int((GROWTH - 1) * 100)
        ),
    }[criterion]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dated:
    """A figure with its unit, its date and its study day."""

    text: str
    unit: str
    on: str  # ISO
    day: int


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of progression at one assessment."""

    code: str
    name: str
    now: Dated | None  # None = lesions: the findings say it
    nadir: Dated | None
    needed: str
    met: bool
    said: Said
    because: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of the response allows, and why."""

    code: str
    name: str
    said: Said
    decides: bool
    because: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """All findings of one assessment."""

    code: str  # of the response by the criteria
    response: Said
    route: Said
    progression: tuple[Criterion, ...]
    parts: tuple[Part, ...]
    missing: tuple[Part, ...]
    remarks: tuple[str, ...]  # but for those that `missing` says already
    confirmed_code: str  # of what is confirmed of it; blank = not counted
    confirmed: Said
    status: Said
    kept: bool  # the subject keeps a better response than this assessment confirms
    counted_on: date | None
    counted_day: int | None

    @property
    def progressed(self) -> bool:
        return any(one.met for one in self.progression)


def tree(followed: Followed, at: int) -> Tree:
    """The findings of the assessment at this place, grouped."""
    course = followed.response
    verdict, one = course.verdicts[at], course.assessments[at]
    spoken = said(verdict)
    pairs = list(zip(verdict.because, spoken.because, strict=True))
    seen = one.last_imaging.verdict if one.last_imaging else None
    deciding = verdict.shown.get("parts", "").split(", ")
    parts = tuple(_part(PART_OF[f.clause], s, deciding, seen) for f, s in pairs if f.clause in PART_OF)
    judged = [_criterion(f, s, followed.infused_on) for f, s in pairs if f.clause in CRITERION_OF]
    if one.imaging is not None and not any(c.code == "LESIONS" for c in judged):
        judged.append(_lesions(one.imaging.verdict, met=False))
    on, own, status = course.dates[at], course.own[at], course.confirmed[at]
    return Tree(
        code=str(verdict.value),
        response=spoken,
        route=spoken.because[0],
        progression=tuple(judged),
        parts=parts,
        missing=tuple(part for part in parts if part.said.sign == "missing"),
        remarks=_remarks(verdict),
        confirmed_code=str(own.value or ""),
        confirmed=said(own),
        status=said(status),
        kept=own.value is not None and own.value != status.value,
        counted_on=on,
        counted_day=None if on is None else (on - followed.infused_on).days,
    )


def _remarks(verdict: Verdict) -> tuple[str, ...]:
    unread = [one for one in verdict.because if one.clause in PART_OF and answer(one, finding=True).sign == "missing"]
    told = {flag for one in unread for flag in one.flags} & MISSING_FLAGS
    return said(replace(verdict, flags=tuple(flag for flag in verdict.flags if flag not in told))).remarks


def _part(code: str, spoken: Said, deciding: list[str], imaging: Verdict | None) -> Part:
    under = said(imaging).because[LESION_PROGRESSION:] if code == "PLASMACYTOMA" and imaging is not None else ()
    return Part(code, str(PARTS[code]), spoken, code in deciding, under)


def _criterion(finding: Verdict, spoken: Said, infused_on: date) -> Criterion:
    code, shown = CRITERION_OF[finding.clause], finding.shown
    if code == "LESIONS":
        return _lesions(finding.because[0], met=True)
    return Criterion(
        code=code,
        name=str(CRITERIA[code]),
        now=_dated(shown["value"], shown["day"], code, infused_on),
        nadir=_dated(shown["nadir"], shown["nadir_day"], code, infused_on) if "nadir" in shown else None,
        needed=needed(code),
        met=finding.value == "PD",
        said=spoken,
        because=(),
    )


def _lesions(imaging: Verdict, *, met: bool) -> Criterion:
    spoken = said(imaging)
    name, because = str(CRITERIA["LESIONS"]), spoken.because[:LESION_PROGRESSION]
    return Criterion("LESIONS", name, None, None, needed("LESIONS"), met, spoken, because)


def _dated(text: str, on: str, code: str, infused_on: date) -> Dated:
    return Dated(text, UNITS[code], on, (date.fromisoformat(on) - infused_on).days)
