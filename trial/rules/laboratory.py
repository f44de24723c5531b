"""The CTCAE grade of a laboratory item: the worse of its terms, low and high, with the limits of normal that hold."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from trial.rules import ctcae
from trial.rules.ctcae_calcium import corrected_calcium
from trial.rules.reference import NONE, Limits
from trial.rules.verdict import Verdict

__all__ = ["TERMS", "grade"]

# Item of a laboratory form -> its terms. Calcium is graded corrected for albumin.
TERMS: dict[str, tuple[str, ...]] = {
    **{item: (term,) for item, term in ctcae.TERM_OF_ITEM.items()},
    **{item.removeprefix("corrected_"): terms for item, terms in ctcae.TERMS_OF_ITEM.items()},
}


def grade(
    item: str,
    value: Decimal | None,
    *,
    limits: Limits = NONE,
    baseline: Decimal | None = None,
    anticoagulated: str | None = None,
    albumin: Decimal | None = None,
    version: str,
) -> Verdict:
    """The grade of a value in the item's standard unit; None = cannot be graded.

    baseline: the last value before the infusion. albumin: g/L, for calcium alone, which is not graded without it.
    Raises KeyError for an item that CTCAE does not grade.
    """
    measured = corrected_calcium(value, albumin) if item == "calcium" else value
    found = worst(
        ctcae.grade(
            term, measured, lln=limits.low, uln=limits.high, baseline=baseline, anticoagulated=anticoagulated,
            version=version,
        )
        for term in TERMS[item]
    )  # fmt: skip
    uses_limits = limits.assumed and measured is not None
    return replace(found, flags=(*found.flags, "LIMITS_ASSUMED")) if uses_limits else found


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The highest grade; without one above 0, a verdict that could not be given, for it might be higher."""
    found = list(verdicts)
    graded = [one for one in found if isinstance(one.value, int) and one.value > 0]
    if graded:
        return max(graded, key=lambda one: int(one.value or 0))
    return next((one for one in found if one.value is None), found[0])
