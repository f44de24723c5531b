"""The uppermost lane: collection of cells, bridging, lymphodepletion, infusion, follow-up, progression, later therapy, end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from crf.checks.timing import earliest
from crf.course.axis import LEFT, WIDTH, Axis
from crf.course.forms import Forms
from crf.course.marks import Lane, Line, Mark, Text, px, wide
from crf.course.times import day_in_words, when
from crf.placeholders import REASONS
from trial import protocol
from trial.models import Subject
from trial.rules.myeloma import ANTI_MYELOMA, Followed

ROWS = (37, 24, 11)  # base lines of the words above the bar, the nearest first
BAR, HEIGHT = 48, 62
THICK = 8  # of a span of treatment
APART = 8  # px between two words
# What a progression was seen by, and the forms that show it.
SEEN_BY = {"IMAGING": "extramedullary_lesions", "BM": "bone_marrow", "BIOCHEM": "myeloma_laboratory"}


def lane(forms: Forms, axis: Axis, followed: Followed | None, *, today: date) -> Lane:
    """The whole time in the study as a bar with its events; an arrow where data still arrive."""
    marks = sorted(_marks(forms, axis, followed), key=lambda mark: float(mark.x))
    seen = sorted([*forms.days(), forms.subject.screened_on])
    first, last = axis.at(seen[0]), axis.at(min(seen[-1], today) if seen[0] <= today else seen[-1])
    followed_until = Line(px(first), px(last), px(BAR), "span")
    more = [Line(px(last), px(axis.at(max(today, seen[-1]))), px(BAR), "arriving")] if still_followed(forms) else []
    return Lane(
        key="life",
        name=_("In the study"),
        full_height=HEIGHT,
        note=_note(forms, axis, today),
        marks=marks,
        lines=[followed_until, *more],
        texts=list(_words(marks)),
    )


def still_followed(forms: Forms) -> bool:
    """Whether data of the subject still arrive: not dead, not at the end of the study, not withdrawn."""
    status = forms.subject.status
    ended = status in (Subject.Status.WITHDRAWN, Subject.Status.COMPLETED, Subject.Status.SCREEN_FAILED)
    return not ended and not forms.rows("death") and not forms.rows("end_of_study")


def _note(forms: Forms, axis: Axis, today: date) -> str:
    """Where the subject stands."""
    if still_followed(forms):
        day = axis.study_day(today)
        return _("data still arriving") if day is None else _("day %(n)d, data still arriving") % {"n": day}
    if forms.rows("death"):
        return _("died on %(day)s") % {"day": day_in_words(axis, forms.rows("death")[0].died_on)}
    return _("study ended") if forms.rows("end_of_study") else str(forms.subject.get_status_display())


def _marks(forms: Forms, axis: Axis, followed: Followed | None) -> Iterator[Mark]:
    for row in forms.rows("leukapheresis"):
        yield _sign(forms, axis, "leukapheresis", row, "apheresis", _("Leukapheresis"))
    for row in forms.rows("bridging_therapy"):
        yield _span(forms, axis, "bridging_therapy", row, _("Bridging"), row.drug, row.started_on, _end(row, forms))
    for row in forms.rows("lymphodepletion"):
        days = [dose.given_on for dose in row.doses if dose.given_on] or [row.started_on]
        drugs = dict.fromkeys(forms.line_words("lymphodepletion", "doses", dose, "drug") for dose in row.doses)
        yield _span(forms, axis, "lymphodepletion", row, _("Lymphodepletion"), ", ".join(drugs), min(days), max(days))
    for row in forms.rows("car_t_infusion"):
        yield _infusion(forms, axis, row)
    for row in forms.rows("survival_status"):
        alive = _("alive: %(answer)s") % {"answer": forms.words("survival_status", "alive", row.alive)}
        yield _sign(forms, axis, "survival_status", row, "contact", _("Contact"), alive)
    if followed is not None and followed.response.progression_on is not None:
        yield from _progression(forms, axis, followed)
    for row in forms.rows("subsequent_therapy"):
        yield _therapy(forms, axis, row)
    for row in forms.rows("end_of_study"):
        yield _sign(
            forms,
            axis,
            "end_of_study",
            row,
            "end",
            _("End of study"),
            forms.words("end_of_study", "reason", row.reason),
        )
    for row in forms.rows("death"):
        yield _sign(forms, axis, "death", row, "death", _("Death"), forms.words("death", "cause", row.cause))


def _end(row: Any, forms: Forms) -> date:
    """The last day of a therapy; one that goes on is drawn to the last day that is known of the subject."""
    ended = earliest(row.ended_on)
    return ended or max([row.started_on, *forms.days()])


def _infusion(forms: Forms, axis: Axis, row: Any) -> Mark:
    level = protocol.dose_level(row.dose_level)
    given = forms.words("car_t_infusion", "cells_per_kg", row.cells_per_kg)
    note = _("planned %(level)s") % {"level": level.label} if level else ""
    return _sign(forms, axis, "car_t_infusion", row, "infusion", _("Infusion"), given, note)


def _therapy(forms: Forms, axis: Axis, row: Any) -> Mark:
    """What was given after the infusion; only a therapy against the myeloma is a next line, as the criteria read it."""
    against = row.intent == ANTI_MYELOMA
    title = _("Next therapy") if against else _("Supportive care")
    mark = _span(forms, axis, "subsequent_therapy", row, title, row.drug, row.started_on, _end(row, forms))
    return mark if against else replace(mark, tone="supportive")


def _progression(forms: Forms, axis: Axis, followed: Followed) -> Iterator[Mark]:
    """On its first evidence, which opens the form that shows it; nothing where that form is not found."""
    on, reason = followed.response.progression_on, followed.response.progression_reason or ""
    assert on is not None
    names = (SEEN_BY.get(reason, ""), *SEEN_BY.values(), "response_assessment")
    for name in dict.fromkeys(filter(None, names)):
        row = next((row for row in forms.rows(name) if forms.about(name, row) == on), None)
        if row is not None:
            by = _("by %(reason)s") % {"reason": REASONS[reason]} if reason in REASONS else ""
            yield _sign(forms, axis, name, row, "progression", _("Progression"), by)
            return


def _sign(
    forms: Forms, axis: Axis, name: str, row: Any, shape: str, title: str, more: str = "", note: str = ""
) -> Mark:
    at = forms.about(name, row)
    on = at.date() if isinstance(at, datetime) else at
    return Mark(
        on=on, when=when(axis, on), what=f"{title}, {more}" if more else title, behind=forms.behind(name, row),
        shape=shape, x=px(axis.at(at)), y=px(BAR), word="" if shape == "contact" else title, note=note,
    )  # fmt: skip


def _span(forms: Forms, axis: Axis, name: str, row: Any, title: str, more: str, first: date, last: date) -> Mark:
    left, right = axis.of(axis.day(first) - 0.5), axis.of(axis.day(max(first, last)) + 0.5)
    return Mark(
        on=first, when=when(axis, first), what=f"{title}, {more}" if more else title, behind=forms.behind(name, row),
        shape="bar", x=px(left), y=px(BAR - THICK / 2), width=px(max(right - left, 4)), height=px(THICK), tone=name,
        word=title,
        note=_("to %(day)s") % {"day": day_in_words(axis, last)} if last > first else "",
    )  # fmt: skip


def _words(marks: Sequence[Mark]) -> Iterator[Text]:
    """A word over each mark, in the nearest row that has room; the same word not twice side by side."""
    taken: list[list[tuple[float, float]]] = [[] for _row in ROWS]
    before = ""
    for mark in marks:
        if not mark.word or mark.word == before:
            continue
        before, half = mark.word, wide(mark.word) / 2
        middle = min(max(float(mark.middle), LEFT + half - 8), WIDTH - half - 2)
        for row, others in enumerate(taken):
            if all(middle + half + APART <= left or middle - half - APART >= right for left, right in others):
                others.append((middle - half, middle + half))
                yield Text(px(middle), px(ROWS[row]), mark.word, kind=mark.shape)
                break
