"""Informed consent: before any procedure of the trial."""

from django.utils.translation import gettext_lazy as _

from crf.declare.form import Check, Crf, Section
from crf.declare.items import Date, Text, When, YesNo


class InformedConsent(Crf, title=_("Informed consent"), about_day="consent_date"):
    """The subject's written consent."""

    consent = Section(_("Consent"))
    consent_date = Date(
        _("Date of written consent"),
        cdash="DSSTDAT",
        sdtm="DS.DSSTDTC",
        critical=True,
        help=_("As the subject dated it."),
    )
    consent_version = Text(_("Version of the consent form"), cdash="CONSVER", sdtm="SUPPDS.CONSVER", limit=20)
    reconsent = YesNo(_("Was consent given again later?"), cdash="RECONSYN", sdtm="SUPPDS.RECONSYN")
    reconsent_date = Date(
        _("Date of the latest renewed consent"), cdash="RECONDAT", sdtm="DS.DSSTDTC", shown_if=When("reconsent", "Y")
    )

    icf01 = Check(
        "ICF-01",
        _("Renewed consent is dated before the first consent. Please correct one of the dates."),
        lambda form: (
            None if None in (form.reconsent_date, form.consent_date) else form.reconsent_date >= form.consent_date
        ),
        item="reconsent_date",
        sees=("consent_date", "reconsent_date"),
        hard=True,
    )
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
