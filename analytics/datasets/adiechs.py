"""Findings of IEC-HS: one row a day with a ferritin, and one a subject with what was found beside a raised one."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.blood import PANELS, Samples
from analytics.datasets.adcrs import typed
from analytics.datasets.limits import OfSubjects
from analytics.datasets.reasons import clauses
from analytics.derive import plain, records
from analytics.layout import figure
from analytics.myeloma import as_forms
from analytics.registry import dataset
from trial.rules import iec_hs_on
from trial.rules.iec_hs import IecHs, Rows
from trial.rules.iec_hs_on import DAYS_BEFORE, Told
from trial.rules.verdict import joined

# Findings in the order of the rule: those that laboratory values tell, then those that a person answers.
FERRITIN = "ferritin_criterion"
SUPPORTING = ("transaminases", "fibrinogen", "direct_bilirubin", "ldh", "clotting", "triglycerides", "cytopenia")
CLINICAL = ("splenomegaly", "renal_insufficiency", "pulmonary", "fever", "neurotoxicity", "haemophagocytosis")
FINDINGS = (*SUPPORTING, *CLINICAL)
DAY = {
    "subject": "str", "site": "str", "day": "Int64", "ferritin": "float64", FERRITIN: "Int64",
    **dict.fromkeys(FINDINGS, "Int64"), "clauses": "str", "flags": "str", "rule": "str", "forms": "str",
}  # fmt: skip
SUBJECT = {
    "subject": "str", "days": "Int64", "met_days": "Int64", "first_met_day": "Int64", "highest": "float64", "highest_shown": "str",
    "highest_day": "Int64", FERRITIN: "Int64", **dict.fromkeys(FINDINGS, "Int64"), "clauses": "str", "forms": "str",
}  # fmt: skip


@dataset(
    title=_("Findings of IEC-HS by day"),
    definition=_(
        "One row a day after the infusion with a ferritin: each finding on that day and the three days before it, "
        "1 = present, 0 = absent, blank = not known. There is no conclusion; the investigator decides."
    ),
)
def adiechs(
    subject: pd.DataFrame,
    demographics: pd.DataFrame,
    reference_range: pd.DataFrame,
    samples_of_blood: dict[str, Samples],
) -> pd.DataFrame:
    """Days of infused subjects, sorted by subject and day."""
    limits = OfSubjects(subject, demographics, reference_range)
    lines = [line for own in samples_of_blood.values() for line in _days(own, limits)]
    return typed(lines, DAY)


def told(own: Samples, limits: OfSubjects) -> Told:
    """A subject's laboratory as the rule reads it, with the limits of the pages."""
    rows = Rows(**{panel: own.rows[panel] for panel in PANELS})
    return Told(own.infused_on, rows, lambda item, on: limits.at(own.subject, own.site, item, on))


def _days(own: Samples, limits: OfSubjects) -> Iterator[dict[str, Any]]:
    values: dict[date, list[Any]] = {}
    for row in own.rows["inflammation"]:
        if row.ferritin is not None and row.sampled_at.date() > own.infused_on:
            values.setdefault(row.sampled_at.date(), []).append(row.ferritin)
    whole = told(own, limits)
    for on, ferritin in sorted(values.items()):
        found = iec_hs_on.around(whole, on)
        yield {
            "subject": own.subject,
            "site": own.site,
            "day": (on - own.infused_on).days,
            "ferritin": float(max(ferritin)),
            FERRITIN: found.of("FERRITIN").verdict.value,
            **{name: found.of(name.upper()).verdict.value for name in FINDINGS},
            "clauses": clauses(_present(found)),
            "flags": " ".join(joined(*(one.verdict.flags for one in found.findings))),
            "rule": iec_hs_on.VERSION,
            "forms": as_forms(own.between(PANELS, on - timedelta(days=DAYS_BEFORE), on)),
        }


def _present(found: IecHs) -> Iterator[Any]:
    """The lines of what is present, and the rise of ferritin, which is not judged."""
    for one in found.findings:
        if one.verdict.value == 1:
            yield from [part for part in one.verdict.because if part.value == 1] or [one.verdict]
        elif one.name == "FERRITIN_RISE" and one.verdict.shown:
            yield one.verdict


@dataset(
    title=_("Findings of IEC-HS by subject"),
    definition=_(
        "One row a subject: whether the ferritin criterion was met on any day, its first day, the highest ferritin, and each "
        "supporting finding on a day with the criterion; the clauses are those of the day of the highest ferritin."
    ),
)
def adiechs_subject(adiechs: pd.DataFrame, adsl: pd.DataFrame) -> pd.DataFrame:
    """Subjects of adsl in its order; findings are missing where ferritin was never judged."""
    own: dict[str, list[Any]] = {}
    for row in records(adiechs, "day"):
        own.setdefault(row.subject, []).append(row)
    return typed([_subject(code, own.get(code, [])) for code in plain(adsl["subject"])], SUBJECT)


def _subject(code: str, days: Sequence[Any]) -> dict[str, Any]:
    met = [row for row in days if getattr(row, FERRITIN) == 1]
    highest = max(days, key=lambda row: (row.ferritin, -row.day), default=None)
    line: Mapping[str, Any] = {
        "subject": code, "days": len(days), "met_days": len(met), FERRITIN: _any(getattr(row, FERRITIN) for row in days),
        "clauses": "[]", "forms": as_forms(()),
    }  # fmt: skip
    if highest is None:
        return dict(line)
    # The day that is explained, the first with the criterion, and the first with each finding that was not there then.
    lacking = [name for name in FINDINGS if getattr(highest, name) != 1]
    others = [next((row for row in met if getattr(row, name) == 1), highest) for name in lacking]
    shown = [*met[:1], highest, *others]
    behind = [(form, visit, occurrence) for row in shown for form, visit, occurrence in json.loads(row.forms)]
    return {
        **line,
        "first_met_day": met[0].day if met else None,
        "highest": float(highest.ferritin),
        "highest_shown": figure(float(highest.ferritin), places=0),
        "highest_day": highest.day,
        **{name: _any(getattr(row, name) for row in met) for name in FINDINGS},
        "clauses": highest.clauses,
        "forms": as_forms(behind),
    }


def _any(values: Iterator[int | None]) -> int | None:
    """1 where it is present on a day, else 0 where it is absent on one, None where it is known on none."""
    return max((value for value in values if value is not None), default=None)
