"""CTCAE 4.03: the laboratory rows this study grades, as data."""

from trial.rules.ctcae_limits import LLN, Table, fall

COUNT, G_PER_L = "10^9/L", "g/L"

# CTCAE 4.03 (2010-06-14), system organ classes "Investigations" and "Blood and lymphatic system disorders".
TABLE = Table(
    version="ctcae_4_03",
    basis="CTCAE 4.03 (US National Cancer Institute, 2010)",
    rows=(
        *fall("NEUTROPENIA", COUNT, LLN, "1.5", "1.0", "0.5"),
        *fall("LEUKOPENIA", COUNT, LLN, "3.0", "2.0", "1.0"),
        *fall("LYMPHOPENIA", COUNT, LLN, "0.8", "0.5", "0.2"),
        *fall("THROMBOCYTOPENIA", COUNT, LLN, "75", "50", "25"),
        *fall("ANAEMIA", G_PER_L, LLN, "100", "80", assumption="Grade 3 also where a transfusion is indicated; "
              "grade 4 is clinical (life-threatening) and never follows from a value."),
    ),
    names={
        "NEUTROPENIA": "Neutrophil count decreased",
        "LEUKOPENIA": "White blood cell decreased",
        "LYMPHOPENIA": "Lymphocyte count decreased",
        "THROMBOCYTOPENIA": "Platelet count decreased",
        "ANAEMIA": "Anemia",
    },
)  # fmt: skip
