"""Haematology: the blood count, with the grade of each cytopenia."""

from collections.abc import Callable
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from crf.checks import blood, timing
from crf.declare.form import Check, Crf, Derived, Section
from crf.declare.items import DateTime, Number
from trial import protocol
from trial.rules import ctcae
from trial.rules.verdict import Verdict

SEX = {"sex": "demographics.sex"}


def graded(item: str) -> Callable[..., Verdict]:
    """The CTCAE rule of an item of this form; the limit of normal of haemoglobin depends on the sex."""

    def rule(value: Decimal | None, sex: str | None) -> Verdict:
        lln = protocol.lower_limit(item, sex)
        return ctcae.grade(ctcae.TERM_OF_ITEM[item], value, lln=lln, version=protocol.CTCAE_VERSION)

    return rule


class Haematology(Crf, title=_("Haematology"), repeats=True, about_day="sampled_at"):
    """One blood count."""

    when = Section(_("When"))
    sampled_at = DateTime(_("Date and time of the sample"), cdash="LBDAT", sdtm="LB.LBDTC", critical=True)

    counts = Section(_("Blood count"))
    haemoglobin = Number(
        _("Haemoglobin"), unit="g/L", places=0, digits=3, hard=(10, 250), soft=(50, 200), cdash="HGB_LBORRES",
        sdtm="LB.LBORRES", critical=True,
    )  # fmt: skip
    leukocytes = Number(
        _("Leukocytes"), unit="10*9/L", places=2, digits=6, hard=(0, 1000), soft=(0, 60), cdash="WBC_LBORRES",
        sdtm="LB.LBORRES", critical=True,
    )  # fmt: skip
    neutrophils = Number(
        _("Neutrophils"), unit="10*9/L", places=2, digits=6, hard=(0, 500), soft=(0, 40), cdash="NEUT_LBORRES",
        sdtm="LB.LBORRES", critical=True,
    )  # fmt: skip
    lymphocytes = Number(
        _("Lymphocytes"), unit="10*9/L", places=2, digits=6, hard=(0, 500), soft=(0, 30), cdash="LYM_LBORRES",
        sdtm="LB.LBORRES",
    )  # fmt: skip
    platelets = Number(
        _("Platelets"), unit="10*9/L", places=0, digits=4, hard=(0, 3000), soft=(0, 900), cdash="PLAT_LBORRES",
        sdtm="LB.LBORRES", critical=True,
    )  # fmt: skip

    haemoglobin_grade = Derived(
        _("Haemoglobin by CTCAE"), graded("haemoglobin"), items={"value": "haemoglobin"}, elsewhere=SEX
    )
    leukocytes_grade = Derived(
        _("Leukocytes by CTCAE"), graded("leukocytes"), items={"value": "leukocytes"}, elsewhere=SEX
    )
    neutrophils_grade = Derived(
        _("Neutrophils by CTCAE"), graded("neutrophils"), items={"value": "neutrophils"}, elsewhere=SEX
    )
    lymphocytes_grade = Derived(
        _("Lymphocytes by CTCAE"), graded("lymphocytes"), items={"value": "lymphocytes"}, elsewhere=SEX
    )
    platelets_grade = Derived(_("Platelets by CTCAE"), graded("platelets"), items={"value": "platelets"}, elsewhere=SEX)

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
