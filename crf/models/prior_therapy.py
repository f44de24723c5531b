"""Prior therapy: one entry a line of treatment of the myeloma before this trial."""

from django.utils.translation import gettext_lazy as _

from crf import codelists
from crf.checks import timing, treatment
from crf.declare.form import Check, Log, Section
from crf.declare.items import Coded, Number, PartialDate, Text, When, YesNo


class PriorTherapy(
    Log,
    title=_("Prior therapy"),
    listed=("line", "regimen", "started_on", "ended_on", "best_response", "transplant"),
):
    """A line: one regimen, or planned regimens one after the other, up to progression or intolerance."""

    therapy = Section(_("Line of therapy"))
    line = Number(
        _("Number of the line"), places=0, digits=2, hard=(1, 30), cdash="CMLINE", sdtm="SUPPCM.CMLINE", critical=True,
        help=_("Induction, transplant and maintenance planned together are one line."),
        source="Rajkumar SV et al. Blood 2015;126:921-2",
    )  # fmt: skip
    regimen = Text(_("Regimen"), cdash="CMTRT_PRIOR", sdtm="CM.CMTRT", critical=True)
    started_on = PartialDate(
        _("Start"), cdash="CMSTDAT_PRIOR", sdtm="CM.CMSTDTC", help=_("Month or day may be left out: 2016-04.")
    )
    ended_on = PartialDate(_("End"), cdash="CMENDAT_PRIOR", sdtm="CM.CMENDTC", required=False)
    best_response = Coded(_("Best response"), codelists.PriorResponse, cdash="CMRSPRES", sdtm="SUPPCM.CMRESP")
    transplant = Coded(_("Stem cell transplant"), codelists.Transplant, cdash="PRTRPLNT", sdtm="PR.PRTRT")

    targets = Section(_("Targets of this trial"))
    bcma_directed = YesNo(
        _("Directed against BCMA?"), cdash="CMBCMA", sdtm="SUPPCM.CMBCMA", critical=True,
        help=_("Antibody, conjugate, bispecific or cells."),
    )  # fmt: skip
    cd38_directed = YesNo(_("Directed against CD38?"), cdash="CMCD38", sdtm="SUPPCM.CMCD38", critical=True)

    classes = Section(_("Classes of drugs"), _("Refractory: progression under the drug, or within 60 days after it."))
    proteasome_inhibitor = YesNo(_("Proteasome inhibitor"), cdash="CMPI", sdtm="SUPPCM.CMPI")
    refractory_pi = YesNo(
        _("Refractory to the proteasome inhibitor?"), cdash="CMREFPI", sdtm="SUPPCM.CMREFPI",
        shown_if=When("proteasome_inhibitor", "Y"),
    )  # fmt: skip
    immunomodulator = YesNo(_("Immunomodulatory drug"), cdash="CMIMID", sdtm="SUPPCM.CMIMID")
    refractory_imid = YesNo(
        _("Refractory to the immunomodulatory drug?"), cdash="CMREFIM", sdtm="SUPPCM.CMREFIM",
        shown_if=When("immunomodulator", "Y"),
    )  # fmt: skip
    anti_cd38 = YesNo(_("Antibody against CD38"), cdash="CMACD38", sdtm="SUPPCM.CMACD38", critical=True)
    refractory_cd38 = YesNo(
        _("Refractory to the antibody against CD38?"), cdash="CMREFCD", sdtm="SUPPCM.CMREFCD",
        shown_if=When("anti_cd38", "Y"),
    )  # fmt: skip

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
