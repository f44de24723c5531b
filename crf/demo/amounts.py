"""How M-protein and free light chains fall after the infusion and come back at progression: the arithmetic of the typed values."""

from dataclasses import dataclass

from crf.demo.assessments import Seen
from crf.demo.disease import Disease
from crf.demo.typed import spread

# Percent of the value before the infusion, by how often the level was seen. IgG lives three weeks, so that a clone that
# is gone on day 10 still leaves 40 % on day 28; IgA lives six days; light chains hours.
_IGG_FALLING = (40, 16)
_IGA_FALLING = (16, 12)
_PLATEAU = (40, 31, 27, 24, 22, 21, 20)
_JUST_HALF = (47, 46, 45)
_VERY_GOOD = (6, 4, 3, 3, 3)
_STABLE = 91
# Urine of light chain disease in a partial and in a very good partial response, mg/24 h.
_URINE_PR = (185, 168, 152, 140, 132, 126, 121)
_URINE_VGPR = (74, 48, 31)
# After a nadir: percent of it and hundredths of g/dL on top, first evidence and second test.
_REGROWTH = ((130, 70), (150, 125))
_MEASURABLE_URINE = 200  # mg/24 h
# Involved chain of a disease measurable in urine, percent.
_SPILLING_PR = (9, 8, 7, 6, 6, 5, 5)
_SPILLING_VGPR = (3, 2, 2)
_ABNORMAL_PERCENT = (7, 6, 5, 5, 4)  # involved chain in a VGPR of light chain disease; the ratio stays abnormal
# Both light chains below the limit of quantification when first cleared: there is no ratio to compute.
_BELOW_LOQ = ("RECON-14", "RECON-23")
_JUST_HALF_OF = "RECON-03"


@dataclass(frozen=True, slots=True)
class Amounts:
    """What the laboratory finds on a day."""

    serum: int  # M-protein, hundredths of g/dL
    urine: int  # mg/24 h
    involved: int  # free light chain, tenths of mg/L
    uninvolved: int  # tenths of mg/L
    serum_band: bool  # immunofixation positive
    urine_band: bool
    below_loq: bool = False  # both light chains


def baseline(own: Disease, *, subject: str) -> Amounts:
    """Before the infusion."""
    return Amounts(
        serum=own.serum,
        urine=own.urine,
        involved=own.involved * 10,
        uninvolved=spread(52, 98, subject, "uninvolved"),
        serum_band=True,
        urine_band=own.urine > 0,
    )


def course(own: Disease, visits: list[Seen], *, subject: str) -> list[Amounts]:
    """One for each visit; progression rises from the lowest value before it."""
    found: list[Amounts] = []
    lowest = [baseline(own, subject=subject)]  # candidates; a progression is none
    deep = any(one.level in ("VGPR", "CR", "SCR") for one in visits)
    for one in visits:
        if one.level == "PD":
            found.append(_back(lowest, one, own, subject=subject))
        else:
            found.append(_falling(own, one, deep=deep, subject=subject))
            lowest.append(found[-1])
    return found


def _falling(own: Disease, one: Seen, *, deep: bool, subject: str) -> Amounts:
    if one.level in ("CR", "SCR"):
        return _cleared(one, subject=subject)
    serum = own.serum * _percent(own, one, deep=deep, subject=subject) // 100
    involved, uninvolved = _chains(own, one, subject=subject)
    return Amounts(
        serum=serum,
        urine=_urine(own, one, subject=subject),
        involved=involved,
        uninvolved=uninvolved,
        serum_band=True,
        urine_band=own.route == "URINE" or (own.urine > 0 and one.level != "VGPR"),
    )


def _percent(own: Disease, one: Seen, *, deep: bool, subject: str) -> int:
    """Percent of the serum M-protein before the infusion that is left."""
    if one.level == "PR" and subject == _JUST_HALF_OF:
        return _JUST_HALF[one.number]
    jitter = spread(-1, 1, subject, "fall")
    if one.level == "VGPR":
        return _VERY_GOOD[one.number]
    if one.level == "PR" and not deep:
        return _PLATEAU[one.number] + jitter
    if one.level == "PR":
        return (_IGA_FALLING if own.heavy == "IGA" else _IGG_FALLING)[one.number] + jitter
    return _STABLE + jitter


def _urine(own: Disease, one: Seen, *, subject: str) -> int:
    if own.urine == 0:
        return 0
    if one.level == "SD":
        return own.urine * 93 // 100
    if one.level == "VGPR":
        return _URINE_VGPR[one.number] if own.route == "URINE" else 0
    if own.urine >= _MEASURABLE_URINE:
        return _URINE_PR[one.number] + spread(-6, 6, subject, "urine")
    return own.urine * spread(28, 40, subject, "urine") // 100


def _chains(own: Disease, one: Seen, *, subject: str) -> tuple[int, int]:
    """Involved and uninvolved light chain in tenths of mg/L; they clear before the M-protein does."""
    uninvolved = spread(38, 62, subject, one.visit, "uninvolved")
    if one.level == "SD":
        return own.involved * 10 * 95 // 100, uninvolved
    if own.urine >= _MEASURABLE_URINE and one.level in ("PR", "VGPR"):
        # Light chains that still reach the urine are still raised in serum.
        left = _SPILLING_PR[one.number] if one.level == "PR" else _SPILLING_VGPR[one.number]
        return own.involved * left // 10, uninvolved
    if one.level == "PR":
        # A plateau keeps its light chains, a falling M-protein has lost them already.
        return uninvolved * spread(24, 39, subject, one.visit, "ratio") // 10, uninvolved
    if own.route == "FLC":
        return max(own.involved * 10 * _ABNORMAL_PERCENT[one.number] // 100, uninvolved * 3), uninvolved
    return uninvolved * spread(12, 21, subject, one.visit, "ratio") // 10, uninvolved


def _cleared(one: Seen, *, subject: str) -> Amounts:
    """Nothing left; the normal plasma cells are gone too, so that both light chains are low for months."""
    kappa = spread(21, 60, subject, one.visit, "kappa")
    lambda_ = kappa * spread(88, 138, subject, one.visit, "balance") // 100
    both_low = one.number == 0 and subject in _BELOW_LOQ
    return Amounts(0, 0, kappa, lambda_, serum_band=False, urine_band=False, below_loq=both_low)


def _back(before: list[Amounts], one: Seen, own: Disease, *, subject: str) -> Amounts:
    percent, plus = _REGROWTH[one.number]
    lowest = min(past.serum for past in before)
    chain = min(past.involved for past in before)
    uninvolved = spread(40, 70, subject, one.visit, "uninvolved")
    return Amounts(
        serum=lowest * percent // 100 + plus + spread(0, 12, subject, one.visit, "rise"),
        urine=own.urine * (40 + 30 * one.number) // 100,
        involved=chain * (14 + 5 * one.number) // 10 + own.involved * (2 + one.number),
        uninvolved=uninvolved,
        serum_band=True,
        urine_band=own.urine > 0,
    )
