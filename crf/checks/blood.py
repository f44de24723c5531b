"""Blood counts and CAR-T cells: numbers that contradict one another or stand in another unit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

# Leukocytes are rounded, and the parts of the differential as well; 10^9/L.
ROUNDING = Decimal("0.1")
# A haemoglobin below this, g/L, is not lived with; as g/dL or mmol/L it is a usual one.
HAEMOGLOBIN_LOWEST = 30
# Platelets in ten thousands per microlitre differ by ten from 10^9/L; within so many days they do not of themselves.
UNIT_FACTOR, NEIGHBOUR_DAYS = 8, 14
UNITS = {"QPCR": "copies/ug", "DDPCR": "copies/ug", "FLOW": "cells/uL"}


def parts_fit(form: Any) -> bool | None:
    """Neutrophils and lymphocytes together are not more than all leukocytes."""
    if None in (form.leukocytes, form.neutrophils, form.lymphocytes):
        return None
    return bool(form.neutrophils + form.lymphocytes <= form.leukocytes + ROUNDING)


def haemoglobin_unit(form: Any) -> bool | None:
    """The haemoglobin is one of a living person, in g/L."""
    return None if form.haemoglobin is None else bool(form.haemoglobin >= HAEMOGLOBIN_LOWEST)


def platelets_among_neighbours(form: Any) -> bool | None:
    """Platelets are not far above, or far below, both the count before and the count after."""
    if not form.platelets or form.sampled_at is None:
        return None
    others = [one for one in form.others("haematology") if one.platelets]
    near = [one for one in others if abs((one.sampled_at - form.sampled_at).days) <= NEIGHBOUR_DAYS]
    before = [one.platelets for one in near if one.sampled_at < form.sampled_at]
    after = [one.platelets for one in near if one.sampled_at > form.sampled_at]
    if not before or not after:
        return None
    neighbours = (before[-1], after[0])
    too_high = form.platelets >= UNIT_FACTOR * max(neighbours)
    too_low = form.platelets * UNIT_FACTOR <= min(neighbours)
    return not (too_high or too_low)


def unit_of_the_method(form: Any) -> bool | None:
    """PCR counts copies, flow cytometry counts cells."""
    return None if None in (form.method, form.unit) else bool(UNITS.get(form.method) == form.unit)


def value_or_limit(form: Any) -> bool:
    """Either the cells were counted, or they were below a limit."""
    return (form.value is None) == (form.below is not None)


def zero_is_below(form: Any) -> bool | None:
    """No assay counts zero cells: they are below its limit."""
    return None if form.value is None or form.below is not None else bool(form.value != 0)


def month_of_the_visit(form: Any) -> bool | None:
    """A sample of a monthly visit stands for its month."""
    code = form.visit.code if form.visit is not None else ""
    if not code.startswith("m") or not code[1:].isdigit():
        return None
    return form.nominal_month is not None and int(form.nominal_month) == int(code[1:])


def same_method(form: Any) -> bool | None:
    """The method of the subject's other samples."""
    methods = {one.method for one in form.others("cart_persistence")} - {None}
    return None if form.method is None or not methods else methods == {form.method}
