"""Extramedullary lesions: every lesion of one imaging, measured the same way each time."""

from django.utils.translation import gettext_lazy as _

from crf import codelists, sources
from crf.checks import lesions as beside
from crf.checks import timing
from crf.declare.form import Check, Crf, Derived, Row, Section
from crf.declare.items import Coded, Date, Number, Rows, Text, When, YesNo
from crf.myeloma import MYELOMA
from crf.residual import IMAGES
from trial.rules import metabolic, myeloma


class Lesion(Row, title=_("Lesion")):
    """One lesion on one imaging; it keeps its number for the whole study."""

    lesion = Number(
        _("Number"), places=0, digits=2, hard=(1, 60), cdash="TULNKID", sdtm="TU.TULNKID",
        help=_("The number given at screening; a new lesion takes the next one. It never changes."),
        source=sources.EMD,
    )  # fmt: skip
    location = Text(
        _("Location"), cdash="TULOC", sdtm="TU.TULOC",
        help=_("Organ or region and side, as in the report."), source=sources.EMD,
    )  # fmt: skip
    kind = Coded(
        _("Kind"), codelists.LesionKind, cdash="TUKIND", sdtm="SUPPTU.TUKIND",
        help=_("Paraskeletal = grows from a bone lesion. Extraosseous = no contact with bone."),
        source=sources.EMD,
    )  # fmt: skip
    target = YesNo(
        _("Target?"), cdash="TUTARGYN", sdtm="TU.TUORRES:TUMIDENT",
        help=_("Chosen at screening to be measured each time; it stays chosen."), source=sources.EMD,
    )  # fmt: skip
    is_new = YesNo(
        _("New?"), cdash="TUNEWYN", sdtm="TU.TUORRES:TUMIDENT",
        help=_("Not there at screening. A new lesion is progression."), source=sources.EMD,
    )  # fmt: skip
    state = Coded(
        _("State"), codelists.LesionState, cdash="TRSTATE", sdtm="TR.TRORRES:TUMSTATE",
        help=_("\"Too small to measure\" counts as 5 by 5 mm; \"gone\" means it cannot be seen any more."),
        source=sources.EMD,
    )  # fmt: skip
    longest = Number(
        _("Longest diameter"), unit="mm", places=0, digits=3, hard=(0, 400), cdash="LDIAM_TRORRES", sdtm="TR.TRORRES:LDIAM",
        required=False,
        help=_("In mm, on the slice where the lesion is largest."), source=sources.EMD,
    )  # fmt: skip
    perpendicular = Number(
        _("Perpendicular diameter"), unit="mm", places=0, digits=3, hard=(0, 400), cdash="LPERP_TRORRES",
        sdtm="TR.TRORRES:LPERP", required=False,
        help=_("In mm, longest diameter at a right angle to it on the same slice."), source=sources.EMD,
    )  # fmt: skip
    suv_max = Number(
        _("SUVmax"), places=1, digits=4, hard=(0, 100), cdash="SUVMAX_TRORRES", sdtm="TR.TRORRES:SUVMAX", required=False,
        help=_("Highest uptake of the lesion, of PET-CT only."), source=sources.DEAUVILLE,
    )  # fmt: skip
    deauville = Number(
        _("Deauville 1-5"), places=0, digits=1, hard=(1, 5), cdash="DEAUV_TRORRES", sdtm="TR.TRORRES:FDP5PS", required=False,
        help=_(
            "1 none, 2 up to the mediastinal blood pool, 3 up to the liver, 4 above the liver, 5 twice the liver or "
            "more."
        ),
        source=sources.DEAUVILLE,
    )  # fmt: skip
    into = Number(
        _("Other lesion (merged, split)"), places=0, digits=2, hard=(1, 60), cdash="TULNKOTH", sdtm="SUPPTU.TULNKOTH",
        required=False,
        help=_("Number of the lesion with which it merged, or from which it split."), source=sources.EMD,
    )  # fmt: skip
    treated_locally = YesNo(
        _("Treated locally?"), cdash="TULOCTRT", sdtm="SUPPTU.TULOCTRT", required=False,
        help=_("Biopsied whole, excised or irradiated: not evaluable from then on."), source=sources.EMD,
    )  # fmt: skip


class ExtramedullaryLesions(Crf, title=_("Extramedullary lesions"), about_day="imaged_on", chapter="response"):
    """All lesions of one imaging."""

    when = Section(_("Imaging"))
    imaged_on = Date(
        _("Date of imaging"), cdash="TUDAT", sdtm="TU.TUDTC", critical=True,
        help=_("The day of the examination, not of the report."), source=sources.EMD,
    )  # fmt: skip
    method = Coded(
        _("Method"), codelists.ImagingMethod, cdash="TUMETHOD", sdtm="TU.TUMETHOD", critical=True,
        help=_(
            "The same method each time; another one is no longer comparable. Of PET-CT the sizes are measured on "
            "the CT."
        ),
        source=sources.EMD,
    )  # fmt: skip
    new_bone_lesion = YesNo(
        _("A new bone lesion?"), cdash="NEWBONYN", sdtm="TU.TUORRES:TUMIDENT", critical=True,
        shown_if=When("method", "PET_CT", "CT", "MRI"),
        help=_(
            "A lytic lesion that was not there before is progression. A fracture of an osteoporotic vertebra is "
            "not."
        ),
        source=sources.IMWG,
    )  # fmt: skip
    findings = Section(_("Lesions"), _("Every lesion of the screening again, each time, and every new one."))
    lesions = Rows(
        _("Lesions"), Lesion, cdash="TU",
        help=_(
            "One row a lesion: every one of the screening again, and every new one. Leave empty if there is none "
            "outside the marrow."
        ),
        source=sources.EMD,
    )  # fmt: skip

    lesion_response = Derived(_("Response of the lesions"), myeloma.lesions_on, whole=MYELOMA)
    metabolic_response = Derived(_("Metabolic response on PET"), metabolic.on_day, whole=IMAGES)
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
