"""Extramedullary lesions: every lesion of one imaging, measured the same way each time."""

from django.utils.translation import gettext_lazy as _

from crf import codelists
from crf.checks import lesions as beside
from crf.checks import timing
from crf.declare.form import Check, Crf, Derived, Row, Section
from crf.declare.items import Coded, Date, Number, Rows, Text, When, YesNo
from crf.myeloma import MYELOMA
from trial.rules import myeloma


class Lesion(Row, title=_("Lesion")):
    """One lesion on one imaging; it keeps its number for the whole study."""

    lesion = Number(_("Number"), places=0, digits=2, hard=(1, 60), cdash="TULNKID", sdtm="TU.TULNKID")
    location = Text(_("Location"), cdash="TULOC", sdtm="TU.TULOC")
    kind = Coded(_("Kind"), codelists.LesionKind, cdash="TUKIND", sdtm="SUPPTU.TUKIND")
    target = YesNo(_("Target?"), cdash="TUTARGYN", sdtm="TU.TUORRES")
    is_new = YesNo(_("New?"), cdash="TUNEWYN", sdtm="TU.TUORRES")
    state = Coded(_("State"), codelists.LesionState, cdash="TRSTATE", sdtm="TR.TRORRES")
    longest = Number(
        _("Longest diameter"), unit="mm", places=0, digits=3, hard=(0, 400), cdash="LDIAM_TRORRES",
        sdtm="TR.TRORRES", required=False,
    )  # fmt: skip
    perpendicular = Number(
        _("Perpendicular diameter"), unit="mm", places=0, digits=3, hard=(0, 400), cdash="LPERP_TRORRES",
        sdtm="TR.TRORRES", required=False,
    )  # fmt: skip
    suv_max = Number(
        _("SUVmax"), places=1, digits=4, hard=(0, 100), cdash="SUVMAX_TRORRES", sdtm="TR.TRORRES", required=False
    )
    deauville = Number(
        _("Deauville 1-5"), places=0, digits=1, hard=(1, 5), cdash="DEAUV_TRORRES", sdtm="TR.TRORRES", required=False
    )
    into = Number(
        _("Other lesion (merged, split)"), places=0, digits=2, hard=(1, 60), cdash="TULNKOTH", sdtm="SUPPTU.TULNKOTH",
        required=False,
    )  # fmt: skip
    treated_locally = YesNo(_("Treated locally?"), cdash="TULOCTRT", sdtm="SUPPTU.TULOCTRT", required=False)


class ExtramedullaryLesions(Crf, title=_("Extramedullary lesions"), about_day="imaged_on"):
    """All lesions of one imaging."""

    when = Section(_("Imaging"))
    imaged_on = Date(_("Date of imaging"), cdash="TUDAT", sdtm="TU.TUDTC", critical=True)
    method = Coded(
        _("Method"), codelists.ImagingMethod, cdash="TUMETHOD", sdtm="TU.TUMETHOD", critical=True,
        help=_("The same method each time; another one is no longer comparable."),
    )  # fmt: skip
    new_bone_lesion = YesNo(
        _("A new bone lesion?"), cdash="NEWBONYN", sdtm="TU.TUORRES", critical=True,
        shown_if=When("method", "PET_CT", "CT", "MRI"),
    )  # fmt: skip
    findings = Section(_("Lesions"), _("Every lesion of the screening again, each time, and every new one."))
    lesions = Rows(_("Lesions"), Lesion, cdash="TU", help=_("Leave empty if there is no lesion outside the marrow."))

    lesion_response = Derived(_("Response of the lesions"), myeloma.lesions_on, whole=MYELOMA)
    response = Derived(_("Response of this assessment"), myeloma.response_on, whole=MYELOMA)

    emd01 = timing.not_in_the_future("EMD-01", "imaged_on")
    emd02 = timing.in_the_visit("EMD-02", "imaged_on")
    emd03 = timing.since_consent("EMD-03", "imaged_on")
    emd04 = Check(
        "EMD-04",
        _("Two lesions have the same number. Please give each lesion one number for the whole study."),
        beside.each_once,
        item="lesions",
        sees=("lesions",),
    )
    emd05 = Check(
        "EMD-05",
        _("A lesion of earlier imaging is missing. Please add it with its number and its state, also if it is gone."),
        beside.all_again,
        item="lesions",
        sees=("imaged_on", "lesions"),
        reads=beside.READS,
    )
    emd06 = Check(
        "EMD-06",
        _(
            "A lesion that was measured has no longest or no perpendicular diameter. Please enter both, or correct its state."
        ),
        beside.measured,
        item="lesions",
        sees=("lesions",),
    )
    emd07 = Check(
        "EMD-07",
        _("A lesion that is gone has a diameter. Please correct its state, or remove the diameter."),
        beside.not_measured,
        item="lesions",
        sees=("lesions",),
    )
    emd08 = Check(
        "EMD-08",
        _("A perpendicular diameter is longer than the longest one. Please exchange or correct them."),
        beside.longest_is_longest,
        item="lesions",
        sees=("lesions",),
        hard=True,
    )
    emd09 = Check(
        "EMD-09",
        _("A lesion merged or split, but the other lesion is not named or not listed. Please enter its number."),
        beside.other_named,
        item="lesions",
        sees=("lesions",),
    )
    emd10 = Check(
        "EMD-10",
        _("A lesion is marked as new before the infusion, where none can be. Please correct the mark or the date."),
        beside.none_new,
        item="lesions",
        sees=("imaged_on", "new_bone_lesion", "lesions"),
    )
    emd11 = Check(
        "EMD-11",
        _("A lesion that no earlier imaging lists is not marked as new. Please mark it, or correct its number."),
        beside.marked_new,
        item="lesions",
        sees=("imaged_on", "lesions"),
        reads=beside.READS,
    )
    emd12 = Check(
        "EMD-12",
        _("An uptake is entered, but the imaging was no PET-CT. Please correct the method, or remove the uptake."),
        beside.by_pet,
        item="method",
        sees=("method", "lesions"),
    )
    emd13 = Check(
        "EMD-13",
        _(
            "The method differs from the imaging before, so sizes do not compare. Please confirm that it was changed, or correct it."
        ),
        beside.same_method,
        item="method",
        sees=("imaged_on", "method"),
        reads=("extramedullary_lesions.imaged_on", "extramedullary_lesions.method"),
    )
    emd14 = Check(
        "EMD-14",
        _(
            "A lesion is listed of a kind that the history says was absent at entry. Please correct the kind, or the history."
        ),
        beside.as_in_the_history,
        item="lesions",
        sees=("imaged_on", "lesions"),
        reads=("myeloma_history.emd_at_entry", "myeloma_history.paramedullary_at_entry"),
    )
