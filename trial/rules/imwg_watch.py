"""What an assessment shows beside the response: escape, loss of antigen, possible flare, steroids, clinical relapse."""

from datetime import date
from decimal import Decimal

from trial.rules.imwg_measurable import Baseline
from trial.rules.imwg_options import RESPONSES, ImwgOptions
from trial.rules.imwg_progression import Nadirs, Progression, flc_point, flc_rise, marrow_point, marrow_rise
from trial.rules.imwg_timeline import Assessment
from trial.rules.imwg_values import serum_band, urine_band

# Flags of findings that say that something is missing; they are shown where that is what limits the response.
MISSING_FLAGS = frozenset(
    {
        "SERUM_MISSING", "URINE_MISSING", "FLC_MISSING", "MARROW_MISSING", "IMAGING_MISSING", "CLONALITY_MISSING",
        "SERUM_IMMUNOFIXATION_MISSING", "URINE_IMMUNOFIXATION_MISSING", "SPURIOUS", "LESIONS_NOT_MEASURED",
        "FLC_RATIO_UNKNOWN",
    }
)  # fmt: skip

# What each flag asks of the reader; fixed sentences, to be translated like clauses.
FLAGS: dict[str, str] = {
    "CAPPED_BY_MISSING": "Something is missing; the response may be better.",
    "SERUM_MISSING": "The serum M-protein is not recorded.",
    "URINE_MISSING": "The urine M-protein is not recorded.",
    "FLC_MISSING": "The free light chains are not recorded, or their ratio cannot be computed.",
    "FLC_RATIO_UNKNOWN": "One free light chain is below the limit of quantification; whether the ratio is normal cannot be said.",
    "MARROW_MISSING": "No plasma cell percentage by aspirate or biopsy is recorded after the infusion.",
    "IMAGING_MISSING": "Plasmacytomas of baseline were not imaged in time, or could not be evaluated.",
    "LESIONS_NOT_MEASURED": "Plasmacytomas of baseline have no measured target lesion.",
    "CLONALITY_MISSING": "Clonality of the plasma cells is not recorded, or too few were counted.",
    "SERUM_IMMUNOFIXATION_MISSING": "Serum immunofixation is not recorded.",
    "URINE_IMMUNOFIXATION_MISSING": "Urine immunofixation is not recorded.",
    "BASELINE_SERUM_MISSING": "No serum M-protein is recorded before the infusion.",
    "BASELINE_URINE_MISSING": "No urine M-protein is recorded before the infusion.",
    "MEASURABLE_BEFORE_BASELINE": "Disease was measurable earlier and is not at baseline, as after bridging therapy.",
    "SPURIOUS": "The laboratory doubts its values; they are not used.",
    "IMMUNOFIXATION_CONTRADICTS": "Immunofixation is negative although M-protein was measured; it counts as positive.",
    "REFLEX_NEGATIVE": "A faint band is a therapeutic antibody by the reflex test; immunofixation counts as negative.",
    "REFLEX_ABOVE_FAINT_BAND": "The reflex test is negative, but the band is more than faint; immunofixation counts as positive.",
    "REFLEX_NOT_DONE": "A faint band after anti-CD38 therapy was not tested by a reflex test; it counts as positive.",
    "OLIGOCLONAL": "Oligoclonal bands are recorded.",
    "FLC_BELOW_LOQ": "Both free light chains are below the limit of quantification; the ratio counts as normal, by convention.",
    "CLONALITY_CONTRADICTS": "The recorded clonality and the ratio of kappa to lambda contradict each other; the ratio decides.",
    "ON_STEROIDS": "The response was seen under steroids, which lower the M-protein.",
    "POSSIBLE_FLARE": "Lesions grew or are active on PET within the first month; a flare is possible and to be adjudicated.",
    "FLC_ESCAPE": "Free light chains rise although M-protein is followed: possible light chain escape, no progression.",
    "MARROW_ESCAPE": "Plasma cells of the marrow rise while immunofixation is negative: possible escape, no progression.",
    "BCMA_LOST": "BCMA was positive before the infusion and is negative.",
    "CD38_LOST": "CD38 was positive before the infusion and is negative.",
    "CLINICAL_RELAPSE": "New or growing lesions, or calcium above 11 mg/dL: a clinical relapse where due to myeloma.",
    "CLINICAL_RELAPSE_JUDGED": "The investigator calls it a clinical relapse; by itself it is no progression.",
    "PD_NOT_CONFIRMED": "Progression without a second test that confirms it; it is not counted.",
    "PD_CONFIRMED_BY_DEATH": "Progression was not tested again before death, which confirms it.",
    "PD1": "Progression by serum M-protein.",
    "PD2": "Progression by serum M-protein from a nadir of 5 g/dL or more.",
    "PD3": "Progression by urine M-protein.",
    "PD4": "Progression by free light chains.",
    "PD5": "Progression by the marrow.",
    "PD6": "Progression by new or growing lesions.",
    "PD7": "Progression by circulating plasma cells.",
}


# Either of them is a clinical relapse: what laboratory and imaging tell, and what only a person can attribute to myeloma
# (haemoglobin down by 2 g/dL, creatinine up by 2 mg/dL, hyperviscosity).
RELAPSES = frozenset({"CLINICAL_RELAPSE", "CLINICAL_RELAPSE_JUDGED"})


def watched(
    now: Assessment,
    level: str | None,
    *,
    found: Progression,
    nadirs: Nadirs,
    baseline: Baseline,
    infused_on: date,
    options: ImwgOptions,
) -> tuple[str, ...]:
    """Flags of an assessment with this response; none of them changes it."""
    flags: list[str] = []
    if level in RESPONSES and now.circulating is not None and now.circulating.steroids:
        flags.append("ON_STEROIDS")
    if now.imaging is not None and "IMAGING" in found.reasons:
        flags.append("CLINICAL_RELAPSE")
    if _flare(now, found, infused_on, options):
        flags.append("POSSIBLE_FLARE")
    calcium = now.laboratory.calcium if now.laboratory else None
    if calcium is not None and calcium > options.calcium_mmol_l and "CLINICAL_RELAPSE" not in flags:
        flags.append("CLINICAL_RELAPSE")
    if now.circulating is not None and now.circulating.relapse:
        flags.append("CLINICAL_RELAPSE_JUDGED")
    return (*flags, *_escape(now, found, nadirs, baseline, options), *_antigens(now, baseline, options))


def _flare(now: Assessment, found: Progression, infused_on: date, options: ImwgOptions) -> bool:
    """Lesions that grow, or that the rule of the lesions itself calls a possible flare, in the first month."""
    if now.imaging is None:
        return False
    early = (now.imaging.day - infused_on).days <= options.flare_until_day
    return (early and "IMAGING" in found.reasons) or "POSSIBLE_FLARE" in now.imaging.verdict.flags


def _escape(now: Assessment, found: Progression, nadirs: Nadirs, baseline: Baseline, options: ImwgOptions) -> list[str]:
    """Light chains or marrow that rise like progression in a subject whose progression they do not define."""
    flags = []
    confirmed = options.nadir_confirmed
    chains = flc_point(now.laboratory, baseline, options)
    lowest = nadirs.flc.nadir(chains.day, confirmed=confirmed) if chains else None
    if "FLC" not in found.judged and chains and lowest and flc_rise(chains, lowest).value == "PD":
        flags.append("FLC_ESCAPE")
    cells = marrow_point(now)
    least = nadirs.marrow.nadir(cells.day, confirmed=confirmed) if cells else None
    gone = all(band(now.laboratory, options)[0] == "NEGATIVE" for band in (serum_band, urine_band))
    if "MARROW" not in found.judged and gone and cells and least and marrow_rise(cells, least).value == "PD":
        flags.append("MARROW_ESCAPE")
    return flags


def _antigens(now: Assessment, baseline: Baseline, options: ImwgOptions) -> list[str]:
    if now.marrow is None:
        return []
    pairs = (("BCMA_LOST", baseline.bcma, now.marrow.bcma), ("CD38_LOST", baseline.cd38, now.marrow.cd38))
    cut_off = options.antigen_positive_percent
    return [flag for flag, before, after in pairs if _lost(before, after, cut_off)]


def _lost(before: Decimal | None, after: Decimal | None, cut_off: Decimal) -> bool:
    return before is not None and after is not None and before >= cut_off > after
