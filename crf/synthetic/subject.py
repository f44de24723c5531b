"""Everything typed for one synthetic subject, in the order in which it was typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crf.demo.typed import Typed
from crf.synthetic import background, blood, myeloma, slips, toxicity
from crf.synthetic.chance import Chance
from crf.synthetic.fate import Fate, fate
from crf.synthetic.plan import DATA_CUT, Centre, Start

LATE = 60  # of a thousand forms: weeks after the visit, not days
_USUAL_DAYS, _LATE_DAYS = (0, 3), (14, 75)


@dataclass(frozen=True, slots=True)
class Entry:
    """A form as it came in: what was typed, when, and what was typed wrongly at first (None = nothing)."""

    form: Typed
    at: datetime
    first: Typed | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """One subject as the loader needs it."""

    fate: Fate
    screening: tuple[Entry, ...]
    after: tuple[Entry, ...]  # enrolment; nothing for a screen failure
    unscheduled: dict[str, date]  # in order of time


def story(centre: Centre, start: Start, *, seed: int) -> Story:
    """The whole subject."""
    own = fate(centre, start, seed=seed)
    visits = [] if own.screen_failure else myeloma.seen(own)
    clinic = {one.visit: one.day for one in visits if not one.again and one.visit.startswith("m")}
    early = [*background.screening(own), *_of_screening(myeloma.forms(own, [])), *_of_screening(blood.forms(own, {}))]
    chance = Chance(own.key, "typing")
    screening = [_entered(own, form, chance, until=own.place.enrolled_on) for form in early]
    if own.screen_failure:
        return Story(own, _in_order(screening), (), {})
    found = toxicity.episode(own)
    log = [*blood.forms(own, clinic), *background.infections(own)]
    later = [
        background.infusion(own),
        *toxicity.given(own, found),
        *toxicity.crs_forms(own, found),
        *toxicity.icans_forms(own),
        *myeloma.forms(own, visits),
        *_numbered(log),
        *background.follow_up(own, visits),
    ]
    later = [form for form in later if form.visit != "screening" and form.on <= DATA_CUT]
    entries = [_entered(own, form, chance, until=DATA_CUT) for form in later]
    opened = {form.visit: form.on for form in sorted(later, key=lambda f: f.on) if form.visit.startswith("u")}
    return Story(own, _in_order(screening), _in_order(entries), opened)


def _of_screening(forms: list[Typed]) -> list[Typed]:
    return [form for form in forms if form.visit == "screening"]


def _numbered(forms: list[Typed]) -> list[Typed]:
    """Events get their numbers in the order in which they were logged."""
    others = [form for form in forms if form.form != "adverse_event"]
    events = sorted((form for form in forms if form.form == "adverse_event"), key=lambda one: one.on)
    return [*others, *(Typed(e.form, "", e.on, e.data, e.by, n) for n, e in enumerate(events, 1))]


def _entered(own: Fate, form: Typed, chance: Chance, *, until: date) -> Entry:
    """When it was typed; what others wait for (infusion, medication, death) on its day."""
    at_once = form.form in ("car_t_infusion", "concomitant_medication", "death", "informed_consent", "demographics")
    late = not at_once and form.visit != "screening" and chance.happens(LATE)
    days = 0 if at_once else chance.between(*(_LATE_DAYS if late else _USUAL_DAYS))
    on = max(form.on, min(form.on + timedelta(days=days), until))
    minute = chance.between(0, 29)
    at = datetime(on.year, on.month, on.day, 22 if not at_once else 21, 30 + minute, tzinfo=own.place.site.zone)
    typed = slips.incomplete(form, chance)
    return Entry(typed, at, slips.mistyped(typed, chance), late)


def _in_order(entries: list[Entry]) -> tuple[Entry, ...]:
    """By the moment of typing; the infusion before everything that counts from it."""
    return tuple(sorted(entries, key=lambda one: (one.at, one.form.form != "car_t_infusion")))
