"""Myeloma laboratory: protein and light chains, at screening and at every response visit."""

from django.utils.translation import gettext_lazy as _

from crf import codelists, sources
from crf.checks import myeloma as beside
from crf.checks import timing
from crf.declare.form import Check, Crf, Derived, Section
from crf.declare.items import Coded, Date, Number, YesNo
from crf.myeloma import MYELOMA
from trial.rules import myeloma

IMWG = "IMWG 2016: Kumar S et al. Lancet Oncol 2016;17:e328-46"


class MyelomaLaboratory(Crf, title=_("Myeloma laboratory"), about_day="sampled_on", chapter="response"):
    """M-protein in serum and urine, free light chains, immunoglobulins, calcium."""

    when = Section(_("When"))
    sampled_on = Date(
        _("Date of the blood sample"), cdash="LBDAT", sdtm="LB.LBDTC", critical=True,
        help=_("The day blood was drawn. The urine collection that belongs to it may end within some days."),
        source=sources.IMWG,
    )  # fmt: skip

    serum = Section(_("Serum"))
    serum_m_protein = Number(
        _("M-protein in serum"), unit="g/dL", places=2, digits=5, hard=(0, 20), soft=(0, 12), cdash="MPROTS_LBORRES",
        sdtm="LB.LBORRES:MCPROT", critical=True,
        help=_("By electrophoresis, in g/dL: 10 g/L is 1.0. Several spikes are added up; 0 if no spike is seen."),
        source=sources.IMWG,
    )  # fmt: skip
    serum_immunofixation = Coded(
        _("Immunofixation of serum"), codelists.BandResult, cdash="IFES_LBORRES", sdtm="LB.LBORRES:MPIGISO", critical=True,
        help=_("Of the same sample. A complete response asks for it even where no spike is seen."),
        source=sources.IMWG,
    )  # fmt: skip
    serum_reflex = Coded(
        _("Reflex test of a faint band"), codelists.BandResult, cdash="REFLX_LBORRES", sdtm="LB.LBORRES:REFLEX",
        required=False,
        help=_(
            "Tells the myeloma's band from that of an antibody given: DIRA, HYDRASHIFT or mass spectrometry. "
            "Negative = the band is the antibody's."
        ),
        source=sources.IMWG,
    )  # fmt: skip
    oligoclonal = YesNo(
        _("Is the band oligoclonal?"), cdash="OLIGOYN", sdtm="SUPPLB.OLIGOYN", required=False,
        help=_("A band of another isotype than the myeloma's, as seen when immunity recovers."),
        source=sources.IMWG,
    )  # fmt: skip

    urine = Section(_("Urine of 24 hours"))
    urine_m_protein = Number(
        _("M-protein in urine"), unit="mg/(24.h)", places=0, digits=6, hard=(0, 100000), soft=(0, 20000),
        cdash="MPROTU_LBORRES", sdtm="LB.LBORRES:MPROTEXR", critical=True,
        help=_(
            "Bence Jones protein of a 24 hour collection, in mg in 24 h: concentration times volume. 0 if none is "
            "seen."
        ),
        source=sources.IMWG,
    )  # fmt: skip
    urine_immunofixation = Coded(
        _("Immunofixation of urine"), codelists.BandResult, cdash="IFEU_LBORRES", sdtm="LB.LBORRES:MPIGISO", critical=True,
        help=_(
            "Of the same collection. A complete response asks for it even where there was never a protein in urine."
        ),
        source=sources.IMWG,
    )  # fmt: skip

    chains = Section(_("Free light chains in serum"))
    kappa_flc = Number(
        _("Kappa"), unit="mg/L", places=2, digits=8, hard=(0, 100000), soft=("0.3", 20000), cdash="KAPPA_LBORRES",
        sdtm="LB.LBORRES:KLCFR", critical=True,
        help=_("Free kappa in serum, in mg/L: 1 mg/dL is 10. The same assay each time."), source=sources.IMWG,
    )  # fmt: skip
    kappa_below_loq = YesNo(
        _("Kappa below the limit of quantification?"), cdash="KAPPABLQ", sdtm="SUPPLB.LBBLQ", required=False,
        help=_("If yes, the limit is entered as the value."), source=sources.IMWG,
    )  # fmt: skip
    lambda_flc = Number(
        _("Lambda"), unit="mg/L", places=2, digits=8, hard=(0, 100000), soft=("0.3", 20000), cdash="LAMBDA_LBORRES",
        sdtm="LB.LBORRES:LLCFR", critical=True,
        help=_("Free lambda in serum, in mg/L: 1 mg/dL is 10. The same assay each time."), source=sources.IMWG,
    )  # fmt: skip
    lambda_below_loq = YesNo(
        _("Lambda below the limit of quantification?"), cdash="LAMBDABLQ", sdtm="SUPPLB.LBBLQ", required=False,
        help=_("If yes, the limit is entered as the value."), source=sources.IMWG,
    )  # fmt: skip

    others = Section(_("Immunoglobulins and calcium"))
    igg = Number(
        _("IgG"), unit="g/L", places=2, digits=5, hard=(0, 200), soft=(0, 120), cdash="IGG_LBORRES",
        sdtm="LB.LBORRES:IGG", required=False,
        help=_("Total IgG in g/L. Not used for response: immunoglobulin given would count as myeloma."),
    )  # fmt: skip
    iga = Number(
        _("IgA"), unit="g/L", places=2, digits=5, hard=(0, 200), soft=(0, 120), cdash="IGA_LBORRES",
        sdtm="LB.LBORRES:IGA", required=False,
        help=_("Total IgA in g/L."),
    )  # fmt: skip
    igm = Number(
        _("IgM"), unit="g/L", places=2, digits=5, hard=(0, 200), soft=(0, 60), cdash="IGM_LBORRES", sdtm="LB.LBORRES:IGM",
        required=False,
        help=_("Total IgM in g/L."),
    )  # fmt: skip
    calcium = Number(
        _("Calcium"), unit="mmol/L", places=2, digits=4, hard=("0.5", 6), soft=("1.8", "3.2"), cdash="CA_LBORRES",
        sdtm="LB.LBORRES:CA", required=False,
        help=_("Total calcium in mmol/L: 1 mg/dL is 0.2495. Compared with the chemistry of the same day."),
    )  # fmt: skip
    spurious = YesNo(
        _("Does the laboratory doubt these values?"), cdash="LBSPURYN", sdtm="SUPPLB.LBSPURYN", required=False,
        help=_(
            "Yes, if the laboratory reports a mix-up, dilution or interference. Doubted values take no part in the "
            "response."
        ),
        source=sources.IMWG,
    )  # fmt: skip

    response = Derived(_("Response of this assessment"), myeloma.response_on, whole=MYELOMA)
    confirmed = Derived(_("After confirmation"), myeloma.confirmed_on, whole=MYELOMA)

    lab01 = timing.not_in_the_future("LAB-01", "sampled_on")
    lab02 = timing.in_the_visit("LAB-02", "sampled_on")
    lab03 = timing.since_consent("LAB-03", "sampled_on")
    lab04 = Check(
        "LAB-04",
        _("An M-protein is measured in serum, but immunofixation of serum is negative. Please check both results."),
        lambda form: beside.band_of(form, "serum"),
        item="serum_immunofixation",
        sees=("serum_m_protein", "serum_immunofixation"),
    )
    lab05 = Check(
        "LAB-05",
        _("An M-protein is measured in urine, but immunofixation of urine is negative. Please check both results."),
        lambda form: beside.band_of(form, "urine"),
        item="urine_immunofixation",
        sees=("urine_m_protein", "urine_immunofixation"),
    )
    lab06 = Check(
        "LAB-06",
        _(
            "A light chain is below the limit of quantification, but the limit is missing. Please enter it as the value."
        ),
        beside.limits_entered,
        item="kappa_flc",
        sees=("kappa_below_loq", "kappa_flc", "lambda_below_loq", "lambda_flc"),
    )
    lab07 = Check(
        "LAB-07",
        _(
            "Both light chains are below the limit of quantification before the infusion. Please check them against the report."
        ),
        beside.light_chains_at_entry,
        item="kappa_below_loq",
        sees=("sampled_on", "kappa_below_loq", "lambda_below_loq"),
    )
    lab08 = Check(
        "LAB-08",
        _("The band is called oligoclonal, but no immunofixation shows a band. Please check both."),
        beside.band_is_there,
        item="oligoclonal",
        sees=("oligoclonal", "serum_immunofixation", "urine_immunofixation"),
    )
    lab09 = Check(
        "LAB-09",
        _("A reflex test is recorded, but immunofixation of serum shows no band. Please check both results."),
        beside.reflex_of_a_band,
        item="serum_reflex",
        sees=("serum_immunofixation", "serum_reflex"),
    )
    lab10 = Check(
        "LAB-10",
        _(
            "The band is faint after an antibody against CD38. Please enter the reflex test, or confirm that it was not done."
        ),
        beside.reflex_done,
        item="serum_reflex",
        sees=("serum_m_protein", "serum_immunofixation", "serum_reflex"),
        reads=("myeloma_history.prior_anti_cd38",),
    )
    lab11 = Check(
        "LAB-11",
        _(
            "The history names a myeloma without this M-protein. Please check the value, and the heavy chain in the history."
        ),
        beside.protein_of_the_history,
        item="serum_m_protein",
        sees=("serum_m_protein", "urine_m_protein"),
        reads=("myeloma_history.heavy_chain",),
    )
    lab12 = Check(
        "LAB-12",
        _("The M-protein is far more than the immunoglobulin of its class. Please check value and unit of both."),
        beside.protein_in_its_class,
        item="serum_m_protein",
        sees=("serum_m_protein", "igg", "iga", "igm"),
        reads=("myeloma_history.heavy_chain",),
    )
