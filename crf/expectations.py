"""Which forms of the schedule are still asked for, given what is known of a subject: one line a rule. Assumed, like the schedule.

The schedule says what a visit holds for everybody. These rules take away what nobody will ever fill: after a death, after
the disease came back, where there never was a lesion. They never hide what was entered, and nothing of them is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crf import sheet, stored
from crf.myeloma import MYELOMA
from trial import schedule, subjects
from trial.models import Subject, Visit
from trial.rules import myeloma

# Forms that follow the disease or the cells: they end with a confirmed progression or the next therapy. Assumed.
DISEASE = (
    "vital_signs",
    "haematology",
    "chemistry",
    "coagulation",
    "inflammation",
    "myeloma_laboratory",
    "bone_marrow",
    "extramedullary_lesions",
    "response_assessment",
    "cart_persistence",
)
# What the facts are read from.
FORMS = (*MYELOMA.forms, "end_of_study")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at, of one subject. A date is None while the event is not known."""

    died_on: date | None = None
    ended_on: date | None = (
        None  # last day of the study, by its form; whatever the reason, later contacts are not entered
    )
    progression_on: date | None = None  # first evidence of a confirmed progression
    new_therapy_on: date | None = None  # first therapy against the myeloma after the infusion
    lesions_at_entry: bool | None = None  # None = neither imaging nor history says
    lesions_since: date | None = None  # first imaging after the infusion that shows one
    alive_on: date | None = None  # latest day until which the forms show the subject alive
    death_missing: int | None = None  # key of the survival status that says dead, while no form of the death is there

    def until(self, seen: date | None) -> Facts:
        """The same, once a visit of that day has shown the subject alive."""
        return self if seen is None else replace(self, alive_on=max(seen, self.alive_on or seen))


@dataclass(frozen=True, slots=True)
class Rule:
    """Where it holds for the facts and the day of a visit, the forms are not asked for. forms, visits: None = every one."""

    name: str
    why: str | Promise
    forms: tuple[str, ...] | None
    visits: tuple[str, ...] | None
    holds: Callable[[Facts, date | None], bool]

    def takes(self, form: str, visit: Visit, facts: Facts) -> bool:
        """Whether this rule takes a form of a visit away."""
        return (
            (self.forms is None or form in self.forms)
            and (self.visits is None or visit.code in self.visits)
            and self.holds(facts, day_of(visit))
        )


def day_of(visit: Visit) -> date | None:
    """The day of a visit for the rules: the one on which it took place, at most the last of its window; None = not planned.

    A form without a date gives its visit the day of typing, which may be months later and must take nothing away.
    """
    last = visit.window_to or visit.planned_on
    return visit.planned_on if visit.actual_on is None or last is None else min(visit.actual_on, last)


def _after(day: date | None, event: date | None) -> bool:
    """Later than an event that has happened; a visit without a day has not come yet."""
    return event is not None and (day is None or day > event)


def _no_lesions(facts: Facts, day: date | None) -> bool:
    """None known at entry, and none found by that day. Not knowing is no reason to stop asking."""
    later = facts.lesions_since is not None and day is not None and day >= facts.lesions_since
    return facts.lesions_at_entry is False and not later


RULES: tuple[Rule, ...] = (
    Rule("dead", _("after the death"), None, None, lambda facts, day: _after(day, facts.died_on)),
    Rule("ended", _("after the end of the study"), None, None, lambda facts, day: _after(day, facts.ended_on)),
    Rule(
        "progressed", _("after a confirmed progression"), DISEASE, schedule.MONTHLY,
        lambda facts, day: _after(day, facts.progression_on),
    ),
    Rule(
        "treated", _("after the start of another therapy against the myeloma"), DISEASE, schedule.MONTHLY,
        lambda facts, day: _after(day, facts.new_therapy_on),
    ),
    Rule("no_lesions", _("no lesion was there at entry"), ("extramedullary_lesions",), schedule.MONTHLY, _no_lesions),
    Rule(
        "alive", _("a form of that day or later shows the subject alive"), ("survival_status",), schedule.MONTHLY,
        lambda facts, day: day is not None and facts.alive_on is not None and day <= facts.alive_on,
    ),
    Rule(
        "goes_on", _("the collection goes on up to the last visit"), ("end_of_study",), schedule.MONTHLY,
        lambda facts, day: facts.alive_on is not None and (day is None or facts.alive_on < day),
    ),
)  # fmt: skip


def not_asked(form: str, visit: Visit, facts: Facts) -> Rule | None:
    """The first rule that takes a form of a visit away, or None while it is asked for."""
    return next((rule for rule in RULES if rule.takes(form, visit, facts)), None)


def books_of(people: Iterable[Subject], *, also: Collection[str] = ()) -> dict[int, sheet.Casebook]:
    """The FORMS of many subjects by their key, and forms of the kinds `also`, in one statement.

    Subjects must carry their site.
    """
    everyone = list(people)
    forms = stored.together([*FORMS, *also], everyone)
    return {
        subject.pk: sheet.Casebook(subject, {name: of[subject.pk] for name, of in forms.items()})
        for subject in everyone
    }


def facts_of(book: sheet.Casebook, *, seen: date | None = None) -> Facts:
    """The facts of one subject; seen = the last day of a visit at which a form shows the subject alive."""
    subject, forms = book.subject, {name: book.rows(name) for name in FORMS}
    followed: myeloma.Followed | None = book.made(MYELOMA)
    died_on = min((one.died_on for one in forms["death"]), default=None)
    # Who died on a known day was alive until then.
    known_alive = [day for day in (seen, myeloma.last_alive(forms["survival_status"]), died_on) if day is not None]
    infused_on = subjects.infused_on(subject)
    imaging = forms["extramedullary_lesions"]
    later = [one.imaged_on for one in imaging if infused_on is not None and one.imaged_on > infused_on and one.lesions]
    return Facts(
        died_on=died_on,
        ended_on=min((one.ended_on for one in forms["end_of_study"]), default=None),
        progression_on=followed.response.progression_on if followed else None,
        new_therapy_on=followed.new_therapy_on if followed else None,
        lesions_at_entry=_lesions_at_entry(
            [one for one in imaging if infused_on is None or one.imaged_on <= infused_on], forms["myeloma_history"]
        ),
        lesions_since=min(later, default=None),
        alive_on=max(known_alive, default=None),
        death_missing=None
        if forms["death"]
        else next((one.pk for one in forms["survival_status"] if one.alive == "N"), None),
    )


def _lesions_at_entry(imaging: Sequence[Any], history: Sequence[Any]) -> bool | None:
    """Whether imaging before the infusion or the history names a lesion outside the marrow; None where neither says."""
    told = [answer for one in history for answer in (one.emd_at_entry, one.paramedullary_at_entry)]
    if "Y" in told or any(one.lesions for one in imaging):
        return True
    return False if imaging or "N" in told else None
