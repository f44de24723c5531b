"""Codes that several forms use."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from trial import protocol


class Sex(models.TextChoices):
    """CDISC C66731."""

    MALE = "M", _("Male")
    FEMALE = "F", _("Female")


class Ethnicity(models.TextChoices):
    """Sponsor's terms: the trial's sites are Chinese."""

    HAN = "HAN", _("Han")
    OTHER = "OTHER", _("Other")
    UNKNOWN = "UNKNOWN", _("Unknown")


class Missing(models.TextChoices):
    """Why an item is blank."""

    NOT_DONE = "NOT DONE", _("Not done")
    NOT_APPLICABLE = "NOT APPLICABLE", _("Not applicable")
    UNKNOWN = "UNKNOWN", _("Unknown")
    ASKED = "ASKED BUT UNKNOWN", _("Asked but unknown")


class ChangeReason(models.TextChoices):
    """The usual reasons to change completed data; a person may write another."""

    TRANSCRIPTION = "Transcription error", _("Transcription error")
    NEW_INFORMATION = "New information from the source", _("New information from the source")
    QUERY = "Answer to a query", _("Answer to a query")
    WRONG_UNIT = "Wrong unit", _("Wrong unit")
    OTHER = "OTHER", _("Another reason (please write it)")


class DoseLevel(models.TextChoices):
    """Dose levels of the protocol, in 10^6 CAR-T cells per kg; trial/protocol.py has the numbers."""

    _ignore_ = ["level"]
    for level in protocol.DOSE_LEVELS:
        vars()["DL_" + level.code.replace(".", "_")] = (level.code, level.label)
