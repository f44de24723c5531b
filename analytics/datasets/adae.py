"""Adverse events: one row an event with its days and whether it is treatment-emergent; one row a subject with its worst grades."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adcrs import typed
from analytics.derive import plain, records, require, zones
from analytics.myeloma import Course, as_forms
from analytics.partial_dates import end, onset, span
from analytics.registry import dataset, step
from crf.codelists import EventTerm, organ_class

TERMS: tuple[str, ...] = tuple(EventTerm.values)
# Cytopenias that the publication counts, and the item of the blood count that shows each.
CYTOPENIAS = {
    "NEUTROPENIA": "neutrophils",
    "LEUKOPENIA": "leukocytes",
    "ANAEMIA": "haemoglobin",
    "THROMBOCYTOPENIA": "platelets",
}
EVENT = {
    "subject": "str", "site": "str", "dose_level": "str", "occurrence": "Int64", "verbatim": "str", "term": "str", "organ_class": "str",
    "grade": "Int64", "onset_on": "str", "ended_on": "str", "ongoing": "str", "outcome": "str", "serious": "str",
    "related_cart": "str", "related_lymphodepletion": "str", "aesi": "str", "onset_date": "object", "onset_day": "Int64",
    "end_date": "object", "end_day": "Int64", "emergent": "bool", "resolved": "bool", "seen_date": "object",
    "seen_day": "Int64", "duration_days": "Int64", "flags": "str",
}  # fmt: skip
SUBJECT = {
    "subject": "str", "events": "Int64", "worst": "Int64", "serious_events": "Int64", "related_events": "Int64",
    "ongoing_events": "Int64", **{f"worst_{term.lower()}": "Int64" for term in TERMS}, "forms": "str",
}  # fmt: skip
LOGGED = (
    "subject", "site", "occurrence", "verbatim", "term", "organ_class", "grade", "onset_on", "ended_on", "ongoing", "outcome", "serious",
    "related_cart", "related_lymphodepletion", "aesi",
)  # fmt: skip


class About(NamedTuple):
    """What the days of a subject's events are counted by; dates at the site."""

    dose_level: str | None
    infused_on: date | None
    last_contact: date | None  # last visit that took place or last day known to be alive; the day of death where dead


@step
def about_subjects(
    subject: pd.DataFrame, visit: pd.DataFrame, courses_of_myeloma: dict[str, Course]
) -> dict[str, About]:
    """Day of infusion and day of last contact of every subject."""
    require(subject, "subject", ("subject", "dose_level", "infused_at"))
    require(visit, "visit", ("subject", "actual_on"))
    seen: dict[str, date] = {}
    for code, day in zip(plain(visit["subject"]), plain(visit["actual_on"]), strict=True):
        if day is not None:
            seen[code] = max(day, seen.get(code, day))
    clock, found = zones(subject), {}
    columns = (plain(subject[name]) for name in ("subject", "dose_level", "infused_at"))
    for code, dose_level, at in zip(*columns, strict=True):
        followed = courses_of_myeloma[code].followed if code in courses_of_myeloma else None
        alive_on, died_on = (followed.last_alive_on, followed.died_on) if followed is not None else (None, None)
        contact = died_on or max((day for day in (seen.get(code), alive_on) if day is not None), default=None)
        infused_on = None if at is None else at.astimezone(clock[code]).date()
        found[code] = About(dose_level, infused_on, contact)
    return found


@dataset(
    title=_("Adverse events"),
    definition=_(
        "One row an entry of the adverse event log, with onset and end as study days (infusion = day 0), whether the event "
        "is treatment-emergent, and its duration; partial dates are completed by named conventions."
    ),
)
def adae(adverse_event: pd.DataFrame, about_subjects: dict[str, About]) -> pd.DataFrame:
    """Entries that were made, sorted by subject and number; duration_days so far where not resolved."""
    require(adverse_event, "adverse_event", (*LOGGED, "status"))
    made = adverse_event[adverse_event["status"] == "COMPLETE"]
    lines = [_event(row, about_subjects[row.subject]) for row in records(made, "event")]
    return typed(lines, EVENT).sort_values(["subject", "occurrence"]).reset_index(drop=True)


def _event(row: Any, about: About) -> dict[str, Any]:
    """An entry with its days.

    emergent: onset on or after the day of the infusion, or not known to be before it. seen: the last day on which the
    event is known to have been there: its end, the last contact where ongoing, else its onset.
    """
    ended = None if row.ongoing == "Y" else span(row.ended_on)
    began = span(row.onset_on)
    begins = onset(began, infused_on=about.infused_on, ended=ended)
    ends = end(ended, last_contact=about.last_contact)
    flags = _flags(began, ended, begins, ends)
    if begins is not None and ends is not None and ends < begins:
        ends = None
    ongoing_until = about.last_contact if row.ongoing == "Y" else None
    seen = None if begins is None else max(begins, ends or ongoing_until or begins)
    last = begins or ends
    return {
        **{name: getattr(row, name) for name in LOGGED},
        "dose_level": about.dose_level,
        "organ_class": organ_class(row.term, row.organ_class),
        "grade": None if row.grade is None else int(row.grade),
        "onset_date": begins,
        "onset_day": _day(begins, about),
        "end_date": ends,
        "end_day": _day(ends, about),
        "emergent": about.infused_on is not None and (last is None or last >= about.infused_on),
        "resolved": ends is not None and row.outcome != "FATAL" and row.grade != "5",
        "seen_date": seen,
        "seen_day": _day(seen, about),
        "duration_days": None if begins is None or seen is None else (seen - begins).days + 1,
        "flags": " ".join(flags),
    }


def _flags(began: Any, ended: Any, begins: date | None, ends: date | None) -> Iterable[str]:
    if began is None:
        yield "ONSET_MISSING"
    elif not began.complete:
        yield "ONSET_IMPUTED"
    if ended is not None and not ended.complete:
        yield "END_IMPUTED"
    if begins is not None and ends is not None and ends < begins:
        yield "END_BEFORE_ONSET"


def _day(on: date | None, about: About) -> int | None:
    return None if on is None or about.infused_on is None else (on - about.infused_on).days


@dataset(
    title=_("Adverse events by subject"),
    definition=_(
        "One row a subject: number of treatment-emergent adverse events, the worst grade, and the worst grade of each term; "
        "blank where there was none or no grade is recorded."
    ),
)
def adae_subject(adae: pd.DataFrame, adsl: pd.DataFrame) -> pd.DataFrame:
    """Subjects of adsl in its order; a subject without an event has 0 events."""
    return by_subject(adsl, adae[adae["emergent"]])


def by_subject(adsl: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """The chosen events of each subject of adsl in one row; `forms` are their entries of the log."""
    own: dict[str, list[Any]] = {}
    for event in records(events, "event"):
        own.setdefault(event.subject, []).append(event)
    return typed([_subject(code, own.get(code, [])) for code in plain(adsl["subject"])], SUBJECT)


def _subject(code: str, events: list[Any]) -> dict[str, Any]:
    of_terms = {f"worst_{term.lower()}": worst(e.grade for e in events if e.term == term) for term in TERMS}
    return {
        "subject": code,
        "events": len(events),
        "worst": worst(event.grade for event in events),
        "serious_events": sum(event.serious == "Y" for event in events),
        "related_events": sum(event.related_cart != "N" for event in events),
        "ongoing_events": sum(event.ongoing == "Y" for event in events),
        **of_terms,
        "forms": as_forms(("adverse_event", "", event.occurrence) for event in events),
    }


def worst(grades: Iterable[int | None]) -> int | None:
    """The highest grade; None where none is recorded."""
    return max((grade for grade in grades if grade is not None), default=None)
