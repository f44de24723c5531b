"""Laboratory values graded by CTCAE: a value compared with the limits of its term in one version of the criteria."""

from collections.abc import Mapping
from decimal import Context, Decimal
from typing import Any

from trial.rules import ctcae_4_03, ctcae_5, ctcae_6
from trial.rules.ctcae_limits import Bound, Limit, Table
from trial.rules.verdict import Verdict, decimal, figure

__all__ = ["BASES", "CLAUSES", "FLAGS", "TABLES", "TERM_OF_ITEM", "grade", "limits", "rounded"]

# Digits kept before comparing, so that a limit computed in binary (3 x ULN) is still that limit.
SIGNIFICANT_DIGITS = 15

MEETS = "{value} {unit} lies within the limits of grade {grade}: {limits}."
MEETS_NONE = "{value} {unit} lies within the limits of no grade; grade {grade} would be {limits}."
REFERENCE_MISSING = (
    "{value} {unit}: the reference limit ({reference}) is not recorded. Grade 0 and grade {grade} remain."
)
VALUE_MISSING = "The value is not recorded."
IMPOSSIBLE = "{value} {unit} cannot be a measured value: not graded."
NO_ROWS = "This version of CTCAE has no laboratory limits for this term."

CLAUSES: tuple[str, ...] = (MEETS, MEETS_NONE, REFERENCE_MISSING, VALUE_MISSING, IMPOSSIBLE, NO_ROWS)

FLAGS: dict[str, str] = {
    "LLN_MISSING": "The lower limit of normal is not recorded; grade 1 cannot be told from grade 0.",
    "ULN_MISSING": "The upper limit of normal is not recorded; grade 1 cannot be told from grade 0.",
    "BASELINE_VALUE_MISSING": "The value at baseline is not recorded; the grade may be incomplete.",
    "WITHIN_REFERENCE_RANGE": "The value is graded by a number of CTCAE although the laboratory calls it normal.",
}
MISSING_FLAG = {"LLN": "LLN_MISSING", "ULN": "ULN_MISSING", "BASELINE": "BASELINE_VALUE_MISSING"}

TABLES: dict[str, Table] = {
    module.TABLE.version: module.TABLE for module in (ctcae_4_03, ctcae_5, ctcae_6)  # never mixed within a study
}  # fmt: skip
BASES: tuple[str, ...] = tuple(table.basis for table in TABLES.values())

# Which item of the haematology form each term grades.
TERM_OF_ITEM = {
    "neutrophils": "NEUTROPENIA",
    "leukocytes": "LEUKOPENIA",
    "haemoglobin": "ANAEMIA",
    "platelets": "THROMBOCYTOPENIA",
    "lymphocytes": "LYMPHOPENIA",
}


def grade(
    term: str,
    value: Decimal | float | None,
    *,
    lln: Decimal | float | None = None,
    uln: Decimal | float | None = None,
    baseline: Decimal | float | None = None,
    version: str = "ctcae_5",
) -> Verdict:
    """Grade one value, 0 to 4; None = cannot be graded from what is recorded.

    Value, limits of normal and baseline in the unit of the term's rows (counts 10^9/L, haemoglobin g/L).
    `term` = a code of the adverse event form. Raises KeyError where the version is none of TABLES.
    """
    table = TABLES[version]
    rows = sorted((row for row in table.rows if row.term == term), key=lambda row: -row.grade)
    if not rows:
        return _verdict(None, NO_ROWS, table)
    measured = rounded(value)
    if measured is None:
        return _verdict(None, VALUE_MISSING, table)
    if not measured.is_finite() or measured < 0:
        return _verdict(None, IMPOSSIBLE, table, value=str(measured), unit=rows[0].unit)
    return _compared(measured, rows, {"LLN": rounded(lln), "ULN": rounded(uln), "BASELINE": rounded(baseline)}, table)


def limits(row: Limit, references: Mapping[str, Decimal | None]) -> str:
    """A row as signs, "1.5 ≤ x < LLN (2.0)"; the number of a reference is left out where it is not recorded."""
    left = "" if row.lower is None else f"{_text(row.lower, references)} {'≤' if row.lower_included else '<'} "
    right = "" if row.upper is None else f" {'≤' if row.upper_included else '<'} {_text(row.upper, references)}"
    return f"{left}x{right}"


def rounded(value: Any) -> Decimal | None:
    """A number to 15 significant digits, which takes away the noise of binary arithmetic; None = not recorded."""
    read = decimal(value)
    return read if read is None or not read.is_finite() else Context(prec=SIGNIFICANT_DIGITS).plus(read)


def _compared(measured: Decimal, rows: list[Limit], references: Mapping[str, Decimal | None], table: Table) -> Verdict:
    """The worst row the value lies in; `rows` worst first. A limit without its reference is not gradable."""
    shown = {"value": figure(measured), "unit": rows[0].unit}
    lacking = None
    for row in rows:
        inside = _inside(measured, row, references)
        if inside:
            flags = _remarks(measured, row, references)
            shown |= {"grade": str(row.grade), "limits": limits(row, references)}
            return _verdict(row.grade, MEETS, table, flags, **shown)
        if inside is None:
            lacking = row
    if lacking is not None:
        name = next(
            bound.of for bound in (lacking.upper, lacking.lower) if bound and bound.of and not references[bound.of]
        )
        shown |= {"grade": str(lacking.grade), "reference": name}
        return _verdict(None, REFERENCE_MISSING, table, (MISSING_FLAG[name],), **shown)
    shown |= {"grade": str(rows[-1].grade), "limits": limits(rows[-1], references)}
    return _verdict(0, MEETS_NONE, table, **shown)


def _inside(measured: Decimal, row: Limit, references: Mapping[str, Decimal | None]) -> bool | None:
    """Whether the value lies in the row; None = a bound it depends on cannot be formed."""
    sides: list[bool | None] = []
    if row.lower is not None:
        limit = rounded(row.lower.at(references))
        sides.append(None if limit is None else measured > limit or (row.lower_included and measured == limit))
    if row.upper is not None:
        limit = rounded(row.upper.at(references))
        sides.append(None if limit is None else measured < limit or (row.upper_included and measured == limit))
    if False in sides:
        return False
    return None if None in sides else True


def _remarks(measured: Decimal, row: Limit, references: Mapping[str, Decimal | None]) -> tuple[str, ...]:
    """Flags a value that a number of the table grades although the laboratory calls it normal."""
    low, high = references["LLN"], references["ULN"]
    falls = row.direction == "LOW" and low is not None and measured >= low
    rises = row.direction == "HIGH" and high is not None and measured <= high
    return ("WITHIN_REFERENCE_RANGE",) if falls or rises else ()


def _text(bound: Bound, references: Mapping[str, Decimal | None]) -> str:
    if not bound.of:
        return figure(bound.number)
    times = "" if bound.number == 1 else f"{figure(bound.number)} × "
    number = bound.at(references)
    return f"{times}{bound.of}" if number is None else f"{times}{bound.of} ({figure(number)})"


def _verdict(value: int | None, clause: str, table: Table, flags: tuple[str, ...] = (), /, **shown: str) -> Verdict:
    return Verdict(value=value, clause=clause, basis=table.basis, version=table.version, shown=shown, flags=flags)
