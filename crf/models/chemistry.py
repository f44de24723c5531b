"""Chemistry: liver, kidney, electrolytes and metabolism, with the grade of each value."""

from django.utils.translation import gettext_lazy as _

from crf.checks import laboratory, timing
from crf.declare.form import Check, Crf, Section
from crf.declare.items import DateTime, Number
from crf.iec_hs import findings
from crf.laboratory import calcium_graded, graded
from trial import units


class Chemistry(Crf, title=_("Chemistry"), repeats=True, about_day="sampled_at"):
    """One chemistry of serum or plasma."""

    when = Section(_("When"))
    sampled_at = DateTime(_("Date and time of the sample"), cdash="LBDAT", sdtm="LB.LBDTC", critical=True)

    liver = Section(_("Liver"))
    alt = Number(
        _("ALT"), unit="U/L", places=0, digits=5, hard=(0, 30000), soft=(3, 2000), cdash="ALT_LBORRES",
        sdtm="LB.LBORRES", critical=True,
    )  # fmt: skip
    ast = Number(
        _("AST"), unit="U/L", places=0, digits=5, hard=(0, 30000), soft=(5, 2000), cdash="AST_LBORRES",
        sdtm="LB.LBORRES", critical=True,
    )  # fmt: skip
    alp = Number(
        _("Alkaline phosphatase"), unit="U/L", places=0, digits=5, hard=(0, 10000), soft=(15, 1000), cdash="ALP_LBORRES",
        sdtm="LB.LBORRES",
    )  # fmt: skip
    ggt = Number(
        _("Gamma-glutamyltransferase"), unit="U/L", places=0, digits=5, hard=(0, 10000), soft=(3, 1000), cdash="GGT_LBORRES",
        sdtm="LB.LBORRES",
    )  # fmt: skip
    bilirubin = Number(
        _("Bilirubin, total"), unit="umol/L", places=1, digits=5, hard=(0, 1500), soft=(2, 200), cdash="BILI_LBORRES",
        sdtm="LB.LBORRES", critical=True, also=units.ALSO["bilirubin"],
    )  # fmt: skip
    direct_bilirubin = Number(
        _("Bilirubin, direct"), unit="umol/L", places=1, digits=5, hard=(0, 1500), soft=("0.2", 150), cdash="BILDIR_LBORRES",
        sdtm="LB.LBORRES", required=False,
    )  # fmt: skip
    albumin = Number(
        _("Albumin"), unit="g/L", places=1, digits=3, hard=(5, 80), soft=(20, 55), cdash="ALB_LBORRES",
        sdtm="LB.LBORRES", also=units.ALSO["albumin"],
    )  # fmt: skip

    kidney = Section(_("Kidney"))
    creatinine = Number(
        _("Creatinine"), unit="umol/L", places=0, digits=4, hard=(5, 3000), soft=(30, 500), cdash="CREAT_LBORRES",
        sdtm="LB.LBORRES", critical=True, also=units.ALSO["creatinine"],
    )  # fmt: skip
    urea = Number(
        _("Urea"), unit="mmol/L", places=1, digits=4, hard=("0.1", 100), soft=(1, 40), cdash="UREA_LBORRES",
        sdtm="LB.LBORRES",
        help=_("Urea, not urea nitrogen: 1 mg/dL of urea nitrogen is 0.357 mmol/L of urea."),
    )  # fmt: skip
    urate = Number(
        _("Urate"), unit="umol/L", places=0, digits=4, hard=(0, 3000), soft=(80, 800), cdash="URATE_LBORRES",
        sdtm="LB.LBORRES",
    )  # fmt: skip

    electrolytes = Section(_("Electrolytes"))
    sodium = Number(
        _("Sodium"), unit="mmol/L", places=0, digits=3, hard=(80, 200), soft=(120, 160), cdash="SODIUM_LBORRES",
        sdtm="LB.LBORRES",
    )  # fmt: skip
    potassium = Number(
        _("Potassium"), unit="mmol/L", places=1, digits=3, hard=(1, 12), soft=("2.5", "6.5"), cdash="K_LBORRES",
        sdtm="LB.LBORRES",
    )  # fmt: skip
    calcium = Number(
        _("Calcium, total"), unit="mmol/L", places=2, digits=3, hard=("0.5", 6), soft=("1.8", "3.2"), cdash="CA_LBORRES",
        sdtm="LB.LBORRES",
        help=_("As measured; the grade takes it corrected for albumin."), also=units.ALSO["calcium"],
    )  # fmt: skip
    magnesium = Number(
        _("Magnesium"), unit="mmol/L", places=2, digits=3, hard=("0.1", 5), soft=("0.5", "1.6"), cdash="MG_LBORRES",
        sdtm="LB.LBORRES",
    )  # fmt: skip
    phosphate = Number(
        _("Phosphate"), unit="mmol/L", places=2, digits=3, hard=("0.05", 8), soft=("0.4", "2.5"), cdash="PHOS_LBORRES",
        sdtm="LB.LBORRES",
    )  # fmt: skip

    metabolism = Section(_("Metabolism"))
    glucose = Number(
        _("Glucose"), unit="mmol/L", places=1, digits=4, hard=("0.1", 100), soft=(3, 25), cdash="GLUC_LBORRES",
        sdtm="LB.LBORRES",
    )  # fmt: skip
    ldh = Number(
        _("Lactate dehydrogenase"), unit="U/L", places=0, digits=6, hard=(1, 100000), soft=(50, 2000), cdash="LDH_LBORRES",
        sdtm="LB.LBORRES",
    )  # fmt: skip
    ck = Number(
        _("Creatine kinase"), unit="U/L", places=0, digits=6, hard=(0, 500000), soft=(10, 2000), cdash="CK_LBORRES",
        sdtm="LB.LBORRES", required=False,
    )  # fmt: skip
    triglycerides = Number(
        _("Triglycerides"), unit="mmol/L", places=2, digits=5, hard=("0.05", 100), soft=("0.2", 11), cdash="TRIG_LBORRES",
        sdtm="LB.LBORRES", required=False,
    )  # fmt: skip

    alt_grade = graded(_("ALT by CTCAE"), "alt")
    ast_grade = graded(_("AST by CTCAE"), "ast")
    alp_grade = graded(_("Alkaline phosphatase by CTCAE"), "alp")
    ggt_grade = graded(_("Gamma-glutamyltransferase by CTCAE"), "ggt")
    bilirubin_grade = graded(_("Bilirubin by CTCAE"), "bilirubin")
    albumin_grade = graded(_("Albumin by CTCAE"), "albumin")
    creatinine_grade = graded(_("Creatinine by CTCAE"), "creatinine")
    sodium_grade = graded(_("Sodium by CTCAE"), "sodium")
    potassium_grade = graded(_("Potassium by CTCAE"), "potassium")
    calcium_grade = calcium_graded(_("Calcium, corrected for albumin, by CTCAE"))
    magnesium_grade = graded(_("Magnesium by CTCAE"), "magnesium")
    glucose_grade = graded(_("Low glucose by CTCAE"), "glucose")
    ldh_grade = graded(_("Lactate dehydrogenase by CTCAE"), "ldh")
    ck_grade = graded(_("Creatine kinase by CTCAE"), "ck")
    iec_hs = findings()

    che01 = timing.not_in_the_future("CHE-01", "sampled_at", time=True)
    che02 = timing.in_the_visit("CHE-02", "sampled_at")
    che03 = timing.since_consent("CHE-03", "sampled_at")
    che04 = Check(
        "CHE-04",
        _("Direct bilirubin is more than total bilirubin. Please check both values and their units."),
        laboratory.direct_within_total,
        item="direct_bilirubin",
        sees=("bilirubin", "direct_bilirubin"),
    )
    che05 = Check(
        "CHE-05",
        _("This creatinine looks like one in mg/dL. Please choose the unit of the report, or confirm it."),
        laboratory.creatinine_unit,
        item="creatinine",
        sees=("creatinine",),
    )
    che06 = Check(
        "CHE-06",
        _("The calcium differs from that in the myeloma laboratory of the same day. Please check both values."),
        laboratory.calcium_of_the_myeloma_laboratory,
        item="calcium",
        sees=("sampled_at", "calcium"),
        reads=("myeloma_laboratory.sampled_on", "myeloma_laboratory.calcium"),
    )
    che07 = Check(
        "CHE-07",
        _(
            "The potassium is high and LDH and AST have risen with it, as in a haemolysed sample. Please check with the laboratory."
        ),
        laboratory.not_haemolysed,
        item="potassium",
        sees=("sampled_at", "potassium", "ldh", "ast"),
        reads=("chemistry.sampled_at", "chemistry.ldh", "chemistry.ast"),
    )
