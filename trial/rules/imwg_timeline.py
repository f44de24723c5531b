"""What was measured, in order of time: one assessment a laboratory day, joined by marrow, imaging and circulating cells."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from trial.rules.imwg_options import ImwgOptions
from trial.rules.verdict import Verdict, decimal, known


@dataclass(frozen=True, slots=True)
class Laboratory:
    """The myeloma laboratory of a day; M-protein in g/dL, urine in mg/24 h, light chains in mg/L, calcium in mmol/L."""

    day: date
    serum: Decimal | None = None
    serum_immunofixation: str | None = None
    serum_reflex: str | None = None
    urine: Decimal | None = None
    urine_immunofixation: str | None = None
    kappa: Decimal | None = None
    kappa_below_loq: bool = False
    lambda_: Decimal | None = None
    lambda_below_loq: bool = False
    calcium: Decimal | None = None
    oligoclonal: bool = False
    spurious: bool = False


@dataclass(frozen=True, slots=True)
class Marrow:
    """A bone marrow; `plasma_cells` is the higher of aspirate and biopsy in %, None = neither was read."""

    day: date
    plasma_cells: Decimal | None = None
    flow_only: Decimal | None = None  # %, kept where it is the only number
    clonality_method: str | None = None
    ratio: Decimal | None = None
    counted: Decimal | None = None
    clonal: str | None = None
    bcma: Decimal | None = None
    cd38: Decimal | None = None

    @property
    def read(self) -> bool:
        """Whether plasma cells were counted by any method; a marrow for MRD alone leaves the last count standing."""
        return self.plasma_cells is not None or self.flow_only is not None


@dataclass(frozen=True, slots=True)
class Imaging:
    """The response of the lesions on a day of imaging: CR, PR, MR, SD, PD or NE, with its reason."""

    day: date
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Circulating:
    """Circulating plasma cells per uL, whether the subject was on steroids, whether a person calls it a clinical relapse."""

    day: date
    cells: Decimal | None = None
    steroids: bool = False
    relapse: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything that belongs to one assessment of response; None = not done."""

    day: date
    laboratory: Laboratory | None = None
    marrow: Marrow | None = None
    imaging: Imaging | None = None
    circulating: Circulating | None = None
    last_marrow: Marrow | None = None  # this one, or the one carried forward
    last_imaging: Imaging | None = None  # this one, or the one carried forward


Dated = TypeVar("Dated", Laboratory, Marrow, Imaging, Circulating)


def laboratories(rows: Iterable[Any]) -> list[Laboratory]:
    """Oldest first, one a day: a value that is not doubted before one that is, then the worst of the day."""
    days: dict[date, list[Laboratory]] = {}
    for row in rows:
        if (day := day_of(row.sampled_on)) is not None:
            days.setdefault(day, []).append(_laboratory(row, day))
    return [_one(days[day]) for day in sorted(days)]


def _laboratory(row: Any, day: date) -> Laboratory:
    return Laboratory(
        day=day,
        serum=decimal(row.serum_m_protein),
        serum_immunofixation=_code(row.serum_immunofixation, "POSITIVE", "NEGATIVE"),
        serum_reflex=_code(row.serum_reflex, "POSITIVE", "NEGATIVE"),
        urine=decimal(row.urine_m_protein),
        urine_immunofixation=_code(row.urine_immunofixation, "POSITIVE", "NEGATIVE"),
        kappa=decimal(row.kappa_flc),
        kappa_below_loq=_is(row.kappa_below_loq, "Y"),
        lambda_=decimal(row.lambda_flc),
        lambda_below_loq=_is(row.lambda_below_loq, "Y"),
        calcium=decimal(row.calcium),
        oligoclonal=_is(row.oligoclonal, "Y"),
        spurious=_is(row.spurious, "Y"),
    )


def _one(rows: list[Laboratory]) -> Laboratory:
    """Several samples of a day as one; light chains are taken together from the sample with the larger difference."""
    rows = [row for row in rows if not row.spurious] or rows
    if len(rows) == 1:
        return rows[0]
    chains = max(rows, key=lambda row: (_difference(row), str(row)))
    return Laboratory(
        day=rows[0].day,
        serum=_highest(row.serum for row in rows),
        serum_immunofixation=_positive_first(row.serum_immunofixation for row in rows),
        serum_reflex=_positive_first(row.serum_reflex for row in rows),
        urine=_highest(row.urine for row in rows),
        urine_immunofixation=_positive_first(row.urine_immunofixation for row in rows),
        kappa=chains.kappa,
        kappa_below_loq=chains.kappa_below_loq,
        lambda_=chains.lambda_,
        lambda_below_loq=chains.lambda_below_loq,
        calcium=_highest(row.calcium for row in rows),
        oligoclonal=all(row.oligoclonal for row in rows if row.serum_immunofixation == "POSITIVE")
        and any(row.oligoclonal for row in rows),
        spurious=rows[0].spurious,
    )


def marrows(rows: Iterable[Any]) -> list[Marrow]:
    """Oldest first, one a day: the one with the most plasma cells."""
    days: dict[date, list[Marrow]] = {}
    for row in rows:
        if (day := day_of(row.sampled_on)) is not None:
            days.setdefault(day, []).append(_marrow(row, day))
    return [max(days[day], key=_cells_then_text) for day in sorted(days)]


def _cells_then_text(marrow: Marrow) -> tuple[Decimal, str]:
    return (Decimal(-1) if marrow.plasma_cells is None else marrow.plasma_cells, str(marrow))


def _marrow(row: Any, day: date) -> Marrow:
    cells = _highest((decimal(row.plasma_cells_aspirate), decimal(row.plasma_cells_biopsy)))
    return Marrow(
        day=day,
        plasma_cells=cells,
        flow_only=decimal(row.plasma_cells_flow) if cells is None else None,
        clonality_method=_code(row.clonality_method, "IHC", "FLOW"),
        ratio=decimal(row.kappa_lambda_ratio),
        counted=decimal(row.plasma_cells_counted),
        clonal=_code(row.clonal, "Y", "N"),
        bcma=decimal(row.bcma_positive),
        cd38=decimal(row.cd38_positive),
    )


def imagings(emd_course: Any) -> list[Imaging]:
    """The days of imaging of an EMD course; None = no course, no imaging."""
    if emd_course is None:
        return []
    pairs = zip(emd_course.days, emd_course.verdicts, strict=True)
    return sorted((Imaging(day=day, verdict=verdict) for day, verdict in pairs), key=lambda one: one.day)


def circulations(rows: Iterable[Any]) -> list[Circulating]:
    """Oldest first, one a day: the highest count; on steroids, or a clinical relapse, if any says so."""
    days: dict[date, list[Circulating]] = {}
    for row in rows:
        if (day := day_of(row.assessed_on)) is not None:
            cells = decimal(getattr(row, "circulating_plasma_cells", None))
            steroids = _is(getattr(row, "on_steroids", None), "Y")
            relapse = _is(getattr(row, "clinical_relapse", None), "Y")
            days.setdefault(day, []).append(Circulating(day=day, cells=cells, steroids=steroids, relapse=relapse))
    return [
        Circulating(
            day=day,
            cells=_highest(one.cells for one in days[day]),
            steroids=any(one.steroids for one in days[day]),
            relapse=any(one.relapse for one in days[day]),
        )
        for day in sorted(days)
    ]


def assessments(
    laboratory: Sequence[Laboratory],
    marrow: Sequence[Marrow],
    imaging: Sequence[Imaging],
    circulating: Sequence[Circulating],
    *,
    new_therapy_on: date | None,
    options: ImwgOptions,
) -> tuple[Assessment, ...]:
    """Assessments after the infusion, oldest first; all arguments hold days after the infusion only.

    Marrow, imaging and circulating cells join the nearest laboratory day (the earlier of two as near) within
    `join_days`, never across the start of a new therapy; what joins none is an assessment of its own day.
    """
    days = [one.day for one in laboratory]

    def home(day: date) -> date:
        return _home(day, days, new_therapy_on=new_therapy_on, options=options)

    labs = {one.day: one for one in laboratory}
    marrow_at, imaging_at, cells_at = _homes(marrow, home), _homes(imaging, home), _homes(circulating, home)
    telling = {day for day, one in cells_at.items() if one.cells is not None}  # steroids alone make no assessment
    read = [one for one in marrow if one.read]
    return tuple(
        Assessment(
            day=day,
            laboratory=labs.get(day),
            marrow=marrow_at.get(day),
            imaging=imaging_at.get(day),
            circulating=cells_at.get(day),
            last_marrow=_carried_marrow(read, marrow_at.get(day), day, options),
            last_imaging=imaging_at.get(day) or _carried_imaging(imaging, day, options),
        )
        for day in sorted({*labs, *marrow_at, *imaging_at, *telling})
    )


def _home(day: date, days: Sequence[date], *, new_therapy_on: date | None, options: ImwgOptions) -> date:
    """The laboratory day that a result of this day belongs to; its own day where there is none."""
    side = _after(day, new_therapy_on)
    near = [one for one in days if abs((one - day).days) <= options.join_days and _after(one, new_therapy_on) == side]
    return min(near, key=lambda one: (abs((one - day).days), one), default=day)


def _homes(results: Sequence[Dated], home: Callable[[date], date]) -> dict[date, Dated]:
    """Results by the assessment they belong to; of several the nearest joins, and the others keep their own day."""
    found: dict[date, Dated] = {}
    for one in sorted(results, key=lambda one: (abs((one.day - home(one.day)).days), one.day)):
        at = home(one.day)
        found[one.day if at in found else at] = one
    return found


def _carried_marrow(read: list[Marrow], mine: Marrow | None, day: date, options: ImwgOptions) -> Marrow | None:
    if mine is not None and mine.read:
        return mine
    earlier = [one for one in read if one.day <= day]
    if not earlier:
        return None
    limit = options.marrow_carried_days
    return earlier[-1] if limit is None or (day - earlier[-1].day).days <= limit else None


def _carried_imaging(imaging: Sequence[Imaging], day: date, options: ImwgOptions) -> Imaging | None:
    earlier = [one for one in imaging if one.day <= day]
    if not earlier or (day - earlier[-1].day).days > options.imaging_carried_days:
        return None
    return earlier[-1]


def _after(day: date, start: date | None) -> bool:
    return start is not None and day > start


def day_of(value: Any) -> date | None:
    """The calendar day of a date or a time; None = not recorded."""
    if not known(value):
        return None
    if isinstance(value, datetime):
        return value.date()
    day: date = value
    return day


def _is(value: Any, code: str) -> bool:
    return known(value) and bool(value == code)


def _code(value: Any, *codes: str) -> str | None:
    """One of the codes that say something; NOT_DONE, U and blank become None."""
    return next((code for code in codes if _is(value, code)), None)


def _highest(values: Iterable[Decimal | None]) -> Decimal | None:
    return max((value for value in values if value is not None), default=None)


def _positive_first(codes: Iterable[str | None]) -> str | None:
    seen = set(codes)
    return next((code for code in ("POSITIVE", "NEGATIVE") if code in seen), None)


def _difference(row: Laboratory) -> Decimal:
    if row.kappa is None or row.lambda_ is None:
        return Decimal(0) if row.kappa_below_loq and row.lambda_below_loq else Decimal(-1)
    return abs(row.kappa - row.lambda_)
