"""Where IMWG 2016 is silent or its reprints differ: the conventions of this study, each by name, and the ladder of categories."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from trial.rules.verdict import Verdict

VERSION = "imwg_2016"
PAPER = "Kumar S et al. Lancet Oncol 2016;17:e328-46"
TABLE = f"IMWG 2016 ({PAPER}), table 4"
NOTE = f"IMWG 2016 ({PAPER}), footnotes of table 4"
MEASURABLE = f"IMWG 2016 ({PAPER}), measurable disease"
CONVENTION = "Convention of this study; the text of IMWG 2016 is silent or its reprints differ"
BASES = (TABLE, NOTE, MEASURABLE, CONVENTION)

# From worst to best; PD and NE stand outside the ladder of response.
LADDER = ("SD", "MR", "PR", "VGPR", "CR", "SCR")
# Criteria 4.6: order of best response, from worst to best.
BEST_ORDER = ("MISSING", "NE", "PD", *LADDER)
RANK = {level: rank for rank, level in enumerate(LADDER)}
RESPONSES = frozenset(LADDER[1:])


@dataclass(frozen=True, slots=True)
class ImwgOptions:
    """Thresholds and choices; the defaults are the study's recommendation. Units stand in the names."""

    # Measurable disease (criteria 4.1). Protocols differ; IgA often 0.5.
    serum_measurable_g_dl: Decimal = Decimal("1.0")
    serum_measurable_iga_g_dl: Decimal = Decimal("1.0")
    urine_measurable_mg_24h: Decimal = Decimal(200)
    flc_measurable_mg_l: Decimal = Decimal(100)
    marrow_measurable_percent: Decimal = Decimal(30)
    # Normal ratio of free light chains, kappa over lambda, both ends included; a site may have its own range.
    flc_ratio_low: Decimal = Decimal("0.26")
    flc_ratio_high: Decimal = Decimal("1.65")
    # True: both light chains below the limit of quantification = the ratio counts as normal.
    flc_both_below_loq_is_normal: bool = True
    # True: an M-protein left blank beside a negative immunofixation is zero.
    negative_immunofixation_is_zero: bool = True
    # A band up to here may be a therapeutic antibody or an oligoclonal band, by the reflex test or the laboratory's word.
    faint_band_g_dl: Decimal = Decimal("0.2")
    # True: values that the laboratory doubts (`spurious`) also count for response and PD, not only never for a nadir.
    spurious_counts: bool = False
    # Days between a laboratory day and marrow, imaging or circulating cells of the same visit.
    join_days: int = 14
    # Imaging is carried to visits without imaging for so many days: an interval of 3 months with its window (91 + 28).
    imaging_carried_days: int = 119
    # A marrow is carried until the next; a number of days limits that.
    marrow_carried_days: int | None = None
    # Serum missing where serum is not measurable: True = NE; False = as urine, PR and MR may be given.
    serum_always_needed: bool = True
    # Very good partial response by light chains: False = fall of at least 90 % (2016), True = of more than 90 % (2011).
    vgpr_flc_above_90: bool = False
    # What plasmacytomas must show for a very good partial response: PR (inherited from partial response) or CR.
    vgpr_lesions: Literal["PR", "CR"] = "PR"
    # Minimal response of lesions: "2016" asks for a fall of 50 % (25-49 % is stable disease), "2011" for 25-49 %.
    mr_spd_rule: Literal["2016", "2011"] = "2016"
    # True: no clonal plasma cells by flow counts for sCR (2011 text), not by immunohistochemistry only.
    scr_by_flow: bool = True
    # Fewest plasma cells that immunohistochemistry must have counted for sCR.
    plasma_cells_counted: int = 100
    # Nadir: False = lowest value; True = lowest value that two consecutive samples confirm.
    nadir_confirmed: bool = False
    # True: serum and urine increases are PD only where that component was measurable at baseline.
    pd_measurable_only: bool = False
    # Circulating plasma cells, "at least 200/uL": False = the count, True = the increase.
    cpc_increase_at_least: bool = False
    # Lesions that grow up to this day after the infusion (month 1 with its window) may be a flare.
    flare_until_day: int = 35
    # Expression of BCMA or CD38 at or above is positive (assumed), % of plasma cells.
    antigen_positive_percent: Decimal = Decimal(10)
    # Clinical relapse: calcium above 11 mg/dL.
    calcium_mmol_l: Decimal = Decimal("2.75")
    # True: an unconfirmed PD is set aside before the responses around it are confirmed; False: it leaves SD (admiral).
    unconfirmed_pd_set_aside: bool = True
    # Causes of death that do not confirm a progression which was never tested again.
    death_not_of_progression: frozenset[str] = frozenset({"TOXICITY", "OTHER"})

    def __post_init__(self) -> None:
        if self.join_days < 0 or self.imaging_carried_days < 0:
            raise ValueError("a number of days is 0 or more")
        if self.vgpr_lesions not in ("PR", "CR"):
            raise ValueError("vgpr_lesions is PR or CR")
        if self.mr_spd_rule not in ("2016", "2011"):
            raise ValueError("mr_spd_rule is 2016 or 2011")


RECOMMENDED = ImwgOptions()


def finding(
    value: str | None,
    clause: str,
    /,
    *,
    basis: str = TABLE,
    because: tuple[Verdict, ...] = (),
    flags: tuple[str, ...] = (),
    shown: Mapping[str, str] | None = None,
    **more: str,
) -> Verdict:
    """One rung's answer; what stands in the placeholders is given as `shown`, by name, or both."""
    filled = {**(shown or {}), **more}
    return Verdict(value=value, clause=clause, basis=basis, because=because, version=VERSION, shown=filled, flags=flags)


def lowest(levels: list[str]) -> str:
    """The worst of some categories of response; the list is not empty."""
    return min(levels, key=RANK.__getitem__)
