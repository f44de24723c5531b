"""Proof-reading of the declarations when Django starts."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register

from crf.declare.form import Crf, FormClass, Log, casebook
from trial import protocol, schedule

# UCUM units in use; a new one is added here on purpose, so that a typing slip is not a new unit.
UNITS = {
    "", "%", "/min", "/uL", "10*6", "10*6/kg", "10*9/L", "Cel", "L/min", "U/L", "cm", "g/L", "g/dL", "h", "kg",
    "mg/(24.h)", "mg/dL", "mg/L", "mg/L{FEU}", "mm", "mm[Hg]", "mmol/L", "ng/L", "s", "ug/L", "umol/L", "{cells}", "{copies}",
    "{dose}", "{lines}", "{points}",
    "mg/m2", "{copies}/{cell}",
}  # fmt: skip
RESERVED = {
    "subject",
    "site",
    "visit",
    "occurrence",
    "status",
    "missing",
    "version",
    "history",
    "form",
    "row",
    "day",
    "submitted",
}


@register()
def proof_read(**_: Any) -> list[CheckMessage]:
    """Runs every check on every form."""
    forms = casebook()
    problems = [problem for form in forms for problem in _form(form)]
    counted = Counter(check for form in forms for check in form.declared.checks)
    problems += [Error(f"Check {check} is declared twice.", id="crf.E006") for check, n in counted.items() if n > 1]
    return problems


def _form(form: FormClass) -> list[CheckMessage]:
    declared = form.declared
    found: list[CheckMessage] = []

    def wrong(number: int, text: str) -> None:
        found.append(Error(f"{declared.name}: {text}", obj=form, id=f"crf.E{number:03d}"))

    scheduled = declared.name in (schedule.LOGS if issubclass(form, Log) else schedule.ACTIVITIES)
    if issubclass(form, (Crf, Log)) and not scheduled:
        wrong(8, "the form is absent from the schedule of activities (trial/schedule.py).")
    for name, item in _all_items(form):
        _item(name, item, wrong)
        if not str(item.about.help).strip():
            found.append(Warning(f"{declared.name}: {name} has no help.", obj=form, id="crf.W001"))
    if declared.chapter not in protocol.CHAPTERS:
        text = f"{declared.name}: the form names no chapter of the protocol (trial.protocol.CHAPTERS)."
        found.append(Warning(text, obj=form, id="crf.W002"))
    names = {**declared.items, **declared.rows}
    for name, item in names.items():
        if item.about.shown_if and item.about.shown_if.item not in names:
            wrong(4, f"{name} is shown if {item.about.shown_if.item}, which is no item.")
        if name in RESERVED:
            wrong(9, f"{name} is a name every form already has.")
        when = names.get(item.about.shown_if.item) if item.about.shown_if else None
        if when and any(v in _versions(item.about) and v not in _versions(when.about) for v in _codes()):
            wrong(
                11,
                f"{name} is shown if {when.name}, which some version does not ask. Please give both the same versions.",
            )
    for grid in declared.rows.values():
        for inner, of in grid.row.declared.items.items():
            if of.about.until is not None:
                # A line keeps its number, not its identity: a value left behind could end up beside another line's.
                wrong(
                    12, f"{grid.name}.{inner} has `until`. Please retire the whole grid, or leave the column optional."
                )
    for derived in declared.derived.values():
        for need in derived.needs():
            if need not in names:
                wrong(5, f"{derived.name}: the rule asks for {need}, which is no item.")
    for check in declared.checks.values():
        _known_versions(check.id, check, wrong)
        if check.replaces and check.replaces not in declared.checks:
            wrong(7, f"{check.id} replaces {check.replaces}, which is no check of the form.")
        for read in check.reads:
            other, _dot, item = read.partition(".")
            if item not in {f.declared.name: {**f.declared.items, **f.declared.rows} for f in casebook()}.get(
                other, {}
            ):
                wrong(7, f"{check.id} reads {read}, which is no item of the casebook.")
        for name in (check.item, *check.sees):
            if name and name not in names and name not in declared.derived:
                wrong(7, f"{check.id} speaks of {name}, which is no item.")
    return found


def _all_items(form: FormClass) -> list[tuple[str, Any]]:
    inner = [
        (f"{grid.name}.{name}", item)
        for grid in form.declared.rows.values()
        for name, item in grid.row.declared.items.items()
    ]
    return [*form.declared.items.items(), *inner]


def _item(name: str, item: Any, wrong: Any) -> None:
    about = item.about
    if not str(about.label).strip():
        wrong(1, f"{name} has no label.")
    if not about.cdash:
        wrong(1, f"{name} has no CDASH name.")
    if about.unit not in UNITS:
        wrong(2, f"{name} is in {about.unit!r}, which is no unit of crf.declare.checks.UNITS.")
    for unit in getattr(item, "also", ()):
        if unit not in UNITS or unit == about.unit:
            wrong(2, f"{name} may be typed in {unit!r}, which is no other unit of crf.declare.checks.UNITS.")
    if about.hard and about.soft:
        for hard, soft, outside in zip(about.hard, about.soft, (lambda s, h: s < h, lambda s, h: s > h), strict=True):
            if hard is not None and soft is not None and outside(soft, hard):
                wrong(3, f"{name}: the soft range reaches outside the hard one.")
    _known_versions(name, about, wrong)


def _codes() -> list[str]:
    return [version.code for version in protocol.VERSIONS]


def _versions(about: Any) -> set[str]:
    """The versions in which something is in force; all of them where it names one that does not exist."""
    if not {about.since, about.until} - {None} <= set(_codes()):
        return set(_codes())
    return {code for code in _codes() if protocol.in_force(code, since=about.since, until=about.until)}


def _known_versions(name: str, about: Any, wrong: Any) -> None:
    for version in (about.since, about.until):
        if version is not None and version not in _codes():
            wrong(10, f"{name} names protocol version {version!r}, which does not exist.")
    if not _versions(about):
        wrong(10, f"{name} begins after it ends.")
