"""The findings of IEC-HS as data: which laboratory value, beyond which limit, and what is said of it."""

from dataclasses import dataclass
from decimal import Decimal

# Values are compared in these units; the limits of normal have to be given in them too.
U_PER_L, UMOL_PER_L, MMOL_PER_L, G_PER_L, UG_PER_L, SECONDS = "U/L", "umol/L", "mmol/L", "g/L", "ug/L", "s"


@dataclass(frozen=True, slots=True)
class Beyond:
    """One limit: `times` a reference (ULN, LLN, BASELINE), or the number alone where `of` is blank."""

    times: Decimal
    of: str = ""
    # "ALWAYS"; or only where the baseline is within normal limits, or only where it is not (or unknown counts as normal).
    when: str = "ALWAYS"


@dataclass(frozen=True, slots=True)
class Sentences:
    """What is said of an analyte; fixed sentences, {limits} names the limit."""

    met: str
    not_met: str
    no_value: str
    no_limit: str


@dataclass(frozen=True, slots=True)
class Analyte:
    """A laboratory value of a finding; `direction` HIGH = above a limit, LOW = below it."""

    item: str  # name of the item of its form
    form: str
    unit: str
    direction: str
    limits: tuple[Beyond, ...]
    says: Sentences


def high(name: str) -> Sentences:
    """Sentences of a value that rises."""
    return Sentences(
        met=name + " {value} {unit} on {on}, above {limits}.",
        not_met=name + " at most {value} {unit}, on {on}; not above {limits}.",
        no_value=name + ": no value after the infusion.",
        no_limit=name + " {value} {unit} on {on}; what it is compared with is not recorded.",
    )


def low(name: str) -> Sentences:
    """Sentences of a value that falls."""
    return Sentences(
        met=name + " {value} {unit} on {on}, below {limits}.",
        not_met=name + " at least {value} {unit}, on {on}; not below {limits}.",
        no_value=name + ": no value after the infusion.",
        no_limit=name + " {value} {unit} on {on}; what it is compared with is not recorded.",
    )


ULN, TWICE_ULN = Beyond(Decimal(1), "ULN"), Beyond(Decimal(2), "ULN")
TWICE_BASELINE = Beyond(Decimal(2), "BASELINE")
# Above five times the upper limit of normal, or above five times a baseline that is itself above normal.
FIVEFOLD = (Beyond(Decimal(5), "ULN", "NORMAL_BASELINE"), Beyond(Decimal(5), "BASELINE", "ABNORMAL_BASELINE"))

FERRITIN = Analyte("ferritin", "inflammation", UG_PER_L, "HIGH", (TWICE_ULN, TWICE_BASELINE), high("Ferritin"))
ALT = Analyte("alt", "chemistry", U_PER_L, "HIGH", FIVEFOLD, high("Alanine aminotransferase"))
AST = Analyte("ast", "chemistry", U_PER_L, "HIGH", FIVEFOLD, high("Aspartate aminotransferase"))
# 150 mg/dL, or the lower limit of normal.
FIBRINOGEN = Analyte(
    "fibrinogen", "coagulation", G_PER_L, "LOW", (Beyond(Decimal("1.5")), Beyond(Decimal(1), "LLN")), low("Fibrinogen")
)
DIRECT_BILIRUBIN = Analyte("direct_bilirubin", "chemistry", UMOL_PER_L, "HIGH", (ULN,), high("Direct bilirubin"))
LDH = Analyte("ldh", "chemistry", U_PER_L, "HIGH", (ULN,), high("Lactate dehydrogenase"))
PT = Analyte("pt", "coagulation", SECONDS, "HIGH", (ULN,), high("Prothrombin time"))
APTT = Analyte("aptt", "coagulation", SECONDS, "HIGH", (ULN,), high("Activated partial thromboplastin time"))
# 265 mg/dL fasting; 1 mmol/L = 88.57 mg/dL.
TRIGLYCERIDES = Analyte(
    "triglycerides", "chemistry", MMOL_PER_L, "HIGH", (Beyond(Decimal("2.99")),), high("Triglycerides")
)

# Required, then supporting; a finding of several analytes is present where one of them is.
REQUIRED: tuple[tuple[str, tuple[Analyte, ...]], ...] = (("FERRITIN", (FERRITIN,)),)
SUPPORTING: tuple[tuple[str, tuple[Analyte, ...]], ...] = (
    ("TRANSAMINASES", (ALT, AST)),
    ("FIBRINOGEN", (FIBRINOGEN,)),
    ("DIRECT_BILIRUBIN", (DIRECT_BILIRUBIN,)),
    ("LDH", (LDH,)),
    ("CLOTTING", (PT, APTT)),
    ("TRIGLYCERIDES", (TRIGLYCERIDES,)),
)
ANALYTES: tuple[Analyte, ...] = tuple(analyte for _, several in (*REQUIRED, *SUPPORTING) for analyte in several)

TABLE_CLAUSES: tuple[str, ...] = tuple(
    sentence
    for analyte in ANALYTES
    for sentence in (
        *(analyte.says.met, analyte.says.not_met, analyte.says.no_value),
        # A limit that is a number alone is always there.
        *((analyte.says.no_limit,) if any(bound.of for bound in analyte.limits) else ()),
    )
)
