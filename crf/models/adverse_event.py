"""Adverse event: one entry an event, from its onset to its end."""

from django.utils.translation import gettext_lazy as _

from crf import codelists, sources
from crf.checks import episodes, events, safety, timing
from crf.declare.form import Check, Log, Row, Section
from crf.declare.items import Coded, DateTime, Number, PartialDate, Rows, Text, When, Words, YesNo


class GradeChange(Row, title=_("Change of grade")):
    """From this day on the event had this grade."""

    changed_on = PartialDate(
        _("From"), cdash="AESTDAT_GR", sdtm="FA.FADTC",
        help=_("First day at this grade. Month or day may be left out."),
    )  # fmt: skip
    grade = Coded(
        _("Grade (CTCAE)"), codelists.EventGrade, cdash="AETOXGR_GR", sdtm="FA.FAORRES:TOXGR",
        help=_("The grade from that day on."), source=sources.CTCAE,
    )  # fmt: skip


def _criterion(label: Words, name: str, help_: Words) -> YesNo:
    return YesNo(
        label, cdash=name, sdtm=f"AE.{name}", critical=True, investigator=True, shown_if=When("serious", "Y"),
        help=help_, source=sources.E2A,
    )  # fmt: skip


class AdverseEvent(
    Log,
    title=_("Adverse event"),
    listed=("verbatim", "term", "grade", "onset_on", "ongoing", "ended_on", "serious", "related_cart"),
    chapter="safety",
):
    """What happened, how bad it was, and why."""

    event = Section(_("Event"))
    verbatim = Text(
        _("As the site describes it"), cdash="AETERM", sdtm="AE.AETERM", critical=True,
        help=_("Diagnosis in the site's own words, one event an entry. No names."),
    )  # fmt: skip
    term = Coded(
        _("Term"), codelists.EventTerm, cdash="AEDECOD", sdtm="AE.AEDECOD", critical=True,
        help=_("The nearest term of the list; \"other\" where none fits, with its system organ class."),
        source=sources.CTCAE,
    )  # fmt: skip
    organ_class = Coded(
        _("System organ class"), codelists.OrganClass, cdash="AESOC", sdtm="AE.AESOC", shown_if=When("term", "OTHER"),
        help=_("Where the event belongs in MedDRA. The terms of the list have theirs."), source=sources.CTCAE,
    )  # fmt: skip
    grade = Coded(
        _("Worst grade (CTCAE)"), codelists.EventGrade, cdash="AETOXGR", sdtm="AE.AETOXGR", investigator=True,
        critical=True,
        help=_("The highest grade of the whole event. CRS and ICANS are graded by ASTCT 2019."),
        source=sources.CTCAE,
    )  # fmt: skip

    course = Section(_("Course"))
    onset_on = PartialDate(
        _("Onset"), cdash="AESTDAT", sdtm="AE.AESTDTC", critical=True,
        help=_("First sign of this event, at any grade. Month or day may be left out: 2019-04."),
    )  # fmt: skip
    ongoing = YesNo(
        _("Still ongoing?"), cdash="AEONGO", sdtm="AE.AEENRF", critical=True,
        help=_("At the last contact. A laboratory value that is not back to grade 0 or to its baseline goes on."),
    )  # fmt: skip
    ended_on = PartialDate(
        _("End"), cdash="AEENDAT", sdtm="AE.AEENDTC", critical=True, shown_if=When("ongoing", "N", "U"),
        help=_("Back to grade 0, to the state before, or the day of death."),
    )  # fmt: skip
    outcome = Coded(
        _("Outcome"), codelists.EventOutcome, cdash="AEOUT", sdtm="AE.AEOUT", critical=True,
        help=_("At the last contact. Fatal only for the event that caused the death."), source=sources.E2A,
    )  # fmt: skip
    grade_changes = Rows(
        _("Grade over time"), GradeChange, cdash="FA",
        help=_("One row from each change on. Leave empty if it never changed."),
    )  # fmt: skip

    judged = Section(_("Judgement"))
    serious = YesNo(
        _("Serious?"), cdash="AESER", sdtm="AE.AESER", critical=True, investigator=True,
        help=_("By the six criteria below, not by severity: a grade 4 laboratory value alone need not be serious."),
        source=sources.E2A,
    )  # fmt: skip
    related_cart = YesNo(
        _("Related to the CAR-T cells?"), cdash="AEREL_CART", sdtm="AE.AEREL", critical=True, investigator=True,
        help=_("A reasonable possibility that the cells caused it, in the investigator's judgement."),
        source=sources.E2A,
    )  # fmt: skip
    related_lymphodepletion = YesNo(
        _("Related to lymphodepletion?"), cdash="AEREL_LD", sdtm="SUPPAE.AERELLD", critical=True, investigator=True,
        help=_("A reasonable possibility that fludarabine or cyclophosphamide caused it."), source=sources.E2A,
    )  # fmt: skip
    related_bridging = YesNo(
        _("Related to bridging therapy?"), cdash="AEREL_BRG", sdtm="SUPPAE.AERELBRG", required=False,
        investigator=True,
        help=_("A reasonable possibility that bridging therapy caused it. Blank if none was given."),
        source=sources.E2A,
    )  # fmt: skip
    aesi = YesNo(
        _("Of special interest?"), cdash="AESI", sdtm="SUPPAE.AESI",
        help=_(
            "As the protocol lists them: CRS, ICANS and other neurotoxicity, haemophagocytosis, long cytopenia, "
            "second malignancy."
        ),
    )  # fmt: skip
    episode = Coded(
        _("Part of an episode of"), codelists.EpisodeKind, cdash="AEEPIKND", sdtm="SUPPAE.AEEPIKND", required=False,
        help=_("A symptom that belongs to an episode is told apart from one of its own."),
    )  # fmt: skip
    episode_number = Number(
        _("Number of the episode"), places=0, digits=2, hard=(1, 99), cdash="AEEPINO", sdtm="SUPPAE.AEEPINO",
        shown_if=When("episode", "CRS", "ICANS"),
        help=_("The first episode after the infusion is 1."),
    )  # fmt: skip

    action = Section(_("Action taken"))
    action_lymphodepletion = Coded(
        _("Lymphodepletion"), codelists.EventAction, cdash="AEACN_LD", sdtm="SUPPAE.AEACNLD", required=False,
        help=_("What was done with lymphodepletion because of this event."), source=sources.E2A,
    )  # fmt: skip
    action_cart = Coded(
        _("CAR-T cells"), codelists.EventAction, cdash="AEACN", sdtm="AE.AEACN", required=False,
        help=_("What was done with the cells because of this event; \"not applicable\" after the infusion."),
        source=sources.E2A,
    )  # fmt: skip

    treated = YesNo(
        _("Was it treated?"), cdash="AECONTRT", sdtm="AE.AECONTRT", required=False,
        help=_("Yes, if anything was given or done for it; the drugs go into the log of medication."),
    )  # fmt: skip

    serious_event = Section(_("Serious event"), _("Asked for where the event is serious."))
    death = _criterion(_("Resulted in death?"), "AESDTH", _("The event led to death."))
    life_threatening = _criterion(
        _("Life-threatening?"),
        "AESLIFE",
        _("At risk of death at the time of the event; not what might have happened had it been worse."),
    )
    hospitalisation = _criterion(
        _("Hospitalisation, or a longer one?"),
        "AESHOSP",
        _("Admitted for it, or stayed longer because of it. A planned stay for the infusion is none."),
    )
    disability = _criterion(
        _("Lasting disability?"), "AESDISAB", _("A lasting or substantial loss of the ability to lead a normal life.")
    )
    congenital = _criterion(_("Congenital anomaly?"), "AESCONG", _("In a child of the subject."))
    medically_important = _criterion(
        _("Medically important for another reason?"),
        "AESMIE",
        _("None of the others, but it needed an intervention to prevent one of them."),
    )
    aware_at = DateTime(
        _("The site became aware at"), cdash="AEAWARDAT", sdtm="SUPPAE.AEAWRDTC", critical=True,
        shown_if=When("serious", "Y"),
        help=_(
            "When anyone of the site first knew that it was serious. The 24 hours for the report count from here."
        ),
        source=sources.E2A,
    )  # fmt: skip
    reported_at = DateTime(
        _("Reported to the sponsor at"), cdash="AEREPDAT", sdtm="SUPPAE.AEREPDTC", critical=True, required=False,
        shown_if=When("serious", "Y"),
        help=_("Day and time of the first report to the sponsor. Blank until it is reported."),
    )  # fmt: skip

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
        limits=tuple(events.COUNT_OF.values()),
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
    ae15 = Check(
        "AE-15",
        _("A row has a higher grade than the worst grade of the event. Please correct one of them."),
        safety.grade_is_the_worst,
        item="grade",
        sees=("grade", "grade_changes"),
    )
    ae16 = Check(
        "AE-16",
        _("No row reaches the worst grade of the event. Please add the row, or correct the worst grade."),
        safety.worst_is_a_row,
        item="grade_changes",
        sees=("grade", "grade_changes"),
    )
    ae17 = Check(
        "AE-17",
        _("A change of grade lies outside the event. Please correct its day, or onset and end."),
        safety.changes_in_the_event,
        item="grade_changes",
        sees=("onset_on", "ended_on", "grade_changes"),
    )
    ae18 = Check(
        "AE-18",
        _("Two changes of grade have the same day. Please keep the higher grade, or correct a day."),
        safety.changes_once_a_day,
        item="grade_changes",
        sees=("grade_changes",),
    )
    ae19 = Check(
        "AE-19",
        _("The event is serious, but meets no criterion. Please answer the criteria, or whether it is serious."),
        safety.criterion_given,
        item="serious",
        sees=("serious", *safety.CRITERIA),
    )
    ae20 = Check(
        "AE-20",
        _("Outcome and the criterion of death contradict each other. Please correct one of them."),
        safety.death_is_a_criterion,
        item="death",
        sees=("outcome", "death"),
    )
    ae21 = Check(
        "AE-21",
        _("Grade 4 is life-threatening, but the criterion is answered otherwise. Please check grade and criterion."),
        safety.life_was_threatened,
        item="life_threatening",
        sees=("grade", "life_threatening"),
    )
    ae22 = timing.not_in_the_future("AE-22", "aware_at", time=True)
    ae23 = timing.not_in_the_future("AE-23", "reported_at", time=True)
    ae24 = Check(
        "AE-24",
        _("The site was aware of the event before its onset. Please correct one of the dates."),
        safety.known_after_onset,
        item="aware_at",
        sees=("onset_on", "aware_at"),
    )
    ae25 = Check(
        "AE-25",
        _("The report is earlier than the awareness. Please correct one of the dates."),
        safety.reported_after_known,
        item="reported_at",
        sees=("aware_at", "reported_at"),
    )
    ae26 = Check(
        "AE-26",
        _(
            "This serious event was not reported within 24 hours. Please report it and enter the time, or give the reason."
        ),
        safety.reported_in_time,
        item="reported_at",
        sees=("serious", "aware_at", "reported_at"),
    )
    ae27 = Check(
        "AE-27",
        _(
            "The event is related to bridging, but no bridging therapy is logged. Please log it, or correct the relation."
        ),
        safety.bridged,
        item="related_bridging",
        sees=("related_bridging",),
        reads=safety.BRIDGING_READS,
    )
    ae28 = Check(
        "AE-28",
        _("The number of the episode is missing. Please enter it."),
        safety.number_given,
        item="episode_number",
        sees=("episode", "episode_number"),
    )
    ae29 = Check(
        "AE-29",
        _("The daily assessments show no such episode. Please check the number of the episode and the assessments."),
        episodes.exists,
        item="episode_number",
        sees=("episode", "episode_number"),
        reads=episodes.READS,
    )
    ae30 = Check(
        "AE-30",
        _(
            "The worst grade is not the highest grade of the episode in the daily assessments. Please correct one of them."
        ),
        episodes.same_grade,
        item="grade",
        sees=("term", "grade", "episode", "episode_number"),
        reads=episodes.READS,
    )
    ae31 = Check(
        "AE-31",
        _("The onset is not that of the episode in the daily assessments. Please correct one of them."),
        episodes.same_onset,
        item="onset_on",
        sees=("term", "onset_on", "episode", "episode_number"),
        reads=episodes.READS,
    )
    ae32 = Check(
        "AE-32",
        _("The end does not fit the end of the episode in the daily assessments. Please correct one of them."),
        episodes.same_end,
        item="ended_on",
        sees=("term", "ongoing", "ended_on", "episode", "episode_number"),
        reads=episodes.READS,
    )
