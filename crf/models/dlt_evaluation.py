"""Evaluation of dose-limiting toxicity: once the window after the infusion is over, what dose escalation needs."""

from django.utils.translation import gettext_lazy as _

from crf import dose_limiting
from crf.checks import conduct, timing
from crf.declare.form import Check, Crf, Section
from crf.declare.items import Date, Memo, Number, Text, When, YesNo


class DltEvaluation(
    Crf, title=_("Evaluation of dose-limiting toxicity"), about_day="evaluated_on", chapter="escalation"
):
    """Evaluable or not, toxic or not, and by which event."""

    evaluation = Section(_("Evaluation"))
    evaluated_on = Date(
        _("Date of the evaluation"), cdash="DLTDAT", sdtm="FA.FADTC", critical=True,
        help=_("The last day of the window or later; at once where a dose-limiting toxicity came."),
    )  # fmt: skip
    evaluable = YesNo(
        _("Evaluable for dose-limiting toxicity?"), cdash="DLTEVAL", sdtm="FA.FAORRES:DLTEVAL", critical=True,
        investigator=True,
        help=_("Yes, if the full dose was given and the window was observed, or a dose-limiting toxicity came."),
    )  # fmt: skip
    not_evaluable_because = Text(
        _("Why not evaluable?"), cdash="DLTREASN", sdtm="SUPPFA.FAREASN", shown_if=When("evaluable", "N"),
        critical=True,
        help=_(
            "For example lost before the end of the window, progression, or less than the planned dose. The subject "
            "is then replaced."
        ),
    )  # fmt: skip

    toxicity = Section(_("Toxicity"))
    dlt = YesNo(
        _("Dose-limiting toxicity?"), cdash="DLTYN", sdtm="FA.FAORRES:DLT", critical=True, investigator=True,
        help=_("As the protocol defines it, within the window after the infusion."),
    )  # fmt: skip
    event = Number(
        _("Number of the adverse event"), places=0, digits=3, hard=(1, 999), cdash="DLTAENO", sdtm="RELREC.RELID",
        shown_if=When("dlt", "Y"), critical=True,
        help=_("The number of its entry in the log of adverse events."),
    )  # fmt: skip
    description = Memo(
        _("What made it dose-limiting?"), cdash="DLTDESC", sdtm="CO.COVAL", shown_if=When("dlt", "Y"), required=True,
        limit=2000,
        help=_("Grade, duration and why it meets the definition of the protocol."),
    )  # fmt: skip

    counted = dose_limiting.evaluable(_("Counts for dose escalation"))

    dlt01 = timing.not_in_the_future("DLT-01", "evaluated_on")
    dlt02 = timing.in_the_visit("DLT-02", "evaluated_on")
    dlt03 = timing.since_infusion("DLT-03", "evaluated_on")
    dlt04 = Check(
        "DLT-04",
        _("The window is not over on this day, and no toxicity is entered. Please evaluate on its last day or later."),
        conduct.window_over,
        item="evaluated_on",
        sees=("evaluated_on", "dlt"),
    )
    dlt05 = Check(
        "DLT-05",
        _("Who had a dose-limiting toxicity is evaluable. Please correct one of the answers."),
        conduct.toxicity_counts,
        item="evaluable",
        sees=("evaluable", "dlt"),
    )
    dlt06 = Check(
        "DLT-06",
        _("A dose-limiting toxicity has no adverse event. Please enter the number of the event."),
        conduct.toxicity_has_event,
        item="event",
        sees=("dlt", "event"),
    )
    dlt07 = Check(
        "DLT-07",
        _("The log of adverse events has no entry of this number. Please correct the number, or log the event."),
        conduct.toxicity_event_exists,
        item="event",
        sees=("dlt", "event"),
        reads=conduct.EVENT_READS,
    )
    dlt08 = Check(
        "DLT-08",
        _("This event began outside the window. Please check the number and the onset of the event."),
        conduct.toxicity_in_the_window,
        item="event",
        sees=("dlt", "event"),
        reads=(*conduct.EVENT_READS, *conduct.INFUSION_READS),
    )
    dlt09 = Check(
        "DLT-09",
        _("This event has a grade below 3. Please check its grade, or confirm why it limits the dose."),
        conduct.toxicity_is_severe,
        item="event",
        sees=("dlt", "event"),
        reads=conduct.EVENT_READS,
    )
    dlt10 = Check(
        "DLT-10",
        _("An event of grade 5 began in the window, but no dose-limiting toxicity is entered. Please check both."),
        conduct.death_is_limiting,
        item="dlt",
        sees=("dlt",),
        reads=(*conduct.EVENT_READS, *conduct.INFUSION_READS),
    )
