"""What was typed for a demonstration subject, parsed as the forms will hold it, and read by the rules."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from crf.demo import rows
from crf.demo.assessments import MONTHS
from crf.demo.calendar import placement
from crf.demo.later import follow_up_forms
from crf.demo.typed import Typed
from trial.rules import emd, imwg, time_to_event
from trial.rules.time_to_event import Assessed, Due


def words(text: str) -> list[str]:
    return text.split()


# The items of every form. What is neither a day, a moment nor a number is text or a code.
ITEMS = {
    "myeloma_history": "assessed_on diagnosed_on heavy_chain light_chain b2_microglobulin albumin ldh ldh_uln del_17p"
    " del_17p_percent tp53_mutation t_4_14 t_14_16 t_14_20 gain_1q gain_1q_copies del_1p32 del_1p32_biallelic cytogenetic_abnormality"
    " prior_lines prior_anti_cd38 emd_at_entry paramedullary_at_entry",
    "myeloma_laboratory": "sampled_on serum_m_protein serum_immunofixation serum_reflex urine_m_protein"
    " urine_immunofixation kappa_flc kappa_below_loq lambda_flc lambda_below_loq igg iga igm calcium oligoclonal spurious",
    "bone_marrow": "sampled_on plasma_cells_aspirate plasma_cells_biopsy plasma_cells_flow clonality_method"
    " kappa_lambda_ratio plasma_cells_counted clonal mrd_method mrd_sensitivity mrd_result mrd_level bcma_positive"
    " cd38_positive",
    "extramedullary_lesions": "imaged_on method new_bone_lesion lesions",
    "response_assessment": "assessed_on investigator_response investigator_emd_response differs_because"
    " circulating_plasma_cells on_steroids clinical_relapse",
    "cart_persistence": "sampled_on nominal_month method value unit below limit",
    "icans_assessment": "assessed_at orientation_year orientation_month orientation_city orientation_hospital naming"
    " command writing attention ice_status baseline_ice consciousness consciousness_due seizure seizure_due"
    " motor_weakness motor_due oedema raised_icp_sign icp_due ice_due death_due_to_icans investigator_grade",
    "haematology": "sampled_at haemoglobin leukocytes neutrophils lymphocytes platelets",
    "vital_signs": "measured_at temperature pulse systolic diastolic spo2 weight ecog",
    "chemistry": "sampled_at alt ast alp ggt bilirubin direct_bilirubin albumin creatinine urea urate sodium potassium"
    " calcium magnesium phosphate glucose ldh ck triglycerides",
    "coagulation": "sampled_at anticoagulated inr pt aptt fibrinogen d_dimer",
    "inflammation": "sampled_at crp ferritin il6 procalcitonin iec_hs_looked_for splenomegaly renal_insufficiency pulmonary fever"
    " neurotoxicity haemophagocytosis",
    "adverse_event": "verbatim term grade onset_on ended_on ongoing serious related_cart related_lymphodepletion outcome"
    " aesi grade_changes related_bridging episode episode_number action_cart action_lymphodepletion"
    " treated death life_threatening hospitalisation disability congenital medically_important aware_at reported_at",
    "survival_status": "status_on alive last_known_alive_on",
    "subsequent_therapy": "started_on ended_on drug intent",
    "death": "died_on cause",
}
LESION = words("lesion location kind target state into longest perpendicular suv_max deauville is_new treated_locally")
DAYS = words("assessed_on sampled_on imaged_on onset_on ended_on status_on last_known_alive_on started_on died_on")
MOMENTS = {"assessed_at", "aware_at", "reported_at", "measured_at", "sampled_at"}
NUMBERS = words(
    "b2_microglobulin albumin ldh ldh_uln del_17p_percent gain_1q_copies prior_lines serum_m_protein urine_m_protein"
    " kappa_flc lambda_flc igg iga igm calcium plasma_cells_aspirate plasma_cells_biopsy plasma_cells_flow"
    " kappa_lambda_ratio plasma_cells_counted mrd_level bcma_positive cd38_positive circulating_plasma_cells"
    " nominal_month value limit naming command writing attention baseline_ice haemoglobin leukocytes neutrophils"
    " lymphocytes platelets lesion longest perpendicular suv_max deauville temperature pulse systolic diastolic spo2"
    " weight alt ast alp ggt bilirubin direct_bilirubin creatinine urea urate sodium potassium magnesium phosphate"
    " glucose ck triglycerides inr pt aptt fibrinogen d_dimer crp ferritin il6 procalcitonin"
)
LOGS = ("adverse_event", "subsequent_therapy")
SCHEDULE = tuple(Due(*window) for window in MONTHS.values())


def parsed(typed: Typed, names: list[str], data: dict[str, Any], *, zone: ZoneInfo) -> SimpleNamespace:
    """Raw strings -> what the form would hold; a blank item is None."""
    data = {name: text for name, text in data.items() if not name.endswith("__missing")}
    assert set(data) <= set(names), (typed.form, set(data) - set(names))
    values: dict[str, Any] = {}
    for name in names:
        raw = data.get(name)
        if raw is None:
            values[name] = [] if name in ("lesions", "grade_changes") else None
        elif name == "grade_changes":
            values[name] = [SimpleNamespace(**line) for line in raw]
        elif name == "lesions":
            values[name] = [parsed(typed, LESION, line, zone=zone) for line in raw]
        elif name in DAYS:
            values[name] = date.fromisoformat(raw)
        elif name in MOMENTS:
            values[name] = datetime.strptime(raw, "%Y-%m-%d %H:%M").replace(tzinfo=zone)
        else:
            values[name] = Decimal(raw) if name in NUMBERS else raw
    return SimpleNamespace(**values, visit=typed.visit)


@cache
def records(subject_id: str) -> dict[str, list[SimpleNamespace]]:
    """All forms of a subject by form name, in order of time."""
    found: dict[str, list[SimpleNamespace]] = {form: [] for form in ITEMS}
    zone = placement(subject_id).site.zone
    for typed in follow_up_forms(rows.by_id(subject_id)):
        found[typed.form].append(parsed(typed, words(ITEMS[typed.form]), typed.data, zone=zone))
    return found


def infused_on(subject_id: str) -> date:
    return placement(subject_id).infused_at.date()


def died(subject_id: str) -> SimpleNamespace | None:
    return next(iter(records(subject_id)["death"]), None)


def new_therapy_on(subject_id: str) -> date | None:
    starts = [one.started_on for one in records(subject_id)["subsequent_therapy"] if one.intent == "ANTI_MYELOMA"]
    return min(starts, default=None)


@cache
def lesions(subject_id: str) -> emd.EmdCourse:
    return emd.course(records(subject_id)["extramedullary_lesions"], infused_on=infused_on(subject_id))


@cache
def response(subject_id: str) -> imwg.ResponseCourse:
    return response_of(subject_id, records(subject_id)["myeloma_laboratory"])


def response_of(subject_id: str, laboratory: list[SimpleNamespace]) -> imwg.ResponseCourse:
    """The response of a subject with another laboratory."""
    forms, death = records(subject_id), died(subject_id)
    (history,) = forms["myeloma_history"]
    return imwg.course(
        laboratory,
        forms["bone_marrow"],
        lesions(subject_id),
        infused_on=infused_on(subject_id),
        light_chain=history.light_chain,
        heavy_chain=history.heavy_chain,
        new_therapy_on=new_therapy_on(subject_id),
        died_on=death.died_on if death else None,
        death_cause=death.cause if death else None,
        circulating=forms["response_assessment"],
        prior_anti_cd38=history.prior_anti_cd38,
    )


def assessed(subject_id: str) -> list[Assessed]:
    """The assessments as the rules of time take them; evaluable = adequate."""
    found = response(subject_id)
    return [
        Assessed(one.day, str(verdict.value), verdict.value != "NE")
        for one, verdict in zip(found.assessments, found.verdicts, strict=True)
    ]


def pfs(subject_id: str) -> time_to_event.Timed:
    death = died(subject_id)
    return time_to_event.pfs(
        infused_on=infused_on(subject_id),
        assessments=assessed(subject_id),
        progression_on=response(subject_id).progression_on,
        died_on=death.died_on if death else None,
        new_therapy_on=new_therapy_on(subject_id),
        has_baseline=response(subject_id).measurable.value is not None,
        schedule=SCHEDULE,
    )


def survival(subject_id: str) -> time_to_event.Timed:
    death = died(subject_id)
    alive = [one.last_known_alive_on for one in records(subject_id)["survival_status"] if one.alive == "Y"]
    return time_to_event.os(
        infused_on=infused_on(subject_id),
        died_on=death.died_on if death else None,
        last_known_alive_on=max(alive, default=None),
        assessments=assessed(subject_id),
    )
