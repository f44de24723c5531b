"""Single findings of stage and risk: a chromosomal change or a laboratory value is there, is not, or is not known."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from trial.rules.verdict import Verdict, decimal, figure, joined, known

__all__ = ["BASES", "CLAUSES", "FLAGS", "both", "either", "feature", "gained_1q", "ldh_above", "positive", "truth"]

VERSION = "cytogenetics_1"
BASIS = "As recorded in the myeloma history"
# R2-ISS and IMWG 2016 alike: three copies are a gain, four or more an amplification.
GAIN_COPIES = Decimal(3)

# Item of the myeloma history -> found, not found, not known.
FEATURES: dict[str, tuple[str, str, str]] = {
    "del_17p": ("del(17p) is present.", "del(17p) is absent.", "del(17p) is not known."),
    "tp53_mutation": (
        "A mutation of TP53 is present.", "A mutation of TP53 is absent.", "A mutation of TP53 is not known.",
    ),
    "t_4_14": ("t(4;14) is present.", "t(4;14) is absent.", "t(4;14) is not known."),
    "t_14_16": ("t(14;16) is present.", "t(14;16) is absent.", "t(14;16) is not known."),
    "t_14_20": ("t(14;20) is present.", "t(14;20) is absent.", "t(14;20) is not known."),
    "del_1p32": ("del(1p32) is present.", "del(1p32) is absent.", "del(1p32) is not known."),
    "del_1p32_biallelic": (
        "del(1p32) is biallelic.", "del(1p32) is not biallelic.", "It is not known whether del(1p32) is biallelic.",
    ),
    "non_hyperdiploid": (
        "The karyotype is not hyperdiploid.", "The karyotype is hyperdiploid.", "The ploidy is not known.",
    ),
    "high_risk_gep": (
        "The gene expression profile is of high risk.", "The gene expression profile is not of high risk.",
        "The gene expression profile is not known.",
    ),
}  # fmt: skip

GAIN_PRESENT = "1q is gained or amplified."
GAIN_COPIES_ENOUGH = "1q has {copies} copies: gained or amplified."
GAIN_ABSENT = "1q is not gained."
GAIN_UNKNOWN = "A gain of 1q is not known."
GAIN_CONTRADICTORY = "The answer on the gain of 1q and its {copies} copies contradict each other."
LDH_ABOVE = "Lactate dehydrogenase {ldh} U/L, above the upper limit of normal of {uln} U/L."
LDH_NORMAL = "Lactate dehydrogenase {ldh} U/L, not above the upper limit of normal of {uln} U/L."
LDH_MISSING = "Lactate dehydrogenase or its upper limit of normal is not recorded."

CLAUSES: tuple[str, ...] = (
    *(clause for three in FEATURES.values() for clause in three), GAIN_PRESENT, GAIN_COPIES_ENOUGH, GAIN_ABSENT,
    GAIN_UNKNOWN, GAIN_CONTRADICTORY, LDH_ABOVE, LDH_NORMAL, LDH_MISSING,
)  # fmt: skip
BASES: tuple[str, ...] = (BASIS,)
FLAGS: dict[str, str] = {
    "GAIN_1Q_CONTRADICTS": "The answer on 1q and the number of its copies contradict each other; neither was used.",
    "IMPOSSIBLE_VALUE": "A recorded number cannot be a measured value; it was not used.",
}


def feature(name: str, answer: Any) -> Verdict:
    """1 = present (Y), 0 = absent (N), None = not known (U, blank); `name` = one of FEATURES."""
    found, absent, unknown = FEATURES[name]
    code = answer if known(answer) else None
    if code == "Y":
        return finding(1, found)
    return finding(0, absent) if code == "N" else finding(None, unknown)


def gained_1q(answer: Any, copies: Any) -> Verdict:
    """1 = gained (3 copies) or amplified (4 or more), 0 = not; the copies answer where the question is left open."""
    counted, flags = positive(copies)
    code = answer if known(answer) else None
    if counted is None:
        if code == "Y":
            return finding(1, GAIN_PRESENT, flags)
        return finding(0, GAIN_ABSENT, flags) if code == "N" else finding(None, GAIN_UNKNOWN, flags)
    enough = counted >= GAIN_COPIES
    if code == ("N" if enough else "Y"):
        return finding(None, GAIN_CONTRADICTORY, ("GAIN_1Q_CONTRADICTS",), copies=figure_of_count(counted))
    return finding(1, GAIN_COPIES_ENOUGH, copies=figure_of_count(counted)) if enough else finding(0, GAIN_ABSENT)


def ldh_above(ldh: Any, uln: Any) -> Verdict:
    """1 = lactate dehydrogenase above its upper limit of normal, both U/L; at the limit it is not above."""
    (value, flags), (limit, flags_too) = positive(ldh), positive(uln)
    if value is None or limit is None:
        return finding(None, LDH_MISSING, joined(flags, flags_too))
    return finding(int(value > limit), LDH_ABOVE if value > limit else LDH_NORMAL, ldh=figure(value), uln=figure(limit))


def truth(one: Verdict) -> bool | None:
    """Whether what a finding asks for is there; None = not known."""
    return None if one.value is None else one.value == 1


def either(*parts: bool | None) -> bool | None:
    """Whether any of them holds: one that does settles it; None = it hangs on one that is not known."""
    if True in parts:
        return True
    return None if None in parts else False


def both(*parts: bool | None) -> bool | None:
    """Whether all of them hold: one that does not settles it; None = it hangs on one that is not known."""
    if False in parts:
        return False
    return None if None in parts else True


def positive(
    value: Any, *, accepts: Callable[[Decimal], bool] = lambda read: read > 0
) -> tuple[Decimal | None, tuple[str, ...]]:
    """A measured number and its flags; None = not recorded, or no number that could have been measured."""
    read = decimal(value)
    if read is None:
        return None, ()
    return (read, ()) if read.is_finite() and accepts(read) else (None, ("IMPOSSIBLE_VALUE",))


def figure_of_count(value: Decimal) -> str:
    """A count without decimal places, "4"; "3.5" stays as it is."""
    return f"{value.normalize():f}"


def finding(value: int | None, clause: str, flags: tuple[str, ...] = (), /, **shown: str) -> Verdict:
    """One line under a stage."""
    return Verdict(value=value, clause=clause, basis=BASIS, version=VERSION, shown=shown, flags=flags)
