"""From frames to what follows from them: study days, missing values as None, a rule over each subject's assessments.

Days are calendar days at the site: a frame `subject` with a column `timezone` (IANA name of the site's zone) is read by
it, one without by UTC.
"""

from collections import namedtuple
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd

from analytics.registry import step
from trial.rules import crs

# 365.25 / 12, as in the time-to-event definitions of the analysis plan.
DAYS_PER_MONTH = 30.4375


def require(frame: pd.DataFrame, name: str, columns: Iterable[str]) -> pd.DataFrame:
    """The frame itself; ValueError naming the columns that it lacks."""
    lacking = [column for column in columns if column not in frame.columns]
    if lacking:
        raise ValueError(f"frame {name} lacks {', '.join(lacking)}")
    return frame


def study_day(at: datetime | date | None, infused_at: datetime | None, zone: tzinfo = UTC) -> int | None:
    """Calendar days from the infusion (= day 0) on the clock of the zone; None where either is missing."""
    if at is None or infused_at is None:
        return None
    day = at.astimezone(zone).date() if isinstance(at, datetime) else at
    return (day - infused_at.astimezone(zone).date()).days


def months(days: float) -> float:
    """Days as months of 30.4375 days."""
    return days / DAYS_PER_MONTH


def plain(values: pd.Series) -> list[Any]:
    """A column as Python values: missing is None, a measured number the Decimal that was typed, a time a datetime."""
    present = values.notna().tolist()
    if pd.api.types.is_bool_dtype(values.dtype):
        return [bool(value) if there else None for value, there in zip(values, present, strict=True)]
    if pd.api.types.is_float_dtype(values.dtype):
        # repr gives the shortest digits that stand for the float, which are those of the Decimal it came from.
        return [Decimal(repr(float(v))) if there else None for v, there in zip(values.tolist(), present, strict=True)]
    if pd.api.types.is_integer_dtype(values.dtype):
        return [int(value) if there else None for value, there in zip(values.tolist(), present, strict=True)]
    # As an array of objects: a column of text, kept by Arrow, is slow to walk through.
    return [_plain(v) if there else None for v, there in zip(values.to_numpy(dtype=object), present, strict=True)]


def _plain(value: Any) -> Any:
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


def records(frame: pd.DataFrame, name: str) -> Iterator[Any]:
    """The rows of a frame as namedtuples with one attribute per column, values as `plain` gives them."""
    row = namedtuple(name, list(frame.columns))  # type: ignore[misc]
    return map(row._make, zip(*(plain(frame[column]) for column in frame.columns), strict=True))


class Measured(NamedTuple):
    """A temperature of the vital signs."""

    measured_at: datetime
    temperature: Any


@dataclass(frozen=True, slots=True)
class Followed:
    """One subject's assessments in order of time, their places in the frame, and the course the rule made of them."""

    places: tuple[int, ...]
    assessments: tuple[Any, ...]
    days: tuple[int | None, ...]
    vital_signs: tuple[Measured, ...]  # since the infusion, in any order
    course: crs.Course


def zones(subject: pd.DataFrame) -> dict[str, tzinfo]:
    """The clock of each subject's site."""
    if "timezone" not in subject.columns:
        return dict.fromkeys(subject["subject"], UTC)
    return {
        code: UTC if name is None else ZoneInfo(name)
        for code, name in zip(subject["subject"], plain(subject["timezone"]), strict=True)
    }


@step
def courses(
    subject: pd.DataFrame,
    crs_assessment: pd.DataFrame,
    crs_assessment__vasopressors: pd.DataFrame,
    vital_signs: pd.DataFrame,
) -> dict[str, Followed]:
    """CRS of each infused subject with an assessment from the infusion on, in one pass over all assessments.

    An assessment without a time was not done; one before the infusion cannot be of its CRS: neither takes part, nor do
    vital signs like that. A temperature of the vital signs counts as the rule says (trial.rules.crs_temperature).
    """
    require(subject, "subject", ("subject", "infused_at"))
    require(crs_assessment, "crs_assessment", ("subject", "visit", "occurrence", "assessed_at"))
    infused = dict(zip(subject["subject"], plain(subject["infused_at"]), strict=True))
    clock = zones(subject)
    pressors = _grouped(crs_assessment__vasopressors)
    measured = _measured(vital_signs)
    lines: dict[str, list[tuple[datetime, int, Any]]] = {}
    assessment = namedtuple("assessment", [*crs_assessment.columns, "vasopressors"])  # type: ignore[misc]
    for place, row in enumerate(records(crs_assessment, "row")):
        infusion = infused.get(row.subject)
        if infusion is None or row.assessed_at is None or row.assessed_at < infusion:
            continue
        given = tuple(pressors.get((row.subject, row.visit, row.occurrence), ()))
        local = row._replace(assessed_at=row.assessed_at.astimezone(clock[row.subject]))
        item = assessment._make((*local, given))
        lines.setdefault(row.subject, []).append((row.assessed_at, place, item))
    return {code: _follow(lines[code], measured.get(code, ()), infused[code], clock[code]) for code in sorted(lines)}


def _grouped(rows: pd.DataFrame) -> dict[tuple[str, str, int], list[Any]]:
    """The rows of a grid by the form that they stand in."""
    require(rows, "crs_assessment.vasopressors", ("subject", "visit", "occurrence", "drug", "started_at", "stopped_at"))
    groups: dict[tuple[str, str, int], list[Any]] = {}
    for row in records(rows.sort_values(["subject", "visit", "occurrence", "row"]), "vasopressor"):
        groups.setdefault((row.subject, row.visit, row.occurrence), []).append(row)
    return groups


def _measured(vital_signs: pd.DataFrame) -> dict[str, list[Measured]]:
    """The temperatures of the vital signs with their time, by subject."""
    columns = ("subject", "measured_at", "temperature")
    require(vital_signs, "vital_signs", columns)
    found: dict[str, list[Measured]] = {}
    for code, at, temperature in zip(*(plain(vital_signs[name]) for name in columns), strict=True):
        if at is not None and temperature is not None:
            found.setdefault(code, []).append(Measured(at, temperature))
    return found


def _follow(
    lines: Sequence[tuple[datetime, int, Any]], measured: Sequence[Measured], infused_at: datetime, zone: tzinfo
) -> Followed:
    ordered = sorted(lines, key=lambda line: line[:2])
    assessments = tuple(item for _, _, item in ordered)
    since = tuple(one for one in measured if one.measured_at >= infused_at)
    return Followed(
        places=tuple(place for _, place, _ in ordered),
        assessments=assessments,
        days=tuple(study_day(at, infused_at, zone) for at, _, _ in ordered),
        vital_signs=since,
        course=crs.course(assessments, vital_signs=since, infused_at=infused_at.astimezone(zone)),
    )
