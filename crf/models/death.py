"""Death: when, and of what."""

from django.utils.translation import gettext_lazy as _

from crf import codelists
from crf.checks import follow_up, timing
from crf.declare.form import Check, Crf, Section
from crf.declare.items import Coded, Date
from crf.myeloma import time_to


class Death(Crf, title=_("Death"), about_day="died_on", chapter="follow_up"):
    """Date and main cause."""

    event = Section(_("Death"))
    died_on = Date(
        _("Date of death"), cdash="DTHDAT", sdtm="DM.DTHDTC", critical=True,
        help=_("From the certificate or the family. Overall survival ends here."),
    )  # fmt: skip
    cause = Coded(
        _("Main cause"), codelists.DeathCause, cdash="DTHCAUS", sdtm="DD.DDORRES:PRCDTH", investigator=True, critical=True,
        help=_("The disease or event that led to death, not how it ended (cardiac arrest)."),
    )  # fmt: skip

    overall_survival = time_to(_("Overall survival"), "os")
    progression_free = time_to(_("Progression-free survival"), "pfs")

    dth01 = timing.not_in_the_future("DTH-01", "died_on")
    dth02 = timing.since_birth("DTH-02", "died_on")
    dth03 = Check(
        "DTH-03",
        _("The death is earlier than the infusion. Please correct the date."),
        follow_up.death_after_infusion,
        item="died_on",
        sees=("died_on",),
        hard=True,
    )
    dth04 = Check(
        "DTH-04",
        _(
            "A sample, imaging or assessment is dated after this death. Please find it in the casebook, and correct the wrong date."
        ),
        follow_up.nothing_after_death,
        item="died_on",
        sees=("died_on",),
        reads=follow_up.DEATH_READS,
    )
    dth05 = Check(
        "DTH-05",
        _("The cause of death is not entered yet. Please ask the investigator to judge it."),
        lambda form: form.cause is not None,
        item="cause",
        sees=("cause",),
    )
    dth06 = Check(
        "DTH-06",
        _("The cause is toxicity, but no fatal adverse event is logged. Please log it, or correct the cause."),
        follow_up.fatal_event_logged,
        item="cause",
        sees=("cause",),
        reads=("adverse_event.outcome",),
    )
    dth07 = Check(
        "DTH-07",
        _(
            "An assessment calls the death due to CRS or ICANS, but the cause is another. Please ask the investigator to check both."
        ),
        follow_up.toxic_death_agrees,
        item="cause",
        sees=("cause",),
        reads=("crs_assessment.death_due_to_crs", "icans_assessment.death_due_to_icans"),
    )
    dth08 = Check(
        "DTH-08",
        _("Another form of the death gives another date. Please correct one of them."),
        follow_up.one_date_of_death,
        item="died_on",
        sees=("died_on",),
        reads=("death.died_on",),
    )
