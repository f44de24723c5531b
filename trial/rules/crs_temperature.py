"""The temperature of a CRS assessment: the highest since the last one, of what stands in it and in the vital signs."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from operator import attrgetter
from types import SimpleNamespace
from typing import Any

from trial.rules.crs_axes import FEVER_CEL
from trial.rules.crs_options import CONVENTION
from trial.rules.verdict import Verdict, decimal, figure, known

__all__ = ["BASES", "CLAUSES", "VERSION", "Read", "highest", "read"]

_AT = attrgetter("measured_at")
VERSION = "crs_temperature_1"
BASES = (CONVENTION,)

ENTERED = "Temperature {temperature} °C, as entered in the assessment."
ELSEWHERE = "Temperature {temperature} °C in the vital signs of {at}; the assessment has none of its own."
HIGHER_ELSEWHERE = (
    "Temperature {temperature} °C in the vital signs of {at}, higher than in the assessment ({entered} °C)."
)
MISSING = "Neither the assessment nor the vital signs of its day have a temperature, and no fever was measured since the last one."
CLAUSES: tuple[str, ...] = (ENTERED, ELSEWHERE, HIGHER_ELSEWHERE, MISSING)


class Read:
    """An assessment whose highest temperature stands in the vital signs; all else is as it was entered."""

    __slots__ = ("_entered", "measured", "temperature")

    def __init__(self, entered: Any, measured: Any) -> None:
        self._entered, self.measured, self.temperature = entered, measured, measured.temperature

    def __getattr__(self, name: str) -> Any:
        return getattr(self._entered, name)


def read(assessments: Iterable[Any], vital_signs: Iterable[Any]) -> list[Any]:
    """The same assessments, oldest first, each with the highest temperature (Cel) since the one before it.

    vital_signs: those since the infusion, in any order, with `measured_at` and `temperature`. They belong to the first
    assessment at or after them; what was measured later than the last assessment belongs to none. A fever always counts;
    that there was none, an assessment without a temperature takes from measurements of its own day alone. An assessment
    without a time of day has no stretch of time: it keeps what was entered, and ends nothing.
    """
    rows = list(assessments)
    measured = sorted((one for one in vital_signs if _usable(one)), key=_AT)
    if not measured:
        return rows
    found, at = [], 0
    for row in rows:
        begin, now = at, row.assessed_at
        if _is_time(now):
            while at < len(measured) and measured[at].measured_at <= now:
                at += 1
        found.append(_highest(row, measured[begin:at]) if at > begin else row)
    return found


def highest(
    *,
    temperature: Any,
    assessed_at: datetime | None,
    history: Iterable[Any] = (),
    vital_signs: Iterable[Any] = (),
) -> Verdict:
    """The temperature that an assessment is graded by, Cel; None = neither it nor the vital signs have one.

    temperature: as entered, Cel. history: the earlier assessments since the infusion. vital_signs: see `read`.
    """
    *_, this = read([*history, SimpleNamespace(temperature=temperature, assessed_at=assessed_at)], vital_signs)
    entered = decimal(temperature)
    if isinstance(this, Read):
        shown = {"temperature": _figure(this.temperature), "at": f"{this.measured.measured_at:%Y-%m-%d %H:%M}"}
        if entered is None:
            return _said(shown["temperature"], ELSEWHERE, **shown)
        return _said(shown["temperature"], HIGHER_ELSEWHERE, entered=figure(entered), **shown)
    if entered is None:
        return _said(None, MISSING)
    return _said(figure(entered), ENTERED, temperature=figure(entered))


def _highest(row: Any, stretch: Sequence[Any]) -> Any:
    hottest, entered = _hottest(stretch), decimal(row.temperature)
    seen = decimal(hottest.temperature) or 0
    if entered is not None and entered >= seen:
        return row
    if entered is None and seen < FEVER_CEL:
        of_day = [one for one in stretch if _day(one.measured_at, row.assessed_at) == row.assessed_at.date()]
        return Read(row, _hottest(of_day)) if of_day else row
    return Read(row, hottest)


def _day(at: datetime, like: datetime) -> date:
    """The day of a time on the clock of another, where both have one."""
    return (at.astimezone(like.tzinfo) if at.tzinfo and like.tzinfo else at).date()


def _said(value: str | None, clause: str, /, **shown: str) -> Verdict:
    return Verdict(value and f"{value} Cel", clause, CONVENTION, version=VERSION, shown=shown)


def _figure(value: Any) -> str:
    found = decimal(value)
    return "" if found is None else figure(found)


def _hottest(stretch: Sequence[Any]) -> Any:
    """The first measurement of the highest temperature, of measurements in order of time."""
    return stretch[0] if len(stretch) == 1 else max(stretch, key=lambda one: decimal(one.temperature) or 0)


def _usable(one: Any) -> bool:
    return _is_time(one.measured_at) and known(one.temperature)


def _is_time(at: Any) -> bool:
    """False for a day, and for the missing time of a data frame, which differs from itself."""
    return isinstance(at, datetime) and bool(at == at)
