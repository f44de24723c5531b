"""Medication beside the trial product, and what the CRS assessments say was given: each asks about the other."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from crf.checks.timing import earliest, latest
from trial.rules import crs

LOG, CRS = "concomitant_medication", "crs_assessment"
LOG_READS = tuple(f"{LOG}.{item}" for item in ("marked", "started_on", "ended_on"))
CRS_READS = tuple(f"{CRS}.{item}" for item in ("assessed_at", "anticytokine", "anticytokine_drug", "steroid"))
EVENT_READS = ("adverse_event.verbatim",)
# Drugs against cytokines that have a mark of their own in the log.
ANTICYTOKINE = ("TOCILIZUMAB", "ANAKINRA")
# Words of a drug, in English or Chinese, that ask for its mark.
NAMES = {
    "TOCILIZUMAB": ("tocilizumab", "托珠单抗"),
    "STEROID": ("methasone", "prednis", "hydrocortisone", "地塞米松", "泼尼松", "氢化可的松"),
    "ANAKINRA": ("anakinra", "阿那白滞素"),
    "IVIG": ("immunoglobulin", "免疫球蛋白"),
    "G_CSF": ("filgrastim", "g-csf", "粒细胞集落刺激因子"),
}
ONE_DAY = timedelta(days=1)


def _day(at: datetime | date) -> date:
    return at.date() if isinstance(at, datetime) else at


def _known_day(text: str | None) -> bool:
    return text is not None and len(text) == len("2019-03-07")


def _spanned(one: Any) -> tuple[date | None, date]:
    """First and last day on which an entry may have been given, the widest that its dates allow."""
    return earliest(one.started_on), latest(one.ended_on) or date.max


def mark_fits_the_name(form: Any) -> bool | None:
    """A drug that the analysis asks for by name is marked."""
    words = (form.drug or "").casefold()
    wanted = {mark for mark, names in NAMES.items() if any(name in words for name in names)}
    return None if form.marked is None or not wanted else form.marked in wanted


def event_exists(form: Any) -> bool | None:
    """The number is that of an entry in the log of adverse events."""
    return None if form.event is None else form.entry("adverse_event", form.event) is not None


def event_named(form: Any) -> bool | None:
    """What is given for an adverse event says for which."""
    return None if form.indication != "ADVERSE_EVENT" else form.event is not None


def logged_once(form: Any) -> bool | None:
    """No other entry has the same drug, start and dose."""
    if None in (form.drug, form.started_on):
        return None

    def key(one: Any) -> tuple[str, Any, Any]:
        return str(one.drug or "").casefold(), one.started_on, one.dose

    return key(form) not in {key(one) for one in form.others(LOG)}


def _seen_at(form: Any) -> list[Any] | None:
    """CRS assessments that cover the first day of this medication; None where they do not reach beyond it yet.

    An assessment speaks of the time since the one before: the day and the next day that was assessed belong to it.
    """
    if form.indication != "CRS" or not _known_day(form.started_on):
        return None
    start = date.fromisoformat(form.started_on)
    rows = [one for one in form.others(CRS) if one.assessed_at is not None]
    after = [_day(one.assessed_at) for one in rows if _day(one.assessed_at) > start]
    return [one for one in rows if start <= _day(one.assessed_at) <= min(after)] if after else None


def anticytokine_assessed(form: Any) -> bool | None:
    """A drug against cytokines that was given for CRS is named by a CRS assessment of its day."""
    if form.marked not in ANTICYTOKINE:
        return None
    rows = _seen_at(form)
    return None if rows is None else any(r.anticytokine == "Y" and r.anticytokine_drug == form.marked for r in rows)


def steroid_assessed(form: Any) -> bool | None:
    """A corticosteroid that was given for CRS is named by a CRS assessment of its day."""
    if form.marked != "STEROID":
        return None
    rows = _seen_at(form)
    return None if rows is None else any(one.steroid == "Y" for one in rows)


def _logged(form: Any, mark: str) -> bool | None:
    """Whether the log has a drug of this mark on the day of the assessment or the day before it."""
    if form.day is None:
        return None
    spans = [_spanned(one) for one in form.others(LOG) if one.marked == mark]
    return any(first is not None and first <= form.day and last >= form.day - ONE_DAY for first, last in spans)


def treated_crs_is_there(form: Any) -> bool | None:
    """CRS that is treated was seen: in this assessment or in one before it since the infusion."""
    if "Y" not in (form.anticytokine, form.steroid) or form.astct.value is None:
        return None
    measured = form.others_since_infusion("vital_signs")
    return form.astct.value > 0 or bool(crs.course(form.since_infusion(form.history), vital_signs=measured).episodes)


def anticytokine_logged(form: Any) -> bool | None:
    """A CRS assessment that names tocilizumab or anakinra finds it in the log."""
    if form.anticytokine != "Y" or form.anticytokine_drug not in ANTICYTOKINE:
        return None
    return _logged(form, form.anticytokine_drug)


def steroid_logged(form: Any) -> bool | None:
    """A CRS assessment that names a corticosteroid finds one in the log."""
    return None if form.steroid != "Y" else _logged(form, "STEROID")
