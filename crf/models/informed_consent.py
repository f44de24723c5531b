"""Informed consent: before any procedure of the trial."""

from django.utils.translation import gettext_lazy as _

from crf import sources
from crf.checks import renewed
from crf.declare.form import Check, Crf, Section
from crf.declare.items import Date, Text


class InformedConsent(Crf, title=_("Informed consent"), about_day="consent_date", chapter="consent"):
    """The subject's first written consent; what is signed later stands in the log of renewed consents."""

    consent = Section(_("Consent"))
    consent_date = Date(
        _("Date of written consent"), cdash="DSSTDAT", sdtm="DS.DSSTDTC", critical=True,
        help=_(
            "The date the subject wrote beside the signature on the consent form, not the date of the talk. It must "
            "come before every procedure of the trial."
        ),
        source=sources.E6,
    )  # fmt: skip
    consent_version = Text(
        _("Version of the consent form"), cdash="CONSVER", sdtm="SUPPDS.CONSVER", limit=20,
        help=_("Version number or date as printed at the foot of the signed consent form."), source=sources.E6,
    )  # fmt: skip

    icf02 = Check(
        "ICF-02",
        _("Consent is dated after screening began. Please correct the date, or record a protocol deviation."),
        lambda form: None if form.consent_date is None else form.consent_date <= form.subject.screened_on,
        item="consent_date",
        sees=("consent_date",),
    )
    icf03 = Check(
        "ICF-03",
        _("This date lies in the future. Please correct it."),
        lambda form: None if form.consent_date is None else form.consent_date <= form.today,
        item="consent_date",
        sees=("consent_date",),
        hard=True,
    )
    icf04 = Check(
        "ICF-04",
        _(
            "A visit took place under a later version of the protocol, and no renewed consent under it is entered. "
            "Please ask the subject for consent, and enter it in the log of renewed consents."
        ),
        renewed.under_every_version,
        item="consent_version",
        sees=("consent_date", "consent_version"),
        reads=(*renewed.READS, *renewed.VISIT_READS),
    )
