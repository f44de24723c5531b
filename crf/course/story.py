"""The whole course of a subject: its axis of time, and the lanes from top to bottom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from crf.course import blood, life, response, toxicity
from crf.course.axis import Axis
from crf.course.forms import Forms
from crf.course.marks import Lane
from crf.myeloma import MYELOMA
from trial.models import Subject


@dataclass(frozen=True, slots=True)
class Story:
    """What the page draws; `infused_on` None = the axis is the calendar."""

    infused_on: date | None
    axis: Axis
    lanes: Sequence[Lane]


def story(subject: Subject, *, today: date) -> Story:
    """Derived at this moment from the subject's forms, in a few statements. The subject must carry its site."""
    forms = Forms(subject)
    axis = Axis(forms.infused_on, _days(forms, today))
    followed = forms.book.made(MYELOMA)
    lanes = chain(
        [life.lane(forms, axis, followed, today=today)],
        response.lanes(forms, axis, followed),
        blood.proteins(forms, axis, followed),
        blood.cells(forms, axis),
        toxicity.lanes(forms, axis),
        blood.markers(forms, axis),
        blood.counts(forms, axis),
        toxicity.growth_factor(forms, axis),
    )
    return Story(forms.infused_on, axis, list(lanes))


def _days(forms: Forms, today: date) -> list[date]:
    """Everything that must have a place: the days of the forms, and today while data still arrive."""
    still = [today] if life.still_followed(forms) else []
    return [*forms.days(), forms.subject.screened_on, *still]
