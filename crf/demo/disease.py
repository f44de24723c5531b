"""The myeloma of each demonstration subject: type, amounts before the infusion, FISH, and the history form. Invented."""

from dataclasses import dataclass

from crf.demo.calendar import Placement
from crf.demo.lesions import lesions_of
from crf.demo.rows import Row
from crf.demo.typed import Typed, spread, tenths

LDH_ULN = "250"  # U/L, the same laboratory method at all sites
_ABNORMALITIES = ("del_17p", "t_4_14", "t_14_16", "t_14_20", "gain_1q", "del_1p32")

# Subject, heavy chain, light chain, serum M-protein g/dL, urine M-protein mg/24 h, involved light chain mg/L,
# plasma cells of the aspirate %, year of diagnosis, FISH (with % of cells or number of copies).
# Measurable by serum from 1.0 g/dL, by urine from 200 mg/24 h, else by light chains from 100 mg/L.
_TABLE = """
    RECON-01  IGG  KAPPA   3.42    0  186 35 2016-11 gain_1q:3
    RECON-02  IGG  LAMBDA  3.61   85  540 52 2014-03 del_17p:62 gain_1q:4
    RECON-03  IGG  KAPPA   2.84    0   96 22 2017-05 -
    RECON-04  LIGHT_CHAIN_ONLY KAPPA 0 2140 1480 40 2015-09 t_4_14
    RECON-05  IGA  KAPPA   2.35   60  310 28 2016-02 gain_1q:3
    RECON-06  LIGHT_CHAIN_ONLY LAMBDA 0 1860 1120 30 2013 del_17p:28
    RECON-07  LIGHT_CHAIN_ONLY KAPPA 0 90 640 24 2017-08 -
    RECON-08  IGA  LAMBDA  3.10  120  420 45 2011 del_17p:71 t_4_14
    RECON-09  IGG  KAPPA   4.05   70  260 38 2015-04 gain_1q:3
    RECON-10  LIGHT_CHAIN_ONLY KAPPA 0 110 812 20 2016-12 del_1p32:both
    RECON-11  IGG  LAMBDA  2.76    0  145 26 2015-10 t_4_14 gain_1q:3
    RECON-12  LIGHT_CHAIN_ONLY LAMBDA 0 60 455 18 2017-01 -
    RECON-13  IGG  KAPPA   4.48  150  380 55 2013-06 gain_1q:5
    RECON-14  IGG  LAMBDA  3.90    0  118 34 2017-03 -
    RECON-15  IGG  KAPPA   3.15   40  205 30 2014-11 t_14_16
    RECON-16  IGA  KAPPA   2.02   95  275 25 2015-12 gain_1q:3
    RECON-17  IGG  KAPPA   2.94  110  690 48 2013-02 del_17p:45 gain_1q:3
    RECON-18  IGG  KAPPA   3.55    0   88 32 2016-07 -
    RECON-19  IGA  KAPPA   2.60   55  340 36 2014-08 t_4_14
    RECON-20  IGD  LAMBDA  1.62  940  890 42 2014-01 gain_1q:4 del_1p32
    RECON-21  IGG  KAPPA   4.22   65  232 44 2014-05 gain_1q:3
    RECON-22  IGG  LAMBDA  3.28    0  164 29 2016-09 del_17p:24
    RECON-23  IGA  LAMBDA  2.47   50  198 27 2016-04 -
"""
# An earlier antibody against CD38; the antibody reached the sites late.
_ANTI_CD38 = ("RECON-02", "RECON-08", "RECON-13")


@dataclass(frozen=True, slots=True)
class Disease:
    """What a subject's myeloma was like before the infusion."""

    heavy: str
    light: str
    serum: int  # hundredths of g/dL
    urine: int  # mg/24 h
    involved: int  # free light chain, mg/L
    marrow: int  # plasma cells of the aspirate, %
    diagnosed_on: str  # as known: a month or a year
    fish: tuple[tuple[str, str], ...]  # abnormality; percent of cells, copies, "both" copies lost ("" = not counted)
    anti_cd38: bool

    @property
    def route(self) -> str:
        """What the response is mainly read from: SERUM, URINE or FLC."""
        return "SERUM" if self.serum >= 100 else "URINE" if self.urine >= 200 else "FLC"


def disease(subject_id: str) -> Disease:
    """The disease of one subject. Raises KeyError for an unknown one."""
    lines = {line.split()[0]: line.split() for line in _TABLE.strip().splitlines()}
    _, heavy, light, serum, urine, involved, marrow, diagnosed_on, *fish = lines[subject_id]
    return Disease(
        heavy=heavy,
        light=light,
        serum=round(float(serum) * 100),
        urine=int(urine),
        involved=int(involved),
        marrow=int(marrow),
        diagnosed_on=diagnosed_on,
        fish=tuple((name, number) for name, _, number in (one.partition(":") for one in fish) if name != "-"),
        anti_cd38=subject_id in _ANTI_CD38,
    )


def albumin(row: Row) -> int:
    """Before the infusion, g/L."""
    return spread(31, 43, row.subject_id, "albumin")


def ldh(row: Row) -> int:
    """Before the infusion, U/L."""
    return spread(148, 318, row.subject_id, "ldh")


def history(row: Row, place: Placement) -> Typed:
    """The history form of screening, on the day on which the last result was in."""
    own = disease(row.subject_id)
    data: dict[str, object] = {
        "assessed_on": place.enrolled_on.isoformat(),
        "diagnosed_on": own.diagnosed_on,
        "heavy_chain": own.heavy,
        "light_chain": own.light,
        "b2_microglobulin": tenths(spread(21, 64, row.subject_id, "b2m")),
        "albumin": str(albumin(row)),
        "ldh": str(ldh(row)),
        "ldh_uln": LDH_ULN,
        **_fish(own, row.subject_id),
        "cytogenetic_abnormality": "Y" if row.cytogenetic_abnormality else "N",
        "prior_lines": str(row.prior_lines),
        "prior_anti_cd38": "Y" if own.anti_cd38 else "N",
        "emd_at_entry": "Y" if row.extramedullary else "N",
        "paramedullary_at_entry": "Y" if any(one.kind == "PARASKELETAL" for one in lesions_of(row)) else "N",
    }
    return Typed("myeloma_history", "screening", place.enrolled_on, data, "investigator")


def _fish(own: Disease, subject_id: str) -> dict[str, object]:
    """Every probe of the panel with its result; the mutation of TP53 was sequenced for about half of the subjects."""
    found = dict(own.fish)
    cells: dict[str, object] = {name: "Y" if name in found else "N" for name in _ABNORMALITIES}
    if found.get("del_17p"):
        cells["del_17p_percent"] = found["del_17p"]
    if found.get("gain_1q"):
        cells["gain_1q_copies"] = found["gain_1q"]
    if "del_1p32" in found:
        cells["del_1p32_biallelic"] = "Y" if found["del_1p32"] == "both" else "N"
    sequenced = "N" if spread(0, 1, subject_id, "tp53") else "U"
    return {**cells, "tp53_mutation": "Y" if "t_4_14" in found and "del_17p" in found else sequenced}
