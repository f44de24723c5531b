"""The curve of CAR-T cells on the persistence form: all samples of the subject by the same method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crf.declare.form import Whole
from crf.declare.items import Words
from crf.declare.parts import Derived
from trial import subjects
from trial.models import Subject
from trial.rules import kinetics_on

FORM = "cart_persistence"


def follow(forms: Mapping[str, Sequence[Any]], subject: Subject) -> kinetics_on.Curves | None:
    """A subject's samples; None before the infusion."""
    infused_on = subjects.infused_on(subject)
    return None if infused_on is None else kinetics_on.follow(forms[FORM], infused_on=infused_on)


KINETICS = Whole((FORM,), follow)


def of_curve(label: Words, name: str) -> Derived:
    """One result of the curve, by its name in the rule."""
    return Derived(label, kinetics_on.result(name), whole=KINETICS)
