"""Inflammation: C-reactive protein, ferritin, interleukin-6 and procalcitonin."""

from django.utils.translation import gettext_lazy as _

from crf.checks import laboratory, timing
from crf.declare.form import Check, Crf, Section
from crf.declare.items import DateTime, Number
from crf.iec_hs import findings


class Inflammation(Crf, title=_("Inflammation"), repeats=True, about_day="sampled_at"):
    """The markers that rise with cytokine release and with infection."""

    when = Section(_("When"))
    sampled_at = DateTime(_("Date and time of the sample"), cdash="LBDAT", sdtm="LB.LBDTC", critical=True)

    markers = Section(_("Markers in serum"))
    crp = Number(
        _("C-reactive protein"), unit="mg/L", places=1, digits=5, hard=(0, 1000), soft=(0, 400), cdash="CRP_LBORRES",
        sdtm="LB.LBORRES", critical=True,
    )  # fmt: skip
    ferritin = Number(
        _("Ferritin"), unit="ug/L", places=0, digits=7, hard=(0, 1000000), soft=(5, 50000), cdash="FERRITIN_LBORRES",
        sdtm="LB.LBORRES", critical=True,
    )  # fmt: skip
    il6 = Number(
        _("Interleukin-6"), unit="ng/L", places=1, digits=8, hard=(0, 1000000), soft=(0, 20000), cdash="INTLK6_LBORRES",
        sdtm="LB.LBORRES",
        help=_("Rises for days after tocilizumab, which blocks its receptor."),
    )  # fmt: skip
    procalcitonin = Number(
        _("Procalcitonin"), unit="ug/L", places=2, digits=6, hard=(0, 1000), soft=(0, 50), cdash="PCT_LBORRES",
        sdtm="LB.LBORRES", required=False,
    )  # fmt: skip

    iec_hs = findings()

    inf01 = timing.not_in_the_future("INF-01", "sampled_at", time=True)
    inf02 = timing.in_the_visit("INF-02", "sampled_at")
    inf03 = timing.since_consent("INF-03", "sampled_at")
    inf04 = Check(
        "INF-04",
        _("The CRP is far below the values before and after, as if in mg/dL. Please check value and unit."),
        laboratory.crp_among_neighbours,
        item="crp",
        sees=("sampled_at", "crp"),
        reads=("inflammation.sampled_at", "inflammation.crp"),
    )
    inf05 = Check(
        "INF-05",
        _("The procalcitonin is very high beside a low CRP, as if in ng/L. Please enter it in µg/L, or confirm it."),
        laboratory.procalcitonin_unit,
        item="procalcitonin",
        sees=("crp", "procalcitonin"),
    )
