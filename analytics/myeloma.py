"""The myeloma of every infused subject, from the frames of a cut: the rules of the pages, over the same forms."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from analytics.derive import plain, records, zones
from analytics.registry import step
from crf.myeloma import due
from trial.rules import imwg, myeloma, time_to_event
from trial.rules.imwg_timeline import Assessment

# The day by which a form is known to belong to an assessment.
DATED_BY = {
    "myeloma_history": "assessed_on",
    "myeloma_laboratory": "sampled_on",
    "bone_marrow": "sampled_on",
    "extramedullary_lesions": "imaged_on",
    "response_assessment": "assessed_on",
    "survival_status": "status_on",
    "subsequent_therapy": "started_on",
    "death": "died_on",
}


@dataclass(frozen=True, slots=True)
class Course:
    """One infused subject: the rows of its myeloma forms, and what the rules make of them."""

    subject: str
    infused_on: date
    forms: Mapping[str, Sequence[Any]]  # rows by name of the form, as namedtuples of the frame's columns
    followed: myeloma.Followed

    def again(
        self,
        *,
        response_options: imwg.ImwgOptions = imwg.RECOMMENDED,
        time_options: time_to_event.TimeOptions = time_to_event.RECOMMENDED,
    ) -> myeloma.Followed:
        """The same forms judged with other options."""
        return _follow(self.forms, self.infused_on, response_options, time_options)

    def day(self, on: date | None) -> int | None:
        """The study day, infusion = day 0."""
        return None if on is None else (on - self.infused_on).days

    def on(self, form: str, *days: date | None) -> list[tuple[str, str, int]]:
        """The forms of that name about these days: (form, visit or "" for a log, occurrence)."""
        rows = (row for row in self.forms[form] if getattr(row, DATED_BY[form]) in days)
        return [(form, row.visit or "", int(row.occurrence)) for row in rows]

    def behind(self, one: Assessment) -> list[tuple[str, str, int]]:
        """The forms that an assessment of response rests on, a marrow or imaging carried forward included."""
        found = self.on("myeloma_laboratory", one.laboratory.day) if one.laboratory else []
        for form, part in (("bone_marrow", one.last_marrow), ("extramedullary_lesions", one.last_imaging)):
            found += self.on(form, part.day) if part else []
        return found


def as_forms(behind: Iterable[tuple[str, str, int]]) -> str:
    """Forms behind a value as a column `forms` of a data set holds them (see analytics.details)."""
    return json.dumps(list(dict.fromkeys(behind)))


@step
def courses_of_myeloma(
    subject: pd.DataFrame,
    myeloma_history: pd.DataFrame,
    myeloma_laboratory: pd.DataFrame,
    bone_marrow: pd.DataFrame,
    extramedullary_lesions: pd.DataFrame,
    extramedullary_lesions__lesions: pd.DataFrame,
    response_assessment: pd.DataFrame,
    survival_status: pd.DataFrame,
    subsequent_therapy: pd.DataFrame,
    death: pd.DataFrame,
) -> dict[str, Course]:
    """Every infused subject's forms of myeloma and follow-up, judged once for all data sets, by code."""
    frames = {
        "myeloma_history": myeloma_history,
        "myeloma_laboratory": myeloma_laboratory,
        "bone_marrow": bone_marrow,
        "response_assessment": response_assessment,
        "survival_status": survival_status,
        "subsequent_therapy": subsequent_therapy,
        "death": death,
    }
    rows = {name: _by_subject(records(frame, name)) for name, frame in frames.items()}
    rows["extramedullary_lesions"] = _by_subject(_with_lesions(extramedullary_lesions, extramedullary_lesions__lesions))
    clock = zones(subject)
    found = {}
    for code, at in zip(subject["subject"], plain(subject["infused_at"]), strict=True):
        if isinstance(at, datetime):
            infused_on = at.astimezone(clock[code]).date()
            own = {name: rows[name].get(code, []) for name in DATED_BY}
            followed = _follow(own, infused_on, imwg.RECOMMENDED, time_to_event.RECOMMENDED)
            found[code] = Course(code, infused_on, own, followed)
    return dict(sorted(found.items()))


def _follow(
    forms: Mapping[str, Sequence[Any]],
    infused_on: date,
    response_options: imwg.ImwgOptions,
    time_options: time_to_event.TimeOptions,
) -> myeloma.Followed:
    return myeloma.follow(
        forms,
        infused_on=infused_on,
        schedule=due(),
        response_options=response_options,
        time_options=time_options,
    )


def _by_subject(rows: Iterable[Any]) -> dict[str, list[Any]]:
    """Rows of forms that were done, by subject."""
    found: dict[str, list[Any]] = {}
    for row in rows:
        if row.status == "COMPLETE":
            found.setdefault(row.subject, []).append(row)
    return found


def _with_lesions(forms: pd.DataFrame, lesions: pd.DataFrame) -> Iterator[Any]:
    """Each imaging with its lines, in the order in which they were typed."""
    lines: dict[tuple[str, str, int], list[Any]] = {}
    for line in records(lesions, "lesion"):
        lines.setdefault((line.subject, line.visit, line.occurrence), []).append(line)
    for row in records(forms.assign(lesions=None), "imaging"):
        yield row._replace(lesions=tuple(lines.get((row.subject, row.visit, row.occurrence), ())))
