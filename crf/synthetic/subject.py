"""Everything typed for one synthetic subject, in the order in which it was typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crf.demo.typed import Typed
from crf.synthetic import background, blood, conduct, laboratory, myeloma, slips, toxicity, treatment, vitals
from crf.synthetic.chance import Chance
from crf.synthetic.fate import Fate, fate
from crf.synthetic.plan import DATA_CUT, Centre, Start

LATE = 60  # of a thousand forms: weeks after the visit, not days
_USUAL_DAYS, _LATE_DAYS = (0, 3), (14, 75)
_BEFORE = ("prior_therapy", "medical_history")  # logs of screening
_AT_ONCE = {
    *_BEFORE, "informed_consent", "demographics", "leukapheresis", "car_t_infusion", "concomitant_medication", "death",
}  # fmt: skip


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
    typed = _everything(own, visits)
    early: list[Typed] = []
    later: list[Typed] = []
    for form in typed:
        (early if form.visit == "screening" or form.form in _BEFORE else later).append(form)
    chance = Chance(own.key, "typing")
    screening = [_entered(own, form, chance, until=own.place.enrolled_on) for form in early]
    if own.screen_failure:
        return Story(own, _in_order(screening), (), {})
    later = [form for form in later if form.on <= DATA_CUT]
    entries = [_entered(own, form, chance, until=DATA_CUT) for form in later]
    opened = {form.visit: form.on for form in sorted(later, key=lambda f: f.on) if form.visit.startswith("u")}
    return Story(own, _in_order(screening), _in_order(entries), opened)


def _everything(own: Fate, visits: list[myeloma.Seen]) -> list[Typed]:
    """All forms that anybody ever filled in about the subject."""
    clinic = {one.visit: one.day for one in visits if not one.again and one.visit.startswith("m")}
    found = toxicity.episode(own)
    assessments = toxicity.crs_forms(own, found)
    followed = background.follow_up(own, visits)
    log = _numbered([
        *blood.forms(own, clinic), *background.infections(own), *treatment.prophylaxis(own), *toxicity.given(own, found),
    ])  # fmt: skip
    vital_signs = vitals.forms(own, clinic, assessments, background.body(own)[1])
    events = [form for form in log if form.form == "adverse_event"]
    return [
        *background.screening(own),
        *treatment.before_infusion(own),
        background.infusion(own),
        *assessments,
        *toxicity.icans_forms(own),
        *vital_signs,
        *_numbered(conduct.renewed(own, vital_signs)),
        *laboratory.forms(own, clinic, found),
        *myeloma.expansion(own),
        *myeloma.forms(own, visits),
        *log,
        *conduct.forms(own, visits, events, followed),
        *followed,
    ]


def _numbered(forms: list[Typed]) -> list[Typed]:
    """Entries of a log get their numbers in the order in which they were logged."""
    counts: dict[str, int] = {}
    found = []
    for form in sorted(forms, key=lambda one: one.on):
        if not form.visit:
            counts[form.form] = counts.get(form.form, 0) + 1
            form = Typed(form.form, "", form.on, form.data, form.by, counts[form.form])
        found.append(form)
    return found


def _entered(own: Fate, form: Typed, chance: Chance, *, until: date) -> Entry:
    """When it was typed; what others wait for (product, infusion, medication, death) on its day."""
    at_once = form.form in _AT_ONCE
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
