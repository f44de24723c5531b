"""Progression-free and overall survival, duration of response, time to next treatment: one ladder of events and censors."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from trial.rules.crs_episodes import day_of
from trial.rules.missed import gap_before
from trial.rules.time_to_event_terms import (
    ALIVE,
    BASES,
    CLAUSES,
    DEATH,
    DEATH_CENSORED,
    DIED,
    DIED_EARLY,
    DIED_UNTREATED,
    DIED_UNTREATED_CENSORED,
    DIED_WITHOUT_BASELINE,
    FDA,
    FLAGS,
    FOLLOWED,
    GAP,
    GAP_AT_START,
    IMWG,
    NEVER_SEEN_ALIVE,
    NEW_THERAPY,
    NEW_THERAPY_AT_START,
    NO_ASSESSMENT,
    NO_BASELINE,
    NO_RESPONSE,
    NOT_INFUSED,
    PROGRESSED,
    RECOMMENDED,
    TREATED,
    UNTREATED,
    VERSION,
    Assessed,
    Due,
    TimeOptions,
)
from trial.rules.timed import Source, Timed

__all__ = ["BASES", "CLAUSES", "FLAGS", "Assessed", "Due", "TimeOptions", "Timed", "dor", "os", "pfs", "ttnt"]


class _Known(NamedTuple):
    """What happened after the infusion, each by its day; None = it did not."""

    start: date
    adequate: tuple[Assessed, ...]  # adequate assessments after the infusion, oldest first
    progression: date | None
    progression_form: str
    death: date | None
    therapy: date | None
    flags: tuple[str, ...]

    @property
    def event(self) -> date | None:
        """Progression or death, whichever is first."""
        return min((day for day in (self.progression, self.death) if day is not None), default=None)


def pfs(
    *,
    infused_on: date | None,
    assessments: Iterable[Any] = (),
    progression_on: date | None = None,
    died_on: date | None = None,
    new_therapy_on: date | None = None,
    has_baseline: bool = True,
    schedule: Iterable[Any] = (),
    options: TimeOptions = RECOMMENDED,
) -> Timed:
    """Progression-free survival from the infusion.

    `assessments` have on, value, adequate (and form, where it is not the response assessment), in any order;
    `progression_on` = first evidence of a confirmed progression; `schedule` has day, before, after of every due
    assessment, days from the infusion. What is dated on the day of the infusion or before is no part of it.
    Source: criteria of censoring of the FDA guidance of 2018, in its order. None for `infused_on`: event None.
    """
    infusion = day_of(infused_on)
    if infusion is None:
        return _result(None, None, None, NOT_INFUSED)
    known = _known(infusion, assessments, progression_on, died_on, new_therapy_on)
    return _pfs(known, has_baseline=has_baseline, schedule=tuple(schedule), options=options)


def _pfs(known: _Known, *, has_baseline: bool, schedule: Sequence[Any], options: TimeOptions) -> Timed:
    """The ladder of section PFS: baseline, therapy, gap, progression, death, follow-up."""
    # Without a baseline nothing can have progressed: only a death is left to come before or after a new therapy.
    start, event = known.start, known.event if has_baseline else known.death
    if not has_baseline and (known.death is None or not options.death_without_baseline_is_event):
        return _censored(known, start, NO_BASELINE)
    treated_first = known.therapy is not None and (event is None or known.therapy < event)
    if treated_first and options.new_therapy_censors:
        return _censored_by_therapy(known, has_baseline=has_baseline)
    if not has_baseline:
        return _result(True, known.death, start, DIED_WITHOUT_BASELINE, Source("death", _day(known.death)), known.flags)
    if event is None:
        return _followed(known)
    missed, last = gap_before(event, start, days=[one.on for one in known.adequate], schedule=schedule)
    if options.missed_censor is not None and missed >= options.missed_censor:
        shown = {"event": event.isoformat(), "missed": str(missed)}
        if last is None:
            return _censored(known, start, GAP_AT_START, **shown)
        return _censored(known, last, GAP, **shown)
    if event == known.progression:
        source = Source(known.progression_form, event)
        return _result(True, event, start, PROGRESSED, source, known.flags)
    early = bool(schedule) and last is None and missed < 2
    clause = DIED_EARLY if early else DIED
    return _result(True, event, start, clause, Source("death", event), known.flags)


def _followed(known: _Known) -> Timed:
    if not known.adequate:
        return _censored(known, known.start, NO_ASSESSMENT)
    return _censored(known, known.adequate[-1].on, FOLLOWED)


def _censored_by_therapy(known: _Known, *, has_baseline: bool) -> Timed:
    therapy = _day(known.therapy)
    before = [one.on for one in known.adequate if one.on <= therapy]
    if not before or not has_baseline:
        return _censored(known, known.start, NEW_THERAPY_AT_START, therapy=therapy.isoformat())
    return _censored(known, before[-1], NEW_THERAPY, therapy=therapy.isoformat())


def os(
    *,
    infused_on: date | None,
    died_on: date | None = None,
    last_known_alive_on: date | None = None,
    assessments: Iterable[Any] = (),
) -> Timed:
    """Overall survival from the infusion; censored at the later of the last survival status and the last assessment."""
    infusion = day_of(infused_on)
    if infusion is None:
        return _result(None, None, None, NOT_INFUSED)
    rows = _dated(assessments)
    known = _known(infusion, rows, None, died_on, None)
    alive, flags = _alive(known, rows, last_known_alive_on)
    if known.death is not None:
        return _result(True, known.death, infusion, DEATH, Source("death", known.death), flags)
    if alive is None:
        return _result(False, infusion, infusion, NEVER_SEEN_ALIVE, Source("car_t_infusion", infusion), flags)
    return _result(False, alive.on, infusion, ALIVE, alive, flags)


def dor(
    *,
    infused_on: date | None,
    response_on: date | None,
    assessments: Iterable[Any] = (),
    progression_on: date | None = None,
    died_on: date | None = None,
    new_therapy_on: date | None = None,
    schedule: Iterable[Any] = (),
    options: TimeOptions = RECOMMENDED,
) -> Timed:
    """Duration of response, from the first response (later confirmed) on, by the ladder of progression-free survival.

    `response_on` None = no responder: event None. The schedule still counts from the infusion.
    """
    infusion, response = day_of(infused_on), day_of(response_on)
    if infusion is None:
        return _result(None, None, None, NOT_INFUSED)
    if response is None:
        return _result(None, None, None, NO_RESPONSE)
    known = _known(infusion, assessments, progression_on, died_on, new_therapy_on)
    found = _pfs(known, has_baseline=True, schedule=tuple(schedule), options=options)
    if found.event and found.clause in (DIED, DIED_EARLY) and not options.dor_death_is_event:
        before = [one.on for one in known.adequate if one.on <= _day(known.death)]
        found = _censored(known, before[-1] if before else response, DEATH_CENSORED)
    if found.on is not None and found.on < response:
        return replace(found, on=response, start=response, flags=(*found.flags, "BEFORE_RESPONSE"))
    return replace(found, start=response)


def ttnt(
    *,
    infused_on: date | None,
    new_therapy_on: date | None = None,
    died_on: date | None = None,
    last_known_alive_on: date | None = None,
    assessments: Iterable[Any] = (),
    options: TimeOptions = RECOMMENDED,
) -> Timed:
    """Time to the next anti-myeloma treatment, from the infusion."""
    infusion = day_of(infused_on)
    if infusion is None:
        return _result(None, None, None, NOT_INFUSED)
    rows = _dated(assessments)
    known = _known(infusion, rows, None, died_on, new_therapy_on)
    alive, flags = _alive(known, rows, last_known_alive_on)
    if known.therapy is not None and (known.death is None or known.therapy <= known.death):
        source = Source("subsequent_therapy", known.therapy)
        return _result(True, known.therapy, infusion, TREATED, source, flags, basis=IMWG)
    if known.death is not None:
        clause = DIED_UNTREATED if options.ttnt_death_is_event else DIED_UNTREATED_CENSORED
        source = Source("death", known.death)
        return _result(options.ttnt_death_is_event, known.death, infusion, clause, source, flags, basis=IMWG)
    if alive is None:
        return _result(False, infusion, infusion, NEVER_SEEN_ALIVE, Source("car_t_infusion", infusion), flags)
    return _result(False, alive.on, infusion, UNTREATED, alive, flags, basis=IMWG)


def _known(
    infusion: date, assessments: Iterable[Any], progression: date | None, death: date | None, therapy: date | None
) -> _Known:
    """Leaves out what cannot belong to the time after the infusion; death on the very day is part of it."""
    progressed, died, treated = day_of(progression), day_of(death), day_of(therapy)
    early = [day for day in (progressed, treated) if day is not None and day <= infusion]
    early += [died] if died is not None and died < infusion else []
    rows = _dated(assessments)
    adequate = tuple(one for one in rows if one.adequate and one.value != "NE" and one.on > infusion)
    forms = [one.form for one in rows if one.on == progressed]
    return _Known(
        start=infusion,
        adequate=adequate,
        progression=progressed if progressed is not None and progressed > infusion else None,
        progression_form=forms[0] if forms else "response_assessment",
        death=died if died is not None and died >= infusion else None,
        therapy=treated if treated is not None and treated > infusion else None,
        flags=("BEFORE_INFUSION",) if early else (),
    )


def _alive(
    known: _Known, assessments: Sequence[Assessed], status: date | None
) -> tuple[Source | None, tuple[str, ...]]:
    """The latest day on which the subject was seen alive, from the infusion on."""
    seen = [Source(one.form, one.on) for one in assessments]
    stated = day_of(status)
    all_days = [*seen, *(() if stated is None else (Source("survival_status", stated),))]
    after = [source for source in all_days if source.on >= known.start]
    latest = max(after, key=lambda source: source.on, default=None)
    flags = known.flags
    if latest is not None and known.death is not None and latest.on > known.death:
        flags = (*flags, "ALIVE_AFTER_DEATH")
    elif latest is not None and stated is not None and latest.on > stated:
        flags = (*flags, "SEEN_AFTER_STATUS")
    return latest, flags


def _dated(assessments: Iterable[Any]) -> list[Assessed]:
    """The assessments with a day, oldest first."""
    rows = []
    for one in assessments:
        on = day_of(one.on)
        if on is not None:
            rows.append(Assessed(on, one.value, bool(one.adequate), form=getattr(one, "form", "response_assessment")))
    return sorted(rows, key=lambda row: row.on)


def _day(on: Any) -> date:
    day = day_of(on)
    assert day is not None
    return day


def _censored(known: _Known, on: date, clause: str, /, **shown: str) -> Timed:
    """Censored at an adequate assessment of that day, or at the start."""
    forms = [one.form for one in known.adequate if one.on == on]
    source = Source(forms[0] if forms else "car_t_infusion", on)
    left_out = known.event is not None
    flags = (*known.flags, "PROGRESSION_NOT_COUNTED") if left_out else known.flags
    return _result(False, on, known.start, clause, source, flags, **shown)


def _result(
    event: bool | None,
    on: date | None,
    start: date | None,
    clause: str,
    source: Source | None = None,
    flags: tuple[str, ...] = (),
    /,
    *,
    basis: str = FDA,
    **shown: str,
) -> Timed:
    return Timed(
        event=event, on=on, start=start, clause=clause, basis=basis, version=VERSION, source=source, shown=shown, flags=flags
    )  # fmt: skip
