"""CTCAE 6.0: the laboratory rows this study grades, as data. It prints no row for a low lymphocyte count."""

from trial.rules.ctcae_limits import LLN, Table, fall

COUNT, G_PER_L = "10^9/L", "g/L"

# CTCAE 6.0 (2025), system organ classes "Investigations" and "Blood and lymphatic system disorders".
TABLE = Table(
    version="ctcae_6",
    basis="CTCAE 6.0 (US National Cancer Institute, 2025)",
    rows=(
        # Grade 1 begins at a number here, not at the laboratory's lower limit of normal.
        *fall("NEUTROPENIA", COUNT, "1.5", "1.0", "0.5", "0.1"),
        *fall("LEUKOPENIA", COUNT, LLN, "3.0", "2.0", "1.0"),
        *fall("THROMBOCYTOPENIA", COUNT, LLN, "75", "50", "10", assumption="Grade 3 also where a transfusion is "
              "indicated; the row of grade 4 adds life-threatening consequences, which the value is taken to show."),
        *fall("ANAEMIA", G_PER_L, LLN, "100", "80", assumption="Grade 3 also where a transfusion is indicated; "
              "grade 4 is clinical (life-threatening) and never follows from a value."),
    ),
    names={
        "NEUTROPENIA": "Neutrophil count decreased",
        "LEUKOPENIA": "White blood cell decreased",
        "THROMBOCYTOPENIA": "Thrombocytopenia",
        "ANAEMIA": "Anemia",
    },
)  # fmt: skip
