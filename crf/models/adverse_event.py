"""Adverse event: one entry an event, from its onset to its end."""

from django.utils.translation import gettext_lazy as _

from crf import codelists
from crf.checks import events, timing
from crf.declare.form import Check, Log, Section
from crf.declare.items import Coded, PartialDate, Text, When, YesNo


class AdverseEvent(
    Log,
    title=_("Adverse event"),
    listed=("verbatim", "term", "grade", "onset_on", "ongoing", "ended_on", "serious", "related_cart"),
):
    """What happened, how bad it was, and why."""

    event = Section(_("Event"))
    verbatim = Text(_("As the site describes it"), cdash="AETERM", sdtm="AE.AETERM", critical=True)
    term = Coded(_("Term"), codelists.EventTerm, cdash="AEDECOD", sdtm="AE.AEDECOD", critical=True)
    grade = Coded(
        _("Worst grade (CTCAE)"), codelists.EventGrade, cdash="AETOXGR", sdtm="AE.AETOXGR", investigator=True,
        critical=True,
    )  # fmt: skip

    course = Section(_("Course"))
    onset_on = PartialDate(
        _("Onset"), cdash="AESTDAT", sdtm="AE.AESTDTC", critical=True, help=_("Month or day may be left out: 2019-04.")
    )
    ongoing = YesNo(_("Still ongoing?"), cdash="AEONGO", sdtm="AE.AEENRF", critical=True)
    ended_on = PartialDate(
        _("End"), cdash="AEENDAT", sdtm="AE.AEENDTC", critical=True, shown_if=When("ongoing", "N", "U")
    )
    outcome = Coded(_("Outcome"), codelists.EventOutcome, cdash="AEOUT", sdtm="AE.AEOUT", critical=True)

    judged = Section(_("Judgement"))
    serious = YesNo(_("Serious?"), cdash="AESER", sdtm="AE.AESER", critical=True, investigator=True)
    related_cart = YesNo(
        _("Related to the CAR-T cells?"), cdash="AEREL_CART", sdtm="AE.AEREL", critical=True, investigator=True
    )
    related_lymphodepletion = YesNo(
        _("Related to lymphodepletion?"), cdash="AEREL_LD", sdtm="SUPPAE.AERELLD", critical=True, investigator=True
    )
    aesi = YesNo(_("Of special interest?"), cdash="AESI", sdtm="SUPPAE.AESI", help=_("As the protocol lists them."))

    ae01 = timing.not_in_the_future("AE-01", "onset_on")
    ae02 = timing.not_in_the_future("AE-02", "ended_on")
    ae03 = Check(
        "AE-03",
        _("The event ended before its onset. Please correct one of the dates."),
        events.in_order,
        item="ended_on",
        sees=("onset_on", "ended_on"),
        hard=True,
    )
    ae04 = Check(
        "AE-04",
        _("The outcome does not fit the answer whether the event is ongoing. Please correct one of them."),
        events.outcome_fits,
        item="outcome",
        sees=("ongoing", "outcome", "ended_on"),
    )
    ae05 = Check(
        "AE-05",
        _("A fatal outcome and grade 5 go together, and only one of them is entered. Please correct the other."),
        events.fatal_is_grade_5,
        item="outcome",
        sees=("grade", "outcome"),
    )
    ae06 = Check(
        "AE-06",
        _("An event of this grade needs a clear answer whether it is serious. Please ask the investigator to answer."),
        events.serious_answered,
        item="serious",
        sees=("grade", "serious"),
    )
    ae07 = timing.since_consent("AE-07", "onset_on")
    ae08 = Check(
        "AE-08",
        _("A date of this event is after the death. Please correct it, or the date of death."),
        events.before_death,
        item="onset_on",
        sees=("onset_on", "ended_on"),
        reads=("death.died_on",),
    )
    ae09 = Check(
        "AE-09",
        _("The event was fatal, but the form of the death is missing. Please enter it, or correct grade and outcome."),
        events.death_entered,
        item="outcome",
        sees=("grade", "outcome"),
        reads=("death.died_on",),
    )
    ae10 = Check(
        "AE-10",
        _("The event began before the infusion, but is related to the CAR-T cells. Please check onset and relation."),
        events.not_of_the_cells,
        item="related_cart",
        sees=("onset_on", "related_cart"),
    )
    ae11 = Check(
        "AE-11",
        _(
            "The grade does not fit the blood counts during the event. Please compare them, and correct or confirm the grade."
        ),
        events.grade_of_the_counts,
        item="grade",
        sees=("term", "grade", "onset_on", "ended_on"),
        reads=events.COUNT_READS,
    )
    ae12 = Check(
        "AE-12",
        _("Neurotoxicity is logged, but every ICANS assessment of these days has grade 0. Please check both."),
        events.icans_seen,
        item="term",
        sees=("term", "onset_on", "ended_on"),
        reads=events.ICANS_READS,
    )
    ae13 = Check(
        "AE-13",
        _(
            "Another entry has the same description and onset. Please correct one, or confirm that these are two events."
        ),
        events.logged_once,
        item="verbatim",
        sees=("verbatim", "term", "onset_on"),
        reads=("adverse_event.verbatim", "adverse_event.term", "adverse_event.onset_on"),
    )
    ae14 = Check(
        "AE-14",
        _("The investigator's grade is not entered yet. Please ask the investigator to grade this event."),
        lambda form: form.grade is not None,
        item="grade",
        sees=("grade",),
    )
