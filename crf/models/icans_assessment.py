"""ICANS assessment: daily from infusion to day 14, then day 21; the ten points of ICE one by one."""

from django.utils.translation import gettext_lazy as _

from crf import codelists
from crf.checks import neurology, timing
from crf.declare.form import Check, Crf, Derived, Section
from crf.declare.items import Coded, DateTime, Number, When, YesNo
from trial.rules import icans

SOURCE = "ASTCT 2019: Lee DW et al. Biol Blood Marrow Transplant 2019;25:625-638"
ASKED = When("ice_status", "DONE")


class IcansAssessment(Crf, title=_("ICANS assessment"), repeats=True, about_day="assessed_at"):
    """One assessment of neurotoxicity."""

    when = Section(_("When"))
    assessed_at = DateTime(_("Date and time of assessment"), cdash="CEDTC", sdtm="CE.CEDTC", critical=True)

    ice = Section(_("ICE"), _("Ten points: four of orientation, three of naming, one each of the others."))
    ice_status = Coded(_("Was ICE asked?"), codelists.IceStatus, cdash="ICESTAT", sdtm="RS.RSSTAT", critical=True)
    orientation_year = Coded(
        _("Year"), codelists.Point, cdash="ICE01", sdtm="RS.RSORRES", shown_if=ASKED, source=SOURCE, critical=True
    )
    orientation_month = Coded(
        _("Month"), codelists.Point, cdash="ICE02", sdtm="RS.RSORRES", shown_if=ASKED, critical=True
    )
    orientation_city = Coded(
        _("City"), codelists.Point, cdash="ICE03", sdtm="RS.RSORRES", shown_if=ASKED, critical=True
    )
    orientation_hospital = Coded(
        _("Hospital"), codelists.Point, cdash="ICE04", sdtm="RS.RSORRES", shown_if=ASKED, critical=True
    )
    naming = Number(
        _("Names three objects"), unit="{points}", places=0, digits=1, hard=(0, 3), cdash="ICE05", sdtm="RS.RSORRES",
        shown_if=ASKED, critical=True,
    )  # fmt: skip
    command = Coded(
        _("Follows a command"), codelists.Point, cdash="ICE06", sdtm="RS.RSORRES", shown_if=ASKED, critical=True
    )
    writing = Coded(
        _("Writes a sentence"), codelists.Point, cdash="ICE07", sdtm="RS.RSORRES", shown_if=ASKED, critical=True
    )
    attention = Coded(
        _("Counts backwards from 100 by ten"), codelists.Point, cdash="ICE08", sdtm="RS.RSORRES", shown_if=ASKED,
        critical=True,
    )  # fmt: skip
    baseline_ice = Number(
        _("ICE before the infusion"), unit="{points}", places=0, digits=2, hard=(0, 10), soft=(7, 10), cdash="ICEBL",
        sdtm="RS.RSORRES", help=_("What this subject could do before: back to it is recovered."),
    )  # fmt: skip
    ice_due = YesNo(
        _("Is a low score due to ICANS?"), cdash="CEREL_ICE", sdtm="SUPPCE.CERELICE", required=False,
        help=_("No, if another cause explains it. Blank counts as due to ICANS."),
    )  # fmt: skip

    others = Section(_("The other domains"), _("Since the last assessment."))
    consciousness = Coded(
        _("Level of consciousness"), codelists.Consciousness, cdash="CEOCCUR_CONS", sdtm="CE.CETERM", critical=True
    )
    consciousness_due = YesNo(
        _("Is it due to ICANS?"), cdash="CEREL_CONS", sdtm="SUPPCE.CERELCON", required=False,
        shown_if=When("consciousness", "DROWSY_AWAKENS_SPONTANEOUSLY", "VOICE", "TACTILE", "VIGOROUS_OR_UNAROUSABLE"),
    )  # fmt: skip
    seizure = Coded(_("Seizure"), codelists.Seizure, cdash="CEOCCUR_SEIZ", sdtm="CE.CETERM", critical=True)
    seizure_due = YesNo(
        _("Is the seizure due to ICANS?"), cdash="CEREL_SEIZ", sdtm="SUPPCE.CERELSEI", required=False,
        shown_if=When("seizure", "RESOLVED_RAPIDLY", "NONCONVULSIVE_RESOLVED", "PROLONGED", "REPETITIVE_NO_RETURN"),
    )  # fmt: skip
    motor_weakness = YesNo(
        _("Deep focal motor weakness (half of the body, or both legs)"), cdash="CEOCCUR_MOTOR", sdtm="CE.CETERM",
        critical=True,
    )  # fmt: skip
    motor_due = YesNo(
        _("Is the weakness due to ICANS?"), cdash="CEREL_MOTOR", sdtm="SUPPCE.CERELMOT", required=False,
        shown_if=When("motor_weakness", "Y"),
    )  # fmt: skip
    oedema = Coded(_("Cerebral oedema"), codelists.Oedema, cdash="CEOCCUR_OED", sdtm="CE.CETERM", critical=True)
    raised_icp_sign = Coded(
        _("Sign of raised intracranial pressure"), codelists.RaisedPressure, cdash="CEOCCUR_ICP", sdtm="CE.CETERM",
        critical=True,
    )  # fmt: skip
    icp_due = YesNo(
        _("Is oedema or raised pressure due to ICANS?"), cdash="CEREL_ICP", sdtm="SUPPCE.CERELICP", required=False
    )

    outcome = Section(_("Grade"))
    death_due_to_icans = YesNo(_("Death due to ICANS?"), cdash="CEDTHREL_IC", sdtm="SUPPCE.CEDTHREL", critical=True)
    investigator_grade = Coded(
        _("Investigator's ICANS grade"), codelists.ToxicityGrade, cdash="CETOXGR_IC", sdtm="CE.CETOXGR",
        investigator=True, critical=True,
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
