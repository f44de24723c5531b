"""Stage of myeloma: ISS, R-ISS and R2-ISS, each given only where everything that is not recorded would not change it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from trial.rules.cytogenetics import either, feature, gained_1q, ldh_above, positive, truth
from trial.rules.verdict import Verdict, concluded, figure, joined

__all__ = ["BASES", "CLAUSES", "FLAGS", "iss", "points_range", "r2_iss", "r_iss"]

VERSION = "staging_1"
ISS = "ISS (Greipp PR et al. J Clin Oncol 2005;23:3412-20)"
R_ISS = "R-ISS (Palumbo A et al. J Clin Oncol 2015;33:2863-9)"
R2_ISS = "R2-ISS (D'Agostino M et al. J Clin Oncol 2022;40:3406-18)"

# ISS: mg/L.
B2_LOW, B2_HIGH = Decimal("3.5"), Decimal("5.5")
# ISS: g/dL; the item of the form is in g/L.
ALBUMIN_NORMAL = Decimal("3.5")
DL_PER_L = Decimal(10)
# No living person is known to have so little, g/L; the number may have been read in g/dL.
ALBUMIN_IMPLAUSIBLE = Decimal(10)
# R-ISS: the chromosomal changes of high risk.
R_ISS_CHANGES = ("del_17p", "t_4_14", "t_14_16")
# R2-ISS: points.
ISS_POINTS: Mapping[str, Decimal] = {"I": Decimal(0), "II": Decimal(1), "III": Decimal("1.5")}
CHANGE_POINTS = (Decimal(1), Decimal(1), Decimal(1), Decimal("0.5"))  # del(17p), t(4;14), LDH, 1q, as found below
# R2-ISS: the most points of stages I, II, III.
R2_LIMITS: tuple[tuple[Decimal, str], ...] = ((Decimal(0), "I"), (Decimal(1), "II"), (Decimal("2.5"), "III"))

ISS_I = "β2-microglobulin {b2} mg/L, below 3.5, and albumin {albumin} g/dL, at least 3.5: ISS stage I."
ISS_II_ALBUMIN = "β2-microglobulin {b2} mg/L, below 3.5, but albumin {albumin} g/dL, below 3.5: ISS stage II."
ISS_II_B2 = "β2-microglobulin {b2} mg/L, from 3.5 to below 5.5: ISS stage II whatever the albumin."
ISS_III = "β2-microglobulin {b2} mg/L, at least 5.5: ISS stage III whatever the albumin."
ISS_ALBUMIN_MISSING = "β2-microglobulin {b2} mg/L, below 3.5, and no albumin: ISS stage I or II."
ISS_B2_MISSING = "No β2-microglobulin; albumin {albumin} g/dL, at least 3.5: any ISS stage is possible."
ISS_B2_MISSING_LOW = "No β2-microglobulin; albumin {albumin} g/dL, below 3.5: ISS stage II or III."
ISS_NOTHING = "Neither β2-microglobulin nor albumin: any ISS stage is possible."

R_I = "ISS stage I, no chromosomal change of high risk, lactate dehydrogenase not above normal: R-ISS stage I."
R_II_ISS = "ISS stage II: R-ISS stage II whatever the rest."
R_II_UP = "ISS stage I with a chromosomal change of high risk or lactate dehydrogenase above normal: R-ISS stage II."
R_II_DOWN = (
    "ISS stage III without a chromosomal change of high risk or lactate dehydrogenase above normal: R-ISS stage II."
)
R_II_ANY = "The ISS stage is not known; each one that is possible gives R-ISS stage II."
R_III = "ISS stage III with a chromosomal change of high risk or lactate dehydrogenase above normal: R-ISS stage III."
R_OPEN_I = "ISS stage I; what is known of chromosomes and lactate dehydrogenase leaves R-ISS stage I or II."
R_OPEN_III = "ISS stage III; what is known of chromosomes and lactate dehydrogenase leaves R-ISS stage II or III."
R_OPEN = "The ISS stage is not known, and those that are possible give different R-ISS stages."

R2_I = "{points} points: R2-ISS stage I (0)."
R2_II = "{points} points: R2-ISS stage II (0.5 to 1)."
R2_III = "{points} points: R2-ISS stage III (1.5 to 2.5)."
R2_IV = "{points} points: R2-ISS stage IV (3 to 5)."
R2_II_RANGE = "From {low} to {high} points by what is not known: R2-ISS stage II (0.5 to 1) in any case."
R2_III_RANGE = "From {low} to {high} points by what is not known: R2-ISS stage III (1.5 to 2.5) in any case."
R2_IV_RANGE = "From {low} to {high} points by what is not known: R2-ISS stage IV (3 to 5) in any case."
R2_OPEN = "From {low} to {high} points by what is not known: more than one R2-ISS stage is possible."

CLAUSES: tuple[str, ...] = (
    ISS_I, ISS_II_ALBUMIN, ISS_II_B2, ISS_III, ISS_ALBUMIN_MISSING, ISS_B2_MISSING, ISS_B2_MISSING_LOW, ISS_NOTHING,
    R_I, R_II_ISS, R_II_UP, R_II_DOWN, R_II_ANY, R_III, R_OPEN_I, R_OPEN_III, R_OPEN,
    R2_I, R2_II, R2_III, R2_IV, R2_II_RANGE, R2_III_RANGE, R2_IV_RANGE, R2_OPEN,
)  # fmt: skip
BASES: tuple[str, ...] = (ISS, R_ISS, R2_ISS)
FLAGS: dict[str, str] = {
    "AT_STUDY_ENTRY": "Staged at study entry; the stage was validated at diagnosis.",
    "ALBUMIN_IMPLAUSIBLE": "Albumin below 10 g/L: it may have been read in g/dL. It was used as recorded.",
    "IMPOSSIBLE_VALUE": "A recorded number cannot be a measured value; it was not used.",
}

_EXACT = {"I": R2_I, "II": R2_II, "III": R2_III, "IV": R2_IV}
_RANGE = {"II": R2_II_RANGE, "III": R2_III_RANGE, "IV": R2_IV_RANGE}  # stage I is 0 points and no range
# Stages that ISS leaves open where it gives none.
_LEFT: Mapping[str, tuple[str, ...]] = {
    ISS_ALBUMIN_MISSING: ("I", "II"), ISS_B2_MISSING_LOW: ("II", "III"),
    ISS_B2_MISSING: ("I", "II", "III"), ISS_NOTHING: ("I", "II", "III"),
}  # fmt: skip


def iss(b2_microglobulin: Any, albumin: Any, *, at_diagnosis: bool = False) -> Verdict:
    """ "I", "II" or "III"; None = more than one stage is possible. β2-microglobulin in mg/L, albumin in g/L."""
    (b2, flags), (grams, flags_too) = positive(b2_microglobulin), positive(albumin)
    implausible = ("ALBUMIN_IMPLAUSIBLE",) if grams is not None and grams < ALBUMIN_IMPLAUSIBLE else ()
    remarks = joined(_entry(at_diagnosis), flags, flags_too, implausible)
    per_dl = None if grams is None else grams / DL_PER_L
    value, clause, shown = _iss(b2, per_dl)
    return Verdict(value=value, clause=clause, basis=ISS, version=VERSION, shown=shown, flags=remarks)


def r_iss(
    *,
    b2_microglobulin: Any,
    albumin: Any,
    ldh: Any,
    ldh_uln: Any,
    del_17p: Any,
    t_4_14: Any,
    t_14_16: Any,
    at_diagnosis: bool = False,
) -> Verdict:
    """ "I", "II" or "III"; None = more than one stage is possible.

    β2-microglobulin in mg/L, albumin in g/L, LDH and its upper limit of normal in U/L; changes Y, N, U (None = U).
    Findings: ISS, del(17p), t(4;14), t(14;16), LDH.
    """
    stage = iss(b2_microglobulin, albumin, at_diagnosis=at_diagnosis)
    changes = [
        feature(name, answer) for name, answer in zip(R_ISS_CHANGES, (del_17p, t_4_14, t_14_16), strict=True)
    ]  # fmt: skip
    risks = (*changes, ldh_above(ldh, ldh_uln))
    value, clause = _r_iss(_possible(stage), either(*map(truth, risks)))
    return concluded(value, clause, (stage, *risks), _entry(at_diagnosis), basis=R_ISS, version=VERSION)


def r2_iss(
    *,
    b2_microglobulin: Any,
    albumin: Any,
    ldh: Any,
    ldh_uln: Any,
    del_17p: Any,
    t_4_14: Any,
    gain_1q: Any,
    gain_1q_copies: Any = None,
    at_diagnosis: bool = False,
) -> Verdict:
    """ "I" to "IV"; None = the fewest and the most points that are possible lie in different stages.

    Inputs as for `r_iss`; 1q counts from 3 copies. Findings: ISS, del(17p),
    t(4;14), LDH, 1q.
    """
    stage = iss(b2_microglobulin, albumin, at_diagnosis=at_diagnosis)
    risks = (
        feature("del_17p", del_17p), feature("t_4_14", t_4_14), ldh_above(ldh, ldh_uln),
        gained_1q(gain_1q, gain_1q_copies),
    )  # fmt: skip
    low, high = points_range(stage, risks)
    value, clause, shown = _r2_iss(low, high)
    because = (stage, *risks)
    return concluded(value, clause, because, _entry(at_diagnosis), basis=R2_ISS, version=VERSION, shown=shown)


def points_range(stage: Verdict, risks: Sequence[Verdict]) -> tuple[Decimal, Decimal]:
    """The fewest and the most points of R2-ISS; `risks` = del(17p), t(4;14), LDH, 1q, equal where all is known."""
    by_iss = [ISS_POINTS[one] for one in _possible(stage)]
    pairs = list(zip(risks, CHANGE_POINTS, strict=True))
    low = min(by_iss) + sum((points for one, points in pairs if one.value == 1), Decimal(0))
    high = max(by_iss) + sum((points for one, points in pairs if one.value != 0), Decimal(0))
    return low, high


def _iss(b2: Decimal | None, per_dl: Decimal | None) -> tuple[str | None, str, dict[str, str]]:
    albumin = {} if per_dl is None else {"albumin": figure(per_dl)}
    if b2 is None:
        if per_dl is None:
            return None, ISS_NOTHING, {}
        return None, ISS_B2_MISSING if per_dl >= ALBUMIN_NORMAL else ISS_B2_MISSING_LOW, albumin
    shown = {"b2": figure(b2)}
    if b2 >= B2_HIGH:
        return "III", ISS_III, shown
    if b2 >= B2_LOW:
        return "II", ISS_II_B2, shown
    if per_dl is None:
        return None, ISS_ALBUMIN_MISSING, shown
    if per_dl >= ALBUMIN_NORMAL:
        return "I", ISS_I, {**shown, **albumin}
    return "II", ISS_II_ALBUMIN, {**shown, **albumin}


def _possible(stage: Verdict) -> tuple[str, ...]:
    """The ISS stages that what is not recorded leaves open."""
    return (str(stage.value),) if stage.value is not None else _LEFT[stage.clause]


def _r_iss(possible: tuple[str, ...], risk: bool | None) -> tuple[str | None, str]:
    if possible == ("II",):
        return "II", R_II_ISS
    if possible == ("I",):
        return {True: ("II", R_II_UP), False: ("I", R_I), None: (None, R_OPEN_I)}[risk]
    if possible == ("III",):
        return {True: ("III", R_III), False: ("II", R_II_DOWN), None: (None, R_OPEN_III)}[risk]
    agrees = (possible == ("I", "II") and risk is True) or (possible == ("II", "III") and risk is False)
    return ("II", R_II_ANY) if agrees else (None, R_OPEN)


def _r2_iss(low: Decimal, high: Decimal) -> tuple[str | None, str, dict[str, str]]:
    stage = _r2_stage(low)
    if low == high:
        return stage, _EXACT[stage], {"points": figure(low)}
    shown = {"low": figure(low), "high": figure(high)}
    return (stage, _RANGE[stage], shown) if stage == _r2_stage(high) else (None, R2_OPEN, shown)


def _r2_stage(points: Decimal) -> str:
    return next((stage for most, stage in R2_LIMITS if points <= most), "IV")


def _entry(at_diagnosis: bool) -> tuple[str, ...]:
    return () if at_diagnosis else ("AT_STUDY_ENTRY",)
