"""Serious adverse events, one row an event; and deaths, one row a subject who died."""

import json
from collections.abc import Iterable
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adcrs import typed
from analytics.datasets.addisp import first_done
from analytics.datasets.dlt import Evaluation
from analytics.derive import plain, records
from analytics.myeloma import Course, as_forms
from analytics.registry import dataset

# Criteria of seriousness of the form, in its order.
CRITERIA = ("death", "life_threatening", "hospitalisation", "disability", "congenital", "medically_important")
SERIOUS = {
    "subject": "str", "site": "str", "dose_level": "str", "occurrence": "Int64", "verbatim": "str", "term": "str",
    "grade": "Int64", "onset_day": "Int64", "end_day": "Int64", "ongoing": "str", "outcome": "str", "related_cart": "str",
    "emergent": "bool", "criteria": "str", "reported_at": "object", "dlt": "bool", "forms": "str",
}  # fmt: skip
DEATH = {
    "subject": "str", "dose_level": "str", "died_on": "object", "day": "Int64", "cause": "str", "progressed": "bool",
    "fatal_events": "str", "forms": "str",
}  # fmt: skip
OVERVIEW = {
    "subject": "str", "events": "Int64", "worst": "Int64", "serious_events": "Int64", "limiting": "str", "death_day": "Int64",
    "cause": "str", "forms": "str",
}  # fmt: skip


@dataset(
    title=_("Serious adverse events"),
    definition=_(
        "One row a serious entry of the adverse event log, with its criteria, and whether it limited the dose."
    ),
)
def adsae(adae: pd.DataFrame, adverse_event: pd.DataFrame, evaluations: dict[str, Evaluation]) -> pd.DataFrame:
    """Sorted by subject and number; criteria: names of those answered with yes, joined by a space."""
    own = ("subject", "site", "dose_level", "occurrence", "verbatim", "term", "grade", "onset_day", "end_day", "ongoing",
           "outcome", "related_cart", "emergent")  # fmt: skip
    said = {(row.subject, row.occurrence): row for row in records(adverse_event, "entry")}
    limiting = {(one.subject, one.event) for one in evaluations.values() if one.event is not None}
    rows = []
    for event in records(adae[adae["serious"] == "Y"], "event"):
        entry = said[(event.subject, event.occurrence)]
        rows.append(
            {
                **{name: getattr(event, name) for name in own},
                "criteria": " ".join(name for name in CRITERIA if getattr(entry, name) == "Y"),
                "reported_at": entry.reported_at,
                "dlt": (event.subject, event.occurrence) in limiting,
                "forms": as_forms([("adverse_event", "", int(event.occurrence))]),
            }
        )
    return typed(rows, SERIOUS)


@dataset(
    title=_("Deaths"),
    definition=_(
        "One row a subject who died: study day, main cause, whether after progression, and fatal adverse events."
    ),
)
def addeath(
    adsl: pd.DataFrame, death: pd.DataFrame, adae: pd.DataFrame, courses_of_myeloma: dict[str, Course],
    evaluations: dict[str, Evaluation],
) -> pd.DataFrame:  # fmt: skip
    """Sorted by subject; the first form of a death counts. day: from the infusion, blank where not infused."""
    level = dict(zip(plain(adsl["subject"]), plain(adsl["dose_level"]), strict=True))
    fatal: dict[str, list[Any]] = {}
    for event in records(adae, "event"):
        if event.outcome == "FATAL" or event.grade == 5:
            fatal.setdefault(event.subject, []).append(event)
    rows = []
    for code, form in sorted(first_done(death, "died_on").items()):
        course, infused = courses_of_myeloma.get(code), evaluations.get(code)
        progressed_on = None if course is None else course.followed.response.progression_on
        forms = [("death", form.visit, int(form.occurrence))]
        forms += [("adverse_event", "", int(event.occurrence)) for event in fatal.get(code, [])]
        rows.append(
            {
                "subject": code,
                "dose_level": level.get(code),
                "died_on": form.died_on,
                "day": None if infused is None else (form.died_on - infused.infused_on).days,
                "cause": form.cause,
                "progressed": progressed_on is not None and progressed_on <= form.died_on,
                "fatal_events": "; ".join(str(event.verbatim or event.term or "") for event in fatal.get(code, [])),
                "forms": as_forms(forms),
            }
        )
    return typed(rows, DEATH)


@dataset(
    title=_("Safety by subject"),
    definition=_(
        "One row a subject: treatment-emergent events, worst grade, serious events, limiting toxicity and death."
    ),
)
def adsafe(adae_subject: pd.DataFrame, addeath: pd.DataFrame, evaluations: dict[str, Evaluation]) -> pd.DataFrame:
    """Subjects of adsl in its order; limiting: Y, N, or blank where not infused."""
    died = {row.subject: row for row in records(addeath, "death")}
    rows = []
    for one in records(adae_subject[["subject", "events", "worst", "serious_events", "forms"]], "subject"):
        judged, death = evaluations.get(one.subject), died.get(one.subject)
        limiting = None if judged is None else "Y" if judged.toxic else "N"
        rows.append(
            {
                "subject": one.subject,
                "events": one.events,
                "worst": one.worst,
                "serious_events": one.serious_events,
                "limiting": limiting,
                "death_day": death and death.day,
                "cause": death and death.cause,
                "forms": _together(one.forms, death and death.forms),
            }
        )
    return typed(rows, OVERVIEW)


def _together(*texts: str | None) -> str:
    found: Iterable[Any] = [tuple(form) for text in texts if text for form in json.loads(text)]
    return as_forms(found)
