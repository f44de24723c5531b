"""Episodes of CRS and ICANS as a page shows them: which one an assessment belongs to, what it amounted to, where it is logged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crf.casebook import Casebook
from crf.checks.episodes import KINDS, Kind, Numbered, besides_of, of_course, since
from crf.declare.form import Whole, form_named
from crf.ledger import NEW, address
from crf.place import Place
from crf.sheet import Sheet
from trial.models import Subject
from trial.rules.crs_episodes import day_of
from trial.rules.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Followed:
    """Every assessment of a kind since the infusion, oldest first, and the episodes they make."""

    assessments: tuple[Any, ...]
    verdicts: tuple[Verdict, ...]  # the grade of each assessment
    episodes: tuple[Numbered, ...]
    maximum: int | None  # the worst grade of all; None = no assessment could be judged


def _follow(kind: Kind, rows: Mapping[str, Sequence[Any]], subject: Subject) -> Followed:
    assessments = tuple(since(subject.infused_at, rows[kind.form]))
    besides = besides_of(kind, rows.__getitem__, subject.infused_at)
    course = kind.course(assessments, infused_at=subject.infused_at, **besides)
    episodes = tuple(of_course(kind, course, assessments, subject.infused_at))
    return Followed(assessments, course.verdicts, episodes, course.maximum)


EPISODES: dict[str, Whole] = {
    code: Whole(forms=(kind.form, *kind.besides), follow=partial(_follow, kind)) for code, kind in KINDS.items()
}
# What an assessment of CRS may say was given: key, label, and whether it does.
GIVEN: tuple[tuple[str, Any, Callable[[Any], bool]], ...] = (
    ("tocilizumab", gettext_lazy("Tocilizumab"), lambda a: a.anticytokine == "Y" and a.anticytokine_drug == "TOCILIZUMAB"),
    (
        "anticytokine", gettext_lazy("Other anticytokine drug"),
        lambda a: a.anticytokine == "Y" and a.anticytokine_drug != "TOCILIZUMAB",
    ),
    ("steroid", gettext_lazy("Corticosteroid"), lambda a: a.steroid == "Y"),
)  # fmt: skip
KIND_OF_FORM = {kind.form: kind for kind in KINDS.values()}


def of_book(book: Casebook) -> list[Numbered]:
    """Every episode of a subject, those of CRS first."""
    return [one for whole in EPISODES.values() for one in book.made(whole).episodes]


def beside(sheet: Sheet, *, form: str, may_log: bool) -> dict[str, Any] | None:
    """What the page of an assessment says of its episode, as it is being typed; None for a form of another kind.

    may_log: whether to offer the adverse event, which is filled in from what is stored.
    """
    kind = KIND_OF_FORM.get(form)
    if kind is None:
        return None
    followed: Followed = sheet.made(EPISODES[kind.code])
    mine = next((at for at, one in enumerate(followed.assessments) if one.pk == (sheet.pk or 0)), None)
    if mine is None:
        undated = sheet.assessed_at is None
        return {"text": _without_time() if undated else _before_infusion(), "card": None}
    begun = [
        one for one in followed.episodes if one.episode.first <= mine
    ]  # the last of them is the one that this assessment is in, or after
    if not begun:
        return {"text": _("No episode of %(kind)s up to this assessment.") % {"kind": kind.code}, "card": None}
    this = begun[-1]
    stored = may_log and sheet.pk is not None
    return {
        "text": _place(this, mine),
        "card": card(this, sheet.subject, sheet.others("adverse_event"), may_log=stored),
    }


def _without_time() -> str:
    return _("The time of the assessment tells which episode it belongs to.")


def _before_infusion() -> str:
    return _("This assessment is before the infusion and belongs to no episode.")


def _place(one: Numbered, at: int) -> str:
    shown = {"n": one.number, "kind": one.kind.code}
    if at <= one.episode.last:
        return _("This assessment belongs to episode %(n)d of %(kind)s.") % shown
    if one.episode.resolved:
        return _("This assessment is after episode %(n)d of %(kind)s, which is resolved.") % shown
    return _("Nothing is graded here, but episode %(n)d of %(kind)s is not resolved yet.") % shown


def card(one: Numbered, subject: Subject, events: Sequence[Any], *, may_log: bool) -> dict[str, Any]:
    """An episode in words, with the adverse event that logs it or the way to log it. events: the subject's stored log."""
    logged = next((event for event in events if _logs(event, one)), None)
    form = form_named("adverse_event")
    new = address(form, subject, None, NEW) + "?" + urlencode({"episode": one.kind.code, "number": one.number})
    return {
        "title": _("%(kind)s, episode %(n)d") % {"kind": one.kind.code, "n": one.number},
        "open": not one.episode.resolved,
        "state": _("resolved") if one.episode.resolved else _("open"),
        "lines": _lines(one),
        "logged": logged and {
            "label": _("Adverse event, entry %(n)d") % {"n": logged.occurrence},
            "url": address(form, subject, None, logged.occurrence),
        },
        "log_url": new if may_log and logged is None else "",
    }  # fmt: skip


def _logs(event: Any, one: Numbered) -> bool:
    """Whether an adverse event is this episode, and not only a part of it."""
    named = event.episode == one.kind.code and event.term == one.kind.term
    return bool(named and event.episode_number is not None and int(event.episode_number) == one.number)


def _lines(one: Numbered) -> list[tuple[str, str]]:
    """Label and text of what there is to say."""
    episode = one.episode
    worst = _("grade %(grade)d, first on %(day)s") % {
        "grade": episode.maximum, "day": _day(one, episode.maximum_on),
    }  # fmt: skip
    last = _day(one, episode.end)
    found = [(_("Onset"), _day(one, episode.onset, whole=True)), (_("Highest grade"), worst)]
    found += [(label, ", ".join(_day(one, day) for day in days)) for label, days in _treatments(one) if days]
    found.append((_("Until"), last if episode.resolved else _("%(day)s so far") % {"day": last}))
    if episode.duration_days is not None:
        days = episode.duration_days
        found.append((_("Duration"), _("1 day") if days == 1 else _("%(n)d days") % {"n": days}))
    return found


def _treatments(one: Numbered) -> list[tuple[str, list[date]]]:
    """What the assessments of the episode say was given for it; those of ICANS do not ask."""
    if one.kind.code != "CRS":
        return []
    return [(str(label), one.given(what)) for _key, label, what in GIVEN]


def _day(one: Numbered, at: datetime | date | None, *, whole: bool = False) -> str:
    """A day of the episode: counted from the infusion, with its date if `whole` or where it cannot be counted."""
    on, day = day_of(at), one.study_day(at)
    if on is None:
        return "–"
    if day is None:
        return on.isoformat()
    counted = _("day %(n)d") % {"n": day}
    return f"{counted} ({on.isoformat()})" if whole else counted


def typed_event(one: Numbered) -> dict[str, Any]:
    """The adverse event that logs an episode, as raw strings to begin its form with; what nobody can derive stays blank."""
    episode, by_day = one.episode, one.worst_by_day()
    changes = [
        {"changed_on": day.isoformat(), "grade": str(grade)}
        for at, (day, grade) in enumerate(by_day)
        if at == 0 or by_day[at - 1][1] != grade
    ]
    onset, end = day_of(episode.onset), day_of(episode.end)
    term = form_named("adverse_event").declared.items["term"]
    return {
        "verbatim": str(term.in_words(one.kind.term)),
        "term": one.kind.term,
        "grade": str(episode.maximum),
        "onset_on": onset.isoformat() if onset else "",
        "ongoing": "N" if episode.resolved or episode.maximum == 5 else "Y",
        "ended_on": end.isoformat() if end and (episode.resolved or episode.maximum == 5) else "",
        "grade_changes": changes if len(changes) > 1 else [],
        "episode": one.kind.code,
        "episode_number": str(one.number),
    }  # fmt: skip


def asked_for(place: Place, asked: Mapping[str, str]) -> Numbered | None:
    """The episode that the address of a new adverse event names (episode=CRS, number=1), as it is stored; None = no such."""
    if place.occurrence != NEW or place.form.declared.name != "adverse_event":
        return None
    whole, number = EPISODES.get(asked.get("episode", "")), asked.get("number", "")
    if whole is None or not (number.isascii() and number.isdigit() and len(number) < 3):
        return None
    found: Followed = Casebook(place.subject).made(whole)
    return next((one for one in found.episodes if one.number == int(number)), None)
