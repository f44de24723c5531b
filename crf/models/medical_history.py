"""Medical history: one entry a disease or operation before this trial, other than the myeloma."""

from django.utils.translation import gettext_lazy as _

from crf import codelists, sources
from crf.checks import conduct, timing
from crf.declare.form import Check, Log, Section
from crf.declare.items import Coded, PartialDate, Text, When, YesNo


class MedicalHistory(Log, title=_("Medical history"), chapter="baseline"):
    """What the subject had, and whether it goes on."""

    disease = Section(_("Disease or operation"))
    term = Text(
        _("As the site describes it"), cdash="MHTERM", sdtm="MH.MHTERM",
        help=_("One disease or operation an entry, other than the myeloma. Diagnosis rather than symptom."),
    )  # fmt: skip
    onset_on = PartialDate(
        _("Onset"), cdash="MHSTDAT_MH", sdtm="MH.MHSTDTC",
        help=_("When it was diagnosed or done. Month or day may be left out: 2016-04."),
    )  # fmt: skip
    ongoing = YesNo(
        _("Still ongoing?"), cdash="MHONGO", sdtm="MH.MHENRF",
        help=_("Still there or still treated on the day of consent."),
    )  # fmt: skip
    ended_on = PartialDate(
        _("End"), cdash="MHENDAT", sdtm="MH.MHENDTC", shown_if=When("ongoing", "N", "U"),
        help=_("When it was over. Month or day may be left out."),
    )  # fmt: skip
    grade = Coded(
        _("Grade at entry (CTCAE)"), codelists.EventGrade, cdash="MHTOXGR", sdtm="SUPPMH.MHTOXGR", required=False,
        help=_("At consent, where it goes on and has a grade: a later rise above it is an adverse event."),
        source=sources.CTCAE,
    )  # fmt: skip

    mh01 = timing.not_in_the_future("MH-01", "onset_on")
    mh02 = timing.not_in_the_future("MH-02", "ended_on")
    mh03 = timing.in_order("MH-03", "onset_on", "ended_on")
    mh04 = timing.since_birth("MH-04", "onset_on")
    mh05 = Check(
        "MH-05",
        _("This began after the infusion, so it is no history. Please correct the date, or log an adverse event."),
        conduct.history_before_infusion,
        item="onset_on",
        sees=("onset_on",),
        reads=conduct.INFUSION_READS,
    )
    mh06 = Check(
        "MH-06",
        _("Grade 5 is death, which no history has. Please correct the grade."),
        lambda form: None if form.grade is None else form.grade != "5",
        item="grade",
        sees=("grade",),
    )
    mh07 = Check(
        "MH-07",
        _("Another entry has the same description and onset. Please correct one of them."),
        conduct.history_once,
        item="term",
        sees=("term", "onset_on"),
        reads=("medical_history.term", "medical_history.onset_on"),
    )
