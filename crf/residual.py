"""PET beside other forms: residual disease of a marrow with negative PET (IMWG 2016), and the metabolic response of imaging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from crf.declare.form import Whole
from trial import subjects
from trial.models import Subject
from trial.rules import metabolic, mrd, mrd_imaging
from trial.rules.verdict import Verdict

THRESHOLD = Decimal("1e-5")  # of IMWG 2016


@dataclass(frozen=True, slots=True)
class Seen:
    """The PETs of an infused subject."""

    infused_on: date
    pets: Sequence[mrd_imaging.Pet]


def follow(forms: Mapping[str, Sequence[Any]], subject: Subject) -> Seen | None:
    """A subject's PETs after the infusion, by the mediastinal blood pool; None before the infusion."""
    infused_on = subjects.infused_on(subject)
    if infused_on is None:
        return None
    return Seen(infused_on, mrd_imaging.pets(forms["extramedullary_lesions"], infused_on=infused_on))


PETS = Whole(("extramedullary_lesions",), follow)


def _images(forms: Mapping[str, Sequence[Any]], subject: Subject) -> metabolic.Seen | None:
    """A subject's imaging with the PET before the infusion; None before the infusion."""
    infused_on = subjects.infused_on(subject)
    return None if infused_on is None else metabolic.follow(forms["extramedullary_lesions"], infused_on=infused_on)


IMAGES = Whole(("extramedullary_lesions",), _images)


def residual_with_pet(
    whole: Seen | None, day: date | None, mrd_method: Any, mrd_sensitivity: Any, mrd_result: Any, mrd_level: Any
) -> Verdict:
    """The marrow of this form at 1e-5 and the PETs around its day; it does not apply before the infusion."""
    if whole is None or (day is not None and day <= whole.infused_on):
        return Verdict(None, mrd_imaging.BEFORE, mrd.IMWG, (), mrd_imaging.VERSION)
    marrow = SimpleNamespace(
        sampled_on=day,
        mrd_method=mrd_method,
        mrd_sensitivity=mrd_sensitivity,
        mrd_result=mrd_result,
        mrd_level=mrd_level,
    )
    followed = mrd.course([marrow], THRESHOLD, infused_on=whole.infused_on)
    return mrd_imaging.imaging_plus(followed, whole.pets)
