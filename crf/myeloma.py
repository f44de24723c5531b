"""The myeloma of a subject as its forms tell it: lesions, response, and what they mean for time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crf.declare.form import Derived, Whole
from crf.declare.items import Words
from trial import schedule, subjects
from trial.models import Subject
from trial.rules import myeloma, time_to_event_on
from trial.rules.time_to_event import Due


def due() -> tuple[Due, ...]:
    """Every scheduled assessment of response: days from the infusion, with its window."""
    planned = (schedule.BY_CODE[code] for code in schedule.ACTIVITIES["response_assessment"])
    return tuple(Due(visit.day, visit.before, visit.after) for visit in planned if visit.day is not None)


def follow(forms: Mapping[str, Sequence[Any]], subject: Subject) -> myeloma.Followed | None:
    """What the rules make of a subject's forms; None before the infusion."""
    infused_on = subjects.infused_on(subject)
    return None if infused_on is None else myeloma.follow(forms, infused_on=infused_on, schedule=due())


MYELOMA = Whole(myeloma.FORMS, follow)


def time_to(label: Words, name: str) -> Derived:
    """A time to an event (pfs, os, ttnt) beside the form that ends or moves it."""
    return Derived(label, time_to_event_on.result(name), whole=MYELOMA)
