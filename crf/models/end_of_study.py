"""End of study: when and why the collection of a subject's data ended."""

from django.utils.translation import gettext_lazy as _

from crf import codelists
from crf.checks import conduct, timing
from crf.declare.form import Check, Crf, Section
from crf.declare.items import Coded, Date, Memo


class EndOfStudy(Crf, title=_("End of study"), about_day="ended_on", chapter="follow_up"):
    """The last day and the reason."""

    end = Section(_("End of study"))
    ended_on = Date(
        _("Last day"), cdash="DSSTDAT_EOS", sdtm="DS.DSSTDTC", critical=True,
        help=_("The last day on which the subject took part; later contacts are not entered."),
    )  # fmt: skip
    reason = Coded(
        _("Reason"), codelists.EndReason, cdash="DSDECOD_EOS", sdtm="DS.DSDECOD", critical=True,
        help=_("The first reason that applies. Who has progressed but is still followed has not ended."),
    )  # fmt: skip
    comment = Memo(
        _("Comment"), cdash="COVAL", sdtm="CO.COVAL", limit=2000,
        help=_("Circumstances, and how often contact was tried where it was lost. No names."),
    )  # fmt: skip

    eos01 = timing.not_in_the_future("EOS-01", "ended_on")
    eos02 = Check(
        "EOS-02",
        _("The reason is death, but the form of the death is missing. Please enter it, or correct the reason."),
        conduct.death_has_form,
        item="reason",
        sees=("reason",),
        reads=("death.died_on",),
    )
    eos03 = Check(
        "EOS-03",
        _("The last day or its reason does not fit the date of death. Please correct one of them."),
        conduct.ended_with_death,
        item="ended_on",
        sees=("ended_on", "reason"),
        reads=("death.died_on",),
    )
    eos04 = Check(
        "EOS-04",
        _("A form is dated after the end of study. Please find it in the casebook, and correct the wrong date."),
        conduct.nothing_after_end,
        item="ended_on",
        sees=("ended_on",),
        reads=conduct.END_READS,
    )
    eos05 = Check(
        "EOS-05",
        _("The study is completed before its last visit. Please check the day and the reason."),
        conduct.completed_at_the_end,
        item="reason",
        sees=("ended_on", "reason"),
    )
    eos06 = Check(
        "EOS-06",
        _("Another form of the end of study gives another day. Please correct one of them."),
        conduct.ended_once,
        item="ended_on",
        sees=("ended_on",),
        reads=("end_of_study.ended_on",),
    )
    eos07 = timing.since_infusion("EOS-07", "ended_on")
