"""Laboratory, marrow, history and response of the myeloma beside one another."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from crf.checks import lesions
from crf.checks.timing import after_infusion
from trial.rules.imwg_marrow import KAPPA_AT_MOST, LAMBDA_AT_LEAST
from trial.rules.imwg_options import RECOMMENDED

# Answers of the history that are a cytogenetic abnormality.
ABNORMALITIES = ("del_17p", "tp53_mutation", "t_4_14", "t_14_16", "t_14_20", "gain_1q", "del_1p32")
COUNTED = {"del_17p": "del_17p_percent", "gain_1q": "gain_1q_copies"}
CLASS_OF = {"IGG": "igg", "IGA": "iga", "IGM": "igm"}
# Electrophoresis and nephelometry differ; beyond this factor one of them is in another unit.
METHODS_DIFFER = 2
# Myeloma cells are plasma cells; an aspirate diluted with blood has fewer of them. Beyond both, a percentage was typed.
DILUTED, POINTS = 2, 1


def chains_named(form: Any) -> bool | None:
    """Only non-secretory myeloma may lack a light chain."""
    if None in (form.heavy_chain, form.light_chain) or form.heavy_chain == "NON_SECRETORY":
        return None
    return bool(form.light_chain != "NONE")


def abnormality_answered(form: Any) -> bool | None:
    """Any chromosomal change is an abnormality."""
    if form.cytogenetic_abnormality is None:
        return None
    found = any(getattr(form, name) == "Y" for name in ABNORMALITIES)
    return not found or form.cytogenetic_abnormality == "Y"


def fish_counted(form: Any) -> bool | None:
    """A deletion or gain that was found comes with its share of cells or its copies."""
    found = [number for name, number in COUNTED.items() if getattr(form, name) == "Y"]
    return all(getattr(form, number) is not None for number in found) if found else None


def band_of(form: Any, fluid: str) -> bool | None:
    """Where an M-protein is measured, immunofixation sees it."""
    amount, band = getattr(form, f"{fluid}_m_protein"), getattr(form, f"{fluid}_immunofixation")
    return None if not amount or band not in ("POSITIVE", "NEGATIVE") else bool(band == "POSITIVE")


def limits_entered(form: Any) -> bool | None:
    """A light chain below the limit has the limit as its value."""
    chains = ((form.kappa_below_loq, form.kappa_flc), (form.lambda_below_loq, form.lambda_flc))
    below = [value for is_below, value in chains if is_below == "Y"]
    return all(value is not None for value in below) if below else None


def light_chains_at_entry(form: Any) -> bool | None:
    """Before the infusion the myeloma makes a light chain that can be measured."""
    below = (form.kappa_below_loq, form.lambda_below_loq)
    if form.day is None or after_infusion(form) or None in below:
        return None
    return below != ("Y", "Y")


def band_is_there(form: Any) -> bool | None:
    """An oligoclonal band is a band."""
    bands = (form.serum_immunofixation, form.urine_immunofixation)
    return None if form.oligoclonal != "Y" or None in bands else "POSITIVE" in bands


def reflex_of_a_band(form: Any) -> bool | None:
    """A reflex test asks about a band that immunofixation shows."""
    if form.serum_reflex not in ("POSITIVE", "NEGATIVE") or form.serum_immunofixation not in ("POSITIVE", "NEGATIVE"):
        return None
    return bool(form.serum_immunofixation == "POSITIVE")


def reflex_done(form: Any) -> bool | None:
    """A faint band after an antibody against CD38 is tested for being the antibody."""
    if form.serum_immunofixation != "POSITIVE" or form.serum_m_protein is None or form.oligoclonal == "Y":
        return None
    antibody = form.latest("myeloma_history", "prior_anti_cd38")
    if antibody != "Y" or form.serum_m_protein > RECOMMENDED.faint_band_g_dl:
        return None
    return form.serum_reflex in ("POSITIVE", "NEGATIVE")


def protein_of_the_history(form: Any) -> bool | None:
    """Light chains alone give no M-protein of the serum, non-secretory myeloma none at all."""
    heavy = form.latest("myeloma_history", "heavy_chain")
    if heavy not in ("LIGHT_CHAIN_ONLY", "NON_SECRETORY") or None in (form.serum_m_protein, form.urine_m_protein):
        return None
    return not form.serum_m_protein and (heavy == "LIGHT_CHAIN_ONLY" or not form.urine_m_protein)


def protein_in_its_class(form: Any) -> bool | None:
    """The M-protein (g/dL) is part of the immunoglobulin of its class (g/L)."""
    item = CLASS_OF.get(form.latest("myeloma_history", "heavy_chain") or "")
    total = getattr(form, item) if item else None
    if total is None or form.serum_m_protein is None:
        return None
    return bool(form.serum_m_protein * 10 <= total * METHODS_DIFFER)


def cells_counted(form: Any) -> bool:
    """Plasma cells of the aspirate or of the biopsy; a percentage by flow alone proves no response."""
    return form.plasma_cells_aspirate is not None or form.plasma_cells_biopsy is not None


def clonal_by_ratio(form: Any) -> bool | None:
    """By histochemistry, the answer on clonality is what the ratio says for the light chain of the myeloma."""
    ratio = form.kappa_lambda_ratio
    if form.clonality_method != "IHC" or ratio is None or form.clonal not in ("Y", "N"):
        return None
    light = form.latest("myeloma_history", "light_chain")
    by_kappa, by_lambda = ratio > KAPPA_AT_MOST, ratio < LAMBDA_AT_LEAST
    clonal = {"KAPPA": by_kappa, "LAMBDA": by_lambda}.get(light or "", by_kappa or by_lambda)
    return bool((form.clonal == "Y") == clonal)


def level_seen(form: Any) -> bool | None:
    """A level of residual disease is not below what the test can see."""
    if None in (form.mrd_level, form.mrd_sensitivity):
        return None
    return bool(form.mrd_level >= Decimal(form.mrd_sensitivity))


def negative_without_clone(form: Any) -> bool | None:
    """No residual disease and clonal plasma cells in one marrow contradict each other."""
    return None if form.mrd_result != "NEGATIVE" or form.clonal not in ("Y", "N") else bool(form.clonal == "N")


def level_is_a_fraction(form: Any) -> bool | None:
    """Of all cells no more are myeloma than are plasma cells."""
    counted = [cells for cells in (form.plasma_cells_aspirate, form.plasma_cells_biopsy) if cells is not None]
    if form.mrd_level is None or not counted:
        return None
    return bool(form.mrd_level * 100 <= max(counted) * DILUTED + POINTS)


def laboratory_near(form: Any) -> bool | None:
    """A response that was judged has a laboratory of the same visit; progression may show in imaging alone."""
    if form.assessed_on is None or form.investigator_response in (None, "NE", "PD"):
        return None
    days = [abs((one.sampled_on - form.assessed_on).days) for one in form.others("myeloma_laboratory")]
    return any(days_off <= RECOMMENDED.join_days for days_off in days)


def no_better_after_progression(form: Any) -> bool | None:
    """Once the investigator has recorded progression, no better response follows."""
    if form.assessed_on is None or form.investigator_response is None:
        return None
    before = [one for one in form.others("response_assessment") if one.assessed_on < form.assessed_on]
    progressed = any(one.investigator_response == "PD" for one in before)
    return form.investigator_response in ("PD", "NE") if progressed else None


def lesions_to_respond(form: Any) -> bool | None:
    """A response of lesions asks for lesions."""
    if form.investigator_emd_response in (None, "NE"):
        return None
    return any(image.lesions for image in form.others(lesions.FORM))


def lesions_answered(form: Any) -> bool | None:
    """Where there were lesions at entry and they were imaged now, their response is entered."""
    entry = lesions.at_entry(form)
    if form.assessed_on is None or entry is None or not entry.lesions:
        return None
    now = [
        image
        for image in form.others(lesions.FORM)
        if image.imaged_on > entry.imaged_on and abs((image.imaged_on - form.assessed_on).days) <= RECOMMENDED.join_days
    ]
    return form.investigator_emd_response is not None if now else None


def lesions_allow(form: Any) -> bool | None:
    """Growing lesions are progression, and lesions that are left are no complete response."""
    overall, of_lesions = form.investigator_response, form.investigator_emd_response
    if None in (overall, of_lesions) or of_lesions == "NE":
        return None
    if of_lesions == "PD":
        return bool(overall == "PD")
    return overall not in ("CR", "SCR") or of_lesions == "CR"
