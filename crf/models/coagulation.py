"""Coagulation: clotting times, fibrinogen and D-dimer, with the grade of each that CTCAE grades."""

from django.utils.translation import gettext_lazy as _

from crf import sources
from crf.checks import laboratory, timing
from crf.declare.form import Check, Crf, Section
from crf.declare.items import DateTime, Number, YesNo
from crf.iec_hs import findings
from crf.laboratory import clotting_graded, graded


class Coagulation(Crf, title=_("Coagulation"), repeats=True, about_day="sampled_at", chapter="laboratory"):
    """One coagulation panel of citrated plasma."""

    when = Section(_("When"))
    sampled_at = DateTime(
        _("Date and time of the sample"), cdash="LBDAT", sdtm="LB.LBDTC", critical=True,
        help=_("When blood was drawn, on the site's clock; not when the result came."),
    )  # fmt: skip
    anticoagulated = YesNo(
        _("Anticoagulants at that time?"), cdash="ANTICOAGYN", sdtm="SUPPLB.LBACOAG",
        help=_(
            "Also heparin that keeps a line open, if blood was drawn from it. The INR is then graded against its "
            "baseline."
        ),
        source=sources.CTCAE,
    )  # fmt: skip

    clotting = Section(_("Clotting times"))
    inr = Number(
        _("INR"), places=2, digits=4, hard=("0.5", 20), soft=("0.7", 5), cdash="INR_LBORRES", sdtm="LB.LBORRES:INR",
        help=_("International normalised ratio, a number without a unit."), source=sources.CTCAE,
    )  # fmt: skip
    pt = Number(
        _("Prothrombin time"), unit="s", places=1, digits=4, hard=(5, 200), soft=(8, 40), cdash="PT_LBORRES",
        sdtm="LB.LBORRES:PT",
        help=_("In seconds, not the percentage of normal."), source=sources.IEC_HS,
    )  # fmt: skip
    aptt = Number(
        _("Activated partial thromboplastin time"), unit="s", places=1, digits=4, hard=(10, 300), soft=(18, 90),
        cdash="APTT_LBORRES", sdtm="LB.LBORRES:APTT",
        help=_("In seconds."), source=sources.CTCAE,
    )  # fmt: skip

    fibrin = Section(_("Fibrinogen and fibrin"))
    fibrinogen = Number(
        _("Fibrinogen"), unit="g/L", places=2, digits=4, hard=(0, 20), soft=(1, 10), cdash="FIBRINO_LBORRES",
        sdtm="LB.LBORRES:FIBRINO", critical=True,
        help=_("In g/L, by Clauss: 150 mg/dL is 1.5. Falls in IEC-HS and under tocilizumab."),
        source=sources.CTCAE,
    )  # fmt: skip
    d_dimer = Number(
        _("D-dimer"), unit="mg/L{FEU}", places=2, digits=6, hard=(0, 1000), soft=(0, 40), cdash="DDIMER_LBORRES",
        sdtm="LB.LBORRES:DDIMER",
        help=_("In fibrinogen equivalent units (FEU); a result in D-dimer units (DDU) is doubled."),
    )  # fmt: skip

    inr_grade = clotting_graded(_("INR by CTCAE"), "inr")
    aptt_grade = clotting_graded(_("Activated partial thromboplastin time by CTCAE"), "aptt")
    fibrinogen_grade = graded(_("Fibrinogen by CTCAE"), "fibrinogen")
    iec_hs = findings()

    coa01 = timing.not_in_the_future("COA-01", "sampled_at", time=True)
    coa02 = timing.in_the_visit("COA-02", "sampled_at")
    coa03 = timing.since_consent("COA-03", "sampled_at")
    coa04 = Check(
        "COA-04",
        _("INR and prothrombin time contradict each other. Please check both values."),
        laboratory.inr_of_the_time,
        item="inr",
        sees=("inr", "pt"),
    )
    coa05 = Check(
        "COA-05",
        _("A clotting time is long. Please answer whether anticoagulants were given: without them it is a toxicity."),
        laboratory.anticoagulants_answered,
        item="anticoagulated",
        sees=("anticoagulated", "inr", "aptt"),
    )
