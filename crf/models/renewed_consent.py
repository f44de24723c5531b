"""Renewed consent: one entry each time the subject signed again, as after an amendment of the protocol."""

from django.utils.translation import gettext_lazy as _

from crf import codelists, sources
from crf.checks import renewed, timing
from crf.declare.form import Check, Log, Section
from crf.declare.items import Coded, Date, Text


class RenewedConsent(
    Log,
    title=_("Renewed consent"),
    about_day="given_on",
    chapter="consent",
    listed=("given_on", "protocol_version", "consent_version", "because"),
):
    """One consent after the first."""

    consent = Section(_("Consent"))
    given_on = Date(
        _("Date of written consent"),
        cdash="DSSTDAT_RE",
        sdtm="DS.DSSTDTC",
        critical=True,
        help=_("The date the subject wrote beside the signature on the newer form."),
        source=sources.E6,
    )
    protocol_version = Coded(
        _("Under version of the protocol"),
        codelists.ProtocolVersion,
        cdash="PROTVER",
        sdtm="SUPPDS.PROTVER",
        critical=True,
        help=_("The version of the protocol that the signed form was written for."),
    )
    consent_version = Text(
        _("Version of the consent form"),
        cdash="CONSVER_RE",
        sdtm="SUPPDS.CONSVER",
        limit=20,
        help=_("Version number or date as printed at the foot of the signed consent form."),
        source=sources.E6,
    )
    because = Coded(
        _("Why was it asked for?"),
        codelists.RenewedBecause,
        cdash="RECONRSN",
        sdtm="SUPPDS.RECONRSN",
        help=_("What the subject was told anew: an amendment, new safety information, or another reason."),
        source=sources.E6,
    )

    rcn01 = timing.not_in_the_future("RCN-01", "given_on")
    rcn02 = timing.since_consent("RCN-02", "given_on")
    rcn03 = Check(
        "RCN-03",
        _(
            "The site did not work under this version of the protocol on that day. Please correct the version or the date."
        ),
        renewed.version_in_force,
        item="protocol_version",
        sees=("given_on", "protocol_version"),
    )
    rcn04 = Check(
        "RCN-04",
        _(
            "A visit under this version came before this consent. Please correct the date, or log a protocol deviation of "
            "consent on the day of that visit."
        ),
        renewed.before_its_visits,
        item="given_on",
        sees=("given_on", "protocol_version"),
        reads=(*renewed.READS, *renewed.VISIT_READS, "protocol_deviation.happened_on", "protocol_deviation.category"),
    )
