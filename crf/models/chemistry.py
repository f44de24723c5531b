"""Chemistry: liver, kidney, electrolytes and metabolism, with the grade of each value."""

from django.utils.translation import gettext_lazy as _

from crf import sources
from crf.checks import laboratory, timing
from crf.declare.form import Check, Crf, Section
from crf.declare.items import DateTime, Number
from crf.iec_hs import findings
from crf.laboratory import calcium_graded, graded
from trial import units


class Chemistry(Crf, title=_("Chemistry"), repeats=True, about_day="sampled_at", chapter="laboratory"):
    """One chemistry of serum or plasma."""

    when = Section(_("When"))
    sampled_at = DateTime(
        _("Date and time of the sample"), cdash="LBDAT", sdtm="LB.LBDTC", critical=True,
        help=_("When blood was drawn, on the site's clock; not when the result came."),
    )  # fmt: skip

    liver = Section(_("Liver"))
    alt = Number(
        _("ALT"), unit="U/L", places=0, digits=5, hard=(0, 30000), soft=(3, 2000), cdash="ALT_LBORRES",
        sdtm="LB.LBORRES:ALT", critical=True,
        help=_("In U/L. The grade reads the site's limit of normal and the last value before the infusion."),
        source=sources.CTCAE,
    )  # fmt: skip
    ast = Number(
        _("AST"), unit="U/L", places=0, digits=5, hard=(0, 30000), soft=(5, 2000), cdash="AST_LBORRES",
        sdtm="LB.LBORRES:AST", critical=True,
        help=_("In U/L. Haemolysis of the sample raises it: tell in a comment or a query."), source=sources.CTCAE,
    )  # fmt: skip
    alp = Number(
        _("Alkaline phosphatase"), unit="U/L", places=0, digits=5, hard=(0, 10000), soft=(15, 1000),
        cdash="ALP_LBORRES", sdtm="LB.LBORRES:ALP",
        help=_("In U/L, the total enzyme and not the bone fraction."), source=sources.CTCAE,
    )  # fmt: skip
    ggt = Number(
        _("Gamma-glutamyltransferase"), unit="U/L", places=0, digits=5, hard=(0, 10000), soft=(3, 1000),
        cdash="GGT_LBORRES", sdtm="LB.LBORRES:GGT",
        help=_("In U/L, from the same sample."), source=sources.CTCAE,
    )  # fmt: skip
    bilirubin = Number(
        _("Bilirubin, total"), unit="umol/L", places=1, digits=5, hard=(0, 1500), soft=(2, 200), cdash="BILI_LBORRES",
        sdtm="LB.LBORRES:BILI", critical=True, also=units.ALSO["bilirubin"],
        help=_("Total bilirubin in the unit of the report; mg/dL is converted to µmol/L."), source=sources.CTCAE,
    )  # fmt: skip
    direct_bilirubin = Number(
        _("Bilirubin, direct"), unit="umol/L", places=1, digits=5, hard=(0, 1500), soft=("0.2", 150),
        cdash="BILDIR_LBORRES", sdtm="LB.LBORRES:BILDIR", required=False,
        help=_("Conjugated bilirubin in µmol/L; never more than the total."), source=sources.IEC_HS,
    )  # fmt: skip
    albumin = Number(
        _("Albumin"), unit="g/L", places=1, digits=3, hard=(5, 80), soft=(20, 55), cdash="ALB_LBORRES",
        sdtm="LB.LBORRES:ALB", also=units.ALSO["albumin"],
        help=_("In the unit of the report; g/dL is converted to g/L. Calcium is corrected by it."),
        source=sources.CTCAE,
    )  # fmt: skip

    kidney = Section(_("Kidney"))
    creatinine = Number(
        _("Creatinine"), unit="umol/L", places=0, digits=4, hard=(5, 3000), soft=(30, 500), cdash="CREAT_LBORRES",
        sdtm="LB.LBORRES:CREAT", critical=True, also=units.ALSO["creatinine"],
        help=_("In the unit of the report; mg/dL is converted to µmol/L."), source=sources.CTCAE,
    )  # fmt: skip
    urea = Number(
        _("Urea"), unit="mmol/L", places=1, digits=4, hard=("0.1", 100), soft=(1, 40), cdash="UREA_LBORRES",
        sdtm="LB.LBORRES:UREA",
        help=_("Urea, not urea nitrogen: 1 mg/dL of urea nitrogen is 0.357 mmol/L of urea."),
    )  # fmt: skip
    urate = Number(
        _("Urate"), unit="umol/L", places=0, digits=4, hard=(0, 3000), soft=(80, 800), cdash="URATE_LBORRES",
        sdtm="LB.LBORRES:URATE",
        help=_("Uric acid in µmol/L: 1 mg/dL is 59.5. After the infusion a rise may be tumour lysis."),
    )  # fmt: skip

    electrolytes = Section(_("Electrolytes"))
    sodium = Number(
        _("Sodium"), unit="mmol/L", places=0, digits=3, hard=(80, 200), soft=(120, 160), cdash="SODIUM_LBORRES",
        sdtm="LB.LBORRES:SODIUM",
        help=_("In mmol/L (the same as mEq/L), as measured; not corrected for glucose."), source=sources.CTCAE,
    )  # fmt: skip
    potassium = Number(
        _("Potassium"), unit="mmol/L", places=1, digits=3, hard=(1, 12), soft=("2.5", "6.5"), cdash="K_LBORRES",
        sdtm="LB.LBORRES:K",
        help=_("In mmol/L (the same as mEq/L). Of a haemolysed sample, please enter the repeat."),
        source=sources.CTCAE,
    )  # fmt: skip
    calcium = Number(
        _("Calcium, total"), unit="mmol/L", places=2, digits=3, hard=("0.5", 6), soft=("1.8", "3.2"),
        cdash="CA_LBORRES", sdtm="LB.LBORRES:CA", also=units.ALSO["calcium"],
        help=_(
            "Total calcium as measured, in the unit of the report; the grade takes it corrected for albumin. Not "
            "ionised calcium."
        ),
        source=sources.CTCAE,
    )  # fmt: skip
    magnesium = Number(
        _("Magnesium"), unit="mmol/L", places=2, digits=3, hard=("0.1", 5), soft=("0.5", "1.6"), cdash="MG_LBORRES",
        sdtm="LB.LBORRES:MG",
        help=_("In mmol/L: 1 mg/dL is 0.411."), source=sources.CTCAE,
    )  # fmt: skip
    phosphate = Number(
        _("Phosphate"), unit="mmol/L", places=2, digits=3, hard=("0.05", 8), soft=("0.4", "2.5"),
        cdash="PHOS_LBORRES", sdtm="LB.LBORRES:PHOS",
        help=_(
            "Inorganic phosphate in mmol/L: 1 mg/dL of phosphorus is 0.323. CTCAE 5.0 has no limits for it, so "
            "there is no grade."
        ),
    )  # fmt: skip

    metabolism = Section(_("Metabolism"))
    glucose = Number(
        _("Glucose"), unit="mmol/L", places=1, digits=4, hard=("0.1", 100), soft=(3, 25), cdash="GLUC_LBORRES",
        sdtm="LB.LBORRES:GLUC",
        help=_("In mmol/L: 1 mg/dL is 0.0555. Only low values are graded."), source=sources.CTCAE,
    )  # fmt: skip
    ldh = Number(
        _("Lactate dehydrogenase"), unit="U/L", places=0, digits=6, hard=(1, 100000), soft=(50, 2000),
        cdash="LDH_LBORRES", sdtm="LB.LBORRES:LDH",
        help=_("In U/L. A finding of IEC-HS when above the limit of normal."), source=sources.CTCAE,
    )  # fmt: skip
    ck = Number(
        _("Creatine kinase"), unit="U/L", places=0, digits=6, hard=(0, 500000), soft=(10, 2000), cdash="CK_LBORRES",
        sdtm="LB.LBORRES:CK", required=False,
        help=_("In U/L, where it was measured."), source=sources.CTCAE,
    )  # fmt: skip
    triglycerides = Number(
        _("Triglycerides"), unit="mmol/L", places=2, digits=5, hard=("0.05", 100), soft=("0.2", 11),
        cdash="TRIG_LBORRES", sdtm="LB.LBORRES:TRIG", required=False,
        help=_("In mmol/L, fasting: 1 mg/dL is 0.0113. A finding of IEC-HS when high."), source=sources.IEC_HS,
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
