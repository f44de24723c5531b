"""CRS assessment: daily from infusion to day 14, then day 21; as often a day as the state asks for."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from crf import codelists, sheet, sources
from crf.checks import medication, timing
from crf.checks import vital_signs as beside
from crf.declare.form import Check, Crf, Derived, Row, Section, form_named
from crf.declare.items import Coded, DateTime, Memo, Number, Rows, When, YesNo
from crf.stored import together
from trial import protocol
from trial.models import Subject
from trial.rules import crs, crs_temperature, lee_2014
from trial.rules.crs_axes import FEVER_CEL

SUPPORT = ("BLOW_BY", "NASAL_CANNULA", "HFNC", "FACE_MASK", "NON_REBREATHER", "VENTURI", "CPAP", "BIPAP", "INTUBATED")


def _crs_fever(assessment: Any) -> bool:
    """A fever not explained by another cause."""
    measured = assessment.temperature
    return measured is not None and measured >= FEVER_CEL and assessment.fever_due_to_crs != "N"


def _late_fever_confirmed(days: int) -> Callable[[Any], bool | None]:
    """Holds unless a first fever of CRS comes later than these days after the infusion and its cause is not given."""

    def holds(form: Any) -> bool | None:
        *earlier, this = beside.as_read(form)
        if this.temperature is None or form.study_day is None or form.fever_due_to_crs in ("Y", "N"):
            return None
        began = next(iter(crs_temperature.fevers(this)), this.assessed_at)  # the vital signs may have it a day earlier
        late = this.temperature >= FEVER_CEL and form.study_day - (form.day - began.date()).days > days
        return not (late and not any(map(_crs_fever, earlier)))

    return holds


def _severe_treated(form: Any) -> bool | None:
    """From grade 3 on an anticytokine drug was given at this or an earlier assessment, or the comment speaks of it."""
    if not isinstance(form.astct.value, int) or form.astct.value < 3:  # protocol 2.0 (assumed): treatment of CRS
        return None
    given = [form, *form.since_infusion(form.history)]
    return bool(form.comment) or any(one.anticytokine == "Y" for one in given)


def _no_flag(*flags: str) -> Callable[[Any], bool]:
    """Holds while the grade raises none of these flags (trial.rules.crs.FLAGS)."""
    return lambda form: not set(flags) & set(form.astct.flags)


def _pressors_followed(form: Any) -> bool | None:
    """A drug still running at the assessment before must be here too, or have stopped there."""
    before = form.since_infusion(form.history)
    if not before or form.hypotension_due_to_crs == "N":
        return None
    running = {row.drug for row in before[-1].vasopressors if row.stopped_at is None}
    return running <= {row.drug for row in form.vasopressors}


class Vasopressor(Row, title=_("Vasopressor")):
    """One drug given for hypotension."""

    drug = Coded(
        _("Drug"), codelists.Vasopressor, cdash="CMTRT", sdtm="CM.CMTRT",
        help=_("Inotropes (dobutamine, milrinone) are listed but do not count as vasopressors."),
        source=sources.CRS,
    )  # fmt: skip
    dose = Number(
        _("Highest dose"), places=2, digits=7, hard=(0, 10000), cdash="CMDOSE", sdtm="CM.CMDOSE", required=False,
        help=_("Highest rate since the last assessment. The older criteria (Lee 2014) need it."),
        source=sources.LEE_DOSE,
    )  # fmt: skip
    dose_unit = Coded(
        _("Unit"), codelists.DoseUnit, cdash="CMDOSU", sdtm="CM.CMDOSU", required=False,
        help=_("Unit of that rate. A dose per kg is read with the subject's weight."), source=sources.LEE_DOSE,
    )  # fmt: skip
    started_at = DateTime(
        _("Started"), cdash="CMSTDAT", sdtm="CM.CMSTDTC", required=False,
        help=_("When the pump was started; may lie before the last assessment."), source=sources.CRS,
    )  # fmt: skip
    stopped_at = DateTime(
        _("Stopped (blank = running)"), cdash="CMENDAT", sdtm="CM.CMENDTC", required=False,
        help=_("When it was stopped for good. Blank while it runs."), source=sources.CRS,
    )  # fmt: skip
    hours = Number(
        _("Hours at the highest dose"), unit="h", places=1, digits=5, hard=(0, 48), cdash="CMDUR", sdtm="CM.CMDUR",
        required=False,
        help=_("A high dose by Lee 2014 lasts at least three hours."), source=sources.LEE_DOSE,
    )  # fmt: skip


class CrsAssessment(Crf, title=_("CRS assessment"), repeats=True, about_day="assessed_at", chapter="toxicity"):
    """One assessment of cytokine release syndrome."""

    when = Section(_("When"))
    assessed_at = DateTime(
        _("Date and time of assessment"), cdash="CEDTC", sdtm="CE.CEDTC", critical=True,
        help=_(
            "When the subject was seen, on the site's clock. What is asked below covers the time since the last "
            "assessment."
        ),
    )  # fmt: skip

    fever = Section(_("Fever"), _("Since the last assessment."))
    temperature = Number(
        _("Highest temperature"), unit="Cel", places=1, digits=4, hard=(30, 45), soft=(35, 41), cdash="TEMP_VSORRES",
        sdtm="VS.VSORRES:TEMP", critical=True, known=beside.known_temperature,
        help=_(
            "Highest value since the last assessment, in °C with one decimal, from the flow sheet; blank where the vital "
            "signs hold it. Fever is 38.0 or more."
        ),
        source=sources.CRS,
    )  # fmt: skip
    temperature_route = Coded(
        _("Taken at"), codelists.TemperatureRoute, cdash="TEMP_VSLOC", sdtm="VS.VSLOC:TEMP", required=False, until="1.0",
        help=_("Where that highest value was taken. It is not converted."),
    )  # fmt: skip
    fever_due_to_crs = YesNo(
        _("Is a fever due to CRS?"), cdash="CEREL_FEVER", sdtm="SUPPCE.CERELFEV", required=False,
        help=_("No, if another cause explains it (infection, transfusion). Blank counts as due to CRS."),
        source=sources.CRS,
    )  # fmt: skip
    fever_possible_masked = YesNo(
        _("Could an earlier antipyretic hide a fever?"), cdash="CEMASK", sdtm="SUPPCE.CEMASK", required=False,
        help=_(
            "Yes, if an antipyretic was taken before any fever was seen. The grade does not change; the question is "
            "flagged."
        ),
        source=sources.CRS,
    )  # fmt: skip

    treatment = Section(_("Treatment for CRS"), _("Since the last assessment."))
    antipyretic = YesNo(
        _("Antipyretic"), cdash="CMOCCUR_AP", sdtm="CM.CMOCCUR",
        help=_(
            "Paracetamol, metamizole, ibuprofen and the like, given since the last assessment. After it fever is no "
            "longer asked for."
        ),
        source=sources.CRS,
    )  # fmt: skip
    antipyretic_scheduled = YesNo(
        _("Was the antipyretic given on a schedule, fever or not?"), cdash="CMSCHED_AP", sdtm="SUPPCM.CMSCHED",
        since="2.0", shown_if=When("antipyretic", "Y"),
        help=_("Yes, if it was given by the clock. Such a drug can hide when a fever begins and ends."),
    )  # fmt: skip
    anticytokine = YesNo(
        _("Anticytokine drug"), cdash="CMOCCUR_AC", sdtm="CM.CMOCCUR", critical=True,
        help=_("Tocilizumab, siltuximab or anakinra given for CRS since the last assessment."),
        source=sources.CRS,
    )  # fmt: skip
    anticytokine_drug = Coded(
        _("Which anticytokine drug?"), codelists.Anticytokine, cdash="CMTRT_AC", sdtm="CM.CMTRT",
        shown_if=When("anticytokine", "Y"),
        help=_("If there were two, the one given last; the other one goes into the log of medication."),
        source=sources.CRS,
    )  # fmt: skip
    anticytokine_doses = Number(
        _("Doses of it since the last assessment"), digits=1, hard=(1, 9), soft=(1, 3), cdash="CMNDOSE_AC",
        sdtm="SUPPCM.CMNDOSE", since="2.0", shown_if=When("anticytokine", "Y"),
        help=_("Number of infusions or injections since the last assessment, not the milligrams."),
        source=sources.TOCILIZUMAB,
    )  # fmt: skip
    steroid = YesNo(
        _("Corticosteroid"), cdash="CMOCCUR_ST", sdtm="CM.CMOCCUR", critical=True,
        help=_("Given for CRS since the last assessment. Replacement of cortisol and premedication are not meant."),
        source=sources.CRS,
    )  # fmt: skip
    steroid_drug = Coded(
        _("Which corticosteroid?"), codelists.Steroid, cdash="CMTRT_ST", sdtm="CM.CMTRT",
        shown_if=When("steroid", "Y"),
        help=_("If there were two, the one with the larger effect; doses go into the log of medication."),
        source=sources.CRS,
    )  # fmt: skip

    circulation = Section(_("Circulation"), _("Since the last assessment."))
    hypotension = YesNo(
        _("Hypotension"), cdash="CEOCCUR_HYPO", sdtm="CE.CEOCCUR", critical=True,
        help=_("Low for this subject and in need of fluids or a vasopressor; no fixed limit in mmHg is asked."),
        source=sources.CRS,
    )  # fmt: skip
    hypotension_due_to_crs = YesNo(
        _("Is the hypotension due to CRS?"), cdash="CEREL_HYPO", sdtm="SUPPCE.CERELHYP", required=False,
        shown_if=When("hypotension", "Y"),
        help=_("No, if another cause explains it (bleeding, sepsis). Blank counts as due to CRS."),
        source=sources.CRS,
    )  # fmt: skip
    vasopressors = Rows(
        _("Vasopressors"), Vasopressor, cdash="CM",
        help=_(
            "One row a drug. Leave empty if none was given. The grade counts those that ran at the same time; "
            "vasopressin does not count beside another."
        ),
        source=sources.CRS,
    )  # fmt: skip

    breathing = Section(_("Breathing"), _("Since the last assessment."))
    oxygen = Coded(
        _("Highest oxygen support"), codelists.Oxygen, cdash="PRTRT_O2", sdtm="PR.PRTRT", critical=True,
        help=_("The strongest device since the last assessment. CPAP and BiPAP are positive pressure."),
        source=sources.CRS,
    )  # fmt: skip
    oxygen_flow = Number(
        _("Oxygen flow"), unit="L/min", places=1, digits=4, hard=(0, 80), soft=("0.5", 60), cdash="O2FLOW",
        sdtm="PR.PRDOSE", required=False,
        shown_if=When("oxygen", *[s for s in SUPPORT if s not in ("CPAP", "BIPAP", "INTUBATED")]),
        help=_("Highest flow in L/min by that device. By nasal cannula up to 6 is low flow."), source=sources.CRS,
    )  # fmt: skip
    fio2 = Number(
        _("Highest FiO2"), unit="%", places=0, digits=3, hard=(21, 100), cdash="FIO2_VSORRES", sdtm="VS.VSORRES:FIO2",
        required=False, shown_if=When("oxygen", *SUPPORT),
        help=_("Highest share of oxygen in percent: room air is 21. Lee 2014 draws the line at 40."),
        source=sources.LEE,
    )  # fmt: skip
    oxygen_at_baseline = YesNo(
        _("The same support as before the infusion?"), cdash="PRBASE", sdtm="SUPPPR.PRBASE", required=False,
        shown_if=When("oxygen", *SUPPORT),
        help=_("Yes for home oxygen or CPAP that has not changed."), source=sources.CRS,
    )  # fmt: skip
    hypoxia_due_to_crs = YesNo(
        _("Is the need for oxygen due to CRS?"), cdash="CEREL_HYPOX", sdtm="SUPPCE.CERELHYX", required=False,
        shown_if=When("oxygen", *SUPPORT),
        help=_("No, if another cause explains it (fluid, pneumonia). Blank counts as due to CRS."),
        source=sources.CRS,
    )  # fmt: skip
    ventilation_reason = Coded(
        _("Why positive pressure?"), codelists.VentilationReason, cdash="PRINDC", sdtm="PR.PRINDC",
        shown_if=When("oxygen", "CPAP", "BIPAP", "INTUBATED"),
        help=_("Hypoxia, if oxygen was needed before positive pressure began, whatever else made it necessary."),
        source=sources.CRS,
    )  # fmt: skip

    organs = Section(_("Organs"), _("Since the last assessment; the older criteria of CRS read it (Lee 2014)."))
    organ_toxicity = Coded(
        _("Worst grade of an organ, without transaminases"), codelists.OrganGrade, cdash="CETOXGR_ORG",
        sdtm="SUPPCE.CEORGGR", required=False,
        help=_(
            "Worst CTCAE 4.03 grade of any organ since the last assessment, liver enzymes left out. Only Lee 2014 "
            "reads it."
        ),
        source=sources.LEE,
    )  # fmt: skip
    transaminase_grade = Coded(
        _("Grade of the transaminases"), codelists.OrganGrade, cdash="CETOXGR_ALT", sdtm="SUPPCE.CEALTGR",
        required=False,
        help=_("Worst CTCAE 4.03 grade of ALT or AST since the last assessment. Only Lee 2014 reads it."),
        source=sources.LEE,
    )  # fmt: skip

    outcome = Section(_("Grade"))
    death_due_to_crs = YesNo(
        _("Death due to CRS?"), cdash="CEDTHREL", sdtm="SUPPCE.CEDTHREL", critical=True,
        help=_("Yes only where CRS was the principal cause. Death from another cause under CRS is not grade 5."),
        source=sources.CRS,
    )  # fmt: skip
    investigator_grade = Coded(
        _("Investigator's CRS grade"), codelists.ToxicityGrade, cdash="CETOXGR", sdtm="CE.CETOXGR", investigator=True,
        critical=True,
        help=_(
            "Your own grade by ASTCT 2019. If it differs from the computed one a query asks why; nothing is "
            "overwritten."
        ),
        source=sources.CRS,
    )  # fmt: skip
    comment = Memo(
        _("Comment"), cdash="COVAL", sdtm="CO.COVAL", limit=2000,
        help=_("What the items do not say, for example why a treatment was withheld. No names."),
    )  # fmt: skip

    astct = Derived(
        _("ASTCT grade"), crs.astct_2019, since_infusion=True, criteria="CRS", version=crs.VERSION,
        since={"vital_signs": beside.READS},
    )  # fmt: skip
    lee = Derived(
        _("Lee 2014 grade"), lee_2014.lee_2014, since_infusion=True, criteria="CRS", version=lee_2014.VERSION,
        elsewhere={"weight": ("vital_signs.weight", "demographics.weight")}, since={"vital_signs": beside.READS},
    )  # fmt: skip
    highest = Derived(
        _("Highest temperature"), crs_temperature.highest, since_infusion=True, since={"vital_signs": beside.READS}
    )

    crs01 = Check(
        "CRS-01",
        _("The investigator's grade differs from the grade by the criteria. Please confirm with a reason, or correct."),
        lambda form: (
            None
            if None in (form.investigator_grade, form.astct.value)
            else form.investigator_grade == str(form.astct.value)
        ),
        item="investigator_grade",
        sees=("investigator_grade", "astct"),
    )
    crs02 = Check(
        "CRS-02",
        _("A vasopressor is recorded but no hypotension. Please tick hypotension, or remove the drug."),
        lambda form: None if not form.vasopressors else form.hypotension == "Y",
        item="hypotension",
        sees=("hypotension",),
    )
    crs03 = Check(
        "CRS-03",
        _("The flow is missing for a nasal cannula. Please enter it: up to 6 L/min is grade 2, more is grade 3."),
        lambda form: None if form.oxygen != "NASAL_CANNULA" else form.oxygen_flow is not None,
        item="oxygen_flow",
        sees=("oxygen", "oxygen_flow"),
    )
    crs04 = timing.in_the_visit("CRS-04", "assessed_at")
    crs05 = Check(
        "CRS-05",
        _("The assessment is earlier than the infusion, so it is no part of the course. Please correct the time."),
        lambda form: (
            None if None in (form.assessed_at, form.subject.infused_at) else form.assessed_at >= form.subject.infused_at
        ),
        item="assessed_at",
        sees=("assessed_at",),
    )
    crs06 = Check(
        "CRS-06",
        _("This time lies in the future. Please correct it."),
        lambda form: None if form.assessed_at is None else form.assessed_at <= form.now,
        item="assessed_at",
        sees=("assessed_at",),
        hard=True,
    )
    crs07 = Check(
        "CRS-07",
        _("A drug stopped before it started. Please correct the times."),
        lambda form: all(
            None in (r.started_at, r.stopped_at) or r.stopped_at >= r.started_at for r in form.vasopressors
        ),
        item="vasopressors",
        hard=True,
    )
    crs08 = Check(
        "CRS-08",
        _("A fever this late after the infusion is unusual for a first CRS. Please confirm that CRS is the cause."),
        _late_fever_confirmed(protocol.CRS_PLAUSIBLE_DAYS["1.0"]),
        item="temperature",
        sees=("temperature", "highest", "fever_due_to_crs"),
        until="1.0",
    )
    crs08_2 = Check(
        "CRS-08.2",
        _(
            "A first fever more than 10 days after the infusion is unusual for CRS. Please answer whether CRS is the cause."
        ),
        _late_fever_confirmed(protocol.CRS_PLAUSIBLE_DAYS["2.0"]),
        item="temperature",
        sees=("temperature", "highest", "fever_due_to_crs"),
        since="2.0",
        replaces="CRS-08",
    )
    crs09 = Check(
        "CRS-09",
        _("The reason for positive pressure is missing, and hypoxia is assumed: grade 4. Please enter the reason."),
        _no_flag("VENTILATION_REASON_MISSING"),
        item="ventilation_reason",
        sees=("oxygen", "ventilation_reason"),
    )
    crs10 = Check(
        "CRS-10",
        _("A vasopressor has no start, so drugs are taken as given together: grade 4. Please enter the times."),
        _no_flag("PRESSOR_TIMES_MISSING"),
        item="vasopressors",
        sees=("vasopressors",),
    )
    crs11 = Check(
        "CRS-11",
        _(
            "Vasopressin or terlipressin is the only vasopressor; its grade is a convention. Please confirm no other was given."
        ),
        _no_flag("VASOPRESSIN_ALONE"),
        item="vasopressors",
        sees=("vasopressors",),
    )
    crs12 = Check(
        "CRS-12",
        _(
            "The temperature is missing, so fever cannot be judged. Please enter it, or confirm that it was not measured."
        ),
        lambda form: form.highest.value is not None,
        item="temperature",
        sees=("temperature", "highest"),
    )
    crs13 = Check(
        "CRS-13",
        _(
            "Blood pressure or oxygen is not known, so the grade may be too low. Please enter it, or confirm that it is not available."
        ),
        _no_flag("HYPOTENSION_MISSING", "HYPOXIA_MISSING"),
        item="hypotension",
        sees=("hypotension", "oxygen"),
    )
    crs14 = Check(
        "CRS-14",
        _("A high-flow cannula is recorded with 6 L/min or less. Please correct the device or the flow."),
        _no_flag("HIGH_FLOW_DEVICE_AT_LOW_FLOW"),
        item="oxygen_flow",
        sees=("oxygen", "oxygen_flow"),
    )
    crs15 = Check(
        "CRS-15",
        _("It is unknown whether a sign is due to CRS; it is counted as CRS. Please ask the investigator to decide."),
        _no_flag("FEVER_CAUSE_UNKNOWN", "HYPOTENSION_CAUSE_UNKNOWN", "HYPOXIA_CAUSE_UNKNOWN"),
        item="fever_due_to_crs",
        sees=("fever_due_to_crs", "hypotension_due_to_crs", "hypoxia_due_to_crs", "highest"),
    )
    crs16 = Check(
        "CRS-16",
        _(
            "It is unknown whether the death is due to CRS, so grade 5 is not given. Please ask the investigator to decide."
        ),
        lambda form: form.death_due_to_crs != "U",
        item="death_due_to_crs",
        sees=("death_due_to_crs",),
    )
    crs17 = Check(
        "CRS-17",
        _(
            "A drug may hide the fever of a beginning CRS, so no grade is given. Please judge, and explain in the comment."
        ),
        lambda form: form.fever_possible_masked != "Y" and "MASKED_ONSET_POSSIBLE" not in form.astct.flags,
        item="fever_possible_masked",
        sees=("fever_possible_masked", "antipyretic", "anticytokine", "steroid", "highest"),
    )
    crs18 = Check(
        "CRS-18",
        _("A vasopressor outside the list is counted. Please name it in the comment, or correct the drug."),
        _no_flag("PRESSOR_OTHER"),
        item="vasopressors",
        sees=("vasopressors",),
    )
    crs19 = Check(
        "CRS-19",
        _(
            "A vasopressor was still running at the last assessment and is absent here. Please add it, or enter when it stopped."
        ),
        _pressors_followed,
        item="vasopressors",
        sees=("vasopressors",),
    )
    crs20 = Check(
        "CRS-20",
        _("The investigator's grade is not entered yet. Please ask the investigator to grade this assessment."),
        lambda form: None if form.astct.value is None else form.investigator_grade is not None,
        item="investigator_grade",
        sees=("investigator_grade", "astct"),
    )
    crs21 = Check(
        "CRS-21",
        _("The log of concomitant medication has no such drug on this day. Please log it, or correct the answer here."),
        medication.anticytokine_logged,
        item="anticytokine",
        sees=("assessed_at", "anticytokine", "anticytokine_drug"),
        reads=medication.LOG_READS,
    )
    crs22 = Check(
        "CRS-22",
        _(
            "The log of concomitant medication has no corticosteroid on this day. Please log it, or correct the answer here."
        ),
        medication.steroid_logged,
        item="steroid",
        sees=("assessed_at", "steroid"),
        reads=medication.LOG_READS,
    )
    crs23 = Check(
        "CRS-23",
        _(
            "Treatment for CRS is recorded, but no assessment shows CRS. Please check the signs, or correct the treatment."
        ),
        medication.treated_crs_is_there,
        item="anticytokine",
        sees=("anticytokine", "steroid", "astct"),
    )
    crs24 = Check(
        "CRS-24",
        _(
            "CRS is grade 3 or higher and no anticytokine drug was given so far. Please enter it, or say why not in the comment."
        ),
        _severe_treated,
        item="anticytokine",
        sees=("astct", "anticytokine", "comment"),
        since="2.0",
    )
    crs25 = Check(
        "CRS-25",
        _(
            "The vital signs hold a fever that the temperature here does not show, and it is answered that CRS is not the "
            "cause. Please confirm that the answer is about that fever, or correct it."
        ),
        beside.other_cause_of_which_fever,
        item="fever_due_to_crs",
        sees=("temperature", "highest", "fever_due_to_crs"),
    )


def courses_of(people: Iterable[Subject]) -> dict[int, crs.Course]:
    """Each subject's CRS by key, from every assessment since the infusion. Subjects must carry their site."""
    by_key = {subject.pk: subject for subject in people}
    forms = together(("crs_assessment", "vital_signs"), by_key.values())
    return {pk: course_of(one, forms["crs_assessment"][pk], forms["vital_signs"][pk]) for pk, one in by_key.items()}


def course_of(subject: Subject, forms: Sequence[Any], vital_signs: Sequence[Any]) -> crs.Course:
    """The CRS of one subject, from its stored assessments and vital signs."""
    measured = sheet.since_infusion(form_named("vital_signs"), subject, vital_signs) if subject.infused_at else ()
    return crs.course(
        sheet.since_infusion(CrsAssessment, subject, forms), vital_signs=measured, infused_at=subject.infused_at
    )
