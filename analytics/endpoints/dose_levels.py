"""Dose escalation: counts of every level, and the next step by 3+3 and by BOIN; and the evaluation of each subject."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics import escalation
from analytics.derive import records
from analytics.endpoints.adverse_events import LABELS
from analytics.escalation import DESIGNS, STEPS, LevelState, State
from analytics.layout import DASH, Body, Cell, Column, Row, Text, Words, count, count_percent, say
from analytics.registry import endpoint
from trial import protocol

STANDING: dict[str | None, Words] = {
    "EVALUABLE": Words(_("evaluable")),
    "NOT_EVALUABLE": Words(_("not evaluable")),
    "PENDING": Words(_("pending")),
}
YES_NO: dict[str | None, Words] = {"Y": Words(_("Yes")), "N": Words(_("No"))}
COUNTS: tuple[tuple[str, Words], ...] = (
    ("treated", Words(_("Treated"))),
    ("pending", Words(_("Pending"))),
    ("not_evaluable", Words(_("Not evaluable"))),
    ("evaluable", Words(_("Evaluable"))),
    ("dlt", Words(_("Dose-limiting toxicity"))),
)
DETAILS = {
    "dose_level": _("Dose level"),
    "infused_on": _("Infused"),
    "closes_on": _("Window closes"),
    "evaluable": _("Evaluable"),
    "reason": _("Reason"),
    "dlt": _("Dose-limiting toxicity"),
    "event_verbatim": _("Adverse event"),
    "event_grade": _("Grade"),
}
ADVICE = Words(_("The designs advise; the safety committee decides."))
COUNTED = Words(
    _(
        "Evaluable: a dose-limiting toxicity came, or the evaluation found none once the window was over. Who is not "
        "evaluable is replaced and not counted; who is not evaluated yet is pending. Percentages are of the evaluable."
    )
)
ASSIGNED = Words(
    _("Level: as planned on the form of the infusion, else as assigned at enrolment. First infusions only.")
)
PARTIAL = Words(_("These are not all subjects of the study: no step is given, for it would be another one."))
WINDOW = _(
    "Window: {days} days after the infusion (day 0), the last day included. Staggering: {stagger} days (assumed)."
)
IN_FORCE = _("Design in force: {design}; the other one is shown for comparison.")
STEP = _("{dose} × 10⁶/kg, {design}: {sentence}")
RATES = _("BOIN, target rate {target}: escalate at an observed rate of {low} or less, go down at {high} or more.")
LINE = _(
    "BOIN, {evaluable} evaluable: escalate at {escalate} or fewer toxicities, go down from {down}, eliminate from {out}."
)
LOST = _("Without a planned dose level, in no line: {subjects}.")


@endpoint(
    title=_("Dose escalation by level"),
    definition=_(
        "Subjects of each dose level: treated, pending, not evaluable, evaluable, and with a dose-limiting toxicity; and the "
        "next step by 3+3 and by BOIN, each with its clause in the footnotes."
    ),
    details="addlt",
    detail_columns=DETAILS,
)
def dose_levels(addlt: pd.DataFrame, whole_study: bool) -> Body:  # noqa: FBT001
    """All levels of the protocol, lowest first; a step where somebody was treated, by all subjects of the study."""
    found = escalation.state(addlt)
    rows = [_line("all", Words(_("All levels")), list(found.levels), whole=False)]
    rows += [
        _line(level.dose, say(_("{dose} × 10⁶/kg"), dose=level.dose), [level], whole=whole_study)
        for level in found.levels
    ]
    return Body(
        columns=(
            *(Column(key, label) for key, label in COUNTS),
            *(Column(key, label) for key, label in DESIGNS.items()),
        ),
        rows=tuple(rows),
        footnotes=(*_window_notes(), *_notes(found, whole=whole_study)),
        population=Words(_("All treated")),
        stub=Words(_("Dose level")),
    )


def _line(key: str, label: Text, levels: list[LevelState], *, whole: bool) -> Row:
    def having(value: str) -> list[str]:
        return [code for level in levels for code in level.having(value)]

    evaluable = having("EVALUABLE")
    cells = (
        count(one.subject for level in levels for one in level.subjects),
        count(having("PENDING")),
        count(having("NOT_EVALUABLE")),
        count(evaluable),
        count_percent([code for level in levels for code in level.toxic], len(evaluable)),
        *(_step(levels[0], design) if whole else Cell(DASH) for design in DESIGNS),
    )
    return Row(label, cells, indent=0 if key == "all" else 1, key=key)


def _step(level: LevelState, design: str) -> Cell:
    if level.steps is None:
        return Cell(Words(_("not opened")), {"step": None})
    value = level.steps[design].value
    return Cell(STEPS[None if value is None else str(value)], {"step": value})


def _window_notes() -> Iterator[Words]:
    yield COUNTED
    yield ASSIGNED
    yield say(WINDOW, days=protocol.DLT_WINDOW_DAYS, stagger=protocol.STAGGER_DAYS)


def _notes(found: State, *, whole: bool) -> Iterator[Words]:
    if found.without_level:
        yield say(LOST, subjects=", ".join(found.without_level))
    if not whole:
        yield PARTIAL
        return
    yield say(IN_FORCE, design=DESIGNS[protocol.ESCALATION_DESIGN])
    for level in found.levels:
        for design, verdict in (level.steps or {}).items():
            sentence = say(verdict.clause, **dict(verdict.shown))
            yield say(STEP, dose=level.dose, design=DESIGNS[design], sentence=sentence)
    low, high = escalation.limits()
    yield say(RATES, target=f"{protocol.BOIN_TARGET:.2f}", low=low, high=high)
    for line in escalation.boundaries():
        out = DASH if line.eliminate is None else line.eliminate
        yield say(LINE, evaluable=line.evaluable, escalate=line.escalate, down=line.de_escalate, out=out)
    yield ADVICE


@endpoint(
    title=_("Evaluation of dose-limiting toxicity by subject"),
    definition=_(
        "One line an infused subject, by dose level and in order of infusion: cohort, day of infusion, staggering, last day "
        "of the window, evaluable or not, dose-limiting toxicity and its adverse event."
    ),
    details="addlt",
    detail_columns=DETAILS,
)
def dlt(addlt: pd.DataFrame) -> Body:
    """Everybody together, then each subject."""
    lines = list(records(addlt, "subject"))
    return Body(
        columns=(
            Column("dose_level", Words(_("Dose level"))),
            Column("cohort", Words(_("Cohort"))),
            Column("infused", Words(_("Infused"))),
            Column("staggered", Words(_("Staggering kept"))),
            Column("closes", Words(_("Window closes"))),
            Column("evaluable", Words(_("Evaluable"))),
            Column("dlt", Words(_("Dose-limiting toxicity"))),
            Column("event", Words(_("Adverse event"))),
        ),
        rows=(_together(lines), *(_subject(one) for one in lines)),
        footnotes=(
            *_window_notes(),
            Words(_("Staggering is between the first two subjects of a level; a dash where it is not asked.")),
            Words(_("Cohorts of three in order of infusion; who is not evaluable leaves the place to the next.")),
        ),
        population=Words(_("All treated")),
        stub=Words(_("Subject")),
    )


def _together(lines: list[Any]) -> Row:
    def those(**wanted: str) -> list[str]:
        return [one.subject for one in lines if all(getattr(one, name) == value for name, value in wanted.items())]

    evaluable = those(evaluable="EVALUABLE")
    cells = (
        count(one.subject for one in lines), Cell(DASH), Cell(DASH), count(those(staggered="Y")), Cell(DASH),
        count(evaluable), count_percent(those(dlt="Y"), len(evaluable)), Cell(DASH),
    )  # fmt: skip
    return Row(Words(_("Number of subjects")), cells, key="all")


def _subject(one: Any) -> Row:
    own = (one.subject,)
    cells = (
        Cell(one.dose_level or DASH, {"dose_level": one.dose_level}, own),
        Cell(str(one.cohort), {"cohort": one.cohort}, own),
        Cell(str(one.infused_on), {}, own),
        Cell(YES_NO.get(one.staggered, DASH), {"staggered": one.staggered}, own),
        Cell(str(one.closes_on), {}, own),
        Cell(STANDING[one.evaluable], {"evaluable": one.evaluable}, own),
        Cell(YES_NO[one.dlt], {"dlt": one.dlt}, own),
        _event(one, own),
    )
    return Row(one.subject, cells, key=one.subject)


def _event(one: Any, own: tuple[str, ...]) -> Cell:
    """The event of a toxicity: its term, else as the site described it, with its grade."""
    if one.event is None:
        return Cell(DASH)
    said: Text = one.event_verbatim or DASH
    if one.event_term in LABELS and one.event_term != "OTHER":
        said = LABELS[one.event_term]
    grade = DASH if one.event_grade is None else one.event_grade
    numbers = {"event": one.event, "grade": one.event_grade, "day": one.event_day}
    return Cell(say(_("{event}, grade {grade}"), event=said, grade=grade), numbers, own)
