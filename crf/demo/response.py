"""Myeloma laboratory, bone marrow and the investigator's response of the demonstration subjects, visit by visit."""

from datetime import timedelta

from crf.demo import amounts
from crf.demo.amounts import Amounts
from crf.demo.assessments import Seen, on, seen
from crf.demo.calendar import Placement
from crf.demo.disease import Disease, disease
from crf.demo.lesions import emd_level, lesions_of
from crf.demo.rows import Row
from crf.demo.typed import Typed, spread, tenths

# (subject, visit, typed): the investigator's response differs from the rule's, and a query opens where no reason is
# given. No table moves: tables read the derived response.
DISAGREEMENTS = (
    ("RECON-03", "m3", "MR"),  # the fall is just above one half: read as a minimal response
    ("RECON-16", "m3", "SCR"),  # too few plasma cells counted for sCR; the rule gives CR
    ("RECON-09", "m6", "CR"),  # took the faint band for the last of it; immunofixation is still positive
)
_REASONS = {("RECON-09", "m6"): "Faint band, thought to be oligoclonal; not confirmed by the laboratory."}

_LOQ_TENTHS = 15  # of the assay of light chains, mg/L x 10
# Marrow of a relapse with both targets of the product; the others had no marrow then.
_ANTIGENS = {"RECON-19": (82, 94), "RECON-22": (74, 88)}  # BCMA, CD38: % of plasma cells
_MRD_METHOD, _MRD_SENSITIVITY = "FLOW", "1e-4"
# First negative marrow later than month 1.
_MRD_LATE = {"RECON-13": "m2", "RECON-20": "m3", "RECON-06": "m2"}


def forms(row: Row, place: Placement) -> list[Typed]:
    """Laboratory, marrow and the investigator's response, screening first."""
    own, visits = disease(row.subject_id), seen(row)
    before = amounts.baseline(own, subject=row.subject_id)
    found = [_baseline_laboratory(row, place, own, before), _baseline_marrow(row, place, own)]
    for one, value in zip(visits, amounts.course(own, visits, subject=row.subject_id), strict=True):
        found.append(_laboratory(row, own, one, value))
        if _has_marrow(row, one):
            found.append(_marrow(row, own, one))
        found.append(_investigator(row, one))
    return found


def _baseline_laboratory(row: Row, place: Placement, own: Disease, value: Amounts) -> Typed:
    day = place.screened_on + timedelta(days=1)
    data = _values(row, own, value, key="screening")
    return Typed("myeloma_laboratory", "screening", day, {"sampled_on": day.isoformat(), **data}, "coordinator")


def _laboratory(row: Row, own: Disease, one: Seen, value: Amounts) -> Typed:
    day = on(row, one.day)
    data = _incomplete() if one.level == "NE" else _values(row, own, value, key=one.visit)
    return Typed("myeloma_laboratory", one.visit, day, {"sampled_on": day.isoformat(), **data}, "coordinator")


def _values(row: Row, own: Disease, value: Amounts, *, key: str) -> dict[str, object]:
    kappa, lambda_ = value.involved, value.uninvolved
    if own.light == "LAMBDA":
        kappa, lambda_ = lambda_, kappa
    loq = "Y" if value.below_loq else "N"
    return {
        "serum_m_protein": f"{value.serum / 100:.2f}",
        "serum_immunofixation": _result(value.serum_band),
        "serum_reflex": _reflex(own, value),
        "urine_m_protein": str(value.urine),
        "urine_immunofixation": _result(value.urine_band),
        "kappa_flc": tenths(_LOQ_TENTHS if value.below_loq else kappa),
        "kappa_below_loq": loq,
        "lambda_flc": tenths(_LOQ_TENTHS if value.below_loq else lambda_),
        "lambda_below_loq": loq,
        **_immunoglobulins(row, own, value, key=key),
        "calcium": f"{calcium(row, key) / 100:.2f}",
        "oligoclonal": "N",
        "spurious": "N",
    }


def calcium(row: Row, visit: str) -> int:
    """Of a visit, hundredths of mmol/L; the chemistry of the same tube has the same one."""
    return spread(214, 246, row.subject_id, visit, "calcium")


def _incomplete() -> dict[str, object]:
    """Haemolysed in transit: light chains were read, electrophoresis was not, and urine was not collected."""
    return {
        "serum_m_protein__missing": "NOT DONE",
        "urine_m_protein__missing": "NOT DONE",
        "serum_immunofixation": "NOT_DONE",
        "serum_reflex": "NOT_DONE",
        "urine_immunofixation": "NOT_DONE",
        "kappa_flc": "41.5",
        "kappa_below_loq": "N",
        "lambda_flc": "4.2",
        "lambda_below_loq": "N",
        "spurious": "N",
    }


def _result(band: bool) -> str:
    return "POSITIVE" if band else "NEGATIVE"


def _reflex(own: Disease, value: Amounts) -> str:
    """Asked for a faint band of a subject who had an antibody against CD38."""
    return "POSITIVE" if own.anti_cd38 and value.serum_band and value.serum <= 20 else "NOT_DONE"


def _immunoglobulins(row: Row, own: Disease, value: Amounts, *, key: str) -> dict[str, object]:
    """g/L: the M-protein stands in its own class, and the other classes are low."""
    classes = {
        "igg": spread(24, 46, row.subject_id, key, "igg"),
        "iga": spread(2, 6, row.subject_id, key, "iga"),
        "igm": spread(1, 4, row.subject_id, key, "igm"),
    }
    if own.heavy.lower() in classes:
        classes[own.heavy.lower()] += value.serum  # hundredths of g/dL are tenths of g/L
    return {name: tenths(level) for name, level in classes.items()}


def _has_marrow(row: Row, one: Seen) -> bool:
    """At every response assessment; at a progression only where the antigens were looked for."""
    if one.level == "PD":
        return row.subject_id in _ANTIGENS and not one.second_test
    return one.level != "NE"


def _baseline_marrow(row: Row, place: Placement, own: Disease) -> Typed:
    day = place.screened_on + timedelta(days=2)
    cells = own.marrow
    data: dict[str, object] = {
        "sampled_on": day.isoformat(),
        **_cells(cells * 10, (cells + spread(2, 15, row.subject_id, "biopsy")) * 10),
        **_clonality(own, clonal=True, counted=spread(300, 500, row.subject_id, "counted"), key=row.subject_id),
        **_mrd(f"{cells * 7 / 1000:.3f}"),
        "bcma_positive": str(spread(58, 96, row.subject_id, "bcma")),
        "cd38_positive": str(spread(81, 99, row.subject_id, "cd38")),
    }
    return Typed("bone_marrow", "screening", day, data, "investigator")


def _marrow(row: Row, own: Disease, one: Seen) -> Typed:
    """Clear from month 1 on in every responder, months before the M-protein is gone."""
    day, key = on(row, one.day), (row.subject_id, one.visit)
    diseased = one.level in ("SD", "PD")
    if diseased:
        aspirate = spread(140, 260, *key, "aspirate")
        biopsy = aspirate + 10 * spread(2, 9, *key, "biopsy")
        level = f"{spread(40, 90, *key, 'level') / 1000:.3f}"
    else:
        aspirate = spread(2, 18, *key, "aspirate")
        biopsy = 10 * spread(1, 3, *key, "biopsy")
        level = "" if _negative(row, one) else f"{spread(3, 9, *key, 'level') / 10000:.4f}"
    counted = spread(40, 80, *key, "few") if one.level == "CR" else spread(110, 240, *key, "counted")
    data: dict[str, object] = {
        "sampled_on": day.isoformat(),
        **_cells(aspirate, biopsy),
        **_clonality(own, clonal=diseased, counted=counted, key="/".join(key)),
        **_mrd(level),
    }
    if one.level == "PD":
        bcma, cd38 = _ANTIGENS[row.subject_id]
        data |= {"bcma_positive": str(bcma), "cd38_positive": str(cd38)}
    return Typed("bone_marrow", one.visit, day, data, "investigator")


def _negative(row: Row, one: Seen) -> bool:
    late = _MRD_LATE.get(row.subject_id)
    return row.mrd_negative and (late is None or one.day >= next(v.day for v in seen(row) if v.visit == late))


def _cells(aspirate: int, biopsy: int) -> dict[str, object]:
    """Percent, given as tenths."""
    return {"plasma_cells_aspirate": tenths(aspirate), "plasma_cells_biopsy": tenths(biopsy)}


def _clonality(own: Disease, *, clonal: bool, counted: int, key: str) -> dict[str, object]:
    """By immunohistochemistry: kappa to lambda far off one for a clone, near 1.5 without."""
    ratio = spread(110, 210, key, "clonality")
    if clonal:
        ratio = spread(1200, 2600, key, "clonality") if own.light == "KAPPA" else spread(4, 9, key, "clonality")
    return {
        "clonality_method": "IHC",
        "kappa_lambda_ratio": f"{ratio / 100:.2f}",
        "plasma_cells_counted": str(counted),
        "clonal": "Y" if clonal else "N",
    }


def _mrd(level: str) -> dict[str, object]:
    """The flow assay of the study reaches one in ten thousand; `level` "" = not detected."""
    data: dict[str, object] = {"mrd_method": _MRD_METHOD, "mrd_sensitivity": _MRD_SENSITIVITY}
    return {**data, "mrd_result": "POSITIVE", "mrd_level": level} if level else {**data, "mrd_result": "NEGATIVE"}


def _investigator(row: Row, one: Seen) -> Typed:
    differs = {(subject, visit): typed for subject, visit, typed in DISAGREEMENTS}
    key = (row.subject_id, one.visit)
    data: dict[str, object] = {
        "assessed_on": on(row, one.day).isoformat(),
        "investigator_response": differs.get(key, one.level),
        "on_steroids": "N",
        # New or growing lesions are a clinical relapse; a rise of the M-protein alone is none.
        "clinical_relapse": "Y" if lesions_of(row) and not one.second_test and emd_level(row, one) == "PD" else "N",
    }
    if lesions_of(row) and not one.second_test:
        data["investigator_emd_response"] = emd_level(row, one)
    if key in _REASONS:
        data["differs_because"] = _REASONS[key]
    return Typed("response_assessment", one.visit, on(row, one.day), data, "investigator")
