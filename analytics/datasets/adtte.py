"""Times to an event: one row a subject and parameter, and the same rows by parameter, as tables explain themselves."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adcrs import typed
from analytics.derive import months, plain
from analytics.layout import figure
from analytics.myeloma import Course, as_forms
from analytics.registry import dataset, step
from trial import schedule
from trial.rules import time_to_event
from trial.rules.myeloma import Followed
from trial.rules.time_to_event import TimeOptions
from trial.rules.time_to_event_terms import ALIVE, NEW_THERAPY, NEW_THERAPY_AT_START, RECOMMENDED, UNTREATED
from trial.rules.timed import Timed

PFS, OS, DOR, TTNT, FOLLOW_UP = "PFS", "OS", "DOR", "TTNT", "FU"
PARAMETERS = (PFS, OS, DOR, TTNT, FOLLOW_UP)

# event: yes, no (censored), missing = the endpoint does not apply. months: unrounded; months_shown: as it is read.
TIMED = {
    "subject": "str", "site": "str", "dose_level": "str", "start": "object", "date": "object", "days": "Int64",
    "months": "float64", "months_shown": "str", "event": "boolean", "clause": "str", "shown": "str", "basis": "str",
    "flags": "str", "rule": "str", "forms": "str",
}  # fmt: skip

Behind = list[tuple[str, str, int]]


@dataclass(slots=True)
class Times:
    """The times of all subjects under any options, each computed once."""

    subjects: Mapping[str, tuple[str | None, str | None]]  # code -> site and dose level
    courses: Mapping[str, Course]
    _followed: dict[TimeOptions, dict[str, Followed]] = field(default_factory=dict)
    _frames: dict[tuple[str, TimeOptions], pd.DataFrame] = field(default_factory=dict)

    def frame(self, parameter: str, options: TimeOptions = RECOMMENDED) -> pd.DataFrame:
        """One row a subject, sorted by code; event is missing where the endpoint does not apply to the subject."""
        if (parameter, options) not in self._frames:
            lines = [self._line(parameter, code, options) for code in sorted(self.subjects)]
            self._frames[parameter, options] = typed(lines, TIMED)
        return self._frames[parameter, options]

    def _line(self, parameter: str, code: str, options: TimeOptions) -> dict[str, Any]:
        site, dose_level = self.subjects[code]
        course = self.courses.get(code)
        line = {"subject": code, "site": site, "dose_level": dose_level}
        if course is None:
            return line | _values(time_to_event.os(infused_on=None), None) | {"forms": as_forms(())}
        followed = self._follow(options)[code]
        timed = _timed(followed, parameter)
        # Follow-up ends with the last contact; for the reverse Kaplan-Meier curve a death is what censors it.
        event = not timed.event if parameter == FOLLOW_UP else timed.event
        return line | _values(timed, event) | {"forms": as_forms(behind(course, followed, timed))}

    def _follow(self, options: TimeOptions) -> dict[str, Followed]:
        if options not in self._followed:
            self._followed[options] = {code: _judged(course, options) for code, course in self.courses.items()}
        return self._followed[options]


def _judged(course: Course, options: TimeOptions) -> Followed:
    if options == RECOMMENDED:
        return course.followed
    again = course.again(time_options=options)
    if options.new_therapy_censors:
        return again
    # Response is judged up to a new therapy; where that is ignored, a progression after it must be seen as well.
    whole = replace(course, forms={**course.forms, "subsequent_therapy": ()}).again(time_options=options)
    # A first response under the new therapy is no response to the CAR-T cells.
    dor = whole.dor if course.followed.response.first_response_on else again.dor
    return replace(again, response=whole.response, assessed=whole.assessed, pfs=whole.pfs, dor=dor)


def _timed(followed: Followed, parameter: str) -> Timed:
    return {
        PFS: followed.pfs, OS: followed.os, DOR: followed.dor, TTNT: followed.ttnt, FOLLOW_UP: followed.os
    }[parameter]  # fmt: skip


def _values(timed: Timed, event: bool | None) -> dict[str, Any]:
    exact = None if timed.days is None else months(timed.days)
    return {
        "start": timed.start,
        "date": timed.on,
        "days": timed.days,
        "months": exact,
        "months_shown": None if exact is None else figure(exact),
        "event": event,
        "clause": timed.clause,
        "shown": json.dumps(dict(timed.shown), sort_keys=True, ensure_ascii=False),
        "basis": timed.basis,
        "flags": " ".join(timed.flags),
        "rule": timed.version,
    }


def behind(course: Course, followed: Followed, timed: Timed) -> Behind:
    """The form that decided a time first, then what it left out or started from."""
    if timed.source is None or timed.start is None:
        return []
    found = forms_of(course, followed, timed.source.form, timed.source.on)
    if timed.clause in (ALIVE, UNTREATED):
        found = list(dict.fromkeys([*forms_of(course, followed, "survival_status", timed.on), *found]))
    if timed.clause in (NEW_THERAPY, NEW_THERAPY_AT_START):
        found += course.on("subsequent_therapy", followed.new_therapy_on)
    if "PROGRESSION_NOT_COUNTED" in timed.flags:
        found += forms_of(course, followed, "response_assessment", followed.response.progression_on)
        found += course.on("death", followed.died_on)
    if timed.start != followed.infused_on:
        found += forms_of(course, followed, "response_assessment", timed.start)
    return found


def forms_of(course: Course, followed: Followed, form: str, on: date | None) -> Behind:
    """The forms of one source and day; a response rests on laboratory, marrow and imaging."""
    if on is None:
        return []
    if form == "car_t_infusion":
        return [(form, schedule.ACTIVITIES[form][0], 1)]
    if form == "survival_status":
        rows = (row for row in course.forms[form] if row.last_known_alive_on == on)
        return [(form, row.visit or "", int(row.occurrence)) for row in rows]
    if form != "response_assessment":
        return course.on(form, on)
    place = followed.place(on)
    judged = [] if place is None else course.behind(followed.response.assessments[place])
    return judged + course.on(form, on)


@step
def times(adsl: pd.DataFrame, courses_of_myeloma: dict[str, Course]) -> Times:
    """Times to events of every subject of adsl, under the study's options or others."""
    places = zip(plain(adsl["site"]), plain(adsl["dose_level"]), strict=True)
    return Times(dict(zip(plain(adsl["subject"]), places, strict=True)), courses_of_myeloma)


@dataset(
    title=_("Times to events"),
    definition=_(
        "One row a subject and parameter: progression-free survival, overall survival, duration of response, time to "
        "next treatment and follow-up, with the study's own options, the clause that decided and the forms behind it."
    ),
)
def adtte(times: Times) -> pd.DataFrame:
    """Rows of all parameters one after the other; a subject to whom a parameter does not apply has none."""
    frames = [times.frame(name).assign(parameter=name) for name in PARAMETERS]
    return _applicable(frames).reset_index(drop=True)


def _applicable(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    whole = pd.concat(list(frames), ignore_index=True)
    return whole[whole["event"].notna()].pipe(lambda frame: frame[["parameter", *TIMED]])


@dataset(
    title=_("Progression-free survival by subject"),
    definition=_("One row a subject: infusion to confirmed progression or death of any cause, or to censoring."),
)
def adtte_pfs(times: Times) -> pd.DataFrame:
    """Subjects of adsl; event missing where not infused."""
    return times.frame(PFS)


@dataset(
    title=_("Overall survival by subject"),
    definition=_("One row a subject: infusion to death of any cause, or to the day last known to be alive."),
)
def adtte_os(times: Times) -> pd.DataFrame:
    """Subjects of adsl; event missing where not infused."""
    return times.frame(OS)


@dataset(
    title=_("Duration of response by subject"),
    definition=_("One row a subject: first confirmed response to progression or death, or to censoring."),
)
def adtte_dor(times: Times) -> pd.DataFrame:
    """Subjects of adsl; event missing where there is no confirmed response."""
    return times.frame(DOR)


@dataset(
    title=_("Follow-up by subject"),
    definition=_("One row a subject: infusion to death or to the day last known to be alive; event: it ended alive."),
)
def adtte_follow_up(times: Times) -> pd.DataFrame:
    """Subjects of adsl; event missing where not infused."""
    return times.frame(FOLLOW_UP)


@dataset(
    title=_("Time to next treatment by subject"),
    definition=_("One row a subject: infusion to the next therapy against the myeloma or death, or to censoring."),
)
def adtte_ttnt(times: Times) -> pd.DataFrame:
    """Subjects of adsl; event missing where not infused."""
    return times.frame(TTNT)
