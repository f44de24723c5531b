"""Vital signs: temperature, circulation, oxygen saturation, weight and performance status at a visit."""

from django.utils.translation import gettext_lazy as _

from crf import codelists, sources
from crf.checks import timing
from crf.checks import vital_signs as beside
from crf.declare.form import Check, Crf, Derived, Section
from crf.declare.items import Coded, DateTime, Number
from trial.rules.ecog import ecog as in_words


class VitalSigns(Crf, title=_("Vital signs"), repeats=True, about_day="measured_at", chapter="examinations"):
    """One set of measurements at rest. On a day with fever: the highest temperature, and what was measured with it."""

    when = Section(_("When"))
    measured_at = DateTime(
        _("Date and time of measurement"), cdash="VSDTC", sdtm="VS.VSDTC", critical=True,
        help=_("When the measurement was taken, on the site's clock, after five minutes of rest."),
    )  # fmt: skip

    signs = Section(_("Measurements at rest"))
    temperature = Number(
        _("Temperature"), unit="Cel", places=1, digits=3, hard=(30, 45), soft=(35, 41), cdash="TEMP_VSORRES",
        sdtm="VS.VSORRES:TEMP", critical=True,
        help=_(
            "In °C with one decimal. On a day with a CRS assessment: the highest temperature of the day; the assessment "
            "reads it from here."
        ),
    )  # fmt: skip
    pulse = Number(
        _("Pulse"), unit="/min", digits=3, hard=(20, 250), soft=(45, 140), cdash="PULSE_VSORRES", sdtm="VS.VSORRES:PULSE",
        help=_("Beats per minute at rest."),
    )  # fmt: skip
    systolic = Number(
        _("Systolic blood pressure"), unit="mm[Hg]", digits=3, hard=(40, 300), soft=(80, 180), cdash="SYSBP_VSORRES",
        sdtm="VS.VSORRES:SYSBP", critical=True,
        help=_("In mmHg, at rest, on the same arm each time."),
    )  # fmt: skip
    diastolic = Number(
        _("Diastolic blood pressure"), unit="mm[Hg]", digits=3, hard=(20, 200), soft=(40, 110), cdash="DIABP_VSORRES",
        sdtm="VS.VSORRES:DIABP",
        help=_("In mmHg, from the same measurement as the systolic one."),
    )  # fmt: skip
    spo2 = Number(
        _("Oxygen saturation (pulse oximetry)"), unit="%", digits=3, hard=(40, 100), soft=(88, 100),
        cdash="OXYSAT_VSORRES", sdtm="VS.VSORRES:OXYSAT",
        help=_(
            "In percent, with the oxygen that was being given at that time; the oxygen itself is entered in the CRS "
            "assessment."
        ),
    )  # fmt: skip

    general = Section(_("Weight and performance status"))
    weight = Number(
        _("Weight"), unit="kg", places=1, digits=4, hard=(20, 300), soft=(35, 130), cdash="WEIGHT_VSORRES",
        sdtm="VS.VSORRES:WEIGHT", required=False,
        help=_("In kg, where it was measured at this visit. Doses per kg are read with the latest weight."),
    )  # fmt: skip
    ecog = Coded(
        _("ECOG performance status"), codelists.Ecog, cdash="ECOG101_RSORRES", sdtm="RS.RSORRES:ECOG101", required=False,
        help=_("As the physician judges it on that day. Asked at every visit except the daily ones."),
        source=sources.ECOG,
    )  # fmt: skip

    performance = Derived(_("Performance status"), in_words, items={"code": "ecog"})

    vs01 = timing.not_in_the_future("VS-01", "measured_at", time=True)
    vs02 = timing.in_the_visit("VS-02", "measured_at")
    vs03 = timing.since_consent("VS-03", "measured_at")
    vs04 = Check(
        "VS-04",
        _("The diastolic pressure is not below the systolic one. Please check both values."),
        lambda form: None if None in (form.systolic, form.diastolic) else form.diastolic < form.systolic,
        item="diastolic",
        sees=("systolic", "diastolic"),
        hard=True,
    )
    vs05 = Check(
        "VS-05",
        _(
            "This fever is higher than any temperature in the CRS assessments of this day. Please check both forms; if it "
            "came later, enter another assessment."
        ),
        beside.fever_in_the_assessment,
        item="temperature",
        sees=("measured_at", "temperature"),
        reads=("crs_assessment.assessed_at", "crs_assessment.temperature"),
    )
    vs10 = Check(
        "VS-10",
        _(
            "This fever comes after the last CRS assessment, so nothing grades it. Please enter a CRS assessment, or confirm "
            "that CRS is out of the question."
        ),
        beside.fever_is_judged,
        item="temperature",
        sees=("measured_at", "temperature"),
        reads=("crs_assessment.assessed_at",),
    )
    vs06 = Check(
        "VS-06",
        _(
            "The systolic pressure is low, but no CRS assessment of this day notes hypotension. Please check both forms."
        ),
        beside.hypotension_in_the_assessment,
        item="systolic",
        sees=("measured_at", "systolic"),
        reads=("crs_assessment.assessed_at", "crs_assessment.hypotension"),
    )
    vs09 = Check(
        "VS-09",
        _("The oxygen saturation is low, but the CRS assessments of this day note room air. Please check both forms."),
        beside.oxygen_in_the_assessment,
        item="spo2",
        sees=("measured_at", "spo2"),
        reads=("crs_assessment.assessed_at", "crs_assessment.oxygen"),
    )
    vs07 = Check(
        "VS-07",
        _("The weight differs by more than a fifth from the weight at screening. Please check both weights."),
        beside.weight_near_screening,
        item="weight",
        sees=("weight",),
        reads=("demographics.weight",),
    )
    vs08 = Check(
        "VS-08",
        _("ECOG 5 stands for death, but vital signs were measured. Please correct the performance status."),
        lambda form: None if form.ecog is None or form.pulse is None else form.ecog != "5",
        item="ecog",
        sees=("ecog", "pulse"),
    )
