"""Protocol deviation: what was done otherwise than the protocol says."""

from django.utils.translation import gettext_lazy as _

from crf import codelists, sources
from crf.checks import conduct, timing
from crf.declare.form import Check, Log, Section
from crf.declare.items import Coded, Date, Memo


class ProtocolDeviation(
    Log,
    title=_("Protocol deviation"),
    about_day="happened_on",
    listed=("happened_on", "category", "severity", "reported_on"),
    chapter="conduct",
):
    """One deviation."""

    deviation = Section(_("Deviation"))
    happened_on = Date(
        _("Day of the deviation"), cdash="DVSTDAT", sdtm="DV.DVSTDTC", critical=True,
        help=_("The day it happened, not the day it was found."), source=sources.E6,
    )  # fmt: skip
    category = Coded(
        _("Category"), codelists.DeviationCategory, cdash="DVCAT", sdtm="DV.DVCAT", critical=True,
        help=_("What the deviation concerns; the first that fits."), source=sources.E6,
    )  # fmt: skip
    description = Memo(
        _("What happened?"), cdash="DVTERM", sdtm="DV.DVTERM", required=True, limit=2000,
        help=_("What happened, why, and what was done so that it does not happen again. No names."),
        source=sources.E6,
    )  # fmt: skip
    severity = Coded(
        _("Weight"), codelists.DeviationSeverity, cdash="DVSEV", sdtm="SUPPDV.DVSEV", critical=True,
        help=_("Major, if it may touch the subject's rights or safety, or what the data can show."),
        source=sources.E6,
    )  # fmt: skip
    reported_on = Date(
        _("Reported to the sponsor on"), cdash="DVREPDAT", sdtm="SUPPDV.DVREPDTC", required=False,
        help=_("Day of the report to the sponsor. Blank until it is reported."),
    )  # fmt: skip

    dev01 = timing.not_in_the_future("DEV-01", "happened_on")
    dev02 = timing.not_in_the_future("DEV-02", "reported_on")
    dev03 = Check(
        "DEV-03",
        _("The report is earlier than the deviation. Please correct one of the dates."),
        lambda form: None if None in (form.happened_on, form.reported_on) else form.reported_on >= form.happened_on,
        item="reported_on",
        sees=("happened_on", "reported_on"),
        hard=True,
    )
    dev04 = Check(
        "DEV-04",
        _("This day is before the consent. Please correct it, or choose the category of consent."),
        conduct.deviation_since_consent,
        item="happened_on",
        sees=("happened_on", "category"),
        reads=("informed_consent.consent_date",),
    )
    dev05 = Check(
        "DEV-05",
        _("A major deviation is not reported yet. Please report it, and enter the day."),
        conduct.major_is_reported,
        item="reported_on",
        sees=("severity", "reported_on"),
    )
    dev06 = Check(
        "DEV-06",
        _("Another entry has the same day, category and words. Please correct one of them."),
        conduct.deviation_once,
        item="description",
        sees=("happened_on", "category", "description"),
        reads=tuple(f"protocol_deviation.{item}" for item in ("happened_on", "category", "description")),
    )
