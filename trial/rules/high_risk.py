"""High-risk myeloma by the two definitions in use: IMWG 2016, and IMS/IMWG 2025."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from trial.rules.cytogenetics import both, either, feature, gained_1q, positive, truth
from trial.rules.verdict import Verdict, concluded, figure, joined

__all__ = ["BASES", "CLAUSES", "FLAGS", "HighRisk2025Options", "high_risk_2025", "high_risk_imwg_2016"]

VERSION = "high_risk_1"
IMWG_2016 = "IMWG 2016 (Sonneveld P et al. Blood 2016;127:2955-62)"
IMS_2025 = "IMS/IMWG 2025 (Avet-Loiseau H et al. J Clin Oncol 2025;43:2739-51)"

# IMS/IMWG 2025: mg/L.
B2_HIGH = Decimal("5.5")
# IMS/IMWG 2025: mg/dL, below it the kidneys do not explain the β2-microglobulin.
CREATININE_NORMAL = Decimal("1.2")
# 1 mg/dL of creatinine (113.12 g/mol) in umol/L.
CREATININE_UMOL_PER_MG_DL = Decimal("88.4")
HUNDRED = Decimal(100)

HIGH_2016 = "At least one of the changes of high risk is present."
NOT_HIGH_2016 = "Each of the changes of high risk is known to be absent."
OPEN_2016 = "None of the changes of high risk is present, but not all of them are known."

HIGH_2025 = "At least one of the four criteria of high risk is met."
NOT_HIGH_2025 = "None of the four criteria of high risk is met."
OPEN_2025 = "No criterion of high risk is met, but not all of them can be judged."

CLONE_ABOVE = "del(17p) in {percent} % of clonal cells, more than {cutoff} %."
CLONE_NOT_ABOVE = "del(17p) in {percent} % of clonal cells, not more than {cutoff} %."
CLONE_REACHED = "del(17p) in {percent} % of clonal cells, at least {cutoff} %."
CLONE_NOT_REACHED = "del(17p) in {percent} % of clonal cells, less than {cutoff} %."
CLONE_UNKNOWN = "del(17p) is present, but the share of clonal cells is not recorded."
CLONE_NONE = "del(17p) is answered with yes, yet is recorded in no clonal cell."
CLONE_CONTRADICTORY = "del(17p) is answered with no, yet is recorded in {percent} % of clonal cells."

LOSS_17P = "del(17p) in enough clonal cells, or a mutation of TP53."
LOSS_17P_NOT = "Neither del(17p) in enough clonal cells nor a mutation of TP53."
LOSS_17P_OPEN = "del(17p) in enough clonal cells or a mutation of TP53 cannot be excluded."
IGH = "A translocation t(4;14), t(14;16) or t(14;20) together with a gain of 1q or del(1p32)."
IGH_NOT = "No translocation t(4;14), t(14;16) or t(14;20) together with a gain of 1q or del(1p32)."
IGH_OPEN = "A translocation together with a gain of 1q or del(1p32) cannot be excluded."
LOSS_1P = "del(1p32) together with a gain of 1q, or biallelic del(1p32)."
LOSS_1P_NOT = "Neither del(1p32) together with a gain of 1q nor biallelic del(1p32)."
LOSS_1P_OPEN = "del(1p32) together with a gain of 1q, or biallelic, cannot be excluded."
B2 = "β2-microglobulin {b2} mg/L, at least 5.5, with creatinine {creatinine} mg/dL, below 1.2."
B2_LOW = "β2-microglobulin {b2} mg/L, below 5.5."
B2_KIDNEY = "Creatinine {creatinine} mg/dL, not below 1.2: the β2-microglobulin does not count."
B2_OPEN = "β2-microglobulin of at least 5.5 mg/L with creatinine below 1.2 mg/dL cannot be excluded."

CLAUSES: tuple[str, ...] = (
    HIGH_2016, NOT_HIGH_2016, OPEN_2016, HIGH_2025, NOT_HIGH_2025, OPEN_2025, CLONE_ABOVE, CLONE_NOT_ABOVE,
    CLONE_REACHED, CLONE_NOT_REACHED, CLONE_UNKNOWN, CLONE_NONE, CLONE_CONTRADICTORY, LOSS_17P, LOSS_17P_NOT, LOSS_17P_OPEN,
    IGH, IGH_NOT, IGH_OPEN, LOSS_1P, LOSS_1P_NOT, LOSS_1P_OPEN, B2, B2_LOW, B2_KIDNEY, B2_OPEN,
)  # fmt: skip
BASES: tuple[str, ...] = (IMWG_2016, IMS_2025)
FLAGS: dict[str, str] = {
    "PLOIDY_AND_EXPRESSION_NOT_ASKED": "Ploidy and gene expression were not asked for; the other changes decided.",
    "DEL_17P_PERCENT_MISSING": "The share of clonal cells with del(17p) is not recorded.",
    "DEL_17P_CONTRADICTS": "del(17p) and its share of clonal cells contradict each other; neither was used.",
    "BIALLELIC_UNKNOWN": "It is not known whether del(1p32) is biallelic.",
    "DEL_1P32_CONTRADICTS": "The answers on del(1p32) contradict each other; neither was used.",
    "IMPOSSIBLE_VALUE": "A recorded number cannot be a measured value; it was not used.",
}


@dataclass(frozen=True, slots=True)
class HighRisk2025Options:
    """What readings of the definition of 2025 differ in; the defaults are its text."""

    # Percent of clonal cells with del(17p).
    del_17p_percent: Decimal = Decimal(20)
    # False: more than that share. True: that share counts too.
    share_included: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.del_17p_percent <= HUNDRED:
            raise ValueError("del_17p_percent is 0 to 100")


RECOMMENDED = HighRisk2025Options()


def high_risk_imwg_2016(
    *,
    del_17p: Any,
    t_4_14: Any,
    t_14_16: Any,
    t_14_20: Any,
    gain_1q: Any,
    gain_1q_copies: Any = None,
    non_hyperdiploid: Any = None,
    high_risk_gep: Any = None,
    ask_ploidy_and_expression: bool = False,
) -> Verdict:
    """ "Y", "N" or None = cannot be told. Items of the myeloma history, Y, N, U (None = U).

    Ploidy and gene expression are seldom examined: they count where they are known, and where they are not, stand in
    the way of "N" only if `ask_ploidy_and_expression`.
    """
    changes = [
        feature("del_17p", del_17p), feature("t_4_14", t_4_14), feature("t_14_16", t_14_16),
        feature("t_14_20", t_14_20), gained_1q(gain_1q, gain_1q_copies),
    ]  # fmt: skip
    seldom = [feature("non_hyperdiploid", non_hyperdiploid), feature("high_risk_gep", high_risk_gep)]
    counted = [one for one in seldom if ask_ploidy_and_expression or one.value is not None]
    found = either(*map(truth, (*changes, *counted)))
    flags = () if found or len(counted) == len(seldom) else ("PLOIDY_AND_EXPRESSION_NOT_ASKED",)
    value, clause = _told(found, HIGH_2016, NOT_HIGH_2016, OPEN_2016)
    return concluded(value, clause, (*changes, *counted), flags, basis=IMWG_2016, version=VERSION)


def high_risk_2025(
    *,
    del_17p: Any,
    del_17p_percent: Any,
    tp53_mutation: Any,
    t_4_14: Any,
    t_14_16: Any,
    t_14_20: Any,
    gain_1q: Any,
    gain_1q_copies: Any,
    del_1p32: Any,
    b2_microglobulin: Any,
    creatinine: Any,
    del_1p32_biallelic: Any = None,
    options: HighRisk2025Options = RECOMMENDED,
) -> Verdict:
    """ "Y", "N" or None = cannot be told. Items of the myeloma history; creatinine in umol/L (None = not recorded).

    Findings: the four criteria (17p and TP53; translocation with 1q or 1p32; 1p32; β2-microglobulin), each 1, 0 or
    None, with its own findings.
    """
    gain = gained_1q(gain_1q, gain_1q_copies)
    mono, biallelic, flags = _del_1p32(del_1p32, del_1p32_biallelic, gain)
    translocations = [feature("t_4_14", t_4_14), feature("t_14_16", t_14_16), feature("t_14_20", t_14_20)]
    clone, mutation = _clone(del_17p, del_17p_percent, options), feature("tp53_mutation", tp53_mutation)
    criteria = (
        _criterion(either(truth(clone), truth(mutation)), (LOSS_17P, LOSS_17P_NOT, LOSS_17P_OPEN), (clone, mutation)),
        _criterion(
            both(either(*map(truth, translocations)), either(truth(gain), truth(mono))), (IGH, IGH_NOT, IGH_OPEN),
            (*translocations, gain, mono),
        ),
        _criterion(
            either(both(truth(mono), truth(gain)), truth(biallelic)), (LOSS_1P, LOSS_1P_NOT, LOSS_1P_OPEN),
            (mono, gain, biallelic), flags,
        ),
        _b2(b2_microglobulin, creatinine),
    )  # fmt: skip
    value, clause = _told(either(*map(truth, criteria)), HIGH_2025, NOT_HIGH_2025, OPEN_2025)
    return concluded(value, clause, criteria, basis=IMS_2025, version=VERSION)


def _clone(answer: Any, percent: Any, options: HighRisk2025Options) -> Verdict:
    """Whether enough clonal cells have lost 17p; the share decides where it is recorded."""
    share, flags = positive(percent, accepts=lambda read: 0 <= read <= HUNDRED)
    plain = feature("del_17p", answer)
    if share is None:
        if plain.value != 1:
            return _carrying(plain, flags)
        return _line(None, CLONE_UNKNOWN, joined(("DEL_17P_PERCENT_MISSING",), flags))
    cutoff = options.del_17p_percent
    enough = share >= cutoff if options.share_included else share > cutoff
    shown = {"percent": figure(share), "cutoff": figure(cutoff)}
    if enough and plain.value == 0:
        return _line(None, CLONE_CONTRADICTORY, ("DEL_17P_CONTRADICTS",), percent=figure(share))
    if plain.value == 1 and share == 0:
        return _line(None, CLONE_NONE, ("DEL_17P_CONTRADICTS",))
    clauses = (CLONE_REACHED, CLONE_NOT_REACHED) if options.share_included else (CLONE_ABOVE, CLONE_NOT_ABOVE)
    return _line(int(enough), clauses[0] if enough else clauses[1], **shown)


def _del_1p32(answer: Any, both_copies: Any, gain: Verdict) -> tuple[Verdict, Verdict, tuple[str, ...]]:
    """Loss of 1p32 at all, loss of both copies, and flags: a loss of both is a loss, and without a loss none is."""
    mono, biallelic = feature("del_1p32", answer), feature("del_1p32_biallelic", both_copies)
    if mono.value == 0 and biallelic.value == 1:
        return feature("del_1p32", None), feature("del_1p32_biallelic", None), ("DEL_1P32_CONTRADICTS",)
    if biallelic.value == 1:
        return feature("del_1p32", "Y"), biallelic, ()
    if mono.value == 0:
        return mono, feature("del_1p32_biallelic", "N"), ()
    asked = mono.value == 1 and biallelic.value is None and gain.value != 1
    return mono, biallelic, ("BIALLELIC_UNKNOWN",) if asked else ()


def _b2(b2_microglobulin: Any, creatinine: Any) -> Verdict:
    (b2, flags), (umol, flags_too) = positive(b2_microglobulin), positive(creatinine)
    remarks = joined(flags, flags_too)
    mg_dl = None if umol is None else umol / CREATININE_UMOL_PER_MG_DL
    # Compared unrounded; two decimal places are shown.
    shown = {} if mg_dl is None else {"creatinine": figure(round(mg_dl, 2))}
    if b2 is not None and b2 < B2_HIGH:
        return _line(0, B2_LOW, remarks, b2=figure(b2))
    if mg_dl is not None and mg_dl >= CREATININE_NORMAL:
        return _line(0, B2_KIDNEY, remarks, **shown)
    if b2 is None or mg_dl is None:
        return _line(None, B2_OPEN, remarks)
    return _line(1, B2, remarks, b2=figure(b2), **shown)


def _criterion(
    found: bool | None, clauses: tuple[str, str, str], because: tuple[Verdict, ...], flags: tuple[str, ...] = ()
) -> Verdict:
    clause = clauses[2] if found is None else clauses[0] if found else clauses[1]
    value = None if found is None else int(found)
    return concluded(value, clause, because, flags, basis=IMS_2025, version=VERSION)


def _told(found: bool | None, high: str, not_high: str, still_open: str) -> tuple[str | None, str]:
    if found is None:
        return None, still_open
    return ("Y", high) if found else ("N", not_high)


def _carrying(one: Verdict, flags: tuple[str, ...]) -> Verdict:
    return concluded(one.value, one.clause, (), joined(one.flags, flags), basis=one.basis, version=one.version)


def _line(value: int | None, clause: str, flags: tuple[str, ...] = (), /, **shown: str) -> Verdict:
    return Verdict(value=value, clause=clause, basis=IMS_2025, version=VERSION, shown=shown, flags=flags)
