"""Measurable residual disease: one marrow at a threshold, at any time, within complete response, and sustained."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from trial.rules.crs_episodes import day_of
from trial.rules.verdict import Verdict, decimal, joined, known

__all__ = [
    "BASES",
    "CLAUSES",
    "FLAGS",
    "MrdCourse",
    "any_time",
    "at_threshold",
    "course",
    "inside_cr",
    "sustained",
    "within_cr",
]

VERSION = "imwg_2016_mrd"
IMWG = "IMWG 2016 (Kumar S et al. Lancet Oncol 2016;17:e328-46), table 4, minimal residual disease"
CONVENTION = "Convention of this study; the text of IMWG 2016 is silent"
# IMWG 2016, table 4: sustained = at least a year apart.
SUSTAINED_DAYS = 365
# Study conventions, days: a marrow before the assessment of complete response belongs to it; imaging around a marrow.
RESPONSE_WINDOW_DAYS = 14
IMAGING_WINDOW_DAYS = 28
COMPLETE = ("CR", "SCR", "sCR")

NOT_DONE = "MRD was not examined in this marrow."
INDETERMINATE = "The laboratory could not decide."
LEVEL_AT_OR_ABOVE = "Detected at {level}, at or above the threshold of {threshold}."
LEVEL_BELOW = "Detected at {level}, below the threshold of {threshold}."
LEVEL_BELOW_SENSITIVITY = (
    "Detected at {level}, but the assay is said to reach {sensitivity} only: no answer at {threshold}."
)
UNQUANTIFIED = "Detected; the level is not recorded."
SENSITIVITY_MISSING = "Not detected, but the sensitivity reached is not recorded."
CONTRADICTORY = (
    "Not detected by the result, yet a level of {level} is recorded, above the sensitivity of {sensitivity}."
)
TOO_COARSE = "Not detected with a sensitivity of {sensitivity}, which does not reach the threshold of {threshold}."
NEGATIVE = "Not detected with a sensitivity of {sensitivity}, which reaches the threshold of {threshold}."

NO_MARROW = "No marrow after the infusion."
ANY_NEGATIVE = "Negative at {threshold} in the marrow of {on}."
ANY_POSITIVE = "Never negative at {threshold}; positive in the marrow of {on}."
ANY_TOO_COARSE = (
    "Positive in the marrow of {on}, but another marrow was not read deeply enough to be negative at {threshold}."
)
ANY_NOT_EVALUABLE = "No marrow can be judged at {threshold}."
CR_NEGATIVE = "Negative at {threshold} in the marrow of {on}, in complete response."
CR_NEVER = "Never in complete response."
CR_NOT_NEGATIVE = "In complete response, and never negative at {threshold} during it."
CR_NOT_EVALUABLE = "In complete response, and no marrow during it can be judged at {threshold}."
SUSTAINED = "Negative at {threshold} on {on} and still on {later}, at least a year apart, never positive in between."
SUSTAINED_IMAGING = (
    "Negative at {threshold} on {on} and still on {later}, at least a year apart, each with negative imaging."
)
NOT_SUSTAINED = "No two negative marrows at {threshold} a year apart without a positive one in between."
IMAGING_LACKS = "Two negative marrows at {threshold} a year apart, but imaging was not negative with both of them."

CLAUSES: tuple[str, ...] = (
    NOT_DONE, INDETERMINATE, LEVEL_AT_OR_ABOVE, LEVEL_BELOW, LEVEL_BELOW_SENSITIVITY, UNQUANTIFIED, SENSITIVITY_MISSING,
    CONTRADICTORY, TOO_COARSE, NEGATIVE, NO_MARROW, ANY_NEGATIVE, ANY_POSITIVE, ANY_TOO_COARSE,
    ANY_NOT_EVALUABLE, CR_NEGATIVE, CR_NEVER,
    CR_NOT_NEGATIVE, CR_NOT_EVALUABLE, SUSTAINED, SUSTAINED_IMAGING, NOT_SUSTAINED, IMAGING_LACKS,
)  # fmt: skip
BASES: tuple[str, ...] = (IMWG, CONVENTION)
# A marrow that may have been negative at the threshold: its assay could not tell.
LEFT_OPEN = frozenset({TOO_COARSE, LEVEL_BELOW_SENSITIVITY, SENSITIVITY_MISSING})

FLAGS: dict[str, str] = {
    "SENSITIVITY_MISSING": "The sensitivity that the assay reached is not recorded.",
    "METHOD_MISSING": "The method of the MRD result is not recorded.",
    "LEVEL_CONTRADICTS_RESULT": "Level and result of MRD contradict each other.",
    "LEVEL_BELOW_SENSITIVITY": "The level of MRD is below the sensitivity recorded for the assay.",
    "IMAGING_NOT_ASKED": "Only the marrow was read; IMWG also asks for negative imaging.",
}


@dataclass(frozen=True, slots=True)
class MrdCourse:
    """The marrows after the infusion, oldest first, judged at one threshold."""

    threshold: Decimal
    days: tuple[date, ...]
    verdicts: tuple[Verdict, ...]  # NEG, POS, NOT_EVALUABLE

    @property
    def negative_on(self) -> date | None:
        """Day of the first negative marrow; None = none."""
        return next((on for on, one in zip(self.days, self.verdicts, strict=True) if one.value == "NEG"), None)


def at_threshold(marrow: Any, threshold: Decimal | str | float) -> Verdict:
    """NEG, POS or NOT_EVALUABLE at a threshold (1e-5 = one cell in 100 000 nucleated cells).

    `marrow` has mrd_method, mrd_sensitivity, mrd_result, mrd_level (fraction of nucleated cells).
    """
    limit, reached, level = Decimal(str(threshold)), decimal(marrow.mrd_sensitivity), decimal(marrow.mrd_level)
    method, result = (value if known(value) else None for value in (marrow.mrd_method, marrow.mrd_result))
    if result is None or method == "NOT_DONE":
        return _finding("NOT_EVALUABLE", NOT_DONE)
    flags = () if method else ("METHOD_MISSING",)
    if result == "POSITIVE":
        return _detected(level, reached, limit, flags)
    if result != "NEGATIVE":
        return _finding("NOT_EVALUABLE", INDETERMINATE, flags)
    if reached is None:
        return _finding("NOT_EVALUABLE", SENSITIVITY_MISSING, joined(flags, ("SENSITIVITY_MISSING",)))
    if level is not None and level > reached:
        contradiction = joined(flags, ("LEVEL_CONTRADICTS_RESULT",))
        return _finding("NOT_EVALUABLE", CONTRADICTORY, contradiction, level=power(level), sensitivity=power(reached))
    if reached > limit:
        return _finding("NOT_EVALUABLE", TOO_COARSE, flags, sensitivity=power(reached), threshold=power(limit))
    return _finding("NEG", NEGATIVE, flags, sensitivity=power(reached), threshold=power(limit))


def _detected(level: Decimal | None, reached: Decimal | None, limit: Decimal, flags: tuple[str, ...]) -> Verdict:
    if level is None or level <= 0:
        contradiction = ("LEVEL_CONTRADICTS_RESULT",) if level is not None else ()
        return _finding("POS", UNQUANTIFIED, joined(flags, contradiction))
    if level >= limit:
        return _finding("POS", LEVEL_AT_OR_ABOVE, flags, level=power(level), threshold=power(limit))
    below = ("LEVEL_BELOW_SENSITIVITY",) if reached is not None and level < reached else ()
    if reached is not None and reached > limit:
        shown = {"level": power(level), "sensitivity": power(reached), "threshold": power(limit)}
        return _finding("NOT_EVALUABLE", LEVEL_BELOW_SENSITIVITY, joined(flags, below), **shown)
    return _finding("NEG", LEVEL_BELOW, joined(flags, below), level=power(level), threshold=power(limit))


def course(
    marrows: Iterable[Any], threshold: Decimal | str | float, *, infused_on: date, until: date | None = None
) -> MrdCourse:
    """Judge the marrows after the day of the infusion, in any order; `until` = the last day that counts (None = all)."""
    infusion, last = day_of(infused_on), day_of(until)
    assert infusion is not None
    dated = [(on, marrow) for marrow in marrows if (on := day_of(marrow.sampled_on)) is not None and on > infusion]
    rows = sorted((row for row in dated if last is None or row[0] <= last), key=lambda row: row[0])
    return MrdCourse(
        threshold=Decimal(str(threshold)),
        days=tuple(on for on, _ in rows),
        verdicts=tuple(at_threshold(marrow, threshold) for _, marrow in rows),
    )


def any_time(followed: MrdCourse) -> Verdict:
    """NEG = a negative marrow at any time after the infusion, whatever the response; else POS or NOT_EVALUABLE.

    Positive only where no other marrow could have been negative: one that shows nothing, by an assay that does not
    reach the threshold or of which that is not recorded, leaves it open.
    """
    if not followed.days:
        return _finding("NOT_EVALUABLE", NO_MARROW)
    limit = power(followed.threshold)
    first: dict[str, str] = {}
    for on, verdict in zip(followed.days, followed.verdicts, strict=True):
        first.setdefault(str(verdict.value), on.isoformat())
    if "NEG" in first:
        return _over("NEG", ANY_NEGATIVE, followed.verdicts, threshold=limit, on=first["NEG"])
    if "POS" not in first:
        return _over("NOT_EVALUABLE", ANY_NOT_EVALUABLE, followed.verdicts, threshold=limit)
    if any(verdict.clause in LEFT_OPEN for verdict in followed.verdicts):
        return _over("NOT_EVALUABLE", ANY_TOO_COARSE, followed.verdicts, threshold=limit, on=first["POS"])
    return _over("POS", ANY_POSITIVE, followed.verdicts, threshold=limit, on=first["POS"])


def within_cr(
    followed: MrdCourse, *, responses: Iterable[tuple[date, str | None]], window_days: int = RESPONSE_WINDOW_DAYS
) -> Verdict:
    """NEG = a negative marrow while in CR or sCR; POS = in CR without one; NOT_EVALUABLE = no CR, or nothing to judge.

    `responses` = (day, value) of each time point. A marrow belongs to a complete response that is the latest on or
    before its day, or the next one within `window_days` and nearer than the one before; never after progression.
    """
    rows = sorted((on, str(value)) for on, value in responses if known(value))
    if not any(value in COMPLETE for _, value in rows):
        return _finding("NOT_EVALUABLE", CR_NEVER)
    limit = power(followed.threshold)
    inside = inside_cr(followed, responses=rows, window_days=window_days)
    verdicts = inside.verdicts
    if inside.negative_on is not None:
        return _over("NEG", CR_NEGATIVE, verdicts, threshold=limit, on=inside.negative_on.isoformat())
    pairs = zip(inside.days, verdicts, strict=True)
    positive = next((on for on, verdict in pairs if verdict.value == "POS"), None)
    if positive is None:
        return _over("NOT_EVALUABLE", CR_NOT_EVALUABLE, verdicts, threshold=limit)
    if any(one.clause in LEFT_OPEN for one in verdicts):
        return _over("NOT_EVALUABLE", ANY_TOO_COARSE, verdicts, threshold=limit, on=positive.isoformat())
    return _over("POS", CR_NOT_NEGATIVE, verdicts, threshold=limit)


def inside_cr(
    followed: MrdCourse, *, responses: Iterable[tuple[date, str | None]], window_days: int = RESPONSE_WINDOW_DAYS
) -> MrdCourse:
    """The same with the marrows alone that belong to a complete response, as in `within_cr`."""
    rows = sorted((on, str(value)) for on, value in responses if known(value))
    kept = [at for at, on in enumerate(followed.days) if _in_cr(on, rows, window_days)]
    return MrdCourse(
        followed.threshold, tuple(followed.days[at] for at in kept), tuple(followed.verdicts[at] for at in kept)
    )


def _in_cr(on: date, rows: Sequence[tuple[date, str]], window_days: int) -> bool:
    """Whether a marrow of that day belongs to a complete response; the nearer assessment decides, the earlier of two."""
    read = [(day, value) for day, value in rows if value != "NE"]
    before = [(day, value) for day, value in read if day <= on]
    if any(value == "PD" for _, value in before):
        return False
    if before and before[-1][1] in COMPLETE:
        return True
    after = [(day, value) for day, value in read if on < day <= on + timedelta(days=window_days)]
    nearer = bool(after) and (not before or after[0][0] - on < on - before[-1][0])
    return nearer and after[0][1] in COMPLETE


def sustained(
    followed: MrdCourse, *, imaging: Iterable[tuple[date, bool]] | None = None, window_days: int = IMAGING_WINDOW_DAYS
) -> Verdict:
    """Y = two negative marrows at least 365 days apart without a positive one in between; N = not.

    `imaging` = (day, negative?); each of the two marrows then needs negative imaging within `window_days` of it.
    None = imaging was not asked for: the answer is on the marrow alone, flagged.
    """
    limit = power(followed.threshold)
    asked = None if imaging is None else list(imaging)
    pairs = _year_apart(followed)
    if not pairs:
        return _over("N", NOT_SUSTAINED, followed.verdicts, threshold=limit)
    for first, later in pairs:
        shown = {"threshold": limit, "on": first.isoformat(), "later": later.isoformat()}
        if asked is None:
            return _over("Y", SUSTAINED, followed.verdicts, ("IMAGING_NOT_ASKED",), **shown)
        if all(_imaging_negative(asked, on, window_days) for on in (first, later)):
            return _over("Y", SUSTAINED_IMAGING, followed.verdicts, **shown)
    return _over("N", IMAGING_LACKS, followed.verdicts, threshold=limit)


def _year_apart(followed: MrdCourse) -> list[tuple[date, date]]:
    """Pairs of negative marrows a year or more apart, earliest first, without a positive one between them."""
    pairs, run = [], list[date]()
    for on, verdict in zip(followed.days, followed.verdicts, strict=True):
        if verdict.value == "POS":
            run = []
        elif verdict.value == "NEG":
            pairs += [(first, on) for first in run if (on - first).days >= SUSTAINED_DAYS]
            run.append(on)
    return pairs


def _imaging_negative(imaging: Sequence[tuple[date, bool]], on: date, window_days: int) -> bool:
    near = [negative for day, negative in imaging if abs((day - on).days) <= window_days]
    return bool(near) and all(near)


def power(value: Decimal) -> str:
    """A fraction as laboratories write it: 1e-5, 2.5e-4."""
    digits, exponent = f"{value:.5e}".split("e")
    return f"{Decimal(digits).normalize():f}e{int(exponent)}"


def _finding(value: str, clause: str, flags: tuple[str, ...] = (), /, **shown: str) -> Verdict:
    return Verdict(value=value, clause=clause, basis=IMWG, version=VERSION, shown=shown, flags=flags)


def _over(
    value: str, clause: str, because: tuple[Verdict, ...], flags: tuple[str, ...] = (), /, **shown: str
) -> Verdict:
    """A verdict on several marrows; it carries their flags."""
    carried = joined(flags, *(one.flags for one in because))
    return Verdict(value=value, clause=clause, basis=IMWG, because=because, version=VERSION, shown=shown, flags=carried)
