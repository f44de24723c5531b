"""ICANS assessment: daily from infusion to day 14, then day 21; the ten points of ICE one by one."""

from django.utils.translation import gettext_lazy as _

from crf import codelists, sources
from crf.checks import neurology, timing
from crf.declare.form import Check, Crf, Derived, Section
from crf.declare.items import Coded, DateTime, Number, When, YesNo
from trial.rules import icans

SOURCE = "ASTCT 2019: Lee DW et al. Biol Blood Marrow Transplant 2019;25:625-638"
ASKED = When("ice_status", "DONE")


class IcansAssessment(Crf, title=_("ICANS assessment"), repeats=True, about_day="assessed_at", chapter="toxicity"):
    """One assessment of neurotoxicity."""

    when = Section(_("When"))
    assessed_at = DateTime(
        _("Date and time of assessment"), cdash="CEDTC", sdtm="CE.CEDTC", critical=True,
        help=_("When the subject was examined, on the site's clock."),
    )  # fmt: skip

    ice = Section(_("ICE"), _("Ten points: four of orientation, three of naming, one each of the others."))
    ice_status = Coded(
        _("Was ICE asked?"), codelists.IceStatus, cdash="ICE_RSREASND", sdtm="RS.RSREASND:ICE", critical=True,
        help=_(
            "\"Not possible\" only where the state of consciousness forbids it. Not asked for another reason is \"not "
            "done\"; it never becomes a score of 0."
        ),
        source=sources.ICE,
    )  # fmt: skip
    orientation_year = Coded(
        _("Year"), codelists.Point, cdash="ICE01", sdtm="RS.RSORRES:ICE01", shown_if=ASKED, critical=True,
        help=_("One point. The subject is asked which year it is."), source=sources.ICE,
    )  # fmt: skip
    orientation_month = Coded(
        _("Month"), codelists.Point, cdash="ICE02", sdtm="RS.RSORRES:ICE02", shown_if=ASKED, critical=True,
        help=_("One point. The subject is asked which month it is."), source=sources.ICE,
    )  # fmt: skip
    orientation_city = Coded(
        _("City"), codelists.Point, cdash="ICE03", sdtm="RS.RSORRES:ICE03", shown_if=ASKED, critical=True,
        help=_("One point. The subject is asked in which city this is."), source=sources.ICE,
    )  # fmt: skip
    orientation_hospital = Coded(
        _("Hospital"), codelists.Point, cdash="ICE04", sdtm="RS.RSORRES:ICE04", shown_if=ASKED, critical=True,
        help=_("One point. The subject is asked the name of the hospital."), source=sources.ICE,
    )  # fmt: skip
    naming = Number(
        _("Names three objects"), unit="{points}", places=0, digits=1, hard=(0, 3), cdash="ICE05", sdtm="RS.RSORRES:ICE05",
        shown_if=ASKED, critical=True,
        help=_("One point for each of three things you point at (clock, pen, button): 0 to 3."),
        source=sources.ICE,
    )  # fmt: skip
    command = Coded(
        _("Follows a command"), codelists.Point, cdash="ICE06", sdtm="RS.RSORRES:ICE06", shown_if=ASKED, critical=True,
        help=_("One point, for example \"show me two fingers\" or \"close your eyes and put out your tongue\"."),
        source=sources.ICE,
    )  # fmt: skip
    writing = Coded(
        _("Writes a sentence"), codelists.Point, cdash="ICE07", sdtm="RS.RSORRES:ICE07", shown_if=ASKED, critical=True,
        help=_("One point for a standard sentence, each time the same. Keep the sheet as source."),
        source=sources.ICE,
    )  # fmt: skip
    attention = Coded(
        _("Counts backwards from 100 by ten"), codelists.Point, cdash="ICE08", sdtm="RS.RSORRES:ICE08", shown_if=ASKED,
        critical=True,
        help=_("One point: 100, 90, 80 ... down to 10."), source=sources.ICE,
    )  # fmt: skip
    baseline_ice = Number(
        _("ICE before the infusion"), unit="{points}", places=0, digits=2, hard=(0, 10), soft=(7, 10), cdash="ICEBL",
        sdtm="RS.RSORRES:ICEBL",
        help=_("Score before the infusion, 0 to 10: what this subject could do before. Back to it is recovered."),
        source=sources.ICE,
    )  # fmt: skip
    ice_due = YesNo(
        _("Is a low score due to ICANS?"), cdash="CEREL_ICE", sdtm="SUPPCE.CERELICE", required=False,
        help=_(
            "No, if another cause explains it (sedation, language, an earlier stroke). Blank counts as due to "
            "ICANS."
        ),
        source=sources.ICANS,
    )  # fmt: skip

    others = Section(_("The other domains"), _("Since the last assessment."))
    consciousness = Coded(
        _("Level of consciousness"), codelists.Consciousness, cdash="CONSCLVL_FAORRES", sdtm="FA.FAORRES:CONSCLVL", critical=True,
        help=_(
            "The most depressed level since the last assessment, without a sedative. Sleep at night is not "
            "depressed."
        ),
        source=sources.ICANS,
    )  # fmt: skip
    consciousness_due = YesNo(
        _("Is it due to ICANS?"), cdash="CEREL_CONS", sdtm="SUPPCE.CERELCON", required=False,
        shown_if=When("consciousness", "DROWSY_AWAKENS_SPONTANEOUSLY", "VOICE", "TACTILE", "VIGOROUS_OR_UNAROUSABLE"),
        help=_("No, if another cause explains it (opioid, sepsis, sedation). Blank counts as due to ICANS."),
        source=sources.ICANS,
    )  # fmt: skip
    seizure = Coded(
        _("Seizure"), codelists.Seizure, cdash="SEIZURE_FAORRES", sdtm="FA.FAORRES:SEIZURE", critical=True,
        help=_("The worst since the last assessment. Prolonged is more than 5 minutes."), source=sources.ICANS,
    )  # fmt: skip
    seizure_due = YesNo(
        _("Is the seizure due to ICANS?"), cdash="CEREL_SEIZ", sdtm="SUPPCE.CERELSEI", required=False,
        shown_if=When("seizure", "RESOLVED_RAPIDLY", "NONCONVULSIVE_RESOLVED", "PROLONGED", "REPETITIVE_NO_RETURN"),
        help=_("No, if another cause explains it (known epilepsy, haemorrhage). Blank counts as due to ICANS."),
        source=sources.ICANS,
    )  # fmt: skip
    motor_weakness = YesNo(
        _("Deep focal motor weakness (half of the body, or both legs)"), cdash="CEOCCUR_MOTOR", sdtm="CE.CEOCCUR",
        critical=True,
        help=_("Deep weakness of one side or of both legs. Tremor, myoclonus and a general weakness are not meant."),
        source=sources.ICANS,
    )  # fmt: skip
    motor_due = YesNo(
        _("Is the weakness due to ICANS?"), cdash="CEREL_MOTOR", sdtm="SUPPCE.CERELMOT", required=False,
        shown_if=When("motor_weakness", "Y"),
        help=_("No, if another cause explains it (cord compression, stroke). Blank counts as due to ICANS."),
        source=sources.ICANS,
    )  # fmt: skip
    oedema = Coded(
        _("Cerebral oedema"), codelists.Oedema, cdash="CEREDEMA_FAORRES", sdtm="FA.FAORRES:CEREDEMA", critical=True,
        help=_("From CT or MRI since the last assessment. Oedema around a haemorrhage does not count."),
        source=sources.ICANS,
    )  # fmt: skip
    raised_icp_sign = Coded(
        _("Sign of raised intracranial pressure"), codelists.RaisedPressure, cdash="RAISEICP_FAORRES", sdtm="FA.FAORRES:RAISEICP",
        critical=True,
        help=_("The gravest sign found since the last assessment."), source=sources.ICANS,
    )  # fmt: skip
    icp_due = YesNo(
        _("Is oedema or raised pressure due to ICANS?"), cdash="CEREL_ICP", sdtm="SUPPCE.CERELICP", required=False,
        help=_("No, if another cause explains it (haemorrhage, metastasis). Blank counts as due to ICANS."),
        source=sources.ICANS,
    )  # fmt: skip

    outcome = Section(_("Grade"))
    death_due_to_icans = YesNo(
        _("Death due to ICANS?"), cdash="CEDTHREL_IC", sdtm="SUPPCE.CEDTHREL", critical=True,
        help=_("Yes only where ICANS was the principal cause."), source=sources.ICANS,
    )  # fmt: skip
    investigator_grade = Coded(
        _("Investigator's ICANS grade"), codelists.ToxicityGrade, cdash="CETOXGR_IC", sdtm="CE.CETOXGR",
        investigator=True, critical=True,
        help=_(
            "Your own grade by ASTCT 2019. If it differs from the computed one a query asks why; nothing is "
            "overwritten."
        ),
        source=sources.ICANS,
    )  # fmt: skip

    astct = Derived(_("ASTCT grade"), icans.icans_astct_2019, since_infusion=True)

    icn01 = Check(
        "ICN-01",
        _("The investigator's grade differs from the grade by the criteria. Please confirm with a reason, or correct."),
        lambda form: (
            None
            if None in (form.investigator_grade, form.astct.value)
            else form.investigator_grade == str(form.astct.value)
        ),
        item="investigator_grade",
        sees=("investigator_grade", "astct"),
    )

    icn02 = timing.in_the_visit("ICN-02", "assessed_at")
    icn03 = Check(
        "ICN-03",
        _("The assessment is earlier than the infusion, so it is no part of the course. Please correct the time."),
        neurology.since_infusion,
        item="assessed_at",
        sees=("assessed_at",),
    )
    icn04 = timing.not_in_the_future("ICN-04", "assessed_at", time=True)
    icn05 = Check(
        "ICN-05",
        _("The subject could not be roused for ICE, but consciousness says otherwise. Please correct one of them."),
        neurology.unarousable,
        item="consciousness",
        sees=("ice_status", "consciousness"),
    )
    icn06 = Check(
        "ICN-06",
        _(
            "ICE has no total, so the grade may be too low. Please enter every point, or confirm that it was not possible."
        ),
        neurology.no_flag("ICE_MISSING"),
        item="ice_status",
        sees=(
            "ice_status",
            "orientation_year",
            "orientation_month",
            "orientation_city",
            "orientation_hospital",
            "naming",
            "command",
            "writing",
            "attention",
        ),
    )
    icn07 = Check(
        "ICN-07",
        _("The investigator's grade is not entered yet. Please ask the investigator to grade this assessment."),
        lambda form: None if form.astct.value is None else form.investigator_grade is not None,
        item="investigator_grade",
        sees=("investigator_grade",),
    )
    icn08 = Check(
        "ICN-08",
        _("ICE before the infusion differs from the earlier assessments. Please enter the same baseline every time."),
        neurology.same_baseline,
        item="baseline_ice",
        sees=("baseline_ice",),
    )
    icn09 = Check(
        "ICN-09",
        _(
            "It is unknown whether a sign is due to ICANS; it is counted as ICANS. Please ask the investigator to decide."
        ),
        neurology.no_flag(*neurology.CAUSE_UNKNOWN),
        item="ice_due",
        sees=("ice_due", "consciousness_due", "seizure_due", "motor_due", "icp_due"),
    )
    icn10 = Check(
        "ICN-10",
        _(
            "It is unknown whether the death is due to ICANS, so grade 5 is not given. Please ask the investigator to decide."
        ),
        lambda form: form.death_due_to_icans != "U",
        item="death_due_to_icans",
        sees=("death_due_to_icans",),
    )
    icn11 = Check(
        "ICN-11",
        _(
            "A death due to ICANS is recorded, but the form of the death is missing. Please enter it, or correct the answer."
        ),
        lambda form: None if form.death_due_to_icans != "Y" else form.latest("death", "died_on") is not None,
        item="death_due_to_icans",
        sees=("death_due_to_icans",),
        reads=("death.died_on",),
    )
