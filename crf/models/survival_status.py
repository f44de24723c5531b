"""Survival status: alive or not, and when that was last known."""

from django.utils.translation import gettext_lazy as _

from crf.checks import follow_up, timing
from crf.declare.form import Check, Crf, Section
from crf.declare.items import Date, When, YesNo
from crf.myeloma import time_to


class SurvivalStatus(Crf, title=_("Survival status"), about_day="status_on", chapter="follow_up"):
    """One contact, in person or by telephone."""

    contact = Section(_("Contact"))
    status_on = Date(
        _("Date of contact"), cdash="SSDAT", sdtm="SS.SSDTC", critical=True,
        help=_("The day on which the site spoke with the subject, the family or the treating physician."),
    )  # fmt: skip
    alive = YesNo(
        _("Alive?"), cdash="SURVSTAT", sdtm="SS.SSORRES:SURVSTAT", critical=True,
        help=_("As known from this contact. No asks for the form \"Death\"."),
    )  # fmt: skip
    last_known_alive_on = Date(
        _("Last known to be alive on"), cdash="SSLKADT", sdtm="SUPPSS.LSTALVDT", critical=True,
        shown_if=When("alive", "Y", "U"),
        help=_("The last day for which somebody vouches; survival is censored there, so it is never guessed."),
    )  # fmt: skip

    overall_survival = time_to(_("Overall survival"), "os")
    next_treatment = time_to(_("Time to next treatment"), "ttnt")

    sur01 = timing.not_in_the_future("SUR-01", "status_on")
    sur02 = timing.in_the_visit("SUR-02", "status_on")
    sur03 = Check(
        "SUR-03",
        _("The subject is known to be alive after the contact. Please correct one of the dates."),
        follow_up.known_by_contact,
        item="last_known_alive_on",
        sees=("status_on", "last_known_alive_on"),
        hard=True,
    )
    sur04 = Check(
        "SUR-04",
        _(
            "The subject is recorded as alive after the date of death. Please correct this status, or the date of death."
        ),
        follow_up.alive_before_death,
        item="alive",
        sees=("alive", "status_on", "last_known_alive_on"),
        reads=("death.died_on",),
    )
    sur05 = Check(
        "SUR-05",
        _("The subject is not alive, but the form of the death is missing. Please enter it, or correct the answer."),
        follow_up.death_entered,
        item="alive",
        sees=("alive",),
        reads=("death.died_on",),
    )
