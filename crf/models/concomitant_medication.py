"""Concomitant medication: what was given beside the trial treatment, one entry a drug and course."""

from django.utils.translation import gettext_lazy as _

from crf import codelists
from crf.checks import medication, timing, treatment
from crf.declare.form import Check, Log, Section
from crf.declare.items import Coded, Number, PartialDate, Text, When, YesNo


class ConcomitantMedication(
    Log,
    title=_("Concomitant medication"),
    listed=("drug", "marked", "indication", "dose", "dose_unit", "started_on", "ongoing", "ended_on"),
    chapter="medication",
):
    """One drug, why, how much and how long."""

    what = Section(_("Medication"))
    drug = Text(
        _("Drug"), cdash="CMTRT_CM", sdtm="CM.CMTRT", critical=True,
        help=_("One drug an entry, by its generic name."),
    )  # fmt: skip
    marked = Coded(
        _("One of these?"), codelists.MedicationMark, cdash="CMCAT", sdtm="CM.CMCAT", critical=True,
        help=_("Drugs that the analysis of toxicity counts; \"none of these\" for all others."),
    )  # fmt: skip
    indication = Coded(
        _("Given for"), codelists.MedicationIndication, cdash="CMINDC", sdtm="CM.CMINDC", critical=True,
        help=_("Why it was given. Given for two reasons: the one that decided."),
    )  # fmt: skip
    event = Number(
        _("Number of the adverse event"), places=0, digits=3, hard=(1, 999), cdash="CMAENO", sdtm="RELREC.RELID",
        required=False,
        help=_("The number of its entry in the log of adverse events."),
    )  # fmt: skip

    how = Section(_("Dose"))
    dose = Number(
        _("Dose"), places=3, digits=10, hard=(0, None), cdash="CMDOSE_CM", sdtm="CM.CMDOSE", required=False,
        help=_("A single dose; of a continuous infusion the highest rate."),
    )  # fmt: skip
    dose_unit = Coded(
        _("Unit"), codelists.MedicationUnit, cdash="CMDOSU_CM", sdtm="CM.CMDOSU", required=False,
        help=_("Unit of that dose or rate."),
    )  # fmt: skip
    route = Coded(
        _("Route"), codelists.Route, cdash="CMROUTE", sdtm="CM.CMROUTE",
        help=_("How it was given."),
    )  # fmt: skip

    when = Section(_("When"))
    started_on = PartialDate(
        _("Start"), cdash="CMSTDAT_CM", sdtm="CM.CMSTDTC", critical=True,
        help=_("First day. Month or day may be left out: 2019-04."),
    )  # fmt: skip
    ongoing = YesNo(
        _("Still given?"), cdash="CMONGO", sdtm="CM.CMENRF",
        help=_("At the last contact."),
    )  # fmt: skip
    ended_on = PartialDate(
        _("End"), cdash="CMENDAT_CM", sdtm="CM.CMENDTC", shown_if=When("ongoing", "N", "U"),
        help=_("Last day given. Month or day may be left out."),
    )  # fmt: skip

    cm01 = timing.not_in_the_future("CM-01", "started_on")
    cm02 = timing.not_in_the_future("CM-02", "ended_on")
    cm03 = timing.in_order("CM-03", "started_on", "ended_on")
    cm04 = timing.before_death("CM-04", "started_on", "ended_on")
    cm05 = Check(
        "CM-05",
        _("The log of adverse events has no entry of this number. Please correct the number, or log the event."),
        medication.event_exists,
        item="event",
        sees=("event",),
        reads=medication.EVENT_READS,
    )
    cm06 = Check(
        "CM-06",
        _("It is given for an adverse event, but the number of the event is missing. Please enter it."),
        medication.event_named,
        item="event",
        sees=("indication", "event"),
    )
    cm07 = Check(
        "CM-07",
        _("The name of the drug does not fit its mark. Please choose the mark of this drug."),
        medication.mark_fits_the_name,
        item="marked",
        sees=("drug", "marked"),
    )
    cm08 = Check(
        "CM-08",
        _("Another entry has the same drug, start and dose. Please correct one, or confirm that it was given twice."),
        medication.logged_once,
        item="drug",
        sees=("drug", "dose", "started_on"),
        reads=tuple(f"concomitant_medication.{item}" for item in ("drug", "dose", "started_on")),
    )
    cm09 = Check(
        "CM-09",
        _(
            "Given for CRS, but no CRS assessment of this day names the drug. Please check this entry and the assessments."
        ),
        medication.anticytokine_assessed,
        item="marked",
        sees=("marked", "indication", "started_on"),
        reads=medication.CRS_READS,
    )
    cm10 = Check(
        "CM-10",
        _(
            "Given for CRS, but no CRS assessment of this day names a corticosteroid. Please check this entry and the assessments."
        ),
        medication.steroid_assessed,
        item="marked",
        sees=("marked", "indication", "started_on"),
        reads=medication.CRS_READS,
    )
    cm11 = Check(
        "CM-11",
        _("Dose and unit go together, and one of them is missing. Please enter it."),
        treatment.dose_has_unit,
        item="dose",
        sees=("dose", "dose_unit"),
    )
