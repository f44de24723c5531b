"""Lymphodepletion: the chemotherapy before the infusion, dose by dose."""

from django.utils.translation import gettext_lazy as _

from crf import codelists
from crf.checks import timing, treatment
from crf.declare.form import Check, Crf, Row, Section
from crf.declare.items import Coded, Date, Number, Rows, YesNo


class LymphodepletionDose(Row, title=_("Dose of lymphodepletion")):
    """One drug on one day."""

    drug = Coded(
        _("Drug"), codelists.LymphodepletionDrug, cdash="EXTRT_LD", sdtm="EX.EXTRT",
        help=_("The drug given."),
    )  # fmt: skip
    given_on = Date(
        _("Day"), cdash="EXSTDAT_LD", sdtm="EX.EXSTDTC",
        help=_("The day on which this dose was given."),
    )  # fmt: skip
    dose = Number(
        _("Dose"), unit="mg/m2", places=1, digits=6, hard=("0.1", 5000), cdash="EXDOSE_LD", sdtm="EX.EXDOSE",
        help=_("In mg per m² of body surface, as given and not as planned."),
    )  # fmt: skip
    reduced = YesNo(
        _("Reduced?"), cdash="EXADJYN_LD", sdtm="SUPPEX.EXADJYN", required=False,
        help=_("Yes, if less was given than the protocol asks, for example for renal function."),
    )  # fmt: skip


class Lymphodepletion(Crf, title=_("Lymphodepletion"), about_day="started_on", chapter="treatment"):
    """Every dose of one course."""

    course = Section(_("Course"))
    started_on = Date(
        _("First day"), cdash="EXSTDAT_LDC", sdtm="EX.EXSTDTC", critical=True,
        help=_("First day on which fludarabine or cyclophosphamide was given."),
    )  # fmt: skip
    doses = Rows(
        _("Doses"), LymphodepletionDose, cdash="EX",
        help=_("One row for each drug and day, from the infusion record."),
    )  # fmt: skip

    ld01 = timing.not_in_the_future("LD-01", "started_on")
    ld02 = timing.in_the_visit("LD-02", "started_on")
    ld03 = Check(
        "LD-03",
        _("A dose lies outside the days before the infusion. Please correct its day, or record a deviation."),
        treatment.depleted_before_infusion,
        item="doses",
        sees=("started_on", "doses"),
        reads=treatment.INFUSION_READS,
    )
    ld04 = Check(
        "LD-04",
        _("A dose differs from that of the protocol. Please correct it, or answer that it was reduced."),
        treatment.depletion_dose_in_range,
        item="doses",
        sees=("doses",),
    )
    ld05 = Check(
        "LD-05",
        _("The first day is not that of the first dose. Please correct one of them."),
        treatment.depletion_starts,
        item="started_on",
        sees=("started_on", "doses"),
    )
    ld06 = Check(
        "LD-06",
        _("Fludarabine and cyclophosphamide are planned, and one is missing. Please add it, or record a deviation."),
        treatment.both_drugs,
        item="doses",
        sees=("doses",),
    )
    ld07 = Check(
        "LD-07",
        _("A drug stands twice on one day. Please correct the day, or enter the sum of the day."),
        treatment.dose_once_a_day,
        item="doses",
        sees=("doses",),
    )
    ld08 = Check(
        "LD-08",
        _("No dose is entered. Please enter every dose that was given."),
        treatment.doses_listed,
        item="doses",
        sees=("started_on", "doses"),
    )
