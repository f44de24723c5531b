"""Verdicts and times of the rules as a person reads them: sentence, value, sign, findings and remarks in their language."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from django.utils.translation import gettext as _

from crf.answers import Sign, answer, full_name
from crf.declare.form import Derived
from crf.placeholders import sentence
from crf.sheet import Sheet
from trial import protocol, rules
from trial.rules import antigen
from trial.rules.timed import Timed
from trial.rules.verdict import Verdict

# Findings that are told apart by their place only.
NAMES_OF_FINDINGS = {antigen.VERSION: ("BCMA", "CD38")}


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict in the reader's language, findings included."""

    value: str  # blank = the sentence says it all, or it cannot be judged
    sentence: str
    basis: str
    because: tuple[Said, ...]
    remarks: tuple[str, ...]
    sign: Sign
    full: str = ""  # the whole name of an abbreviated value


@dataclass(frozen=True, slots=True)
class SaidTime:
    """A time to an event in the reader's language."""

    event: bool | None  # None = the endpoint does not apply
    outcome: str  # the same in words
    on: date | None
    days: int | None
    months: str  # with one decimal; blank where the endpoint does not apply
    sentence: str
    basis: str
    remarks: tuple[str, ...]


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
    """A verdict that stands for itself, with the findings under it."""
    return _said(verdict)


def _said(verdict: Verdict, *, finding: bool = False, name: str = "") -> Said:
    found = answer(verdict, finding=finding)
    text = sentence(verdict.clause, verdict.shown)
    names = NAMES_OF_FINDINGS.get(verdict.version, ())
    return Said(
        value=found.words,
        sentence=f"{name}: {text}" if name else text,
        basis=_(verdict.basis) if verdict.basis else "",
        because=tuple(
            _said(one, finding=True, name=names[place] if place < len(names) else "")
            for place, one in enumerate(verdict.because)
        ),
        remarks=tuple(_remarks((one.version, one.flags) for one in verdict.walk())),
        sign=found.sign,
        full=full_name(verdict),
    )


def said_time(timed: Timed) -> SaidTime:
    """When it happened or was last known not to have, and why that day."""
    outcome = {True: _("event"), False: _("censored"), None: _("does not apply")}[timed.event]
    months = None if timed.months is None else timed.months.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return SaidTime(
        event=timed.event,
        outcome=outcome,
        on=timed.on,
        days=timed.days,
        months="" if months is None else str(months),
        sentence=sentence(timed.clause, timed.shown),
        basis=_(timed.basis) if timed.basis else "",
        remarks=tuple(_remarks([(timed.version, timed.flags)])),
    )


def _remarks(raised: Iterable[tuple[str, Iterable[str]]]) -> Iterator[str]:
    """The flags of a verdict in words. The first of `raised` = its own version and flags; then those of its findings.

    A flag that was carried up from the finding of another rule is said as that rule says it; any rule that knows it
    will do where neither does.
    """
    (own, flags), *others = raised
    known = flags_of_rules()
    for flag in flags:
        versions = [own, *(version for version, theirs in others if flag in theirs), *known]
        text = next((known[one][flag] for one in versions if flag in known.get(one, ())), None)
        if text is not None:
            yield _(text)


def verdicts(sheet: Sheet) -> list[dict[str, Any]]:
    """Every derived value of a form, as the page shows it: by the criteria in force; under it, `former`, by those before.

    former: label, verdict, and whether its value `differs`; None where the protocol names no former version.
    """
    derived = sheet.derived()
    found: list[dict[str, Any]] = []
    for one in derived:
        if not one.criteria:
            found.append({"label": one.label, "verdict": said(getattr(sheet, one.name)), "former": None})
            continue
        in_force, former = protocol.criteria(one.criteria)
        if in_force in one.versions():
            verdict = getattr(sheet, one.name)
            beside = _by(former, one, derived, sheet)
            found.append({"label": one.label, "verdict": said(verdict), "former": _compared(beside, verdict)})
    return found


def _by(version: str | None, of: Derived, among: Iterable[Derived], sheet: Sheet) -> tuple[Derived, Verdict] | None:
    """What a version of the same criteria says: the same derived value where its rule knows both, else its sibling."""
    if version is None:
        return None
    if not of.version:
        return of, of.of(sheet, version=version)
    sibling = next((one for one in among if one.criteria == of.criteria and one.version == version), None)
    return None if sibling is None else (sibling, getattr(sheet, sibling.name))


def _compared(beside: tuple[Derived, Verdict] | None, verdict: Verdict) -> dict[str, Any] | None:
    if beside is None:
        return None
    derived, other = beside
    return {"label": derived.label, "verdict": said(other), "differs": other.value != verdict.value}
