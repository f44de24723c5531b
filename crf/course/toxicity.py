"""The lanes of CRS and ICANS: the worst grade of each day, the episodes, and what was given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from crf.checks.timing import earliest, latest
from crf.course.axis import Axis
from crf.course.curve import bare
from crf.course.forms import Forms
from crf.course.marks import Lane, Line, Mark, px
from crf.course.times import when
from crf.episodes import EPISODES, GIVEN, Followed
from crf.verdicts import said
from trial.rules.crs_episodes import day_of
from trial.rules.verdict import Verdict

HEIGHT, TOP, THICK = 32, 5, 18
UNDER = 27  # of the line of an episode
SMALL = 20  # height of a lane of one drug
LEAST = 7  # px that a day has at least
THIN = 12  # px of the time that a log entry says
# Marks of the log of medication, by the drug of an assessment that they stand for.
MARKED = {"tocilizumab": ("TOCILIZUMAB",), "anticytokine": ("ANAKINRA",), "steroid": ("STEROID",)}


def lanes(forms: Forms, axis: Axis) -> Iterator[Lane]:
    """CRS, ICANS, then every drug that was given for one of them."""
    for code, whole in EPISODES.items():
        yield _grades(forms, axis, code, forms.book.made(whole))
    yield from _treatments(forms, axis, forms.book.made(EPISODES["CRS"]))


def growth_factor(forms: Forms, axis: Axis) -> Iterator[Lane]:
    """G-CSF by the log of medication, to be read under the neutrophils; nothing where none was given."""
    marks = [_logged(forms, axis, row) for row in _entries(forms, ("G_CSF",))]
    if marks:
        yield Lane("gcsf", str(_("G-CSF")), SMALL, marks=marks, inner=True)


def _grades(forms: Forms, axis: Axis, code: str, followed: Followed) -> Lane:
    marks = list(_days(forms, axis, code, followed))
    episodes = len(followed.episodes)
    number = _("1 episode") if episodes == 1 else _("%(n)d episodes") % {"n": episodes}
    worst = _("highest grade %(grade)s") % {"grade": followed.maximum} if followed.maximum is not None else ""
    return Lane(
        key=code.lower(),
        name=code,
        full={"CRS": _("Cytokine release syndrome"), "ICANS": _("Neurotoxicity")}[code],
        unit="ASTCT 2019",
        full_height=HEIGHT,
        note=f"{worst}, {number}" if worst and episodes else worst,
        marks=marks,
        lines=[line for one in followed.episodes if (line := _episode(axis, one.episode)) is not None],
        empty="" if marks else _("no assessment yet"),
    )


def _days(forms: Forms, axis: Axis, code: str, followed: Followed) -> Iterator[Mark]:
    """A cell for each day with an assessment: its worst grade, which opens the assessment that had it first."""
    form = f"{code.lower()}_assessment"
    days: dict[date, list[tuple[Any, Verdict]]] = {}
    for one, verdict in zip(followed.assessments, followed.verdicts, strict=True):
        if (on := day_of(one.assessed_at)) is not None:
            days.setdefault(on, []).append((one, verdict))
    for on, several in days.items():
        graded = [pair for pair in several if isinstance(pair[1].value, int)]
        row, verdict = max(graded, key=lambda pair: int(pair[1].value or 0)) if graded else several[0]
        grade = str(verdict.value) if graded else "?"
        middle, wide = axis.at(on), axis.of(axis.day(on) + 0.5) - axis.of(axis.day(on) - 0.5)
        wide = max(wide, LEAST)
        what = _("%(kind)s grade %(grade)s") % {"kind": code, "grade": grade} if graded else (
            _("%(kind)s cannot be graded") % {"kind": code}
        )  # fmt: skip
        number = _("worst of %(n)d assessments that day") % {"n": len(several)} if len(several) > 1 else ""
        yield Mark(
            on=on, when=when(axis, on), what=what, behind=forms.behind(form, row), shape="cell",
            x=px(middle - wide / 2), y=px(TOP), width=px(wide - 1), height=px(THICK), word=grade,
            tone=f"grade-{grade}" if graded else "grade-none",
            note=" ".join(filter(None, (said(verdict).sentence, f"({number})" if number else ""))),
        )  # fmt: skip


def _episode(axis: Axis, episode: Any) -> Line | None:
    """From onset to end; an open one goes on to its last assessment, dashed."""
    first, last = day_of(episode.onset), day_of(episode.end)
    if first is None or last is None:
        return None
    left, right = axis.of(axis.day(first) - 0.5), axis.of(axis.day(last) + 0.5)
    return Line(px(left), px(max(right - 1, left + LEAST)), px(UNDER), "episode" if episode.resolved else "open")


def _treatments(forms: Forms, axis: Axis, crs: Followed) -> Iterator[Lane]:
    found = [
        *(_drug(forms, axis, crs, key, str(label), asked) for key, label, asked in GIVEN),
        _drug(forms, axis, crs, "vasopressor", _("Vasopressors"), lambda one: bool(one.vasopressors)),
    ]
    given = [lane for lane in found if lane.marks]
    yield from given
    if not given:
        yield Lane("drugs", _("Treatment"), SMALL, empty=_("none given"), inner=True)


def _drug(forms: Forms, axis: Axis, crs: Followed, key: str, label: str, asked: Callable[[Any], bool]) -> Lane:
    """What the log of medication says as a bar, what an assessment of CRS says as a dot on it."""
    logged = [_logged(forms, axis, row) for row in _entries(forms, MARKED.get(key, ()))]
    told = [_assessed(forms, axis, key, label, one) for one in crs.assessments if asked(one)]
    marks = sorted([*logged, *told], key=lambda mark: (float(mark.x), mark.shape))
    return Lane(key, label, SMALL, marks=marks, inner=True)


def _entries(forms: Forms, marked: Sequence[str]) -> list[Any]:
    """Entries of the log that began at the infusion or after it; what was given before is no treatment of its effects."""
    start = forms.infused_on
    found = [row for row in forms.rows("concomitant_medication") if row.marked in marked]
    return [row for row in found if (on := latest(row.started_on)) is not None and (start is None or on >= start)]


def _logged(forms: Forms, axis: Axis, row: Any) -> Mark:
    first, ended = earliest(row.started_on), latest(row.ended_on)
    assert first is not None
    last = ended or max([first, *forms.days()])
    left, right = axis.of(axis.day(first) - 0.5), axis.of(axis.day(max(last, first)) + 0.5)
    unit = forms.words("concomitant_medication", "dose_unit", row.dose_unit)
    dose = "" if row.dose is None else f"{bare(row.dose)} {unit}"
    cause = forms.words("concomitant_medication", "indication", row.indication)
    until = forms.words("concomitant_medication", "ended_on", row.ended_on) or _("still given")
    return Mark(
        on=first, when=when(axis, first), what=f"{row.drug} {dose}".strip(),
        behind=forms.behind("concomitant_medication", row), shape="bar", x=px(left), y=px((SMALL - THIN) / 2),
        width=px(max(right - left - 1, LEAST)), height=px(THIN), tone="logged",
        note=_("For %(cause)s, until %(end)s.") % {"cause": cause, "end": until},
    )  # fmt: skip


def _assessed(forms: Forms, axis: Axis, key: str, label: str, one: Any) -> Mark:
    on = one.assessed_at
    drug = {
        "steroid": [one.steroid_drug and forms.words("crs_assessment", "steroid_drug", one.steroid_drug)],
        "vasopressor": [
            forms.line_words("crs_assessment", "vasopressors", line, "drug", "dose", "dose_unit")
            for line in one.vasopressors
        ],
    }.get(key, [one.anticytokine_drug and forms.words("crs_assessment", "anticytokine_drug", one.anticytokine_drug)])
    return Mark(
        on=on.date(), when=when(axis, on), what=", ".join(filter(None, drug)) or label,
        behind=forms.behind("crs_assessment", one), shape="dot", x=px(axis.at(on)), y=px(SMALL / 2),
        note=_("Since the last assessment."),
    )  # fmt: skip
