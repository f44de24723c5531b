"""Laboratory values graded by CTCAE: a value compared with the limits of its term in one version of the criteria."""

from collections.abc import Mapping, Sequence
from decimal import Context, Decimal
from functools import cache, lru_cache
from typing import Any, NamedTuple

from trial.rules import ctcae_4_03, ctcae_5, ctcae_6
from trial.rules.ctcae_calcium import corrected_calcium
from trial.rules.ctcae_conditions import CONDITIONS, RECOMMENDED, CtcaeOptions, Situation, applies
from trial.rules.ctcae_limits import Bound, Limit, Table
from trial.rules.verdict import Verdict, decimal, figure, joined, known

__all__ = [
    "BASES", "CLAUSES", "FLAGS", "TABLES", "TERMS_OF_ITEM", "TERM_OF_ITEM", "CtcaeOptions", "corrected_calcium", "grade",
    "limits", "rounded", "unit_of",
]  # fmt: skip

# Digits kept before comparing, so that a limit computed in binary (3 x ULN) is still that limit.
SIGNIFICANT_DIGITS = 15

MEETS = "{value} {unit} lies within the limits of grade {grade}: {limits}."
MEETS_NONE = "{value} {unit} lies within the limits of no grade; grade {grade} would be {limits}."
REFERENCE_MISSING = (
    "{value} {unit}: the reference limit ({reference}) is not recorded. Grade 0 and grade {grade} remain."
)
REFERENCE_NEEDED = "{value} {unit}: the reference limit ({reference}) is not recorded. Any grade up to {grade} remains."
VALUE_MISSING = "The value is not recorded."
IMPOSSIBLE = "{value} {unit} cannot be a measured value: not graded."
NO_ROWS = "This version of CTCAE has no laboratory limits for this term."

CLAUSES: tuple[str, ...] = (
    MEETS, MEETS_NONE, REFERENCE_MISSING, REFERENCE_NEEDED, VALUE_MISSING, IMPOSSIBLE, NO_ROWS
)  # fmt: skip

FLAGS: dict[str, str] = {
    "LLN_MISSING": "The lower limit of normal is not recorded; the grades that depend on it cannot be told.",
    "ULN_MISSING": "The upper limit of normal is not recorded; the grades that depend on it cannot be told.",
    "BASELINE_VALUE_MISSING": "The value at baseline is not recorded; the grade may be incomplete.",
    "WITHIN_REFERENCE_RANGE": "The value is graded by a number of CTCAE although the laboratory calls it normal.",
    "BASELINE_ASSUMED_NORMAL": "Whether the baseline was normal is not known; it is taken to have been normal.",
    "BASELINE_ASSUMED_NOT_LOW": "Whether the baseline was below the lower limit of normal is not known; "
    "it is taken not to have been.",
    "SYMPTOMS_NOT_RECORDED": "The same range is a higher grade with symptoms, which are not recorded; "
    "the milder grade is given.",
    "ANTICOAGULATION_NOT_RECORDED": "Whether the subject is anticoagulated is not recorded; "
    "the limits without anticoagulation are used.",
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
# Terms of the items of the chemistry and coagulation forms, the low one first; calcium must be corrected for albumin.
TERMS_OF_ITEM: dict[str, tuple[str, ...]] = {
    "alt": ("ALT_INCREASED",),
    "ast": ("AST_INCREASED",),
    "alp": ("ALP_INCREASED",),
    "ggt": ("GGT_INCREASED",),
    "bilirubin": ("BILIRUBIN_INCREASED",),
    "ldh": ("LDH_INCREASED",),
    "albumin": ("HYPOALBUMINAEMIA",),
    "creatinine": ("CREATININE_INCREASED",),
    "ck": ("CPK_INCREASED",),
    "fibrinogen": ("FIBRINOGEN_DECREASED",),
    "inr": ("INR_INCREASED",),
    "aptt": ("APTT_PROLONGED",),
    "potassium": ("HYPOKALAEMIA", "HYPERKALAEMIA"),
    "sodium": ("HYPONATRAEMIA", "HYPERNATRAEMIA"),
    "corrected_calcium": ("HYPOCALCAEMIA", "HYPERCALCAEMIA"),
    "magnesium": ("HYPOMAGNESAEMIA", "HYPERMAGNESAEMIA"),
    "phosphate": ("HYPOPHOSPHATAEMIA",),
    "glucose": ("HYPOGLYCAEMIA",),
}
YES_NO = {"Y": True, "N": False}


_ROUNDING = Context(prec=SIGNIFICANT_DIGITS)


class Found(NamedTuple):
    """The worst row a value lies in, and the rows worse than it that cannot be told, worst first."""

    row: Limit | None
    lacking: tuple[Limit, ...]


def grade(
    term: str,
    value: Decimal | float | None,
    *,
    lln: Decimal | float | None = None,
    uln: Decimal | float | None = None,
    baseline: Decimal | float | None = None,
    symptomatic: str | None = None,
    anticoagulated: str | None = None,
    version: str = "ctcae_5",
    options: CtcaeOptions = RECOMMENDED,
) -> Verdict:
    """Grade one value, 0 to 4; None = cannot be graded from what is recorded.

    Value, limits of normal and baseline in the unit of the term's rows (see `unit_of`); a reference that is not a positive
    number counts as not recorded. `term` = a code of a table's `names`. symptomatic, anticoagulated: Y, N, U or None; Y is
    symptoms of this value (or, in potassium, an intervention for it). Raises KeyError where the version is none of TABLES.
    """
    table = TABLES[version]
    rows = _worst_first(version, term)
    if not rows:
        return _verdict(None, NO_ROWS, table)
    measured = rounded(value)
    if measured is None:
        return _verdict(None, VALUE_MISSING, table)
    if not measured.is_finite() or measured < 0:
        return _verdict(None, IMPOSSIBLE, table, value=str(measured), unit=rows[0].unit)
    given = {"LLN": lln, "ULN": uln, "BASELINE": baseline}
    references = {name: _positive(one) if known(one) else None for name, one in given.items()}
    symptoms, thinned = YES_NO.get(symptomatic or ""), YES_NO.get(anticoagulated or "")
    return _compared(rows, Situation(measured, references, symptoms, thinned, options), table)


@cache
def _worst_first(version: str, term: str) -> list[Limit]:
    """The rows of a term."""
    return sorted((row for row in TABLES[version].rows if row.term == term), key=lambda row: -row.grade)


def unit_of(term: str, version: str = "ctcae_5") -> str | None:
    """The unit in which values of a term are compared; None = no rows in this version."""
    return next((row.unit for row in TABLES[version].rows if row.term == term), None)


def limits(row: Limit, references: Mapping[str, Decimal | None]) -> str:
    """A row as signs, "1.5 ≤ x < LLN (2.0)"; the number of a reference is left out where it is not recorded."""
    left = "" if row.lower is None else f"{_text(row.lower, references)} {'≤' if row.lower_included else '<'} "
    right = "" if row.upper is None else f" {'≤' if row.upper_included else '<'} {_text(row.upper, references)}"
    return f"{left}x{right}"


def rounded(value: Any) -> Decimal | None:
    """A number to 15 significant digits, which takes away the noise of binary arithmetic; None = not recorded."""
    read = decimal(value)
    return read if read is None or not read.is_finite() else _ROUNDING.plus(read)


@lru_cache(maxsize=4096)
def _positive(reference: Any) -> Decimal | None:
    read = rounded(reference)
    return read if read is not None and read.is_finite() and read > 0 else None


def _compared(rows: list[Limit], at: Situation, table: Table) -> Verdict:
    """The worst row the value lies in; `rows` worst first. A limit without its reference is not gradable."""
    holds = {row.when: applies(row.when, at) for row in rows if row.when}
    unknown = {when: CONDITIONS[when] for when, told in holds.items() if told is None}
    applying = _under(rows, {**holds, **{when: one.assumed for when, one in unknown.items()}})
    shown = {"value": figure(at.value), "unit": rows[0].unit}
    found = _search(applying, at)
    if found.row is None and found.lacking and not _beside_another_way(applying, found.lacking, at):
        return _lacking(found.lacking, at, table, shown)
    flags = [MISSING_FLAG[name] for name in _missing(found.lacking, at)]
    if unknown:
        # Read again as if what is not known were the other way round: does it matter?
        otherwise = _under(rows, {**holds, **{when: not one.assumed for when, one in unknown.items()}})
        if _outcome(_search(otherwise, at)) != _outcome(found):
            flags += [one.flag for one in unknown.values() if found.row or one.flag_at_zero]
    if found.row is None:
        mildest = [row for row in applying if row.grade == applying[-1].grade]
        shown |= {"grade": str(mildest[0].grade), "limits": "; ".join(limits(row, at.references) for row in mildest)}
        return _verdict(0, MEETS_NONE, table, joined(tuple(flags)), **shown)
    shown |= {"grade": str(found.row.grade), "limits": limits(found.row, at.references)}
    return _verdict(found.row.grade, MEETS, table, joined(_remarks(found.row, at), tuple(flags)), **shown)


def _under(rows: list[Limit], holds: Mapping[str, bool | None]) -> list[Limit]:
    """The rows that apply where each condition holds or does not."""
    return rows if all(holds.values()) else [row for row in rows if holds.get(row.when, True)]


def _search(rows: Sequence[Limit], at: Situation) -> Found:
    lacking: list[Limit] = []
    for row in rows:
        inside = _inside(at.value, row, at.references)
        if inside:
            return Found(row, tuple(one for one in lacking if one.grade > row.grade))
        if inside is None:
            lacking.append(row)
    return Found(None, tuple(lacking))


def _outcome(found: Found) -> tuple[int, tuple[Limit, ...]]:
    return (found.row.grade if found.row else 0, found.lacking)


def _beside_another_way(rows: Sequence[Limit], lacking: Sequence[Limit], at: Situation) -> bool:
    """Whether only the baseline is missing and another way of the printed row has answered without it."""
    return _missing(lacking, at) == ["BASELINE"] and bool({row.way for row in rows} - {row.way for row in lacking})


def _missing(rows: Sequence[Limit], at: Situation) -> list[str]:
    """Names of the references that these rows lack."""
    asked = {bound.of for row in rows for bound in (row.lower, row.upper) if bound and bound.of}
    return [name for name, reference in at.references.items() if name in asked and reference is None]


def _lacking(rows: Sequence[Limit], at: Situation, table: Table, shown: dict[str, str]) -> Verdict:
    names = _missing(rows, at)
    one = len({row.grade for row in rows}) == 1
    shown |= {"grade": str(rows[0].grade), "reference": names[0]}
    clause = REFERENCE_MISSING if one else REFERENCE_NEEDED
    return _verdict(None, clause, table, tuple(MISSING_FLAG[name] for name in names), **shown)


def _inside(measured: Decimal, row: Limit, references: Mapping[str, Decimal | None]) -> bool | None:
    """Whether the value lies in the row; None = a bound it depends on cannot be formed."""
    sides: list[bool | None] = []
    if row.lower is not None:
        limit = _limit(row.lower, references)
        sides.append(None if limit is None else measured > limit or (row.lower_included and measured == limit))
    if row.upper is not None:
        limit = _limit(row.upper, references)
        sides.append(None if limit is None else measured < limit or (row.upper_included and measured == limit))
    if False in sides:
        return False
    return None if None in sides else True


def _limit(bound: Bound, references: Mapping[str, Decimal | None]) -> Decimal | None:
    """A bound as a number; a printed one has few digits, a product with a reference is rounded."""
    if not bound.of:
        return bound.number
    reference = references[bound.of]
    return None if reference is None else _product(bound.number, reference)


@lru_cache(maxsize=4096)  # a laboratory's limits are few, and its values many
def _product(number: Decimal, reference: Decimal) -> Decimal | None:
    return rounded(number * reference)


def _remarks(row: Limit, at: Situation) -> tuple[str, ...]:
    """Flags a value that a number of the table grades although the laboratory calls it normal."""
    low, high = at.references["LLN"], at.references["ULN"]
    falls = row.direction == "LOW" and low is not None and at.value >= low
    rises = row.direction == "HIGH" and high is not None and at.value <= high
    return ("WITHIN_REFERENCE_RANGE",) if falls or rises else ()


def _text(bound: Bound, references: Mapping[str, Decimal | None]) -> str:
    if not bound.of:
        return figure(bound.number)
    return _multiple(bound.number, bound.of, references[bound.of])


@lru_cache(maxsize=4096)
def _multiple(number: Decimal, of: str, reference: Decimal | None) -> str:
    times = "" if number == 1 else f"{figure(number)} × "
    return f"{times}{of}" if reference is None else f"{times}{of} ({figure(number * reference)})"


def _verdict(value: int | None, clause: str, table: Table, flags: tuple[str, ...] = (), /, **shown: str) -> Verdict:
    return Verdict(value=value, clause=clause, basis=table.basis, version=table.version, shown=shown, flags=flags)
