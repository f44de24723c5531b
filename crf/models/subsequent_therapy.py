"""Subsequent therapy: what was given after the infusion; a therapy against the myeloma ends the counting of response."""

from django.utils.translation import gettext_lazy as _

from crf import codelists, sources
from crf.checks import follow_up, timing
from crf.declare.form import Check, Log, Section
from crf.declare.items import Coded, Date, Text
from crf.myeloma import time_to


class SubsequentTherapy(Log, title=_("Subsequent therapy"), about_day="started_on", chapter="follow_up"):
    """One therapy or combination."""

    therapy = Section(_("Therapy"))
    drug = Text(
        _("Drug or combination"), cdash="CMTRT_SUB", sdtm="CM.CMTRT", critical=True,
        help=_("Generic names of what was given together."),
    )  # fmt: skip
    intent = Coded(
        _("Given"), codelists.TherapyIntent, cdash="CMINTENT", sdtm="SUPPCM.CMINTENT", critical=True,
        help=_(
            "Against the myeloma ends progression-free survival and the response. Treatment of CRS, boost of stem "
            "cells and immunoglobulin are supportive."
        ),
        source=sources.TTE,
    )  # fmt: skip
    started_on = Date(
        _("First day"), cdash="CMSTDAT_SUB", sdtm="CM.CMSTDTC", critical=True,
        help=_("First day of the new treatment."), source=sources.TTE,
    )  # fmt: skip
    ended_on = Date(
        _("Last day"), cdash="CMENDAT_SUB", sdtm="CM.CMENDTC", required=False,
        help=_("Last day given. Blank while it is given."),
    )  # fmt: skip

    progression_free = time_to(_("Progression-free survival"), "pfs")
    next_treatment = time_to(_("Time to next treatment"), "ttnt")

    sub01 = timing.not_in_the_future("SUB-01", "started_on")
    sub02 = timing.not_in_the_future("SUB-02", "ended_on")
    sub03 = Check(
        "SUB-03",
        _("The therapy ends before it starts. Please correct one of the dates."),
        follow_up.ended_after_start,
        item="ended_on",
        sees=("started_on", "ended_on"),
        hard=True,
    )
    sub04 = Check(
        "SUB-04",
        _(
            "The therapy starts before or on the day of the infusion, so it is no subsequent one. Please correct the date."
        ),
        follow_up.therapy_after_infusion,
        item="started_on",
        sees=("started_on",),
    )
    sub05 = Check(
        "SUB-05",
        _(
            "A therapy against the myeloma starts without a progression before. Please enter the progression, or confirm the reason."
        ),
        follow_up.progressed_before,
        item="intent",
        sees=("intent", "started_on"),
        reads=("response_assessment.assessed_on", "response_assessment.investigator_response"),
    )
    sub06 = Check(
        "SUB-06",
        _("A date of this therapy is after the death. Please correct it, or the date of death."),
        follow_up.therapy_before_death,
        item="started_on",
        sees=("started_on", "ended_on"),
        reads=("death.died_on",),
    )
