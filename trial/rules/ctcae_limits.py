"""What a row of a CTCAE laboratory table is made of: a grade, and the limits a value must lie between."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Bound:
    """One limit: `number`, or `number` times a reference (LLN, ULN, BASELINE) where `of` names one."""

    number: Decimal
    of: str = ""

    def at(self, references: Mapping[str, Decimal | None]) -> Decimal | None:
        """The limit in the unit of the value; None = its reference is not recorded."""
        if not self.of:
            return self.number
        reference = references[self.of]
        return None if reference is None else self.number * reference


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


@dataclass(frozen=True, slots=True)
class Table:
    """The laboratory rows of one version of CTCAE."""

    version: str
    basis: str
    rows: tuple[Limit, ...]
    names: Mapping[str, str]  # our code -> the term as this version prints it


LLN = Bound(Decimal(1), "LLN")


def fall(term: str, unit: str, *steps: Bound | str, first_grade: int = 1, assumption: str = "") -> tuple[Limit, ...]:
    """Rows of a value that falls, as printed "<LLN - 1.5", "<1.5 - 1.0", ..., "<0.5".

    `steps` = the bound each grade begins below, mildest first. A bound is left out only where "<" stands before it, so
    the lower end of each row belongs to it. The last row has no lower end.
    """
    bounds = [step if isinstance(step, Bound) else Bound(Decimal(step)) for step in steps]
    lower_ends: list[Bound | None] = [*bounds[1:], None]
    return tuple(
        Limit(
            term=term,
            grade=grade,
            direction="LOW",
            lower=lower,
            lower_included=True,
            upper=upper,
            upper_included=False,
            unit=unit,
            assumption=assumption if lower is None else "",
        )
        for grade, (upper, lower) in enumerate(zip(bounds, lower_ends, strict=True), start=first_grade)
    )
