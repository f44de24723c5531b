"""The lanes of blood: M-protein and light chains, CAR-T cells, markers of inflammation, and the counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crf.course.axis import Axis
from crf.course.curve import Limit, Reading, bare, curve
from crf.course.forms import Forms
from crf.course.marks import Lane
from crf.course.times import day_in_words
from crf.haematotoxicity import HAEMATOTOXICITY
from crf.kinetics import KINETICS
from crf.placeholders import UNITS
from crf.response_cells import nadirs, written
from trial.rules import icaht, kinetics_points, t_icaht
from trial.rules import imwg_values as values
from trial.rules.imwg_lines import progression_from
from trial.rules.imwg_measurable import involved_chain
from trial.rules.imwg_options import RECOMMENDED
from trial.rules.imwg_timeline import Laboratory, laboratories
from trial.rules.myeloma import Followed

TALL, MIDDLE = 64, 50  # px of a lane
# Components of the myeloma protein: name, unit, and the whole name where the lane is named by an abbreviation.
PROTEINS: Mapping[str, tuple[Any, str, Any]] = {
    "SERUM": (gettext_lazy("Serum M-protein"), "g/dL", ""),
    "URINE": (gettext_lazy("Urine M-protein"), "mg/24 h", ""),
    "FLC": ("dFLC", "mg/L", gettext_lazy("Difference of free light chains")),
}
PLACES = {"SERUM": 2, "URINE": 0, "FLC": 1}  # decimals of a threshold
MARKERS: Mapping[str, tuple[Any, Any]] = {
    "crp": ("CRP", gettext_lazy("C-reactive protein")),
    "ferritin": (gettext_lazy("Ferritin"), ""),
    "il6": ("IL-6", gettext_lazy("Interleukin-6")),
}


def proteins(forms: Forms, axis: Axis, followed: Followed | None) -> Iterator[Lane]:
    """Serum M-protein and light chains; urine where the response follows it, or where nothing else was measured."""
    labs = [(row, laboratories([row])[0]) for row in forms.rows("myeloma_laboratory")]
    chain = followed.response.baseline.chain if followed else _chain(forms, [lab for _row, lab in labs])
    lowest = nadirs(followed) if followed else {}
    found = {name: list(_readings(forms, labs, name, chain, lowest.get(name))) for name in PROTEINS}
    follows_urine = followed is not None and followed.response.baseline.follows("URINE")
    for name, readings in found.items():
        if name == "URINE" and not (follows_urine or (readings and not found["SERUM"])):
            continue
        shown, unit, full = PROTEINS[name]
        yield curve(
            axis, readings, key=name.lower(), name=str(shown), full=str(full), unit=unit, height=TALL,
            limits=_thresholds(name, readings, lowest.get(name)), note=_amounts(readings),
        )  # fmt: skip


def _chain(forms: Forms, labs: list[Laboratory]) -> str | None:
    """The involved light chain before the infusion, by the history or by the ratio."""
    history = forms.rows("myeloma_history")
    return involved_chain(labs, history[-1].light_chain if history else None, RECOMMENDED)


def _readings(
    forms: Forms, labs: list[tuple[Any, Laboratory]], name: str, chain: str | None, nadir: date | None
) -> Iterator[Reading]:
    for row, lab in labs:
        counted, unit = _value(name, lab, chain), PROTEINS[name][1]
        recorded = lab.serum if name == "SERUM" else lab.urine if name == "URINE" else None
        behind = forms.behind("myeloma_laboratory", row)
        if counted is not None:
            ring = lab.day == nadir
            note = _("Nadir") if ring else ""
            yield Reading(lab.day, counted, f"{written(counted)} {unit}", behind, "ring" if ring else "dot", note)
        elif recorded is not None:
            yield Reading(lab.day, recorded, f"{written(recorded)} {unit}", behind, "doubted", _("doubted"))


def _value(name: str, lab: Laboratory, chain: str | None) -> Decimal | None:
    """What the criteria read of a laboratory; None = missing, or the laboratory doubts it."""
    if name == "FLC":
        chains = values.light_chains(lab, chain, RECOMMENDED)
        return chains.difference if chains else None
    amount = (values.serum if name == "SERUM" else values.urine)(lab, RECOMMENDED)
    return amount.value if amount else None


def _thresholds(name: str, readings: list[Reading], nadir: date | None) -> Iterator[Limit]:
    """The nadir, and the value from which the component would be progression after it."""
    lowest = next((one for one in readings if one.on == nadir and one.shape == "ring"), None)
    if lowest is not None:
        progressed = progression_from(name, lowest.value)
        # Rounded so that the figure beside it is right for values as they are recorded.
        sign, rounding = (">", ROUND_FLOOR) if name == "FLC" else ("≥", ROUND_CEILING)
        shown = bare(progressed.quantize(Decimal(1).scaleb(-PLACES[name]), rounding))
        yield Limit(lowest.value, "", "nadir", lowest.on)
        yield Limit(progressed, f"PD {sign} {shown}", "threshold", lowest.on)


def _amounts(readings: list[Reading]) -> str | None:
    """The first value, the nadir and the last one."""
    if not readings:
        return None
    ordered = sorted(readings, key=lambda one: one.on)
    ring = next((one for one in ordered if one.shape == "ring"), None)
    if ring in (None, ordered[0], ordered[-1]):
        return " → ".join(bare(one.value) for one in dict.fromkeys((ordered[0], ordered[-1])))
    shown = {"first": bare(ordered[0].value), "nadir": bare(ring.value), "last": bare(ordered[-1].value)}
    return _("%(first)s, nadir %(nadir)s, last %(last)s") % shown


def cells(forms: Forms, axis: Axis) -> Iterator[Lane]:
    """CAR-T cells, one lane for each method and unit, as the curve of the form takes them apart."""
    samples = forms.rows("cart_persistence")
    kinds = dict.fromkeys((row.method, row.unit) for row in samples if row.method and row.unit)
    named: dict[str, Any] = {"name": _("CAR-T cells"), "height": TALL, "log": True}
    for at, (method, unit) in enumerate(kinds):
        mine = [row for row in samples if (row.method, row.unit) == (method, unit)]
        by = forms.words("cart_persistence", "method", method)
        yield curve(
            axis, [one for row in mine for one in _sample(forms, row)], key=f"cells-{at}", **named,
            unit=str(UNITS.get(unit, unit)), note=_peak(forms, axis, method, unit) or None,
            full=_("CAR-T cells by %(method)s") % {"method": by},
        )  # fmt: skip
    if not kinds:
        yield curve(axis, [], key="cells", unit="", **named)


def _sample(forms: Forms, row: Any) -> Iterator[Reading]:
    """A count; one below a limit stands hollow at that limit."""
    behind, unit = forms.behind("cart_persistence", row), UNITS.get(row.unit, row.unit)
    if row.below is not None:
        said_so = forms.words("cart_persistence", "below", row.below)
        limit = Decimal(0) if row.limit is None else row.limit
        shown = f"< {bare(limit)} {unit}" if row.limit is not None else said_so
        yield Reading(row.sampled_on, limit, shown, behind, "hollow", said_so)
    elif row.value is not None:
        yield Reading(row.sampled_on, row.value, f"{bare(row.value)} {unit}", behind)


def _peak(forms: Forms, axis: Axis, method: str, unit: str) -> str:
    """The highest count with its day, as the form derives them."""
    curves = forms.book.made(KINETICS)
    if curves is None:
        return ""
    found = curves.of(method, unit)
    peak = max((one for one in found.points if one.value is not None), key=_cells, default=None)
    if found.cmax.value is None or peak is None:
        return ""
    return _("Cmax %(value)s, %(day)s") % {"value": bare(found.cmax.value), "day": day_in_words(axis, peak.on)}


def _cells(point: kinetics_points.Point) -> Decimal:
    return point.value or Decimal(0)


def markers(forms: Forms, axis: Axis) -> Iterator[Lane]:
    """CRP, ferritin and IL-6, each on its own logarithmic scale with its upper limit of normal."""
    for item, (name, full) in MARKERS.items():
        high = forms.upper_limit(item)
        yield _analyte(
            forms, axis, "inflammation", item, name=str(name), full=str(full),
            limits=[Limit(high, _("ULN %(value)s") % {"value": bare(high)})] if high else [],
        )  # fmt: skip


def counts(forms: Forms, axis: Axis) -> Iterator[Lane]:
    """Neutrophils and platelets with the limits that ICAHT and T-ICAHT count days below, and the grades of the subject."""
    followed = forms.book.made(HAEMATOTOXICITY)
    for item, name, severe, early, late in (
        ("neutrophils", _("Neutrophils"), icaht.SEVERE, "early", "late"),
        ("platelets", _("Platelets"), t_icaht.LOW, "platelets_early", "platelets_late"),
    ):
        limit = Decimal(severe.numerator) / severe.denominator
        yield _analyte(
            forms, axis, "haematology", item, name=name, limits=[Limit(limit, bare(limit))],
            note=_grades(followed, early, late) if followed else None,
        )  # fmt: skip


def _grades(followed: Any, early: str, late: str) -> str | None:
    """ "ICAHT early 3, late 0"; None where nothing can be graded."""
    grades = {when: getattr(followed, field).value for when, field in ((_("early"), early), (_("late"), late))}
    known = [f"{when} {grade}" for when, grade in grades.items() if grade is not None]
    title = "T-ICAHT" if early.startswith("platelets") else "ICAHT"
    return f"{title} {', '.join(known)}" if known else None


def _analyte(forms: Forms, axis: Axis, form: str, item: str, **more: Any) -> Lane:
    readings = [
        Reading(row.sampled_at, Decimal(value), forms.words(form, item, value), forms.behind(form, row))
        for row in forms.rows(form)
        if (value := getattr(row, item)) is not None
    ]
    unit = forms.unit(form, item)
    return curve(axis, readings, key=item, unit=unit, height=MIDDLE, log=True, **more)
