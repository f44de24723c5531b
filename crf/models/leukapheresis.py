"""Leukapheresis: the cells collected, what was made of them, and whether the product was released."""

from django.utils.translation import gettext_lazy as _

from crf import codelists
from crf.checks import timing, treatment
from crf.declare.form import Check, Crf, Section
from crf.declare.items import Coded, Date, Number, Text, When


class Leukapheresis(Crf, title=_("Leukapheresis and product"), about_day="collected_on", chapter="treatment"):
    """One collection and the product of it."""

    collection = Section(_("Collection"))
    collected_on = Date(
        _("Date of leukapheresis"), cdash="PRSTDAT_LKA", sdtm="PR.PRSTDTC", critical=True,
        help=_("First day of the collection from which this product was made."),
    )  # fmt: skip
    batch = Text(
        _("Batch"), limit=40, cdash="BATCHID", sdtm="EX.EXLOT", critical=True,
        help=_("Batch number as printed on the bag and the certificate of analysis."),
    )  # fmt: skip

    product = Section(_("Product"), _("As on the certificate of analysis."))
    viability = Number(
        _("Viable cells"), unit="%", places=1, digits=4, hard=(0, 100), soft=(70, 100), cdash="VIAB",
        sdtm="BS.BSORRES:VIABLE",
        help=_("Percent of living cells in the final product, before freezing."),
    )  # fmt: skip
    transduction = Number(
        _("Cells that carry the receptor"), unit="%", places=1, digits=4, hard=(0, 100), soft=(10, 90),
        cdash="TRANSD", sdtm="BS.BSORRES:TRANSD",
        help=_("Percent of T cells that carry the receptor, by flow cytometry of the final product."),
    )  # fmt: skip
    cd4_cd8_ratio = Number(
        _("CD4:CD8 ratio"), places=2, digits=5, hard=(0, 100), soft=("0.1", 10), cdash="CD4CD8", sdtm="BS.BSORRES:CD4CD8",
        required=False,
        help=_("Of the final product: 1.5 means three CD4 cells to two CD8 cells. Blank if not reported."),
    )  # fmt: skip
    vector_copy_number = Number(
        _("Vector copy number"), unit="{copies}/{cell}", places=2, digits=5, hard=(0, 50), soft=("0.1", 5),
        cdash="VCN", sdtm="BS.BSORRES:VCN", required=False,
        help=_("Mean copies of the vector per cell of the final product. Blank if not reported."),
    )  # fmt: skip
    sterility = Coded(
        _("Sterility"), codelists.Sterility, cdash="STERIL", sdtm="SUPPEX.STERIL", critical=True,
        help=_("Result of the final test; \"pending\" while a culture still runs, and corrected when it is read."),
    )  # fmt: skip

    decision = Section(_("Decision"))
    release = Coded(
        _("Release"), codelists.Release, cdash="RELEASE", sdtm="SUPPEX.RELEASE", critical=True,
        help=_("The decision of the quality department on this batch."),
    )  # fmt: skip
    released_on = Date(
        _("Date of the decision"), cdash="RELDAT", sdtm="SUPPEX.RELDTC", critical=True,
        shown_if=When("release", "RELEASED", "REJECTED"),
        help=_("Date of the signature under that decision."),
    )  # fmt: skip

    lka01 = timing.not_in_the_future("LKA-01", "collected_on")
    lka02 = timing.not_in_the_future("LKA-02", "released_on")
    lka03 = Check(
        "LKA-03",
        _("The decision is earlier than the collection. Please correct one of the dates."),
        lambda form: None if None in (form.collected_on, form.released_on) else form.released_on >= form.collected_on,
        item="released_on",
        sees=("collected_on", "released_on"),
        hard=True,
    )
    lka04 = Check(
        "LKA-04",
        _("A product that failed its sterility test is released. Please correct one of them."),
        treatment.released_is_sterile,
        item="sterility",
        sees=("sterility", "release"),
        hard=True,
    )
    lka05 = Check(
        "LKA-05",
        _("The product is released while sterility is pending. Please enter the result, or confirm the early release."),
        treatment.sterility_known,
        item="sterility",
        sees=("sterility", "release"),
    )
    lka06 = Check(
        "LKA-06",
        _("The collection is not before the infusion. Please correct one of the dates."),
        treatment.collected_before_infusion,
        item="collected_on",
        sees=("collected_on",),
        reads=treatment.INFUSION_READS,
    )
    lka07 = timing.in_the_visit("LKA-07", "collected_on")
