"""Measurable disease on the myeloma history: the class that response will be followed by, from all forms of the screening."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crf.declare.parts import Whole
from trial import subjects
from trial.models import Subject
from trial.rules import measurable_on


def _follow(forms: Mapping[str, Sequence[Any]], subject: Subject) -> measurable_on.Known:
    return measurable_on.follow(forms, infused_on=subjects.infused_on(subject))


MEASURABLE = Whole(measurable_on.FORMS, _follow)
