"""Eligibility: every criterion answered; no enrolment while one fails."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from crf import sources
from crf.declare.form import Check, Crf, Section
from crf.declare.items import Date, Memo, When, YesNo

# Each criterion with its help. Where a published definition stands behind one, its source.
INCLUSION = (
    (_("Age 18 to 75 years"), _("On the day of consent, from the identity document.")),
    (
        _("Relapsed or refractory multiple myeloma with measurable disease"),
        _(
            "Measurable: M-protein at least 1 g/dL in serum or 200 mg in urine of 24 h, involved free light chain at "
            "least 100 mg/L with an abnormal ratio, plasma cells at least 30 %, or a plasmacytoma."
        ),
    ),
    (_("At least two earlier lines of therapy"), _("Counted as in the log of prior therapy.")),
    (_("ECOG performance status 0 to 2"), _("From the vital signs of screening.")),
    (
        _("Adequate liver, kidney, heart and lung function"),
        _(
            "From the chemistry, the echocardiogram and the oxygen saturation of screening, by the limits of the "
            "protocol."
        ),
    ),
    (_("Life expectancy of at least 12 weeks"), _("In the investigator's judgement.")),
    (
        _("Effective contraception agreed, where it applies"),
        _("Yes also where it does not apply, for example after menopause."),
    ),
    (
        _("Written informed consent given before any procedure"),
        _('Compare with the form "Informed consent": the date must be before every result used here.'),
    ),
)
EXCLUSION = (
    (
        _("Active, uncontrolled infection"),
        _("Under treatment without control, or fever of unknown origin on the day of the decision."),
    ),
    (
        _("Another malignancy within 3 years"),
        _("Except cured cancer of the skin other than melanoma, and carcinoma in situ."),
    ),
    (_("Myeloma of the central nervous system"), _("By imaging or cerebrospinal fluid, now or before.")),
    (_("Pregnancy or breast-feeding"), _("By a pregnancy test of screening where it applies.")),
    (
        _("Allogeneic transplant within 6 months, or active graft-versus-host disease"),
        _("Counted back from the day of the decision."),
    ),
    (
        _("Active autoimmune disease under immunosuppression"),
        _("Immunosuppression by tablets or infusion now; creams and replacement of hormones do not count."),
    ),
    (
        _("Infection with HIV, or active hepatitis B or C"),
        _("From the serology of screening; a positive core antibody with negative DNA is not active hepatitis B."),
    ),
    (_("Left ventricular ejection fraction below 45 %"), _("From the echocardiogram of screening.")),
)


SOURCES = {
    "inclusion_02": sources.IMWG, "inclusion_03": sources.LINES, "inclusion_04": sources.ECOG, "inclusion_08": sources.E6,
}  # fmt: skip


def _criterion(kind: str, number: int, criterion: tuple[Any, Any]) -> YesNo:
    text, what_counts = criterion
    test = f"{kind[:4].upper()}{number:02d}"
    return YesNo(
        text, cdash=f"{test}_IEORRES", sdtm=f"IE.IEORRES:{test}", critical=True, help=what_counts,
        source=SOURCES.get(f"{kind}_{number:02d}", ""),
    )  # fmt: skip


CRITERIA = tuple(f"{kind}_{n:02d}" for kind in ("inclusion", "exclusion") for n in range(1, 9))


def unmet(form: Any) -> list[str]:
    """Names of the criteria that stand against enrolment: inclusion not "yes", exclusion not "no"."""
    wrong = [f"inclusion_{n:02d}" for n in range(1, 9) if getattr(form, f"inclusion_{n:02d}") != "Y"]
    return wrong + [f"exclusion_{n:02d}" for n in range(1, 9) if getattr(form, f"exclusion_{n:02d}") != "N"]


class Eligibility(Crf, title=_("Eligibility"), about_day="assessed_on", chapter="selection"):
    """The criteria of the protocol, one by one. The texts are assumed: the publication does not list them."""

    when = Section(_("When"))
    assessed_on = Date(
        _("Date of the decision"), cdash="IEDAT", sdtm="IE.IEDTC",
        help=_("The day on which the investigator decided, after all results of screening were there."),
    )  # fmt: skip

    inclusion = Section(_("Inclusion"), _("Every answer must be yes."))
    inclusion_01 = _criterion("inclusion", 1, INCLUSION[0])
    inclusion_02 = _criterion("inclusion", 2, INCLUSION[1])
    inclusion_03 = _criterion("inclusion", 3, INCLUSION[2])
    inclusion_04 = _criterion("inclusion", 4, INCLUSION[3])
    inclusion_05 = _criterion("inclusion", 5, INCLUSION[4])
    inclusion_06 = _criterion("inclusion", 6, INCLUSION[5])
    inclusion_07 = _criterion("inclusion", 7, INCLUSION[6])
    inclusion_08 = _criterion("inclusion", 8, INCLUSION[7])

    exclusion = Section(_("Exclusion"), _("Every answer must be no."))
    exclusion_01 = _criterion("exclusion", 1, EXCLUSION[0])
    exclusion_02 = _criterion("exclusion", 2, EXCLUSION[1])
    exclusion_03 = _criterion("exclusion", 3, EXCLUSION[2])
    exclusion_04 = _criterion("exclusion", 4, EXCLUSION[3])
    exclusion_05 = _criterion("exclusion", 5, EXCLUSION[4])
    exclusion_06 = _criterion("exclusion", 6, EXCLUSION[5])
    exclusion_07 = _criterion("exclusion", 7, EXCLUSION[6])
    exclusion_08 = _criterion("exclusion", 8, EXCLUSION[7])

    decision = Section(_("Decision"))
    waiver = YesNo(
        _("Has the sponsor waived a criterion in writing?"), cdash="IEWAIV", sdtm="SUPPIE.IEWAIV", required=False,
        help=_(
            "Yes only with the sponsor's letter in the investigator's file. A waiver is recorded; it does not open "
            "enrolment."
        ),
    )  # fmt: skip
    waiver_text = Memo(
        _("Which criterion, and why?"), cdash="IEWAIVTX", sdtm="CO.COVAL", shown_if=When("waiver", "Y"),
        required=True,
        help=_("Number of the criterion, reason, and date of the sponsor's letter. No names."),
    )  # fmt: skip
    comment = Memo(
        _("Comment"), cdash="COVAL", sdtm="CO.COVAL", limit=2000,
        help=_("Whatever explains an answer above, for example a value on the limit. No names."),
    )  # fmt: skip

    ie01 = Check(
        "IE-01",
        _(
            "At least one criterion is not met, so the subject cannot be enrolled. Please check the answers, or end screening."
        ),
        lambda form: not unmet(form),
        item="inclusion_01",
        sees=CRITERIA,
    )
    ie02 = Check(
        "IE-02",
        _("The decision is dated before consent. Please correct one of the dates."),
        lambda form: (
            None
            if None in (form.assessed_on, form.latest("informed_consent", "consent_date"))
            else form.assessed_on >= form.latest("informed_consent", "consent_date")
        ),
        item="assessed_on",
        sees=("assessed_on",),
        reads=("informed_consent.consent_date",),
        hard=True,
    )
