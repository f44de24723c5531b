"""Codes of the conduct of the trial: deviations, the end of a subject's study, actions on an adverse event."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from trial import protocol


class DeviationCategory(models.TextChoices):
    """What a protocol deviation concerns."""

    CONSENT = "CONSENT", _("Consent")
    ELIGIBILITY = "ELIGIBILITY", _("Eligibility")
    VISIT = "VISIT", _("Visit outside its window")
    DOSE = "DOSE", _("Dose")
    PROCEDURE = "PROCEDURE", _("Procedure not done, or done otherwise")
    OTHER = "OTHER", _("Other")


class DeviationSeverity(models.TextChoices):
    """How much a protocol deviation weighs."""

    MAJOR = "MAJOR", _("Major")
    MINOR = "MINOR", _("Minor")


class ProtocolVersion(models.TextChoices):
    """Versions of the protocol; trial/protocol.py has them with their days."""

    _ignore_ = ["version"]
    for version in protocol.VERSIONS:
        vars()["V_" + version.code.replace(".", "_")] = (version.code, version.code)


class RenewedBecause(models.TextChoices):
    """Why a subject was asked for consent again."""

    AMENDMENT = "AMENDMENT", _("Amendment of the protocol")
    INFORMATION = "NEW INFORMATION", _("New information on the treatment")
    OTHER = "OTHER", _("Another reason")


class EndReason(models.TextChoices):
    """Why the collection of a subject's data has ended; CDISC C66727 where there is a term."""

    COMPLETED = "COMPLETED", _("Completed as planned")
    DEATH = "DEATH", _("Death")
    WITHDRAWN = "WITHDRAWAL BY SUBJECT", _("Consent withdrawn")
    LOST = "LOST TO FOLLOW-UP", _("Lost to follow-up")
    OTHER = "OTHER", _("Another reason")


class EventAction(models.TextChoices):
    """What was done with a treatment because of an adverse event; CDISC C66767."""

    NOT_CHANGED = "DOSE NOT CHANGED", _("Not changed")
    REDUCED = "DOSE REDUCED", _("Dose reduced")
    INTERRUPTED = "DRUG INTERRUPTED", _("Interrupted or delayed")
    WITHDRAWN = "DRUG WITHDRAWN", _("Stopped, or not given")
    NOT_APPLICABLE = "NOT APPLICABLE", _("Not applicable")
    UNKNOWN = "UNKNOWN", _("Unknown")


class EpisodeKind(models.TextChoices):
    """Which toxicity, followed day by day, an adverse event is part of."""

    CRS = "CRS", _("CRS")
    ICANS = "ICANS", _("ICANS")
    NONE = "NONE", _("None of these")
