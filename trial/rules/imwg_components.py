"""The level of serum, urine and light chains at a time point: each a ladder of its own, or what a study still allows."""

from decimal import Decimal
from typing import Any

from trial.rules.imwg_measurable import Baseline, Point
from trial.rules.imwg_options import CONVENTION, NOTE, TABLE, ImwgOptions, finding
from trial.rules.imwg_timeline import Assessment, Laboratory
from trial.rules.imwg_values import (
    URINE_VGPR_MG_24H,
    Amount,
    change,
    fallen,
    light_chains,
    plain,
    serum,
    serum_band,
    urine,
    urine_band,
)
from trial.rules.verdict import Verdict

# IMWG 2016, table 4: falls from baseline in percent.
SERUM_VGPR, SERUM_PR, SERUM_MR = Decimal(90), Decimal(50), Decimal(25)
URINE_PR, URINE_MR = Decimal(90), Decimal(50)
FLC_VGPR, FLC_PR = Decimal(90), Decimal(50)
# IMWG 2016, table 4, partial response: or urine below, mg/24 h.
URINE_PR_MG_24H = Decimal(200)

SERUM_IFE_NEGATIVE = "Serum immunofixation negative on {day}."
SERUM_ZERO = "No M-protein in serum on {day}, immunofixation positive or not done: very good partial response at best."
SERUM_FALL_VGPR = (
    "Serum M-protein {value} g/dL on {day}, {fall} % below the baseline of {baseline} g/dL ({baseline_day}): "
    "at least {threshold} %."
)
SERUM_FALL_PR = (
    "Serum M-protein {value} g/dL on {day}, {fall} % below the baseline of {baseline} g/dL ({baseline_day}): "
    "at least {threshold} %, less than {next} %."
)
SERUM_FALL_MR = (
    "Serum M-protein {value} g/dL on {day}, {fall} % below the baseline of {baseline} g/dL ({baseline_day}): "
    "at least {threshold} %, less than {next} %, a minimal response."
)
SERUM_NO_FALL = (
    "Serum M-protein {value} g/dL on {day}, not {threshold} % below the baseline of {baseline} g/dL ({baseline_day})."
)
SERUM_MISSING = "Serum M-protein is missing: no response can be judged."
SERUM_DOUBTED = "The laboratory doubts its values of {day}: they are not used, as if missing."
SERUM_STUDY_VGPR = (
    "Serum M-protein {value} g/dL on {day}, not measurable at baseline: none, or at least {threshold} % lower."
)
SERUM_STUDY_PR = (
    "Serum M-protein {value} g/dL on {day}, not measurable at baseline, but neither none nor {threshold} % "
    "lower: caps at PR."
)
SERUM_STUDY_MISSING = "Serum M-protein is missing, not measurable at baseline: caps at PR."

URINE_IFE_NEGATIVE = "Urine immunofixation negative on {day}."
URINE_BELOW_VGPR = (
    "Urine M-protein {value} mg/24 h on {day}, below {threshold} mg/24 h; immunofixation positive or not done: "
    "very good partial response at best."
)
URINE_BELOW_PR = "Urine M-protein {value} mg/24 h on {day}, below {threshold} mg/24 h: partial response."
URINE_FALL_PR = (
    "Urine M-protein {value} mg/24 h on {day}, {fall} % below the baseline of {baseline} mg/24 h "
    "({baseline_day}): at least {threshold} %."
)
URINE_FALL_MR = (
    "Urine M-protein {value} mg/24 h on {day}, {fall} % below the baseline of {baseline} mg/24 h "
    "({baseline_day}): at least {threshold} %, less than {next} %."
)
URINE_NO_FALL = (
    "Urine M-protein {value} mg/24 h on {day}, not {threshold} % below the baseline of {baseline} mg/24 h "
    "({baseline_day})."
)
URINE_MISSING = "Urine M-protein is missing, measurable at baseline: no response can be judged."
URINE_STUDY_VGPR = "Urine M-protein {value} mg/24 h on {day}, not measurable at baseline, below {threshold} mg/24 h."
URINE_STUDY_PR = (
    "Urine M-protein {value} mg/24 h on {day}, not measurable at baseline, but not below {threshold} mg/24 h: "
    "caps at PR."
)
URINE_STUDY_MISSING = "Urine M-protein is missing, not measurable at baseline: caps at PR."

FLC_RATIO_NORMAL = "Free light chain ratio {ratio} on {day}: normal."
FLC_BELOW_LOQ = "Both free light chains below the limit of quantification on {day}: the ratio counts as normal."
FLC_FALL_VGPR = (
    "Difference of free light chains {value} mg/L on {day}, {fall} % below the baseline of {baseline} mg/L "
    "({baseline_day}); the ratio is not known to be normal."
)
FLC_FALL_PR = (
    "Difference of free light chains {value} mg/L on {day}, {fall} % below the baseline of {baseline} mg/L "
    "({baseline_day}): at least {threshold} %."
)
FLC_NO_FALL = (
    "Difference of free light chains {value} mg/L on {day}, not {threshold} % below the baseline of {baseline} "
    "mg/L ({baseline_day}); minimal response is not defined by light chains."
)
FLC_MISSING = "Free light chains are missing, measurable at baseline: no response can be judged."

COMPONENT_CLAUSES = (
    SERUM_IFE_NEGATIVE, SERUM_ZERO, SERUM_FALL_VGPR, SERUM_FALL_PR, SERUM_FALL_MR, SERUM_NO_FALL, SERUM_MISSING,
    SERUM_DOUBTED, SERUM_STUDY_VGPR, SERUM_STUDY_PR, SERUM_STUDY_MISSING,
    URINE_IFE_NEGATIVE, URINE_BELOW_VGPR, URINE_BELOW_PR, URINE_FALL_PR, URINE_FALL_MR, URINE_NO_FALL, URINE_MISSING,
    URINE_STUDY_VGPR, URINE_STUDY_PR, URINE_STUDY_MISSING,
    FLC_RATIO_NORMAL, FLC_BELOW_LOQ, FLC_FALL_VGPR, FLC_FALL_PR, FLC_NO_FALL, FLC_MISSING,
)  # fmt: skip


def serum_level(now: Assessment, baseline: Baseline, options: ImwgOptions) -> Verdict:
    """CR to SD by serum; None = missing where it is needed. Where not measurable: CR, VGPR or PR as the highest allowed."""
    amount, (band, flags) = serum(now.laboratory, options), serum_band(now.laboratory, options)
    day = _day(now.laboratory)
    if band == "NEGATIVE":
        return finding("CR", SERUM_IFE_NEGATIVE, basis=NOTE if flags else TABLE, flags=flags, day=day)
    if amount is None:
        return _serum_missing(now, baseline, options)
    flags = (*flags, *_reflex_wanted(now.laboratory, options), *(() if band else ("SERUM_IMMUNOFIXATION_MISSING",)))
    if not baseline.follows("SERUM") or baseline.serum is None:
        return _serum_study(amount, baseline, day, flags)
    shown = _shown(amount.value, baseline.serum, day)
    if amount.value == 0:
        return finding("VGPR", SERUM_ZERO, flags=flags, day=day)
    for level, clause, threshold, above in (
        ("VGPR", SERUM_FALL_VGPR, SERUM_VGPR, None),
        ("PR", SERUM_FALL_PR, SERUM_PR, SERUM_VGPR),
        ("MR", SERUM_FALL_MR, SERUM_MR, SERUM_PR),
    ):
        if fallen(amount.value, baseline.serum.value, threshold):
            limits = {"threshold": str(threshold), **({"next": str(above)} if above else {})}
            return finding(level, clause, flags=flags, shown={**shown, **limits})
    shown.pop("fall")
    return finding("SD", SERUM_NO_FALL, flags=flags, threshold=str(SERUM_MR), shown=shown)


def _serum_missing(now: Assessment, baseline: Baseline, options: ImwgOptions) -> Verdict:
    if now.laboratory is not None and now.laboratory.spurious and not options.spurious_counts:
        return finding(
            None, SERUM_DOUBTED, basis=CONVENTION, flags=("SPURIOUS",), day=_day(now.laboratory)
        )  # fmt: skip
    if baseline.follows("SERUM") or options.serum_always_needed:
        return finding(None, SERUM_MISSING, basis=CONVENTION, flags=("SERUM_MISSING",))
    return finding("PR", SERUM_STUDY_MISSING, basis=CONVENTION, flags=("SERUM_MISSING",))


def _serum_study(amount: Amount, baseline: Baseline, day: str, flags: tuple[str, ...]) -> Verdict:
    """Serum that was not measurable: it must be clean, or 90 % lower, for a very good partial response."""
    before = baseline.serum.value if baseline.serum else Decimal(0)
    clean = amount.value == 0 or fallen(amount.value, before, SERUM_VGPR)
    return finding(
        "VGPR" if clean else "PR",
        SERUM_STUDY_VGPR if clean else SERUM_STUDY_PR,
        basis=CONVENTION,
        flags=flags,
        value=plain(amount.value),
        day=day,
        threshold=str(SERUM_VGPR),
    )


def _reflex_wanted(laboratory: Laboratory | None, options: ImwgOptions) -> tuple[str, ...]:
    """A faint positive band without a reflex test: it may be the antibody of an earlier anti-CD38 therapy."""
    if laboratory is None or laboratory.serum_immunofixation != "POSITIVE" or laboratory.serum_reflex is not None:
        return ()
    return ("REFLEX_NOT_DONE",) if laboratory.serum is None or laboratory.serum <= options.faint_band_g_dl else ()


def urine_level(now: Assessment, baseline: Baseline, options: ImwgOptions) -> Verdict:
    """CR to SD by urine; None = missing where measurable at baseline. Where not: CR, VGPR or PR as the highest allowed."""
    amount, (band, flags) = urine(now.laboratory, options), urine_band(now.laboratory, options)
    day = _day(now.laboratory)
    if band == "NEGATIVE":
        return finding("CR", URINE_IFE_NEGATIVE, flags=flags, day=day)
    measurable = baseline.follows("URINE") and baseline.urine is not None
    if amount is None:
        clause = URINE_MISSING if measurable else URINE_STUDY_MISSING
        return finding(None if measurable else "PR", clause, basis=CONVENTION, flags=("URINE_MISSING",))
    flags = (*flags, *(() if band else ("URINE_IMMUNOFIXATION_MISSING",)))
    value, below = plain(amount.value), str(URINE_VGPR_MG_24H)
    if not measurable or baseline.urine is None:
        clean = amount.value < URINE_VGPR_MG_24H
        clause = URINE_STUDY_VGPR if clean else URINE_STUDY_PR
        return finding("VGPR" if clean else "PR", clause, flags=flags, value=value, day=day, threshold=below)
    if amount.value < URINE_VGPR_MG_24H:
        return finding("VGPR", URINE_BELOW_VGPR, flags=flags, value=value, day=day, threshold=below)
    if amount.value < URINE_PR_MG_24H:
        return finding("PR", URINE_BELOW_PR, flags=flags, value=value, day=day, threshold=str(URINE_PR_MG_24H))
    shown = _shown(amount.value, baseline.urine, day)
    if fallen(amount.value, baseline.urine.value, URINE_PR):
        return finding("PR", URINE_FALL_PR, flags=flags, threshold=str(URINE_PR), shown=shown)
    if fallen(amount.value, baseline.urine.value, URINE_MR):
        return finding("MR", URINE_FALL_MR, flags=flags, threshold=str(URINE_MR), next=str(URINE_PR), shown=shown)
    shown.pop("fall")
    return finding("SD", URINE_NO_FALL, flags=flags, threshold=str(URINE_MR), shown=shown)


def flc_level(now: Assessment, baseline: Baseline, options: ImwgOptions) -> Verdict:
    """CR to SD by free light chains, where neither serum nor urine was measurable; None = missing."""
    chains = light_chains(now.laboratory, baseline.chain, options)
    if chains is None or chains.difference is None or baseline.flc is None:
        return finding(None, FLC_MISSING, basis=CONVENTION, flags=("FLC_MISSING",))
    day = _day(now.laboratory)
    if chains.normal and chains.both_below_loq:
        return finding("CR", FLC_BELOW_LOQ, basis=CONVENTION, flags=("FLC_BELOW_LOQ",), day=day)
    if chains.normal:
        return finding("CR", FLC_RATIO_NORMAL, ratio=chains.ratio, day=day)
    flags = ("FLC_RATIO_UNKNOWN",) if chains.normal is None else ()
    shown = _shown(chains.difference, baseline.flc, day)
    far = fallen(chains.difference, baseline.flc.value, FLC_VGPR)
    exactly = chains.difference * 10 == baseline.flc.value
    if far and not (options.vgpr_flc_above_90 and exactly):
        return finding("VGPR", FLC_FALL_VGPR, flags=flags, shown=shown)
    if fallen(chains.difference, baseline.flc.value, FLC_PR):
        return finding("PR", FLC_FALL_PR, flags=flags, threshold=str(FLC_PR), shown=shown)
    shown.pop("fall")
    return finding("SD", FLC_NO_FALL, flags=flags, threshold=str(FLC_PR), shown=shown)


def _shown(value: Decimal, baseline: Point, day: str) -> dict[str, Any]:
    return {
        "value": plain(value),
        "day": day,
        "fall": change(value, baseline.value),
        "baseline": plain(baseline.value),
        "baseline_day": baseline.day.isoformat(),
    }


def _day(laboratory: Laboratory | None) -> str:
    return laboratory.day.isoformat() if laboratory else ""
