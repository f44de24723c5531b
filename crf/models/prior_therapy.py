"""Prior therapy: one entry a line of treatment of the myeloma before this trial."""

from django.utils.translation import gettext_lazy as _

from crf import codelists, prior_lines, sources
from crf.checks import timing, treatment
from crf.declare.form import Check, Log, Section
from crf.declare.items import Coded, Number, PartialDate, Text, When, YesNo


class PriorTherapy(
    Log,
    title=_("Prior therapy"),
    listed=("line", "regimen", "started_on", "ended_on", "best_response", "transplant"),
    chapter="baseline",
):
    """A line: one regimen, or planned regimens one after the other, up to progression or intolerance."""

    therapy = Section(_("Line of therapy"))
    line = Number(
        _("Number of the line"), places=0, digits=2, hard=(1, 30), cdash="CMLINE", sdtm="SUPPCM.CMLINE",
        critical=True,
        help=_(
            "Counted from the first treatment of active myeloma. Induction, transplant and maintenance planned "
            "together are one line."
        ),
        source=sources.LINES,
    )  # fmt: skip
    regimen = Text(
        _("Regimen"), cdash="CMTRT_PRIOR", sdtm="CM.CMTRT", critical=True,
        help=_("Usual abbreviation or the drugs: VRd, or bortezomib, lenalidomide, dexamethasone."),
    )  # fmt: skip
    started_on = PartialDate(
        _("Start"), cdash="CMSTDAT_PRIOR", sdtm="CM.CMSTDTC",
        help=_("First dose of this line. Month or day may be left out: 2016-04."),
    )  # fmt: skip
    ended_on = PartialDate(
        _("End"), cdash="CMENDAT_PRIOR", sdtm="CM.CMENDTC", required=False,
        help=_("Last dose of this line, maintenance included. Blank if not known."),
    )  # fmt: skip
    best_response = Coded(
        _("Best response"), codelists.PriorResponse, cdash="CMRSPRES", sdtm="SUPPCM.CMRESP",
        help=_("Best response under this line, as the record has it."), source=sources.IMWG,
    )  # fmt: skip
    transplant = Coded(
        _("Stem cell transplant"), codelists.Transplant, cdash="PRTRPLNT", sdtm="PR.PRTRT",
        help=_("A transplant that was part of this line; of a tandem one entry."),
    )  # fmt: skip

    targets = Section(_("Targets of this trial"))
    bcma_directed = YesNo(
        _("Directed against BCMA?"), cdash="CMBCMA", sdtm="SUPPCM.CMBCMA", critical=True,
        help=_("Antibody, conjugate, bispecific or cells."),
    )  # fmt: skip
    cd38_directed = YesNo(
        _("Directed against CD38?"), cdash="CMCD38", sdtm="SUPPCM.CMCD38", critical=True,
        help=_("Daratumumab, isatuximab, or cells against CD38."),
    )  # fmt: skip

    classes = Section(_("Classes of drugs"), _("Refractory: progression under the drug, or within 60 days after it."))
    proteasome_inhibitor = YesNo(
        _("Proteasome inhibitor"), cdash="CMPI", sdtm="SUPPCM.CMPI",
        help=_("Bortezomib, carfilzomib or ixazomib in this line."),
    )  # fmt: skip
    refractory_pi = YesNo(
        _("Refractory to the proteasome inhibitor?"), cdash="CMREFPI", sdtm="SUPPCM.CMREFPI",
        shown_if=When("proteasome_inhibitor", "Y"),
        help=_("Progression under it, or within 60 days after the last dose."), source=sources.LINES,
    )  # fmt: skip
    immunomodulator = YesNo(
        _("Immunomodulatory drug"), cdash="CMIMID", sdtm="SUPPCM.CMIMID",
        help=_("Thalidomide, lenalidomide or pomalidomide in this line."),
    )  # fmt: skip
    refractory_imid = YesNo(
        _("Refractory to the immunomodulatory drug?"), cdash="CMREFIM", sdtm="SUPPCM.CMREFIM",
        shown_if=When("immunomodulator", "Y"),
        help=_("Progression under it, or within 60 days after the last dose."), source=sources.LINES,
    )  # fmt: skip
    anti_cd38 = YesNo(
        _("Antibody against CD38"), cdash="CMACD38", sdtm="SUPPCM.CMACD38", critical=True,
        help=_("Daratumumab or isatuximab in this line."),
    )  # fmt: skip
    refractory_cd38 = YesNo(
        _("Refractory to the antibody against CD38?"), cdash="CMREFCD", sdtm="SUPPCM.CMREFCD",
        shown_if=When("anti_cd38", "Y"),
        help=_("Progression under it, or within 60 days after the last dose."), source=sources.LINES,
    )  # fmt: skip

    lines_entered = prior_lines.counts(_("Lines of therapy"))
    refractory_classes = prior_lines.classes(_("Refractory to classes of drugs"))

    pt01 = timing.not_in_the_future("PT-01", "started_on")
    pt02 = timing.not_in_the_future("PT-02", "ended_on")
    pt03 = timing.in_order("PT-03", "started_on", "ended_on")
    pt04 = Check(
        "PT-04",
        _("Another entry has the number of this line. Please correct one of the numbers."),
        treatment.line_once,
        item="line",
        sees=("line",),
        reads=("prior_therapy.line",),
    )
    pt05 = Check(
        "PT-05",
        _("The start does not fit the lines before and after. Please check the number of the line and its start."),
        treatment.lines_in_time,
        item="started_on",
        sees=("line", "started_on"),
        reads=treatment.LINE_READS,
    )
    pt06 = Check(
        "PT-06",
        _(
            "This line starts after the consent. Please correct the date, or enter it as bridging or subsequent therapy."
        ),
        treatment.before_consent,
        item="started_on",
        sees=("started_on",),
        reads=("informed_consent.consent_date",),
    )
    pt07 = timing.since_birth("PT-07", "started_on")
    pt08 = Check(
        "PT-08",
        _("An antibody against CD38 is a therapy directed against CD38. Please correct one of the answers."),
        treatment.antibody_is_directed,
        item="cd38_directed",
        sees=("cd38_directed", "anti_cd38"),
    )
    pt09 = Check(
        "PT-09",
        _("The regimen names a transplant, but none is answered. Please check both."),
        treatment.transplant_in_words,
        item="transplant",
        sees=("regimen", "transplant"),
    )
