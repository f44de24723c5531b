"""CAR-T persistence: how many CAR-T cells a blood sample holds, and the curve that the samples of its method make."""

from django.utils.translation import gettext_lazy as _

from crf import codelists
from crf.checks import blood, timing
from crf.declare.form import Check, Crf, Section
from crf.declare.items import Coded, Date, Number, When
from crf.kinetics import of_curve


class CartPersistence(Crf, title=_("CAR-T persistence"), about_day="sampled_on", chapter="kinetics"):
    """One blood sample."""

    sample = Section(_("Sample"))
    sampled_on = Date(
        _("Date of the sample"), cdash="PCDAT", sdtm="PC.PCDTC", critical=True,
        help=_("The day blood was drawn."),
    )  # fmt: skip
    nominal_month = Number(
        _("Planned month"), places=0, digits=3, hard=(1, 180), cdash="PCTPTNUM", sdtm="PC.PCTPTNUM", required=False,
        help=_("The month this sample stands for, whatever its day; blank before month 1, and if it was not planned."),
    )  # fmt: skip

    result = Section(_("Result"))
    method = Coded(
        _("Method"), codelists.PersistenceMethod, cdash="CART_PCMETHOD", sdtm="PC.PCMETHOD", critical=True,
        help=_("The same method each time; another one is not comparable."),
    )  # fmt: skip
    unit = Coded(
        _("Unit"), codelists.PersistenceUnit, cdash="CART_PCORRESU", sdtm="PC.PCORRESU", critical=True,
        help=_("Copies per µg of genomic DNA for PCR, cells per µL for flow cytometry."),
    )  # fmt: skip
    below = Coded(
        _("Below a limit of the assay?"), codelists.BelowLimit, cdash="CART_PCBELOW", sdtm="SUPPPC.PCBELOW",
        required=False, critical=True,
        help=_("Detection: nothing seen. Quantification: seen, but too little to count. Blank if there is a value."),
    )  # fmt: skip
    limit = Number(
        _("That limit"), places=2, digits=9, hard=(0, None), cdash="CART_PCLLOQ", sdtm="PC.PCLLOQ",
        shown_if=When("below", "BLD", "BLQ"),
        help=_("The limit of this run, as the report says, in the unit chosen."),
    )  # fmt: skip
    value = Number(
        _("CAR-T cells"), places=2, digits=12, hard=(0, None), soft=(None, 1000000), cdash="CART_PCORRES",
        sdtm="PC.PCORRES:CARGENE", required=False, critical=True,
        help=_("In the unit chosen; blank if below a limit. Never enter 0 for \"not detected\"."),
    )  # fmt: skip

    cmax = of_curve(_("Cmax"), "cmax")
    tmax = of_curve(_("Tmax"), "tmax")
    tlast = of_curve(_("Tlast"), "tlast")
    area_28 = of_curve(_("AUC, days 0 to 28"), "area_28")
    area_90 = of_curve(_("AUC, days 0 to 90"), "area_90")
    half_life = of_curve(_("Half-life"), "half_life")

    per01 = timing.not_in_the_future("PER-01", "sampled_on")
    per02 = timing.in_the_visit("PER-02", "sampled_on")
    per03 = timing.since_infusion("PER-03", "sampled_on")
    per04 = Check(
        "PER-04",
        _("A sample has either a value or a limit that it is below, never both or neither. Please correct it."),
        blood.value_or_limit,
        item="value",
        sees=("value", "below"),
    )
    per05 = Check(
        "PER-05",
        _(
            "The unit is not that of the method: PCR counts copies, flow cytometry counts cells. Please correct one of them."
        ),
        blood.unit_of_the_method,
        item="unit",
        sees=("method", "unit"),
    )
    per06 = Check(
        "PER-06",
        _("The planned month is not that of this visit. Please correct it, or enter the sample at its own visit."),
        blood.month_of_the_visit,
        item="nominal_month",
        sees=("nominal_month",),
    )
    per07 = Check(
        "PER-07",
        _("A value of zero is below the limit of detection. Please choose the limit, and leave the value blank."),
        blood.zero_is_below,
        item="value",
        sees=("value", "below"),
    )
    per08 = Check(
        "PER-08",
        _(
            "The method differs from that of the subject's other samples. Please confirm that it was changed, or correct it."
        ),
        blood.same_method,
        item="method",
        sees=("method",),
        reads=("cart_persistence.method",),
    )
