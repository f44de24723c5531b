"""Dose-limiting toxicity, deviations and the end of study of a synthetic subject."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from crf.demo.typed import Typed
from crf.synthetic.chance import Chance
from crf.synthetic.fate import LAST_DAY, Fate
from crf.synthetic.myeloma import Seen
from crf.synthetic.plan import DATA_CUT
from trial.protocol import DLT_WINDOW_DAYS

_AMENDED = "2.0"
_LIMITING = 600  # of a thousand infections of grade 3 and more that begin within the window
_NOT_EVALUABLE = 40  # of a thousand
_INCOMPLETE = "Was at another hospital for some days of the window, and its records were not obtained."
_DEVIATES = 110  # of a thousand
_DEVIATIONS = (
    ("PROCEDURE", "Blood for the biobank was not drawn.", "MINOR"),
    ("PROCEDURE", "The evening round of CRS was written down the next morning.", "MINOR"),
    ("VISIT", "The visit was held after its window because of a public holiday.", "MINOR"),
    ("OTHER", "A questionnaire was filled in at home.", "MINOR"),
    ("PROCEDURE", "Marrow was not taken at a visit that asks for it.", "MAJOR"),
)


def forms(fate: Fate, visits: Sequence[Seen], events: Iterable[Typed], follow_up: Sequence[Typed]) -> list[Typed]:
    """events: the log of adverse events with its numbers."""
    return [*_evaluation(fate, visits, events), *_deviation(fate), *_end(fate, follow_up)]


def renewed(fate: Fate, vital_signs: Iterable[Typed]) -> list[Typed]:
    """Consent under the amended protocol, at the first visit under it of somebody who was screened before."""
    amended = fate.place.site.amended_on
    later = sorted(one.on for one in vital_signs if one.on >= amended)
    if fate.place.screened_on >= amended or not later:
        return []
    data: dict[str, object] = {
        "given_on": later[0].isoformat(), "protocol_version": _AMENDED, "consent_version": _AMENDED, "because": "AMENDMENT",
    }  # fmt: skip
    return [Typed("renewed_consent", "", later[0], data, "coordinator")]


def _evaluation(fate: Fate, visits: Sequence[Seen], events: Iterable[Typed]) -> list[Typed]:
    """At month 1, not before the window is over."""
    days = [max(one.day, DLT_WINDOW_DAYS) for one in visits if one.visit == "m1"]
    if not days or days[0] > fate.last:
        return []
    chance, on = Chance(fate.key, "dlt"), fate.place.on(days[0])
    data: dict[str, object] = {"evaluated_on": on.isoformat(), "evaluable": "Y", "dlt": "N"}
    last = fate.place.on(DLT_WINDOW_DAYS).isoformat()
    severe = [e for e in events if e.data["term"] == "INFECTION" and str(e.data["grade"]) >= "3"]
    early = [event for event in severe if str(event.data["onset_on"]) <= last]
    if early and chance.happens(_LIMITING):
        words = f"{early[0].data['verbatim']} of grade {early[0].data['grade']} that did not answer to treatment."
        data |= {"dlt": "Y", "event": str(early[0].occurrence), "description": words}
    elif chance.happens(_NOT_EVALUABLE):
        data |= {"evaluable": "N", "not_evaluable_because": _INCOMPLETE}
    return [Typed("dlt_evaluation", "m1", on, data, "investigator")]


def _deviation(fate: Fate) -> list[Typed]:
    chance = Chance(fate.key, "deviation")
    if not chance.happens(_DEVIATES):
        return []
    category, words, severity = chance.one_of(_DEVIATIONS)
    day = chance.between(0, min(fate.last, 400))
    reported = fate.place.on(day + chance.between(1, 20))
    data: dict[str, object] = {
        "happened_on": fate.place.on(day).isoformat(), "category": category, "description": words, "severity": severity,
        "reported_on": reported.isoformat(),
    }  # fmt: skip
    return [Typed("protocol_deviation", "", reported, data, "coordinator", 1)]


def _end(fate: Fate, follow_up: Sequence[Typed]) -> list[Typed]:
    """With the death, at the last visit, or when nobody could be reached any more; the others are still followed."""
    dead = [one for one in follow_up if one.form == "death"]
    if dead:
        return [_ended(dead[0].visit, dead[0].on, dead[0].on, "DEATH")]
    last = [one.on for one in follow_up if one.visit == "m24"]
    if last:
        return [_ended("m24", last[0], max(one.on for one in follow_up), "COMPLETED")]
    lost = fate.place.on(fate.last)
    if lost >= DATA_CUT or fate.last >= LAST_DAY:
        return []
    code = f"u{2 if any(one.visit == 'u1' for one in follow_up) else 1}"
    return [_ended(code, lost, lost, "LOST TO FOLLOW-UP")]


def _ended(visit: str, on: date, day: date, reason: str) -> Typed:
    return Typed("end_of_study", visit, max(on, day), {"ended_on": day.isoformat(), "reason": reason}, "investigator")
