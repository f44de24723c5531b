"""Eligibility: every criterion answered; no enrolment while one fails."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from crf.declare.form import Check, Crf, Section
from crf.declare.items import Date, Memo, When, YesNo

INCLUSION = (
    _("Age 18 to 75 years"),
    _("Relapsed or refractory multiple myeloma with measurable disease"),
    _("At least two earlier lines of therapy"),
    _("ECOG performance status 0 to 2"),
    _("Adequate liver, kidney, heart and lung function"),
    _("Life expectancy of at least 12 weeks"),
    _("Effective contraception agreed, where it applies"),
    _("Written informed consent given before any procedure"),
)
EXCLUSION = (
    _("Active, uncontrolled infection"),
    _("Another malignancy within 3 years"),
    _("Myeloma of the central nervous system"),
    _("Pregnancy or breast-feeding"),
    _("Allogeneic transplant within 6 months, or active graft-versus-host disease"),
    _("Active autoimmune disease under immunosuppression"),
    _("Infection with HIV, or active hepatitis B or C"),
    _("Left ventricular ejection fraction below 45 %"),
)


def _criterion(kind: str, number: int, text: Any) -> YesNo:
    return YesNo(text, cdash=f"IETESTCD_{kind[:4].upper()}{number:02d}", sdtm="IE.IEORRES", critical=True)


CRITERIA = tuple(f"{kind}_{n:02d}" for kind in ("inclusion", "exclusion") for n in range(1, 9))


def unmet(form: Any) -> list[str]:
    """Names of the criteria that stand against enrolment: inclusion not "yes", exclusion not "no"."""
    wrong = [f"inclusion_{n:02d}" for n in range(1, 9) if getattr(form, f"inclusion_{n:02d}") != "Y"]
    return wrong + [f"exclusion_{n:02d}" for n in range(1, 9) if getattr(form, f"exclusion_{n:02d}") != "N"]


class Eligibility(Crf, title=_("Eligibility"), about_day="assessed_on"):
    """The criteria of the protocol, one by one. The texts are assumed: the publication does not list them."""

    when = Section(_("When"))
    assessed_on = Date(_("Date of the decision"), cdash="IEDAT", sdtm="IE.IEDTC")

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
        _("Has the sponsor waived a criterion in writing?"),
        cdash="IEWAIV",
        sdtm="SUPPIE.IEWAIV",
        required=False,
        help=_("A waiver is recorded; it does not open enrolment."),
    )
    waiver_text = Memo(
        _("Which criterion, and why?"),
        cdash="IEWAIVTX",
        sdtm="SUPPIE.IEWAIVTX",
        shown_if=When("waiver", "Y"),
        required=True,
    )
    comment = Memo(_("Comment"), cdash="COVAL", sdtm="CO.COVAL", limit=2000)

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
