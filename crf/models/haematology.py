"""Haematology: the blood count, with the grade of each cytopenia, and of all counts since the infusion together."""

from django.utils.translation import gettext_lazy as _

from crf import sources
from crf.checks import blood, timing
from crf.declare.form import Check, Crf, Derived, Section
from crf.declare.items import DateTime, Number
from crf.haematotoxicity import HAEMATOTOXICITY
from crf.iec_hs import findings
from crf.laboratory import graded
from trial import units
from trial.rules import haematotoxicity


class Haematology(Crf, title=_("Haematology"), repeats=True, about_day="sampled_at", chapter="laboratory"):
    """One blood count."""

    when = Section(_("When"))
    sampled_at = DateTime(
        _("Date and time of the sample"), cdash="LBDAT", sdtm="LB.LBDTC", critical=True,
        help=_("When blood was drawn, on the site's clock; not when the result came."),
    )  # fmt: skip

    counts = Section(_("Blood count"))
    haemoglobin = Number(
        _("Haemoglobin"), unit="g/L", places=0, digits=3, hard=(10, 250), soft=(50, 200), cdash="HGB_LBORRES",
        sdtm="LB.LBORRES:HGB", critical=True, also=units.ALSO["haemoglobin"],
        help=_("In the unit of the report; g/dL is converted to g/L."), source=sources.CTCAE,
    )  # fmt: skip
    leukocytes = Number(
        _("Leukocytes"), unit="10*9/L", places=2, digits=6, hard=(0, 1000), soft=(0, 60), cdash="WBC_LBORRES",
        sdtm="LB.LBORRES:WBC", critical=True,
        help=_("All white cells, in 10⁹/L (the same as 10³/µL)."), source=sources.CTCAE,
    )  # fmt: skip
    neutrophils = Number(
        _("Neutrophils"), unit="10*9/L", places=2, digits=6, hard=(0, 500), soft=(0, 40), cdash="NEUT_LBORRES",
        sdtm="LB.LBORRES:NEUT", critical=True,
        help=_("Absolute count with bands, in 10⁹/L, not the percentage. 500/µL is 0.5."), source=sources.CTCAE,
    )  # fmt: skip
    lymphocytes = Number(
        _("Lymphocytes"), unit="10*9/L", places=2, digits=6, hard=(0, 500), soft=(0, 30), cdash="LYM_LBORRES",
        sdtm="LB.LBORRES:LYM",
        help=_("Absolute count in 10⁹/L, not the percentage."), source=sources.CTCAE,
    )  # fmt: skip
    platelets = Number(
        _("Platelets"), unit="10*9/L", places=0, digits=4, hard=(0, 3000), soft=(0, 900), cdash="PLAT_LBORRES",
        sdtm="LB.LBORRES:PLAT", critical=True,
        help=_("In 10⁹/L, before a transfusion of the same day where there was one."), source=sources.CTCAE,
    )  # fmt: skip

    haemoglobin_grade = graded(_("Haemoglobin by CTCAE"), "haemoglobin")
    leukocytes_grade = graded(_("Leukocytes by CTCAE"), "leukocytes")
    neutrophils_grade = graded(_("Neutrophils by CTCAE"), "neutrophils")
    lymphocytes_grade = graded(_("Lymphocytes by CTCAE"), "lymphocytes")
    platelets_grade = graded(_("Platelets by CTCAE"), "platelets")
    early_icaht = Derived(_("Early ICAHT, all counts"), haematotoxicity.early_on, whole=HAEMATOTOXICITY)
    late_icaht = Derived(_("Late ICAHT, all counts"), haematotoxicity.late_on, whole=HAEMATOTOXICITY)
    early_t_icaht = Derived(
        _("Early T-ICAHT (platelets), all counts"), haematotoxicity.platelets_early_on, whole=HAEMATOTOXICITY
    )
    late_t_icaht = Derived(
        _("Late T-ICAHT (platelets), all counts"), haematotoxicity.platelets_late_on, whole=HAEMATOTOXICITY
    )
    iec_hs = findings()

    hem01 = timing.not_in_the_future("HEM-01", "sampled_at", time=True)
    hem02 = timing.in_the_visit("HEM-02", "sampled_at")
    hem03 = timing.since_consent("HEM-03", "sampled_at")
    hem04 = Check(
        "HEM-04",
        _(
            "Neutrophils and lymphocytes together are more than all leukocytes. Please check the counts and their units."
        ),
        blood.parts_fit,
        item="leukocytes",
        sees=("leukocytes", "neutrophils", "lymphocytes"),
    )
    hem05 = Check(
        "HEM-05",
        _("This haemoglobin looks like one in another unit. Please enter it in g/L, or confirm it."),
        blood.haemoglobin_unit,
        item="haemoglobin",
        sees=("haemoglobin",),
    )
    hem06 = Check(
        "HEM-06",
        _(
            "The platelets are far from the counts before and after, as if in another unit. Please check value and unit."
        ),
        blood.platelets_among_neighbours,
        item="platelets",
        sees=("sampled_at", "platelets"),
        reads=("haematology.sampled_at", "haematology.platelets"),
    )
