"""Which vasopressors count for ASTCT 2019, and whether two of them ran at the same time."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import combinations
from typing import Any, NamedTuple

from trial.rules.crs_options import AstctOptions
from trial.rules.verdict import joined, known

CATECHOLAMINES_AND_ALIKE = frozenset({"NOREPINEPHRINE", "EPINEPHRINE", "DOPAMINE", "PHENYLEPHRINE", "METARAMINOL"})


class Run(NamedTuple):
    """One agent from start to stop; start None = not recorded, stop None = still running."""

    drug: str
    start: datetime | None
    stop: datetime | None
    flag: str = ""


class Pressors(NamedTuple):
    """The vasopressors of one assessment, sorted by what they count for."""

    drugs: tuple[str, ...]  # distinct agents that count towards "multiple"
    together: bool  # two of them ran, or must be assumed to have run, at the same time
    like_vasopressin: tuple[str, ...]
    flags: tuple[str, ...]

    @property
    def any(self) -> bool:
        return bool(self.drugs or self.like_vasopressin)

    @property
    def named(self) -> str:
        return ", ".join(drug.lower() for drug in (*self.drugs, *self.like_vasopressin))


def rows_of(vasopressors: Any) -> tuple[Any, ...]:
    """The rows behind a sequence or a manager with `.all()`; () = none recorded."""
    if isinstance(vasopressors, Iterable) and not isinstance(vasopressors, str):
        return tuple(vasopressors)
    return tuple(vasopressors.all()) if known(vasopressors) else ()


def pressors(rows: Iterable[Any], *, options: AstctOptions) -> Pressors:
    """Sort the rows (drug, started_at, stopped_at; times with a time zone, naive = UTC)."""
    runs, like_vasopressin, flags, unnamed = [], set(), set(), False
    for row in rows:
        run = _run(row)
        if run is None:
            continue
        if run.drug in options.not_counted:
            flags.add("INOTROPE_NOT_COUNTED")
        elif run.drug in options.like_vasopressin:
            like_vasopressin.add(run.drug)
        elif not run.drug:
            unnamed = True
        else:
            runs.append(run)
            if run.drug not in CATECHOLAMINES_AND_ALIKE:
                flags.add("PRESSOR_OTHER")
    if unnamed:
        flags.add("PRESSOR_DRUG_MISSING")
        # A row without a drug is a vasopressor, but it cannot prove that a second agent was given.
        if not runs:
            runs.append(Run(drug="UNNAMED", start=None, stop=None))
    together, doubts = _together(runs, options=options)
    drugs = tuple(sorted({run.drug for run in runs}))
    return Pressors(drugs, together, tuple(sorted(like_vasopressin)), joined(tuple(sorted(flags)), doubts))


def _together(runs: list[Run], *, options: AstctOptions) -> tuple[bool, tuple[str, ...]]:
    """Whether two different agents overlapped, and the flags of doubtful times if only those say so."""
    doubts: set[str] = set()
    for one, other in combinations(runs, 2):
        if one.drug == other.drug or not (options.sequential_pressors_count_together or _overlap(one, other)):
            continue
        pair = {one.flag, other.flag} - {""}
        if not pair or options.sequential_pressors_count_together:
            return True, ()
        doubts |= pair
    return bool(doubts), tuple(sorted(doubts))


def _overlap(one: Run, other: Run) -> bool:
    return _before(one.start, other.stop) and _before(other.start, one.stop)


def _before(start: datetime | None, stop: datetime | None) -> bool:
    # Strictly: a drug stopped at the minute the next one starts is a switch, not a combination.
    return start is None or stop is None or start < stop


def _run(row: Any) -> Run | None:
    """One row; None = the row is blank."""
    drug, start, stop = (_read(row, name) for name in ("drug", "started_at", "stopped_at"))
    if not known(drug) and not any(known(_read(row, name)) for name in ("started_at", "stopped_at", "dose", "hours")):
        return None
    name, begins, ends = str(drug) if known(drug) else "", _instant(start), _instant(stop)
    if begins is not None and ends is not None and ends < begins:
        return Run(name, None, None, "PRESSOR_TIMES_REVERSED")
    return Run(name, begins, ends, "PRESSOR_TIMES_MISSING" if begins is None else "")


def _read(row: Any, name: str) -> Any:
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)


def _instant(at: Any) -> datetime | None:
    if not known(at):
        return None
    moment: datetime = at
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
