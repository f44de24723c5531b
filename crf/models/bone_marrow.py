"""Bone marrow: plasma cells, clonality, measurable residual disease, and the two antigens."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.utils.translation import gettext_lazy as _

from crf import codelists, sources
from crf.checks import myeloma as beside
from crf.checks import timing
from crf.declare.form import Check, Crf, Derived, Section
from crf.declare.items import Coded, Date, Number, When, YesNo
from crf.myeloma import MYELOMA
from crf.residual import PETS, residual_with_pet
from trial.rules import mrd, myeloma
from trial.rules.verdict import Verdict


def _residual_at(threshold: str) -> Callable[..., Verdict]:
    """The rule of MRD at a threshold, as a function of the items of this form."""

    def judged(mrd_method: Any, mrd_sensitivity: Any, mrd_result: Any, mrd_level: Any) -> Verdict:
        marrow = SimpleNamespace(
            mrd_method=mrd_method, mrd_sensitivity=mrd_sensitivity, mrd_result=mrd_result, mrd_level=mrd_level
        )
        return mrd.at_threshold(marrow, threshold)

    return judged


class BoneMarrow(Crf, title=_("Bone marrow"), about_day="sampled_on", chapter="response"):
    """Aspirate and biopsy with what was found in them."""

    when = Section(_("When"))
    sampled_on = Date(
        _("Date of the marrow"), cdash="PRSTDAT_BM", sdtm="PR.PRSTDTC", critical=True,
        help=_("The day of the puncture. Molecular results that come later belong to this day too."),
        source=sources.IMWG,
    )  # fmt: skip

    cells = Section(_("Plasma cells"), _("At least one of aspirate and biopsy."))
    plasma_cells_aspirate = Number(
        _("In the aspirate"), unit="%", places=1, digits=4, hard=(0, 100), cdash="PCASP_LBORRES", sdtm="LB.LBORRES:PLSTCECE",
        required=False, critical=True,
        help=_("Percent of nucleated cells in the smear of the aspirate, by microscopy."), source=sources.IMWG,
    )  # fmt: skip
    plasma_cells_biopsy = Number(
        _("In the biopsy"), unit="%", places=1, digits=4, hard=(0, 100), cdash="PCBX_LBORRES", sdtm="LB.LBORRES:PLSTCECE",
        required=False, critical=True,
        help=_("Percent in the biopsy with CD138. The higher of aspirate and biopsy counts."),
        source=sources.IMWG,
    )  # fmt: skip
    plasma_cells_flow = Number(
        _("By flow cytometry"), unit="%", places=2, digits=5, hard=(0, 100), cdash="PCFLW_LBORRES", sdtm="LB.LBORRES:PLSTCECE",
        required=False,
        help=_(
            "Percent by flow cytometry. It is usually lower than by microscopy and cannot prove a complete "
            "response."
        ),
        source=sources.IMWG,
    )  # fmt: skip

    clone = Section(_("Clonality"))
    clonality_method = Coded(
        _("Tested by"), codelists.ClonalityMethod, cdash="CLON_LBMETHOD", sdtm="LB.LBMETHOD:PLSCLONE", critical=True,
        help=_("How kappa and lambda of the plasma cells were told apart."), source=sources.IMWG,
    )  # fmt: skip
    kappa_lambda_ratio = Number(
        _("Kappa to lambda of the plasma cells"), places=2, digits=6, hard=(0, 1000), cdash="KLRPC_LBORRES",
        sdtm="LB.LBORRES:PLSKLR", required=False, shown_if=When("clonality_method", "IHC", "FLOW"),
        help=_("Kappa cells divided by lambda cells: 4 stands for 4:1, 0.5 for 1:2."), source=sources.IMWG,
    )  # fmt: skip
    plasma_cells_counted = Number(
        _("Plasma cells counted"), unit="{cells}", places=0, digits=6, hard=(0, 100000), cdash="PCCNT_LBORRES",
        sdtm="LB.LBORRES:PLSTCE", required=False, shown_if=When("clonality_method", "IHC", "FLOW"),
        help=_("A stringent complete response by histochemistry asks for at least 100."), source=sources.IMWG,
    )  # fmt: skip
    clonal = YesNo(
        _("Are the plasma cells clonal?"), cdash="CLONYN", sdtm="LB.LBORRES:PLSCLONE", critical=True,
        shown_if=When("clonality_method", "IHC", "FLOW"),
        help=_("As the pathologist concludes. For a kappa subject above 4:1, for a lambda subject below 1:2."),
        source=sources.IMWG,
    )  # fmt: skip

    residual = Section(_("Measurable residual disease"))
    mrd_method = Coded(
        _("Method"), codelists.MrdMethod, cdash="MRD_LBMETHOD", sdtm="LB.LBMETHOD:MRD", critical=True,
        help=_("Not done, if no test for residual disease was made of this marrow."), source=sources.MRD,
    )  # fmt: skip
    mrd_sensitivity = Coded(
        _("Sensitivity reached"), codelists.MrdSensitivity, cdash="MRD_LBLLOD", sdtm="LB.LBLLOD:MRD", critical=True,
        shown_if=When("mrd_method", "NGF", "FLOW", "NGS"),
        help=_("What this very test reached, as its report says, not what the method can reach at best."),
        source=sources.MRD,
    )  # fmt: skip
    mrd_result = Coded(
        _("Result"), codelists.MrdResult, cdash="MRD_LBORRES", sdtm="LB.LBORRES:MRD", critical=True,
        shown_if=When("mrd_method", "NGF", "FLOW", "NGS"),
        help=_("As the report concludes at the sensitivity above."), source=sources.MRD,
    )  # fmt: skip
    mrd_level = Number(
        _("Myeloma cells as a fraction of nucleated cells"), places=7, digits=8, hard=(0, 1), cdash="MRDLVL_LBORRES",
        sdtm="LB.LBORRES:MRDLVL", required=False, shown_if=When("mrd_result", "POSITIVE"),
        help=_("0.0001 = one in ten thousand. Blank if the report says only that it was detected."),
        source=sources.MRD,
    )  # fmt: skip

    antigens = Section(_("Antigens"), _("Share of plasma cells, at screening and at relapse."))
    bcma_positive = Number(
        _("BCMA positive"), unit="%", places=0, digits=3, hard=(0, 100), cdash="BCMA_LBORRES", sdtm="LB.LBORRES:BCMAPOS",
        required=False,
        help=_("Percent of plasma cells with BCMA by flow cytometry or histochemistry."),
    )  # fmt: skip
    cd38_positive = Number(
        _("CD38 positive"), unit="%", places=0, digits=3, hard=(0, 100), cdash="CD38_LBORRES", sdtm="LB.LBORRES:CD38POS",
        required=False,
        help=_("Percent of plasma cells with CD38, by an antibody that an earlier anti-CD38 drug does not block."),
    )  # fmt: skip

    response = Derived(_("Response of this assessment"), myeloma.response_on, whole=MYELOMA)
    mrd_1e4 = Derived(_("MRD at 1e-4"), _residual_at("1e-4"))
    mrd_1e5 = Derived(_("MRD at 1e-5"), _residual_at("1e-5"))
    mrd_1e6 = Derived(_("MRD at 1e-6"), _residual_at("1e-6"))
    antigens_kept = Derived(_("Antigens at relapse"), myeloma.antigens_on, whole=MYELOMA)
    imaging_plus = Derived(_("MRD at 1e-5 with PET"), residual_with_pet, whole=PETS)

    bma01 = timing.not_in_the_future("BMA-01", "sampled_on")
    bma02 = timing.in_the_visit("BMA-02", "sampled_on")
    bma03 = timing.since_consent("BMA-03", "sampled_on")
    bma04 = Check(
        "BMA-04",
        _(
            "Plasma cells are counted neither in the aspirate nor in the biopsy. Please enter one, or confirm that neither was possible."
        ),
        beside.cells_counted,
        item="plasma_cells_aspirate",
        sees=("plasma_cells_aspirate", "plasma_cells_biopsy"),
    )
    bma05 = Check(
        "BMA-05",
        _(
            "The ratio of kappa to lambda contradicts the answer on clonality. Please check both, and the light chain in the history."
        ),
        beside.clonal_by_ratio,
        item="clonal",
        sees=("kappa_lambda_ratio", "clonal"),
        reads=("myeloma_history.light_chain",),
    )
    bma06 = Check(
        "BMA-06",
        _(
            "Residual disease is detected, but its level is missing. Please enter it, or confirm that it was not reported."
        ),
        lambda form: None if form.mrd_result != "POSITIVE" else form.mrd_level is not None,
        item="mrd_level",
        sees=("mrd_result", "mrd_level"),
    )
    bma07 = Check(
        "BMA-07",
        _("The level of residual disease is below the sensitivity reached. Please check both against the report."),
        beside.level_seen,
        item="mrd_level",
        sees=("mrd_sensitivity", "mrd_level"),
    )
    bma08 = Check(
        "BMA-08",
        _("Residual disease has a result without the sensitivity reached, so it cannot be judged. Please enter it."),
        lambda form: None if form.mrd_result is None else form.mrd_sensitivity is not None,
        item="mrd_sensitivity",
        sees=("mrd_result", "mrd_sensitivity"),
    )
    bma09 = Check(
        "BMA-09",
        _("Residual disease is not detected, but the plasma cells are clonal. Please check both results."),
        beside.negative_without_clone,
        item="mrd_result",
        sees=("mrd_result", "clonal"),
    )
    bma10 = Check(
        "BMA-10",
        _(
            "The level of residual disease is higher than the plasma cells allow. Please check that it is a fraction, not a percentage."
        ),
        beside.level_is_a_fraction,
        item="mrd_level",
        sees=("mrd_level", "plasma_cells_aspirate", "plasma_cells_biopsy"),
    )
