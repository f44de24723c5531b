"""CTCAE 6.0: the laboratory rows this study grades, as data. It prints none for low lymphocytes, CPK and low phosphate."""

from trial.rules.ctcae_conditions import (
    ANTICOAGULATED,
    BASELINE_ABNORMAL,
    BASELINE_BELOW_LLN,
    BASELINE_NORMAL,
    FALL_DECIDES,
    LLN_DECIDES,
    NOT_ANTICOAGULATED,
    WITH_SYMPTOMS,
    WITHOUT_SYMPTOMS,
)  # fmt: skip
from trial.rules.ctcae_limits import (
    BLEEDING_TOO,
    CLINICAL_4,
    DANGER,
    DOSE_TOO,
    HOSPITAL_TOO,
    INTERVENTION_TOO,
    LLN,
    SYMPTOMS_TOO,
    TRANSFUSION_TOO,
    ULN,
    Table,
    band,
    decrease,
    fall,
    rise,
    times,
)  # fmt: skip

COUNT, G_PER_L, U_PER_L, UMOL, MMOL, SECONDS, RATIO = "10^9/L", "g/L", "U/L", "umol/L", "mmol/L", "s", "ratio"

BLOOD = (
    # Grade 1 begins at a number here, not at the laboratory's lower limit of normal.
    *fall("NEUTROPENIA", COUNT, "1.5", "1.0", "0.5", "0.1"),
    *fall("LEUKOPENIA", COUNT, LLN, "3.0", "2.0", "1.0"),
    *fall("THROMBOCYTOPENIA", COUNT, LLN, "75", "50", "10", notes={3: TRANSFUSION_TOO, 4: DANGER}),
    *fall("ANAEMIA", G_PER_L, LLN, "100", "80", notes={3: f"{TRANSFUSION_TOO} {CLINICAL_4}"}),
)

ANY_ABNORMAL = {
    3: "Printed for a baseline of up to 5 times the upper limit of normal; read for every abnormal baseline."
}
# "Baseline was normal or less than normal" against "was >ULN". "1.0 - 1.5 x baseline" stands without ">": with an abnormal
# baseline an unchanged value is grade 1.
LIVER = (
    *rise("ALT_INCREASED", U_PER_L, *times("ULN", "1", "3.0", "5.0", "20.0"), when=BASELINE_NORMAL),
    *rise(
        "ALT_INCREASED", U_PER_L, *times("BASELINE", "1.0", "1.5", "2.0", "4.0"), when=BASELINE_ABNORMAL,
        first_included=True, notes=ANY_ABNORMAL,
    ),
    *rise("AST_INCREASED", U_PER_L, *times("ULN", "1", "3.0", "5.0", "20.0"), when=BASELINE_NORMAL),
    *rise(
        "AST_INCREASED", U_PER_L, *times("BASELINE", "1.0", "1.5", "2.0", "4.0"), when=BASELINE_ABNORMAL,
        first_included=True, notes=ANY_ABNORMAL,
    ),
    # ">Baseline and ULN": above the higher of the two.
    *rise("ALP_INCREASED", U_PER_L, ULN, when=BASELINE_NORMAL),
    *rise("ALP_INCREASED", U_PER_L, *times("BASELINE", "1"), when=BASELINE_ABNORMAL),
    *rise("GGT_INCREASED", U_PER_L, *times("ULN", "1", "2.5", "5.0", "20.0"), when=BASELINE_NORMAL),
    *rise(
        "GGT_INCREASED", U_PER_L, *times("BASELINE", "1.0", "1.5", "3.0", "10.0"), when=BASELINE_ABNORMAL,
        first_included=True,
    ),
    *rise("BILIRUBIN_INCREASED", UMOL, *times("ULN", "1", "1.5", "3.0", "10.0"), when=BASELINE_NORMAL),
    *rise(
        "BILIRUBIN_INCREASED", UMOL, *times("BASELINE", "1.0", "1.5", "2.5", "10.0"), when=BASELINE_ABNORMAL,
        first_included=True,
    ),
    *rise("LDH_INCREASED", U_PER_L, ULN),
    *fall("HYPOALBUMINAEMIA", G_PER_L, LLN, "30", "20", notes={3: CLINICAL_4}),
)  # fmt: skip

KIDNEY = (
    *rise("CREATININE_INCREASED", UMOL, *times("ULN", "1", "1.5", "3.0", "6.0"), way="ULN"),
    *rise(
        "CREATININE_INCREASED", UMOL, *times("BASELINE", "1.5", "3.0"), grades=(2, 3), when=BASELINE_BELOW_LLN,
        way="BASELINE",
    ),
)  # fmt: skip

CLOTTING = (
    *fall("FIBRINOGEN_DECREASED", G_PER_L, *times("LLN", "1", "0.75", "0.5", "0.25"), when=LLN_DECIDES, way="LLN"),
    *decrease("FIBRINOGEN_DECREASED", G_PER_L, "25", "50", "75", when=FALL_DECIDES, way="FALL"),
    *fall("FIBRINOGEN_DECREASED", G_PER_L, "0.5", grades=(4,), way="NUMBER"),
    *rise(
        "INR_INCREASED", RATIO, "1.2", "1.5", "2.5", notes={1: DOSE_TOO, 2: DOSE_TOO, 3: BLEEDING_TOO},
        when=NOT_ANTICOAGULATED,
    ),
    *rise(
        "INR_INCREASED", RATIO, *times("BASELINE", "1", "1.5", "2.5"), notes={1: DOSE_TOO, 2: DOSE_TOO, 3: BLEEDING_TOO},
        when=ANTICOAGULATED,
    ),
    *rise("APTT_PROLONGED", SECONDS, *times("ULN", "1", "1.5", "2.5"), notes={3: BLEEDING_TOO}),
)  # fmt: skip

HARM = {3: HOSPITAL_TOO, 4: DANGER}
SALTS = (
    band("HYPOKALAEMIA", MMOL, 1, "3.0", LLN, when=WITHOUT_SYMPTOMS),
    band("HYPOKALAEMIA", MMOL, 2, "3.0", LLN, when=WITH_SYMPTOMS),
    *fall("HYPOKALAEMIA", MMOL, "3.0", "2.5", grades=(3, 4), notes=HARM),
    *rise("HYPERKALAEMIA", MMOL, ULN, "5.5", "6.0", "7.0", notes={2: INTERVENTION_TOO, **HARM}),
    band("HYPONATRAEMIA", MMOL, 1, "130", LLN),
    band("HYPONATRAEMIA", MMOL, 2, "125", "130", when=WITHOUT_SYMPTOMS),
    band("HYPONATRAEMIA", MMOL, 3, "125", "130", when=WITH_SYMPTOMS),
    *fall("HYPONATRAEMIA", MMOL, "125", "120", grades=(3, 4), notes={4: DANGER}),
    *rise("HYPERNATRAEMIA", MMOL, ULN, "150", "155", "160", notes={2: INTERVENTION_TOO, **HARM}),
    *fall("HYPOCALCAEMIA", MMOL, LLN, "2.0", "1.75", "1.5", notes={2: SYMPTOMS_TOO, **HARM}),
    *rise("HYPERCALCAEMIA", MMOL, ULN, "2.9", "3.1", "3.4", notes={2: SYMPTOMS_TOO, **HARM}),
    *fall("HYPOMAGNESAEMIA", MMOL, LLN, "0.5", "0.4", "0.3", notes={4: DANGER}),
    *rise("HYPERMAGNESAEMIA", MMOL, ULN, "1.23", "3.30", grades=(1, 3, 4), notes={4: DANGER}),
    *fall("HYPOGLYCAEMIA", MMOL, LLN, "3.0", "2.2", "1.7", notes={4: DANGER}),
)

# CTCAE 6.0 (2025), system organ classes "Blood and lymphatic system disorders", "Investigations" and "Metabolism and
# nutrition disorders".
TABLE = Table(
    version="ctcae_6",
    basis="CTCAE 6.0 (US National Cancer Institute, 2025)",
    rows=(*BLOOD, *LIVER, *KIDNEY, *CLOTTING, *SALTS),
    names={
        "NEUTROPENIA": "Neutrophil count decreased",
        "LEUKOPENIA": "White blood cell decreased",
        "THROMBOCYTOPENIA": "Thrombocytopenia",
        "ANAEMIA": "Anemia",
        "ALT_INCREASED": "Alanine aminotransferase increased",
        "AST_INCREASED": "Aspartate aminotransferase increased",
        "ALP_INCREASED": "Alkaline phosphatase increased",
        "GGT_INCREASED": "GGT increased",
        "BILIRUBIN_INCREASED": "Blood bilirubin increased",
        "LDH_INCREASED": "Blood lactate dehydrogenase increased",
        "HYPOALBUMINAEMIA": "Hypoalbuminemia",
        "CREATININE_INCREASED": "Creatinine increased",
        "FIBRINOGEN_DECREASED": "Fibrinogen decreased",
        "INR_INCREASED": "INR increased",
        "APTT_PROLONGED": "Activated partial thromboplastin time prolonged",
        "HYPOKALAEMIA": "Hypokalemia",
        "HYPERKALAEMIA": "Hyperkalemia",
        "HYPONATRAEMIA": "Hyponatremia",
        "HYPERNATRAEMIA": "Hypernatremia",
        "HYPOCALCAEMIA": "Hypocalcemia",
        "HYPERCALCAEMIA": "Hypercalcemia",
        "HYPOMAGNESAEMIA": "Hypomagnesemia",
        "HYPERMAGNESAEMIA": "Hypermagnesemia",
        "HYPOGLYCAEMIA": "Hypoglycemia",
    },
)
