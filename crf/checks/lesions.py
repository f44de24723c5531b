"""Lesions outside the marrow, from imaging to imaging; a lesion keeps its number for the whole study."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from crf.checks.timing import after_infusion
from trial import subjects

FORM = "extramedullary_lesions"
READS = (f"{FORM}.imaged_on", f"{FORM}.lesions")


def numbers(lesions: Iterable[Any]) -> list[int]:
    """The numbers of lesions that have one."""
    return [int(line.lesion) for line in lesions if line.lesion is not None]


def at_entry(form: Any) -> Any:
    """The last imaging stored on or before the day of the infusion, or None; asked of a form of another kind."""
    infused_on = subjects.infused_on(form.subject)
    found = [image for image in form.others(FORM) if infused_on is None or image.imaged_on <= infused_on]
    return found[-1] if found else None


def earlier(form: Any) -> list[Any]:
    """The subject's imaging before the one that is asked, oldest first."""
    on: date | None = form.imaged_on
    return [] if on is None else [image for image in form.others(FORM) if image.imaged_on < on]


def each_once(form: Any) -> bool | None:
    """No number stands twice."""
    found = numbers(form.lesions)
    return len(found) == len(set(found)) if found else None


def all_again(form: Any) -> bool | None:
    """Every lesion of earlier imaging is here, but for one that had merged into another."""
    before = earlier(form)
    if not before:
        return None
    last = {int(line.lesion): line.state for image in before for line in image.lesions if line.lesion is not None}
    return {number for number, state in last.items() if state != "MERGED"} <= set(numbers(form.lesions))


def measured(form: Any) -> bool | None:
    """Both diameters of every lesion that was measured."""
    found = [line for line in form.lesions if line.state == "MEASURED"]
    return all(None not in (line.longest, line.perpendicular) for line in found) if found else None


def not_measured(form: Any) -> bool | None:
    """No diameter of a lesion that is gone."""
    found = [line for line in form.lesions if line.state == "GONE"]
    return all(not line.longest and not line.perpendicular for line in found) if found else None


def longest_is_longest(form: Any) -> bool | None:
    """The perpendicular diameter is not the longer one."""
    found = [line for line in form.lesions if None not in (line.longest, line.perpendicular)]
    return all(line.perpendicular <= line.longest for line in found) if found else None


def other_named(form: Any) -> bool | None:
    """A lesion that merged or split names another one of this imaging."""
    found, here = [line for line in form.lesions if line.state in ("MERGED", "SPLIT")], numbers(form.lesions)
    if not found:
        return None
    return all(line.into is not None and line.into != line.lesion and int(line.into) in here for line in found)


def none_new(form: Any) -> bool | None:
    """Nothing can be new before the infusion."""
    if form.day is None or after_infusion(form):
        return None
    return form.new_bone_lesion != "Y" and all(line.is_new != "Y" for line in form.lesions)


def marked_new(form: Any) -> bool | None:
    """After the infusion, a lesion that no earlier imaging lists is marked as new, unless it split from another."""
    before = earlier(form)
    if not before or not after_infusion(form):
        return None
    known = {number for image in before for number in numbers(image.lesions)}
    fresh = [line for line in form.lesions if line.lesion is not None and int(line.lesion) not in known]
    return all(line.is_new == "Y" or line.state == "SPLIT" for line in fresh)


def by_pet(form: Any) -> bool | None:
    """Uptake is read from a PET-CT only."""
    uptake = any(line.deauville is not None or line.suv_max is not None for line in form.lesions)
    return None if form.method is None or not uptake else bool(form.method == "PET_CT")


def same_method(form: Any) -> bool | None:
    """The method of the imaging before."""
    before = [image.method for image in earlier(form) if image.method is not None]
    return bool(form.method == before[-1]) if before and form.method is not None else None


def as_in_the_history(form: Any) -> bool | None:
    """The history does not deny a kind of lesion that is listed before the infusion."""
    said = {
        "EXTRAOSSEOUS": form.latest("myeloma_history", "emd_at_entry"),
        "PARASKELETAL": form.latest("myeloma_history", "paramedullary_at_entry"),
    }
    if not form.lesions or after_infusion(form) or set(said.values()) == {None}:
        return None
    return all(said.get(line.kind) != "N" for line in form.lesions)


def history_listed(form: Any) -> bool | None:
    """What the history says of disease outside the marrow is listed in the imaging before the infusion."""
    said = (form.emd_at_entry, form.paramedullary_at_entry)
    image = at_entry(form) if "Y" in said else None
    if image is None:
        return None
    kinds = {line.kind for line in image.lesions}
    return bool(kinds) and (form.paramedullary_at_entry != "Y" or "PARASKELETAL" in kinds)
