"""Codes of adverse events, treatment after the trial product, and death."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EventTerm(models.TextChoices):
    """Terms the trial counts; CTCAE prints the full names."""

    NEUTROPENIA = "NEUTROPENIA", _("Neutropenia")
    LEUKOPENIA = "LEUKOPENIA", _("Leukopenia")
    ANAEMIA = "ANAEMIA", _("Anaemia")
    THROMBOCYTOPENIA = "THROMBOCYTOPENIA", _("Thrombocytopenia")
    LYMPHOPENIA = "LYMPHOPENIA", _("Lymphopenia")
    FEBRILE_NEUTROPENIA = "FEBRILE_NEUTROPENIA", _("Febrile neutropenia")
    CRS = "CRS", _("Cytokine release syndrome")
    ICANS = "ICANS", _("Immune effector cell-associated neurotoxicity syndrome (ICANS)")
    HEPATOTOXICITY = "HEPATOTOXICITY", _("Hepatotoxicity")
    NEPHROTOXICITY = "NEPHROTOXICITY", _("Nephrotoxicity")
    NEUROTOXICITY = "NEUROTOXICITY", _("Neurotoxicity")
    INFECTION = "INFECTION", _("Infection")
    OTHER = "OTHER", _("Other")


class EventOutcome(models.TextChoices):
    """Outcome of an adverse event."""

    RECOVERED = "RECOVERED/RESOLVED", _("Recovered")
    RECOVERING = "RECOVERING/RESOLVING", _("Recovering")
    RECOVERED_SEQUELAE = "RECOVERED/RESOLVED WITH SEQUELAE", _("Recovered with sequelae")
    NOT_RECOVERED = "NOT RECOVERED/NOT RESOLVED", _("Not recovered")
    FATAL = "FATAL", _("Fatal")
    UNKNOWN = "UNKNOWN", _("Unknown")


class TherapyIntent(models.TextChoices):
    """What a later therapy was given for."""

    ANTI_MYELOMA = "ANTI_MYELOMA", _("Against the myeloma")
    SUPPORTIVE = "SUPPORTIVE", _("Supportive")


class DeathCause(models.TextChoices):
    """Main cause of a death."""

    MYELOMA = "MYELOMA", _("Myeloma")
    TOXICITY = "TOXICITY", _("Toxicity of the trial treatment")
    OTHER = "OTHER", _("Another cause")
    UNKNOWN = "UNKNOWN", _("Unknown")
