"""What a row of a CTCAE laboratory table is made of: a grade, and the limits a value must lie between."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Bound:
    """One limit: `number`, or `number` times a reference (LLN, ULN, BASELINE) where `of` names one."""

    number: Decimal
    of: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """One row: the grade of a value between two bounds, in `unit`. None = no bound on that side."""

    term: str  # our code of the adverse event
    grade: int
    direction: str  # "LOW": the lower the value, the worse; "HIGH": the higher
    lower: Bound | None
    lower_included: bool
    upper: Bound | None
    upper_included: bool
    unit: str
    assumption: str = ""  # what the printed row asks beyond the value, and how it is read here
    when: str = ""  # the condition under which the row applies (see ctcae_conditions); "" = always
    way: str = ""  # one of several ways to a grade that the printed row offers ("or"): the worst of them counts


@dataclass(frozen=True, slots=True)
class Table:
    """The laboratory rows of one version of CTCAE."""

    version: str
    basis: str
    rows: tuple[Limit, ...]
    names: Mapping[str, str]  # our code -> the term as this version prints it


Step = Bound | str  # a bound, or the number of one
Notes = Mapping[int, str]  # grade -> assumption

LLN = Bound(Decimal(1), "LLN")
ULN = Bound(Decimal(1), "ULN")

# What a printed row adds to its numbers, and how it is read here. A value never shows these.
SYMPTOMS_TOO = "Also where symptomatic; only the value is read."
INTERVENTION_TOO = "Also where an intervention is begun; only the value is read."
HOSPITAL_TOO = "Also where admission to hospital is indicated; only the value is read."
BLEEDING_TOO = "Also where there is bleeding; only the value is read."
DANGER = "The row adds life-threatening consequences, which the value is taken to show."
TRANSFUSION_TOO = "Also where a transfusion is indicated; only the value is read."
CLINICAL_4 = "Grade 4 is clinical (life-threatening) and never follows from a value."
DOSE_TOO = "The row adds monitoring or a change of dose; only the value is read."


def times(of: str, *numbers: str) -> tuple[Bound, ...]:
    """Multiples of a reference, "LLN", "ULN" or "BASELINE"."""
    return tuple(Bound(Decimal(number), of) for number in numbers)


def fall(
    term: str,
    unit: str,
    *steps: Step,
    grades: Sequence[int] = (),
    notes: Notes | None = None,
    when: str = "",
    way: str = "",
) -> tuple[Limit, ...]:
    """Rows of a value that falls, as printed "<LLN - 1.5", "<1.5 - 1.0", ..., "<0.5".

    `steps` = the bound each grade begins below, mildest first; `grades` where they are not 1, 2, 3, ... A bound is left
    out only where "<" stands before it, so the lower end of each row belongs to it. The last row has no lower end.
    """
    return tuple(
        Limit(term, grade, "LOW", lower, lower is not None, upper, False, unit, (notes or {}).get(grade, ""), when, way)
        for grade, upper, lower in _chain(steps, grades)
    )


def decrease(
    term: str, unit: str, *percent: str, notes: Notes | None = None, when: str = "", way: str = ""
) -> tuple[Limit, ...]:
    """Rows of a fall in percent of the baseline, as printed "<25%", "25 - <50%", "50 - <75%", "75%", as its multiples.

    `percent` = where grades 2, 3, ... begin; a fall of just that much belongs to the worse grade. Any fall is grade 1.
    """
    steps = [Bound(1 - Decimal(number) / 100, "BASELINE") for number in ("0", *percent)]
    return tuple(
        Limit(term, grade, "LOW", lower, False, upper, grade > 1, unit, (notes or {}).get(grade, ""), when, way)
        for grade, upper, lower in _chain(steps, ())
    )


def rise(
    term: str, unit: str, *steps: Step, grades: Sequence[int] = (), notes: Notes | None = None, when: str = "",
    way: str = "", first_included: bool = False,
) -> tuple[Limit, ...]:  # fmt: skip
    """Rows of a value that rises, as printed ">ULN - 3.0 x ULN", ">3.0 - 5.0 x ULN", ..., ">20.0 x ULN".

    `steps` = the bound each grade begins above, mildest first; the upper end of each row belongs to it. `first_included`
    where the first row is printed without ">", as "1.5 - 3.0 x baseline". The last row has no upper end.
    """
    return tuple(
        Limit(
            term,
            grade,
            "HIGH",
            lower,
            first_included and number == 0,
            upper,
            upper is not None,
            unit,
            (notes or {}).get(grade, ""),
            when,
            way,
        )  # fmt: skip
        for number, (grade, lower, upper) in enumerate(_chain(steps, grades))
    )


def band(term: str, unit: str, grade: int, above: Step, below: Step, *, when: str = "", note: str = "") -> Limit:
    """One row of a value that falls: from `above` (which belongs to it) to `below` (which does not)."""
    return Limit(term, grade, "LOW", _bound(above), True, _bound(below), False, unit, note, when)


def _chain(steps: Sequence[Step], grades: Sequence[int]) -> Iterator[tuple[int, Bound, Bound | None]]:
    """Grade, the bound it begins at and the bound it ends at."""
    bounds = [_bound(step) for step in steps]
    for grade, (begins, ends) in zip(grades or range(1, len(bounds) + 1), pairwise([*bounds, None]), strict=True):
        assert begins is not None
        yield grade, begins, ends


def _bound(step: Step) -> Bound:
    return step if isinstance(step, Bound) else Bound(Decimal(step))
