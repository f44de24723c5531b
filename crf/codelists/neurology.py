"""Codes of the ICANS assessment (ASTCT 2019, tables 5 and 6)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Point(models.TextChoices):
    """One point of ICE: given or not."""

    YES = "1", _("Correct")
    NO = "0", _("Not correct")


class IceStatus(models.TextChoices):
    """Whether the ten points of ICE could be asked."""

    DONE = "DONE", _("Done")
    UNAROUSABLE = "UNAROUSABLE", _("Not possible: unarousable")
    SEDATED = "SEDATED", _("Not possible: sedated")
    NOT_DONE = "NOT_DONE", _("Not done")


class Consciousness(models.TextChoices):
    """Depressed level of consciousness, mildest first."""

    ALERT = "ALERT", _("Alert")
    DROWSY = "DROWSY_AWAKENS_SPONTANEOUSLY", _("Drowsy, awakens spontaneously")
    VOICE = "VOICE", _("Awakens to voice")
    TACTILE = "TACTILE", _("Awakens only to touch")
    UNAROUSABLE = "VIGOROUS_OR_UNAROUSABLE", _("Needs vigorous or repeated touch, or unarousable")


class Seizure(models.TextChoices):
    """Seizures since the last assessment."""

    NONE = "NONE", _("None")
    RESOLVED_RAPIDLY = "RESOLVED_RAPIDLY", _("Clinical, resolved rapidly")
    NONCONVULSIVE = "NONCONVULSIVE_RESOLVED", _("Non-convulsive on EEG, resolved with treatment")
    PROLONGED = "PROLONGED", _("Life-threatening, longer than 5 minutes")
    REPETITIVE = "REPETITIVE_NO_RETURN", _("Repetitive, without return to baseline")


class Oedema(models.TextChoices):
    """Cerebral oedema on imaging."""

    NONE = "NONE", _("None, or not imaged")
    FOCAL = "FOCAL", _("Focal or local")
    DIFFUSE = "DIFFUSE", _("Diffuse")


class RaisedPressure(models.TextChoices):
    """Signs of raised intracranial pressure."""

    NONE = "NONE", _("None")
    POSTURING = "POSTURING", _("Decerebrate or decorticate posturing")
    CN_VI_PALSY = "CN_VI_PALSY", _("Palsy of cranial nerve VI")
    PAPILLOEDEMA = "PAPILLOEDEMA", _("Papilloedema")
    CUSHING_TRIAD = "CUSHING_TRIAD", _("Cushing's triad")
