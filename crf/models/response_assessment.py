"""Response assessment: the investigator's own response, beside the one that the criteria give."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from crf import codelists, sources
from crf.checks import lesions, timing
from crf.checks import myeloma as beside
from crf.declare.form import Check, Crf, Derived, Section
from crf.declare.items import Coded, Date, Memo, Number, YesNo
from crf.myeloma import MYELOMA
from trial.rules import myeloma


def _agrees(typed: str | None, derived: Any, why: str | None) -> bool | None:
    """Whether two responses are the same, or a reason is given; None where one of them is lacking."""
    if typed is None or derived is None:
        return None
    return typed == derived or bool(why)


class ResponseAssessment(Crf, title=_("Response assessment"), about_day="assessed_on", chapter="response"):
    """What the investigator concludes from laboratory, marrow and imaging of a visit."""

    when = Section(_("When"))
    assessed_on = Date(
        _("Date of the assessment"), cdash="RSDAT", sdtm="RS.RSDTC", critical=True,
        help=_("The day on which the investigator judged, when all results of this time point were there."),
        source=sources.IMWG,
    )  # fmt: skip

    judged = Section(_("Response"))
    investigator_response = Coded(
        _("Investigator's response"), codelists.Response, cdash="RSORRES_INV", sdtm="RS.RSORRES:OVRLRESP", investigator=True,
        critical=True,
        help=_("Your own judgement by IMWG 2016. The computed response stands beside it and is what tables use."),
        source=sources.IMWG,
    )  # fmt: skip
    investigator_emd_response = Coded(
        _("Investigator's response of extramedullary disease"), codelists.LesionResponse, cdash="RSORRES_EMD",
        sdtm="RS.RSORRES:EMDRESP", investigator=True, required=False,
        help=_("Of the lesions alone, where there were lesions before the infusion."), source=sources.EMD,
    )  # fmt: skip
    differs_because = Memo(
        _("Why it differs from the criteria"), cdash="RSREASND", sdtm="CO.COVAL", limit=1000, investigator=True,
        help=_(
            "What you know that the values do not show, for example an interference. A difference without it opens "
            "a query."
        ),
        source=sources.IMWG,
    )  # fmt: skip

    clinical_relapse = YesNo(
        _("Clinical relapse?"), cdash="CLINRLPS", sdtm="FA.FAORRES:CLINRLPS", investigator=True, required=False,
        help=_(
            "Due to the myeloma alone: new or growing lesions, calcium above 2.75 mmol/L, haemoglobin down by 20 g/L, "
            "creatinine up by 177 µmol/L, or hyperviscosity. By itself no progression."
        ),
        source="IMWG 2016: Kumar S et al. Lancet Oncol 2016;17:e328-46, table 4",
    )  # fmt: skip

    blood = Section(_("Blood and steroids"))
    circulating_plasma_cells = Number(
        _("Circulating plasma cells"), unit="/uL", places=0, digits=6, hard=(0, 500000), soft=(0, 20000),
        cdash="CPC_LBORRES", sdtm="LB.LBORRES:PLSTCE", required=False,
        help=_(
            "Absolute count per µL of blood; from 200 on they count towards progression where nothing else is "
            "measurable."
        ),
        source=sources.IMWG,
    )  # fmt: skip
    on_steroids = YesNo(
        _("On corticosteroids?"), cdash="STERYN", sdtm="SUPPRS.STERYN",
        help=_(
            "On the day of the samples, for whatever reason. Corticosteroids lower the M-protein; the response is "
            "marked."
        ),
    )  # fmt: skip

    response = Derived(_("Response by the criteria"), myeloma.response_on, whole=MYELOMA)
    confirmed = Derived(_("After confirmation"), myeloma.confirmed_on, whole=MYELOMA)
    lesion_response = Derived(_("Response of the lesions"), myeloma.lesions_on, whole=MYELOMA)

    rsp01 = Check(
        "RSP-01",
        _(
            "The investigator's response differs from the response by the criteria. Please say why it differs, or correct it."
        ),
        lambda form: _agrees(form.investigator_response, form.response.value, form.differs_because),
        item="investigator_response",
        sees=("investigator_response", "differs_because", "response"),
    )
    rsp02 = Check(
        "RSP-02",
        _(
            "The investigator's response of the lesions differs from the one by the criteria. Please say why, or correct it."
        ),
        lambda form: _agrees(form.investigator_emd_response, form.lesion_response.value, form.differs_because),
        item="investigator_emd_response",
        sees=("investigator_emd_response", "differs_because", "lesion_response"),
    )

    rsp03 = timing.not_in_the_future("RSP-03", "assessed_on")
    rsp04 = timing.in_the_visit("RSP-04", "assessed_on")
    rsp05 = timing.since_infusion("RSP-05", "assessed_on")
    rsp06 = Check(
        "RSP-06",
        _(
            "No laboratory is near this assessment. Please enter the laboratory of this visit, or correct one of the dates."
        ),
        beside.laboratory_near,
        item="assessed_on",
        sees=("assessed_on", "investigator_response"),
        reads=("myeloma_laboratory.sampled_on",),
    )
    rsp07 = Check(
        "RSP-07",
        _("Progression is recorded earlier, and no better response counts after it. Please check both assessments."),
        beside.no_better_after_progression,
        item="investigator_response",
        sees=("assessed_on", "investigator_response"),
        reads=("response_assessment.assessed_on", "response_assessment.investigator_response"),
    )
    rsp08 = Check(
        "RSP-08",
        _(
            "A response of lesions is entered, but no imaging lists a lesion. Please enter the lesions, or remove the response."
        ),
        beside.lesions_to_respond,
        item="investigator_emd_response",
        sees=("investigator_emd_response",),
        reads=("extramedullary_lesions.lesions",),
    )
    rsp09 = Check(
        "RSP-09",
        _("Lesions were imaged at this visit, and their response is missing. Please ask the investigator to enter it."),
        beside.lesions_answered,
        item="investigator_emd_response",
        sees=("assessed_on", "investigator_emd_response"),
        reads=lesions.READS,
    )
    rsp10 = Check(
        "RSP-10",
        _(
            "The response overall is not possible with this response of the lesions. Please ask the investigator to check both."
        ),
        beside.lesions_allow,
        item="investigator_response",
        sees=("investigator_response", "investigator_emd_response"),
    )
    rsp11 = Check(
        "RSP-11",
        _("The investigator's response is not entered yet. Please ask the investigator to judge this assessment."),
        lambda form: None if form.response.value is None else form.investigator_response is not None,
        item="investigator_response",
        sees=("investigator_response",),
    )
