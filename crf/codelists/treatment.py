"""Codes of treatment: before the trial, for the trial product, and beside it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PriorResponse(models.TextChoices):
    """Best response to an earlier line, as reported; best first."""

    SCR = "SCR", _("Stringent complete response (sCR)")
    CR = "CR", _("Complete response (CR)")
    VGPR = "VGPR", _("Very good partial response (VGPR)")
    PR = "PR", _("Partial response (PR)")
    MR = "MR", _("Minimal response (MR)")
    SD = "SD", _("Stable disease (SD)")
    PD = "PD", _("Progressive disease (PD)")
    NE = "NE", _("Not evaluable (NE)")
    UNKNOWN = "UNKNOWN", _("Unknown")


class Transplant(models.TextChoices):
    """Stem cell transplant within a line."""

    AUTO = "AUTO", _("Autologous")
    ALLO = "ALLO", _("Allogeneic")
    NONE = "NONE", _("None")


class Sterility(models.TextChoices):
    """Sterility test of a product."""

    PASS = "PASS", _("Passed")
    FAIL = "FAIL", _("Failed")
    PENDING = "PENDING", _("Pending")


class Release(models.TextChoices):
    """Decision on a product."""

    RELEASED = "RELEASED", _("Released")
    REJECTED = "REJECTED", _("Rejected")
    PENDING = "PENDING", _("Pending")


class LymphodepletionDrug(models.TextChoices):
    """Drugs given before the infusion to make room for the cells."""

    FLUDARABINE = "FLUDARABINE", _("Fludarabine")
    CYCLOPHOSPHAMIDE = "CYCLOPHOSPHAMIDE", _("Cyclophosphamide")
    OTHER = "OTHER", _("Other")


class MedicationUnit(models.TextChoices):
    """Units of a dose; CDISC C71620 where there is a term."""

    MG = "mg", "mg"
    G = "g", "g"
    UG = "ug", "µg"
    MG_KG = "mg/kg", "mg/kg"
    MG_M2 = "mg/m2", "mg/m²"
    UG_KG = "ug/kg", "µg/kg"
    UG_MIN = "ug/min", "µg/min"
    U_MIN = "U/min", "U/min"
    IU = "IU", _("IU")
    ML = "mL", "mL"
    GY = "Gy", "Gy"
    UNIT = "UNIT", _("Unit (of a blood product)")
    OTHER = "OTHER", _("Other")


class Route(models.TextChoices):
    """How a drug is given; CDISC C66729."""

    ORAL = "ORAL", _("By mouth")
    INTRAVENOUS = "INTRAVENOUS", _("Intravenous")
    SUBCUTANEOUS = "SUBCUTANEOUS", _("Subcutaneous")
    INTRAMUSCULAR = "INTRAMUSCULAR", _("Intramuscular")
    INTRATHECAL = "INTRATHECAL", _("Intrathecal")
    RESPIRATORY = "RESPIRATORY (INHALATION)", _("Inhaled")
    TOPICAL = "TOPICAL", _("On the skin")
    OTHER = "OTHER", _("Other")


class MedicationIndication(models.TextChoices):
    """Why a drug beside the trial product is given."""

    CRS = "CRS", _("CRS")
    ICANS = "ICANS", _("ICANS")
    ADVERSE_EVENT = "ADVERSE_EVENT", _("Another adverse event")
    PROPHYLAXIS = "PROPHYLAXIS", _("Prophylaxis")
    PREMEDICATION = "PREMEDICATION", _("Premedication")
    MEDICAL_HISTORY = "MEDICAL_HISTORY", _("An earlier or accompanying disease")
    OTHER = "OTHER", _("Other")


class MedicationMark(models.TextChoices):
    """Drugs that the analysis of toxicity asks for by name."""

    TOCILIZUMAB = "TOCILIZUMAB", _("Tocilizumab")
    STEROID = "STEROID", _("Corticosteroid")
    ANAKINRA = "ANAKINRA", _("Anakinra")
    IVIG = "IVIG", _("Immunoglobulin")
    G_CSF = "G_CSF", _("G-CSF")
    NONE = "NONE", _("None of these")
