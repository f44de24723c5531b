"""What goes wrong when people type: items left out with a reason, a value in another unit, day and month exchanged."""

from __future__ import annotations

import re
from collections.abc import Callable

from crf.demo.typed import Typed
from crf.synthetic.chance import Chance

MISSING = 35  # of a thousand items that may be left out
SLIPS = 10  # of a thousand forms
_WHY = {"NOT DONE": 55, "UNKNOWN": 20, "ASKED BUT UNKNOWN": 15, "NOT APPLICABLE": 10}
# Form -> items that a site may fail to have. What dates a form, what the study hangs on and what others depend on is always there.
MAY_LACK = {
    "demographics": ("height",),
    "myeloma_history": ("b2_microglobulin", "albumin", "ldh", "ldh_uln", "t_14_20", "del_1p32", "tp53_mutation"),
    "crs_assessment": ("temperature", "temperature_route", "fever_possible_masked", "antipyretic"),
    "icans_assessment": ("attention", "writing", "motor_weakness", "oedema"),
    "haematology": ("haemoglobin", "leukocytes", "neutrophils", "lymphocytes", "platelets"),
    "myeloma_laboratory": ("igg", "iga", "igm", "calcium", "oligoclonal"),
    "bone_marrow": ("mrd_sensitivity", "plasma_cells_biopsy", "bcma_positive", "cd38_positive"),
    "adverse_event": ("aesi", "related_lymphodepletion"),
    "concomitant_medication": ("route",),
    "response_assessment": ("on_steroids",),
    "vital_signs": ("pulse", "diastolic", "spo2", "weight"),
    "chemistry": ("ggt", "urate", "magnesium", "phosphate", "ck", "triglycerides", "direct_bilirubin"),
    "coagulation": ("d_dimer", "aptt"),
    "inflammation": ("il6", "procalcitonin"),
    "prior_therapy": ("ended_on", "best_response"),
    "medical_history": ("onset_on",),
    "leukapheresis": ("cd4_cd8_ratio", "vector_copy_number"),
    "bridging_therapy": ("ended_on",),
}
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_DATED = {
    "crs_assessment": "assessed_at", "icans_assessment": "assessed_at", "haematology": "sampled_at", "myeloma_laboratory": "sampled_on",
    "bone_marrow": "sampled_on", "cart_persistence": "sampled_on", "survival_status": "status_on", "response_assessment": "assessed_on",
    "vital_signs": "measured_at", "chemistry": "sampled_at", "coagulation": "sampled_at", "inflammation": "sampled_at",
    "lymphodepletion": "started_on", "leukapheresis": "collected_on",
}  # fmt: skip


def _times(text: str, factor: int) -> str:
    return str(round(float(text) * factor))


def _fahrenheit(text: str) -> str:
    tenths = round(float(text) * 18) + 320
    return f"{tenths // 10}.{tenths % 10}"


# (form, item) -> the same value as in another unit: g/dL for g/L, 10^4/uL for 10^9/L, Fahrenheit, g/L for g/dL, mg/dL for
# mmol/L, umol/L or g/L, jin for kg.
UNITS: dict[tuple[str, str], Callable[[str], str]] = {
    ("haematology", "haemoglobin"): lambda text: f"{int(text) // 10}.{int(text) % 10}",
    ("haematology", "platelets"): lambda text: str(max(1, int(text) // 10)),
    ("crs_assessment", "temperature"): _fahrenheit,
    ("vital_signs", "temperature"): _fahrenheit,
    ("vital_signs", "weight"): lambda text: _times(text, 2),
    ("chemistry", "calcium"): lambda text: f"{float(text) * 4:.1f}",
    ("chemistry", "creatinine"): lambda text: f"{int(text) / 88.4:.1f}",
    ("chemistry", "albumin"): lambda text: f"{float(text) / 10:.1f}",
    ("coagulation", "fibrinogen"): lambda text: _times(text, 100),
    ("myeloma_laboratory", "serum_m_protein"): lambda text: _times(text, 10),
    ("demographics", "weight"): lambda text: _times(text, 2),
    ("demographics", "height"): lambda text: f"{float(text) / 100:.2f}",
}  # fmt: skip


def incomplete(form: Typed, chance: Chance) -> Typed:
    """The form with some of its items left out, each with the reason why."""
    lacking = [item for item in MAY_LACK.get(form.form, ()) if item in form.data and chance.happens(MISSING)]
    if not lacking:
        return form
    data = {name: value for name, value in form.data.items() if name not in lacking}
    return _with(form, data | {f"{item}__missing": chance.weighed(_WHY) for item in lacking})


def mistyped(form: Typed, chance: Chance) -> Typed | None:
    """What was typed at first, where that was wrong; None where it was right at once."""
    if not chance.happens(SLIPS):
        return None
    ways = [(item, turn) for (name, item), turn in UNITS.items() if name == form.form and form.data.get(item)]
    dated = _DATED.get(form.form)
    if dated is not None and dated in form.data:
        ways += [(dated, _exchanged)] * 2
    if not ways:
        return None
    item, turn = chance.one_of(ways)
    wrong = turn(str(form.data[item]))
    return None if wrong == form.data[item] else _with(form, {**form.data, item: wrong})


def _exchanged(text: str) -> str:
    """Day and month exchanged; where that is no date, the digits of the day."""
    return _DATE.sub(lambda found: f"{found[1]}-{found[3]}-{found[2]}", text, count=1)


def _with(form: Typed, data: dict[str, object]) -> Typed:
    return Typed(form.form, form.visit, form.on, data, form.by, form.occurrence)
