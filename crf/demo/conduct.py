"""Renewed consent, dose-limiting toxicity, deviations and the end of study of the demonstration subjects. Invented.

Nobody had a limiting toxicity: none was published. Two of the eight subjects of the third level are not evaluable, so
that the reconstruction keeps to two cohorts a level, as 3+3 has them.
"""

from crf.demo import followup, vitals
from crf.demo.assessments import on, seen
from crf.demo.calendar import placement
from crf.demo.rows import Row
from crf.demo.typed import Typed

# Study day, category, what happened, weight, days until it was reported.
_DEVIATIONS = {
    "RECON-05": ((6, "PROCEDURE", "The evening round of CRS was written down the next morning.", "MINOR", 3),),
    "RECON-09": ((-4, "PROCEDURE", "The electrocardiogram before lymphodepletion was done a day late.", "MINOR", 6),),
    "RECON-13": ((161, "VISIT", "Treatment began before the visit of month 6, which was not held.", "MINOR", 20),),
    "RECON-20": ((14, "PROCEDURE", "Blood for the biobank was not drawn.", "MINOR", 5),),
    "RECON-22": (
        (-14, "CONSENT", "The subject took home a copy of the consent without the site's stamp.", "MAJOR", 1),
    ),
}

_AMENDED_CONSENT = "2.0"
# Not evaluable, and why. No form of these days says otherwise: days 15 to 20 have no visit.
_NOT_EVALUABLE = {
    "RECON-10": "Went home on day 15 and was not reached before day 21: events of these days are not known.",
    "RECON-12": "Was at another hospital from day 15 to 20, and its records were not obtained: the window is incomplete.",
}


def forms(row: Row) -> list[Typed]:
    """In the order of time; each written when it was known, the end of study after the death."""
    return sorted([*_evaluation(row), *_deviations(row), *_end(row)], key=lambda one: one.on)


def renewed(row: Row) -> list[Typed]:
    """At the first visit under protocol 2.0 of a subject who had consented under 1.0."""
    place = placement(row.subject_id)
    amended = place.site.amended_on
    visits = sorted(one.on for one in vitals.forms(row, place) if one.on >= amended)
    if place.screened_on >= amended or not visits:
        return []
    data: dict[str, object] = {
        "given_on": visits[0].isoformat(), "protocol_version": "2.0", "consent_version": _AMENDED_CONSENT, "because": "AMENDMENT",
    }  # fmt: skip
    return [Typed("renewed_consent", "", visits[0], data, "coordinator")]


def _evaluation(row: Row) -> list[Typed]:
    """At the visit of month 1, where it took place."""
    found = []
    for day in [one.day for one in seen(row) if one.visit == "m1"]:
        data: dict[str, object] = {"evaluated_on": on(row, day).isoformat(), "evaluable": "Y", "dlt": "N"}
        if row.subject_id in _NOT_EVALUABLE:
            data |= {"evaluable": "N", "not_evaluable_because": _NOT_EVALUABLE[row.subject_id]}
        found.append(Typed("dlt_evaluation", "m1", on(row, day), data, "investigator"))
    return found


def _deviations(row: Row) -> list[Typed]:
    found = []
    for number, (day, category, words, severity, later) in enumerate(_DEVIATIONS.get(row.subject_id, ()), start=1):
        data: dict[str, object] = {
            "happened_on": on(row, day).isoformat(),
            "category": category,
            "description": words,
            "severity": severity,
            "reported_on": on(row, day + later).isoformat(),
        }
        found.append(Typed("protocol_deviation", "", on(row, day + later), data, "coordinator", number))
    return found


def _end(row: Row) -> list[Typed]:
    """With the death, at the same visit; everybody else is still followed."""
    found = []
    for death in [one for one in followup.forms(row) if one.form == "death"]:
        data: dict[str, object] = {"ended_on": str(death.data["died_on"]), "reason": "DEATH"}
        found.append(Typed("end_of_study", death.visit, death.on, data, "investigator"))
    return found
