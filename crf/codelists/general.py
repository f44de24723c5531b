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


class MoveReason(models.TextChoices):
    """The usual reasons to move a form to where it belongs; a person may write another."""

    WRONG_SUBJECT = "It was entered for the wrong subject", _("It was entered for the wrong subject")
    WRONG_VISIT = "It was entered at the wrong visit", _("It was entered at the wrong visit")
    OTHER = "OTHER", _("Another reason (please write it)")


class FailReason(models.TextChoices):
    """The usual reasons why screening fails; a person may write another."""

    CRITERION = "A criterion is not met", _("A criterion is not met")
    DECLINED = "The subject declined", _("The subject declined")
    DETERIORATED = "The disease progressed during screening", _("The disease progressed during screening")
    OTHER = "OTHER", _("Another reason (please write it)")


class RescreenReason(models.TextChoices):
    """The usual reasons to screen a person again; a person may write another."""

    CRITERION = "The criterion that was not met is met now", _("The criterion that was not met is met now")
    AMENDED = "The criteria were amended", _("The criteria were amended")
    LATE = "Screening had taken too long", _("Screening had taken too long")
    OTHER = "OTHER", _("Another reason (please write it)")


class TransferReason(models.TextChoices):
    """The usual reasons to transfer a subject; a person may write another."""

    MOVED = "The subject moved house", _("The subject moved house")
    CLOSED = "The site closes", _("The site closes")
    WRONG_SITE = "The subject was screened at the wrong site", _("The subject was screened at the wrong site")
    OTHER = "OTHER", _("Another reason (please write it)")


class EndDelegationReason(models.TextChoices):
    """The usual reasons to end a delegation; a person may write another."""

    LEFT = "The person left the site", _("The person left the site")
    TASKS = "The tasks were given to somebody else", _("The tasks were given to somebody else")
    MISTAKE = "It was entered by mistake", _("It was entered by mistake")
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
