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


class NotDoneReason(models.TextChoices):
    """The usual reasons why a form or a whole visit was not done; a person may write another."""

    MISSED = "The subject did not come", _("The subject did not come")
    TOO_ILL = "The subject was too ill", _("The subject was too ill")
    REFUSED = "The subject declined", _("The subject declined")
    LOST = "The sample was lost or could not be read", _("The sample was lost or could not be read")
    FORGOTTEN = "It was forgotten", _("It was forgotten")
    OTHER = "OTHER", _("Another reason (please write it)")


class WithdrawReason(models.TextChoices):
    """The usual reasons to take something back; a person may write another."""

    WRONG_SUBJECT = "It belongs to another subject", _("It belongs to another subject")
    TWICE = "It was entered twice", _("It was entered twice")
    MISTAKE = "It was marked by mistake", _("It was marked by mistake")
    OTHER = "OTHER", _("Another reason (please write it)")


class DoseLevel(models.TextChoices):
    """Dose levels of the protocol, in 10^6 CAR-T cells per kg; trial/protocol.py has the numbers."""

    _ignore_ = ["level"]
    for level in protocol.DOSE_LEVELS:
        vars()["DL_" + level.code.replace(".", "_")] = (level.code, level.label)


class Ecog(models.TextChoices):
    """ECOG performance status; trial/rules/ecog.py has the whole sentences."""

    E0 = "0", _("0 - fully active")
    E1 = "1", _("1 - restricted in strenuous activity")
    E2 = "2", _("2 - no work, up for more than half of the day")
    E3 = "3", _("3 - limited self-care, in bed or chair for more than half of the day")
    E4 = "4", _("4 - completely disabled")
    E5 = "5", _("5 - dead")
