"""The temperature of a CRS assessment: the highest since the last one, of what stands in it and in the vital signs."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from trial.rules.crs_axes import FEVER_CEL
from trial.rules.crs_options import CONVENTION
from trial.rules.verdict import Verdict, decimal, figure, known

__all__ = ["BASES", "CLAUSES", "VERSION", "Read", "elsewhere", "fevers", "fevers_after", "highest", "read"]

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
    """An assessment with what the vital signs of its stretch of time say; all else is as it was entered.

    measured: the vital sign whose temperature counts, None where that of the assessment does. fevers: when a fever was
    measured in the stretch, on the clock of the assessment, in order.
    """

    __slots__ = ("_entered", "fevers", "measured", "temperature")

    def __init__(self, entered: Any, measured: Any, fevers: tuple[datetime, ...]) -> None:
        self._entered, self.measured, self.fevers = entered, measured, fevers
        self.temperature = entered.temperature if measured is None else measured.temperature

    def __getattr__(self, name: str) -> Any:
        if name in Read.__slots__:  # a copy asks before anything is set
            raise AttributeError(name)
        return getattr(self._entered, name)


def read(assessments: Iterable[Any], vital_signs: Iterable[Any]) -> list[Any]:
    """The same assessments, oldest first, each with the highest temperature (Cel) since the one before it.

    vital_signs: those since the infusion, in any order, with `measured_at` and `temperature`. They belong to the first
    assessment at or after them; what was measured later than the last assessment belongs to none. A fever always counts;
    that there was none, an assessment without a temperature takes from measurements of its own day alone. An assessment
    without a time of day has no stretch of time: it keeps what was entered, and ends nothing.
    """
    rows = list(assessments)
    measured = _in_order(vital_signs)
    if not measured:
        return rows
    found, at = [], 0
    for row in rows:
        begin = at
        if _is_time(row.assessed_at):
            now = _instant(row.assessed_at)
            while at < len(measured) and _instant(measured[at].measured_at) <= now:
                at += 1
        found.append(_highest(row, measured[begin:at]) if at > begin else row)
    return found


def elsewhere(row: Any) -> bool:
    """Whether the temperature that an assessment is graded by stands in the vital signs."""
    return isinstance(row, Read) and row.measured is not None


def fevers(row: Any) -> tuple[datetime, ...]:
    """When a fever was measured since the assessment before, oldest first; empty where the vital signs hold none."""
    return row.fevers if isinstance(row, Read) else ()


def fevers_after(assessments: Iterable[Any], vital_signs: Iterable[Any]) -> tuple[datetime, ...]:
    """When a fever was measured after the last assessment that has a time, on its clock: nobody has judged those yet."""
    times = [row.assessed_at for row in assessments if _is_time(row.assessed_at)]
    if not times:
        return ()
    last = max(times, key=_instant)
    return tuple(at for at in _fevers(_in_order(vital_signs), last) if _instant(at) > _instant(last))


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
    if elsewhere(this):
        shown = {"temperature": _figure(this.temperature), "at": f"{this.measured.measured_at:%Y-%m-%d %H:%M}"}
        if entered is None:
            return _said(shown["temperature"], ELSEWHERE, **shown)
        return _said(shown["temperature"], HIGHER_ELSEWHERE, entered=figure(entered), **shown)
    if entered is None:
        return _said(None, MISSING)
    return _said(figure(entered), ENTERED, temperature=figure(entered))


def _highest(row: Any, stretch: Sequence[Any]) -> Any:
    hottest, entered = _hottest(stretch), decimal(row.temperature)
    seen, at = decimal(hottest.temperature) or 0, row.assessed_at
    if seen < FEVER_CEL:
        if entered is not None:
            return row if entered >= seen else Read(row, hottest, ())
        of_day = [one for one in stretch if _on_clock(one.measured_at, at).date() == at.date()]
        return Read(row, _hottest(of_day), ()) if of_day else row
    counts = None if entered is not None and entered >= seen else hottest
    return Read(row, counts, _fevers(stretch, at))


def _fevers(measured: Iterable[Any], like: datetime) -> tuple[datetime, ...]:
    found = (one for one in measured if (decimal(one.temperature) or 0) >= FEVER_CEL)
    return tuple(_on_clock(one.measured_at, like) for one in found)


def _on_clock(at: datetime, like: datetime) -> datetime:
    """A time on the clock of another, where both have one."""
    return at.astimezone(like.tzinfo) if at.tzinfo and like.tzinfo else at


def _instant(at: datetime) -> datetime:
    """For comparing: two times of one clock are else compared by what it shows, which it shows twice when it is put back."""
    return at.astimezone(UTC) if at.tzinfo else at


def _in_order(vital_signs: Iterable[Any]) -> list[Any]:
    return sorted((one for one in vital_signs if _usable(one)), key=lambda one: _instant(one.measured_at))


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
