"""Adverse events in depth: grades over time, why serious, when known and reported."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from crf.checks.timing import earliest, latest, span

# ICH E2A: what makes an event serious.
CRITERIA = ("death", "life_threatening", "hospitalisation", "disability", "congenital", "medically_important")
# The sponsor hears of a serious event within a day of the site's knowing (ICH E6; assumed to be counted in hours).
REPORT_WITHIN = timedelta(hours=24)
BRIDGING_READS = ("bridging_therapy.started_on",)


def grade_is_the_worst(form: Any) -> bool | None:
    """The worst grade is at least that of every row."""
    rows = [int(line.grade) for line in form.grade_changes if line.grade is not None]
    return None if form.grade is None or not rows else int(form.grade) >= max(rows)


def worst_is_a_row(form: Any) -> bool | None:
    """Where grades over time are entered, the worst is one of them."""
    rows = [int(line.grade) for line in form.grade_changes if line.grade is not None]
    return None if form.grade is None or not rows else int(form.grade) <= max(rows)


def changes_in_the_event(form: Any) -> bool | None:
    """A grade changes between onset and end, as far as the days are known."""
    onset, end = earliest(form.onset_on), latest(form.ended_on)
    spans = [span(line.changed_on) for line in form.grade_changes]
    days = [one for one in spans if one is not None]
    if not days or (onset is None and end is None):
        return None
    return all((onset is None or last >= onset) and (end is None or first <= end) for first, last in days)


def changes_once_a_day(form: Any) -> bool | None:
    """Two rows of one day say two grades at once."""
    days = [line.changed_on for line in form.grade_changes if line.changed_on is not None]
    return len(set(days)) == len(days) if days else None


def criterion_given(form: Any) -> bool | None:
    """A serious event meets at least one criterion."""
    return None if form.serious != "Y" else any(getattr(form, name) == "Y" for name in CRITERIA)


def death_is_a_criterion(form: Any) -> bool | None:
    """A serious event resulted in death if its outcome is fatal, and only then."""
    if form.serious != "Y" or form.death not in ("Y", "N") or form.outcome is None:
        return None
    return (form.death == "Y") == (form.outcome == "FATAL")


def life_was_threatened(form: Any) -> bool | None:
    """A serious event of grade 4 was life-threatening or is answered otherwise on purpose."""
    if form.serious != "Y" or form.grade != "4" or form.life_threatening is None:
        return None
    return bool(form.life_threatening == "Y")


def known_after_onset(form: Any) -> bool | None:
    """Nobody is aware of an event before it begins."""
    onset = earliest(form.onset_on)
    return None if onset is None or form.aware_at is None else form.aware_at.date() >= onset


def reported_after_known(form: Any) -> bool | None:
    """A report follows the awareness."""
    if None in (form.aware_at, form.reported_at):
        return None
    return bool(form.reported_at >= form.aware_at)


def reported_in_time(form: Any) -> bool | None:
    """A serious event is reported within a day; what is not reported yet is asked about once the day is over."""
    if form.serious != "Y" or form.aware_at is None:
        return None
    if form.reported_at is None:
        return False if form.now > form.aware_at + REPORT_WITHIN else None
    return bool(form.reported_at <= form.aware_at + REPORT_WITHIN)


def bridged(form: Any) -> bool | None:
    """An event related to bridging asks for bridging in its log."""
    return None if form.related_bridging != "Y" else bool(form.others("bridging_therapy"))


def number_given(form: Any) -> bool | None:
    """An event that is part of an episode says of which."""
    return None if form.episode not in ("CRS", "ICANS") else form.episode_number is not None
