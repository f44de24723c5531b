"""Myeloma history: the disease before the infusion, at screening."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from crf import codelists, risk, sources
from crf.checks import lesions, myeloma, timing, treatment
from crf.declare.form import Check, Crf, Derived, Section
from crf.declare.items import Coded, Date, Number, PartialDate, When, YesNo
from crf.measurable import MEASURABLE
from trial.rules import high_risk, measurable_on, staging


def _diagnosed_before(form: Any) -> bool | None:
    """The diagnosis, as far as its date is known, is not later than the history."""
    diagnosed_on = timing.earliest(form.diagnosed_on)
    return None if diagnosed_on is None or form.assessed_on is None else bool(diagnosed_on <= form.assessed_on)


class MyelomaHistory(Crf, title=_("Myeloma history"), about_day="assessed_on", chapter="baseline"):
    """Diagnosis, protein, stage, cytogenetics, earlier treatment and extramedullary disease at entry."""

    diagnosis = Section(_("Diagnosis"))
    assessed_on = Date(
        _("Date of this history"), cdash="MHDAT", sdtm="MH.MHDTC",
        help=_("The day on which this history was taken from the record."),
    )  # fmt: skip
    diagnosed_on = PartialDate(
        _("Date of diagnosis"), cdash="MHSTDAT", sdtm="MH.MHSTDTC",
        help=_(
            "When active myeloma was first diagnosed, from the pathology report or the first treatment plan. Month "
            "or day may be left out: 2016-04."
        ),
    )  # fmt: skip
    heavy_chain = Coded(
        _("Heavy chain"), codelists.HeavyChain, cdash="HVYCHN", sdtm="SUPPMH.HVYCHN", critical=True,
        help=_(
            "From the immunofixation at diagnosis. \"None: light chains only\" where the clone makes no heavy chain; "
            "\"non-secretory\" where neither serum nor urine shows a protein."
        ),
    )  # fmt: skip
    light_chain = Coded(
        _("Light chain"), codelists.LightChain, cdash="LGTCHN", sdtm="SUPPMH.LGTCHN", critical=True,
        help=_(
            "From the immunofixation at diagnosis. The involved free light chain of the response criteria is read "
            "from here."
        ),
    )  # fmt: skip

    stage = Section(_("Stage"))
    b2_microglobulin = Number(
        _("β2-microglobulin"), unit="mg/L", places=1, digits=5, hard=("0.1", 200), soft=(1, 40), cdash="B2M_LBORRES",
        sdtm="LB.LBORRES:B2MICG",
        help=_(
            "Serum value nearest to screening, in mg/L. Stage is judged from it at study entry, not at diagnosis."
        ),
        source=sources.ISS,
    )  # fmt: skip
    albumin = Number(
        _("Albumin"), unit="g/L", places=1, digits=4, hard=(5, 80), soft=(20, 55), cdash="ALB_LBORRES",
        sdtm="LB.LBORRES:ALB",
        help=_("Serum albumin of the same sample, in g/L: 3.5 g/dL is 35 g/L."), source=sources.ISS,
    )  # fmt: skip
    ldh = Number(
        _("Lactate dehydrogenase"), unit="U/L", places=0, digits=6, hard=(1, 100000), soft=(50, 2000),
        cdash="LDH_LBORRES", sdtm="LB.LBORRES:LDH",
        help=_("Serum value nearest to screening, in U/L."), source=sources.R_ISS,
    )  # fmt: skip
    ldh_uln = Number(
        _("Upper limit of normal of LDH"), unit="U/L", places=0, digits=4, hard=(50, 2000), soft=(150, 500),
        cdash="LDH_LBORNRHI", sdtm="LB.LBORNRHI:LDH",
        help=_("Upper limit of the laboratory that measured the value above, as printed on its report."),
        source=sources.R_ISS,
    )  # fmt: skip

    cytogenetics = Section(_("Cytogenetics"), _("FISH on selected plasma cells."))
    cytogenetic_abnormality = YesNo(
        _("Any cytogenetic abnormality"), cdash="CYTABN", sdtm="SUPPMH.CYTABN", critical=True,
        help=_("Yes, if FISH or the karyotype shows any change, of high risk or not."),
    )  # fmt: skip
    del_17p = YesNo(
        _("del(17p)"), cdash="DEL17P", sdtm="GF.GFORRES:CPNUMVAR",
        help=_(
            "Yes from the laboratory's own cut-off on; give the share of cells below. Unknown, if it was not "
            "tested."
        ),
        source=sources.R_ISS,
    )  # fmt: skip
    del_17p_percent = Number(
        _("Cells with del(17p)"), unit="%", places=0, digits=3, hard=(0, 100), cdash="DEL17PPC", sdtm="GF.GFORRES:CLONEPCT",
        required=False, shown_if=When("del_17p", "Y"),
        help=_(
            "Percent of the selected plasma cells with the loss, as reported. IMS/IMWG 2025 asks for more than 20 "
            "%."
        ),
        source=sources.IMS_2025,
    )  # fmt: skip
    tp53_mutation = YesNo(
        _("TP53 mutation"), cdash="TP53MUT", sdtm="GF.GFORRES:SHRTVAR",
        help=_("By sequencing; unknown, if it was not sequenced. A deletion alone is not a mutation."),
        source=sources.IMS_2025,
    )  # fmt: skip
    t_4_14 = YesNo(
        _("t(4;14)"), cdash="T414", sdtm="GF.GFORRES:SEQREAR",
        help=_("IGH::NSD2 (FGFR3) by FISH. Unknown, if it was not tested."), source=sources.R_ISS,
    )  # fmt: skip
    t_14_16 = YesNo(
        _("t(14;16)"), cdash="T1416", sdtm="GF.GFORRES:SEQREAR",
        help=_("IGH::MAF by FISH. Unknown, if it was not tested."), source=sources.R_ISS,
    )  # fmt: skip
    t_14_20 = YesNo(
        _("t(14;20)"), cdash="T1420", sdtm="GF.GFORRES:SEQREAR",
        help=_("IGH::MAFB by FISH. Unknown, if it was not tested."), source=sources.IMWG_2016,
    )  # fmt: skip
    gain_1q = YesNo(
        _("Gain or amplification of 1q"), cdash="GAIN1Q", sdtm="GF.GFORRES:CPNUMVAR",
        help=_("Three or more copies of 1q21 by FISH: gain is three, amplification four or more."),
        source=sources.R2_ISS,
    )  # fmt: skip
    gain_1q_copies = Number(
        _("Copies of 1q"), unit="{copies}", places=0, digits=2, hard=(3, 20), cdash="GAIN1QCN", sdtm="GF.GFORRES:CPNUM",
        required=False, shown_if=When("gain_1q", "Y"),
        help=_("Highest number of copies that the report gives for the clone."), source=sources.R2_ISS,
    )  # fmt: skip
    del_1p32 = YesNo(
        _("del(1p32)"), cdash="DEL1P32", sdtm="GF.GFORRES:CPNUMVAR",
        help=_("Loss of 1p32 (CDKN2C, FAF1) by FISH, of one copy or both."), source=sources.IMS_2025,
    )  # fmt: skip
    del_1p32_biallelic = YesNo(
        _("Of both copies?"), cdash="DEL1P32B", sdtm="GF.GFORRES:CPNUMVAR", required=False, shown_if=When("del_1p32", "Y"),
        help=_("Yes, if both copies are lost; no, if one is kept."), source=sources.IMS_2025,
    )  # fmt: skip

    earlier = Section(_("Earlier treatment"))
    prior_lines = Number(
        _("Lines of earlier therapy"), unit="{lines}", places=0, digits=2, hard=(0, 30), soft=(2, 15),
        cdash="PRIORLN", sdtm="SUPPMH.PRIORLN", critical=True,
        help=_(
            "Count as in the log of prior therapy: induction, transplant and maintenance planned together are one "
            "line."
        ),
        source=sources.LINES,
    )  # fmt: skip
    prior_anti_cd38 = YesNo(
        _("Earlier antibody against CD38"), cdash="PRCD38", sdtm="SUPPMH.PRCD38",
        help=_(
            "Daratumumab or isatuximab at any time. It may show as a faint band; the response criteria then ask for "
            "a reflex test."
        ),
        source=sources.IMWG,
    )  # fmt: skip

    extramedullary = Section(_("Disease outside the marrow"))
    emd_at_entry = YesNo(
        _("Extramedullary disease at entry"), cdash="EMDYN", sdtm="SUPPMH.EMDYN", critical=True,
        help=_(
            "Soft tissue or organ away from bone, by imaging or biopsy at screening. The lesions themselves go on "
            "the form for extramedullary lesions."
        ),
        source=sources.EMD,
    )  # fmt: skip
    paramedullary_at_entry = YesNo(
        _("Paraskeletal disease at entry"), cdash="PMDYN", sdtm="SUPPMH.PMDYN", critical=True,
        help=_("A mass that grows from a bone lesion into soft tissue. A lytic lesion without a mass is not one."),
        source=sources.EMD,
    )  # fmt: skip

    mmh01 = timing.not_in_the_future("MMH-01", "assessed_on")
    measurable = Derived(_("Measurable disease"), measurable_on.shown, whole=MEASURABLE)
    iss = Derived(_("ISS at study entry"), staging.iss)
    r_iss = Derived(_("R-ISS at study entry"), staging.r_iss)
    r2_iss = Derived(_("R2-ISS at study entry"), staging.r2_iss)
    risk_2016 = Derived(_("High risk by IMWG 2016"), high_risk.high_risk_imwg_2016)
    risk_2025 = Derived(_("High risk by IMS/IMWG 2025"), risk.high_risk_2025, whole=risk.CREATININES)

    mmh02 = Check(
        "MMH-02",
        _("The diagnosis is later than this history. Please correct one of the dates."),
        _diagnosed_before,
        item="diagnosed_on",
        sees=("diagnosed_on", "assessed_on"),
        hard=True,
    )
    mmh03 = timing.since_birth("MMH-03", "diagnosed_on")
    mmh04 = Check(
        "MMH-04",
        _("The heavy chain goes with a light chain, but none is named. Please check the type of the myeloma."),
        myeloma.chains_named,
        item="light_chain",
        sees=("heavy_chain", "light_chain"),
    )
    mmh05 = Check(
        "MMH-05",
        _("A chromosomal change is marked, but an abnormality is not answered with yes. Please correct one of them."),
        myeloma.abnormality_answered,
        item="cytogenetic_abnormality",
        sees=(
            "cytogenetic_abnormality",
            "del_17p",
            "tp53_mutation",
            "t_4_14",
            "t_14_16",
            "t_14_20",
            "gain_1q",
            "del_1p32",
        ),
    )
    mmh06 = Check(
        "MMH-06",
        _(
            "The share of cells or the copies of a positive FISH result are missing. Please enter them, or confirm that none were reported."
        ),
        myeloma.fish_counted,
        item="del_17p_percent",
        sees=("del_17p", "del_17p_percent", "gain_1q", "gain_1q_copies"),
    )
    mmh07 = Check(
        "MMH-07",
        _(
            "Disease outside the marrow is answered with yes, but imaging before the infusion lists no such lesion. Please check both."
        ),
        lesions.history_listed,
        item="emd_at_entry",
        sees=("emd_at_entry", "paramedullary_at_entry"),
        reads=lesions.READS,
    )
    mmh08 = Check(
        "MMH-08",
        _("The log of prior therapy holds another number of lines. Please complete the log, or correct the number."),
        treatment.lines_counted,
        item="prior_lines",
        sees=("prior_lines",),
        reads=("prior_therapy.line",),
    )
    mmh09 = Check(
        "MMH-09",
        _("The log of prior therapy answers otherwise about an antibody against CD38. Please correct one of them."),
        treatment.antibody_in_the_log,
        item="prior_anti_cd38",
        sees=("prior_anti_cd38",),
        reads=("prior_therapy.anti_cd38",),
    )
