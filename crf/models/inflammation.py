"""Inflammation: C-reactive protein, ferritin, interleukin-6 and procalcitonin, and what a person found of IEC-HS that day."""

from django.utils.translation import gettext_lazy as _

from crf import sources
from crf.checks import laboratory, timing
from crf.declare.form import Check, Crf, Section
from crf.declare.items import DateTime, Number, When, Words, YesNo
from crf.iec_hs import findings


def _finding(label: Words, name: str, *, explained: Words) -> YesNo:
    return YesNo(
        label, cdash=f"{name}_FAORRES", sdtm=f"FA.FAORRES:{name}", shown_if=When("iec_hs_looked_for", "Y"),
        help=explained, source=sources.IEC_HS,
    )  # fmt: skip


class Inflammation(Crf, title=_("Inflammation"), repeats=True, about_day="sampled_at", chapter="laboratory"):
    """The markers that rise with cytokine release and with infection."""

    when = Section(_("When"))
    sampled_at = DateTime(
        _("Date and time of the sample"), cdash="LBDAT", sdtm="LB.LBDTC", critical=True,
        help=_("When blood was drawn, on the site's clock; not when the result came."),
    )  # fmt: skip

    markers = Section(_("Markers in serum"))
    crp = Number(
        _("C-reactive protein"), unit="mg/L", places=1, digits=5, hard=(0, 1000), soft=(0, 400), cdash="CRP_LBORRES",
        sdtm="LB.LBORRES:CRP", critical=True,
        help=_("In mg/L: 1 mg/dL is 10. Falls under tocilizumab whatever the inflammation does."),
    )  # fmt: skip
    ferritin = Number(
        _("Ferritin"), unit="ug/L", places=0, digits=7, hard=(0, 1000000), soft=(5, 50000), cdash="FERRITIN_LBORRES",
        sdtm="LB.LBORRES:FERRITIN", critical=True,
        help=_("In µg/L (the same as ng/mL). Of a result above the range of the assay, ask for the dilution."),
        source=sources.IEC_HS,
    )  # fmt: skip
    il6 = Number(
        _("Interleukin-6"), unit="ng/L", places=1, digits=8, hard=(0, 1000000), soft=(0, 20000),
        cdash="INTLK6_LBORRES", sdtm="LB.LBORRES:INTLK6",
        help=_("In ng/L (the same as pg/mL). Rises for days after tocilizumab, which blocks its receptor."),
    )  # fmt: skip
    procalcitonin = Number(
        _("Procalcitonin"), unit="ug/L", places=2, digits=6, hard=(0, 1000), soft=(0, 50), cdash="PCT_LBORRES",
        sdtm="LB.LBORRES:PCT", required=False,
        help=_("In µg/L (the same as ng/mL). Speaks for a bacterial infection beside or instead of CRS."),
    )  # fmt: skip

    clinical = Section(
        _("Clinical findings of IEC-HS"), _("After the infusion, where the syndrome is suspected or ferritin is high.")
    )
    iec_hs_looked_for = YesNo(
        _("Was IEC-HS looked for?"), cdash="IECHSYN", sdtm="FA.FAORRES:IECHS", required=False,
        help=_("Yes where it is suspected; the findings are then asked. Leave it blank otherwise."),
    )  # fmt: skip
    splenomegaly = _finding(
        _("New splenomegaly?"),
        "SPLENO",
        explained=_("By hand or by imaging; one known before the infusion does not count."),
    )
    renal_insufficiency = _finding(
        _("New renal insufficiency?"),
        "RENALIN",
        explained=_("Not there before the infusion, whatever the cause is thought to be."),
    )
    pulmonary = _finding(_("Pulmonary findings?"), "PULMON", explained=_("Hypoxia, infiltrates or oedema."))
    fever = _finding(_("New or persistent fever?"), "FEVER", explained=_("38.0 °C or more since the last assessment."))
    neurotoxicity = _finding(
        _("Neurotoxicity?"), "NEUROTOX", explained=_("ICANS of any grade, or another change of the nervous system.")
    )
    haemophagocytosis = _finding(
        _("Haemophagocytosis in marrow or tissue?"), "HAEMOPH", explained=_("Unknown where none was examined.")
    )

    iec_hs = findings()

    inf01 = timing.not_in_the_future("INF-01", "sampled_at", time=True)
    inf02 = timing.in_the_visit("INF-02", "sampled_at")
    inf03 = timing.since_consent("INF-03", "sampled_at")
    inf04 = Check(
        "INF-04",
        _("The CRP is far below the values before and after, as if in mg/dL. Please check value and unit."),
        laboratory.crp_among_neighbours,
        item="crp",
        sees=("sampled_at", "crp"),
        reads=("inflammation.sampled_at", "inflammation.crp"),
    )
    inf05 = Check(
        "INF-05",
        _("The procalcitonin is very high beside a low CRP, as if in ng/L. Please enter it in µg/L, or confirm it."),
        laboratory.procalcitonin_unit,
        item="procalcitonin",
        sees=("crp", "procalcitonin"),
    )
    inf06 = Check(
        "INF-06",
        _(
            "Ferritin is above 10 000 µg/L after the infusion, and it is not answered whether IEC-HS was looked for. Please answer it."
        ),
        laboratory.syndrome_looked_for,
        item="iec_hs_looked_for",
        sees=("sampled_at", "ferritin", "iec_hs_looked_for"),
    )
    inf07 = Check(
        "INF-07",
        _("No fever is answered, but a temperature of these days is 38.0 °C or more. Please check both."),
        laboratory.fever_was_measured,
        item="fever",
        sees=("sampled_at", "fever"),
        reads=("vital_signs.measured_at", "vital_signs.temperature"),
    )
