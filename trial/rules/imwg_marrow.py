"""Marrow and lesions at a time point, and the two further demands of a stringent complete response."""

from decimal import Decimal

from trial.rules.imwg_measurable import Baseline
from trial.rules.imwg_options import CONVENTION, NOTE, TABLE, ImwgOptions, finding
from trial.rules.imwg_timeline import Assessment, Marrow
from trial.rules.imwg_values import change, fallen, light_chains, plain
from trial.rules.verdict import Verdict

# IMWG 2016, table 4, complete response: plasma cells of the marrow below, in percent.
CR_MARROW_PERCENT = Decimal(5)
# IMWG 2016, table 4, partial response of non-secretory disease: fall of plasma cells in percent.
MARROW_PR = Decimal(50)
# IMWG 2016, footnotes of table 4: clonal is kappa:lambda above 4:1 (kappa) or below 1:2 (lambda).
KAPPA_AT_MOST, LAMBDA_AT_LEAST = Decimal(4), Decimal("0.5")

MARROW_CLEAR = "Plasma cells {value} % of the marrow on {day}, below {threshold} %."
MARROW_CLEAR_CARRIED = "Plasma cells {value} % of the marrow on {day}, below {threshold} %, carried forward."
MARROW_NOT_CLEAR = "Plasma cells {value} % of the marrow on {day}, not below {threshold} %: caps at VGPR."
MARROW_FLOW_ONLY = (
    "Of the marrow only a percentage by flow cytometry is recorded, which cannot prove a complete response: "
    "caps at VGPR."
)
MARROW_MISSING = "Marrow after the infusion is missing: caps at VGPR."
MARROW_FALL = (
    "Plasma cells {value} % of the marrow on {day}, {fall} % below the baseline of {baseline} % "
    "({baseline_day}): at least {threshold} %, partial response."
)
MARROW_NO_FALL = (
    "Plasma cells {value} % of the marrow on {day}, not {threshold} % below the baseline of {baseline} % "
    "({baseline_day})."
)
MARROW_NEEDED = "Marrow after the infusion is missing, and the response is followed by it: no response can be judged."

LESIONS_GONE = "All plasmacytomas are gone ({day})."
LESIONS_GONE_CARRIED = "All plasmacytomas were gone on {day}, carried forward."
LESIONS_PR = "Plasmacytomas in partial response on {day}: they allow VGPR, as they do PR."
LESIONS_PR_ONLY = "Plasmacytomas in partial response on {day}: caps at PR."
LESIONS_MR_2011 = "Plasmacytomas 25 to 49 % smaller on {day}: minimal response."
LESIONS_MR_2016 = (
    "Plasmacytomas 25 to 49 % smaller on {day}: minimal response asks for 50 % in IMWG 2016, so stable disease."
)
LESIONS_SD = "Plasmacytomas without response on {day}."
LESIONS_MISSING = (
    "Plasmacytomas before the infusion, and no imaging of this visit or within {days} days before: no response "
    "can be judged."
)
LESIONS_NE = "Plasmacytomas before the infusion; imaging on {day} cannot be evaluated: no response can be judged."
LESIONS_LEFT = "Plasmacytomas without a measured target lesion are not shown to be gone: caps at VGPR."

SCR_RATIO_NORMAL = "For sCR: free light chain ratio {ratio} on {day} is normal."
SCR_BELOW_LOQ = (
    "For sCR: both free light chains are below the limit of quantification on {day}; the ratio counts as normal."
)
SCR_RATIO_ABNORMAL = "For sCR: free light chain ratio {ratio} on {day} is not normal: caps at CR."
SCR_RATIO_MISSING = "For sCR: the free light chain ratio is missing or cannot be computed: caps at CR."
SCR_NO_CLONE_RATIO = "For sCR: kappa to lambda {ratio} of {counted} plasma cells on {day}: not clonal."
SCR_NO_CLONE = "For sCR: no clonal plasma cells in the marrow of {day}."
SCR_CLONE_RATIO = "For sCR: kappa to lambda {ratio} of {counted} plasma cells on {day}: clonal, caps at CR."
SCR_CLONE = "For sCR: clonal plasma cells in the marrow of {day}: caps at CR."
SCR_TOO_FEW = (
    "For sCR: fewer than {threshold} plasma cells were counted on {day}, or the count is missing: not "
    "assessable, caps at CR."
)
SCR_CLONALITY_MISSING = "For sCR: clonality of the plasma cells is missing: caps at CR."
SCR_FLOW_NOT_USED = "For sCR: clonality on {day} was tested by flow cytometry, which is not used: caps at CR."

MARROW_CLAUSES = (
    MARROW_CLEAR, MARROW_CLEAR_CARRIED, MARROW_NOT_CLEAR, MARROW_FLOW_ONLY, MARROW_MISSING, MARROW_FALL, MARROW_NO_FALL,
    MARROW_NEEDED, LESIONS_GONE, LESIONS_GONE_CARRIED, LESIONS_PR, LESIONS_PR_ONLY, LESIONS_MR_2011, LESIONS_MR_2016,
    LESIONS_SD, LESIONS_MISSING, LESIONS_NE, LESIONS_LEFT, SCR_RATIO_NORMAL, SCR_BELOW_LOQ, SCR_RATIO_ABNORMAL,
    SCR_RATIO_MISSING, SCR_NO_CLONE_RATIO, SCR_NO_CLONE, SCR_CLONE_RATIO, SCR_CLONE, SCR_TOO_FEW, SCR_CLONALITY_MISSING,
    SCR_FLOW_NOT_USED,
)  # fmt: skip


def marrow_level(now: Assessment, baseline: Baseline, options: ImwgOptions) -> Verdict:
    """CR below 5 %, else VGPR as the highest allowed; where the response is followed by the marrow PR, SD or None."""
    marrow, followed = now.last_marrow, baseline.follows("MARROW")
    if marrow is None or marrow.plasma_cells is None:
        clause = MARROW_MISSING if marrow is None else MARROW_FLOW_ONLY
        if followed:
            return finding(None, MARROW_NEEDED, basis=CONVENTION, flags=("MARROW_MISSING",))
        return finding("VGPR", clause, basis=CONVENTION, flags=("MARROW_MISSING",))
    value, day = plain(marrow.plasma_cells), marrow.day.isoformat()
    limit = str(CR_MARROW_PERCENT)
    if marrow.plasma_cells < CR_MARROW_PERCENT and marrow is now.marrow:
        return finding("CR", MARROW_CLEAR, value=value, day=day, threshold=limit)
    if marrow.plasma_cells < CR_MARROW_PERCENT:
        return finding("CR", MARROW_CLEAR_CARRIED, basis=CONVENTION, value=value, day=day, threshold=limit)
    if not followed or baseline.marrow is None:
        return finding("VGPR", MARROW_NOT_CLEAR, value=value, day=day, threshold=limit)
    shown = {"baseline": plain(baseline.marrow.value), "baseline_day": baseline.marrow.day.isoformat()}
    if fallen(marrow.plasma_cells, baseline.marrow.value, MARROW_PR):
        fall = change(marrow.plasma_cells, baseline.marrow.value)
        return finding("PR", MARROW_FALL, value=value, day=day, fall=fall, threshold=str(MARROW_PR), shown=shown)
    return finding("SD", MARROW_NO_FALL, value=value, day=day, threshold=str(MARROW_PR), shown=shown)


def lesion_level(now: Assessment, baseline: Baseline, options: ImwgOptions) -> Verdict:
    """What the lesions of baseline allow, CR to SD; None = they were not seen and would be needed."""
    imaging, followed = now.last_imaging, baseline.follows("PLASMACYTOMA")
    day = imaging.day.isoformat() if imaging else ""
    response = imaging.verdict.value if imaging else None
    if response == "CR":
        return finding("CR", LESIONS_GONE if imaging is now.imaging else LESIONS_GONE_CARRIED, day=day)
    if not followed:
        return finding("VGPR", LESIONS_LEFT, basis=CONVENTION, flags=("LESIONS_NOT_MEASURED",))
    if imaging is None:
        days = str(options.imaging_carried_days)
        return finding(None, LESIONS_MISSING, basis=CONVENTION, flags=("IMAGING_MISSING",), days=days)
    if response == "PR" and options.vgpr_lesions == "PR":
        return finding("VGPR", LESIONS_PR, basis=CONVENTION, day=day)
    if response == "PR":
        return finding("PR", LESIONS_PR_ONLY, basis=CONVENTION, day=day)
    if response == "MR" and options.mr_spd_rule == "2011":
        return finding("MR", LESIONS_MR_2011, basis=CONVENTION, day=day)
    if response == "MR":
        return finding("SD", LESIONS_MR_2016, day=day)
    if response in ("SD", "PD"):
        return finding("SD", LESIONS_SD, day=day)
    return finding(None, LESIONS_NE, basis=CONVENTION, flags=("IMAGING_MISSING",), day=day)


def normal_ratio(now: Assessment, baseline: Baseline, options: ImwgOptions) -> Verdict:
    """SCR where the free light chain ratio is normal, else CR as the highest allowed; asked of every subject."""
    chains = light_chains(now.laboratory, baseline.chain, options)
    if chains is None or chains.normal is None or now.laboratory is None:
        return finding("CR", SCR_RATIO_MISSING, basis=CONVENTION, flags=("FLC_MISSING",))
    day = now.laboratory.day.isoformat()
    if chains.normal and chains.both_below_loq:
        return finding("SCR", SCR_BELOW_LOQ, basis=CONVENTION, flags=("FLC_BELOW_LOQ",), day=day)
    if chains.normal:
        return finding("SCR", SCR_RATIO_NORMAL, ratio=chains.ratio, day=day)
    return finding("CR", SCR_RATIO_ABNORMAL, ratio=chains.ratio, day=day)


def no_clone(now: Assessment, light_chain: str | None, options: ImwgOptions) -> Verdict:
    """SCR where the marrow that shows below 5 % has no clonal plasma cells, else CR as the highest allowed."""
    marrow = now.last_marrow
    if marrow is None or marrow.clonality_method is None:
        return finding("CR", SCR_CLONALITY_MISSING, basis=CONVENTION, flags=("CLONALITY_MISSING",))
    day = marrow.day.isoformat()
    if marrow.clonality_method == "FLOW" and not options.scr_by_flow:
        return finding("CR", SCR_FLOW_NOT_USED, basis=CONVENTION, day=day)
    if marrow.clonality_method == "IHC":
        if marrow.counted is None or marrow.counted < options.plasma_cells_counted:
            threshold = str(options.plasma_cells_counted)
            return finding("CR", SCR_TOO_FEW, basis=NOTE, flags=("CLONALITY_MISSING",), threshold=threshold, day=day)
        if marrow.ratio is not None and light_chain in ("KAPPA", "LAMBDA"):
            return _by_ratio(marrow, marrow.ratio, light_chain)
    if marrow.clonal is None:
        return finding("CR", SCR_CLONALITY_MISSING, basis=CONVENTION, flags=("CLONALITY_MISSING",))
    basis = CONVENTION if marrow.clonality_method == "FLOW" else TABLE
    clonal = marrow.clonal == "Y"
    return finding("CR" if clonal else "SCR", SCR_CLONE if clonal else SCR_NO_CLONE, basis=basis, day=day)


def _by_ratio(marrow: Marrow, ratio: Decimal, light_chain: str | None) -> Verdict:
    clonal = ratio > KAPPA_AT_MOST if light_chain == "KAPPA" else ratio < LAMBDA_AT_LEAST
    contradicts = marrow.clonal is not None and (marrow.clonal == "Y") != clonal
    return finding(
        "CR" if clonal else "SCR",
        SCR_CLONE_RATIO if clonal else SCR_NO_CLONE_RATIO,
        basis=NOTE,
        flags=("CLONALITY_CONTRADICTS",) if contradicts else (),
        ratio=plain(ratio),
        counted=plain(marrow.counted or Decimal(0)),
        day=marrow.day.isoformat(),
    )
