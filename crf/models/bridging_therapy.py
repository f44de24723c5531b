"""Bridging therapy: what held the myeloma between the collection of the cells and the lymphodepletion."""

from django.utils.translation import gettext_lazy as _

from crf import codelists
from crf.checks import timing, treatment
from crf.declare.form import Check, Log, Section
from crf.declare.items import Coded, Date, Number, Text


class BridgingTherapy(Log, title=_("Bridging therapy"), about_day="started_on", chapter="treatment"):
    """One drug or one course of radiotherapy."""

    therapy = Section(_("Therapy"))
    drug = Text(
        _("Drug or radiotherapy"), cdash="CMTRT_BRG", sdtm="CM.CMTRT", critical=True,
        help=_("One drug an entry, by its generic name; or radiotherapy with its field."),
    )  # fmt: skip
    dose = Number(
        _("Dose"), places=2, digits=9, hard=(0, None), cdash="CMDOSE_BRG", sdtm="CM.CMDOSE", required=False,
        help=_("A single dose; of radiotherapy the whole dose in Gy."),
    )  # fmt: skip
    dose_unit = Coded(
        _("Unit"), codelists.MedicationUnit, cdash="CMDOSU_BRG", sdtm="CM.CMDOSU", required=False,
        help=_("Unit of that dose."),
    )  # fmt: skip
    started_on = Date(
        _("First day"), cdash="CMSTDAT_BRG", sdtm="CM.CMSTDTC", critical=True,
        help=_("First day, after the leukapheresis and before lymphodepletion."),
    )  # fmt: skip
    ended_on = Date(
        _("Last day"), cdash="CMENDAT_BRG", sdtm="CM.CMENDTC", required=False,
        help=_("Last day given. Blank while it is given."),
    )  # fmt: skip

    brg01 = timing.not_in_the_future("BRG-01", "started_on")
    brg02 = timing.not_in_the_future("BRG-02", "ended_on")
    brg03 = timing.in_order("BRG-03", "started_on", "ended_on")
    brg04 = Check(
        "BRG-04",
        _("Bridging goes on to the infusion or starts after it. Please correct the dates, or enter another log."),
        treatment.bridged_before_infusion,
        item="started_on",
        sees=("started_on", "ended_on"),
        reads=treatment.INFUSION_READS,
    )
    brg05 = Check(
        "BRG-05",
        _("Bridging starts before the leukapheresis. Please correct the date, or enter it as prior therapy."),
        treatment.bridged_after_collection,
        item="started_on",
        sees=("started_on",),
        reads=treatment.APHERESIS_READS,
    )
    brg06 = Check(
        "BRG-06",
        _("Dose and unit go together, and one of them is missing. Please enter it."),
        treatment.dose_has_unit,
        item="dose",
        sees=("dose", "dose_unit"),
    )
